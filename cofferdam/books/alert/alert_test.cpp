// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/answer_alert.h"
#include "cofferdam/books/alert/evaluate.h"
#include "cofferdam/books/alert/invariants.h"
#include "cofferdam/books/alert/set_alert.h"
#include "cofferdam/books/alert/value.h"
#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::alert {
namespace {

using base::i128;
using base::u128;
using ledger::OwnerClass;
using S = SetAlertStatus;

class Alerts {
 public:
  pool::test::Books books;
  custody::State custody;
  State alerts;
  AssetId usd;
  PoolId pool;
  PoolId other;
  base::AccountId wallet, client, buffer, other_wallet, other_client;

  Alerts() {
    usd = books.add_asset("USD", 2);
    pool = add_pool("main");
    other = add_pool("other");
    wallet = open(pool, AccountClass::custody, OwnerClass::pool, 0);
    client = open(pool, AccountClass::collateral, OwnerClass::client, 7);
    buffer = open(pool, AccountClass::buffer, OwnerClass::house, 1);
    other_wallet = open(other, AccountClass::custody, OwnerClass::pool, 0);
    other_client = open(other, AccountClass::collateral, OwnerClass::client, 7);
    books.context.principal = PrincipalId(1);
    books.changes.commit();
  }

  [[nodiscard]] Books view() const {
    return {books.ledger, books.facts, books.decisions, books.pools, custody};
  }

  // As the engine ends a command; what became of alerts.
  std::vector<AlertChange> end(Occasion occasion = Occasion::command) {
    evaluate(alerts, view(), books.context, occasion);
    EXPECT_EQ(check_alerts_move_in_order(alerts), std::nullopt);
    for (const auto& [key, kept] : alerts.standings.rows())
      EXPECT_TRUE(pool::is_balanced(kept.sums));
    auto changes = changes_of(alerts);
    books.changes.commit();
    ++books.context.sequence;
    return changes;
  }

  std::vector<AlertChange> tick(Duration later) {
    books.context.now = books.context.now + later;
    return end(Occasion::tick);
  }

  std::vector<AlertChange> pay(base::AccountId debit, base::AccountId credit, u128 amount) {
    EXPECT_EQ(books.transfer(debit, credit, amount, 1), ledger::TransferStatus::ok);
    return end();
  }

  S set(const SetAlert& command) {
    if (const S status = check_shape(command); status != S::ok) return status;
    const Books b = view();
    S status = check_state(command, alerts, b.ledger, b.facts, b.decisions, b.pools, b.custody);
    if (status == S::ok)
      status =
          apply(command, alerts, b.ledger, b.facts, b.decisions, b.pools, b.custody, books.context);
    return status;
  }

  template <class Command>
  AnswerAlertStatus answer(const Command& command) {
    const Books b = view();
    const auto status =
        check_state(command, alerts, b.ledger, b.facts, b.decisions, b.pools, b.custody);
    if (status != AnswerAlertStatus::ok) return status;
    return apply(command, alerts, b.ledger, b.facts, b.decisions, b.pools, b.custody,
                 books.context);
  }

  [[nodiscard]] SetAlert surplus(i128 raise, i128 clear) const {
    return {.code = "surplus",
            .measure = Measure::segregation_surplus,
            .pool = pool,
            .asset = usd,
            .raise = SignedAmount(raise),
            .clear = SignedAmount(clear),
            .severity = Severity::critical};
  }

  [[nodiscard]] std::string encoded() const {
    base::Encoder out;
    State::tables(alerts, [&](const auto& table) { table.encode_to(out); });
    return out.take();
  }

  [[nodiscard]] const AlertStatus& status() const { return *alerts.statuses.find(AlertId(1)); }

  [[nodiscard]] std::optional<i128> value() const {
    return measure(*alerts.rules.find(AlertId(1)), status(), alerts, view(), books.context.now)
        .value;
  }

  base::AccountId open_general() {
    return open(pool, AccountClass::general, OwnerClass::client, 9);
  }

