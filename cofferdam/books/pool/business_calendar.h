// SPDX-License-Identifier: Apache-2.0
//
// Which days are business days: a list of weekend days and a list of holidays, both data. An entry
// counts for the first business day on or after the day that the cut-off puts it in.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kHolidaysMax = 2'000;

struct BusinessCalendar {
  std::vector<std::uint8_t> weekend;  // ISO 8601: 1 is Monday, 7 is Sunday
  std::vector<base::Date> holidays;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("weekend", self.weekend, "weekdays without business: 1 Monday to 7 Sunday; at most six");
    visit("holidays", self.holidays, "dates without business, at most 2,000, in any order");
  }
};

// nullopt when the calendar can be used, else the rule that it breaks.
[[nodiscard]] std::optional<std::string_view> fault_of(const BusinessCalendar& calendar);

[[nodiscard]] bool is_business_day(const BusinessCalendar& calendar, base::Date date);

// The first business day on or after the date; nullopt when there is none within the 20,000 days
// that a usable calendar could take up, or beyond the range of Date.
[[nodiscard]] std::optional<base::Date> business_day_on_or_after(const BusinessCalendar& calendar,
                                                                 base::Date date);

// The n-th business day after the date, which itself need not be one; n = 0 is on_or_after.
[[nodiscard]] std::optional<base::Date> add_business_days(const BusinessCalendar& calendar,
                                                          base::Date date, std::uint32_t n);

// The business day that something happening at this time counts for.
[[nodiscard]] std::optional<base::Date> business_day_of(const BusinessCalendar& calendar,
                                                        base::Time time, base::CutOff cut_off);

// The same day so many years later; 29 February becomes 1 March. nullopt beyond the year 9999.
[[nodiscard]] std::optional<base::Date> add_years(base::Date date, std::uint32_t years);

}  // namespace cofferdam::pool
