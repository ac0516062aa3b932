// SPDX-License-Identifier: Apache-2.0
//
// An insurance pool in the books: tariffs and charges, premiums by the day, covers and their
// limits, the gate, reserves of several incidents, exits by the date of the incident, and random
// lives in which no unit is lost and no cover is bound beyond capital.
#include "cofferdam/books/insurance/cover_book.h"
#include "cofferdam/books/insurance/tariff_arithmetic.h"
#include "cofferdam/books/insurance/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::insurance {
namespace {

using test::Books;
using test::day;

constexpr std::int64_t kDay = base::kDay.value();

Amount units(std::uint64_t value) {
  return Amount(value);
}

PublishTariff tariff(const Books& books, std::uint32_t period, std::int64_t start) {
  return {.pool = books.pool,
          .asset = books.usd,
          .period = period,
          .start = day(start),
          .end = day(start + 30),
          .model = "model 1",
          .volume_ppm = 600'000,
          .capital = units(100'000),
          .cost_of_capital = Rate(base::kRateOne / 10),
          .expense_ratio = Rate(base::kRateOne / 5),
          .target = units(50'000),
          .members = {{.member = OwnerId(7),
                       .expected_loss = units(6'000),
                       .tail_share = units(70'000),
                       .volume = units(10'000'000),
                       .collateral = units(500'000)},
                      {.member = OwnerId(8),
                       .expected_loss = units(2'000),
                       .tail_share = units(30'000),
                       .volume = units(4'000'000),
                       .collateral = units(900'000)}}};
}

// Two members with money, and a pool with both tranches.
struct Pool : Books {
  AccountId seven;
  AccountId eight;
  AccountId junior;
  AccountId senior;

  explicit Pool(PoolRules rules = {}) : Books(rules) {
    seven = owner(7, 1'000'000);
    eight = owner(8, 1'000'000);
    junior = owner(21, 1'000'000);
    senior = owner(22, 1'000'000);
    give(AdmitMember{.pool = pool, .member = OwnerId(7), .name = "seven", .account = seven});
    give(AdmitMember{.pool = pool, .member = OwnerId(8), .name = "eight", .account = eight});
  }

  TrancheStatus subscribe(TrancheKind kind, std::uint64_t who, AccountId from,
                          std::uint64_t amount) {
    return give(SubscribeTranche{.pool = pool,
                                 .tranche = kind,
                                 .owner = OwnerId(who),
                                 .account = from,
                                 .amount = units(amount)});
  }

  void fill_tranches() {
    EXPECT_EQ(subscribe(TrancheKind::junior, 21, junior, 40'000), TrancheStatus::ok);
    EXPECT_EQ(subscribe(TrancheKind::senior, 22, senior, 60'000), TrancheStatus::ok);
  }

  void set_prices(std::uint32_t capacity_bps = 20'000) {
    for (const Peril peril :
         {Peril::exchange_insolvency, Peril::exploit, Peril::extreme_volatility, Peril::asset})
      ASSERT_EQ(give(SetPrices{.pool = pool, .peril = peril, .capacity_bps = capacity_bps}),
                CoverStatus::ok);
  }

  [[nodiscard]] BindCover cover(const std::string& code, std::uint64_t limit) const {
    return {.code = code,
            .pool = pool,
            .asset = usd,
            .terms = {.insured = OwnerId(7),
                      .counterparty = OwnerId(300),
                      .start = context.now,
                      .end = Time(context.now.value() + 100 * kDay),
                      .limit = units(limit)},
            .account = seven,
            .technical_premium = units(500),
            .model = "model 1",
            .capital_before = row().model_capital,
            .capital_after = row().model_capital};
  }

  ExitStage stage(std::uint32_t exit) const { return insurance.exits.find({pool, exit})->stage; }
};

TEST(InsurancePool, OpensOnceOverAPoolOfItsRegime) {
  Books books;
  using S = InsuranceStatus;
  const OpenInsurance again{.pool = books.pool, .asset = books.usd};
  EXPECT_EQ(books.give(again), S::exists);
  const PoolId other = books.add_pool({.code = "client", .regime = pool::Regime::omnibus});
  EXPECT_EQ(books.give(OpenInsurance{.pool = other, .asset = books.usd}), S::not_an_insurance_pool);
  OpenInsurance broken = again;
  broken.rules.gearing_bps = 0;
  EXPECT_EQ(books.give(broken), S::rules_malformed);
}

TEST(Tariff, IsPublishedBeforeItsPeriodAndStands) {
  Pool books;
  using S = TariffStatus;
  EXPECT_EQ(books.give(tariff(books, 1, 1)), S::period_begun);
  EXPECT_EQ(books.give(tariff(books, 1, 10)), S::ok);
  EXPECT_EQ(books.give(tariff(books, 1, 12)), S::ok);  // a later version, still before
  EXPECT_EQ(tariff_of(books.insurance, books.pool, 1)->version, 2U);
  EXPECT_EQ(books.give(tariff(books, 2, 41)), S::periods_overlap);
  EXPECT_EQ(books.give(tariff(books, 2, 42)), S::ok);
  books.at_day(13);
  EXPECT_EQ(books.give(tariff(books, 1, 14)), S::period_begun);
}

TEST(Tariff, ChargesTheContributionWhenBasesAreAsExpected) {
  Pool books;
  ASSERT_EQ(books.give(tariff(books, 1, 10)), TariffStatus::ok);
  const Tariff row = *tariff_of(books.insurance, books.pool, 1);
  // (8,000 + 10 % of 100,000) / 1.1 = 16,363.6..., up, over 0.8, up: 20,455; top-up at most that.
  EXPECT_EQ(row.technical, units(20'455));
  EXPECT_EQ(row.need, units(40'910));
  EXPECT_EQ(row.total, row.need);
  books.at_day(10);
  const ChargeMembers charge{.pool = books.pool,
                             .asset = books.usd,
                             .period = 1,
                             .members = {{OwnerId(7), units(10'000'000), units(500'000)},
                                         {OwnerId(8), units(4'000'000), units(900'000)}}};
  ASSERT_EQ(books.give(charge), ChargeStatus::ok);
  for (const std::uint64_t who : {7U, 8U}) {
    const Contribution& done = *books.insurance.contributions.find({books.pool, 1, OwnerId(who)});
    EXPECT_EQ(done.amount,
              books.insurance.rates.find({books.pool, 1, 1, OwnerId(who)})->contribution);
  }
  EXPECT_EQ(books.row().funds.unearned, row.need);
  // The same again changes nothing; other figures are refused.
  ASSERT_EQ(books.give(charge), ChargeStatus::ok);
  EXPECT_EQ(books.row().funds.unearned, row.need);
  ChargeMembers other = charge;
  other.members[1].volume = units(1);
  EXPECT_EQ(books.give(other), ChargeStatus::charged_otherwise);
}

TEST(Tariff, TiersAreChargedToTheUnit) {
  const std::vector<TariffTier> tiers{{units(0), 1'000'000}, {units(1'000), 500'000}};
  const Tariff row{.tiers = tiers, .volume_ppm = 1'000'000};
  // 2,000 of volume weigh 1,000 + 500; a contribution of 300 is 0.2 a unit, then 0.1.
  const auto rate =
      rate_of(row, OwnerId(1), {.volume = units(2'000)}, {.contribution = units(300)}, units(5));
  ASSERT_TRUE(rate.has_value());
  EXPECT_EQ(rate->volume_rates[0], Rate(base::kRateOne / 5));
  EXPECT_EQ(rate->volume_rates[1], Rate(base::kRateOne / 10));
  EXPECT_EQ(charge_of(row, *rate, units(2'000), {})->amount, units(300));
  EXPECT_EQ(charge_of(row, *rate, units(1'001), {})->amount, units(201));  // 200.1, up
  EXPECT_EQ(charge_of(row, *rate, units(0), {})->amount, units(5));        // the minimum
}

TEST(Premium, IsEarnedByTheDayAndTheLastTakesTheRest) {
  const Amount amount = units(100);
  EXPECT_EQ(earned_by(amount, day(10), day(40), day(10)), units(0));
  EXPECT_EQ(earned_by(amount, day(10), day(40), day(11)), units(3));
  EXPECT_EQ(earned_by(amount, day(10), day(40), Time(day(11).value() - 1)), units(0));
  EXPECT_EQ(earned_by(amount, day(10), day(40), day(39)), units(96));
  EXPECT_EQ(earned_by(amount, day(10), day(40), day(40)), units(100));
}

TEST(Premium, PartOfWhatIsEarnedRunsThePool) {
  Pool books;
  ASSERT_EQ(books.give(tariff(books, 1, 10)), TariffStatus::ok);
  books.at_day(25);
  ASSERT_EQ(books.give(ChargeMembers{.pool = books.pool,
                                     .asset = books.usd,
                                     .period = 1,
                                     .members = {{OwnerId(7), units(10'000'000), units(500'000)}}}),
            ChargeStatus::ok);
  const Amount due = books.insurance.contributions.find({books.pool, 1, OwnerId(7)})->amount;
  EXPECT_EQ(books.row().funds.earned + books.row().funds.expenses, Amount(due.units() / 2));
  EXPECT_EQ(books.row().funds.expenses.units(), due.units() / 2 / 5);
  EXPECT_EQ(books.give(PayExpense{
                .pool = books.pool, .account = books.eight, .amount = books.row().funds.expenses}),
            InsuranceStatus::ok);
  EXPECT_TRUE(books.row().funds.expenses.is_zero());
}

TEST(Cover, IsPricedByItsRuleAndNeverBelowTheModel) {
  Pool books;
  books.fill_tranches();
  books.set_prices();
  ASSERT_EQ(books.give(books.cover("A", 50'000)), CoverStatus::ok);
  const Cover cover = *books.insurance.covers.find("A");
  // 1 % a year of 50,000 for 100 days is 136; the model asks for 500.
  EXPECT_EQ(cover.premium, units(500));
  BindCover next = books.cover("B", 50'000);
  next.technical_premium = units(0);
  ASSERT_EQ(books.give(next), CoverStatus::ok);
  // The first took a quarter of the capacity: 100 + 500/4 bps a year for the second.
  EXPECT_EQ(books.insurance.covers.find("B")->rate_bps, 225U);
  EXPECT_EQ(books.insurance.covers.find("B")->premium, units(1'125 * 100 / 365));
  next = books.cover("C", 50'000);
  next.premium_max = units(499);
  EXPECT_EQ(books.give(next), CoverStatus::premium_above_most);
}

TEST(Cover, EveryLimitRefusesByItsName) {
  Pool books;
  books.fill_tranches();
  EXPECT_EQ(books.give(books.cover("A", 1'000)), CoverStatus::no_prices);
  books.set_prices();
  using S = CoverStatus;
  EXPECT_EQ(books.give(books.cover("A", 200'100)), S::beyond_capacity);
  BindCover bind = books.cover("A", 1'000);
  bind.capital_before = units(1);
  bind.capital_after = units(1);
  EXPECT_EQ(books.give(bind), S::capital_stale);
  bind = books.cover("A", 1'000);
  bind.capital_after = units(100'001);
  EXPECT_EQ(books.give(bind), S::gate_shut);
  bind.capital_after = units(100'000);
  EXPECT_EQ(books.give(bind), S::ok);
  EXPECT_EQ(books.row().model_capital, units(100'000));
  bind = books.cover("B", 1'000);
  bind.terms.start = day(0);
  EXPECT_EQ(books.give(bind), S::starts_in_the_past);
  bind = books.cover("B", 1'000);
  bind.terms.counterparty = OwnerId(99);
  EXPECT_EQ(books.give(bind), S::insures_the_pool);
  bind.terms.counterparty = OwnerId(500);  // the bank, with whom everything lies
  EXPECT_EQ(books.give(bind), S::wrong_way);
  bind.terms.counterparty = OwnerId(7);
  EXPECT_EQ(books.give(bind), S::insures_itself);
  bind = books.cover("B", 1'000);
  bind.terms.sets_own_marks = true;
  EXPECT_EQ(books.give(bind), S::own_marks_unguarded);
  bind.terms.warranties = {Warranty::independent_marks};
  bind.terms.retention_ppm = 100'000;
  EXPECT_EQ(books.give(bind), S::ok);
  bind = books.cover("C", 1'000);
  bind.terms.peril = Peril::asset;
  EXPECT_EQ(books.give(bind), S::sub_limits_malformed);
  bind.terms.sub_limits = {{StorageClass::hot, units(100)}, {StorageClass::cold, units(1'000)}};
  EXPECT_EQ(books.give(bind), S::ok);
}

TEST(Cover, OneCounterpartyMayNotTakeAll) {
  Pool books(PoolRules{.counterparty_ppm = 250'000});
  books.fill_tranches();
  books.set_prices();
  EXPECT_EQ(books.give(books.cover("A", 50'001)), CoverStatus::too_concentrated);
  EXPECT_EQ(books.give(books.cover("A", 50'000)), CoverStatus::ok);
  EXPECT_EQ(books.give(books.cover("B", 1)), CoverStatus::too_concentrated);
  BindCover other = books.cover("B", 50'000);
  other.terms.counterparty = OwnerId(301);
  EXPECT_EQ(books.give(other), CoverStatus::ok);
}

TEST(Cover, GearingHoldsWithoutAModel) {
  Pool books(PoolRules{.gearing_bps = 10'000});
  books.fill_tranches();
  books.set_prices(50'000);
  EXPECT_EQ(books.give(books.cover("A", 100'001)), CoverStatus::gate_shut);
  EXPECT_EQ(books.give(books.cover("A", 100'000)), CoverStatus::ok);
}

TEST(Cover, CancelledGivesTheDaysToComeBackAndLapsesAtItsEnd) {
  Pool books;
  books.fill_tranches();
  books.set_prices();
  ASSERT_EQ(books.give(books.cover("A", 50'000)), CoverStatus::ok);
  ASSERT_EQ(books.give(books.cover("B", 10'000)), CoverStatus::ok);
  EXPECT_EQ(books.row().active_cover, units(60'000));
  books.at_day(31);
  const base::i128 before = books.net(books.seven);
  ASSERT_EQ(books.give(CancelCover{.code = "A"}), CoverStatus::ok);
  EXPECT_EQ(books.net(books.seven) - before, 350);  // 70 of 100 days of 500
  EXPECT_EQ(books.row().active_cover, units(10'000));
  EXPECT_EQ(books.give(CancelCover{.code = "A"}), CoverStatus::cover_not_in_force);
  books.at_day(101);
  ASSERT_EQ(books.give(AdvanceInsurance{.pool = books.pool}), InsuranceStatus::ok);
  EXPECT_EQ(books.insurance.covers.find("B")->stage, CoverStage::lapsed);
  EXPECT_TRUE(books.row().active_cover.is_zero());
  EXPECT_TRUE(books.row().funds.unearned.is_zero());
}

TEST(Reserve, OfOneIncidentPaysForNoOther) {
  Pool books;
  books.fill_tranches();
  ASSERT_EQ(
      books.give(AddSurplus{.pool = books.pool, .account = books.eight, .amount = units(10'000)}),
      InsuranceStatus::ok);
  const ReserveFor first = books.incident(1, 1);
  const ReserveFor second = books.incident(2, 1);
  ASSERT_EQ(books.reserve(first, 30'000), ReserveStatus::ok);
  ASSERT_EQ(books.reserve(second, 40'000), ReserveStatus::ok);
  // Surplus 10,000, junior 40,000 but for a unit, the rest from the senior tranche.
  EXPECT_EQ(books.row().funds.junior, units(1));
  EXPECT_EQ(books.row().funds.senior, units(39'999));
  EXPECT_EQ(books.pay(second, 40'001, books.seven), ReserveStatus::exceeds_reserve);
  EXPECT_EQ(books.pay(first, 30'000, books.seven), ReserveStatus::ok);
  EXPECT_EQ(books.pay(first, 1, books.seven), ReserveStatus::exceeds_reserve);
  // What is left goes back the inverse way.
  ASSERT_EQ(books.reserve(second, 0), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.senior, units(60'000));
  EXPECT_EQ(books.row().funds.junior, units(20'000));
  EXPECT_TRUE(books.row().funds.earned.is_zero());
  // A recovery too: the junior tranche bore last.
  ASSERT_EQ(books.recover(first, 25'000, books.eight), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.junior, units(40'000));
  EXPECT_EQ(books.row().funds.earned, units(5'000));
  EXPECT_EQ(books.recover(first, 5'001, books.eight), ReserveStatus::exceeds_borne);
}

TEST(Reserve, IbnrIsTakenFirstForWhatWasThenReported) {
  Pool books;
  books.fill_tranches();
  ASSERT_EQ(books.give(SetReserve{.pool = books.pool, .asset = books.usd, .amount = units(5'000)}),
            InsuranceStatus::ok);
  ASSERT_EQ(books.reserve(books.incident(1, 1), 8'000), ReserveStatus::ok);
  EXPECT_TRUE(books.row().funds.ibnr_reserve.is_zero());
  EXPECT_EQ(books.row().funds.junior, units(32'000));
  ASSERT_EQ(books.reserve(books.incident(1, 1), 0), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.ibnr_reserve, units(5'000));
  EXPECT_EQ(books.row().funds.junior, units(35'000));
}

TEST(Exit, BearsIncidentsFromBeforeItLeftAndNoOthers) {
  Pool books(PoolRules{.exit_tail = Duration(20 * kDay)});
  const AccountId second = books.owner(23, 1'000'000);
  ASSERT_EQ(books.subscribe(TrancheKind::junior, 21, books.junior, 40'000), TrancheStatus::ok);
  ASSERT_EQ(books.subscribe(TrancheKind::junior, 23, second, 40'000), TrancheStatus::ok);
  books.at_day(2);
  ASSERT_EQ(
      books.give(RequestExit{.pool = books.pool, .owner = OwnerId(21), .account = books.junior}),
      TrancheStatus::ok);
  EXPECT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::notice_runs);
  books.at_day(15);  // out since day 12
  EXPECT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::answers_still);
  // One incident from before, one from after, both reported now: the first is shared.
  const ReserveFor old = books.incident(1, 11);
  const ReserveFor young = books.incident(2, 12);
  books.report(old);
  books.report(young);
  ASSERT_EQ(books.reserve(old, 20'000), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.junior_exits, units(30'000));
  ASSERT_EQ(books.reserve(young, 10'000), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.junior_exits, units(30'000));
  EXPECT_EQ(books.row().funds.junior, units(20'000));
  books.at_day(40);
  EXPECT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::answers_still);
  ASSERT_EQ(books.pay(old, 20'000, books.seven), ReserveStatus::ok);
  books.settle(old);
  const base::i128 before = books.net(books.junior);
  ASSERT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::ok);
  EXPECT_EQ(books.net(books.junior) - before, 30'000);
  EXPECT_EQ(books.stage(1), ExitStage::paid);
  // A recovery reaches him after he was paid.
  ASSERT_EQ(books.recover(old, 10'000, books.eight), ReserveStatus::ok);
  EXPECT_EQ(books.net(books.junior) - before, 35'000);
}

TEST(Exit, WaitsInItsOrderWhileTheGateIsShut) {
  Pool books;
  books.fill_tranches();
  books.set_prices(100'000);
  BindCover bind = books.cover("A", 1'000);
  bind.capital_after = units(70'000);
  ASSERT_EQ(books.give(bind), CoverStatus::ok);
  books.at_day(2);
  ASSERT_EQ(books.give(RequestExit{.pool = books.pool,
                                   .tranche = TrancheKind::senior,
                                   .owner = OwnerId(22),
                                   .account = books.senior}),
            TrancheStatus::ok);
  ASSERT_EQ(books.give(RequestExit{
                .pool = books.pool, .owner = OwnerId(21), .account = books.junior, .shares = 100}),
            TrancheStatus::ok);
  books.at_day(20);
  // 60,000 would leave 40,000 of the 70,000 required; and nobody overtakes.
  EXPECT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::gate_shut);
  EXPECT_EQ(books.give(PayExit{books.pool, 2}), TrancheStatus::gate_shut);
  ASSERT_EQ(books.give(AdvanceInsurance{.pool = books.pool}), InsuranceStatus::ok);
  ASSERT_EQ(
      books.give(AddSurplus{.pool = books.pool, .account = books.eight, .amount = units(40'000)}),
      InsuranceStatus::ok);
  EXPECT_EQ(books.stage(1), ExitStage::out);
  EXPECT_EQ(books.insurance.exits.find({books.pool, 1})->left, day(20));
  EXPECT_EQ(books.give(PayExit{books.pool, 1}), TrancheStatus::ok);
}

TEST(Guard, NobodyMovesTheMoneyOfAFundFromOutside) {
  Pool books;
  books.fill_tranches();
  const auto post = [&](AccountId from, AccountId to, std::uint64_t amount) {
    EXPECT_EQ(ledger::post_leg(books.ledger, books.context, books.ledger.accounts.find_slot(from),
                               books.ledger.accounts.find_slot(to), units(amount), 1),
              ledger::TransferStatus::ok);
    const bool found =
        find_foreign_movement(books.insurance, books.ledger, books.defaults, books.resolution)
            .has_value();
    books.changes.rollback();
    return found;
  };
  EXPECT_TRUE(post(fund_account(Fund::junior, books.pool), books.seven, 1));
  EXPECT_TRUE(post(books.seven, fund_account(Fund::earned, books.pool), 1));
  EXPECT_FALSE(post(books.seven, books.eight, 1));
  // A custodian that was not named.
  const AccountId other = books.add_account({.pool = books.pool,
                                             .asset = books.usd,
                                             .account_class = ledger::AccountClass::custody,
                                             .owner_class = ledger::OwnerClass::pool});
  books.changes.commit();
  EXPECT_TRUE(post(other, books.bank, 10));
  ASSERT_EQ(books.give(DeclareHolding{books.pool, other, OwnerId(300)}), InsuranceStatus::ok);
  EXPECT_FALSE(post(other, books.bank, 10));
  // Somebody against whose failure the pool insures.
  books.set_prices();
  ASSERT_EQ(books.give(books.cover("A", 1'000)), CoverStatus::ok);
  EXPECT_TRUE(post(other, books.bank, 10));
}

TEST(Layer, IsPaidByAWaterfallAndTheRowsFollow) {
  Pool books;
  books.fill_tranches();
  ASSERT_EQ(books.give(SetReserve{.pool = books.pool,
                                  .asset = books.usd,
                                  .kind = ReserveKind::layer,
                                  .amount = units(30'000)}),
            InsuranceStatus::ok);
  const AccountId layer = fund_account(Fund::layer, books.pool);
  const auto charge = [&](std::uint64_t posted, std::uint64_t recorded) {
    EXPECT_EQ(ledger::post_leg(books.ledger, books.context, books.ledger.accounts.find_slot(layer),
                               books.ledger.accounts.find_slot(books.eight), units(posted), 911),
              ledger::TransferStatus::ok);
    books.defaults.charges.insert(books.changes,
                                  default_management::Charge{.loss = 1,
                                                             .layer = "xl",
                                                             .asset = books.usd,
                                                             .account = layer,
                                                             .amount = units(recorded)});
    return find_foreign_movement(books.insurance, books.ledger, books.defaults, books.resolution)
        .has_value();
  };
  EXPECT_TRUE(charge(10'000, 9'999));
  books.changes.rollback();
  EXPECT_FALSE(charge(10'000, 10'000));
  books.end();
  ASSERT_EQ(books.give(AdvanceInsurance{.pool = books.pool}), InsuranceStatus::ok);
  EXPECT_EQ(books.row().funds.layer, units(20'000));
  EXPECT_EQ(books.row().losses_paid, units(10'000));
  const ReserveFor what{books.pool, ReserveKind::layer, 0, {}};
  ASSERT_EQ(books.recover(what, 4'000, books.eight), ReserveStatus::ok);
  EXPECT_EQ(books.row().funds.junior, units(14'000));
}

TEST(Layer, IsNotPromisedBeyondTheGate) {
  Pool books(PoolRules{.gearing_bps = 10'000});
  books.fill_tranches();
  books.set_prices(50'000);
  ASSERT_EQ(books.give(books.cover("A", 80'000)), CoverStatus::ok);
  SetReserve set{
      .pool = books.pool, .asset = books.usd, .kind = ReserveKind::layer, .amount = units(20'001)};
  EXPECT_EQ(books.give(set), InsuranceStatus::gate_shut);
  set.amount = units(20'000);
  EXPECT_EQ(books.give(set), InsuranceStatus::ok);
}

}  // namespace
}  // namespace cofferdam::insurance
