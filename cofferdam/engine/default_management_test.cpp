// SPDX-License-Identifier: Apache-2.0
//
// A default through the door: what is asked, refused, gated and released, and that a replay from
// the first record comes to the same books.
#include "cofferdam/engine/test_clearing.h"

namespace cofferdam::engine {
namespace {

namespace dm = default_management;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::CommandId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using base::PrincipalId;
using testing::HasSubstr;

constexpr PoolId kPerps{1U};
constexpr AssetId kUsd{1U};
constexpr ContractId kPerp{1U};

class Default : public TestClearing {
 protected:
  // Owners 7 and 9 are long 6 and 4, 8 short 10; 110.00 of 8's were there, 10.00 went into the
  // fund.
  void found() {
    using C = ledger::AccountClass;
    using O = ledger::OwnerClass;
    must(venue::Genesis{.venue = "T", .root = "root"});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    const std::vector<ledger::Edge> edges{{O::pool, O::client},
                                          {O::client, O::pool},
                                          {O::pool, O::insurance},
                                          {O::insurance, O::insurance}};
    open_pool(kPerps,
              pool::CreatePool{
                  .code = "perps", .activity = "test", .allows_deficit = true, .edges = edges});
    must(ledger::CreateAccounts{
        .accounts = {
            account(1, C::custody, O::pool), account(7, C::collateral, O::client, 7),
            account(8, C::collateral, O::client, 8), account(9, C::collateral, O::client, 9),
            account(20, C::reserve, O::insurance, 2), account(21, C::reserve, O::insurance, 3)}});
    for (const auto& [to, amount] :
         {std::pair{7U, 500'00U}, {8U, 110'00U}, {9U, 500'00U}, {21U, 30'00U}})
      must(pay(1, to, amount));
    must(market::CreateContract{.code = "P", .settlement_asset = kUsd, .price_scale = 2});
    for (const std::uint64_t owner : {7U, 8U, 9U})
      must(market::OpenParticipant{
          .pool = kPerps, .owner = OwnerId(owner), .collateral = AccountId(owner)});
  }

