// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers and identifiers from text. Decimal digits only; a 128-bit identifier may also be
// written 0x and up to 32 hexadecimal digits. No blanks, no plus sign, no grouping, no suffix.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/int128.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace cofferdam::base {

[[nodiscard]] Result<u128> parse_u128(std::string_view text, std::string_view field);
[[nodiscard]] Result<std::uint64_t> parse_u64(
    std::string_view text, std::string_view field,
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
[[nodiscard]] Result<std::int64_t> parse_i64(std::string_view text, std::string_view field);

// An identifier of either width. Zero, which means "none", and the reserved all-ones are refused.
template <class IdType>
[[nodiscard]] Result<IdType> parse_id(std::string_view text, std::string_view field) {
  using Rep = typename IdType::rep;
  Result<u128> number = parse_u128(text, field);
  if (!number) return std::unexpected(std::move(number).error());
  constexpr Rep kReserved = static_cast<Rep>(~Rep{0});
  if (*number == 0 || *number >= kReserved)
    return malformed(std::string(field), std::string(text),
                     "must be from 1 to " + to_text(static_cast<u128>(kReserved - 1)));
  return IdType(static_cast<Rep>(*number));
}

// 0x and the hexadecimal digits that are needed, at least one.
[[nodiscard]] std::string format_hex(u128 value);

}  // namespace cofferdam::base
