// SPDX-License-Identifier: Apache-2.0
//
// A portfolio margin after Deribit's description: evenly spaced moves of the price, each with
// volatility up, unchanged and down, extended moves that are dampened, and contingencies for net
// short options and offset futures. What is not published (dampeners, conversion) is a parameter
// here, and said to be so in the parameter file.
//
//   pnl(s)      = sum over contracts of quantity * change(s), rounded per contract to value_scale
//   maintenance = max(0, -least pnl) + option_contingency * size of net short options at a strike
//               + future_contingency * min(long futures, short futures), in units of the underlying
//   initial     = initial_factor * maintenance
//
// Changes are in the settlement asset: in coin an option is worth price / forward, and an inverse
// future -size / price.
#pragma once

#include "cofferdam/models/margin/risk_array.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

enum class VolatilityMove : std::uint8_t { none, up, down };

struct PriceMove {
  base::Rate move;
  VolatilityMove volatility = VolatilityMove::none;
  base::Rate dampening;

  static constexpr std::array<std::string_view, 3> kRequired{"move", "volatility", "dampening"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("move", self.move, "of the price: -0.16 is 16 % down; above -1");
    visit("volatility", self.volatility, "none, up or down");
    visit("dampening", self.dampening, "what the change is multiplied by, 0 to 1");
  }
};

struct DeribitPortfolio {
  Settlement settlement = Settlement::coin;
  std::uint8_t value_scale = 0;
  std::vector<PriceMove> scenarios;
  base::Rate vol_range_up;
  base::Rate vol_range_down;
  base::Rate vol_up_min;
  base::Rate short_term_power;
  base::Rate long_term_power;
  base::Duration time_floor;
  base::Rate option_contingency;
  base::Rate future_contingency;
  base::Rate initial_factor;

  static constexpr std::array<std::string_view, 12> kRequired{
      "settlement",     "value_scale",        "scenarios",          "vol_range_up",
      "vol_range_down", "vol_up_min",         "short_term_power",   "long_term_power",
      "time_floor",     "option_contingency", "future_contingency", "initial_factor"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("settlement", self.settlement, "quote or coin");
    visit("value_scale", self.value_scale, "fraction digits of a contract's change, 6 to 18");
    visit("scenarios", self.scenarios, "1 to 256");
    visit("vol_range_up", self.vol_range_up, "rise of volatility at 30 days");
    visit("vol_range_down", self.vol_range_down, "fall of volatility at 30 days");
    visit("vol_up_min", self.vol_up_min, "least volatility when it rises");
    visit("short_term_power", self.short_term_power, "of 30 / days, up to 30 days");
    visit("long_term_power", self.long_term_power, "beyond");
    visit("time_floor", self.time_floor, "least time that the power is taken of");
    visit("option_contingency", self.option_contingency, "for each net short option at a strike");
    visit("future_contingency", self.future_contingency, "of the value of offset futures");
    visit("initial_factor", self.initial_factor, "initial over maintenance margin, 1 to 10");
  }
};

[[nodiscard]] Result<void> check(const DeribitPortfolio& rules);
[[nodiscard]] Result<Evaluation> evaluate(const DeribitPortfolio& rules, const Book& book);

[[nodiscard]] std::string scenario_name(const PriceMove& scenario);
// The change of one contract in every scenario.
[[nodiscard]] Result<std::vector<Decimal>> risk_array(const DeribitPortfolio& rules,
                                                      const ContractMarket& market);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::VolatilityMove> {
  static constexpr std::array<std::string_view, 3> kNames{"none", "up", "down"};
};
