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
  [[nodiscard]] static Deltas between(const Row* before, const Row* after) {
    const Row none;
    const Row& from = before != nullptr ? *before : none;
    const Row& to = after != nullptr ? *after : none;
    return {to.debits_pending.units() - from.debits_pending.units(),
            to.credits_pending.units() - from.credits_pending.units(),
            to.debits_posted.units() - from.debits_posted.units(),
            to.credits_posted.units() - from.credits_posted.units()};
  }

  void add(const Deltas& more) {
    debits_pending += more.debits_pending;
    credits_pending += more.credits_pending;
    debits_posted += more.debits_posted;
    credits_posted += more.credits_posted;
  }

  friend bool operator==(const Deltas&, const Deltas&) = default;
};

[[nodiscard]] bool same_identity(const Account& a, const Account& b) {
  return a.id == b.id && a.pool == b.pool && a.asset == b.asset && a.owner == b.owner &&
         a.owner_class == b.owner_class && a.account_class == b.account_class && a.total == b.total;
}

[[nodiscard]] bool posted_fell(const Account& before, const Account& after) {
  return after.debits_posted < before.debits_posted || after.credits_posted < before.credits_posted;
}

[[nodiscard]] bool beyond_limits(const Account& a) {
  constexpr std::uint16_t kAnyLimit =
      kDebitsMustNotExceedCredits | kCreditsMustNotExceedDebits | kHasFloor | kHasCeiling;
  if (!a.is(kAnyLimit)) return false;
  const Amount debits = a.debits_posted + a.debits_pending;
  const Amount credits = a.credits_posted + a.credits_pending;
  if (a.is(kDebitsMustNotExceedCredits) && debits > a.credits_posted) return true;
  if (a.is(kCreditsMustNotExceedDebits) && credits > a.debits_posted) return true;
  const auto low = base::try_difference(a.credits_posted, debits);
  const auto high = base::try_difference(credits, a.debits_posted);
  return (a.is(kHasFloor) && (low ? *low < a.floor : a.credits_posted < debits)) ||
         (a.is(kHasCeiling) && (high ? *high > a.ceiling : credits > a.debits_posted));
}

[[nodiscard]] std::string name_of_total(const Total& total) {
  return "pool " + std::to_string(total.pool.value()) + " asset " +
         std::to_string(total.asset.value()) + " class " +
         std::string(base::name_of(total.account_class));
}

class AccountLaws {
 public:
  explicit AccountLaws(const State& state) : state_(state), by_total_(state.totals.slot_end()) {}

  void see(const Account* before, const Account* after) {
    if (after == nullptr) return violate("was removed: account ", before->id);
    const Deltas changed = Deltas::between(before, after);
    by_total_[after->total].add(changed);
    if (before != nullptr && !same_identity(*before, *after))
      violate("identity changed of account ", after->id);
    if (before != nullptr && posted_fell(*before, *after))
      violate("posted counters fell on account ", after->id);
    if (beyond_limits(*after)) violate("a limit is exceeded on account ", after->id);
    if (changed.debits_pending == 0 && changed.credits_pending == 0) return;
    const u128 number = base::hash_key(after->id);
    held_debits_ += changed.debits_pending * number;
    held_credits_ += changed.credits_pending * number;
  }

  [[nodiscard]] Violation verdict() {
    see_holds();
    if (violation_) return violation_;
    if (held_debits_ != 0 || held_credits_ != 0)
      return "pending counters are not the holds of their accounts";
    if (Violation found = conservation()) return found;
    return totals();
  }

 private:
  void violate(const char* what, AccountId id) {
    if (!violation_) violation_ = what + base::to_text(id.value());
  }

  // Summing every account's change times a number drawn from its id, and every hold's amount times
  // the same number, compares all accounts at once without a table of them: modulo 2^128 the sums
  // of different changes agree by chance only.
  void see_holds() {
    const auto expect = [&](const Hold* hold, bool opened) {
      if (hold == nullptr) return;
      const u128 amount = opened ? hold->amount.units() : ~hold->amount.units() + 1;
      held_debits_ -= amount * base::hash_key(state_.accounts.at(hold->debit).id);
      held_credits_ -= amount * base::hash_key(state_.accounts.at(hold->credit).id);
    };
    state_.holds.each_touched([&](const Hold* before, const Hold* after) {
      expect(before, false);
      expect(after, true);
    });
  }

  [[nodiscard]] Violation conservation() const {
    std::map<std::pair<PoolId, AssetId>, Deltas> sums;
    for (Slot slot = 0; slot < by_total_.size(); ++slot) {
      if (by_total_[slot] == Deltas{}) continue;
      const Total& total = state_.totals.at(slot);
      sums[{total.pool, total.asset}].add(by_total_[slot]);
    }
    for (const auto& [where, sum] : sums)
      if (sum.debits_pending != sum.credits_pending || sum.debits_posted != sum.credits_posted)
        return "debits and credits differ in pool " + std::to_string(where.first.value()) +
               " asset " + std::to_string(where.second.value());
    return std::nullopt;
  }

  [[nodiscard]] Violation totals() {
    Violation violation;
    state_.totals.each_touched([&](const Total* before, const Total* after) {
      if (after == nullptr) return;
      Deltas& owed = by_total_[state_.totals.find_slot(after->key())];
      if (!(Deltas::between(before, after) == owed))
        violation = "total is not the sum of its accounts: " + name_of_total(*after);
      owed = Deltas{};
    });
    for (Slot slot = 0; slot < by_total_.size(); ++slot)
      if (!(by_total_[slot] == Deltas{}))
        violation = "total was not kept: " + name_of_total(state_.totals.at(slot));
    return violation;
  }

  const State& state_;
  std::vector<Deltas> by_total_;  // what the touched accounts changed
  u128 held_debits_ = 0;
  u128 held_credits_ = 0;
  Violation violation_;
};

}  // namespace

Violation check_accounts(const State& state) {
  if (state.accounts.untouched() && state.totals.untouched() && state.holds.untouched())
    return std::nullopt;
  AccountLaws laws(state);
  state.accounts.each_touched(
      [&](const Account* before, const Account* after) { laws.see(before, after); });
  return laws.verdict();
}

bool touched_class(const State& state, AccountClass account_class) {
  bool touched = false;
  state.totals.each_touched([&](const Total* /*before*/, const Total* after) {
    touched = touched || (after != nullptr && after->account_class == account_class);
  });
  return touched;
}

}  // namespace cofferdam::ledger
