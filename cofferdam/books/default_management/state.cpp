// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/state.h"

namespace cofferdam::default_management {

const Waterfall* waterfall_of(const State& state, PoolId pool, AssetId asset) {
  const auto& rows = state.waterfalls.rows();
  auto after = rows.upper_bound({pool, asset, ~std::uint32_t{0}});
  if (after == rows.begin()) return nullptr;
  --after;
  const Waterfall& found = after->second;
  return found.pool == pool && found.asset == asset ? &found : nullptr;
}

const Case* open_case(const State& state, PoolId pool, OwnerId owner, AssetId asset) {
  const Case* found = nullptr;
  state.cases.each([&](const Case& row) {
    const bool is_open = row.stage == CaseStage::liquidating || row.stage == CaseStage::defaulted;
    if (is_open && row.pool == pool && row.owner == owner && row.asset == asset) found = &row;
  });
  return found;
}

const Loss* open_loss(const State& state, PoolId pool) {
  for (const auto& [number, loss] : state.losses.rows())
    if (loss.pool == pool && !loss.outstanding().is_zero()) return &loss;
  return nullptr;
}

}  // namespace cofferdam::default_management
