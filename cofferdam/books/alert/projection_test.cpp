// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/projection.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::alert {
namespace {

using base::i128;
using base::kMinute;

AlertRule below(i128 raise) {
  return {.direction = Direction::below,
          .raise = SignedAmount(raise),
          .clear = SignedAmount(raise + 1)};
}

Time at(int minutes) {
  return Time() + kMinute * minutes;
}

// From 1000, ten less every minute; the last point is at minute nine, 910.
std::vector<Point> falling() {
  std::vector<Point> points;
  for (int i = 0; i < 10; ++i) points.push_back({at(i), 1000 - 10 * i});
  return points;
}

TEST(Projection, AStraightLineMeetsTheLevelWhenItShould) {
  const Projection found = project(below(500), falling(), 910, at(9));
  EXPECT_EQ(found.outlook, Outlook::approaching);
  EXPECT_EQ(found.until_breach, kMinute * 41);
  EXPECT_EQ(found.breach_at, at(50));
  EXPECT_EQ(found.per_day, SignedAmount(-14'400));
  EXPECT_EQ(found.points, 10U);
}

// Slope of the points and the present one at minute 10, by hand: x = -10..0, y = 100, 90, ..., 10,
// 0; N = 11 * sum(xy) - sum(x) sum(y), in minutes: sum(x) = -55, sum(y) = 550, sum(xx) = 385,
// sum(xy) = -3850: N = -12100, D = 1210, ten less a minute, and 400 to go.
TEST(Projection, ThePresentValueIsAPoint) {
  const Projection found = project(below(500), falling(), 900, at(10));
  EXPECT_EQ(found.points, 11U);
  EXPECT_EQ(found.until_breach, kMinute * 40);
}

TEST(Projection, SaysHonestlyWhenItHasNothingToSay) {
  EXPECT_EQ(project(below(500), falling(), std::nullopt, at(9)).outlook, Outlook::no_value);
  EXPECT_EQ(project(below(950), falling(), 910, at(9)).outlook, Outlook::breached);
  AlertRule above = below(2000);
  above.direction = Direction::above;
  EXPECT_EQ(project(above, falling(), 910, at(9)).outlook, Outlook::not_approaching);
  EXPECT_EQ(project(below(0), {{at(0), 9}, {at(1), 8}}, 7, at(2)).outlook,
            Outlook::too_few_samples);
  EXPECT_EQ(project(below(0), {{at(1), 9}, {at(1), 8}, {at(1), 7}, {at(1), 6}}, 6, at(1)).outlook,
            Outlook::too_few_samples);
  const std::vector<Point> level{{at(0), 9}, {at(1), 9}, {at(2), 9}, {at(3), 9}};
  EXPECT_EQ(project(below(0), level, 9, at(3)).outlook, Outlook::not_approaching);
}

TEST(Projection, WhatLiesBeyondTheHorizonIsNotApproaching) {
  const std::vector<Point> slow{{at(0), 1'000'000'000'003},
                                {at(1), 1'000'000'000'002},
                                {at(2), 1'000'000'000'001},
                                {at(3), 1'000'000'000'000}};
  const Projection found = project(below(0), slow, 1'000'000'000'000, at(3));
  EXPECT_EQ(found.outlook, Outlook::not_approaching);
  EXPECT_EQ(found.per_day, SignedAmount(-1440));
}

// Values near the ends of 127 bits neither overflow nor lose the line.
TEST(Projection, GreatValuesKeepTheirLine) {
  const i128 unit = i128{1} << 118;
  std::vector<Point> points;
  for (int i = 0; i < 8; ++i) points.push_back({at(i), (100 - i) * unit});
  const Projection found = project(below(13 * unit), points, 93 * unit, at(7));
  ASSERT_EQ(found.outlook, Outlook::approaching);
  EXPECT_EQ(found.until_breach, kMinute * 80);
}

// Against the same line in another form: centred sums, of times in whole milliseconds.
TEST(Projection, AgreesWithCentredSums) {
  rc::check([](const std::vector<std::int16_t>& noise) {
    RC_PRE(noise.size() >= 8U);
    std::vector<Point> points;
    for (std::size_t i = 0; i < noise.size() && i < kSamplesMax; ++i)
      points.push_back(
          {at(static_cast<int>(i)),
           4'000'000'000 - 100'000'000 * static_cast<i128>(i) + i128{noise[i]} * 1000});
    const Point last = points.back();
    const Projection found = project(below(-20'000'000'000), points, last.value, last.time);
    const auto n = static_cast<i128>(points.size());
    i128 x_sum = 0;
    i128 y_sum = 0;
    for (const Point& p : points) {
      x_sum += p.time.value() / 1'000'000;
      y_sum += p.value;
    }
    i128 over = 0;
    i128 under = 0;
    for (const Point& p : points) {
      const i128 x = n * (p.time.value() / 1'000'000) - x_sum;
      over += x * (n * p.value - y_sum);
      under += x * x;
    }
    RC_ASSERT(found.outlook == Outlook::approaching);
    const i128 millis = (last.value + 20'000'000'000) * under / -over;
    RC_ASSERT(i128{found.until_breach->value()} == millis * 1'000'000);
  });
}

}  // namespace
}  // namespace cofferdam::alert
