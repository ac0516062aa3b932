// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/reconciliation/test_reconciliation.h"

namespace cofferdam::reconciliation {
namespace {

using test::Desk;
using test::Status;

TEST(Reconciliation, RefusesInOrderOfPrecedence) {
  Desk desk;
  RecordStatement bad = desk.statement("", std::nullopt, 0);
  bad.wallet = desk.v.wallet_a;
  bad.balances.clear();
  bad.entries.resize(kStatementEntriesMax + 1);
  bad.document = "x";
  EXPECT_EQ(desk.record(bad), Status::statement_malformed);
  bad.statement = "1";
  EXPECT_EQ(desk.record(bad), Status::exactly_one_subject);
  bad.wallet = WalletId();
  EXPECT_EQ(desk.record(bad), Status::balances_malformed);
  bad.balances = {{.asset = desk.v.usd}};
  EXPECT_EQ(desk.record(bad), Status::too_many_entries);
  bad.entries.resize(1);
  EXPECT_EQ(desk.record(bad), Status::entry_amount_is_zero);
  bad.entries[0].amount = SignedAmount(kUnitsMax + 1);
  EXPECT_EQ(desk.record(bad), Status::entry_without_balance);
  bad.entries[0].asset = desk.v.usd;
  EXPECT_EQ(desk.record(bad), Status::amount_too_large);
  bad.entries[0].amount = SignedAmount(1);
  bad.entries[0].reference = "a\nb";
  EXPECT_EQ(desk.record(bad), Status::reference_malformed);
  bad.entries.clear();
  EXPECT_EQ(desk.record(bad), Status::document_malformed);
  bad.document.clear();
  bad.account = AccountId(999);
  EXPECT_EQ(desk.record(bad), Status::account_not_found);
  bad.account = desk.v.custody_a;
  EXPECT_EQ(desk.record(bad), Status::account_counts_a_wallet);
  bad.account = desk.deposits;
  EXPECT_EQ(desk.record(bad), Status::not_reconcilable);
  bad.account = desk.bank;
  bad.source = SourceId(4);
  EXPECT_EQ(desk.record(bad), Status::source_not_found);
  bad.source = SourceId();
  bad.as_of = desk.context().now + base::kMinute;
  EXPECT_EQ(desk.record(bad), Status::as_of_in_the_future);
}

TEST(Reconciliation, AStatementIsRecordedOnceForEver) {
  Desk desk;
  const RecordStatement first = desk.statement("2026-01", 0, 0);
  EXPECT_EQ(desk.record(first), Status::ok);
  EXPECT_EQ(desk.record(first), Status::exists);
  RecordStatement other = first;
  other.balances[0].closing = SignedAmount(5);
  EXPECT_EQ(desk.record(other), Status::exists_with_different_content);
  RecordStatement older = desk.statement("2025-12", 0, 0);
  older.as_of = Time(1);
  EXPECT_EQ(desk.record(older), Status::older_than_the_last);
  EXPECT_EQ(desk.state.breaks.size(), 0U);
}

TEST(Reconciliation, MatchesByReferenceAndThenByAmount) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 100, 7));
  ASSERT_TRUE(desk.book(desk.bank, 100, 8));
  ASSERT_TRUE(desk.book(desk.bank, 50));
  EXPECT_EQ(desk.holding(desk.bank).booked_open, SignedAmount(250));
  // The second entry names the first booking; what names nothing takes what is left.
  EXPECT_EQ(
      desk.record(desk.statement(
          "1", 0, 250, {desk.entry(100, "B1"), desk.entry(100, "B2", "7"), desk.entry(50, "B3")})),
      Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 0U);
  EXPECT_EQ(desk.state.bookings.size(), 0U);
  EXPECT_EQ(desk.state.lookups.size(), 0U);
  const Entry& first = *desk.state.entries.find({StatementId(1), 1});
  const Entry& second = *desk.state.entries.find({StatementId(1), 2});
  EXPECT_GT(first.booking, second.booking);
}

TEST(Reconciliation, WhatIsMissingHereHealsWhenItIsBooked) {
  Desk desk;
  desk.begin(desk.bank);
  EXPECT_EQ(desk.record(desk.statement("1", 0, 100, {desk.entry(100, "B1", "77")})), Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).kind, BreakKind::missing_here);
  EXPECT_EQ(desk.found(1).amount, SignedAmount(100));
  EXPECT_EQ(desk.holding(desk.bank).stated_open, SignedAmount(100));
  // Another booking of the amount is not the one that the entry names.
  ASSERT_TRUE(desk.book(desk.bank, 100, 78));
  EXPECT_EQ(desk.found(1).state, BreakState::open);
  ASSERT_TRUE(desk.book(desk.bank, 100, 77));
  EXPECT_EQ(desk.found(1).state, BreakState::resolved);
  EXPECT_TRUE(desk.found(1).closed_by.is_none());
  EXPECT_EQ(desk.found(1).history.size(), 2U);
  EXPECT_EQ(desk.state.open_breaks.size(), 0U);
}

