// SPDX-License-Identifier: Apache-2.0
//
// Decimal text in and out, exactly. A scale says how many fraction digits the integer carries:
// at scale 2 the integer 1205 is written 12.05. Nothing is ever rounded here: text that does not
// fit the scale is refused, so what was typed is what is booked.
//
// Accepted: an optional sign, digits, and perhaps one point with digits on both sides. Refused,
// each with its rule: empty text, ".5", "1.", blanks, exponents, grouping, names such as NaN,
// fraction digits beyond the scale unless they are zeros, and values beyond the integer.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"

#include <string>
#include <string_view>

namespace cofferdam::base {

inline constexpr unsigned kScaleMax = 38;  // 10^38 is the largest power of ten in 128 bits
inline constexpr std::size_t kDecimalBytesMax = 128;  // longer text is refused unread

// 10^exponent; the exponent is at most kScaleMax.
[[nodiscard]] u128 power_of_ten(unsigned exponent);

[[nodiscard]] Result<i128> parse_decimal(std::string_view text, unsigned scale,
                                         std::string_view field = "number");
// Without a minus sign, over the full unsigned range.
[[nodiscard]] Result<u128> parse_unsigned_decimal(std::string_view text, unsigned scale,
                                                  std::string_view field = "number");
[[nodiscard]] Result<Amount> parse_amount(std::string_view text, unsigned scale,
                                          std::string_view field = "amount");
[[nodiscard]] Result<SignedAmount> parse_signed_amount(std::string_view text, unsigned scale,
                                                       std::string_view field = "amount");

// Always exactly `scale` fraction digits, so that columns align; no point at scale 0.
[[nodiscard]] std::string format_decimal(u128 value, unsigned scale);
[[nodiscard]] std::string format_decimal(i128 value, unsigned scale);
[[nodiscard]] std::string format_decimal(Amount value, unsigned scale);
[[nodiscard]] std::string format_decimal(SignedAmount value, unsigned scale);

// Without trailing zeros of the fraction, and without a point when nothing follows it.
[[nodiscard]] std::string format_decimal_short(u128 value, unsigned scale);
[[nodiscard]] std::string format_decimal_short(i128 value, unsigned scale);
[[nodiscard]] std::string format_decimal_short(Amount value, unsigned scale);
[[nodiscard]] std::string format_decimal_short(SignedAmount value, unsigned scale);

}  // namespace cofferdam::base
