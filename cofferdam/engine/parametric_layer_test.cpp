// SPDX-License-Identifier: Apache-2.0
//
// A default that goes through every layer of its own pool into the parametric layer of an insurance
// pool, over a conduit, through the door. All figures were worked out by hand and stand beside the
// steps.
#include "cofferdam/engine/test_clearing.h"

namespace cofferdam::engine {
namespace {

namespace dm = default_management;
namespace ins = insurance;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ConduitId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using testing::HasSubstr;

constexpr PoolId kPerps{1U};
constexpr PoolId kMutual{2U};
constexpr AssetId kUsd{1U};
constexpr ContractId kPerp{1U};
constexpr ConduitId kOut{1U};
constexpr ConduitId kBack{2U};
constexpr AccountId kLayer = ins::fund_account(ins::Fund::layer, kMutual);

class ParametricLayer : public TestClearing {
 protected:
  // Owners 7, 8, 9 and 10 trade in pool 1, whose fund is account 20 and whose operator's own money
  // is account 21. In pool 2, owner 41 has put 1,000.00 into the junior tranche; 400.00 of them are
  // set aside for the layer.
  void found() {
    using C = ledger::AccountClass;
    using O = ledger::OwnerClass;
    using Edges = std::vector<ledger::Edge>;
    must(venue::Genesis{.venue = "T", .root = "root"});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    open_pool(kPerps, pool::CreatePool{.code = "perps",
                                       .activity = "test",
                                       .allows_deficit = true,
                                       .edges = Edges{{O::pool, O::client},
                                                      {O::client, O::pool},
                                                      {O::pool, O::insurance}}});
    open_pool(kMutual,
              pool::CreatePool{.code = "mutual",
                               .activity = "test",
                               .regime = pool::Regime::insurance,
                               .edges = Edges{{O::pool, O::member}, {O::member, O::pool}}});
    must(ins::OpenInsurance{.pool = kMutual, .asset = kUsd, .manager = OwnerId(99), .rules = {}});
    must(ledger::CreateAccounts{
        .accounts = {
            account(1, C::custody, O::pool), account(7, C::collateral, O::client, 7),
            account(8, C::collateral, O::client, 8), account(9, C::collateral, O::client, 9),
            account(10, C::collateral, O::client, 10), account(20, C::reserve, O::insurance, 2),
            account(21, C::reserve, O::insurance, 3), account(31, C::custody, O::pool, 0, kMutual),
            account(41, C::collateral, O::member, 41, kMutual)}});
    must(ins::DeclareHolding{.pool = kMutual, .account = AccountId(31), .custodian = OwnerId(500)});
    for (const auto& [to, amount] :
         {std::pair{7U, 1'000'00U}, {8U, 110'00U}, {9U, 1'000'00U}, {10U, 300'00U}, {21U, 30'00U}})
      must(pay(1, to, amount));
    must(pay(31, 41, 1'000'00, kMutual));
    must(ins::SubscribeTranche{.pool = kMutual,
                               .tranche = ins::TrancheKind::junior,
                               .owner = OwnerId(41),
                               .account = AccountId(41),
                               .amount = Amount(1'000'00)});
    must(market::CreateContract{.code = "P", .settlement_asset = kUsd, .price_scale = 2});
    for (const std::uint64_t owner : {7U, 8U, 9U, 10U})
      must(market::OpenParticipant{
          .pool = kPerps, .owner = OwnerId(owner), .collateral = AccountId(owner)});
    must(dm::OpenFund{.code = "f", .account = AccountId(20)});
    for (const auto& [owner, amount] : {std::pair{7U, 40'00U}, {8U, 10'00U}})
      must(dm::IssueShares{.fund = "f",
                           .owner = OwnerId(owner),
                           .account = AccountId(owner),
                           .amount = Amount(amount)});
  }

  // 10.00 + 39.99 + 30.00 stand before the layer, which bears what is above 79.99, up to 250.00 of
  // one loss and 300.00 in 365 days.
  void promise() {
    must(ins::SetReserve{
        .pool = kMutual, .asset = kUsd, .kind = ins::ReserveKind::layer, .amount = Amount(400'00)});
    must(pool::DeclareConduit{
        .code = "out", .from = kMutual, .to = kPerps, .asset = kUsd, .purpose = "the layer"});
    must(pool::DeclareConduit{
        .code = "back", .from = kPerps, .to = kMutual, .asset = kUsd, .purpose = "recoveries"});
    must(waterfall_with({.code = "parametric",
                         .kind = dm::LayerKind::excess_of_loss,
                         .order = 4,
                         .account = kLayer,
                         .conduit = kOut,
                         .cap = Amount(250'00),
                         .period_cap = Amount(300'00),
                         .period = base::Duration(365 * base::kDay.value()),
                         .attachment = Amount(79'99)}));
  }

  [[nodiscard]] static dm::DefineWaterfall waterfall_with(dm::LayerTerms last) {
    return {
        .pool = kPerps,
        .asset = kUsd,
        .layers = {
            {.code = "own", .kind = dm::LayerKind::defaulter_contribution, .order = 1, .fund = "f"},
            {.code = "fund", .kind = dm::LayerKind::pool_fund, .order = 2, .fund = "f"},
            {.code = "house",
             .kind = dm::LayerKind::operator_capital,
             .order = 3,
             .account = AccountId(21)},
            std::move(last)}};
  }

  // Owner 8 is short 10 at 100.00 with 100.00: at 135.00, 350.00 - 100.00 are missing.
  void first_default() {
    must(trades({{.quantity = 6}, {.quantity = 4, .buyer = 9}}));
    mark(135'00);
    fail(8);
  }

  [[nodiscard]] const ins::InsurancePool& mutual() const {
    return *state().insurance.pools.find(kMutual);
  }

  [[nodiscard]] const pool::Conduit& conduit(ConduitId id) const {
    return *state().pool.conduits.find(id);
  }
};

TEST_F(ParametricLayer, PaysWhatTheLayersBelowDoNotBearInTheSameCommand) {
  found();
  promise();
  first_default();
  const auto dry = engine_->dry_run({.id = base::CommandId(999),
                                     .principal = base::PrincipalId(1),
                                     .command = dm::AllocateLoss{.loss = 1}});
  ASSERT_TRUE(dry);
  const Reply run = must(dm::AllocateLoss{.loss = 1});
  ASSERT_EQ(run.outcome.postings.size(), 5U);
  ASSERT_EQ(dry->outcome.postings.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(dry->outcome.postings[i].amount, run.outcome.postings[i].amount);
  EXPECT_EQ(charge(1, "own"), Amount(10'00));
  EXPECT_EQ(charge(1, "fund"), Amount(39'99));
  EXPECT_EQ(charge(1, "house"), Amount(30'00));
  EXPECT_EQ(charge(1, "parametric"), Amount(170'01));
  EXPECT_EQ(loss(1).charged, Amount(250'00));
  EXPECT_EQ(loss(1).outstanding(), Amount());
  EXPECT_EQ(loss(1).certificate.size(), 64U);
  EXPECT_EQ(balance(kLayer), 229'99);
  EXPECT_EQ(balance(AccountId(8)), 350'00);  // what the settlement at 135.00 takes
  // Custody has not followed: each pool names what it owes the other, and no more than the loss.
  EXPECT_EQ(balance(conduit(kOut).half_from), 170'01);
  EXPECT_EQ(balance(conduit(kOut).half_to), -170'01);
  must(pool::SettleConduit{.conduit = kOut,
                           .custody_from = AccountId(31),
                           .custody_to = AccountId(1),
                           .amount = Amount(170'01)});
  EXPECT_EQ(balance(conduit(kOut).half_from), 0);
  EXPECT_EQ(balance(AccountId(1)), -(2'440'00 + 170'01));
  EXPECT_EQ(balance(AccountId(31)), -(1'000'00 - 170'01));

  // Nobody of the other side was touched, and the settlement pays them.
  must(market::Settle{.contract = kPerp});
  EXPECT_EQ(balance(AccountId(7)), 960'00 + 210'00);
  EXPECT_EQ(balance(AccountId(9)), 1'000'00 + 140'00);
  EXPECT_EQ(balance(AccountId(8)), 0);
  EXPECT_EQ(state().default_management.receipts.size(), 0U);

  must(ins::AdvanceInsurance{.pool = kMutual});
  EXPECT_EQ(mutual().funds.layer, Amount(229'99));
  EXPECT_EQ(mutual().losses_paid, Amount(170'01));
  EXPECT_EQ(mutual().funds.junior, Amount(600'00));
  expect_the_same_after_a_start();
}

TEST_F(ParametricLayer, DoesNotDropDownAndEndsWithItsYear) {
  found();
  promise();
  first_default();
  must(dm::AllocateLoss{.loss = 1});
  must(trades({{.price = 135'00, .quantity = 10, .buyer = 8, .seller = 10}}));
  must(market::Settle{.contract = kPerp});
  must(dm::EndLiquidation{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd});

  // Owner 10 has 300.00 and is short 10 from 135.00: at 190.00, 250.00 are missing. The year has
  // 300.00 - 170.01 left; nobody bears the 79.99 below the attachment, and 40.02 above it are more
  // than the year: 120.01 are for the other side.
  mark(190'00);
  fail(10);
  must(dm::AllocateLoss{.loss = 2});
  EXPECT_EQ(charge(2, "fund"), Amount());
  EXPECT_EQ(charge(2, "house"), Amount());
  EXPECT_EQ(charge(2, "parametric"), Amount(129'99));
  EXPECT_EQ(loss(2).outstanding(), Amount(120'01));
  EXPECT_EQ(balance(kLayer), 400'00 - 300'00);
  EXPECT_THAT(send(pay(7, 1, 1'00)).outcome.law, HasSubstr("loss 2 is open"));
  must(pay(31, 41, 1'00, kMutual));  // the insurance pool goes on
  must(dm::Deleverage{.loss = 2, .contract = kPerp, .ranking = dm::AdlRanking::pro_rata});
  EXPECT_EQ(loss(2).deleveraged, Amount(120'01));
  EXPECT_EQ(loss(2).outstanding(), Amount());
  expect_the_same_after_a_start();
}

TEST_F(ParametricLayer, RecoveriesGoBackOverTheOtherConduit) {
  found();
  promise();
  first_default();
  must(dm::AllocateLoss{.loss = 1});
  must(dm::RecoverLoss{.loss = 1, .account = AccountId(1), .amount = Amount(180'01)});
  // The last to bear first: all of the layer's 170.01, then 10.00 of the house's 30.00.
  EXPECT_EQ(balance(kLayer), 400'00);
  EXPECT_EQ(balance(AccountId(21)), 10'00);
  EXPECT_EQ(conduit(kBack).transferred, Amount(170'01));
  must(ins::AdvanceInsurance{.pool = kMutual});
  EXPECT_EQ(mutual().losses_paid, Amount());
  EXPECT_EQ(mutual().funds.layer, Amount(400'00));
  expect_the_same_after_a_start();
}

TEST_F(ParametricLayer, NothingElseReachesTheMoney) {
  found();
  promise();
  // Nobody sends it over the conduit without a loss, not even the operator.
  const Reply sent = send(pool::ConduitTransfer{.conduit = kOut,
                                                .debit_account = kLayer,
                                                .credit_account = AccountId(7),
                                                .amount = Amount(1'00),
                                                .code = 1});
  EXPECT_EQ(sent.outcome.door, DoorStatus::policy_breach);
  EXPECT_THAT(sent.outcome.law, HasSubstr("the layer pays for losses of a waterfall only"));
  // A layer of another pool without a way is refused where it is defined, and so is the way back.
  dm::LayerTerms layer{
      .code = "parametric", .kind = dm::LayerKind::excess_of_loss, .order = 4, .account = kLayer};
  EXPECT_EQ(send(waterfall_with(layer)).outcome.status,
            static_cast<std::uint16_t>(dm::DefineWaterfallStatus::conduit_missing));
  layer.conduit = kBack;
  EXPECT_EQ(send(waterfall_with(layer)).outcome.status,
            static_cast<std::uint16_t>(dm::DefineWaterfallStatus::conduit_does_not_lead_here));
  EXPECT_EQ(balance(kLayer), 400'00);
}

// What the conduit lets through bounds the layer, and a way that has closed gives nothing: the rest
// goes on to the other side, and the allocation is not refused.
TEST_F(ParametricLayer, TheConduitIsABound) {
  found();
  promise();
  must(pool::RetireConduit{.conduit = kOut, .reason = "replaced"});
  must(pool::DeclareConduit{.code = "narrow",
                            .from = kMutual,
                            .to = kPerps,
                            .asset = kUsd,
                            .purpose = "the layer",
                            .transfer_max = Amount(100'00)});
  first_default();
  EXPECT_EQ(engine_
                ->dry_run({.id = base::CommandId(999),
                           .principal = base::PrincipalId(1),
                           .command = dm::AllocateLoss{.loss = 1}})
                ->outcome.postings.size(),
            3U);
  must(waterfall_with({.code = "parametric",
                       .kind = dm::LayerKind::excess_of_loss,
                       .order = 4,
                       .account = kLayer,
                       .conduit = ConduitId(3U),
                       .attachment = Amount(79'99)}));
  must(dm::AllocateLoss{.loss = 1});
  EXPECT_EQ(charge(1, "parametric"), Amount(100'00));
  EXPECT_EQ(loss(1).outstanding(), Amount(70'01));
}

}  // namespace
}  // namespace cofferdam::engine
