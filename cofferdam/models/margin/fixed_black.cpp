// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/fixed_black.h"

#include <cmath>

namespace cofferdam::rulebook {
namespace {

constexpr long double kOne = 1e18L;
constexpr std::int64_t kSecondsPerYear = 365LL * 86'400;
constexpr Decimal kTotalVolatilityMax = Decimal::of_units(24 * kDecimalOne);

// In units: an 80-bit mantissa of 64 bits holds every 18-digit decimal up to 18.
long double to_long_double(Decimal value) {
  return static_cast<long double>(value.units()) / kOne;
}

Decimal cut(long double value) {
  const long double units = std::floor(value * kOne);
  if (!(units > -1e38L && units < 1e38L)) return Decimal::void_value();
  return Decimal::of_units(static_cast<i128>(units));
}

// N(x), the standard normal distribution function.
Decimal normal_distribution(Decimal x) {
  const long double value = to_long_double(x);
  if (value <= 0.0L) return cut(0.5L * std::erfc(-value / std::sqrt(2.0L)));
  return Decimal::one() - cut(0.5L * std::erfc(value / std::sqrt(2.0L)));
}

// The price of a call on a forward of 1.
Decimal standard_call(Decimal moneyness, Decimal total_volatility) {
  if (total_volatility >= kTotalVolatilityMax) return Decimal::one();
  const Decimal least = Decimal::of_units(1);
  total_volatility = larger(total_volatility, least);
  moneyness = larger(moneyness, least);
  const Decimal half = Decimal::of_units(total_volatility.units() >> 1);
  const Decimal d1 = (half * total_volatility - logarithm(moneyness)) / total_volatility;
  const Decimal d2 = d1 - total_volatility;
  const Decimal first = normal_distribution(d1);
  const Decimal second = moneyness * normal_distribution(d2);
  return larger(first - second, Decimal());
}

}  // namespace

OptionPrices fixed_black(const FixedBlackInput& input) {
  const Decimal total = input.volatility * square_root(years(input.seconds));
  const Decimal forward = input.forward * input.discount;
  const Decimal strike = input.strike * input.discount;
  if (!input.forward.is_positive()) return {.call = Decimal(), .put = strike};
  const Decimal moneyness = input.strike / input.forward;
  const Decimal call = standard_call(moneyness, total);
  const Decimal put = larger(call + moneyness - Decimal::one(), Decimal());
  return {.call = smaller(call * forward, forward), .put = smaller(put * forward, strike)};
}

std::size_t BlackMemo::Hash::operator()(const FixedBlackInput& input) const {
  std::uint64_t hash = static_cast<std::uint64_t>(input.seconds);
  for (const Decimal part : {input.volatility, input.forward, input.strike, input.discount}) {
    hash ^= base::low64(static_cast<base::u128>(part.units()));
    hash *= 0x9E37'79B9'7F4A'7C15;  // 2^64 over the golden ratio: spreads neighbours
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

OptionPrices BlackMemo::prices(const FixedBlackInput& input) {
  constexpr std::size_t kKnownMax = 1'000'000;
  if (known_.size() >= kKnownMax) known_.clear();
  const auto [found, is_new] = known_.try_emplace(input);
  if (is_new) found->second = fixed_black(input);
  return found->second;
}

Decimal years(std::int64_t seconds) {
  return Decimal::of_units(static_cast<i128>(seconds) * kDecimalOne / kSecondsPerYear);
}

Decimal square_root(Decimal x) {
  if (x.is_void() || x.is_negative()) return Decimal::void_value();
  // x * 10^18 as an integer: below 2^127 for x < 10^2; years never reach that.
  i128 radicand = 0;
  if (__builtin_mul_overflow(x.units(), kDecimalOne, &radicand)) return Decimal::void_value();
  auto root = static_cast<i128>(std::sqrt(static_cast<long double>(radicand)));
  while (root * root > radicand) --root;
  while ((root + 1) * (root + 1) <= radicand) ++root;
  return Decimal::of_units(root);
}

Decimal exponential(Decimal x) {
  if (x.is_void()) return x;
  return cut(std::exp(to_long_double(x)));
}

Decimal logarithm(Decimal x) {
  if (x.is_void() || !x.is_positive()) return Decimal::void_value();
  // Near one the quotient would lose digits: log1p of the exact distance keeps them.
  const Decimal distance = x - Decimal::one();
  const bool near = absolute(distance) < Decimal::of_units(kDecimalOne / 2);
  return cut(near ? std::log1p(to_long_double(distance)) : std::log(to_long_double(x)));
}

Decimal power(Decimal base, Decimal exponent) {
  return exponential(logarithm(base) * exponent);
}

}  // namespace cofferdam::rulebook
