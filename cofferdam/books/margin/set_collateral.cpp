// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/set_collateral.h"

#include <iterator>

namespace cofferdam::margin {

namespace {

using S = SetCollateralStatus;

[[nodiscard]] std::size_t assets_of(const State& state, PoolId pool) {
  const auto& rows = state.collateral.rows();
  return static_cast<std::size_t>(
      std::distance(rows.lower_bound({pool, AssetId()}),
                    rows.lower_bound({PoolId(pool.value() + 1), AssetId()})));
}

}  // namespace

S check_shape(const SetCollateral& command) {
  if (command.haircut_ppm > kPpm || command.growth_ppm > kPpm) return S::part_out_of_range;
  if (command.source.is_none() != command.fact_key.empty() ||
      command.fact_key.size() > fact::kFactKeyMax)
    return S::price_incomplete;
  return S::ok;
}

S check_state(const SetCollateral& command, const State& state, const ledger::State& ledger,
              const fact::State& facts) {
  if (ledger.compartments.find(command.pool) == nullptr) return S::pool_not_found;
  if (ledger.assets.find(command.asset) == nullptr) return S::asset_not_found;
  if (!command.source.is_none()) {
    if (facts.sources.find(command.source) == nullptr) return S::source_not_found;
    const PoolMargin* setting = state.pools.find(command.pool);
    if (setting != nullptr && setting->asset == command.asset) return S::margin_asset_is_at_par;
  }
  if (state.collateral.find({command.pool, command.asset}) == nullptr &&
      assets_of(state, command.pool) >= kCollateralAssetsMax)
    return S::too_many_assets;
  return S::ok;
}

S apply(const SetCollateral& command, State& state, ledger::Context& context) {
  const Collateral row{.pool = command.pool,
                       .asset = command.asset,
                       .haircut_ppm = command.haircut_ppm,
                       .growth_ppm = command.growth_ppm,
                       .cap = command.cap,
                       .source = command.source,
                       .fact_key = command.fact_key,
                       .retired = command.retired,
                       .set = context.now};
  if (state.collateral.find(row.key()) == nullptr) {
    state.collateral.insert(context.changes, row);
  } else {
    state.collateral.edit(context.changes, row.key()) = row;
  }
  return S::ok;
}

}  // namespace cofferdam::margin