 private:
  PoolId add_pool(const std::string& code) {
    pool::CreatePool command{.code = code, .regime = pool::Regime::omnibus};
    command.buffer_caps = {{usd, base::Amount(100'000)}};
    command.edges = {{OwnerClass::pool, OwnerClass::client, 0},
                     {OwnerClass::client, OwnerClass::pool, 0},
                     {OwnerClass::pool, OwnerClass::house, 0},
                     {OwnerClass::house, OwnerClass::pool, 0},
                     {OwnerClass::house, OwnerClass::client, 0}};
    return books.add_pool(command);
  }

  base::AccountId open(PoolId in, AccountClass account_class, OwnerClass owner_class,
                       std::uint64_t owner) {
    return books.add_account({.pool = in,
                              .asset = usd,
                              .account_class = account_class,
                              .owner_class = owner_class,
                              .owner = owner});
  }
};

TEST(Alert, RaisedAcknowledgedClearedAndRaisedAgain) {
  Alerts a;
  a.pay(a.wallet, a.client, 500'000);
  a.pay(a.wallet, a.buffer, 50'000);
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  EXPECT_TRUE(a.end().empty());
  EXPECT_EQ(a.value(), 50'000);
  const auto raised = a.pay(a.buffer, a.client, 35'000);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].what, AlertMove::raised);
  EXPECT_EQ(raised[0].value, SignedAmount(15'000));
  EXPECT_EQ(raised[0].severity, Severity::critical);
  EXPECT_EQ(a.answer(AcknowledgeAlert{AlertId(1), "funding"}), AnswerAlertStatus::ok);
  EXPECT_EQ(a.end().size(), 1U);
  EXPECT_EQ(a.answer(AcknowledgeAlert{AlertId(1), ""}),
            AnswerAlertStatus::alert_acknowledged_already);
  EXPECT_TRUE(a.pay(a.wallet, a.buffer, 14'999).empty());  // inside the band
  EXPECT_EQ(a.status().state, AlertState::acknowledged);
  EXPECT_EQ(a.pay(a.wallet, a.buffer, 1).at(0).what, AlertMove::cleared);
  EXPECT_EQ(a.answer(AcknowledgeAlert{AlertId(1), ""}), AnswerAlertStatus::alert_not_raised);
  a.end();
  EXPECT_EQ(a.pay(a.buffer, a.wallet, 20'000).at(0).what, AlertMove::raised);
  EXPECT_TRUE(a.status().acknowledged_by.is_none());
  EXPECT_EQ(a.status().worst, SignedAmount(10'000));
}

TEST(Alert, RulesAreJudgedWhole) {
  Alerts a;
  const SetAlert good = a.surplus(1, 2);
  const auto with = [&](auto change) {
    SetAlert command = good;
    change(command);
    return a.set(command);
  };
  EXPECT_EQ(with([](SetAlert& c) { c.code = "no spaces"; }), S::code_malformed);
  EXPECT_EQ(with([](SetAlert& c) { c.description = std::string(1025, 'x'); }),
            S::description_too_long);
  EXPECT_EQ(with([](SetAlert& c) { c.pool = {}; }), S::pool_missing);
  EXPECT_EQ(with([](SetAlert& c) { c.asset = {}; }), S::asset_missing);
  EXPECT_EQ(with([](SetAlert& c) { c.account_class = AccountClass::fee; }), S::class_not_used);
  EXPECT_EQ(with([](SetAlert& c) { c.measure = Measure::balance; }), S::class_missing);
  EXPECT_EQ(with([](SetAlert& c) { c.source = SourceId(1); }), S::source_not_used);
  EXPECT_EQ(with([](SetAlert& c) { c.fact_key = "x"; }), S::fact_key_not_used);
  EXPECT_EQ(with([](SetAlert& c) { c.vault = VaultId(1); }), S::vault_not_used);
  EXPECT_EQ(with([](SetAlert& c) { c.measure = Measure::fact_age; }), S::pool_not_used);
  EXPECT_EQ(with([](SetAlert& c) { c.raise_after = Duration(-1); }), S::raise_after_negative);
  EXPECT_EQ(with([](SetAlert& c) { c.clear_after = Duration(-1); }), S::clear_after_negative);
  EXPECT_EQ(with([](SetAlert& c) { c.sample_every = Duration(); }), S::sample_every_not_positive);
  EXPECT_EQ(with([](SetAlert& c) { c.clear = SignedAmount(0); }), S::clear_on_the_bad_side);
  EXPECT_EQ(with([](SetAlert& c) { c.direction = Direction::above; }), S::clear_on_the_bad_side);
  EXPECT_EQ(with([](SetAlert& c) { c.clear = c.raise; }), S::clear_without_band);
  EXPECT_EQ(with([](SetAlert& c) { c.pool = PoolId(99); }), S::pool_not_found);
  EXPECT_EQ(with([](SetAlert& c) { c.asset = AssetId(99); }), S::asset_not_found);
  EXPECT_EQ(a.set(good), S::ok);
  EXPECT_EQ(with([&](SetAlert& c) { c.pool = a.other; }), S::measure_differs);
  EXPECT_EQ(with([](SetAlert& c) { c.clear = SignedAmount(9); }), S::ok);
  EXPECT_EQ(a.alerts.rules.size(), 1U);
  EXPECT_EQ(a.alerts.watches.size(), 1U);
}

TEST(Alert, ANewLevelIsLookedAtAtOnce) {
  Alerts a;
  a.pay(a.wallet, a.buffer, 50'000);
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  EXPECT_TRUE(a.end().empty());
  ASSERT_EQ(a.set(a.surplus(60'000, 70'000)), S::ok);
  EXPECT_EQ(a.end().at(0).what, AlertMove::raised);
}

TEST(Alert, ARetiredRuleIsEvaluatedNoMoreUntilItIsSetAgain) {
  Alerts a;
  a.pay(a.wallet, a.buffer, 10'000);
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  EXPECT_EQ(a.end().size(), 1U);
  EXPECT_EQ(a.answer(RetireAlert{AlertId(1), "moved"}), AnswerAlertStatus::ok);
  EXPECT_EQ(a.end().at(0).what, AlertMove::retired);
  EXPECT_EQ(a.alerts.watches.size(), 0U);
  EXPECT_EQ(a.alerts.standings.size(), 0U);
  EXPECT_TRUE(a.pay(a.wallet, a.buffer, 1'000).empty());
  EXPECT_EQ(a.answer(RetireAlert{AlertId(1), ""}), AnswerAlertStatus::alert_retired);
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  EXPECT_EQ(a.end().at(0).what, AlertMove::raised);
  EXPECT_EQ(a.value(), 11'000);
}

TEST(Alert, ACommandOnAnotherPoolTouchesNothing) {
  Alerts a;
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  a.end();
  const std::string before = a.encoded();
  EXPECT_EQ(a.books.transfer(a.other_wallet, a.other_client, 5'000, 1), ledger::TransferStatus::ok);
  evaluate(a.alerts, a.view(), a.books.context, Occasion::command);
  EXPECT_TRUE(a.alerts.statuses.untouched());
  EXPECT_TRUE(a.alerts.standings.untouched());
  EXPECT_TRUE(a.alerts.samples.untouched());
  a.books.changes.commit();
  EXPECT_EQ(a.encoded(), before);
}

TEST(Alert, WhatIsTakenBackLeavesNoTrace) {
  Alerts a;
  a.pay(a.wallet, a.buffer, 50'000);
  ASSERT_EQ(a.set(a.surplus(20'000, 30'000)), S::ok);
  a.end();
  const std::string before = a.encoded();
  EXPECT_EQ(a.books.transfer(a.buffer, a.client, 45'000, 1), ledger::TransferStatus::ok);
  evaluate(a.alerts, a.view(), a.books.context, Occasion::command);
  EXPECT_EQ(changes_of(a.alerts).size(), 1U);
  a.books.changes.rollback();
  EXPECT_EQ(a.encoded(), before);
}

// The sums in step are those of a count over all accounts, after any transfers.
TEST(Alert, KeptSumsAreThoseOfAFullCount) {
  rc::check([](const std::vector<std::uint16_t>& steps) {
    Alerts a;
    a.pay(a.wallet, a.buffer, 40'000);
    RC_ASSERT(a.set(a.surplus(0, 1)) == S::ok);
    a.end();
    for (const std::uint16_t step : steps) {
      const base::AccountId debit = step % 3 == 0 ? a.buffer : a.wallet;
      const base::AccountId credit = step % 5 == 0 ? a.buffer : a.client;
      if (debit == credit) continue;
      (void)a.books.transfer(debit, credit, 1 + step % 50, 1);
      a.end();
      pool::Standing full;
      a.books.ledger.accounts.each([&](const ledger::Account& account) {
        if (account.pool == a.pool) pool::add(full, account);
      });
      RC_ASSERT(a.value() == pool::surplus(full).value());
      RC_ASSERT(pool::is_balanced(full));
    }
  });
}

// Sums beyond 127 bits are no small ones: two payments between accounts of one owner do not heal a
// shortfall.
TEST(Alert, HugeClaimsHealNothing) {
  constexpr u128 kHuge = u128{1} << 126U;
  for (const Measure what : {Measure::segregation_surplus, Measure::segregation_ratio}) {
    Alerts a;
    a.pay(a.wallet, a.buffer, 40'000);
    a.pay(a.wallet, a.client, 40'000);
    SetAlert rule = what == Measure::segregation_surplus ? a.surplus(50'000, 60'000)
                                                         : a.surplus(2'500'000, 2'500'001);
    rule.measure = what;
    ASSERT_EQ(a.set(rule), S::ok);
    a.end();
    const std::optional<i128> small = a.value();
    ASSERT_EQ(a.status().state, AlertState::raised);
    // All together one unit less than 2^128: the most that a class of accounts can be paid.
    for (const u128 amount : {kHuge, kHuge, kHuge, kHuge - 1}) {
      const base::AccountId debit = a.open_general();
      EXPECT_TRUE(a.pay(debit, a.open_general(), amount).empty());
      EXPECT_EQ(a.status().state, AlertState::raised);
      EXPECT_LE(*a.value(), *small);
    }
    pool::Standing full;
    a.books.ledger.accounts.each([&](const ledger::Account& account) {
      if (account.pool == a.pool) pool::add(full, account);
    });
    EXPECT_EQ(a.alerts.standings.rows().begin()->second.sums.owed, full.owed);
    EXPECT_EQ(full.owed.high, 1);
  }
}

TEST(Alert, RatioAndBufferAreRoundedAsTheySay) {
  Alerts a;
  a.pay(a.wallet, a.client, 300'000);
  a.pay(a.wallet, a.buffer, 1);
  SetAlert ratio = a.surplus(1'000'001, 1'000'002);
  ratio.measure = Measure::segregation_ratio;
  ASSERT_EQ(a.set(ratio), S::ok);
  a.end();
  EXPECT_EQ(a.value(), 1'000'003);  // 300,001 of 300,000: 1,000,003.33 down
  SetAlert used = a.surplus(900'000, 800'000);
  used.code = "buffer";
  used.measure = Measure::buffer_used;
  used.direction = Direction::above;
  ASSERT_EQ(a.set(used), S::ok);
  a.end();
  const AlertRule& rule = *a.alerts.rules.find(AlertId(2));
  const auto of_buffer = [&] {
    return measure(rule, *a.alerts.statuses.find(rule.id), a.alerts, a.view(), Time()).value;
  };
  EXPECT_EQ(of_buffer(), 10);  // 1 of 100,000: ten parts in a million
  EXPECT_EQ(a.pay(a.wallet, a.buffer, 90'000).at(0).alert, AlertId(2));
}

TEST(Alert, NothingOwedIsNoRatio) {
  Alerts a;
  SetAlert ratio = a.surplus(1'000'000, 1'000'001);
  ratio.measure = Measure::segregation_ratio;
  ASSERT_EQ(a.set(ratio), S::ok);
  EXPECT_TRUE(a.end().empty());
  EXPECT_EQ(a.value(), std::nullopt);
}

TEST(Alert, AgeOfAFactComesWithTheTick) {
  Alerts a;
  const fact::DeclareSource source{.code = "feed", .staleness = base::kHour, .scale = 2};
  apply(source, a.books.facts, a.books.context);
  a.end();
  ASSERT_EQ(a.set({.code = "stale",
                   .measure = Measure::fact_age,
                   .source = SourceId(1),
                   .direction = Direction::above,
                   .raise = SignedAmount(60),
                   .clear = SignedAmount(10)}),
            S::ok);
  EXPECT_TRUE(a.end().empty());
  EXPECT_TRUE(a.tick(base::kSecond * 60).empty());
  EXPECT_EQ(a.tick(base::kSecond).at(0).what, AlertMove::raised);
  const fact::RecordFact fact{.source = SourceId(1),
                              .fact_key = "BTC",
                              .value = fact::Value(100),
                              .scale = 2,
                              .observed = a.books.context.now};
  apply(fact, a.books.facts, a.books.context);
  EXPECT_EQ(a.end().at(0).what, AlertMove::cleared);
}

TEST(Alert, AgeOfAHoldIsThatOfTheOldest) {
  Alerts a;
  a.pay(a.wallet, a.client, 1'000);
  a.books.context.now = a.books.context.now + base::kDay;
  ASSERT_EQ(a.set({.code = "holds",
                   .measure = Measure::hold_age,
                   .pool = a.pool,
                   .direction = Direction::above,
                   .raise = SignedAmount(3600),
                   .clear = SignedAmount(0)}),
            S::ok);
  a.end();
  const auto hold = [&](std::uint64_t address) {
    const base::Slot slot = a.books.ledger.accounts.find_slot(a.wallet);
    a.books.ledger.holds.insert(a.books.changes,
                                {.id = base::TransferId(address),
                                 .debit = slot,
                                 .credit = a.books.ledger.accounts.find_slot(a.client),
                                 .amount = base::Amount(1),
                                 .address = address});
    a.end();
  };
  hold(10);
  a.tick(base::kSecond * 1800);
  hold(11);
  EXPECT_EQ(a.tick(base::kSecond * 1801).size(), 1U);
  EXPECT_EQ(a.value(), 3601);
  const auto first = a.books.ledger.holds.find_slot(base::TransferId(10));
  a.books.ledger.holds.erase(a.books.changes, first);
  EXPECT_TRUE(a.end().empty());  // the other is 1,801 seconds old: inside the band
  EXPECT_EQ(a.value(), 1801);
}

// One that never expires does not say how old it is; it does not hide one that does.
TEST(Alert, AHoldThatWasThereIsAsOldAsItsTimeoutSays) {
  Alerts a;
  a.books.context.now = a.books.context.now + base::kDay;
  const auto wallet = a.books.ledger.accounts.find_slot(a.wallet);
  const auto client = a.books.ledger.accounts.find_slot(a.client);
  ledger::Hold hold{.id = base::TransferId(1), .debit = wallet, .credit = client, .address = 10};
  a.books.ledger.holds.insert(a.books.changes, hold);
  hold.id = base::TransferId(2);
  hold.address = 20;
  hold.timeout_s = 172'800;
  hold.expires = a.books.context.now + base::kDay;
  a.books.ledger.holds.insert(a.books.changes, hold);
  a.end();
  ASSERT_EQ(a.set({.code = "holds",
                   .measure = Measure::hold_age,
                   .pool = a.pool,
                   .direction = Direction::above,
                   .raise = SignedAmount(3600),
                   .clear = SignedAmount(0)}),
            S::ok);
  EXPECT_EQ(a.end().size(), 1U);
  EXPECT_EQ(a.value(), 86'400);
}

// The ring keeps the newest, and the events of a rule are bounded as well.
TEST(Alert, SamplesAndEventsAreBounded) {
  Alerts a;
  a.pay(a.wallet, a.client, 100'000);
  a.pay(a.wallet, a.buffer, 20'000);
  ASSERT_EQ(a.set(a.surplus(10'000, 20'000)), S::ok);
  a.end();
  for (int i = 0; i < 100; ++i) {
    a.books.context.now = a.books.context.now + base::kMinute;
    EXPECT_EQ(a.pay(a.buffer, a.wallet, 15'000).size(), 1U);
    EXPECT_EQ(a.pay(a.wallet, a.buffer, 15'000).size(), 1U);
  }
  EXPECT_EQ(a.alerts.samples.size(), kSamplesMax);
  EXPECT_EQ(a.alerts.events.size(), kEventsMax);
  EXPECT_EQ(a.status().events, 200U);
  EXPECT_EQ(a.status().samples, 101U);
}

// A debtor's debt pays nobody else's claim.
TEST(Alert, DebtsOfOwnersAreNotNetted) {
  Alerts a;
  a.pay(a.wallet, a.client, 10'000);
  const auto debtor = a.books.add_account({.pool = a.pool,
                                           .asset = a.usd,
                                           .account_class = AccountClass::general,
                                           .owner_class = OwnerClass::client,
                                           .owner = 8});
  a.books.changes.commit();
  ASSERT_EQ(a.set(a.surplus(0, 1)), S::ok);
  a.end();
  const auto raised = a.pay(debtor, a.wallet, 3'000);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].value, SignedAmount(-3'000));  // 70 held, 100 owed, 30 owing
}

// Nothing that somebody watches is ever refused, or ends the program, for its size.
TEST(Alert, AmountsBeyondAnySenseAreCounted) {
  Alerts a;
  ASSERT_EQ(a.set(a.surplus(0, 1)), S::ok);
  a.end();
  const u128 great = (u128{1} << 127) - 1;
  a.pay(a.wallet, a.client, great);
  a.pay(a.wallet, a.client, 5);
  EXPECT_EQ(a.answer(RetireAlert{AlertId(1), ""}), AnswerAlertStatus::ok);
  a.end();
  ASSERT_EQ(a.set(a.surplus(0, 1)), S::ok);
  a.end();
  a.pay(a.client, a.wallet, great);
  EXPECT_EQ(a.value(), 0);
}

TEST(Alert, TimeUnderOldLevelsDoesNotCountUnderNewOnes) {
  Alerts a;
  a.pay(a.wallet, a.buffer, 3'000);
  SetAlert rule = a.surplus(4'000, 6'000);
  rule.raise_after = base::kHour;
  ASSERT_EQ(a.set(rule), S::ok);
  a.end();
  EXPECT_EQ(a.status().state, AlertState::pending);
  a.tick(base::kMinute * 10);
  rule.raise = SignedAmount(1'000);
  rule.raise_after = Duration();
  ASSERT_EQ(a.set(rule), S::ok);
  EXPECT_TRUE(a.end().empty());
  EXPECT_EQ(a.status().state, AlertState::quiet);

  EXPECT_EQ(a.pay(a.buffer, a.wallet, 2'500).at(0).what, AlertMove::raised);
  rule.clear_after = base::kHour;
  ASSERT_EQ(a.set(rule), S::ok);
  a.end();
  EXPECT_TRUE(a.pay(a.wallet, a.buffer, 6'500).empty());  // 70.00: healthy, for the first time
  a.tick(base::kMinute * 10);
  rule.raise = SignedAmount(8'000);
  rule.clear = SignedAmount(10'000);
  rule.clear_after = base::kMinute * 5;
  ASSERT_EQ(a.set(rule), S::ok);
  EXPECT_TRUE(a.end().empty());
  EXPECT_EQ(a.status().state, AlertState::raised);
  EXPECT_FALSE(a.status().healthy_since.has_value());
}

TEST(Alert, ARuleThatComesBackForgetsItsSamples) {
  Alerts a;
  a.pay(a.wallet, a.buffer, 3'000);
  ASSERT_EQ(a.set(a.surplus(0, 1)), S::ok);
  a.end();
  for (int i = 0; i < 5; ++i) a.tick(base::kMinute * 2);
  EXPECT_EQ(a.alerts.samples.size(), 6U);
  EXPECT_EQ(a.answer(RetireAlert{AlertId(1), ""}), AnswerAlertStatus::ok);
  a.end();
  ASSERT_EQ(a.set(a.surplus(0, 1)), S::ok);
  a.end();
  EXPECT_EQ(a.alerts.samples.size(), 1U);
  EXPECT_EQ(a.status().samples, 1U);
}

}  // namespace
}  // namespace cofferdam::alert
