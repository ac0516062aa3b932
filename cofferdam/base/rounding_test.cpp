// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/rounding.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace cofferdam::base {
namespace {

using Wide = boost::multiprecision::int512_t;

Wide wide(u128 v) {
  return (Wide(high64(v)) << 64) + Wide(low64(v));
}

Wide wide(i128 v) {
  return v < 0 ? Wide(-wide(magnitude(v))) : wide(magnitude(v));
}

// Every width is as likely as any other, so that fast path, wide path and edges all occur.
rc::Gen<u128> any_u128() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 129), rc::gen::inRange(0, 4),
                     rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()),
                     rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())),
      [](const std::tuple<int, int, std::uint64_t, std::uint64_t>& t) -> u128 {
        const auto [bits, edge, high, low] = t;
        if (bits == 0) return 0;
        const u128 mask = kU128Max >> (128 - bits);
        if (edge == 0) return mask;             // 2^bits - 1
        if (edge == 1) return (mask >> 1) + 1;  // 2^(bits - 1)
        return make_u128(high, low) & mask;
      });
}

rc::Gen<i128> any_i128() {
  return rc::gen::map(any_u128(), [](u128 v) { return static_cast<i128>(v); });
}

// The definition, in arithmetic that cannot overflow: compares 2 * remainder with the divisor.
Wide expected(const Wide& n, const Wide& d, Rounding rounding) {
  const Wide quotient = n / d;  // toward zero
  const Wide remainder = abs(n % d);
  if (remainder == 0) return quotient;
  const Wide away = quotient + ((n < 0) != (d < 0) ? -1 : 1);
  const Wide twice = remainder * 2;
  const Wide size = abs(d);
  switch (rounding) {
    case Rounding::down:
      return quotient;
    case Rounding::up:
      return away;
    case Rounding::floor:
      return away < quotient ? away : quotient;
    case Rounding::ceil:
      return away > quotient ? away : quotient;
    case Rounding::half_up:
      return twice >= size ? away : quotient;
    case Rounding::half_even:
      if (twice == size) return quotient % 2 == 0 ? quotient : away;
      return twice > size ? away : quotient;
  }
  return 0;
}

template <Rounding R>
void check_unsigned(u128 a, u128 b, u128 d) {
  const std::optional<u128> got = try_mul_div<R>(a, b, d);
  if (d == 0) {
    RC_ASSERT(!got);
    return;
  }
  const Wide want = expected(wide(a) * wide(b), wide(d), R);
  if (want > wide(kU128Max)) {
    RC_ASSERT(!got);
  } else {
    RC_ASSERT(got.has_value());
    RC_ASSERT(wide(*got) == want);
  }
}

template <Rounding R>
void check_signed(i128 a, i128 b, i128 d) {
  const std::optional<i128> got = try_mul_div<R>(a, b, d);
  const std::optional<i128> short_form = try_div_round<R>(a, d);
  if (d == 0) {
    RC_ASSERT(!got);
    RC_ASSERT(!short_form);
    return;
  }
  const Wide want = expected(wide(a) * wide(b), wide(d), R);
  const bool fits = want >= wide(kI128Min) && want <= wide(kI128Max);
  RC_ASSERT(got.has_value() == fits);
  if (fits) RC_ASSERT(wide(*got) == want);
  const Wide want_short = expected(wide(a), wide(d), R);
  RC_ASSERT(short_form.has_value() == (want_short <= wide(kI128Max)));
  if (short_form) RC_ASSERT(wide(*short_form) == want_short);
}

RC_GTEST_PROP(Rounding, UnsignedAgreesWithBoost, ()) {
  const u128 a = *any_u128();
  const u128 b = *any_u128();
  const u128 d = *any_u128();
  check_unsigned<Rounding::down>(a, b, d);
  check_unsigned<Rounding::up>(a, b, d);
  check_unsigned<Rounding::floor>(a, b, d);
  check_unsigned<Rounding::ceil>(a, b, d);
  check_unsigned<Rounding::half_up>(a, b, d);
  check_unsigned<Rounding::half_even>(a, b, d);
}

