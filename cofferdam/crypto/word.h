// SPDX-License-Identifier: Apache-2.0
//
// Word: 32 bytes, most significant first, the unit in which the Ethereum machine counts. Amounts of
// the books have 128 bits and fit; what comes from outside (a Safe transaction's value) may be
// larger and is carried, shown and hashed, but never computed with.
#pragma once

#include "cofferdam/base/int128.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::crypto {

using Word = std::array<std::uint8_t, 32>;

[[nodiscard]] Word word_of(base::u128 value);
[[nodiscard]] bool is_zero(const Word& word);
// nullopt where the number needs more than 128 bits.
[[nodiscard]] std::optional<base::u128> to_u128(const Word& word);

// Decimal digits without sign or leading zero, or 0x and 1 to 64 hexadecimal digits.
[[nodiscard]] std::optional<Word> parse_word(std::string_view text);
[[nodiscard]] std::string to_decimal(const Word& word);
// How many bits the number needs; 0 for zero.
[[nodiscard]] unsigned bit_width(const Word& word);
// Two's complement.
[[nodiscard]] Word negated(const Word& word);

[[nodiscard]] inline std::string_view bytes_view(const Word& word) {
  return {reinterpret_cast<const char*>(word.data()), word.size()};
}

// 0x and two digits a byte.
[[nodiscard]] std::string to_prefixed_hex(std::string_view bytes);
// The bytes behind 0x and an even number of digits.
[[nodiscard]] std::optional<std::string> bytes_from_prefixed_hex(std::string_view text);

}  // namespace cofferdam::crypto
