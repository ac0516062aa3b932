// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/band.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace cofferdam::alert {
namespace {

using base::i128;
using base::kSecond;

struct Seen {
  AlertMove what;
  std::size_t at;
};

AlertRule below(i128 raise, i128 clear) {
  return {
      .direction = Direction::below, .raise = SignedAmount(raise), .clear = SignedAmount(clear)};
}

// One value a second.
std::vector<Seen> run(const AlertRule& rule, const std::vector<std::int64_t>& values) {
  AlertStatus status;
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Moves moves = move(rule, status, values[i], Time() + kSecond * static_cast<int>(i));
    for (std::size_t m = 0; m < moves.count; ++m) seen.push_back({moves.list[m].what, i});
  }
  return seen;
}

std::size_t count(const std::vector<Seen>& seen, AlertMove what) {
  return static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [&](const Seen& s) { return s.what == what; }));
}

std::vector<AlertMove> moves_of(const std::vector<Seen>& seen) {
  std::vector<AlertMove> moves;
  for (const Seen& s : seen) moves.push_back(s.what);
  return moves;
}

TEST(Band, RaisesBeyondTheLevelAndClearsAtTheOther) {
  const auto seen = run(below(100, 110), {120, 100, 99, 105, 109, 110, 99});
  ASSERT_EQ(moves_of(seen),
            (std::vector{AlertMove::raised, AlertMove::cleared, AlertMove::raised}));
  EXPECT_EQ(seen[0].at, 2U);  // at the raise level itself nothing is bad yet
  EXPECT_EQ(seen[1].at, 5U);
}

TEST(Band, AboveIsTheMirrorOfBelow) {
  rc::check([](const std::vector<std::int8_t>& noise) {
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> mirrored;
    for (const std::int8_t n : noise) {
      values.push_back(n);
      mirrored.push_back(-n);
    }
    AlertRule above = below(10, 0);
    above.direction = Direction::above;
    RC_ASSERT(moves_of(run(below(-10, 0), values)) == moves_of(run(above, mirrored)));
  });
}

// The sequence of what lies outside the band, each run of one kind counted once.
TEST(Band, EveryRaiseTakesACrossingOfTheWholeBand) {
  rc::check([](const std::vector<std::int8_t>& noise, std::uint8_t width) {
    const i128 raise = 0;
    const i128 clear = 1 + width % 40;
    std::vector<std::int64_t> values(noise.begin(), noise.end());
    std::size_t descents = 0;
    char last = 'h';
    for (const std::int64_t value : values) {
      const char kind = value < raise ? 'b' : value >= clear ? 'h' : '-';
      if (kind == '-') continue;
      if (kind == 'b' && last == 'h') ++descents;
      last = kind;
    }
    const auto seen = run(below(raise, clear), values);
    RC_ASSERT(count(seen, AlertMove::raised) == descents);
    RC_ASSERT(count(seen, AlertMove::cleared) + (last == 'b' ? 1 : 0) == descents);
  });
}

TEST(Band, NoiseNarrowerThanTheBandRaisesOnce) {
  rc::check([](const std::vector<std::uint8_t>& noise) {
    std::vector<std::int64_t> values;
    for (const std::uint8_t n : noise) values.push_back(100 - 10 + n % 20);  // 90 to 109
    RC_ASSERT(run(below(100, 110), values).size() <= 1U);
  });
}

TEST(Band, ABreachMustLastBeforeItIsRaised) {
  AlertRule rule = below(100, 100);
  rule.raise_after = kSecond * 3;
  EXPECT_TRUE(run(rule, {99, 99, 100, 99, 99, 100}).empty());
  const auto seen = run(rule, {99, 99, 99, 99, 120});
  ASSERT_EQ(moves_of(seen), (std::vector{AlertMove::raised, AlertMove::cleared}));
  EXPECT_EQ(seen[0].at, 3U);
}

TEST(Band, HealthMustLastBeforeItIsCleared) {
  AlertRule rule = below(100, 100);
  rule.clear_after = kSecond * 2;
  EXPECT_EQ(moves_of(run(rule, {99, 100, 99, 100, 99, 100})), std::vector{AlertMove::raised});
  EXPECT_EQ(moves_of(run(rule, {99, 100, 100, 100})),
            (std::vector{AlertMove::raised, AlertMove::cleared}));
}

// With equal levels the durations bound how often it can move.
TEST(Band, DurationsBoundTheMovesOfAnySeries) {
  rc::check([](const std::vector<std::int8_t>& noise) {
    AlertRule rule = below(0, 0);
    rule.raise_after = kSecond * 4;
    rule.clear_after = kSecond * 4;
    const std::vector<std::int64_t> values(noise.begin(), noise.end());
    RC_ASSERT(run(rule, values).size() <= values.size() / 4);
  });
}

// Nobody looked while the breach lasted: it is still raised, and cleared by what is seen now.
TEST(Band, TimeThatHasPassedCounts) {
  AlertRule rule = below(100, 110);
  rule.raise_after = base::kMinute;
  AlertStatus status;
  EXPECT_EQ(move(rule, status, 90, Time(1)).count, 0U);
  EXPECT_EQ(status.state, AlertState::pending);
  const Moves moves = move(rule, status, 120, Time(1) + base::kHour);
  ASSERT_EQ(moves.count, 2U);
  EXPECT_EQ(moves.list[0].what, AlertMove::raised);
  EXPECT_EQ(moves.list[0].value, 90);
  EXPECT_EQ(moves.list[1].what, AlertMove::cleared);
  EXPECT_EQ(moves.list[1].value, 120);
}

TEST(Band, KeepsTheWorstOfABreachAndForgetsWhoHasAcknowledgedTheLast) {
  const AlertRule rule = below(100, 110);
  AlertStatus status;
  (void)move(rule, status, 95, Time(1));
  status.state = AlertState::acknowledged;
  status.acknowledged_by = PrincipalId(7);
  (void)move(rule, status, 40, Time(2));
  (void)move(rule, status, 60, Time(3));
  EXPECT_EQ(status.worst, SignedAmount(40));
  EXPECT_EQ(status.state, AlertState::acknowledged);
  (void)move(rule, status, 110, Time(4));
  EXPECT_EQ(status.state, AlertState::quiet);
  EXPECT_TRUE(status.acknowledged_by.is_none());
  (void)move(rule, status, 99, Time(5));
  EXPECT_EQ(status.state, AlertState::raised);  // to be acknowledged again
  EXPECT_EQ(status.worst, SignedAmount(99));
}

TEST(Band, WhatHasNoValueIsHealthy) {
  const AlertRule rule = below(100, 110);
  AlertStatus status;
  (void)move(rule, status, 50, Time(1));
  EXPECT_EQ(status.state, AlertState::raised);
  EXPECT_EQ(move(rule, status, std::nullopt, Time(2)).count, 1U);
  EXPECT_EQ(status.state, AlertState::quiet);
}

}  // namespace
}  // namespace cofferdam::alert
