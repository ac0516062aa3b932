// SPDX-License-Identifier: Apache-2.0
//
// The one door between exact and estimated numbers. Outward an integer becomes the nearest double;
// inward a double becomes an integer by a rounding that the caller names, and never a NaN, an
// infinity or a number beyond 128 bits. The other files of the exact rooms hold no floating point.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/rounding.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::base {

[[nodiscard]] inline double to_double(u128 value) {
  return static_cast<double>(value);
}

[[nodiscard]] inline double to_double(i128 value) {
  return static_cast<double>(value);
}

[[nodiscard]] inline double to_double(Amount value) {
  return to_double(value.units());
}

[[nodiscard]] inline double to_double(SignedAmount value) {
  return to_double(value.units());
}

template <class Tag>
[[nodiscard]] double to_double(Number<Tag> value) {
  return to_double(value.value());
}

// In whole units of a decimal scale: to_double(Amount(150), 2) is 1.5.
template <class T>
[[nodiscard]] double to_double(T value, unsigned scale) {
  return to_double(value) / to_double(power_of_ten(scale));
}

// The shortest text that reads back as the same double ("-1e-09", "1.0000000001", "inf", "nan"):
// an error that names a value must name the one that was given.
[[nodiscard]] inline std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

// The same with at most so many digits, for words around a figure.
[[nodiscard]] inline std::string number_text(double value, int digits) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::general, digits)
                       .ptr;
  return {text.data(), end};
}

// The integer next to a finite double, rounded as R says; the rounding itself is exact.
template <Rounding R>
[[nodiscard]] Result<i128> quantize(double value, std::string_view field = "estimate") {
  const auto fail = [&](std::string rule) {
    return malformed(std::string(field), number_text(value), std::move(rule),
                     "the model's number cannot enter the books");
  };
  if (std::isnan(value)) return fail("must be a number, not NaN");
  if (std::isinf(value)) return fail("must be finite");
  constexpr double kLimit = 0x1p127;  // the first double beyond i128
  if (value >= kLimit || value < -kLimit) return fail("must fit a signed 128-bit integer");
  // Above 2^53 every double is whole; below, adding one is exact, and so is the fraction.
  const double whole = std::trunc(value);
  const double fraction = std::fabs(value - whole);
  const auto quotient = static_cast<i128>(whole);
  const bool negative = std::signbit(value);
  bool away = false;
  if constexpr (R == Rounding::up) away = fraction > 0;
  if constexpr (R == Rounding::floor) away = fraction > 0 && negative;
  if constexpr (R == Rounding::ceil) away = fraction > 0 && !negative;
  if constexpr (R == Rounding::half_up) away = fraction >= 0.5;
  if constexpr (R == Rounding::half_even)
    away = fraction > 0.5 || (fraction == 0.5 && quotient % 2 != 0);
  if (!away) return quotient;
  return negative ? quotient - 1 : quotient + 1;
}

// From whole units into a decimal scale: quantize<Rounding::down>(1.5, 2) is 150. The product with
// the power of ten is itself rounded to a double first.
template <Rounding R>
[[nodiscard]] Result<i128> quantize(double value, unsigned scale,
                                    std::string_view field = "estimate") {
  return quantize<R>(value * to_double(power_of_ten(scale)), field);
}

}  // namespace cofferdam::base
