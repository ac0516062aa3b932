// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/business_calendar.h"

#include "cofferdam/base/parse_integer.h"

#include <algorithm>
#include <string>

namespace cofferdam::pool {
namespace {

constexpr int kSearchDaysMax = 20'000;  // 2,000 holidays with six weekend days between any two
constexpr std::uint32_t kYearsMax = 10'000;

}  // namespace

std::optional<std::string_view> fault_of(const BusinessCalendar& calendar) {
  bool weekend[7] = {};
  for (const std::uint8_t day : calendar.weekend) {
    if (day < 1 || day > 7) return "a weekday is from 1 (Monday) to 7 (Sunday)";
    weekend[day - 1] = true;
  }
  if (std::count(std::begin(weekend), std::end(weekend), true) == 7)
    return "at least one weekday has business";
  if (calendar.weekend.size() > 7) return "each weekday stands once";
  if (calendar.holidays.size() > kHolidaysMax) return "there are at most 2,000 holidays";
  return std::nullopt;
}

bool is_business_day(const BusinessCalendar& calendar, base::Date date) {
  const auto weekday = static_cast<std::uint8_t>(static_cast<int>(base::weekday_of(date)) + 1);
  return std::find(calendar.weekend.begin(), calendar.weekend.end(), weekday) ==
             calendar.weekend.end() &&
         std::find(calendar.holidays.begin(), calendar.holidays.end(), date) ==
             calendar.holidays.end();
}

std::optional<base::Date> business_day_on_or_after(const BusinessCalendar& calendar,
                                                   base::Date date) {
  std::optional<base::Date> day = date;
  for (int i = 0; day && i <= kSearchDaysMax; ++i, day = base::try_add_days(*day, 1))
    if (is_business_day(calendar, *day)) return day;
  return std::nullopt;
}

std::optional<base::Date> add_business_days(const BusinessCalendar& calendar, base::Date date,
                                            std::uint32_t n) {
  if (n == 0) return business_day_on_or_after(calendar, date);
  std::optional<base::Date> day = date;
  for (std::uint32_t i = 0; day && i < n; ++i) {
    day = base::try_add_days(*day, 1);
    if (day) day = business_day_on_or_after(calendar, *day);
  }
  return day;
}

std::optional<base::Date> business_day_of(const BusinessCalendar& calendar, base::Time time,
                                          base::CutOff cut_off) {
  return business_day_on_or_after(calendar, base::value_date(time, cut_off));
}

std::optional<base::Date> add_years(base::Date date, std::uint32_t years) {
  if (years > kYearsMax) return std::nullopt;
  const std::string text = base::format_date(date);  // "2026-02-28", or "day ..." beyond 9999
  if (text.size() != 10) return std::nullopt;
  const auto year = base::parse_u64(text.substr(0, 4), "year");
  const auto month = base::parse_u64(text.substr(5, 2), "month");
  const auto day = base::parse_u64(text.substr(8, 2), "day");
  if (!year || !month || !day) return std::nullopt;
  const int later = static_cast<int>(*year + years);
  if (const auto same =
          base::date_of(later, static_cast<unsigned>(*month), static_cast<unsigned>(*day)))
    return same;
  return base::date_of(later, 3, 1);
}

}  // namespace cofferdam::pool
