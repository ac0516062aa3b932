// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/black.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace cofferdam::pricing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kInverseRootTwoPi = 0.398942280401432677939946059934;

double density(double d) {
  return kInverseRootTwoPi * std::exp(-0.5 * d * d);
}

// N(d), with all its digits in the left tail.
double distribution(double d) {
  return 0.5 * std::erfc(-d * (0.5 * std::numbers::sqrt2));
}

bool is_positive_price(double price) {
  return price >= kPriceMin && price <= kPriceMax;
}

// Without a deviation: the limits as it goes to zero, time first.
BlackValue at_no_deviation(const BlackInput& in) {
  const double sign = in.type == OptionType::call ? 1.0 : -1.0;
  const double gain = sign * (in.forward - in.strike);
  const bool at_the_money = in.forward == in.strike;
  const double rate = in.years > 0 ? -std::log(in.discount) / in.years : 0.0;
  BlackValue value;
  value.price = in.discount * std::max(0.0, gain);
  value.delta = sign * in.discount * (at_the_money ? 0.5 : gain > 0 ? 1.0 : 0.0);
  value.gamma = at_the_money ? kInfinity : 0.0;
  value.vega =
      at_the_money ? in.discount * in.forward * kInverseRootTwoPi * std::sqrt(in.years) : 0.0;
  value.theta = rate * value.price;
  if (at_the_money && in.volatility > 0) value.theta = -kInfinity;
  value.rho = -in.years * value.price;
  return value;
}

}  // namespace

bool is_valid(const BlackInput& in) {
  return is_positive_price(in.forward) && is_positive_price(in.strike) && in.volatility >= 0 &&
         std::isfinite(in.volatility) && in.years >= 0 && std::isfinite(in.years) &&
         in.discount > 0 && std::isfinite(in.discount);
}

BlackValue black(const BlackInput& in) {
  if (!is_valid(in)) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
  const double root = std::sqrt(in.years);
  const double deviation = in.volatility * root;
  if (!(deviation > 0)) return at_no_deviation(in);
  const double sign = in.type == OptionType::call ? 1.0 : -1.0;
  const double moneyness = std::log(in.forward / in.strike);
  const double d1 = moneyness / deviation + 0.5 * deviation;
  const double d2 = d1 - deviation;
  // The option out of the money first, where nothing cancels against the intrinsic value.
  const bool call_is_out = in.forward <= in.strike;
  const double out = call_is_out ? in.forward * distribution(d1) - in.strike * distribution(d2)
                                 : in.strike * distribution(-d2) - in.forward * distribution(-d1);
  const double intrinsic = std::max(0.0, sign * (in.forward - in.strike));
  const double rate = in.years > 0 ? -std::log(in.discount) / in.years : 0.0;
  BlackValue value;
  value.price = in.discount * (std::max(0.0, out) + intrinsic);
  value.delta = sign * in.discount * distribution(sign * d1);
  value.gamma = in.discount * density(d1) / (in.forward * deviation);
  value.vega = in.discount * in.forward * density(d1) * root;
  value.theta = -0.5 * value.vega * in.volatility / in.years + rate * value.price;
  value.rho = -in.years * value.price;
  return value;
}

double black_price(const BlackInput& in) {
  return black(in).price;
}

}  // namespace cofferdam::pricing