  void crash() {
    must(dm::OpenFund{.code = "f", .account = AccountId(20)});
    for (const auto& [owner, amount] : {std::pair{7U, 40'00U}, {8U, 10'00U}})
      must(dm::IssueShares{.fund = "f",
                           .owner = OwnerId(owner),
                           .account = AccountId(owner),
                           .amount = Amount(amount)});
    must(dm::DefineWaterfall{
        .pool = kPerps,
        .asset = kUsd,
        .layers = {
            {.code = "own", .kind = dm::LayerKind::defaulter_contribution, .order = 1, .fund = "f"},
            {.code = "fund", .kind = dm::LayerKind::pool_fund, .order = 2, .fund = "f"},
            {.code = "house",
             .kind = dm::LayerKind::operator_capital,
             .order = 3,
             .account = AccountId(21)}}});
    must(trades({{.quantity = 6}, {.quantity = 4, .buyer = 9}}));
    mark(120'00);
    must(dm::BeginLiquidation{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd});
  }
};

TEST_F(Default, ARoomThatIsNotUsedIsNotInTheHash) {
  found();
  const auto rooms = room_hashes(state());
  EXPECT_TRUE(std::none_of(rooms.begin(), rooms.end(),
                           [](const RoomHash& room) { return room.room == "default_management"; }));
}

TEST_F(Default, FromTheLossToTheLastCentAndBackByReplay) {
  found();
  crash();
  must(
      dm::DeclareDefault{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd, .cause = "price-gap"});
  must(dm::AllocateLoss{.loss = 1});
  EXPECT_EQ(loss(1).charged, Amount(79'99));
  must(dm::Deleverage{.loss = 1, .contract = kPerp, .ranking = dm::AdlRanking::pro_rata});
  EXPECT_EQ(loss(1).deleveraged, Amount(20'01));
  must(market::Settle{.contract = kPerp});
  must(dm::EndLiquidation{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd});

  ASSERT_TRUE(engine_->take_snapshot());
  expect_the_same_after_a_start();
}

TEST_F(Default, NothingLeavesThePoolWhileTheLossIsOpen) {
  found();
  crash();
  must(pay(7, 1, 1'00));
  must(
      dm::DeclareDefault{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd, .cause = "price-gap"});
  const Reply gated = send(pay(7, 1, 1'00));
  EXPECT_EQ(gated.outcome.door, DoorStatus::policy_breach);
  EXPECT_THAT(gated.outcome.law, HasSubstr("loss 1 is open"));
  must(pay(1, 7, 1'00));  // a deposit is welcome
  must(dm::AllocateLoss{.loss = 1});
  EXPECT_EQ(send(pay(7, 1, 1'00)).outcome.door, DoorStatus::policy_breach);
  must(dm::Deleverage{.loss = 1, .contract = kPerp});
  must(pay(7, 1, 1'00));
}

TEST_F(Default, TheMoneyOfAFundStays) {
  found();
  crash();
  const Reply taken = send(pay(20, 21, 1));
  EXPECT_EQ(taken.outcome.door, DoorStatus::policy_breach);
  EXPECT_THAT(taken.outcome.law, HasSubstr("fund f"));
  must(pay(1, 20, 5'00));  // revenue
}

TEST_F(Default, ADryRunIsTheRun) {
  found();
  crash();
  must(
      dm::DeclareDefault{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd, .cause = "price-gap"});
  const auto before = state_hash(state());
  const auto dry = engine_->dry_run(
      {.id = CommandId(999), .principal = PrincipalId(1), .command = dm::AllocateLoss{.loss = 1}});
  ASSERT_TRUE(dry);
  EXPECT_EQ(state_hash(state()), before);
  const Reply run = send(dm::AllocateLoss{.loss = 1});
  ASSERT_EQ(dry->outcome.postings.size(), run.outcome.postings.size());
  EXPECT_EQ(run.outcome.postings.size(), 3U);
  for (std::size_t i = 0; i < run.outcome.postings.size(); ++i) {
    EXPECT_EQ(dry->outcome.postings[i].amount, run.outcome.postings[i].amount);
    EXPECT_EQ(dry->outcome.postings[i].debit_account, run.outcome.postings[i].debit_account);
  }
}

TEST_F(Default, AnAuctionThatLayersPayWhatComesBackAndAReplay) {
  found();
  crash();
  dm::LiquidationTerms terms;
  terms.pool = kPerps;
  terms.asset = kUsd;
  terms.interval = base::kHour;
  terms.fund_loss_max = Amount(60'00);
  terms.gate_after = base::kHour;
  must(dm::SetLiquidationTerms{.terms = terms});
  must(dm::OpenAuction{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd});
  dm::BidAuction bid{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd, .bidder = OwnerId(9)};
  const auto money = [&](std::uint64_t id) { return balance(AccountId(id)); };
  // 100.00 are missing; layers pay 60.00 in an hour.
  EXPECT_EQ(send(bid).outcome.status,
            static_cast<std::uint16_t>(dm::AuctionCommandStatus::fund_loss_limit));
  bid.fraction = base::Rate(base::kRateOne / 2);
  const auto dry =
      engine_->dry_run({.id = CommandId(999), .principal = PrincipalId(1), .command = bid});
  ASSERT_TRUE(dry);
  const Reply run = send(bid);
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(dry->outcome.postings.size(), run.outcome.postings.size());
  EXPECT_EQ(money(20), 1);
  EXPECT_EQ(money(21), 29'99);

  EXPECT_THAT(send(pay(7, 1, 1'00)).outcome.law, HasSubstr("nothing leaves its pool yet"));
  must(dm::RecoverLoss{.loss = 1, .account = AccountId(1), .amount = Amount(20'00)});
  EXPECT_EQ(money(21), 30'00);
  EXPECT_EQ(money(20), 20'00);

  must(dm::DeclareDefault{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd, .cause = "gap"});
  EXPECT_EQ(send(bid).outcome.status,
            static_cast<std::uint16_t>(dm::AuctionCommandStatus::loss_open));
  must(dm::AllocateLoss{.loss = 2});
  must(dm::Deleverage{.loss = 2, .contract = kPerp});
  EXPECT_EQ(loss(2).outstanding(), Amount());
  now_ += (base::kHour + base::kMinute).value();
  must(pay(7, 1, 1'00));

  ASSERT_TRUE(engine_->take_snapshot());
  expect_the_same_after_a_start();
}

}  // namespace
}  // namespace cofferdam::engine
