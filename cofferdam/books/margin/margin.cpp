// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

const Rulebook* find_rulebook(const State& state, std::string_view code) {
  for (Slot slot = 0; slot < state.rulebooks.slot_end(); ++slot)
    if (state.rulebooks.present(slot) && state.rulebooks.at(slot).code == code)
      return &state.rulebooks.at(slot);
  return nullptr;
}

const PoolMargin* setting_of(const State& state, PoolId pool) {
  if (state.pools.size() == 0) return nullptr;
  const PoolMargin* setting = state.pools.find(pool);
  return setting != nullptr && setting->in_force ? setting : nullptr;
}

Health health_of(const State& state, const Account& account) {
  const Standing* standing = state.standings.find(account);
  return standing == nullptr ? Health::healthy : standing->health;
}

}  // namespace cofferdam::margin
