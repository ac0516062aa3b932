// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <array>

namespace cofferdam::base {
namespace {

constexpr std::array<u128, kScaleMax + 1> kPowersOfTen = [] {
  std::array<u128, kScaleMax + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

constexpr std::string_view kShape = "a decimal number: digits, perhaps with one point between them";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Parsed {
  bool negative = false;
  u128 magnitude = 0;
};

// What is wrong with the text's shape, or an empty string.
std::string_view fault_of(std::string_view digits) {
  if (digits.empty() || !is_digit(digits.front())) return "must start with a digit";
  if (!is_digit(digits.back())) return "must end with a digit";
  bool point_seen = false;
  for (const char c : digits) {
    if (is_digit(c)) continue;
    if (c == ',' || c == '_' || c == '\'' || c == ' ') return "must not group digits";
    if (c == 'e' || c == 'E') return "must not have an exponent";
    if (c != '.') return "must hold digits and one point only";
    if (point_seen) return "must hold one point only";
    point_seen = true;
  }
  return {};
}

bool append_digit(u128& value, char digit) {
  return !__builtin_mul_overflow(value, static_cast<u128>(10), &value) &&
         !__builtin_add_overflow(value, static_cast<u128>(digit - '0'), &value);
}

Result<Parsed> parse(std::string_view text, unsigned scale, std::string_view field) {
  const auto fail = [&](std::string rule, std::string_view hint = {}) {
    return malformed(std::string(field), std::string(text), std::move(rule), std::string(hint));
  };
  if (scale > kScaleMax) return fail("the scale is at most 38", "the scale belongs to the asset");
  if (text.empty()) return fail("must not be empty", kShape);
  if (text.size() > kDecimalBytesMax) return fail("must be at most 128 characters", kShape);
  Parsed parsed;
  std::string_view digits = text;
  if (digits.front() == '-' || digits.front() == '+') {
    parsed.negative = digits.front() == '-';
    digits.remove_prefix(1);
  }
  if (const std::string_view fault = fault_of(digits); !fault.empty())
    return fail(std::string(fault), kShape);

  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view whole = digits.substr(0, point);
  std::string_view fraction = point < digits.size() ? digits.substr(point + 1) : "";
  const std::size_t last = fraction.find_last_not_of('0');
  if (last != std::string_view::npos && last >= scale)
    return fail("has at most " + std::to_string(scale) + " digits after the point",
                "nothing is rounded here: write the amount that is meant");
  fraction = fraction.substr(0, scale);
  bool fits = true;
  for (const char c : whole) fits = fits && append_digit(parsed.magnitude, c);
  for (const char c : fraction) fits = fits && append_digit(parsed.magnitude, c);
  for (std::size_t i = fraction.size(); i < scale; ++i)
    fits = fits && append_digit(parsed.magnitude, '0');
  if (!fits) return fail("must fit 128 bits at scale " + std::to_string(scale));
  return parsed;
}

enum class Zeros { keep, drop };

std::string format(u128 magnitude, bool negative, unsigned scale, Zeros zeros) {
  COFFERDAM_CHECK(scale <= kScaleMax, "a scale is at most 38");
  std::string digits = to_text(magnitude);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) {
    digits.insert(digits.size() - scale, 1, '.');
    if (zeros == Zeros::drop) {
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.back() == '.') digits.pop_back();
    }
  }
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace

u128 power_of_ten(unsigned exponent) {
  COFFERDAM_CHECK(exponent <= kScaleMax, "10^39 does not fit 128 bits");
  return kPowersOfTen[exponent];
}

Result<i128> parse_decimal(std::string_view text, unsigned scale, std::string_view field) {
  const Result<Parsed> parsed = parse(text, scale, field);
  if (!parsed) return std::unexpected(parsed.error());
  const u128 limit = static_cast<u128>(kI128Max) + (parsed->negative ? 1 : 0);
  if (parsed->magnitude > limit)
    return malformed(std::string(field), std::string(text),
                     "must fit a signed 128-bit integer at scale " + std::to_string(scale));
  return static_cast<i128>(parsed->negative ? ~parsed->magnitude + 1 : parsed->magnitude);
}

Result<u128> parse_unsigned_decimal(std::string_view text, unsigned scale, std::string_view field) {
  const Result<Parsed> parsed = parse(text, scale, field);
  if (!parsed) return std::unexpected(parsed.error());
  if (parsed->negative)
    return malformed(std::string(field), std::string(text), "must not have a minus sign");
  return parsed->magnitude;
}

Result<Amount> parse_amount(std::string_view text, unsigned scale, std::string_view field) {
  const Result<u128> units = parse_unsigned_decimal(text, scale, field);
  if (!units) return std::unexpected(units.error());
  return Amount(*units);
}

Result<SignedAmount> parse_signed_amount(std::string_view text, unsigned scale,
                                         std::string_view field) {
  const Result<i128> units = parse_decimal(text, scale, field);
  if (!units) return std::unexpected(units.error());
  return SignedAmount(*units);
}

std::string format_decimal(u128 value, unsigned scale) {
  return format(value, false, scale, Zeros::keep);
}

std::string format_decimal(i128 value, unsigned scale) {
  return format(magnitude(value), value < 0, scale, Zeros::keep);
}

std::string format_decimal(Amount value, unsigned scale) {
  return format_decimal(value.units(), scale);
}

std::string format_decimal(SignedAmount value, unsigned scale) {
  return format_decimal(value.units(), scale);
}

std::string format_decimal_short(u128 value, unsigned scale) {
  return format(value, false, scale, Zeros::drop);
}

std::string format_decimal_short(i128 value, unsigned scale) {
  return format(magnitude(value), value < 0, scale, Zeros::drop);
}

std::string format_decimal_short(Amount value, unsigned scale) {
  return format_decimal_short(value.units(), scale);
}

std::string format_decimal_short(SignedAmount value, unsigned scale) {
  return format_decimal_short(value.units(), scale);
}

}  // namespace cofferdam::base
