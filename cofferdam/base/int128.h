// SPDX-License-Identifier: Apache-2.0
//
// 128-bit integers under one name each, and their text.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace cofferdam::base {

__extension__ typedef __int128 i128;           // NOLINT(modernize-use-using)
__extension__ typedef unsigned __int128 u128;  // NOLINT(modernize-use-using)

inline constexpr u128 kU128Max = ~static_cast<u128>(0);
inline constexpr i128 kI128Max = static_cast<i128>(kU128Max >> 1);
inline constexpr i128 kI128Min = -kI128Max - 1;

[[nodiscard]] constexpr std::uint64_t high64(u128 v) {
  return static_cast<std::uint64_t>(v >> 64);
}

[[nodiscard]] constexpr std::uint64_t low64(u128 v) {
  return static_cast<std::uint64_t>(v);
}

[[nodiscard]] constexpr u128 make_u128(std::uint64_t high, std::uint64_t low) {
  return (static_cast<u128>(high) << 64) | low;
}

// |v|, also of the most negative value, whose magnitude is one more than kI128Max.
[[nodiscard]] constexpr u128 magnitude(i128 v) {
  return v < 0 ? ~static_cast<u128>(v) + 1 : static_cast<u128>(v);
}

[[nodiscard]] std::string to_text(u128 v);  // decimal digits
[[nodiscard]] std::string to_text(i128 v);

}  // namespace cofferdam::base
