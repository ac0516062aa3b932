// SPDX-License-Identifier: Apache-2.0
//
// Scenario portfolio margin with contingencies: Derive's Portfolio Margin Risk Manager (PMRM) and
// its successor (PMRM_2), in decimals cut at 18 digits, in the order of the sources
// (derivexyz/v2-core, src/risk-managers/PMRMLib.sol, PMRMLib_2.sol, PMRM.sol, PMRM_2.sol).
//
// Options are revalued by Black's formula with the forward (variable part * shock + fixed part) and
// the shocked volatility: up 1 + range * (30 days / max(time, floor))^power, down 1 - the same, not
// below 0; the power is the short one up to 30 days.
//
// PMRM:    loss(s)  = sum over expiries of (D(V_s) - V_0) + change of base and perpetual, where
//          D multiplies an expiry's value above 0 by static * exp(-T * (r * mult + add))
//          worst    = min(basis contingency, loss(s)); the basis contingency sums, expiry by
//          expiry, (add + mult * T) * min(0, V_up - V_0, V_down - V_0) margin   = (worst - static
//          contingencies) * factor - confidence + value + cash
// PMRM_2:  as above, dampened scenario by scenario; an expiry's value below 0 is multiplied too, by
//          min(1 / D(T), static / exp(-T * ...)); two skew scenarios tilt the volatilities by
//          1 +- min(cap, k * cap / k*), k = ln(K/F), and count every expiry's change as a loss;
//          margin   = worst * factor - contingencies + value + cash
//
// The factor of initial margin grows by peg_factor for each unit that the stable price is below its
// threshold. Confidence below its threshold adds (1 - confidence) * confidence_margin * notional to
// initial margin. One market at a time: its options, its perpetual, and base collateral.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kScenariosMax = 256;

enum class VolatilityShock : std::uint8_t { none, up, down, skew_linear, skew_absolute };

struct PmrmScenario {
  base::Rate spot;
  VolatilityShock volatility = VolatilityShock::none;
  base::Rate dampening;

  static constexpr std::array<std::string_view, 3> kRequired{"spot", "volatility", "dampening"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("spot", self.spot, "what spot is multiplied by: 1.2 is 20 % up");
    visit("volatility", self.volatility, "none, up, down, skew_linear or skew_absolute");
    visit("dampening", self.dampening, "what the change is multiplied by; 1 in PMRM");
  }
};

// What both have.
struct PmrmShocks {
  base::Rate basis_spot_up;
  base::Rate basis_spot_down;
  base::Rate basis_add;
  base::Rate basis_mult;
  base::Rate peg_threshold;
  base::Rate peg_factor;
  base::Rate confidence_threshold;
  base::Rate confidence_margin;
  base::Rate vol_range_up;
  base::Rate vol_range_down;
  base::Rate short_term_power;
  base::Rate long_term_power;
  base::Duration time_floor;

  static constexpr std::array<std::string_view, 13> kRequired{
      "basis_spot_up",     "basis_spot_down",  "basis_add",
      "basis_mult",        "peg_threshold",    "peg_factor",
      "vol_range_up",      "vol_range_down",   "confidence_threshold",
      "confidence_margin", "short_term_power", "long_term_power",
      "time_floor"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("basis_spot_up", self.basis_spot_up, "scenarioSpotUp, above 1");
    visit("basis_spot_down", self.basis_spot_down, "scenarioSpotDown, below 1");
    visit("basis_add", self.basis_add, "basisContAddFactor");
    visit("basis_mult", self.basis_mult, "basisContMultFactor, of the years to expiry");
    visit("peg_threshold", self.peg_threshold, "pegLossThreshold");
    visit("peg_factor", self.peg_factor, "pegLossFactor");
    visit("confidence_threshold", self.confidence_threshold, "confThreshold");
    visit("confidence_margin", self.confidence_margin, "confMargin");
    visit("vol_range_up", self.vol_range_up, "volRangeUp");
    visit("vol_range_down", self.vol_range_down, "volRangeDown");
    visit("short_term_power", self.short_term_power, "shortTermPower");
    visit("long_term_power", self.long_term_power, "longTermPower");
    visit("time_floor", self.time_floor, "dteFloor");
  }
};

struct Pmrm {
  std::vector<PmrmScenario> scenarios;
  PmrmShocks shocks;
  base::Rate base_percent;
  base::Rate perp_percent;
  base::Rate option_percent;
  base::Rate initial_factor;
  base::Rate static_discount;
  base::Rate rate_mult;
  base::Rate rate_add;

  static constexpr std::array<std::string_view, 9> kRequired{
      "scenarios",      "shocks",          "base_percent", "perp_percent", "option_percent",
      "initial_factor", "static_discount", "rate_mult",    "rate_add"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scenarios", self.scenarios, "1 to 256");
    visit("shocks", self.shocks, "of basis, peg, confidence and volatility");
    visit("base_percent", self.base_percent, "contingency of base collateral, of spot");
    visit("perp_percent", self.perp_percent, "contingency of the perpetual, of spot");
    visit("option_percent", self.option_percent, "contingency of naked short options, of spot");
    visit("initial_factor", self.initial_factor, "imFactor");
    visit("static_discount", self.static_discount, "baseStaticDiscount");
    visit("rate_mult", self.rate_mult, "rateMultScale");
    visit("rate_add", self.rate_add, "rateAddScale");
  }
};

