// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/pace.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace cofferdam::journal {
namespace {

using std::chrono::milliseconds;

TEST(Pace, HasTimeWhenGatheringTookLongEnough) {
  Pace pace(milliseconds(20));
  EXPECT_FALSE(pace.has_time());
  std::this_thread::sleep_for(milliseconds(21));
  pace.handed_over();
  EXPECT_TRUE(pace.has_time());
  Pace slow(std::chrono::hours(1));
  slow.handed_over();
  EXPECT_FALSE(slow.has_time());
}

TEST(Pace, HurriesForWhoWaitsUntilTheNextLongGathering) {
  Pace pace(milliseconds(0));
  pace.handed_over();
  ASSERT_TRUE(pace.has_time());
  pace.hurry();
  EXPECT_FALSE(pace.has_time());
  pace.handed_over();
  EXPECT_TRUE(pace.has_time());
}

TEST(Pace, RestsWithTime) {
  using Clock = std::chrono::steady_clock;
  Pace pace(milliseconds(0));
  pace.handed_over();
  const auto start = Clock::now();
  pace.rest_after_manifest();
  pace.rest_after_piece();
  EXPECT_GE(Clock::now() - start, std::chrono::microseconds(10'500));
}

}  // namespace
}  // namespace cofferdam::journal
