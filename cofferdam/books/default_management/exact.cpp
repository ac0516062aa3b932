// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/exact.h"

#include "cofferdam/base/check.h"

namespace cofferdam::default_management {

using base::i128;
using base::u128;

Integer integer(u128 value) {
  Integer result = base::high64(value);
  result <<= 64;
  result += base::low64(value);
  return result;
}

Integer integer(i128 value) {
  const Integer size = integer(base::magnitude(value));
  return value < 0 ? Integer(-size) : size;
}

Integer power_of_ten(unsigned exponent) {
  return boost::multiprecision::pow(Integer(10), exponent);
}

std::optional<u128> to_u128(const Integer& value) {
  if (value < 0 || value > integer(base::kU128Max)) return std::nullopt;
  const Integer low = value & Integer(~std::uint64_t{0});
  const Integer high = value >> 64;
  return base::make_u128(high.convert_to<std::uint64_t>(), low.convert_to<std::uint64_t>());
}

std::optional<i128> to_i128(const Integer& value) {
  if (value > integer(base::kI128Max) || value < integer(base::kI128Min)) return std::nullopt;
  if (value >= 0) return static_cast<i128>(*to_u128(value));
  // One less in size, so that the most negative value has a positive counterpart.
  return -static_cast<i128>(*to_u128(Integer(-value - 1))) - 1;
}

Ratio ratio(const Integer& numerator, const Integer& denominator) {
  COFFERDAM_CHECK(denominator != 0, "a ratio whose denominator was checked before");
  if (denominator < 0) return {Integer(-numerator), Integer(-denominator)};
  return {numerator, denominator};
}

Ratio operator+(const Ratio& a, const Ratio& b) {
  return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
}

Ratio operator-(const Ratio& a, const Ratio& b) {
  return {a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator};
}

Ratio operator*(const Ratio& a, const Ratio& b) {
  return {a.numerator * b.numerator, a.denominator * b.denominator};
}

Ratio operator/(const Ratio& a, const Ratio& b) {
  return ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

std::strong_ordering compare(const Ratio& a, const Ratio& b) {
  const Integer left = a.numerator * b.denominator;
  const Integer right = b.numerator * a.denominator;
  if (left < right) return std::strong_ordering::less;
  return left == right ? std::strong_ordering::equal : std::strong_ordering::greater;
}

int sign_of(const Ratio& value) {
  if (value.numerator == 0) return 0;
  return value.numerator < 0 ? -1 : 1;
}

Integer truncated(const Ratio& value) {
  return value.numerator / value.denominator;
}

Integer floor_of(const Ratio& value) {
  const Integer quotient = truncated(value);
  const bool inexact = quotient * value.denominator != value.numerator;
  return value.numerator < 0 && inexact ? Integer(quotient - 1) : quotient;
}

Integer ceil_of(const Ratio& value) {
  const Integer quotient = truncated(value);
  const bool inexact = quotient * value.denominator != value.numerator;
  return value.numerator > 0 && inexact ? Integer(quotient + 1) : quotient;
}

Integer floor_to(const Ratio& value, const Integer& step) {
  return floor_of(ratio(value.numerator, value.denominator * step)) * step;
}

Integer ceil_to(const Ratio& value, const Integer& step) {
  return ceil_of(ratio(value.numerator, value.denominator * step)) * step;
}

std::string exact_text(const Ratio& value) {
  const Integer common = boost::multiprecision::gcd(value.numerator, value.denominator);
  const Integer numerator = value.numerator / common;
  const Integer denominator = value.denominator / common;
  return denominator == 1 ? numerator.str() : numerator.str() + "/" + denominator.str();
}

std::string decimal_text(const Ratio& value) {
  constexpr unsigned kDigits = 18;
  const Integer size = boost::multiprecision::abs(value.numerator);
  const Integer scaled = size * power_of_ten(kDigits) / value.denominator;
  std::string digits = scaled.str();
  if (digits.size() <= kDigits) digits.insert(0, kDigits + 1 - digits.size(), '0');
  digits.insert(digits.size() - kDigits, 1, '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return value.numerator < 0 && digits != "0" ? "-" + digits : digits;
}

}  // namespace cofferdam::default_management
