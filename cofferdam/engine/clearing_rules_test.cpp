// SPDX-License-Identifier: Apache-2.0
//
// Rules of clearing through the door: each trade of a batch is judged by itself, orders meet the
// limits that trades meet, what loosens waits also where a scenario changes its side, and a default
// is held up only by what is missing.
#include "cofferdam/engine/test_clearing.h"
#include "cofferdam/engine/touches.h"

namespace cofferdam::engine {
namespace {

namespace dm = default_management;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using base::Quantity;
using market::TradeStatus;

constexpr AssetId kUsd{1U};
constexpr AssetId kBtc{2U};
constexpr ContractId kPerp{1U};
constexpr ContractId kSpot{2U};

class ClearingRules : public TestClearing {
 protected:
  // Owners 7, 8 and 9 have 1,000.00 each in accounts of their numbers, and ten BTC ten above.
  ClearingRules() {
    using C = ledger::AccountClass;
    using O = ledger::OwnerClass;
    must(venue::Genesis{.venue = "T", .root = "root"});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    must(ledger::CreateAsset{.code = "BTC", .scale = 8});
    const std::vector<ledger::Edge> edges{{O::pool, O::client}, {O::client, O::pool}};
    open_pool(kFirstPool, pool::CreatePool{.code = "perps", .activity = "test", .edges = edges});
    must(
        ledger::CreateAccounts{.accounts = {account(1, C::custody, O::pool),
                                            account(2, C::custody, O::pool, 0, kFirstPool, kBtc)}});
    must(market::CreateContract{.code = "P", .settlement_asset = kUsd, .price_scale = 2});
    must(market::CreateContract{.code = "S", .settlement_asset = kUsd, .price_scale = 2});
    must(market::SetTerms{
        .contract = kSpot, .instrument = market::Instrument::spot, .base_asset = kBtc});
    for (const std::uint64_t owner : {7U, 8U, 9U}) {
      must(ledger::CreateAccounts{
          .accounts = {account(owner, C::collateral, O::client, owner),
                       account(10 + owner, C::collateral, O::client, owner, kFirstPool, kBtc)}});
      must(pay(1, owner, 1'000'00));
      must(pay(2, 10 + owner, 10 * 100'000'000, kFirstPool, kBtc));
      for (const std::uint64_t id : {owner, 10 + owner})
        must(market::OpenParticipant{
            .pool = kFirstPool, .owner = OwnerId(owner), .collateral = AccountId(id)});
    }
  }

