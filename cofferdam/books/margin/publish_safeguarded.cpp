// SPDX-License-Identifier: Apache-2.0
//
// The publication of grids under the safeguards of their rulebook.
#include "cofferdam/books/margin/hold_back.h"
#include "cofferdam/books/margin/set_procyclicality.h"

#include <algorithm>
#include <cstdint>

namespace cofferdam::margin {

namespace {

using S = PublishGridStatus;

struct Safeguarded {
  S status = S::ok;
  PublishGrid in_force;
  std::vector<Hold> holds;
};

[[nodiscard]] Safeguarded safeguard(const PublishGrid& command, const Procyclicality& setting,
                                    const State& state, const SafeguardState& safeguards,
                                    Time now) {
  Safeguarded result{.in_force = command};
  const Rulebook* rulebook = state.rulebooks.find(command.rulebook);
  if (rulebook == nullptr) return {.status = S::rulebook_not_found};
  const std::size_t count = published_scenarios(*rulebook, &setting);
  const bool needs_stress = setting.floor || setting.stress_weight_ppm != 0;
  for (ContractGrid& grid : result.in_force.grids) {
    if (grid.entries.size() != count) return {.status = S::partial};
    const StressGrid* stress = safeguards.stress_grids.find({command.rulebook, grid.contract});
    if (needs_stress && (stress == nullptr || stress->entries.size() != count))
      return {.status = S::stress_grid_missing};
    auto held =
        hold_back(grid, {.setting = setting,
                         .rulebook = *rulebook,
                         .stress = stress,
                         .before = state.grids.find({command.rulebook, grid.contract}),
                         .earlier = safeguards.holds.find({command.rulebook, grid.contract}),
                         .now = now});
    if (!held) return {.status = S::entry_out_of_range};
    grid = std::move(held->in_force);
    result.holds.push_back(std::move(held->hold));
  }
  return result;
}

[[nodiscard]] std::int32_t utc_day(Time now) {
  const std::int64_t length = base::kDay.value();
  const std::int64_t at = now.value();
  return static_cast<std::int32_t>(at >= 0 ? at / length : -((length - 1 - at) / length));
}

void add_day(SafeguardState& safeguards, ledger::Context& context, const GridDay& now) {
  auto& days = safeguards.days;
  if (days.find(now.key()) != nullptr) {
    GridDay& row = days.edit(context.changes, now.key());
    row.highest = std::max(row.highest, now.highest);
    row.lowest = std::min(row.lowest, now.lowest);
    row.calculated_highest = std::max(row.calculated_highest, now.calculated_highest);
    row.calculated_lowest = std::min(row.calculated_lowest, now.calculated_lowest);
    return;
  }
  days.insert(context.changes, now);
  // One day is added at a time, so at most one is too many.
  std::uint32_t kept = 0;
  const auto first = days.rows().lower_bound({now.rulebook, now.contract, INT32_MIN});
  for (auto at = first; at != days.rows().end() && at->first.rulebook == now.rulebook &&
                        at->first.contract == now.contract;
       ++at)
    ++kept;
  const GridDay::Key oldest = first->first;
  if (kept > kGridDaysMax) days.erase(context.changes, oldest);
}

}  // namespace

S check_state(const PublishGrid& command, const State& state, const SafeguardState& safeguards,
              const market::State& market, const ledger::Context& context) {
  const Procyclicality* setting = safeguards.procyclicalities.size() == 0
                                      ? nullptr
                                      : safeguards.procyclicalities.find(command.rulebook);
  if (setting == nullptr) return check_state(command, state, market, context);
  const Safeguarded result = safeguard(command, *setting, state, safeguards, context.now);
  if (result.status != S::ok) return result.status;
  return check_state(result.in_force, state, market, context);
}

S apply(const PublishGrid& command, State& state, SafeguardState& safeguards,
        ledger::Context& context) {
  const Procyclicality* setting = safeguards.procyclicalities.size() == 0
                                      ? nullptr
                                      : safeguards.procyclicalities.find(command.rulebook);
  if (setting == nullptr) return apply(command, state, context);
  const Safeguarded result = safeguard(command, *setting, state, safeguards, context.now);
  const Rulebook& rulebook = *state.rulebooks.find(command.rulebook);
  for (std::size_t i = 0; i < result.holds.size(); ++i) {
    const Hold& hold = result.holds[i];
    if (safeguards.holds.find(hold.key()) == nullptr)
      safeguards.holds.insert(context.changes, hold);
    else
      safeguards.holds.edit(context.changes, hold.key()) = hold;
    const ContractGrid& grid = result.in_force.grids[i];
    const std::int64_t asked = unit_requirement(rulebook, grid.add_ons, grid.entries);
    const std::int64_t calculated =
        unit_requirement(rulebook, command.grids[i].add_ons, hold.calculated);
    add_day(safeguards, context,
            {.rulebook = rulebook.id,
             .contract = grid.contract,
             .day = utc_day(context.now),
             .highest = asked,
             .lowest = asked,
             .calculated_highest = calculated,
             .calculated_lowest = calculated});
  }
  return apply(result.in_force, state, context);
}

}  // namespace cofferdam::margin
