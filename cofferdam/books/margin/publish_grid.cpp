// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/publish_grid.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using S = PublishGridStatus;

[[nodiscard]] bool in_range(const AddOns& add_ons) {
  const auto fits = [](std::int64_t value) { return value >= 0 && value <= kEntryMax; };
  return fits(add_ons.initial_long) && fits(add_ons.initial_short) &&
         fits(add_ons.maintenance_long) && fits(add_ons.maintenance_short) &&
         fits(add_ons.size_add) && add_ons.size_free.value() >= 0 &&
         add_ons.size_free.value() < kPositionMax;
}

[[nodiscard]] std::vector<ContractId> contracts_of(const PublishGrid& command) {
  std::vector<ContractId> contracts;
  contracts.reserve(command.grids.size());
  for (const ContractGrid& grid : command.grids) contracts.push_back(grid.contract);
  std::ranges::sort(contracts);
  return contracts;
}

// No entry moves by more than this part of the largest entry before; a grid of zeros may move by
// one unit.
[[nodiscard]] bool within_step(const Grid& before, const ContractGrid& after,
                               std::uint32_t step_ppm) {
  std::int64_t largest = 0;
  for (const std::int64_t entry : before.entries)
    largest = std::max(largest, entry < 0 ? -entry : entry);
  const i128 furthest = std::max<i128>(i128{largest} * step_ppm / kPpm, 1);
  for (std::size_t s = 0; s < before.entries.size(); ++s) {
    const i128 step = i128{after.entries[s]} - before.entries[s];
    if (step > furthest || step < -furthest) return false;
  }
  return true;
}

// Every contract that has a grid and open interest is named.
[[nodiscard]] bool is_whole(const PublishGrid& command, const State& state,
                            const market::State& market, RulebookId rulebook) {
  const std::vector<ContractId> named = contracts_of(command);
  bool whole = true;
  state.grids.each([&](const Grid& grid) {
    if (grid.rulebook != rulebook || std::ranges::binary_search(named, grid.contract)) return;
    if (!market.turnovers.find(grid.contract)->long_open.is_zero()) whole = false;
  });
  return whole;
}

[[nodiscard]] Time computed_at(const PublishGrid& command, Time now) {
  return command.computed == Time() ? now : command.computed;
}

[[nodiscard]] S check_grid(const ContractGrid& grid, const Rulebook& rulebook, const State& state,
                           const market::State& market, Time computed) {
  if (market.contracts.find(grid.contract) == nullptr) return S::contract_not_found;
  if (grid.entries.size() != rulebook.scenarios) return S::partial;
  const Grid* before = state.grids.find({rulebook.id, grid.contract});
  if (before != nullptr && computed < before->computed) return S::older_than_last_grid;
  return S::ok;
}

}  // namespace

S check_shape(const PublishGrid& command) {
  if (command.grids.empty()) return S::grids_must_not_be_empty;
  if (command.grids.size() > kGridsPerCommandMax) return S::too_many_grids;
  for (const ContractGrid& grid : command.grids) {
    for (const std::int64_t entry : grid.entries)
      if (entry > kEntryMax || entry < -kEntryMax) return S::entry_out_of_range;
    if (!in_range(grid.add_ons)) return S::add_on_out_of_range;
  }
  const std::vector<ContractId> contracts = contracts_of(command);
  return std::ranges::adjacent_find(contracts) != contracts.end() ? S::contract_named_twice : S::ok;
}

S check_state(const PublishGrid& command, const State& state, const market::State& market,
              const ledger::Context& context) {
  const Rulebook* rulebook = state.rulebooks.find(command.rulebook);
  if (rulebook == nullptr) return S::rulebook_not_found;
  if (command.version != rulebook->version) return S::version_not_in_force;
  const Time computed = computed_at(command, context.now);
  if (computed > context.now) return S::computed_in_the_future;
  const auto age = base::try_sub(context.now, computed);
  if (!age || *age > rulebook->late_max || !base::try_add(computed, rulebook->life)) return S::late;
  for (const ContractGrid& grid : command.grids)
    if (const S status = check_grid(grid, *rulebook, state, market, computed); status != S::ok)
      return status;
  if (rulebook->whole && !is_whole(command, state, market, rulebook->id)) return S::not_whole;
  if (rulebook->step_ppm == 0) return S::ok;
  for (const ContractGrid& grid : command.grids) {
    const Grid* before = state.grids.find({rulebook->id, grid.contract});
    if (before != nullptr && !within_step(*before, grid, rulebook->step_ppm))
      return S::step_out_of_bounds;
  }
  return S::ok;
}

S apply(const PublishGrid& command, State& state, ledger::Context& context) {
  const Rulebook& rulebook = *state.rulebooks.find(command.rulebook);
  const Time computed = computed_at(command, context.now);
  const Time expires = computed + rulebook.life;
  for (const ContractGrid& grid : command.grids) {
    const Slot slot = state.grids.find_slot({rulebook.id, grid.contract});
    Grid row{.rulebook = rulebook.id,
             .contract = grid.contract,
             .version = slot == base::kNoSlot ? 1 : state.grids.at(slot).version + 1,
             .computed = computed,
             .expires = expires,
             .sequence = context.sequence,
             .add_ons = grid.add_ons,
             .entries = grid.entries};
    if (slot == base::kNoSlot) {
      state.grids.insert(context.changes, std::move(row));
    } else {
      state.grids.edit(context.changes, slot) = std::move(row);
    }
  }
  return S::ok;
}

}  // namespace cofferdam::margin
