// SPDX-License-Identifier: Apache-2.0
//
// How much of a position a liquidation closes: what restores health, and no more.
//
// smallest: the least multiple of the lot with
//   equity - x p (f_l + f_f) >= (MM - x p r) (1 + b)
// that is x = ceil_to_lot( (MM (1 + b) - equity) / (p (r (1 + b) - f_l - f_f)) ), at most the
// position; without a positive divisor a close cannot restore health and all of it is closed.
//
// drift_perp and drift_spot: the integer formulas of Drift v2 (programs/drift/src/math/
// liquidation.rs), every division cut as there; see the pages of the calculator.
//
// Whatever the rule asks is then cut to the limits of the interval (dYdX v4,
// GetLiquidatablePositionSizeDelta). Penalties are taken only from what the account has.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::default_management {

enum class LiquidationSizeRule : std::uint8_t { smallest, drift_perp, drift_spot };

struct LiquidationLimits {
  std::uint32_t max_position_portion_ppm = kPpmOne;
  Amount min_position_notional;
  std::optional<Amount> notional_left;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("max_position_portion_ppm", self.max_position_portion_ppm,
          "most of the position's notional in one interval, in millionths, at most 1,000,000");
    visit("min_position_notional", self.min_position_notional,
          "notional that may be closed whatever the portion says");
    visit("notional_left", self.notional_left,
          "of the account's limit in this interval; null for none");
  }
};

struct LiquidationSizeInput {
  LiquidationSizeRule rule = LiquidationSizeRule::smallest;
  std::uint8_t scale = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  Quantity position;
  Price price;
  std::optional<Price> quote_price;
  SignedAmount equity;
  Amount maintenance_requirement;
  std::optional<Amount> margin_shortage;
  Rate maintenance_margin_rate;
  Rate liquidator_fee_rate;
  Rate fund_fee_rate;
  Rate buffer_rate;
  Quantity lot_size = Quantity(1);
  Rate asset_weight;
  Rate asset_liquidation_multiplier = Rate(base::kRateOne);
  Rate liability_weight;
  Rate liability_liquidation_multiplier = Rate(base::kRateOne);
  std::optional<LiquidationLimits> limits;

  static constexpr std::string_view kDoc =
      "The smallest close that restores an account's health, within limits and with penalties that "
      "never bankrupt it.";
  static constexpr std::string_view kSource =
      "smallest: solved for the size; drift_perp, drift_spot: Drift v2, "
      "programs/drift/src/math/liquidation.rs; limits: dYdX v4, "
      "protocol/x/clob/keeper/liquidations.go GetLiquidatablePositionSizeDelta";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rule", self.rule, "smallest, drift_perp or drift_spot");
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38; 6 for Drift's rules");
    visit("price_scale", self.price_scale, "fraction digits of prices; 6 for Drift's rules");
    visit("quantity_scale", self.quantity_scale,
          "fraction digits of quantities; 9 for drift_perp, the liability's for drift_spot");
    visit("position", self.position,
          "long above zero, short below; for drift_spot the liability, below zero");
    visit("price", self.price, "index price at which the notional is counted");
    visit("quote_price", self.quote_price, "drift_perp: price of the quote asset; null for 1");
    visit("equity", self.equity, "of the account, at the marks");
    visit("maintenance_requirement", self.maintenance_requirement, "of the account");
    visit("margin_shortage", self.margin_shortage,
          "what is missing; null computes it from equity, requirement and buffer");
    visit("maintenance_margin_rate", self.maintenance_margin_rate,
          "requirement freed by closing one unit of notional");
    visit("liquidator_fee_rate", self.liquidator_fee_rate, "paid to who closes it");
    visit("fund_fee_rate", self.fund_fee_rate,
          "paid to the fund; for Drift's rules the highest rate");
    visit("buffer_rate", self.buffer_rate,
          "smallest: the requirement to reach is this much above the maintenance requirement");
    visit("lot_size", self.lot_size, "sizes are multiples of it");
    visit("asset_weight", self.asset_weight, "drift_spot: of the collateral that pays");
    visit("asset_liquidation_multiplier", self.asset_liquidation_multiplier, "drift_spot");
    visit("liability_weight", self.liability_weight, "drift_spot: of the liability");
    visit("liability_liquidation_multiplier", self.liability_liquidation_multiplier, "drift_spot");
    visit("limits", self.limits, "of one interval; null for none");
  }
};

enum class SizeBound : std::uint8_t { health, position, limit, none };

struct LiquidationSizeOutput {
  Amount margin_shortage;
  std::string exact_size;
  Quantity size;
  SizeBound bound = SizeBound::none;
  Amount notional;
  Rate fund_fee_rate;
  Amount liquidator_fee;
  Amount fund_fee;
  SignedAmount equity_after;
  Amount maintenance_requirement_after;
  bool healthy = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("margin_shortage", self.margin_shortage, "what is missing, rounded up; 0 when healthy");
    visit("exact_size", self.exact_size,
          "what the rule asks before lot, position and limits; empty when no size restores health");
    visit("size", self.size, "to be closed, without sign");
    visit("bound", self.bound, "what decided the size");
    visit("notional", self.notional, "of the size at the price, rounded down");
    visit("fund_fee_rate", self.fund_fee_rate, "used: for Drift's rules at most what leaves room");
    visit("liquidator_fee", self.liquidator_fee,
          "rate x notional rounded down, at most what the account has");
    visit("fund_fee", self.fund_fee, "rate x notional rounded down, at most what is then left");
    visit("equity_after", self.equity_after, "equity less both fees");
    visit("maintenance_requirement_after", self.maintenance_requirement_after, "rounded up");
    visit("healthy", self.healthy, "equity after is at least the requirement with its buffer");
  }
};

[[nodiscard]] base::Result<LiquidationSizeOutput> liquidation_size(
    const LiquidationSizeInput& input);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::LiquidationSizeRule> {
  static constexpr std::array<std::string_view, 3> kNames{"smallest", "drift_perp", "drift_spot"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "least multiple of the lot that restores health",
      "Drift v2, calculate_base_asset_amount_to_cover_margin_shortage and calculate_perp_if_fee",
      "Drift v2, calculate_liability_transfer_to_cover_margin_shortage and calculate_spot_if_fee"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::SizeBound> {
  static constexpr std::array<std::string_view, 4> kNames{"health", "position", "limit", "none"};
  static constexpr std::array<std::string_view, 4> kDocs{
      "what restores health", "the whole position", "a limit of the interval",
      "nothing to close: the account is healthy"};
};
