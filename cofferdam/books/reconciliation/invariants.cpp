// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/invariants.h"

#include "cofferdam/base/binary.h"

#include <map>
#include <set>

namespace cofferdam::reconciliation {

namespace {

using Violation = std::optional<std::string>;
using base::u128;

[[nodiscard]] std::string named(AccountId account) {
  return "account " + base::to_text(account.value());
}

// Sums modulo 2^128, as in the ledger's laws: equal when their true values are.
struct Terms {
  u128 booked_open = 0;
  u128 in_transit = 0;
  u128 fees = 0;
  u128 stated_open = 0;
  u128 differing = 0;
  u128 unchained = 0;
  u128 accepted = 0;

  friend bool operator==(const Terms&, const Terms&) = default;
};

[[nodiscard]] u128 units(SignedAmount amount) {
  return static_cast<u128>(amount.units());
}

class Items {
 public:
  explicit Items(const State& state) : state_(state) {
    state.breaks.each_touched([&](const Break* before, const Break* after) {
      if (before != nullptr) before_.emplace(before->id, before);
      see(before, true);
      see(after, false);
    });
    state.entries.each_touched([&](const Entry* before, const Entry* after) {
      see(before, true);
      see(after, false);
    });
    state.bookings.each_touched([&](const Booking* before, const Booking* after) {
      see(before, true);
      see(after, false);
    });
    see_accepted_items();
  }

  [[nodiscard]] const std::map<AccountId, Terms>& changed() const { return changed_; }

 private:
  [[nodiscard]] const Break* break_of(BreakId id, bool past) const {
    if (id.is_none()) return nullptr;
    const auto was = before_.find(id);
    return past && was != before_.end() ? was->second : state_.breaks.find(id);
  }

  void add(u128 Terms::* term, AccountId account, SignedAmount amount, bool past) {
    Terms& terms = changed_[account];
    terms.*term += past ? ~units(amount) + 1 : units(amount);
  }

  // Differences that stand in breaks alone.
  void see(const Break* found, bool past) {
    if (found == nullptr) return;
    const bool is_pair = found->kind == BreakKind::amount_differs;
    const bool is_balance = found->kind == BreakKind::balance_differs ||
                            found->kind == BreakKind::balance_does_not_chain;
    if (!is_pair && !is_balance) return;
    if (found->is_accepted())
      add(&Terms::accepted, found->account, found->amount, past);
    else if (is_pair)
      add(&Terms::differing, found->account, found->amount, past);
    else if (found->state != BreakState::resolved)
      add(&Terms::unchained, found->account, found->amount, past);
  }

  void see(const Entry* entry, bool past) {
    if (entry == nullptr) return;
    seen_entries_.insert(entry->key());
    if (entry->state == EntryState::in_transit) {
      add(entry->kind == EntryKind::network_fee ? &Terms::fees : &Terms::in_transit, entry->account,
          entry->amount, past);
    } else if (entry->state == EntryState::open) {
      const Break* found = break_of(entry->item_break, past);
      add(found != nullptr && found->is_accepted() ? &Terms::accepted : &Terms::stated_open,
          entry->account, entry->amount, past);
    }
  }

  void see(const Booking* booking, bool past) {
    if (booking == nullptr) return;
    seen_bookings_.insert(booking->key());
    const Break* found = break_of(booking->item_break, past);
    if (found != nullptr && found->is_accepted())
      add(&Terms::accepted, booking->account, -booking->amount, past);
    else
      add(&Terms::booked_open, booking->account, booking->amount, past);
  }

  // An item whose break was accepted, and that was not touched itself.
  void see_accepted_items() {
    state_.breaks.each_touched([&](const Break* before, const Break* after) {
      if (before == nullptr || after == nullptr || before->is_accepted() == after->is_accepted())
        return;
      const Entry* entry = state_.entries.find({after->statement, after->position});
      const bool is_entry =
          after->kind == BreakKind::missing_here || after->kind == BreakKind::duplicate;
      if (is_entry && entry != nullptr && !seen_entries_.contains(entry->key())) {
        see(entry, true);
        see(entry, false);
      }
      const Booking* booking = state_.bookings.find({after->account, after->booking});
      if (after->kind == BreakKind::missing_there && booking != nullptr &&
          !seen_bookings_.contains(booking->key())) {
        see(booking, true);
        see(booking, false);
      }
    });
  }

