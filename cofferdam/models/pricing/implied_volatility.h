// SPDX-License-Identifier: Apache-2.0
//
// The volatility that a price implies. Prices carry it only while their time value stands above the
// rounding of the price itself, so every answer has a status and says how far a rounding of the
// price would move it.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"
#include "cofferdam/models/pricing/black.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace cofferdam::pricing {

// In order of precedence.
enum class ImpliedStatus : std::uint8_t {
  solved,
  invalid,          // forward, strike or discount out of range, or the price is not a number >= 0
  expired,          // no time is left: the price has no time value to read
  below_intrinsic,  // the price is under D max(0, +-(F - K)): arbitrage
  above_bound,      // the price is over D F (call) or D K (put): arbitrage
  zero,             // the price is the intrinsic value: any volatility small enough gives it
  infinite,         // the price is its upper bound
  no_information,   // the time value is not above the rounding of the price
};

struct ImpliedInput {
  OptionType type = OptionType::call;
  double price = 0;
  double forward = 0;
  double strike = 0;
  double years = 0;
  double discount = 1;
};

struct ImpliedVolatility {
  ImpliedStatus status = ImpliedStatus::invalid;
  double volatility = 0;   // NaN unless solved, zero (0) or infinite
  double uncertainty = 0;  // half a unit in the last place of the price, over vega
};

[[nodiscard]] ImpliedVolatility implied_volatility(const ImpliedInput& input);

// Deviations (volatility times the root of the years) of undiscounted prices, all columns of one
// size: NaN where there is none, 0 at the intrinsic value, infinity at the upper bound.
void implied_deviations(std::span<const OptionType> types, std::span<const double> prices,
                        std::span<const double> forwards, std::span<const double> strikes,
                        std::span<double> deviations,
                        numerics::InstructionSet set = numerics::best_instruction_set());

}  // namespace cofferdam::pricing

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::ImpliedStatus> {
  static constexpr std::array<std::string_view, 8> kNames{
      "solved",      "invalid", "expired",  "below_intrinsic",
      "above_bound", "zero",    "infinite", "no_information"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "forward, strike, price, time or discount is out of range",
      "no time is left, so the price has no time value",
      "under the discounted gain of exercise: arbitrage",
      "over the discounted forward (call) or strike (put): arbitrage",
      "the intrinsic value: any volatility that is small enough gives it",
      "the upper bound: no finite volatility gives it",
      "the time value is not above the rounding of the price"};
};
