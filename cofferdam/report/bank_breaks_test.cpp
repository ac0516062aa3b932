// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/bank_breaks.h"

#include <gtest/gtest.h>

namespace cofferdam::report {
namespace {

[[nodiscard]] base::Date day(unsigned number) {
  return *base::date_of(1993, 1, number);
}

TEST(BankBreaks, StatementsThatChainAreNoBreaks) {
  const std::vector<BankMovement> rows{
      {1, day(1), 700, 700}, {2, day(1), 50, 50}, {1, day(2), -100, 600}};
  EXPECT_TRUE(find_bank_breaks(rows).empty());
}

TEST(BankBreaks, RoundingHasAnAgeAndADifference) {
  const std::vector<BankMovement> rows{
      {1, day(1), 700, 700}, {1, day(5), 100, 790}, {1, day(9), 10, 800}};
  const auto breaks = find_bank_breaks(rows);
  ASSERT_EQ(breaks.size(), 1U);
  EXPECT_EQ(breaks[0].row, 1U);
  EXPECT_EQ(breaks[0].expected, 800);
  EXPECT_EQ(breaks[0].booked, 800);
  EXPECT_EQ(breaks[0].difference, -10);
  EXPECT_EQ(breaks[0].age_days, 4);
  EXPECT_EQ(breaks[0].kind, BreakClass::interest_rounding);
}

TEST(BankBreaks, EntriesInAnotherOrderHealEachOther) {
  // The bank counted interest of 200 before the fee of 1460; the file has them the other way round.
  const std::vector<BankMovement> rows{{1, day(1), 5'000, 5'000},
                                       {1, day(31), -1'460, 3'740},
                                       {1, day(31), 200, 5'200},
                                       {1, *base::date_of(1993, 2, 5), 100, 3'840}};
  const auto breaks = find_bank_breaks(rows);
  ASSERT_EQ(breaks.size(), 3U);
  EXPECT_EQ(breaks[0].difference, 200);
  EXPECT_EQ(breaks[1].difference, 1'260);
  EXPECT_EQ(breaks[2].difference, -1'460);
  EXPECT_EQ(breaks[0].kind, BreakClass::entry_order);
  EXPECT_EQ(breaks[1].kind, BreakClass::entry_order);
  EXPECT_EQ(breaks[2].kind, BreakClass::fee_1460_order);
}

TEST(BankBreaks, WhatNothingMakesUpForIsNamed) {
  const base::Date late = *base::date_of(1993, 6, 1);
  const std::vector<BankMovement> rows{
      {1, day(1), 700, 650}, {2, day(1), -300, -200, true}, {3, late, 100, 900}};
  const auto breaks = find_bank_breaks(rows);
  ASSERT_EQ(breaks.size(), 3U);
  EXPECT_EQ(breaks[0].kind, BreakClass::unexplained);
  EXPECT_EQ(breaks[0].age_days, base::days_between(day(1), late));
  EXPECT_EQ(breaks[1].kind, BreakClass::loan);
  EXPECT_EQ(breaks[2].kind, BreakClass::open_at_the_end);
}

}  // namespace
}  // namespace cofferdam::report
