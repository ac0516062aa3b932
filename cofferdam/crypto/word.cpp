// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/word.h"

#include "cofferdam/crypto/hex.h"

#include <algorithm>
#include <bit>
#include <span>

namespace cofferdam::crypto {

namespace {

// word * 10 + digit; false when that needs more than 256 bits.
[[nodiscard]] bool append_digit(Word& word, unsigned digit) {
  unsigned carry = digit;
  for (std::size_t i = word.size(); i-- > 0;) {
    const unsigned product = word[i] * 10U + carry;
    word[i] = static_cast<std::uint8_t>(product & 0xFFU);
    carry = product >> 8;
  }
  return carry == 0;
}

}  // namespace

Word word_of(base::u128 value) {
  Word word{};
  for (std::size_t i = word.size(); value != 0; value >>= 8)
    word[--i] = static_cast<std::uint8_t>(value & 0xFFU);
  return word;
}

bool is_zero(const Word& word) {
  return std::all_of(word.begin(), word.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::optional<base::u128> to_u128(const Word& word) {
  if (bit_width(word) > 128) return std::nullopt;
  base::u128 value = 0;
  for (std::size_t i = 16; i < word.size(); ++i) value = (value << 8) | word[i];
  return value;
}

std::optional<Word> parse_word(std::string_view text) {
  Word word{};
  if (text.starts_with("0x")) {
    const std::string_view digits = text.substr(2);
    if (digits.empty() || digits.size() > 64) return std::nullopt;
    const std::string full = std::string(64 - digits.size(), '0') + std::string(digits);
    if (!bytes_from_hex(full, word)) return std::nullopt;
    return word;
  }
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    if (!append_digit(word, static_cast<unsigned>(c - '0'))) return std::nullopt;
  }
  return word;
}

std::string to_decimal(const Word& word) {
  std::string digits;
  Word rest = word;
  do {
    unsigned remainder = 0;
    for (std::uint8_t& byte : rest) {
      const unsigned part = (remainder << 8) | byte;
      byte = static_cast<std::uint8_t>(part / 10U);
      remainder = part % 10U;
    }
    digits.push_back(static_cast<char>('0' + remainder));
  } while (!is_zero(rest));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

unsigned bit_width(const Word& word) {
  for (std::size_t i = 0; i < word.size(); ++i)
    if (word[i] != 0)
      return static_cast<unsigned>((word.size() - 1 - i) * 8) +
             static_cast<unsigned>(std::bit_width(static_cast<unsigned>(word[i])));
  return 0;
}

Word negated(const Word& word) {
  Word result{};
  unsigned carry = 1;
  for (std::size_t i = word.size(); i-- > 0;) {
    const unsigned sum = (word[i] ^ 0xFFU) + carry;
    result[i] = static_cast<std::uint8_t>(sum & 0xFFU);
    carry = sum >> 8;
  }
  return result;
}

std::string to_prefixed_hex(std::string_view bytes) {
  return "0x" + bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::string> bytes_from_prefixed_hex(std::string_view text) {
  if (!text.starts_with("0x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes((text.size() - 2) / 2, '\0');
  if (!bytes_from_hex(text.substr(2),
                      {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    return std::nullopt;
  return bytes;
}

}  // namespace cofferdam::crypto
