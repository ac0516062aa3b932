// SPDX-License-Identifier: Apache-2.0
//
// Says what an asset counts for as collateral in a pool: its haircut, its cap, and whose price of
// one whole unit, in whole units of the pool's margin asset, it is valued at. An asset that is
// taken off the schedule counts for nothing; what is owed in it still counts against the account.
#pragma once

#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

struct SetCollateral {
  PoolId pool;
  AssetId asset;
  std::uint32_t haircut_ppm = 0;
  std::uint32_t growth_ppm = 0;
  Amount cap;
  SourceId source;
  std::string fact_key;
  bool retired = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "the eligible asset");
    visit("haircut_ppm", self.haircut_ppm, "part of its value that does not count");
    visit("growth_ppm", self.growth_ppm, "what every hour of a stale price adds to the haircut");
    visit("cap", self.cap, "what counts of one account at most; 0: no cap");
    visit("source", self.source, "whose price of one whole unit; none: at par");
    visit("fact_key", self.fact_key, "the key of the price at that source");
    visit("retired", self.retired, "it counts no more");
  }
};

enum class SetCollateralStatus : std::uint16_t {
  ok,
  part_out_of_range,
  price_incomplete,
  pool_not_found,
  asset_not_found,
  source_not_found,
  margin_asset_is_at_par,
  too_many_assets,
};

[[nodiscard]] SetCollateralStatus check_shape(const SetCollateral& command);
[[nodiscard]] SetCollateralStatus check_state(const SetCollateral& command, const State& state,
                                              const ledger::State& ledger,
                                              const fact::State& facts);
SetCollateralStatus apply(const SetCollateral& command, State& state, ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetCollateralStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "part_out_of_range",
                                                          "price_incomplete",
                                                          "pool_not_found",
                                                          "asset_not_found",
                                                          "source_not_found",
                                                          "margin_asset_is_at_par",
                                                          "too_many_assets"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "haircut and growth are at most 1000000 millionths",
      "a price has a source and a key of at most 64 bytes, or neither: at par",
      "the pool must exist",
      "the asset must exist",
      "the source must exist",
      "the asset that margin is counted in has no price but itself",
      "a schedule names at most 32 assets"};
};