RC_GTEST_PROP(Rounding, SignedAgreesWithBoost, ()) {
  const i128 a = *any_i128();
  const i128 b = *any_i128();
  const i128 d = *any_i128();
  check_signed<Rounding::down>(a, b, d);
  check_signed<Rounding::up>(a, b, d);
  check_signed<Rounding::floor>(a, b, d);
  check_signed<Rounding::ceil>(a, b, d);
  check_signed<Rounding::half_up>(a, b, d);
  check_signed<Rounding::half_even>(a, b, d);
}

// The narrow path is never taken here, so the long division is tried on small products too.
TEST(Rounding, WideDivisionAgreesWithBoostOnManyOperands) {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  const auto next = [&state] {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  };
  int fitting = 0;
  for (int i = 0; i < 200'000; ++i) {
    const u128 a = make_u128(next(), next()) >> (next() % 128);
    const u128 b = make_u128(next(), next()) >> (next() % 128);
    // Leading digits near the base provoke the rare corrections of the guessed digit.
    u128 d = make_u128(next(), next()) >> (next() % 128);
    if (i % 3 == 0) d = (static_cast<u128>(1) << 127) + (d >> 70);
    if (i % 5 == 0) d = kU128Max - (d >> 100);
    const std::optional<Division> got = divide_product_wide(a, b, d);
    const Wide product = wide(a) * wide(b);
    const bool fits = d != 0 && Wide(product / wide(d)) <= wide(kU128Max);
    ASSERT_EQ(got.has_value(), fits);
    if (!fits) continue;
    ++fitting;
    ASSERT_EQ(wide(got->quotient), product / wide(d));
    ASSERT_EQ(wide(got->remainder), product % wide(d));
  }
  EXPECT_GT(fitting, 50'000);
}

TEST(Rounding, TableOfTies) {
  struct Row {
    int n, down, up, floor, ceil, half_up, half_even;
  };

  // n / 2
  constexpr std::array<Row, 6> kRows{{{5, 2, 3, 2, 3, 3, 2},
                                      {3, 1, 2, 1, 2, 2, 2},
                                      {1, 0, 1, 0, 1, 1, 0},
                                      {-1, 0, -1, -1, 0, -1, 0},
                                      {-3, -1, -2, -2, -1, -2, -2},
                                      {-5, -2, -3, -3, -2, -3, -2}}};
  for (const Row& row : kRows) {
    const i128 n = row.n;
    const i128 two = 2;
    EXPECT_EQ(div_round<Rounding::down>(n, two), row.down) << row.n;
    EXPECT_EQ(div_round<Rounding::up>(n, two), row.up) << row.n;
    EXPECT_EQ(div_round<Rounding::floor>(n, two), row.floor) << row.n;
    EXPECT_EQ(div_round<Rounding::ceil>(n, two), row.ceil) << row.n;
    EXPECT_EQ(div_round<Rounding::half_up>(n, two), row.half_up) << row.n;
    EXPECT_EQ(div_round<Rounding::half_even>(n, two), row.half_even) << row.n;
  }
}

TEST(Rounding, EdgesOfTheRange) {
  EXPECT_EQ(try_mul_div<Rounding::down>(kU128Max, kU128Max, kU128Max), kU128Max);
  EXPECT_EQ(try_mul_div<Rounding::down>(kU128Max, kU128Max, kU128Max - 1), std::nullopt);
  EXPECT_EQ(try_mul_div<Rounding::down>(kI128Min, i128{1}, i128{1}), kI128Min);
  EXPECT_EQ(try_mul_div<Rounding::down>(kI128Min, i128{-1}, i128{1}), std::nullopt);
  EXPECT_EQ(try_mul_div<Rounding::down>(kI128Min, kI128Min, kI128Min), kI128Min);
  EXPECT_EQ(try_div_round<Rounding::down>(kI128Min, i128{-1}), std::nullopt);
  EXPECT_EQ(try_mul_div<Rounding::up>(Amount(1), 1, 3), Amount(1));
  EXPECT_EQ(try_mul_div<Rounding::down>(Amount(1), 1, 3), Amount(0));
  EXPECT_EQ(try_mul_div<Rounding::down>(Amount::max(), 2, 1), std::nullopt);
}

TEST(RoundingDeathTest, ThePlainFormAborts) {
  EXPECT_DEATH((void)mul_div<Rounding::down>(u128{1}, u128{1}, u128{0}), "checked before");
}

}  // namespace
}  // namespace cofferdam::base