  static std::uint8_t of(TradeStatus status) { return static_cast<std::uint8_t>(status); }
};

// 7 is long 10 from 100.00 and receives 100.00 at 110.00, which stays for eight days. It has
// 1,100.00: it may pay 1,000.00 and no more.
TEST_F(ClearingRules, ImmatureProfitRefusesTheTradeThatItWouldPay) {
  must(margin::SetMaturity{.pool = kFirstPool, .period = base::kDay * 8});
  must(trades({{.quantity = 10}}));
  mark(110'00);
  must(market::Settle{.contract = kPerp});
  ASSERT_EQ(balance(AccountId(7)), 1'100'00);
  const Reply reply =
      send(trades({{.price = 600'00, .seller = 9, .contract = kSpot},
                   {.price = 500'00, .seller = 9, .contract = kSpot},  // 1,100.00 in all
                   {.price = 100'00, .buyer = 9, .seller = 8},         // nothing to do with it
                   {.price = 400'00, .seller = 9, .contract = kSpot},  // 1,000.00 in all
                   {.price = 50'00, .buyer = 8, .seller = 7, .contract = kSpot},
                   {.price = 50'00, .seller = 9, .contract = kSpot}}));  // from what it has sold
  ASSERT_TRUE(reply.ok()) << reply.outcome.law;
  EXPECT_THAT(reply.outcome.event_statuses,
              testing::ElementsAre(0, of(TradeStatus::buyer_profit_not_mature), 0, 0, 0, 0));
  EXPECT_EQ(balance(AccountId(7)), 100'00);
  EXPECT_EQ(state().market.turnovers.find(kPerp)->long_open, Quantity(11));
  // What leaves in another way is refused whole, as before.
  EXPECT_EQ(send(pay(7, 1, 1)).outcome.door, DoorStatus::policy_breach);
  expect_the_same_after_a_start();
}

// 8 has 100.00 of profit that is not mature and owes an option that has become dear. What buys the
// option back leaves 20.00, and is paid all the same; 8 itself could not have bought for so much.
TEST_F(ClearingRules, ALiquidationIsPaidByImmatureProfitToo) {
  constexpr ContractId kOption{3U};
  must(margin::SetMaturity{.pool = kFirstPool, .period = base::kDay * 8});
  must(trades({{.quantity = 10}}));
  mark(90'00);
  must(market::Settle{.contract = kPerp});
  ASSERT_EQ(balance(AccountId(8)), 1'100'00);
  must(trades({{.price = 90'00, .quantity = 10, .buyer = 8, .seller = 9}}));
  must(fact::DeclareSource{.code = "index", .staleness = base::kDay, .scale = 2});
  must(market::SetIndex{
      .code = "I", .scale = 2, .sources = {{.source = base::SourceId(1U), .fact_key = "k"}}});
  must(fact::RecordFact{.source = base::SourceId(1U),
                        .fact_key = "k",
                        .value = fact::Value(1'000'00),
                        .scale = 2,
                        .observed = now()});
  must(market::CreateContract{.code = "C", .settlement_asset = kUsd, .price_scale = 2});
  must(market::SetTerms{.contract = kOption,
                        .instrument = market::Instrument::option,
                        .index = "I",
                        .expiry = now() + base::kDay * 30,
                        .averaging = base::kHour,
                        .observations_min = 2,
                        .scale = 2,
                        .strike = fact::Value(1'000'00)});
  must(margin::SetPool{.pool = kFirstPool, .asset = kUsd});
  for (const ContractId contract : {kPerp, kOption})
    must(
        margin::SetTiers{.contract = contract, .initial_ppm = 200'000, .maintenance_ppm = 500'000});
  mark(10'00, kOption);
  must(trades({{.price = 10'00, .quantity = 10, .buyer = 9, .seller = 8, .contract = kOption}}));
  ASSERT_EQ(balance(AccountId(8)), 1'200'00);
  mark(118'00, kOption);
  dm::LiquidationTerms terms;
  terms.pool = kFirstPool;
  terms.asset = kUsd;
  must(dm::SetLiquidationTerms{.terms = terms});
  must(dm::BeginLiquidation{.pool = kFirstPool, .owner = OwnerId(8U), .asset = kUsd});
  must(dm::FillLiquidation{.pool = kFirstPool,
                           .owner = OwnerId(8U),
                           .asset = kUsd,
                           .contract = kOption,
                           .price = base::Price(118'00),
                           .taker = OwnerId(9U)});
  EXPECT_EQ(balance(AccountId(8)), 20'00);
  expect_the_same_after_a_start();
}

// Spot opens nothing: neither its trades nor its orders meet the limits of what is open.
TEST_F(ClearingRules, OrdersMeetTheLimitsThatTradesMeet) {
  must(margin::SetPool{.pool = kFirstPool, .asset = kUsd});
  for (const ContractId contract : {kPerp, kSpot}) {
    must(market::SetLimits{.contract = contract, .open_max = Quantity(2)});
    must(
        margin::SetTiers{.contract = contract, .initial_ppm = 100'000, .maintenance_ppm = 500'000});
    mark(10'00, contract);
  }
  const auto order = [](ContractId contract) {
    return margin::ReserveOrder{.pool = kFirstPool,
                                .owner = OwnerId(7U),
                                .contract = contract,
                                .order = 1,
                                .quantity = Quantity(3),
                                .price = base::Price(10'00)};
  };
  EXPECT_EQ(send(order(kPerp)).outcome.status,
            static_cast<std::uint16_t>(margin::ReserveOrderStatus::open_interest_capped));
  EXPECT_THAT(send(trades({{.price = 10'00, .quantity = 3}})).outcome.event_statuses,
              testing::ElementsAre(of(TradeStatus::open_interest_capped)));
  must(order(kSpot));
  must(trades({{.price = 10'00, .quantity = 1, .contract = kSpot}}));
}

// A publication that turns a scenario of 100.00 into one of 0.01 for the other side.
TEST_F(ClearingRules, AScenarioThatChangesItsSideWaitsForTheNotice) {
  must(margin::SetRulebook{.code = "g",
                           .version = "1",
                           .asset = kUsd,
                           .value_scale = 2,
                           .scenarios = 1,
                           .life = base::kDay * 30,
                           .late_max = base::kHour});
  must(margin::SetPool{.pool = kFirstPool, .asset = kUsd, .rulebook = margin::RulebookId(1U)});
  must(margin::SetProcyclicality{.rulebook = margin::RulebookId(1U),
                                 .loosen_ppm = 100'000,
                                 .period = base::kDay,
                                 .notice = base::kDay * 2});
  const auto publish = [&](std::int64_t entry) {
    must(margin::PublishGrid{.rulebook = margin::RulebookId(1U),
                             .version = "1",
                             .grids = {{.contract = kPerp, .entries = {entry}}}});
  };
  mark(100'00);
  publish(-100'00);
  must(trades({{.quantity = 10}}));
  // All that 7 has covers its ten longs, and stays.
  const auto said = [&] {
    const Reply reply = send(pay(7, 1, 1));
    return reply.outcome.law;
  };
  const auto kept = testing::HasSubstr("would lack 0.01 USD");
  EXPECT_THAT(said(), kept);
  publish(1);
  EXPECT_THAT(said(), kept);
  publish(-1);
  EXPECT_THAT(said(), kept);
  now_ += (base::kDay * 2 + base::kSecond).value();
  publish(-1);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(balance(AccountId(7)), 999'99);
  expect_the_same_after_a_start();
}

// The conversion of other collateral holds a default up only where something is missing.
TEST_F(ClearingRules, NothingMissingIsSaidBeforeWhatIsUnsold) {
  must(fact::DeclareSource{.code = "feed", .staleness = base::kHour, .scale = 2});
  must(fact::RecordFact{.source = base::SourceId(1U),
                        .fact_key = "btc",
                        .value = fact::Value(10'00),
                        .scale = 2,
                        .observed = now()});
  must(margin::SetPool{.pool = kFirstPool, .asset = kUsd});
  must(margin::SetTiers{.contract = kPerp, .initial_ppm = 100'000, .maintenance_ppm = 900'000});
  must(margin::SetCollateral{
      .pool = kFirstPool, .asset = kBtc, .source = base::SourceId(1U), .fact_key = "btc"});
  must(dm::SetConversion{.pool = kFirstPool});
  mark(100'00);
  must(trades({{.quantity = 80}}));
  mark(113'00);
  const dm::DeclareDefault declare{
      .pool = kFirstPool, .owner = OwnerId(8U), .asset = kUsd, .cause = "gap"};
  must(dm::BeginLiquidation{.pool = kFirstPool, .owner = OwnerId(8U), .asset = kUsd});
  const auto is = [&](dm::LiquidationStatus status) {
    EXPECT_EQ(send(declare).outcome.status, static_cast<std::uint16_t>(status));
  };
  is(dm::LiquidationStatus::collateral_unsold);  // 1,040.00 are owed
  mark(112'00);
  is(dm::LiquidationStatus::not_insolvent);  // 960.00 of 1,000.00
}

// A policy for one pool that no command of the operation could ever meet.
TEST_F(ClearingRules, APolicyOfAPoolIsAboutWhatNamesOne) {
  const auto shape = [&](Command command) { return send(std::move(command)).shape; };
  using A = decision::SetApprovalPolicyStatus;
  using S = access::SetSignaturePolicyStatus;
  for (const std::uint16_t number :
       {Operation<market::BustTrade>::kNumber, Operation<market::AmendTrade>::kNumber,
        Operation<market::ApplyFunding>::kNumber, Operation<market::RecordMarks>::kNumber,
        Operation<margin::PublishGrid>::kNumber, Operation<ledger::CreateAsset>::kNumber}) {
    decision::SetApprovalPolicy policy{.operation = number, .pool = kFirstPool, .approvals = 1};
    EXPECT_EQ(shape(policy), static_cast<std::uint16_t>(A::operation_names_no_pool)) << number;
    policy.pool = PoolId();
    EXPECT_EQ(shape(policy), 0) << number;
    policy = {.operation = number, .pool = kFirstPool};
    EXPECT_EQ(shape(policy), 0) << number;  // one that asks for nothing may be set, and so undone
    const access::SetSignaturePolicy sealed{.operation = number, .pool = kFirstPool};
    EXPECT_EQ(shape(sealed), static_cast<std::uint16_t>(S::operation_names_no_pool)) << number;
  }
  for (const std::uint16_t number :
       {Operation<ledger::CreateAccounts>::kNumber, Operation<ledger::CreateTransfers>::kNumber,
        Operation<market::RecordTrades>::kNumber, Operation<market::ClearTrades>::kNumber,
        Operation<market::OpenParticipant>::kNumber, Operation<dm::AllocateLoss>::kNumber,
        Operation<dm::IssueShares>::kNumber, Operation<custody::ApproveIntent>::kNumber,
        Operation<insurance::PayClaim>::kNumber, Operation<alert::SetAlert>::kNumber,
        Operation<reconciliation::AssignBreak>::kNumber,
        Operation<margin::EvaluatePool>::kNumber}) {
    EXPECT_EQ(
        shape(decision::SetApprovalPolicy{.operation = number, .pool = kFirstPool, .approvals = 0}),
        0);
    EXPECT_TRUE(names_pool(number)) << number;
  }
}

}  // namespace
}  // namespace cofferdam::engine
