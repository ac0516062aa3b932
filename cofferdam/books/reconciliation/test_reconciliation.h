// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: those of custody's tests, with a plain account beside the
// wallets, and commands run as the engine runs them, with every law asked at the end.
#pragma once

#include "cofferdam/books/custody/test_vault.h"
#include "cofferdam/books/reconciliation/begin_reconciliation.h"
#include "cofferdam/books/reconciliation/follow_bookings.h"
#include "cofferdam/books/reconciliation/invariants.h"
#include "cofferdam/books/reconciliation/record_statement.h"
#include "cofferdam/books/reconciliation/release_guard.h"
#include "cofferdam/books/reconciliation/work_break.h"

namespace cofferdam::reconciliation::test {

using Status = RecordStatementStatus;

class Desk {
 public:
  custody::test::Vaults v;
  State state;
  fact::State facts;
  AccountId bank;  // an account kept elsewhere, of class custody
  AccountId deposits;

  Desk() {
    bank = v.add_custody(v.pool);
    deposits = v.books.add_account({.pool = v.pool, .asset = v.usd, .owner = 9});
    v.books.changes.commit();
  }

  [[nodiscard]] Context& context() { return v.context(); }

  [[nodiscard]] Books books() { return {state, v.custody, v.books.ledger, context()}; }

  [[nodiscard]] GuardView guards() {
    return {state, v.custody, v.books.pools, v.books.ledger, context().now};
  }

  [[nodiscard]] std::optional<std::string> broken() const {
    for (const auto& found : {check_equation(state, v.books.ledger), check_terms_are_items(state),
                              check_statements_stay(state), check_breaks_go_forward(state)})
      if (found) return found;
    return std::nullopt;
  }

  // Begins a command.
  void next() {
    ++context().sequence;
    context().postings.clear();
    v.wait(base::kSecond);
  }

  // Ends it as the engine does. `frozen` is what the guard said.
  bool end(std::optional<std::string>* frozen = nullptr) {
    EXPECT_TRUE(follow_postings(books(), 0));
    if (const auto found = find_frozen_release(guards())) {
      if (frozen != nullptr) *frozen = found;
      v.books.changes.rollback();
      return false;
    }
    const auto violation = broken();
    EXPECT_FALSE(violation) << violation.value_or("");
    const auto below = v.broken();
    EXPECT_FALSE(below) << below.value_or("");
    v.books.changes.commit();
    return true;
  }

  void begin(AccountId account) {
    next();
    const BeginReconciliation command{.account = account};
    EXPECT_EQ(check_shape(command), BeginReconciliationStatus::ok);
    EXPECT_EQ(check_state(command, state, v.custody, v.books.ledger),
              BeginReconciliationStatus::ok);
    EXPECT_EQ(apply(command, books()), BeginReconciliationStatus::ok);
    EXPECT_TRUE(end());
  }

  void begin(WalletId wallet) {
    next();
    EXPECT_EQ(apply(BeginReconciliation{.wallet = wallet}, books()), BeginReconciliationStatus::ok);
    EXPECT_TRUE(end());
  }

  Status record(const RecordStatement& command) {
    next();
    Status status = check_shape(command);
    if (status == Status::ok)
      status = check_state(command, state, v.custody, v.books.ledger, facts, context());
    if (status == Status::ok) status = apply(command, books());
    if (status != Status::ok) {
      v.books.changes.rollback();
    } else {
      EXPECT_TRUE(end());
    }
    return status;
  }

  // A transfer of money that comes in (or goes out), against a client's account.
  bool book(AccountId account, base::i128 amount, base::u128 reference = 0, std::uint16_t code = 1,
            std::optional<std::string>* frozen = nullptr) {
    next();
    const bool in = amount > 0;
    const base::Slot here = v.slot(account);
    const base::Slot there = v.slot(deposits);
    EXPECT_EQ(ledger::post_leg(v.books.ledger, context(), in ? here : there, in ? there : here,
                               Amount(base::magnitude(amount)), code, reference),
              ledger::TransferStatus::ok);
    return end(frozen);
  }

  [[nodiscard]] StatementEntry entry(base::i128 amount, std::string reference = {},
                                     std::string our_reference = {}) {
    return {.asset = v.usd,
            .amount = SignedAmount(amount),
            .reference = std::move(reference),
            .our_reference = std::move(our_reference),
            .booked = context().now};
  }

  [[nodiscard]] RecordStatement statement(std::string id, std::optional<base::i128> opening,
                                          base::i128 closing,
                                          std::vector<StatementEntry> entries = {}) {
    StatedBalance balance{.asset = v.usd, .closing = SignedAmount(closing)};
    if (opening) balance.opening = SignedAmount(*opening);
    return {.statement = std::move(id),
            .account = bank,
            .as_of = context().now,
            .balances = {balance},
            .entries = std::move(entries)};
  }

  [[nodiscard]] const Holding& holding(AccountId account) const {
    return *state.holdings.find(account);
  }

  [[nodiscard]] const Break& found(std::uint32_t number) const {
    return *state.breaks.find(BreakId(number));
  }

  WorkBreakStatus resolve(std::vector<std::uint32_t> numbers, std::string reason = "checked") {
    next();
    ResolveBreak command{.reason = std::move(reason)};
    for (const std::uint32_t number : numbers) command.breaks.push_back(BreakId(number));
    WorkBreakStatus status = check_shape(command);
    if (status == WorkBreakStatus::ok) status = check_state(command, state);
    if (status == WorkBreakStatus::ok) status = apply(command, books());
    if (status == WorkBreakStatus::ok) {
      EXPECT_TRUE(end());
    }
    return status;
  }

  void guard(const SetGuard& command) {
    next();
    EXPECT_EQ(check_shape(command), SetGuardStatus::ok);
    EXPECT_EQ(check_state(command, state, v.books.pools, v.books.ledger), SetGuardStatus::ok);
    apply(command, state, context());
    EXPECT_TRUE(end());
  }

  // A release intent, signed and executed.
  IntentId executed(base::u128 amount) {
    const IntentId id = v.proposed(v.release(amount));
    EXPECT_EQ(v.sign(id, {0, 1}), custody::IntentStatus::ok);
    v.wait(base::kHour * 2);
    next();
    EXPECT_EQ(apply(custody::ExecuteIntent{id}, v.custody, v.books.ledger, context()),
              custody::IntentStatus::ok);
    EXPECT_TRUE(end());
    return id;
  }

  void settle(IntentId id, std::string transaction,
              std::optional<custody::NetworkFee> fee = std::nullopt) {
    next();
    EXPECT_EQ(apply(custody::SettleIntent{id, std::move(transaction), fee}, v.custody,
                    v.books.ledger, context()),
              custody::IntentStatus::ok);
    EXPECT_TRUE(end());
  }
};

}  // namespace cofferdam::reconciliation::test
