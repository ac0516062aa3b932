// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/black.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cofferdam::pricing {
namespace {

// Hull, "Options, Futures, and Other Derivatives", the example of Black's model: a put on a
// futures price, F = K = 60, r = 9 %, volatility 25 %, 4 months.
TEST(Black, PublishedExample) {
  const BlackInput input{.type = OptionType::put,
                         .forward = 60,
                         .strike = 60,
                         .volatility = 0.25,
                         .years = 4.0 / 12,
                         .discount = std::exp(-0.09 * 4 / 12)};
  EXPECT_NEAR(black(input).price, 3.35, 0.005);
}

TEST(Black, EdgesAreLimits) {
  BlackInput input{.forward = 100, .strike = 90, .volatility = 0, .years = 1, .discount = 0.5};
  EXPECT_EQ(black(input).price, 5.0);
  EXPECT_EQ(black(input).delta, 0.5);
  EXPECT_EQ(black(input).gamma, 0.0);
  input.type = OptionType::put;
  EXPECT_EQ(black(input).price, 0.0);
  EXPECT_EQ(black(input).delta, 0.0);
  input = {.forward = 1e-100, .strike = 1e100, .volatility = 1, .years = 1};
  EXPECT_EQ(black(input).price, 0.0);
  input.volatility = 1e6;
  EXPECT_EQ(black(input).price, 1e-100);
  EXPECT_EQ(black(input).delta, 1.0);
}

TEST(Black, InvalidInputGivesNoNumber) {
  const double bad[] = {-1, std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::infinity()};
  for (const double value : bad) {
    EXPECT_TRUE(std::isnan(black({.forward = value, .strike = 1}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .volatility = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .years = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .discount = value}).price));
  }
}

}  // namespace
}  // namespace cofferdam::pricing
