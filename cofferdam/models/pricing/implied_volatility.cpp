// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/implied_volatility.h"

#include "cofferdam/base/check.h"
#include "cofferdam/models/pricing/black_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::pricing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_price(double price) {
  return price >= kPriceMin && price <= kPriceMax;
}

double deviation_of(OptionType type, double price, double forward, double strike) {
  double deviation = kNaN;
  implied_deviations({&type, 1}, {&price, 1}, {&forward, 1}, {&strike, 1}, {&deviation, 1});
  return deviation;
}

}  // namespace

void implied_deviations(std::span<const OptionType> types, std::span<const double> prices,
                        std::span<const double> forwards, std::span<const double> strikes,
                        std::span<double> deviations, numerics::InstructionSet set) {
  const std::size_t count = types.size();
  COFFERDAM_CHECK(prices.size() == count && forwards.size() == count && strikes.size() == count &&
                      deviations.size() == count,
                  "columns have one size");
  black_kernels(set).implied({.is_put = reinterpret_cast<const std::uint8_t*>(types.data()),
                              .price = prices.data(),
                              .forward = forwards.data(),
                              .strike = strikes.data()},
                             deviations.data(), count);
}

ImpliedVolatility implied_volatility(const ImpliedInput& in) {
  const auto answer = [](ImpliedStatus status, double volatility) {
    return ImpliedVolatility{.status = status, .volatility = volatility, .uncertainty = kNaN};
  };
  if (!is_price(in.forward) || !is_price(in.strike) || !std::isfinite(in.price) || in.price < 0 ||
      !std::isfinite(in.years) || in.years < 0 || !(in.discount > 0) || !std::isfinite(in.discount))
    return answer(ImpliedStatus::invalid, kNaN);
  if (in.years == 0) return answer(ImpliedStatus::expired, kNaN);
  const double price = in.price / in.discount;
  const double gain = in.type == OptionType::call ? in.forward - in.strike : in.strike - in.forward;
  const double bound = in.type == OptionType::call ? in.forward : in.strike;
  // What one rounding of the price, of the division and of the gain may hide.
  const double unit =
      std::nextafter(std::max(price, std::abs(gain)), kInfinity) - std::max(price, std::abs(gain));
  const double time_value = price - std::max(0.0, gain);
  if (time_value < -unit) return answer(ImpliedStatus::below_intrinsic, kNaN);
  if (price > bound) return answer(ImpliedStatus::above_bound, kNaN);
  if (time_value == 0) return answer(ImpliedStatus::zero, 0);
  if (price == bound) return answer(ImpliedStatus::infinite, kInfinity);
  if (time_value <= unit && gain > 0) return answer(ImpliedStatus::no_information, kNaN);
  const double deviation = deviation_of(in.type, price, in.forward, in.strike);
  if (std::isnan(deviation)) return answer(ImpliedStatus::no_information, kNaN);
  if (deviation == 0) return answer(ImpliedStatus::zero, 0);
  if (std::isinf(deviation)) return answer(ImpliedStatus::infinite, kInfinity);
  ImpliedVolatility solved = answer(ImpliedStatus::solved, deviation / std::sqrt(in.years));
  const double vega = black({.type = in.type,
                             .forward = in.forward,
                             .strike = in.strike,
                             .volatility = solved.volatility,
                             .years = in.years})
                          .vega;
  solved.uncertainty = 0.5 * unit / vega;
  return solved;
}

}  // namespace cofferdam::pricing
