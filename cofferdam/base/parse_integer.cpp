// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/parse_integer.h"

#include <algorithm>

namespace cofferdam::base {
namespace {

// The value of a digit, or 16 and more for what is none.
unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 99;
}

Result<u128> parse_digits(std::string_view digits, unsigned radix, std::string_view text,
                          std::string_view field) {
  const auto fail = [&](std::string rule) {
    return malformed(std::string(field), std::string(text), std::move(rule));
  };
  if (digits.empty()) return fail("must have at least one digit");
  u128 value = 0;
  for (const char c : digits) {
    const unsigned digit = digit_value(c);
    if (digit >= radix)
      return fail(radix == 16 ? "must hold hexadecimal digits only after 0x"
                              : "must hold decimal digits only");
    if (__builtin_mul_overflow(value, static_cast<u128>(radix), &value) ||
        __builtin_add_overflow(value, static_cast<u128>(digit), &value))
      return fail("must fit 128 bits");
  }
  return value;
}

}  // namespace

Result<u128> parse_u128(std::string_view text, std::string_view field) {
  if (text.starts_with("0x")) return parse_digits(text.substr(2), 16, text, field);
  return parse_digits(text, 10, text, field);
}

Result<std::uint64_t> parse_u64(std::string_view text, std::string_view field, std::uint64_t max) {
  const Result<u128> value = parse_digits(text, 10, text, field);
  if (!value) return std::unexpected(value.error());
  if (*value > max)
    return malformed(std::string(field), std::string(text),
                     "must be at most " + std::to_string(max));
  return static_cast<std::uint64_t>(*value);
}

Result<std::int64_t> parse_i64(std::string_view text, std::string_view field) {
  const bool negative = text.starts_with("-");
  const Result<u128> size = parse_digits(negative ? text.substr(1) : text, 10, text, field);
  if (!size) return std::unexpected(size.error());
  const u128 limit = (static_cast<u128>(1) << 63) - (negative ? 0 : 1);
  if (*size > limit)
    return malformed(std::string(field), std::string(text), "must fit a signed 64-bit integer");
  const i128 value = static_cast<i128>(*size);
  return static_cast<std::int64_t>(negative ? -value : value);
}

std::string format_hex(u128 value) {
  std::string digits;
  do {
    digits.push_back("0123456789abcdef"[static_cast<unsigned>(value % 16)]);
    value /= 16;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return "0x" + digits;
}

}  // namespace cofferdam::base
