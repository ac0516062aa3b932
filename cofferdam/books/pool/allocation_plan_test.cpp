// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/allocation_plan.h"

#include <gtest/gtest.h>

namespace cofferdam::pool {
namespace {

using base::Amount;

std::vector<Amount> parts(base::u128 total, std::vector<std::string> weights) {
  const auto output = allocation_plan({.total = Amount(total), .weights = std::move(weights)});
  return output ? output->parts : std::vector<Amount>{};
}

std::vector<Amount> amounts(std::vector<unsigned> units) {
  std::vector<Amount> list;
  for (const unsigned unit : units) list.emplace_back(unit);
  return list;
}

TEST(AllocationPlan, TiesGoToTheEarlier) {
  EXPECT_EQ(parts(100, {"1", "1", "1"}), amounts({34, 33, 33}));
}

// 10 of 10 by 0.5, 1.25, 1.25: 1.667, 4.167, 4.167; the one unit left goes to the remainder .667.
TEST(AllocationPlan, DecimalWeightsOfDifferentScales) {
  EXPECT_EQ(parts(10, {"0.5", "1.25", "1.250"}), amounts({2, 4, 4}));
  EXPECT_EQ(parts(10, {"50", "125", "125"}), amounts({2, 4, 4}));
}

TEST(AllocationPlan, MalformedInput) {
  EXPECT_FALSE(allocation_plan({.total = Amount(1)}).has_value());
  EXPECT_FALSE(allocation_plan({.total = Amount(1), .weights = {"0", "0.0"}}).has_value());
  EXPECT_FALSE(allocation_plan({.total = Amount(1), .weights = {"-1", "2"}}).has_value());
  EXPECT_FALSE(allocation_plan({.total = Amount(1), .weights = {"1e3"}}).has_value());
  EXPECT_FALSE(
      allocation_plan({.total = Amount(1), .weights = {"1", "0." + std::string(38, '0') + "1"}})
          .has_value());
}

}  // namespace
}  // namespace cofferdam::pool
