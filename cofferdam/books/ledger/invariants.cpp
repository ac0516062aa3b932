// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/invariants.h"

#include "cofferdam/books/ledger/transfer.h"

#include <map>
#include <utility>
#include <vector>

namespace cofferdam::ledger {

namespace {

// Sums modulo 2^128 on purpose: differences of counters that went up and down cancel exactly, and
// two sums are equal whenever their true values are.
struct Deltas {
  u128 debits_pending = 0;
  u128 credits_pending = 0;
  u128 debits_posted = 0;
  u128 credits_posted = 0;

  template <class Row>
  void add(const Row& row) {
    debits_pending += row.debits_pending.units();
    credits_pending += row.credits_pending.units();
    debits_posted += row.debits_posted.units();
    credits_posted += row.credits_posted.units();
  }

  template <class Row>
  void subtract(const Row& row) {
    debits_pending -= row.debits_pending.units();
    credits_pending -= row.credits_pending.units();
    debits_posted -= row.debits_posted.units();
    credits_posted -= row.credits_posted.units();
  }

  friend bool operator==(const Deltas&, const Deltas&) = default;
};

// What the touched accounts changed, by the row of their total.
[[nodiscard]] std::vector<Deltas> account_deltas(const State& state) {
  std::vector<Deltas> by_total(state.totals.slot_end());
  state.accounts.each_touched([&](const Account* before, const Account* after) {
    if (after != nullptr) by_total[after->total].add(*after);
    if (before != nullptr) by_total[before->total].subtract(*before);
  });
  return by_total;
}

[[nodiscard]] std::string name_of_total(const Total& total) {
  return "pool " + std::to_string(total.pool.value()) + " asset " +
         std::to_string(total.asset.value()) + " class " +
         std::string(base::name_of(total.account_class));
}

}  // namespace

Violation check_conservation(const State& state) {
  if (state.accounts.untouched()) return std::nullopt;
  std::map<std::pair<PoolId, AssetId>, Deltas> sums;
  const std::vector<Deltas> by_total = account_deltas(state);
  for (Slot slot = 0; slot < by_total.size(); ++slot) {
    const Total& total = state.totals.at(slot);
    Deltas& sum = sums[{total.pool, total.asset}];
    sum.debits_pending += by_total[slot].debits_pending;
    sum.credits_pending += by_total[slot].credits_pending;
    sum.debits_posted += by_total[slot].debits_posted;
    sum.credits_posted += by_total[slot].credits_posted;
  }
  for (const auto& [where, sum] : sums)
    if (sum.debits_pending != sum.credits_pending || sum.debits_posted != sum.credits_posted)
      return "debits and credits differ in pool " + std::to_string(where.first.value()) +
             " asset " + std::to_string(where.second.value());
  return std::nullopt;
}

Violation check_totals(const State& state) {
  if (state.accounts.untouched() && state.totals.untouched()) return std::nullopt;
  std::vector<Deltas> owed = account_deltas(state);
  Violation violation;
  state.totals.each_touched([&](const Total* before, const Total* after) {
    if (after == nullptr) return;
    const Slot slot = state.totals.find_slot(after->key());
    Deltas changed;
    changed.add(*after);
    if (before != nullptr) changed.subtract(*before);
    if (!(changed == owed[slot]))
      violation = "total is not the sum of its accounts: " + name_of_total(*after);
    owed[slot] = Deltas{};
  });
  for (Slot slot = 0; slot < owed.size(); ++slot)
    if (!(owed[slot] == Deltas{}))
      violation = "total was not kept: " + name_of_total(state.totals.at(slot));
  return violation;
}

Violation check_monotone(const State& state) {
  Violation violation;
  state.accounts.each_touched([&](const Account* before, const Account* after) {
    if (before == nullptr) return;
    if (after == nullptr || after->debits_posted < before->debits_posted ||
        after->credits_posted < before->credits_posted)
      violation = "posted counters fell on account " + base::to_text(before->id.value());
    else if (after->id != before->id || after->pool != before->pool ||
             after->asset != before->asset || after->owner != before->owner ||
             after->owner_class != before->owner_class ||
             after->account_class != before->account_class)
      violation = "identity changed of account " + base::to_text(before->id.value());
  });
  return violation;
}

Violation check_limits(const State& state) {
  Violation violation;
  state.accounts.each_touched([&](const Account* /*before*/, const Account* after) {
    if (after == nullptr) return;
    const Account& a = *after;
    const Amount debits = a.debits_posted + a.debits_pending;
    const Amount credits = a.credits_posted + a.credits_pending;
    const bool beyond = (a.is(kDebitsMustNotExceedCredits) && debits > a.credits_posted) ||
                        (a.is(kCreditsMustNotExceedDebits) && credits > a.debits_posted);
    if (beyond) violation = "limit exceeded on account " + base::to_text(a.id.value());
    const auto low = base::try_difference(a.credits_posted, debits);
    const auto high = base::try_difference(credits, a.debits_posted);
    if ((a.is(kHasFloor) && (low ? *low < a.floor : a.credits_posted < debits)) ||
        (a.is(kHasCeiling) && (high ? *high > a.ceiling : credits > a.debits_posted)))
      violation = "floor or ceiling exceeded on account " + base::to_text(a.id.value());
  });
  return violation;
}

// Summing every account's change times a number drawn from its id, and every hold's amount times
// the same number, compares all accounts at once without a table of them: modulo 2^128 the sums of
// different changes agree by chance only.
Violation check_holds(const State& state) {
  u128 debits = 0;
  u128 credits = 0;
  state.accounts.each_touched([&](const Account* before, const Account* after) {
    if (after == nullptr) return;
    Deltas changed;
    changed.add(*after);
    if (before != nullptr) changed.subtract(*before);
    const u128 number = base::hash_key(after->id);
    debits += changed.debits_pending * number;
    credits += changed.credits_pending * number;
  });
  const auto expect = [&](const Hold* hold, bool opened) {
    if (hold == nullptr) return;
    const u128 amount = opened ? hold->amount.units() : ~hold->amount.units() + 1;
    debits -= amount * base::hash_key(state.accounts.at(hold->debit).id);
    credits -= amount * base::hash_key(state.accounts.at(hold->credit).id);
  };
  state.holds.each_touched([&](const Hold* before, const Hold* after) {
    expect(before, false);
    expect(after, true);
  });
  if (debits != 0 || credits != 0) return "pending counters are not the holds of their accounts";
  return std::nullopt;
}

}  // namespace cofferdam::ledger