TEST(Reconciliation, WhatIsMissingThereHealsWithALaterStatement) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 40));
  EXPECT_EQ(desk.record(desk.statement("1", 0, 0)), Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).kind, BreakKind::missing_there);
  EXPECT_EQ(desk.found(1).amount, SignedAmount(-40));
  EXPECT_EQ(desk.record(desk.statement("2", 0, 40, {desk.entry(40)})), Status::ok);
  EXPECT_EQ(desk.found(1).state, BreakState::resolved);
  EXPECT_EQ(desk.state.breaks.size(), 1U);
}

TEST(Reconciliation, AmountsThatDifferAreOneBreak) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 100, 7));
  EXPECT_EQ(desk.record(desk.statement("1", 0, 90, {desk.entry(90, "B1", "7")})), Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).kind, BreakKind::amount_differs);
  EXPECT_EQ(desk.found(1).amount, SignedAmount(-10));
  EXPECT_EQ(desk.holding(desk.bank).differing, SignedAmount(-10));
  EXPECT_EQ(desk.resolve({1}, "the bank kept a fee"), WorkBreakStatus::ok);
  EXPECT_EQ(desk.holding(desk.bank).accepted, SignedAmount(-10));
  EXPECT_EQ(desk.resolve({1}), WorkBreakStatus::already_resolved);
}

TEST(Reconciliation, ADuplicateIsNoticed) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 100));
  EXPECT_EQ(desk.record(desk.statement("1", 0, 100, {desk.entry(100, "B1")})), Status::ok);
  EXPECT_EQ(desk.record(desk.statement("2", 100, 200, {desk.entry(100, "B1")})), Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).kind, BreakKind::duplicate);
}

TEST(Reconciliation, BalancesThatMakeUpForEachOtherHeal) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 5'000));
  ASSERT_TRUE(desk.book(desk.bank, -1'460));
  ASSERT_TRUE(desk.book(desk.bank, 200));
  const auto with = [&](base::i128 amount, base::i128 balance) {
    StatementEntry entry = desk.entry(amount);
    entry.balance = SignedAmount(balance);
    return entry;
  };
  // The bank counted the interest before the fee, its file has them the other way round.
  EXPECT_EQ(desk.record(desk.statement(
                "1", 0, 5'200, {with(5'000, 5'000), with(-1'460, 3'740), with(200, 5'200)})),
            Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 2U);
  EXPECT_EQ(desk.found(1).amount, SignedAmount(200));
  EXPECT_EQ(desk.found(1).kind, BreakKind::balance_does_not_chain);
  EXPECT_EQ(desk.found(2).amount, SignedAmount(1'260));
  EXPECT_EQ(desk.state.open_breaks.size(), 2U);
  EXPECT_EQ(desk.record(desk.statement("2", 3'740, 3'740)), Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 3U);
  EXPECT_EQ(desk.state.open_breaks.size(), 0U);
  EXPECT_EQ(desk.holding(desk.bank).unchained, SignedAmount());
}

TEST(Reconciliation, ABalanceAloneCoversWhatWasBooked) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 100));
  EXPECT_EQ(desk.record(desk.statement("1", std::nullopt, 100)), Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 0U);
  EXPECT_EQ(desk.state.bookings.size(), 0U);
  EXPECT_EQ(desk.record(desk.statement("2", std::nullopt, 130)), Status::ok);
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).kind, BreakKind::balance_differs);
  ASSERT_TRUE(desk.book(desk.bank, 30));
  EXPECT_EQ(desk.found(1).state, BreakState::resolved);
  EXPECT_EQ(desk.record(desk.statement("3", std::nullopt, 130)), Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 1U);
}

