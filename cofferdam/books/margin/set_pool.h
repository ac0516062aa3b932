// SPDX-License-Identifier: Apache-2.0
//
// Puts a pool under margin: in which mode, counted in which asset, by which rulebook.
#pragma once

#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

struct SetPool {
  PoolId pool;
  AssetId asset;
  Mode mode = Mode::cross;
  RulebookId rulebook;
  std::uint32_t profit_ppm = kPpm;
  std::uint32_t call_buffer_ppm = 0;
  bool in_force = true;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what margin is counted in");
    visit("mode", self.mode, "isolated, cross or portfolio");
    visit("rulebook", self.rulebook, "whose grids count; none: tiers alone");
    visit("profit_ppm", self.profit_ppm, "part of unsettled profit that backs risk");
    visit("call_buffer_ppm", self.call_buffer_ppm,
          "a margin call is made below maintenance and this part of it");
    visit("in_force", self.in_force, "whether risk is refused that is not covered");
  }
};

enum class SetPoolStatus : std::uint16_t {
  ok,
  part_out_of_range,
  pool_not_found,
  asset_not_found,
  asset_is_fixed,
  rulebook_not_found,
  rulebook_counts_another_asset,
  settlement_asset_not_eligible,
};

[[nodiscard]] SetPoolStatus check_shape(const SetPool& command);
[[nodiscard]] SetPoolStatus check_state(const SetPool& command, const State& state,
                                        const market::State& market, const ledger::State& ledger);
SetPoolStatus apply(const SetPool& command, State& state, ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetPoolStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "part_out_of_range",
                                                          "pool_not_found",
                                                          "asset_not_found",
                                                          "asset_is_fixed",
                                                          "rulebook_not_found",
                                                          "rulebook_counts_another_asset",
                                                          "settlement_asset_not_eligible"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "the part of profit is at most 1000000 millionths, the buffer of calls at most 10000000",
      "the pool must exist",
      "the asset must exist",
      "what a pool's margin is counted in stays",
      "the rulebook must exist",
      "a rulebook counts the asset that the pool's margin is counted in",
      "an asset that the pool's contracts settle in is in its collateral schedule"};
};
