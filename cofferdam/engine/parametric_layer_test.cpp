// SPDX-License-Identifier: Apache-2.0
//
// A default that goes through every layer of its own pool into the parametric layer of an insurance
// pool, over a conduit, through the door. All figures were worked out by hand and stand beside the
// steps.
#include "cofferdam/engine/test_books.h"

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

class ParametricLayer : public TestBooks {
 protected:
  [[nodiscard]] static ledger::AccountEvent account(std::uint64_t id, PoolId pool,
                                                    ledger::AccountClass what,
                                                    ledger::OwnerClass whose,
                                                    std::uint64_t owner = 0) {
    const bool is_custody = what == ledger::AccountClass::custody;
    return {.id = AccountId(id),
            .pool = pool,
            .asset = kUsd,
            .account_class = what,
            .owner_class = whose,
            .owner = OwnerId(owner),
            .code = 1,
            .flags =
                is_custody ? std::uint16_t{0} : std::uint16_t{ledger::kDebitsMustNotExceedCredits}};
  }

  Command pay(PoolId pool, std::uint64_t from, std::uint64_t to, std::uint64_t amount) {
    return ledger::CreateTransfers{.transfers = {{.id = base::TransferId(++transfer_),
                                                  .debit_account = AccountId(from),
                                                  .credit_account = AccountId(to),
                                                  .amount = Amount(amount),
                                                  .pool = pool,
                                                  .asset = kUsd,
                                                  .code = 1}}};
  }

  void open_pool(PoolId number, pool::CreatePool pool) {
    must(std::move(pool));
    must(pool::AttachAgreement{.pool = number,
                               .title = "Deed",
                               .document = std::string(64, 'a'),
                               .parties = {"x"},
                               .law = "none"});
    pool::ActivatePool activate;
    activate.pool = number;
    must(activate);
  }

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
    must(ledger::CreateAccounts{.accounts = {account(1, kPerps, C::custody, O::pool),
                                             account(7, kPerps, C::collateral, O::client, 7),
                                             account(8, kPerps, C::collateral, O::client, 8),
                                             account(9, kPerps, C::collateral, O::client, 9),
                                             account(10, kPerps, C::collateral, O::client, 10),
                                             account(20, kPerps, C::reserve, O::insurance, 2),
                                             account(21, kPerps, C::reserve, O::insurance, 3),
                                             account(31, kMutual, C::custody, O::pool),
                                             account(41, kMutual, C::collateral, O::member, 41)}});
    must(ins::DeclareHolding{.pool = kMutual, .account = AccountId(31), .custodian = OwnerId(500)});
    for (const auto& [to, amount] :
         {std::pair{7U, 1'000'00U}, {8U, 110'00U}, {9U, 1'000'00U}, {10U, 300'00U}, {21U, 30'00U}})
      must(pay(kPerps, 1, to, amount));
    must(pay(kMutual, 31, 41, 1'000'00));
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

  void trade(std::uint64_t id, std::uint64_t price, std::int64_t quantity, std::uint64_t buyer,
             std::uint64_t seller) {
    must(market::RecordTrades{.trades = {{.id = id,
                                          .contract = kPerp,
                                          .price = base::Price(static_cast<std::int64_t>(price)),
                                          .quantity = base::Quantity(quantity),
                                          .buyer_pool = kPerps,
                                          .buyer = OwnerId(buyer),
                                          .seller_pool = kPerps,
                                          .seller = OwnerId(seller)}}});
  }

  // The owner's case and its loss at this mark.
  void fails_at(std::int64_t price, std::uint64_t owner) {
    must(market::RecordMarks{.marks = {{.contract = kPerp, .price = base::Price(price)}}});
    must(dm::BeginLiquidation{.pool = kPerps, .owner = OwnerId(owner), .asset = kUsd});
    must(dm::DeclareDefault{
        .pool = kPerps, .owner = OwnerId(owner), .asset = kUsd, .cause = "price-gap"});
  }

  // Owner 8 is short 10 at 100.00 with 100.00: at 135.00, 350.00 - 100.00 are missing.
  void first_default() {
    trade(1, 100'00, 6, 7, 8);
    trade(2, 100'00, 4, 9, 8);
    fails_at(135'00, 8);
  }

  [[nodiscard]] std::int64_t balance(AccountId id) const {
    const ledger::Account& row = *engine_->state().ledger.accounts.find(id);
    return static_cast<std::int64_t>(row.credits_posted.units()) -
           static_cast<std::int64_t>(row.debits_posted.units());
  }

  [[nodiscard]] const dm::Loss& loss(std::uint32_t number) const {
    return *engine_->state().default_management.losses.find(number);
  }

  [[nodiscard]] Amount charge(std::uint32_t number, const char* layer) const {
    const dm::Charge* row = engine_->state().default_management.charges.find({number, layer});
    return row == nullptr ? Amount() : row->amount;
  }

  [[nodiscard]] const ins::InsurancePool& mutual() const {
    return *engine_->state().insurance.pools.find(kMutual);
  }

  [[nodiscard]] const pool::Conduit& conduit(ConduitId id) const {
    return *engine_->state().pool.conduits.find(id);
  }

  std::uint64_t transfer_ = 0;
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
  EXPECT_EQ(engine_->state().default_management.receipts.size(), 0U);

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
  trade(3, 135'00, 10, 8, 10);
  must(market::Settle{.contract = kPerp});
  must(dm::EndLiquidation{.pool = kPerps, .owner = OwnerId(8), .asset = kUsd});

  // Owner 10 has 300.00 and is short 10 from 135.00: at 190.00, 250.00 are missing. The year has
  // 300.00 - 170.01 left; nobody bears the 79.99 below the attachment, and 40.02 above it are more
  // than the year: 120.01 are for the other side.
  fails_at(190'00, 10);
  must(dm::AllocateLoss{.loss = 2});
  EXPECT_EQ(charge(2, "fund"), Amount());
  EXPECT_EQ(charge(2, "house"), Amount());
  EXPECT_EQ(charge(2, "parametric"), Amount(129'99));
  EXPECT_EQ(loss(2).outstanding(), Amount(120'01));
  EXPECT_EQ(balance(kLayer), 400'00 - 300'00);
  EXPECT_THAT(send(pay(kPerps, 7, 1, 1'00)).outcome.law, HasSubstr("loss 2 is open"));
  must(pay(kMutual, 31, 41, 1'00));  // the insurance pool goes on
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
