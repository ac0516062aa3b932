// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/set_procyclicality.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

constexpr std::uint32_t kBufferMax = 10 * kPpm;
constexpr std::size_t kOriginMax = 64;

[[nodiscard]] bool has_grids(const State& state, RulebookId rulebook) {
  bool found = false;
  state.grids.each([&](const Grid& grid) { found |= grid.rulebook == rulebook; });
  return found;
}

[[nodiscard]] bool names_twice(const PublishStressGrid& command) {
  std::vector<ContractId> contracts;
  contracts.reserve(command.grids.size());
  for (const StressEntries& grid : command.grids) contracts.push_back(grid.contract);
  std::ranges::sort(contracts);
  return std::ranges::adjacent_find(contracts) != contracts.end();
}

}  // namespace

std::size_t published_scenarios(const Rulebook& rulebook, const Procyclicality* setting) {
  return setting != nullptr && setting->floor ? rulebook.scenarios / 2U : rulebook.scenarios;
}

SetProcyclicalityStatus check_shape(const SetProcyclicality& command) {
  using S = SetProcyclicalityStatus;
  if (command.buffer_ppm > kBufferMax || command.rebuild_ppm > kPpm ||
      command.stress_weight_ppm > kPpm || command.loosen_ppm > kPpm)
    return S::part_out_of_range;
  return command.period.is_negative() || command.notice.is_negative() ? S::duration_negative
                                                                      : S::ok;
}

SetProcyclicalityStatus check_state(const SetProcyclicality& command,
                                    const SafeguardState& safeguards, const State& state) {
  using S = SetProcyclicalityStatus;
  const Rulebook* rulebook = state.rulebooks.find(command.rulebook);
  if (rulebook == nullptr) return S::rulebook_not_found;
  if (command.floor && rulebook->scenarios % 2 != 0) return S::floor_needs_even_scenarios;
  const Procyclicality* earlier = safeguards.procyclicalities.find(command.rulebook);
  const bool had_floor = earlier != nullptr && earlier->floor;
  if (command.floor != had_floor && has_grids(state, command.rulebook)) return S::floor_is_fixed;
  return earlier != nullptr && command.notice < earlier->notice ? S::notice_would_be_shorter
                                                                : S::ok;
}

SetProcyclicalityStatus apply(const SetProcyclicality& command, SafeguardState& safeguards,
                              ledger::Context& context) {
  const Procyclicality row{.rulebook = command.rulebook,
                           .buffer_ppm = command.buffer_ppm,
                           .rebuild_ppm = command.rebuild_ppm,
                           .stress_weight_ppm = command.stress_weight_ppm,
                           .floor = command.floor,
                           .loosen_ppm = command.loosen_ppm,
                           .period = command.period,
                           .notice = command.notice,
                           .set = context.now};
  if (safeguards.procyclicalities.find(command.rulebook) == nullptr)
    safeguards.procyclicalities.insert(context.changes, row);
  else
    safeguards.procyclicalities.edit(context.changes, command.rulebook) = row;
  return SetProcyclicalityStatus::ok;
}

PublishStressGridStatus check_shape(const PublishStressGrid& command) {
  using S = PublishStressGridStatus;
  if (command.origin.empty() || command.origin.size() > kOriginMax) return S::origin_malformed;
  if (command.grids.empty()) return S::grids_must_not_be_empty;
  if (command.grids.size() > kGridsPerCommandMax) return S::too_many_grids;
  for (const StressEntries& grid : command.grids)
    for (const std::int64_t entry : grid.entries)
      if (entry > kEntryMax || entry < -kEntryMax) return S::entry_out_of_range;
  return names_twice(command) ? S::contract_named_twice : S::ok;
}

PublishStressGridStatus check_state(const PublishStressGrid& command,
                                    const SafeguardState& safeguards, const State& state,
                                    const market::State& market) {
  using S = PublishStressGridStatus;
  const Rulebook* rulebook = state.rulebooks.find(command.rulebook);
  if (rulebook == nullptr) return S::rulebook_not_found;
  const Procyclicality* setting = safeguards.procyclicalities.find(command.rulebook);
  if (setting == nullptr) return S::procyclicality_not_set;
  for (const StressEntries& grid : command.grids) {
    if (market.contracts.find(grid.contract) == nullptr) return S::contract_not_found;
    if (grid.entries.size() != published_scenarios(*rulebook, setting)) return S::partial;
  }
  return S::ok;
}

PublishStressGridStatus apply(const PublishStressGrid& command, SafeguardState& safeguards,
                              ledger::Context& context) {
  for (const StressEntries& grid : command.grids) {
    const StressGrid::Key key{command.rulebook, grid.contract};
    const StressGrid* earlier = safeguards.stress_grids.find(key);
    const StressGrid row{.rulebook = command.rulebook,
                         .contract = grid.contract,
                         .version = earlier == nullptr ? 1 : earlier->version + 1,
                         .origin = command.origin,
                         .set = context.now,
                         .entries = grid.entries};
    if (earlier == nullptr)
      safeguards.stress_grids.insert(context.changes, row);
    else
      safeguards.stress_grids.edit(context.changes, key) = row;
  }
  return PublishStressGridStatus::ok;
}

}  // namespace cofferdam::margin
