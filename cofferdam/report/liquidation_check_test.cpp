// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/liquidation_check.h"

#include <gtest/gtest.h>

namespace cofferdam::report {
namespace {

[[nodiscard]] base::Time at(std::int64_t second) {
  return base::Time(second * base::kNanosecondsPerSecond);
}

// One user long 2.0 of coin 0 at 100.0 and short 10 of coin 1 at 3.
[[nodiscard]] VenueInput input() {
  VenueInput in;
  in.coins = {{"A", 1, 1}, {"B", 0, 0}};
  in.users = {{"market-makers", ""}, {"u", ""}};
  in.trades = {{.time = at(1), .user = 1, .coin = 0, .buys = true, .price = 1000, .size = 20},
               {.time = at(2), .user = 1, .coin = 1, .buys = false, .price = 3, .size = 10},
               {.time = at(5), .user = 1, .coin = 0, .buys = false, .price = 1010, .size = 20}};
  return in;
}

TEST(LiquidationCheck, CrossSumsAllCoins) {
  VenueInput in = input();
  in.liquidations = {{at(4), 1, 230'000'000, 0, Leverage::cross},
                     {at(4), 1, 222'000'000, 0, Leverage::cross},
                     {at(4), 1, 500'000'000, 0, Leverage::cross}};
  const auto found = compare_liquidations(in);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_TRUE(found[0].notional == 230'000'000);
  EXPECT_EQ(found[0].match, LiquidationMatch::within_1_percent);
  EXPECT_EQ(found[1].match, LiquidationMatch::within_5_percent);
  EXPECT_EQ(found[2].match, LiquidationMatch::position_partly);
  EXPECT_FALSE(found[0].flat_after);
}

TEST(LiquidationCheck, IsolatedTakesTheNearestCoinAndSeesItClosed) {
  VenueInput in = input();
  in.liquidations = {{at(5), 1, 201'000'000, 0, Leverage::isolated},
                     {at(6), 1, 31'000'000, 0, Leverage::isolated}};
  const auto found = compare_liquidations(in);
  EXPECT_TRUE(found[0].notional == 200'000'000);
  EXPECT_TRUE(found[0].flat_after);
  EXPECT_TRUE(found[1].notional == 30'000'000);
  EXPECT_EQ(found[1].match, LiquidationMatch::within_5_percent);
}

TEST(LiquidationCheck, NoPositionIsAbsent) {
  VenueInput in = input();
  in.liquidations = {{at(1), 1, 5, 0, Leverage::cross}};
  EXPECT_EQ(compare_liquidations(in)[0].match, LiquidationMatch::position_absent);
}

}  // namespace
}  // namespace cofferdam::report