struct PmrmSkew {
  base::Rate linear_cap;
  base::Rate absolute_cap;
  base::Rate linear_slope;
  base::Rate absolute_slope;
  base::Rate k_min;
  base::Rate width;
  base::Rate volatility_static;
  base::Rate volatility_slope;

  static constexpr std::array<std::string_view, 8> kRequired{
      "linear_cap", "absolute_cap", "linear_slope",      "absolute_slope",
      "k_min",      "width",        "volatility_static", "volatility_slope"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("linear_cap", self.linear_cap, "linearBaseCap");
    visit("absolute_cap", self.absolute_cap, "absBaseCap");
    visit("linear_slope", self.linear_slope, "linearCBase, of the root of years");
    visit("absolute_slope", self.absolute_slope, "absCBase");
    visit("k_min", self.k_min, "minKStar, above 0");
    visit("width", self.width, "widthScale");
    visit("volatility_static", self.volatility_static, "volParamStatic");
    visit("volatility_slope", self.volatility_slope, "volParamScale");
  }
};

struct PmrmCollateral {
  std::string underlying;
  base::Rate maintenance_haircut;
  base::Rate initial_haircut;
  bool risk_cancelling = false;

  static constexpr std::array<std::string_view, 4> kRequired{"underlying", "maintenance_haircut",
                                                             "initial_haircut", "risk_cancelling"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code");
    visit("maintenance_haircut", self.maintenance_haircut, "MMHaircut");
    visit("initial_haircut", self.initial_haircut, "IMHaircut, on top of the other");
    visit("risk_cancelling", self.risk_cancelling,
          "whether scenarios of its own market move its value");
  }
};

struct Pmrm2 {
  std::vector<PmrmScenario> scenarios;
  PmrmShocks shocks;
  base::Rate vol_up_min;
  base::Rate perp_maintenance;
  base::Rate perp_initial;
  base::Rate option_maintenance;
  base::Rate option_initial;
  base::Rate initial_factor;
  base::Rate maintenance_factor;
  base::Rate discount_positive;
  base::Rate discount_negative;
  base::Rate rate_mult_positive;
  base::Rate rate_mult_negative;
  base::Rate rate_add_positive;
  base::Rate rate_add_negative;
  PmrmSkew skew;
  std::vector<PmrmCollateral> collaterals;

  static constexpr std::array<std::string_view, 17> kRequired{
      "scenarios",          "shocks",
      "vol_up_min",         "perp_maintenance",
      "perp_initial",       "option_maintenance",
      "option_initial",     "initial_factor",
      "maintenance_factor", "discount_positive",
      "discount_negative",  "rate_mult_positive",
      "rate_mult_negative", "rate_add_positive",
      "rate_add_negative",  "skew",
      "collaterals"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scenarios", self.scenarios, "1 to 256");
    visit("shocks", self.shocks, "of basis, peg, confidence and volatility");
    visit("vol_up_min", self.vol_up_min, "minVolUpShock: least volatility in `up` scenarios");
    visit("perp_maintenance", self.perp_maintenance, "MMPerpPercent, of spot");
    visit("perp_initial", self.perp_initial, "IMPerpPercent, on top of the other");
    visit("option_maintenance", self.option_maintenance, "MMOptionPercent, of naked shorts");
    visit("option_initial", self.option_initial, "IMOptionPercent, on top of the other");
    visit("initial_factor", self.initial_factor, "imFactor");
    visit("maintenance_factor", self.maintenance_factor, "mmFactor");
    visit("discount_positive", self.discount_positive,
          "static discount of an expiry whose value is above zero");
    visit("discount_negative", self.discount_negative, "and of one below zero");
    visit("rate_mult_positive", self.rate_mult_positive, "longRateMultScale");
    visit("rate_mult_negative", self.rate_mult_negative, "shortRateMultScale");
    visit("rate_add_positive", self.rate_add_positive, "longRateAddScale");
    visit("rate_add_negative", self.rate_add_negative, "shortRateAddScale");
    visit("skew", self.skew, "of the two skew scenarios");
    visit("collaterals", self.collaterals, "at most 256; an underlying stands once");
  }
};

[[nodiscard]] Result<void> check(const Pmrm& rules);
[[nodiscard]] Result<void> check(const Pmrm2& rules);
[[nodiscard]] Result<Evaluation> evaluate(const Pmrm& rules, const Book& book);
[[nodiscard]] Result<Evaluation> evaluate(const Pmrm2& rules, const Book& book);

// "spot +20 %, volatility up"
[[nodiscard]] std::string scenario_name(const PmrmScenario& scenario);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::VolatilityShock> {
  static constexpr std::array<std::string_view, 5> kNames{"none", "up", "down", "skew_linear",
                                                          "skew_absolute"};
};
