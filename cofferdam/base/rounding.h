// SPDX-License-Identifier: Apache-2.0
//
// Division that says how it rounds. There is no default and no ambient mode: a reader of a call
// sees who gains the remainder. A product is kept whole (256 bits) before it is divided, so the
// only loss is the rounding that was asked for.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/int128.h"

#include <cstdint>
#include <optional>

namespace cofferdam::base {

enum class Rounding : std::uint8_t {
  down,       // toward zero
  up,         // away from zero
  floor,      // toward minus infinity
  ceil,       // toward plus infinity
  half_up,    // to the nearest, ties away from zero
  half_even,  // to the nearest, ties to the even quotient
};

struct Division {
  u128 quotient = 0;
  u128 remainder = 0;
};

// a * b / d exactly, through a 256-bit product; nullopt when d is zero or the quotient does not fit
// 128 bits. The slow path of divide_product, callable by itself so that a test can compare the two.
[[nodiscard]] std::optional<Division> divide_product_wide(u128 a, u128 b, u128 d);

[[nodiscard]] inline std::optional<Division> divide_product(u128 a, u128 b, u128 d) {
  u128 product = 0;
  if (d == 0 || __builtin_mul_overflow(a, b, &product)) return divide_product_wide(a, b, d);
  return Division{product / d, product % d};
}

enum class Sign : std::uint8_t { plus, minus };

// Whether the magnitude of a quotient grows by one under this rounding; the remainder is below d.
template <Rounding R>
[[nodiscard]] constexpr bool rounds_away(Division division, u128 d, Sign sign) {
  const u128 left = division.remainder;
  if constexpr (R == Rounding::down) return false;
  if constexpr (R == Rounding::up) return left != 0;
  if constexpr (R == Rounding::floor) return left != 0 && sign == Sign::minus;
  if constexpr (R == Rounding::ceil) return left != 0 && sign == Sign::plus;
  if constexpr (R == Rounding::half_up) return left >= d - left;
  if constexpr (R == Rounding::half_even)
    return left > d - left || (left == d - left && division.quotient % 2 == 1);
}

namespace rounding_detail {

template <Rounding R>
[[nodiscard]] constexpr std::optional<u128> round(Division division, u128 d, Sign sign) {
  if (!rounds_away<R>(division, d, sign)) return division.quotient;
  if (division.quotient == kU128Max) return std::nullopt;
  return division.quotient + 1;
}

[[nodiscard]] constexpr std::optional<i128> with_sign(std::optional<u128> size, Sign sign) {
  constexpr u128 kMinMagnitude = static_cast<u128>(1) << 127;
  if (!size || *size > kMinMagnitude) return std::nullopt;
  if (*size == kMinMagnitude) {
    if (sign == Sign::plus) return std::nullopt;
    return kI128Min;
  }
  const i128 positive = static_cast<i128>(*size);
  return sign == Sign::minus ? -positive : positive;
}

}  // namespace rounding_detail

// a * b / d, rounded as R says. nullopt when d is zero or the result does not fit.
template <Rounding R>
[[nodiscard]] std::optional<u128> try_mul_div(u128 a, u128 b, u128 d) {
  const std::optional<Division> division = divide_product(a, b, d);
  if (!division) return std::nullopt;
  return rounding_detail::round<R>(*division, d, Sign::plus);
}

template <Rounding R>
[[nodiscard]] std::optional<i128> try_mul_div(i128 a, i128 b, i128 d) {
  const std::optional<Division> division = divide_product(magnitude(a), magnitude(b), magnitude(d));
  if (!division) return std::nullopt;
  const Sign sign = ((a < 0) != (b < 0)) != (d < 0) ? Sign::minus : Sign::plus;
  return rounding_detail::with_sign(rounding_detail::round<R>(*division, magnitude(d), sign), sign);
}

// An amount times the ratio numerator / denominator.
template <Rounding R>
[[nodiscard]] std::optional<Amount> try_mul_div(Amount a, u128 numerator, u128 denominator) {
  const std::optional<u128> units = try_mul_div<R>(a.units(), numerator, denominator);
  if (!units) return std::nullopt;
  return Amount(*units);
}

// n / d, rounded as R says. nullopt when d is zero or the result does not fit.
template <Rounding R>
[[nodiscard]] constexpr std::optional<u128> try_div_round(u128 n, u128 d) {
  if (d == 0) return std::nullopt;
  return rounding_detail::round<R>(Division{n / d, n % d}, d, Sign::plus);
}

template <Rounding R>
[[nodiscard]] constexpr std::optional<i128> try_div_round(i128 n, i128 d) {
  if (d == 0) return std::nullopt;
  const u128 size = magnitude(d);
  const Sign sign = (n < 0) != (d < 0) ? Sign::minus : Sign::plus;
  const Division division{magnitude(n) / size, magnitude(n) % size};
  return rounding_detail::with_sign(rounding_detail::round<R>(division, size, sign), sign);
}

// The plain forms abort: for operands that an earlier check has proved possible.
template <Rounding R, class T, class U>
[[nodiscard]] T mul_div(T a, U b, U d) {
  const std::optional<T> result = try_mul_div<R>(a, b, d);
  COFFERDAM_CHECK(result.has_value(), "a product or quotient that was checked before");
  return *result;
}

template <Rounding R, class T>
[[nodiscard]] constexpr T div_round(T n, T d) {
  const std::optional<T> result = try_div_round<R>(n, d);
  COFFERDAM_CHECK(result.has_value(), "a quotient that was checked before");
  return *result;
}

}  // namespace cofferdam::base
