// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/rounding.h"

#include <bit>

namespace cofferdam::base {
namespace {

struct Product {
  u128 high = 0;
  u128 low = 0;
};

Product multiply(u128 a, u128 b) {
  const u128 low_low = static_cast<u128>(low64(a)) * low64(b);
  const u128 low_high = static_cast<u128>(low64(a)) * high64(b);
  const u128 high_low = static_cast<u128>(high64(a)) * low64(b);
  const u128 high_high = static_cast<u128>(high64(a)) * high64(b);
  // At most 3 * (2^64 - 1): it cannot overflow.
  const u128 middle = static_cast<u128>(high64(low_low)) + low64(low_high) + low64(high_low);
  return {.high = high_high + high64(low_high) + high64(high_low) + high64(middle),
          .low = (middle << 64) | low64(low_low)};
}

unsigned leading_zeros(u128 v) {
  return static_cast<unsigned>(high64(v) != 0 ? std::countl_zero(high64(v))
                                              : 64 + std::countl_zero(low64(v)));
}

struct Step {
  std::uint64_t quotient = 0;
  u128 remainder = 0;
};

// One step of long division with 64-bit digits: (top * 2^64 + next) / d, where top < d and d has
// its highest bit set (Knuth 1997, vol. 2, algorithm 4.3.1 D, step D3: the first guess, taken from
// the leading digit of d, is at most two too large).
Step divide_digit(u128 top, std::uint64_t next, u128 d) {
  const std::uint64_t d_high = high64(d);
  u128 guess = top / d_high;
  u128 left = top % d_high;
  while (high64(guess) != 0 || guess * low64(d) > ((left << 64) | next)) {
    --guess;
    left += d_high;
    if (high64(left) != 0) break;
  }
  // The true remainder is below d, so arithmetic modulo 2^128 gives it whole.
  return {.quotient = low64(guess), .remainder = ((top << 64) | next) - guess * d};
}

}  // namespace

std::optional<Division> divide_product_wide(u128 a, u128 b, u128 d) {
  const Product product = multiply(a, b);
  if (product.high >= d) return std::nullopt;  // also when d is zero
  const unsigned shift = leading_zeros(d);
  const u128 divisor = d << shift;
  const u128 carried = shift == 0 ? 0 : product.low >> (128 - shift);
  const u128 low = product.low << shift;
  const Step first = divide_digit((product.high << shift) | carried, high64(low), divisor);
  const Step second = divide_digit(first.remainder, low64(low), divisor);
  return Division{make_u128(first.quotient, second.quotient), second.remainder >> shift};
}

}  // namespace cofferdam::base
