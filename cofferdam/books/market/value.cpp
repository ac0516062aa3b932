// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/value.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using base::Rounding;

[[nodiscard]] std::optional<u128> bounded(std::optional<u128> value) {
  if (!value || *value == 0 || *value >= kValueMax) return std::nullopt;
  return value;
}

[[nodiscard]] std::optional<u128> product(u128 a, u128 b) {
  u128 result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

}  // namespace

unsigned linear_value_scale(const Scales& scales) {
  return std::max<unsigned>(unsigned{scales.price} + scales.quantity + scales.multiplier,
                            scales.settlement);
}

std::optional<u128> value_factor(ContractKind kind, const Scales& scales, unsigned value_scale,
                                 std::uint64_t multiplier) {
  // linear: Q/10^q x P/10^p x M/10^s in units of 10^-v; inverse: Q/10^q x M/10^s / (P/10^p).
  const unsigned above = kind == ContractKind::linear ? value_scale : value_scale + scales.price;
  const unsigned below = unsigned{scales.quantity} + scales.multiplier +
                         (kind == ContractKind::linear ? scales.price : 0U);
  if (above < below || above - below > base::kScaleMax) return std::nullopt;
  return bounded(product(multiplier, base::power_of_ten(above - below)));
}

std::optional<u128> unit_value(const Contract& contract, Price price) {
  if (price.value() <= 0) return std::nullopt;
  if (contract.kind == ContractKind::linear)
    return bounded(product(price.magnitude(), contract.value_factor));
  return bounded(base::try_div_round<Rounding::half_up>(contract.value_factor, price.magnitude()));
}

std::optional<u128> trade_value(const Contract& contract, Price price, Quantity quantity) {
  if (quantity.value() <= 0 || price.value() <= 0) return std::nullopt;
  switch (contract.rounding) {
    case ValueRounding::exact:
    case ValueRounding::unit_half_up: {
      const std::optional<u128> unit = unit_value(contract, price);
      if (!unit) return std::nullopt;
      return bounded(product(*unit, quantity.magnitude()));
    }
    case ValueRounding::total_half_even:
      return bounded(base::try_mul_div<Rounding::half_even>(
          quantity.magnitude(), contract.value_factor, price.magnitude()));
    case ValueRounding::total_down:
      return bounded(base::try_mul_div<Rounding::down>(quantity.magnitude(), contract.value_factor,
                                                       price.magnitude()));
  }
  return std::nullopt;
}

std::optional<i128> position_value(ContractKind kind, i128 position, u128 unit) {
  const std::optional<u128> size = product(base::magnitude(position), unit);
  if (!size || *size > static_cast<u128>(base::kI128Max)) return std::nullopt;
  const bool negative = (position < 0) != (long_sign(kind) < 0);
  return negative ? -static_cast<i128>(*size) : static_cast<i128>(*size);
}

}  // namespace cofferdam::market
