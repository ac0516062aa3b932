// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/number.h"

#include "cofferdam/base/amount.h"
#include "cofferdam/base/binary.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace cofferdam::base {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

static_assert(WrappedInteger<Price> && WrappedInteger<Shares>);
static_assert(Addable<Price, Price>);
static_assert(!Addable<Price, Quantity>, "a price cannot be added to a quantity");
static_assert(!Addable<Price, int> && !Addable<Amount, int> && !Addable<Amount, u128>);
static_assert(!std::is_convertible_v<i128, Price> && !std::is_convertible_v<Price, i128>);

TEST(Number, SumsAreChecked) {
  EXPECT_EQ(try_add(Price(2), Price(3)), Price(5));
  EXPECT_EQ(try_add(Price::max(), Price(1)), std::nullopt);
  EXPECT_EQ(try_sub(Price::min(), Price(1)), std::nullopt);
  EXPECT_EQ(try_negate(Price::min()), std::nullopt);
  EXPECT_EQ(try_negate(Price(7)), Price(-7));
  EXPECT_EQ(Price::min().magnitude(), static_cast<u128>(1) << 127);
  Quantity q(4);
  q -= Quantity(6);
  EXPECT_TRUE(q.is_negative());
  EXPECT_EQ(-q, Quantity(2));
}

TEST(NumberDeathTest, ThePlainFormAborts) {
  EXPECT_DEATH((void)(Price::max() + Price(1)), "checked before");
  EXPECT_DEATH((void)-Price::min(), "checked before");
}

TEST(Number, ARateAppliesWithTheRoundingThatIsNamed) {
  const Rate half_percent(kRateOne / 200);
  EXPECT_EQ(try_apply<Rounding::down>(half_percent, Amount(399)), Amount(1));
  EXPECT_EQ(try_apply<Rounding::up>(half_percent, Amount(399)), Amount(2));
  EXPECT_EQ(try_apply<Rounding::down>(-half_percent, Amount(399)), std::nullopt);
  EXPECT_EQ(try_apply<Rounding::floor>(half_percent, SignedAmount(-399)), SignedAmount(-2));
  EXPECT_EQ(try_apply<Rounding::down>(Rate(kRateOne), Amount::max()), Amount::max());
  EXPECT_EQ(try_apply<Rounding::down>(Rate(kRateOne + 1), Amount::max()), std::nullopt);
}

TEST(Amount, BothFormsAreChecked) {
  EXPECT_EQ(try_add(Amount::max(), Amount(1)), std::nullopt);
  EXPECT_EQ(try_add(Amount::max(), Amount(0)), Amount::max());
  EXPECT_EQ(try_sub(Amount(1), Amount(2)), std::nullopt);
  EXPECT_EQ(Amount(2) - Amount(2), Amount());
  EXPECT_EQ(try_add(SignedAmount(kI128Max), SignedAmount(1)), std::nullopt);
  EXPECT_EQ(SignedAmount(kI128Min).magnitude(), Amount(static_cast<u128>(1) << 127));
}

TEST(Amount, DifferencesFit127Bits) {
  const u128 half = static_cast<u128>(1) << 127;
  EXPECT_EQ(try_difference(Amount(3), Amount(5)), SignedAmount(-2));
  EXPECT_EQ(try_difference(Amount(half - 1), Amount(0)), SignedAmount(kI128Max));
  EXPECT_EQ(try_difference(Amount(half), Amount(0)), std::nullopt);
  EXPECT_EQ(try_difference(Amount(0), Amount(half - 1)), SignedAmount(-kI128Max));
}

TEST(AmountDeathTest, ThePlainFormAborts) {
  EXPECT_DEATH((void)(Amount::max() + Amount(1)), "checked before");
  EXPECT_DEATH((void)(Amount(0) - Amount(1)), "checked before");
  EXPECT_DEATH((void)-SignedAmount(kI128Min), "most negative");
}

TEST(Int128, Text) {
  EXPECT_EQ(to_text(u128{0}), "0");
  EXPECT_EQ(to_text(kU128Max), "340282366920938463463374607431768211455");
  EXPECT_EQ(to_text(kI128Min), "-170141183460469231731687303715884105728");
}

}  // namespace
}  // namespace cofferdam::base
