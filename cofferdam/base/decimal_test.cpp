// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"

#include "cofferdam/base/parse_integer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <gmock/gmock.h>
#include <vector>

namespace cofferdam::base {
namespace {

using testing::HasSubstr;

u128 random_u128() {
  const int bits = *rc::gen::inRange(1, 129);
  const auto full = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
  return make_u128(*full, *full) >> (128 - bits);
}

RC_GTEST_PROP(Decimal, WhatIsWrittenIsReadBackAtEveryScale, ()) {
  const u128 value = random_u128();
  const i128 signed_value = static_cast<i128>(value);
  for (unsigned scale = 0; scale <= kScaleMax; ++scale) {
    RC_ASSERT(parse_unsigned_decimal(format_decimal(value, scale), scale).value() == value);
    RC_ASSERT(parse_unsigned_decimal(format_decimal_short(value, scale), scale).value() == value);
    RC_ASSERT(parse_decimal(format_decimal(signed_value, scale), scale).value() == signed_value);
    RC_ASSERT(parse_decimal(format_decimal_short(signed_value, scale), scale).value() ==
              signed_value);
    RC_ASSERT(parse_amount(format_decimal(Amount(value), scale), scale).value() == Amount(value));
  }
}

RC_GTEST_PROP(Decimal, TheLongFormHasExactlyScaleDigits, ()) {
  const u128 value = random_u128();
  const unsigned scale = *rc::gen::inRange(1U, kScaleMax + 1);
  const std::string text = format_decimal(value, scale);
  RC_ASSERT(text.size() - text.find('.') - 1 == scale);
  // Independent of the formatter: without the point it is the integer's own digits.
  std::string digits = text;
  digits.erase(digits.find('.'), 1);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  RC_ASSERT(digits == to_text(value));
}

TEST(Decimal, Forms) {
  EXPECT_EQ(format_decimal(u128{1205}, 2), "12.05");
  EXPECT_EQ(format_decimal(u128{1200}, 2), "12.00");
  EXPECT_EQ(format_decimal_short(u128{1200}, 2), "12");
  EXPECT_EQ(format_decimal_short(u128{1250}, 2), "12.5");
  EXPECT_EQ(format_decimal_short(u128{1200}, 0), "1200");
  EXPECT_EQ(format_decimal(i128{-5}, 2), "-0.05");
  EXPECT_EQ(format_decimal(i128{0}, 3), "0.000");
  EXPECT_EQ(format_decimal_short(i128{0}, 3), "0");
  EXPECT_EQ(format_decimal(kU128Max, 38), "3.40282366920938463463374607431768211455");
  EXPECT_EQ(format_decimal(kI128Min, 0), "-170141183460469231731687303715884105728");
}

TEST(Decimal, Accepts) {
  EXPECT_EQ(parse_decimal("12.05", 2).value(), 1205);
  EXPECT_EQ(parse_decimal("+12.05", 2).value(), 1205);
  EXPECT_EQ(parse_decimal("-12.05", 2).value(), -1205);
  EXPECT_EQ(parse_decimal("12", 2).value(), 1200);
  EXPECT_EQ(parse_decimal("007", 0).value(), 7);
  EXPECT_EQ(parse_decimal("-0", 0).value(), 0);
  EXPECT_EQ(parse_decimal("1.500000", 1).value(), 15);
  EXPECT_EQ(parse_decimal("3.000", 0).value(), 3);
  EXPECT_EQ(parse_amount("340282366920938463463374607431768211455", 0).value(), Amount::max());
  EXPECT_EQ(parse_decimal("-170141183460469231731687303715884105728", 0).value(), kI128Min);
}

struct Refused {
  std::string text;
  unsigned scale;
  std::string rule;
};

TEST(Decimal, RefusesAndNamesTheRule) {
  const std::vector<Refused> rows{
      {"", 2, "must not be empty"},
      {"+", 2, "must start with a digit"},
      {"-", 2, "must start with a digit"},
      {".", 2, "must start with a digit"},
      {".5", 2, "must start with a digit"},
      {"1.", 2, "must end with a digit"},
      {" 1", 2, "must start with a digit"},
      {"1 ", 2, "must end with a digit"},
      {"1 000", 2, "must not group digits"},
      {"1,000", 2, "must not group digits"},
      {"1_000", 2, "must not group digits"},
      {"1e5", 2, "must not have an exponent"},
      {"1E5", 2, "must not have an exponent"},
      {"nan", 2, "must start with a digit"},
      {"inf", 2, "must start with a digit"},
      {"--1", 2, "must start with a digit"},
      {"1.2.3", 2, "must hold one point only"},
      {"0x10", 2, "digits and one point only"},
      {std::string("1\0002", 3), 2, "digits and one point only"},
      {"\xd9\xa1", 2, "must start with a digit"},  // ARABIC-INDIC DIGIT ONE
      {"1.005", 2, "at most 2 digits after the point"},
      {"1.1", 0, "at most 0 digits after the point"},
      {"340282366920938463463374607431768211456", 0, "must fit 128 bits"},
      {"4", 38, "must fit 128 bits"},
      {"1", 39, "the scale is at most 38"},
      {std::string(200, '1'), 0, "at most 128 characters"},
  };
  for (const Refused& row : rows) {
    const Result<u128> got = parse_unsigned_decimal(row.text, row.scale, "price");
    ASSERT_FALSE(got.has_value()) << row.text;
    EXPECT_THAT(got.error().rule, HasSubstr(row.rule)) << row.text;
    EXPECT_EQ(got.error().field, "price");
    EXPECT_FALSE(parse_decimal(row.text, row.scale).has_value()) << row.text;
  }
  EXPECT_THAT(parse_amount("-1", 0).error().rule, HasSubstr("minus"));
  EXPECT_THAT(parse_amount("-0", 0).error().rule, HasSubstr("minus"));
  EXPECT_FALSE(parse_decimal("170141183460469231731687303715884105728", 0).has_value());
  EXPECT_FALSE(parse_decimal("-170141183460469231731687303715884105729", 0).has_value());
}

TEST(ParseInteger, Accepts) {
  EXPECT_EQ(parse_u128("0xff", "id").value(), 255U);
  EXPECT_EQ(parse_u128("0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "id").value(), kU128Max);
  EXPECT_EQ(parse_u128("340282366920938463463374607431768211455", "id").value(), kU128Max);
  EXPECT_EQ(parse_u64("18446744073709551615", "n").value(), 18446744073709551615ULL);
  EXPECT_EQ(parse_i64("-9223372036854775808", "n").value(), INT64_MIN);
  EXPECT_EQ(parse_i64("9223372036854775807", "n").value(), INT64_MAX);
  EXPECT_EQ(parse_id<PoolId>("7", "pool").value(), PoolId(7));
  EXPECT_EQ(parse_id<AccountId>("0x10", "account").value(), AccountId(16));
}

TEST(ParseInteger, Refuses) {
  for (const char* text :
       {"", "0x", "+1", "-1", " 1", "1 ", "1.0", "0xg", "ff", "0X1",
        "340282366920938463463374607431768211456", "0x100000000000000000000000000000000"})
    EXPECT_FALSE(parse_u128(text, "id").has_value()) << text;
  EXPECT_FALSE(parse_u64("18446744073709551616", "n").has_value());
  EXPECT_FALSE(parse_u64("0x1", "n").has_value());
  EXPECT_EQ(parse_u64("11", "n", 10).error().rule, "must be at most 10");
  EXPECT_FALSE(parse_i64("9223372036854775808", "n").has_value());
  EXPECT_FALSE(parse_i64("-9223372036854775809", "n").has_value());
  EXPECT_FALSE(parse_i64("-", "n").has_value());
  EXPECT_FALSE(parse_id<PoolId>("0", "pool").has_value());
  EXPECT_FALSE(parse_id<PoolId>("4294967295", "pool").has_value());
  EXPECT_FALSE(parse_id<PoolId>("4294967296", "pool").has_value());
  EXPECT_FALSE(parse_id<AccountId>(to_text(kU128Max), "account").has_value());
  EXPECT_TRUE(parse_id<AccountId>(to_text(kU128Max - 1), "account").has_value());
}

RC_GTEST_PROP(ParseInteger, HexRoundTrips, ()) {
  const u128 value = random_u128();
  RC_ASSERT(parse_u128(format_hex(value), "id").value() == value);
  RC_ASSERT(parse_u128(to_text(value), "id").value() == value);
}

}  // namespace
}  // namespace cofferdam::base
