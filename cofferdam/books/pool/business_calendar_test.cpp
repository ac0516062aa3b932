// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/business_calendar.h"

#include <gtest/gtest.h>

namespace cofferdam::pool {
namespace {

base::Date date(std::string_view text) {
  return *base::parse_date(text);
}

base::Time instant(std::string_view text) {
  return *base::parse_time(text);
}

const BusinessCalendar kCalendar{.weekend = {6, 7},
                                 .holidays = {date("2026-07-03"), date("2026-12-25")}};

// 3 July 2026 is a Friday and a holiday; the next business day is Monday the 6th.
TEST(BusinessCalendar, WeekendsAndHolidays) {
  EXPECT_TRUE(is_business_day(kCalendar, date("2026-07-02")));
  EXPECT_FALSE(is_business_day(kCalendar, date("2026-07-03")));
  EXPECT_FALSE(is_business_day(kCalendar, date("2026-07-05")));
  EXPECT_EQ(business_day_on_or_after(kCalendar, date("2026-07-03")), date("2026-07-06"));
  EXPECT_EQ(add_business_days(kCalendar, date("2026-07-02"), 0), date("2026-07-02"));
  EXPECT_EQ(add_business_days(kCalendar, date("2026-07-02"), 1), date("2026-07-06"));
  EXPECT_EQ(add_business_days(kCalendar, date("2026-07-04"), 2), date("2026-07-07"));
}

// 17:00 at five hours behind UTC is 22:00Z: from then on an entry counts for the next day.
TEST(BusinessCalendar, CutOff) {
  const base::CutOff close{.minute_of_day = 17 * 60, .offset = {.minutes = -300}};
  EXPECT_EQ(business_day_of(kCalendar, instant("2026-07-02T21:59:59Z"), close), date("2026-07-02"));
  EXPECT_EQ(business_day_of(kCalendar, instant("2026-07-02T22:00:00Z"), close), date("2026-07-06"));
}

TEST(BusinessCalendar, Years) {
  EXPECT_EQ(add_years(date("2026-07-02"), 5), date("2031-07-02"));
  EXPECT_EQ(add_years(date("2024-02-29"), 5), date("2029-03-01"));
  EXPECT_EQ(add_years(date("2024-02-29"), 4), date("2028-02-29"));
  EXPECT_EQ(add_years(date("9998-01-01"), 2), std::nullopt);
}

TEST(BusinessCalendar, FaultyCalendars) {
  EXPECT_FALSE(fault_of(kCalendar).has_value());
  EXPECT_TRUE(fault_of(BusinessCalendar{.weekend = {1, 2, 3, 4, 5, 6, 7}}).has_value());
  EXPECT_TRUE(fault_of(BusinessCalendar{.weekend = {0}}).has_value());
}

}  // namespace
}  // namespace cofferdam::pool
