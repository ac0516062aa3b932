// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/rate_limit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::server {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(RateLimit, ABurstAndThenARate) {
  RateLimit limit({.per_second = 2, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("a", 0), 0U);
  EXPECT_EQ(limit.take("a", 0), 1U);
  EXPECT_EQ(limit.take("b", 0), 0U);  // another's bucket
  EXPECT_NE(limit.take("a", kSecond / 2 - 1), 0U);
  EXPECT_EQ(limit.take("a", kSecond / 2), 0U);
  EXPECT_NE(limit.take("a", kSecond / 2), 0U);
  // Rest fills it, and no further than its burst.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("a", 100 * kSecond), 0U);
  EXPECT_NE(limit.take("a", 100 * kSecond), 0U);
  EXPECT_NE(limit.take("a", 0), 0U);  // a clock that goes back brings nothing
}

TEST(RateLimit, NoneMeansNone) {
  RateLimit limit({});
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(limit.take("a", 0), 0U);
  EXPECT_EQ(limit.size(), 0U);
}

TEST(RateLimit, TheTableIsBoundedAndForgetsWhoCameLongestAgo) {
  RateLimit limit({.per_second = 1, .burst = 1}, 3);
  for (const char* who : {"a", "b", "c"}) EXPECT_EQ(limit.take(who, 0), 0U);
  EXPECT_NE(limit.take("a", 0), 0U);
  EXPECT_EQ(limit.take("d", 0), 0U);  // b is forgotten
  EXPECT_EQ(limit.size(), 3U);
  EXPECT_NE(limit.take("a", 0), 0U);
  EXPECT_EQ(limit.take("b", 0), 0U);
}

// Against the definition: never more in any time than the burst and what the rate brings.
TEST(RateLimit, NeverMoreThanBurstAndRate) {
  EXPECT_TRUE(rc::check("taken <= burst + rate * time", [] {
    const Rate rate{.per_second = *rc::gen::inRange<std::uint64_t>(1, 200'000),
                    .burst = *rc::gen::inRange<std::uint64_t>(1, 400'000)};
    RateLimit limit(rate);
    std::int64_t now = 0;
    std::uint64_t taken = 0;
    const auto steps = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(0, 3 * kSecond / 100));
    for (const std::int64_t step : steps) {
      now += step;
      for (int i = 0; i < 20; ++i) taken += limit.take("a", now) == 0 ? 1U : 0U;
      const auto brought = static_cast<std::uint64_t>(now) * rate.per_second / kSecond;
      RC_ASSERT(taken <= rate.burst + brought);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::server
