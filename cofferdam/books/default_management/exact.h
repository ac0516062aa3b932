// SPDX-License-Identifier: Apache-2.0
//
// Integers of any size and their ratios, for formulas whose intermediate products leave 128 bits:
// prices times quantities times margin ratios. Nothing is rounded until a caller says how.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/rounding.h"

#include <boost/multiprecision/cpp_int.hpp>

#include <compare>
#include <optional>
#include <string>

namespace cofferdam::default_management {

using Integer = boost::multiprecision::cpp_int;

[[nodiscard]] Integer integer(base::u128 value);
[[nodiscard]] Integer integer(base::i128 value);
[[nodiscard]] Integer power_of_ten(unsigned exponent);

// nullopt when it does not fit.
[[nodiscard]] std::optional<base::u128> to_u128(const Integer& value);
[[nodiscard]] std::optional<base::i128> to_i128(const Integer& value);

// A fraction with a denominator above zero; not reduced.
struct Ratio {
  Integer numerator = 0;
  Integer denominator = 1;
};

// numerator / denominator, the sign moved up; the denominator must not be zero (checked).
[[nodiscard]] Ratio ratio(const Integer& numerator, const Integer& denominator);

[[nodiscard]] Ratio operator+(const Ratio& a, const Ratio& b);
[[nodiscard]] Ratio operator-(const Ratio& a, const Ratio& b);
[[nodiscard]] Ratio operator*(const Ratio& a, const Ratio& b);
[[nodiscard]] Ratio operator/(const Ratio& a, const Ratio& b);  // b must not be zero (checked)

// By cross-multiplication.
[[nodiscard]] std::strong_ordering compare(const Ratio& a, const Ratio& b);
[[nodiscard]] int sign_of(const Ratio& value);

[[nodiscard]] Integer floor_of(const Ratio& value);
[[nodiscard]] Integer ceil_of(const Ratio& value);
[[nodiscard]] Integer truncated(const Ratio& value);

// The multiple of step (above zero) at or below, at or above.
[[nodiscard]] Integer floor_to(const Ratio& value, const Integer& step);
[[nodiscard]] Integer ceil_to(const Ratio& value, const Integer& step);

// In lowest terms: "49999/100", "5" when whole.
[[nodiscard]] std::string exact_text(const Ratio& value);
// Rounded toward zero to at most 18 fraction digits, without zeros at the end.
[[nodiscard]] std::string decimal_text(const Ratio& value);

}  // namespace cofferdam::default_management
