// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/refilling_limit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::Duration;
using base::Time;

constexpr Time at(std::int64_t second) {
  return Time(second * base::kNanosecondsPerSecond);
}

RefillingLimit limit(base::u128 max, base::u128 refill, std::int64_t period_seconds) {
  return {.max = Amount(max), .refill = Amount(refill), .period = base::kSecond * period_seconds};
}

RefillingState state(base::u128 balance, std::int64_t since) {
  return {.balance = Amount(balance), .since = at(since)};
}

TEST(RefillingLimit, NothingAccruesBeforeAWholePeriod) {
  EXPECT_EQ(accrue(limit(100, 10, 60), state(5, 1000), at(1059)), state(5, 1000));
  EXPECT_EQ(accrue(limit(100, 10, 60), state(5, 1000), at(1060)), state(15, 1060));
  EXPECT_EQ(accrue(limit(100, 10, 60), state(5, 1000), at(1179)), state(25, 1120));
}

TEST(RefillingLimit, BeforeItsStartNothingChanges) {
  EXPECT_EQ(accrue(limit(100, 10, 60), state(5, 1000), at(0)), state(5, 1000));
}

TEST(RefillingLimit, ZeroPeriodNeverRefills) {
  EXPECT_EQ(accrue(limit(100, 10, 0), state(5, 1000), at(99'999)), state(5, 1000));
}

TEST(RefillingLimit, StopsAtTheMaximum) {
  EXPECT_EQ(accrue(limit(100, 40, 60), state(70, 0), at(60)), state(100, 60));
}

// In the source `balance < maxRefill` guards the sum: a balance above the maximum is kept, and its
// clock moves on all the same.
TEST(RefillingLimit, ABalanceAboveTheMaximumIsKept) {
  EXPECT_EQ(accrue(limit(100, 40, 60), state(250, 0), at(125)), state(250, 120));
  EXPECT_EQ(accrue(limit(100, 40, 60), state(100, 0), at(60)), state(100, 60));
}

TEST(RefillingLimit, RefillTimesPeriodsBeyond128BitsIsTheMaximum) {
  const RefillingLimit wide{
      .max = Amount::max(), .refill = Amount(base::kU128Max / 2), .period = Duration(1)};
  const RefillingState start{.balance = Amount(3), .since = Time::min()};
  const RefillingState end = accrue(wide, start, Time::max());
  EXPECT_EQ(end.balance, Amount::max());
  EXPECT_EQ(end.since, Time::max());
}

TEST(RefillingLimit, SpendsWhatHasAccruedAndNoMore) {
  EXPECT_EQ(try_spend(limit(100, 10, 60), state(5, 0), at(60), Amount(15)), state(0, 60));
  EXPECT_EQ(try_spend(limit(100, 10, 60), state(5, 0), at(60), Amount(16)), std::nullopt);
}

TEST(RefillingLimit, EventsOutOfOrderAreMalformed) {
  RefillingLimitInput input{.limit = limit(1, 1, 1), .state = state(0, 0)};
  input.events = {{.time = at(10), .amount = Amount()}, {.time = at(9), .amount = Amount()}};
  const auto output = refilling_limit(input);
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().field, "events[1].time");
}

TEST(RefillingLimit, NegativePeriodIsMalformed) {
  EXPECT_FALSE(refilling_limit({.limit = limit(1, 1, -1)}).has_value());
}

RC_GTEST_PROP(RefillingLimit, AccruingTwiceIsAccruingOnce, ()) {
  const RefillingLimit rule =
      limit(*rc::gen::inRange(0U, 1000U), *rc::gen::inRange(0U, 50U), *rc::gen::inRange(0, 100));
  const RefillingState start = state(*rc::gen::inRange(0U, 1500U), 500);
  const Time middle = at(*rc::gen::inRange(0, 3000));
  const Time end = at(3000);
  RC_ASSERT(accrue(rule, accrue(rule, start, middle), end) == accrue(rule, start, end));
}

// The rule again, one period after the other.
RC_GTEST_PROP(RefillingLimit, IsThePeriodByPeriodRule, ()) {
  const RefillingLimit rule =
      limit(*rc::gen::inRange(0U, 1000U), *rc::gen::inRange(0U, 50U), *rc::gen::inRange(1, 100));
  const RefillingState start = state(*rc::gen::inRange(0U, 1500U), 500);
  const Time end = at(*rc::gen::inRange(0, 3000));
  RefillingState slow = start;
  while (slow.since + rule.period <= end) {
    if (slow.balance < rule.max) slow.balance = std::min(slow.balance + rule.refill, rule.max);
    slow.since = slow.since + rule.period;
  }
  RC_ASSERT(accrue(rule, start, end) == slow);
}

}  // namespace
}  // namespace cofferdam::pool
