// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/invariants.h"

#include "cofferdam/books/margin/hold_back.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::margin {

namespace {

struct Sums {
  i128 buys = 0;
  i128 sells = 0;
  std::int64_t orders = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

void add(Sums& sums, const Reservation* row, int sign) {
  if (row == nullptr) return;
  (row->side == OrderSide::buy ? sums.buys : sums.sells) += sign * row->quantity.value();
  sums.orders += sign;
}

void add(Sums& sums, const Reserved* row, int sign) {
  if (row == nullptr) return;
  sums.buys += sign * row->buys.value();
  sums.sells += sign * row->sells.value();
  sums.orders += sign * static_cast<std::int64_t>(row->orders);
}

}  // namespace

std::optional<std::string> check_reservations_add_up(const State& state) {
  std::optional<std::string> violation;
  if (state.reservations.untouched() && state.reserved.untouched()) return violation;
  std::map<Reserved::Key, Sums> differences;
  state.reservations.each_touched([&](const Reservation* before, const Reservation* after) {
    const Reservation& row = after != nullptr ? *after : *before;
    Sums& sums = differences[{row.pool, row.owner, row.contract}];
    add(sums, after, 1);
    add(sums, before, -1);
    if (after != nullptr && after->quantity.value() <= 0)
      violation = "order " + base::to_text(after->order) + " must reserve something";
  });
  state.reserved.each_touched([&](const Reserved* before, const Reserved* after) {
    Sums& sums = differences[(after != nullptr ? *after : *before).key()];
    add(sums, after, -1);
    add(sums, before, 1);
  });
  for (const auto& [key, sums] : differences)
    if (sums != Sums())
      violation = "the reservations of owner " + base::to_text(key.owner.value()) +
                  " must add up to their sums";
  return violation;
}

std::optional<std::string> check_grids_go_forward(const State& state) {
  std::optional<std::string> violation;
  state.grids.each_touched([&](const Grid* before, const Grid* after) {
    const bool forward =
        after != nullptr && (before == nullptr ? after->version == 1
                                               : after->version > before->version &&
                                                     after->computed >= before->computed);
    if (!forward)
      violation = "a grid of contract " +
                  std::to_string((after != nullptr ? *after : *before).contract.value()) +
                  " must follow the one before it";
  });
  return violation;
}

std::optional<std::string> check_standings(const State& state) {
  std::optional<std::string> violation;
  state.standings.each_touched([&](const Standing* /*before*/, const Standing* after) {
    if (after == nullptr) return;
    if (after->health == Health::healthy || state.pools.find(after->account.pool) == nullptr)
      violation = "owner " + base::to_text(after->account.owner.value()) +
                  " must have a recorded state only while it is not healthy";
  });
  return violation;
}

namespace {

[[nodiscard]] i128 size_of(std::int64_t value) {
  return value < 0 ? -i128{value} : i128{value};
}

[[nodiscard]] bool same_side(std::int64_t a, std::int64_t b) {
  return (a >= 0 && b >= 0) || (a <= 0 && b <= 0);
}

// Whether an entry in force is at least what is asked, on the same side of zero.
[[nodiscard]] bool is_at_least(std::int64_t entry, std::int64_t asked) {
  return same_side(entry, asked) && size_of(entry) >= size_of(asked);
}

// From what was asked to what is asked.
[[nodiscard]] bool falls_slowly(i128 before, i128 after, const Procyclicality& setting,
                                bool steps) {
  const i128 fall = before - after;
  if (fall <= 0 || (steps && setting.loosen_ppm == 0)) return true;
  return steps && fall <= std::max<i128>(before * setting.loosen_ppm / kPpm, 1);
}

[[nodiscard]] bool comes_down_slowly(const Grid& before, const Grid& after,
                                     const Procyclicality& setting, const Rulebook& rulebook,
                                     bool steps) {
  if (before.entries.size() != after.entries.size()) return true;
  bool any_turned = false;
  for (std::size_t s = 0; s < after.entries.size(); ++s) {
    const bool turned = !same_side(before.entries[s], after.entries[s]);
    any_turned |= turned;
    if (!turned &&
        !falls_slowly(size_of(before.entries[s]), size_of(after.entries[s]), setting, steps))
      return false;
  }
  if (!any_turned) return true;
  const UnitAsked was = asked_of_unit(rulebook, before.add_ons, before.entries);
  const UnitAsked is = asked_of_unit(rulebook, after.add_ons, after.entries);
  return falls_slowly(was.initial_long, is.initial_long, setting, steps) &&
         falls_slowly(was.initial_short, is.initial_short, setting, steps) &&
         falls_slowly(was.maintenance_long, is.maintenance_long, setting, steps) &&
         falls_slowly(was.maintenance_short, is.maintenance_short, setting, steps);
}

}  // namespace

std::optional<std::string> check_grids_are_held(const State& state,
                                                const SafeguardState& safeguards) {
  std::optional<std::string> violation;
  if (safeguards.procyclicalities.size() == 0) return violation;
  std::map<Hold::Key, Time> loosened_before;
  safeguards.holds.each_touched([&](const Hold* before, const Hold* after) {
    if (before != nullptr && after != nullptr) loosened_before[after->key()] = before->loosened;
  });
  state.grids.each_touched([&](const Grid* before, const Grid* after) {
    const Procyclicality* setting =
        after == nullptr ? nullptr : safeguards.procyclicalities.find(after->rulebook);
    if (setting == nullptr) return;
    const Hold* hold = safeguards.holds.find({after->rulebook, after->contract});
    bool held = hold != nullptr && hold->calculated.size() <= after->entries.size();
    for (std::size_t s = 0; held && s < hold->calculated.size(); ++s)
      held = is_at_least(after->entries[s], hold->calculated[s]);
    if (held && setting->floor) {
      const StressGrid* floor = safeguards.stress_grids.find(hold->key());
      const std::size_t count = hold->calculated.size();
      held = floor != nullptr && after->entries.size() == 2 * count;
      for (std::size_t s = 0; held && s < count; ++s)
        held = is_at_least(after->entries[count + s], floor->entries[s]);
    }
    if (held && before != nullptr) {
      const auto last = loosened_before.find(hold->key());
      const bool steps = last == loosened_before.end() || last->second != hold->loosened;
      held = comes_down_slowly(*before, *after, *setting, *state.rulebooks.find(after->rulebook),
                               steps);
    }
    if (!held)
      violation = "the grid of contract " + std::to_string(after->contract.value()) +
                  " must be held by its safeguards";
  });
  return violation;
}

std::optional<std::string> check_fresh_profit(const SafeguardState& safeguards,
                                              const ledger::State& ledger) {
  std::optional<std::string> violation;
  if (safeguards.fresh.untouched()) return violation;
  std::set<market::Participant::Key> paid;
  ledger.accounts.each_touched([&](const ledger::Account* was, const ledger::Account* now) {
    if (was != nullptr && now != nullptr && now->credits_posted > was->credits_posted)
      paid.insert({now->pool, now->owner, now->asset});
  });
  safeguards.fresh.each_touched([&](const FreshProfit* before, const FreshProfit* after) {
    if (after == nullptr) return;
    const bool grows = before == nullptr || after->amount > before->amount;
    if (after->amount.is_zero() || safeguards.maturities.find(after->pool) == nullptr ||
        (grows && !paid.contains({after->pool, after->owner, after->asset})))
      violation = "fresh profit of owner " + base::to_text(after->owner.value()) +
                  " must be something that a settlement has paid";
  });
  return violation;
}

}  // namespace cofferdam::margin