TEST(Reconciliation, WhatAnIntentHasOrderedIsInTransit) {
  Desk desk;
  desk.begin(desk.v.wallet_a);
  const AccountId account = desk.v.custody_a;
  const base::i128 before = desk.holding(account).stated.units();
  const IntentId intent = desk.executed(1'250);
  RecordStatement statement = desk.statement("1", before, before - 1'270,
                                             {desk.entry(-1'250, "0xaa"), desk.entry(-20, "0xaa")});
  statement.account = AccountId();
  statement.wallet = desk.v.wallet_a;
  statement.entries[1].kind = EntryKind::network_fee;
  EXPECT_EQ(desk.record(statement), Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 0U);
  EXPECT_EQ(desk.holding(account).in_transit, SignedAmount(-1'250));
  EXPECT_EQ(desk.holding(account).fees, SignedAmount(-20));
  desk.settle(intent, "0xaa", custody::NetworkFee{desk.v.usd, Amount(20), desk.v.client});
  EXPECT_EQ(desk.holding(account).in_transit, SignedAmount());
  EXPECT_EQ(desk.holding(account).fees, SignedAmount());
  EXPECT_EQ(desk.state.breaks.size(), 0U);
  EXPECT_EQ(desk.state.bookings.size(), 0U);
}

TEST(Reconciliation, AFeeThatIsNotBookedBecomesABreak) {
  Desk desk;
  desk.begin(desk.v.wallet_a);
  const base::i128 before = desk.holding(desk.v.custody_a).stated.units();
  const IntentId intent = desk.executed(1'250);
  RecordStatement statement =
      desk.statement("1", before, before - 1'270,
                     {desk.entry(-1'250, "0xaa", "intent/1"), desk.entry(-20, "0xab", "intent/1")});
  statement.account = AccountId();
  statement.wallet = desk.v.wallet_a;
  statement.entries[1].kind = EntryKind::network_fee;
  EXPECT_EQ(desk.record(statement), Status::ok);
  desk.settle(intent, "0xaa");
  ASSERT_EQ(desk.state.breaks.size(), 1U);
  EXPECT_EQ(desk.found(1).amount, SignedAmount(-20));
}

TEST(Reconciliation, ABalanceAloneSeesWhatHasLeft) {
  Desk desk;
  desk.begin(desk.v.wallet_a);
  const base::i128 before = desk.holding(desk.v.custody_a).stated.units();
  const IntentId intent = desk.executed(1'250);
  RecordStatement statement = desk.statement("1", std::nullopt, before - 1'250);
  statement.account = AccountId();
  statement.wallet = desk.v.wallet_a;
  EXPECT_EQ(desk.record(statement), Status::ok);
  EXPECT_EQ(desk.state.breaks.size(), 0U);
  EXPECT_EQ(desk.holding(desk.v.custody_a).in_transit, SignedAmount(-1'250));
  desk.settle(intent, "0xaa");
  EXPECT_EQ(desk.holding(desk.v.custody_a).in_transit, SignedAmount());
}

TEST(ReleaseGuard, AnOpenBreakFreezesItsPoolOnly) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 1'000));
  desk.guard({.pool = desk.v.pool});
  EXPECT_EQ(desk.record(desk.statement("1", 0, 1'100, {desk.entry(1'000), desk.entry(100, "B2")})),
            Status::ok);
  std::optional<std::string> frozen;
  EXPECT_FALSE(desk.book(desk.bank, -10, 0, 2, &frozen));
  EXPECT_EQ(frozen, "pool clients, break 1: missing_here at account " +
                        base::to_text(desk.bank.value()) + ", 1.00 USD");
  // Money may come in, and what the statement has shown may be booked: that heals the break.
  EXPECT_TRUE(desk.book(desk.bank, 5));
  EXPECT_TRUE(desk.book(desk.bank, 100));
  EXPECT_TRUE(desk.book(desk.bank, -10, 0, 2));
  EXPECT_FALSE(freeze_of(desk.v.other_pool, desk.guards()).has_value());
}

TEST(ReleaseGuard, WhatAStatementHasShownMayBeBooked) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 1'000));
  desk.guard({.pool = desk.v.pool});
  EXPECT_EQ(desk.record(desk.statement("1", 0, 975, {desk.entry(1'000), desk.entry(-25, "F")})),
            Status::ok);
  EXPECT_FALSE(desk.book(desk.bank, -26, 0, 2));
  EXPECT_TRUE(desk.book(desk.bank, -25, 0, pool::kFee));
  EXPECT_EQ(desk.state.open_breaks.size(), 0U);
}

TEST(ReleaseGuard, ToleranceAndAgeAreExact) {
  Desk desk;
  desk.begin(desk.bank);
  desk.guard({.pool = desk.v.pool, .tolerances = {{desk.v.usd, Amount(100)}}, .age = base::kHour});
  EXPECT_EQ(desk.record(desk.statement("1", 0, 101, {desk.entry(60), desk.entry(41)})), Status::ok);
  EXPECT_FALSE(freeze_of(desk.v.pool, desk.guards()).has_value());
  desk.v.wait(base::kHour);
  ASSERT_TRUE(freeze_of(desk.v.pool, desk.guards()).has_value());
  desk.guard({.pool = desk.v.pool, .tolerances = {{desk.v.usd, Amount(101)}}, .age = base::kHour});
  EXPECT_FALSE(freeze_of(desk.v.pool, desk.guards()).has_value());
}

TEST(ReleaseGuard, AStaleStatementIsABreak) {
  Desk desk;
  desk.begin(desk.bank);
  desk.guard({.pool = desk.v.pool, .statement_age_max = base::kDay});
  desk.v.wait(base::kDay);
  EXPECT_FALSE(freeze_of(desk.v.pool, desk.guards()).has_value());
  desk.v.wait(base::kMinute);
  ASSERT_TRUE(freeze_of(desk.v.pool, desk.guards()).has_value());
  EXPECT_TRUE(freeze_of(desk.v.pool, desk.guards())->by.is_none());
  desk.next();
  mark_stale_statements(desk.books(), desk.v.books.pools);
  EXPECT_TRUE(desk.end());
  // The bank and the two wallets.
  EXPECT_EQ(desk.state.open_breaks.size(), 3U);
  desk.next();
  mark_stale_statements(desk.books(), desk.v.books.pools);
  EXPECT_TRUE(desk.end());
  EXPECT_EQ(desk.state.open_breaks.size(), 3U);
  EXPECT_EQ(desk.record(desk.statement("1", 0, 0)), Status::ok);
  EXPECT_EQ(desk.state.open_breaks.size(), 2U);
}

TEST(ReleaseGuard, AReleaseIntentIsFrozenAndItsSettlementIsNot) {
  Desk desk;
  const IntentId before = desk.executed(100);
  desk.begin(desk.bank);
  desk.guard({.pool = desk.v.pool});
  EXPECT_EQ(desk.record(desk.statement("1", 0, 5, {desk.entry(5)})), Status::ok);
  desk.settle(before, "0x01");
  const IntentId id = desk.v.proposed(desk.v.release(100));
  EXPECT_EQ(desk.v.sign(id, {0, 1}), custody::IntentStatus::ok);
  desk.v.wait(base::kHour * 2);
  desk.next();
  EXPECT_EQ(apply(custody::ExecuteIntent{id}, desk.v.custody, desk.v.books.ledger, desk.context()),
            custody::IntentStatus::ok);
  std::optional<std::string> frozen;
  EXPECT_FALSE(desk.end(&frozen));
  EXPECT_TRUE(frozen.has_value());
}

TEST(ReconciliationLaws, SeeWhatACommandMightDoWrong) {
  Desk desk;
  desk.begin(desk.bank);
  ASSERT_TRUE(desk.book(desk.bank, 100));
  EXPECT_EQ(desk.record(desk.statement("1", 0, 130, {desk.entry(100), desk.entry(30)})),
            Status::ok);
  const auto broken_by = [&](auto&& wrong) {
    wrong();
    const bool seen = desk.broken().has_value();
    desk.v.books.changes.rollback();
    return seen;
  };
  base::Changes& changes = desk.v.books.changes;
  EXPECT_TRUE(broken_by([&] { desk.state.holdings.edit(changes, desk.bank).stated = {}; }));
  EXPECT_TRUE(broken_by([&] {
    Holding& row = desk.state.holdings.edit(changes, desk.bank);
    row.accepted = row.stated_open;
    row.stated_open = {};
  }));
  EXPECT_TRUE(
      broken_by([&] { desk.state.breaks.edit(changes, BreakId(1)).amount = SignedAmount(1); }));
  EXPECT_TRUE(
      broken_by([&] { desk.state.breaks.edit(changes, BreakId(1)).state = BreakState::resolved; }));
  EXPECT_TRUE(broken_by(
      [&] { desk.state.entries.edit(changes, {StatementId(1), 1}).amount = SignedAmount(1); }));
  EXPECT_TRUE(
      broken_by([&] { desk.state.statements.edit(changes, StatementId(1)).as_of = Time(1); }));
  EXPECT_TRUE(broken_by([&] {
    EXPECT_EQ(ledger::post_leg(desk.v.books.ledger, desk.context(), desk.v.slot(desk.bank),
                               desk.v.slot(desk.deposits), Amount(1), 1),
              ledger::TransferStatus::ok);
  }));
  EXPECT_FALSE(broken_by([] {}));
}

}  // namespace
}  // namespace cofferdam::reconciliation