  const State& state_;
  std::map<AccountId, Terms> changed_;
  std::map<BreakId, const Break*> before_;
  std::set<Entry::Key> seen_entries_;
  std::set<Booking::Key> seen_bookings_;
};

[[nodiscard]] Terms difference(const Holding* before, const Holding* after) {
  const Holding none;
  const Holding& from = before != nullptr ? *before : none;
  const Holding& to = after != nullptr ? *after : none;
  return {units(to.booked_open) - units(from.booked_open),
          units(to.in_transit) - units(from.in_transit),
          units(to.fees) - units(from.fees),
          units(to.stated_open) - units(from.stated_open),
          units(to.differing) - units(from.differing),
          units(to.unchained) - units(from.unchained),
          units(to.accepted) - units(from.accepted)};
}

[[nodiscard]] Violation broken_equation(const Holding& holding, const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(holding.account);
  const auto books = account == nullptr ? std::nullopt : books_of(*account);
  const auto sum = books ? explained(holding, *books) : std::nullopt;
  if (sum && *sum == holding.stated) return std::nullopt;
  return "what is stated of " + named(holding.account) +
         " is not what the books and the named differences say";
}

// What a break says, without what happens to it.
[[nodiscard]] std::string words_of(const Break& found) {
  return base::encode(Break{.id = found.id,
                            .pool = found.pool,
                            .asset = found.asset,
                            .account = found.account,
                            .wallet = found.wallet,
                            .kind = found.kind,
                            .amount = found.amount,
                            .statement = found.statement,
                            .position = found.position,
                            .booking = found.booking,
                            .since = found.since,
                            .found = found.found});
}

[[nodiscard]] bool has_grown(const std::vector<BreakNote>& before,
                             const std::vector<BreakNote>& after) {
  if (before.size() == kBreakNotesMax) return after.size() == kBreakNotesMax;
  if (after.size() < before.size()) return false;
  for (std::size_t i = 0; i < before.size() && after.size() < kBreakNotesMax; ++i)
    if (base::encode(before[i]) != base::encode(after[i])) return false;
  return true;
}

}  // namespace

Violation check_equation(const State& state, const ledger::State& ledger) {
  if (state.holdings.size() == 0) return std::nullopt;
  Violation violation;
  state.holdings.each_touched([&](const Holding* before, const Holding* after) {
    if (violation) return;
    violation = after == nullptr ? "the comparison of " + named(before->account) + " was removed"
                                 : broken_equation(*after, ledger);
  });
  bool touched = false;
  ledger.totals.each_touched([&](const ledger::Total* /*before*/, const ledger::Total* after) {
    touched = touched || (after != nullptr && state.watched.find(after->key()) != nullptr);
  });
  if (!touched || violation) return violation;
  ledger.accounts.each_touched(
      [&](const ledger::Account* /*before*/, const ledger::Account* after) {
        if (violation || after == nullptr) return;
        const Holding* holding = state.holdings.find(after->id);
        if (holding != nullptr) violation = broken_equation(*holding, ledger);
      });
  return violation;
}

Violation check_terms_are_items(const State& state) {
  const bool still = state.holdings.untouched() && state.entries.untouched() &&
                     state.bookings.untouched() && state.breaks.untouched();
  if (still) return std::nullopt;
  std::map<AccountId, Terms> expected = Items(state).changed();
  Violation violation;
  state.holdings.each_touched([&](const Holding* before, const Holding* after) {
    const AccountId account = after != nullptr ? after->account : before->account;
    if (!(difference(before, after) == expected[account]))
      violation = "a term of " + named(account) + " is not the sum of its items";
    expected.erase(account);
  });
  for (const auto& [account, terms] : expected)
    if (!(terms == Terms{})) violation = "the terms of " + named(account) + " were not kept";
  return violation;
}

Violation check_statements_stay(const State& state) {
  Violation violation;
  state.statements.each_touched([&](const Statement* before, const Statement* after) {
    if (before != nullptr)
      violation = "statement " + std::to_string(before->id.value()) + " was changed";
    else if (find_statement(state, after->wallet, after->account, after->code) != after)
      violation = "two statements have the id " + after->code;
  });
  state.entries.each_touched([&](const Entry* before, const Entry* after) {
    if (before == nullptr) return;
    const bool same = after != nullptr && before->account == after->account &&
                      before->asset == after->asset && before->amount == after->amount &&
                      before->kind == after->kind && before->reference == after->reference &&
                      before->our_reference == after->our_reference &&
                      before->booked == after->booked;
    if (!same) violation = "a stated entry was changed";
  });
  return violation;
}

Violation check_breaks_go_forward(const State& state) {
  Violation violation;
  state.breaks.each_touched([&](const Break* before, const Break* after) {
    if (violation) return;
    if (after == nullptr) {
      violation = "break " + std::to_string(before->id.value()) + " was removed";
      return;
    }
    const std::string name = "break " + std::to_string(after->id.value());
    const bool is_open =
        state.open_breaks.find({after->pool, after->account, after->id}) != nullptr;
    if (is_open == (after->state == BreakState::resolved))
      violation = name + " is not where open breaks are";
    else if (after->history.empty() || after->history.back().state != after->state)
      violation = name + " changed without a note";
    if (violation || before == nullptr) return;
    if (words_of(*before) != words_of(*after))
      violation = name + " changed what it says";
    else if (after->state < before->state || before->state == BreakState::resolved)
      violation = name + " went back";
    else if (!has_grown(before->history, after->history))
      violation = name + " lost its history";
  });
  return violation;
}

}  // namespace cofferdam::reconciliation
