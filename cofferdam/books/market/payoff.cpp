// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/payoff.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using base::Rounding;

[[nodiscard]] u128 in_the_money(const Terms& terms, Level level) {
  const bool call = terms.option_kind == OptionKind::call;
  const i128 distance =
      call ? level.value() - terms.strike.value() : terms.strike.value() - level.value();
  return distance > 0 ? static_cast<u128>(distance) : 0;
}

[[nodiscard]] std::optional<u128> divided(u128 a, u128 b, u128 d, PayoffRounding rounding) {
  switch (rounding) {
    case PayoffRounding::down:
      return base::try_mul_div<Rounding::down>(a, b, d);
    case PayoffRounding::half_up:
      return base::try_mul_div<Rounding::half_up>(a, b, d);
    case PayoffRounding::half_even:
      return base::try_mul_div<Rounding::half_even>(a, b, d);
  }
  return std::nullopt;
}

// An amount of quote currency at the index's scale as a price of the contract.
[[nodiscard]] std::optional<u128> as_price(const Contract& contract, const Terms& terms, u128 quote,
                                           Level level) {
  const u128 one = base::power_of_ten(contract.price_scale);
  const u128 divisor =
      terms.payoff == OptionPayoff::coin ? level.magnitude() : base::power_of_ten(terms.scale);
  return base::try_mul_div<Rounding::half_even>(quote, one, divisor);
}

}  // namespace

std::optional<u128> payoff_unit_value(const Contract& contract, const Terms& terms, Level level) {
  if (level.value() <= 0) return std::nullopt;
  // Value units of one smallest quantity for one unit of the quote: value_factor x 10^price_scale.
  u128 factor = 0;
  if (__builtin_mul_overflow(contract.value_factor, base::power_of_ten(contract.price_scale),
                             &factor))
    return std::nullopt;
  const u128 divisor =
      terms.payoff == OptionPayoff::coin ? level.magnitude() : base::power_of_ten(terms.scale);
  const std::optional<u128> value =
      divided(in_the_money(terms, level), factor, divisor, terms.payoff_rounding);
  if (!value || *value >= kValueMax) return std::nullopt;
  return value;
}

std::optional<Price> payoff_price(const Contract& contract, const Terms& terms, Level level) {
  if (level.value() <= 0) return std::nullopt;
  const std::optional<u128> price = as_price(contract, terms, in_the_money(terms, level), level);
  if (!price || *price >= kValueMax) return std::nullopt;
  return Price(static_cast<i128>(*price));
}

std::optional<PriceBounds> option_bounds(const Contract& contract, const Terms& terms, Level level,
                                         std::uint32_t bps) {
  if (level.value() <= 0) return std::nullopt;
  const std::optional<u128> slack = base::try_mul_div<Rounding::up>(
      level.magnitude(), static_cast<u128>(bps), static_cast<u128>(kBpsOne));
  if (!slack) return std::nullopt;
  const u128 most =
      terms.option_kind == OptionKind::call ? level.magnitude() : terms.strike.magnitude();
  const u128 least = in_the_money(terms, level);
  if (most >= kValueMax || *slack >= kValueMax) return std::nullopt;
  const auto low = as_price(contract, terms, least > *slack ? least - *slack : 0, level);
  const auto high = as_price(contract, terms, most + *slack, level);
  if (!low || !high || *low >= kValueMax || *high >= kValueMax) return std::nullopt;
  return PriceBounds{static_cast<i128>(*low), static_cast<i128>(*high)};
}

}  // namespace cofferdam::market
