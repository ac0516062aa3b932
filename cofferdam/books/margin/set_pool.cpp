// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/set_pool.h"

namespace cofferdam::margin {

namespace {

using S = SetPoolStatus;

constexpr std::uint32_t kBufferMax = 10 * kPpm;

// Every asset in which the pool trades already.
[[nodiscard]] bool assets_eligible(const SetPool& command, const State& state,
                                   const market::State& market) {
  bool eligible = true;
  market.desks.each([&](const market::Desk& desk) {
    if (desk.pool == command.pool && desk.asset != command.asset &&
        state.collateral.find({desk.pool, desk.asset}) == nullptr)
      eligible = false;
  });
  return eligible;
}

}  // namespace

S check_shape(const SetPool& command) {
  return command.profit_ppm > kPpm || command.call_buffer_ppm > kBufferMax ? S::part_out_of_range
                                                                           : S::ok;
}

S check_state(const SetPool& command, const State& state, const market::State& market,
              const ledger::State& ledger) {
  if (ledger.compartments.find(command.pool) == nullptr) return S::pool_not_found;
  if (ledger.assets.find(command.asset) == nullptr) return S::asset_not_found;
  const PoolMargin* earlier = state.pools.find(command.pool);
  if (earlier != nullptr && earlier->asset != command.asset) return S::asset_is_fixed;
  if (!command.rulebook.is_none()) {
    const Rulebook* rulebook = state.rulebooks.find(command.rulebook);
    if (rulebook == nullptr) return S::rulebook_not_found;
    if (rulebook->asset != command.asset) return S::rulebook_counts_another_asset;
  }
  return assets_eligible(command, state, market) ? S::ok : S::settlement_asset_not_eligible;
}

S apply(const SetPool& command, State& state, ledger::Context& context) {
  PoolMargin row{.pool = command.pool};
  const Slot slot = state.pools.find_slot(command.pool);
  if (slot != base::kNoSlot) row = state.pools.at(slot);
  row.asset = command.asset;
  row.mode = command.mode;
  row.rulebook = command.rulebook;
  row.profit_ppm = command.profit_ppm;
  row.call_buffer_ppm = command.call_buffer_ppm;
  row.in_force = command.in_force;
  row.set = context.now;
  if (slot == base::kNoSlot) {
    state.pools.insert(context.changes, row);
  } else {
    state.pools.edit(context.changes, slot) = row;
  }
  return S::ok;
}

}  // namespace cofferdam::margin
