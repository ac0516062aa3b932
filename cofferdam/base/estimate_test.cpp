// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/estimate.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace cofferdam::base {
namespace {

TEST(Estimate, OutwardIsTheNearestDouble) {
  EXPECT_EQ(to_double(Amount::max()), 0x1p128);
  EXPECT_EQ(to_double(kI128Min), -0x1p127);
  EXPECT_EQ(to_double(Price(-3)), -3.0);
  EXPECT_EQ(to_double(Amount(150), 2), 1.5);
  // 2^53 + 1 lies between two doubles; the tie goes to the even one.
  EXPECT_EQ(to_double((i128{1} << 53) + 1), 0x1p53);
}

TEST(Estimate, RefusesWhatIsNoNumber) {
  using Limits = std::numeric_limits<double>;
  for (const double bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0x1p127,
                           -0x1.0000000000001p127, Limits::max()})
    EXPECT_FALSE(quantize<Rounding::down>(bad).has_value()) << bad;
  EXPECT_EQ(quantize<Rounding::down>(-0x1p127).value(), kI128Min);
  EXPECT_EQ(quantize<Rounding::down>(0x1.fffffffffffffp126).value(), ((i128{1} << 53) - 1) << 74);
  EXPECT_FALSE(quantize<Rounding::down>(1e200, 38U).has_value());
}

TEST(Estimate, RoundsAsNamed) {
  struct Row {
    double value;
    int down, up, floor, ceil, half_up, half_even;
  };

  constexpr std::array<Row, 8> kRows{{{0.0, 0, 0, 0, 0, 0, 0},
                                      {-0.0, 0, 0, 0, 0, 0, 0},
                                      {0.49999999999999994, 0, 1, 0, 1, 0, 0},
                                      {0.5, 0, 1, 0, 1, 1, 0},
                                      {1.5, 1, 2, 1, 2, 2, 2},
                                      {-0.5, 0, -1, -1, 0, -1, 0},
                                      {-2.5, -2, -3, -3, -2, -3, -2},
                                      {-2.75, -2, -3, -3, -2, -3, -3}}};
  for (const Row& row : kRows) {
    EXPECT_EQ(quantize<Rounding::down>(row.value).value(), row.down) << row.value;
    EXPECT_EQ(quantize<Rounding::up>(row.value).value(), row.up) << row.value;
    EXPECT_EQ(quantize<Rounding::floor>(row.value).value(), row.floor) << row.value;
    EXPECT_EQ(quantize<Rounding::ceil>(row.value).value(), row.ceil) << row.value;
    EXPECT_EQ(quantize<Rounding::half_up>(row.value).value(), row.half_up) << row.value;
    EXPECT_EQ(quantize<Rounding::half_even>(row.value).value(), row.half_even) << row.value;
  }
  EXPECT_EQ(quantize<Rounding::half_even>(1.5, 2U).value(), 150);
}

}  // namespace
}  // namespace cofferdam::base
