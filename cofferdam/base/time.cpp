// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/time.h"

#include "cofferdam/base/int128.h"
#include "cofferdam/base/parse_integer.h"

#include <array>
#include <chrono>

namespace cofferdam::base {
namespace {

constexpr std::int32_t kMinutesPerDay = 1'440;
constexpr std::int32_t kYearZero = -719'528;          // 0000-01-01
constexpr std::int32_t kYearTenThousand = 2'932'897;  // 10000-01-01

// Decimal digits of a number that is not negative, with zeros before it.
std::string padded(std::int64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

constexpr std::int64_t floor_div(std::int64_t n, std::int64_t d) {
  return n / d - (n % d < 0 ? 1 : 0);
}

// A reader of fixed-width fields; one failure makes all that follow fail.
struct Reader {
  std::string_view text;
  bool failed = false;

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') {
        failed = true;
        return 0;
      }
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
  }

  bool skip(std::string_view one_of) {
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
  }

  void expect(std::string_view one_of) {
    if (!skip(one_of)) failed = true;
  }
};

std::optional<Date> read_date(Reader& in) {
  const int year = in.digits(4);
  in.expect("-");
  const int month = in.digits(2);
  in.expect("-");
  const int day = in.digits(2);
  if (in.failed) return Date();  // a fault of shape, told apart from a day that is none
  return date_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

// Seconds that the local time is ahead of UTC.
std::optional<int> read_offset(Reader& in) {
  if (in.skip("Zz")) return 0;
  const bool negative = !in.text.empty() && in.text.front() == '-';
  in.expect("+-");
  const int hours = in.digits(2);
  in.expect(":");
  const int minutes = in.digits(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int seconds = (hours * 60 + minutes) * 60;
  return negative ? -seconds : seconds;
}

std::int64_t read_fraction(Reader& in) {
  std::int64_t nanoseconds = 0;
  std::int64_t unit = kNanosecondsPerSecond / 10;
  int count = 0;
  while (!in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9' && unit > 0) {
    nanoseconds += in.digits(1) * unit;
    unit /= 10;
    ++count;
  }
  if (count == 0) in.failed = true;
  return nanoseconds;
}

i128 local_nanoseconds(Time time, UtcOffset offset) {
  COFFERDAM_CHECK(offset.minutes >= -kMinutesPerDay && offset.minutes <= kMinutesPerDay,
                  "an offset from UTC is at most a day");
  return static_cast<i128>(time.value()) + static_cast<i128>(offset.minutes) * kMinute.value();
}

std::optional<Time> time_at(Date date, std::int32_t minute_of_day, UtcOffset offset) {
  const i128 at = static_cast<i128>(date.value()) * kDay.value() +
                  (static_cast<i128>(minute_of_day) - offset.minutes) * kMinute.value();
  if (at < Time::min().value() || at > Time::max().value()) return std::nullopt;
  return Time(static_cast<std::int64_t>(at));
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// The largest first, as format_duration asks; a name must match whole.
constexpr std::array<Unit, 7> kUnits{{{"d", kDay.value()},
                                      {"h", kHour.value()},
                                      {"m", kMinute.value()},
                                      {"s", kSecond.value()},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

}  // namespace

Weekday weekday_of(Date date) {
  // 1970-01-01 was a Thursday.
  const std::int64_t days = static_cast<std::int64_t>(date.value()) + 3;
  return static_cast<Weekday>(days - floor_div(days, 7) * 7);
}

std::optional<Date> date_of(int year, unsigned month, unsigned day) {
  if (year < 0 || year > 9'999) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(month),
                                        std::chrono::day(day)};
  if (!ymd.ok()) return std::nullopt;
  return Date(static_cast<std::int32_t>(std::chrono::sys_days(ymd).time_since_epoch().count()));
}

Result<Date> parse_date(std::string_view text, std::string_view field) {
  Reader in{text};
  const std::optional<Date> date = read_date(in);
  if (in.failed || !in.text.empty())
    return malformed(std::string(field), std::string(text), "must be a date, as 2026-02-28");
  if (!date) return malformed(std::string(field), std::string(text), "is no day of the calendar");
  return *date;
}

std::string format_date(Date date) {
  if (date.value() < kYearZero || date.value() >= kYearTenThousand)
    return "day " + std::to_string(date.value());
  const std::chrono::year_month_day ymd{std::chrono::sys_days(std::chrono::days(date.value()))};
  return padded(static_cast<int>(ymd.year()), 4) + "-" +
         padded(static_cast<unsigned>(ymd.month()), 2) + "-" +
         padded(static_cast<unsigned>(ymd.day()), 2);
}

Result<Time> parse_time(std::string_view text, std::string_view field) {
  const auto fail = [&](std::string rule) {
    return malformed(std::string(field), std::string(text), std::move(rule));
  };
  Reader in{text};
  const std::optional<Date> date = read_date(in);
  in.expect("Tt");
  const int hour = in.digits(2);
  in.expect(":");
  const int minute = in.digits(2);
  in.expect(":");
  const int second = in.digits(2);
  const std::int64_t fraction = in.skip(".") ? read_fraction(in) : 0;
  const std::optional<int> offset = read_offset(in);
  if (in.failed || !in.text.empty())
    return fail(
        "must be RFC 3339 with an offset and at most 9 fraction digits, as "
        "2026-02-28T23:59:59.125Z");
  if (!date) return fail("is no day of the calendar");
  if (second == 60) return fail("must not be a leap second: write the second before or after");
  if (hour > 23 || minute > 59 || second > 59) return fail("is no time of the day");
  if (!offset) return fail("must have an offset of at most 23:59");
  const std::int64_t seconds = static_cast<std::int64_t>(date->value()) * kSecondsPerDay +
                               hour * 3'600 + minute * 60 + second - *offset;
  const i128 nanoseconds = static_cast<i128>(seconds) * kNanosecondsPerSecond + fraction;
  if (nanoseconds < Time::min().value() || nanoseconds > Time::max().value())
    return fail(
        "must lie between 1677-09-21T00:12:43.145224192Z and "
        "2262-04-11T23:47:16.854775807Z");
  return Time(static_cast<std::int64_t>(nanoseconds));
}

std::string format_time(Time time) {
  const std::int64_t seconds = floor_div(time.value(), kNanosecondsPerSecond);
  // By way of 128 bits: seconds times 10^9 may lie below the range at the earliest times.
  const auto fraction =
      static_cast<std::int64_t>(time.value() - static_cast<i128>(seconds) * kNanosecondsPerSecond);
  const std::int64_t days = floor_div(seconds, kSecondsPerDay);
  const std::int64_t second_of_day = seconds - days * kSecondsPerDay;
  std::string text = format_date(Date(static_cast<std::int32_t>(days))) + "T" +
                     padded(second_of_day / 3'600, 2) + ":" + padded(second_of_day / 60 % 60, 2) +
                     ":" + padded(second_of_day % 60, 2);
  if (fraction % 1'000 != 0) {
    text += "." + padded(fraction, 9);
  } else if (fraction % 1'000'000 != 0) {
    text += "." + padded(fraction / 1'000, 6);
  } else if (fraction != 0) {
    text += "." + padded(fraction / 1'000'000, 3);
  }
  return text + "Z";
}

Result<Duration> parse_duration(std::string_view text, std::string_view field) {
  const std::size_t number_end = text.find_first_not_of("-0123456789");
  const std::string_view unit_name =
      number_end == std::string_view::npos ? "" : text.substr(number_end);
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    const Result<std::int64_t> count = parse_i64(text.substr(0, number_end), field);
    if (!count)
      return malformed(std::string(field), std::string(text), count.error().rule,
                       count.error().hint);
    const std::optional<Duration> duration = try_multiply(Duration(unit.nanoseconds), *count);
    if (!duration)
      return malformed(std::string(field), std::string(text), "must be at most 292 years");
    return *duration;
  }
  return malformed(std::string(field), std::string(text),
                   "must be a whole number and a unit: d, h, m, s, ms, us or ns, as 90m");
}

std::string format_duration(Duration duration) {
  for (const Unit& unit : kUnits)
    if (duration.value() != 0 && duration.value() % unit.nanoseconds == 0)
      return std::to_string(duration.value() / unit.nanoseconds) + std::string(unit.name);
  return "0s";
}

Date day_of(Time time, UtcOffset offset) {
  const i128 local = local_nanoseconds(time, offset);
  const i128 day = local / kDay.value() - (local % kDay.value() < 0 ? 1 : 0);
  return Date(static_cast<std::int32_t>(day));
}

std::optional<Time> start_of_day(Date date, UtcOffset offset) {
  return time_at(date, 0, offset);
}

Date value_date(Time time, CutOff cut_off) {
  COFFERDAM_CHECK(cut_off.minute_of_day >= 0 && cut_off.minute_of_day < kMinutesPerDay,
                  "a cut-off is a minute of the day");
  const Date today = day_of(time, cut_off.offset);
  const i128 into_day =
      local_nanoseconds(time, cut_off.offset) - static_cast<i128>(today.value()) * kDay.value();
  const bool before = into_day < static_cast<i128>(cut_off.minute_of_day) * kMinute.value();
  return before ? today : Date(today.value() + 1);
}

std::optional<Time> next_cut_off(Time time, CutOff cut_off) {
  return time_at(value_date(time, cut_off), cut_off.minute_of_day, cut_off.offset);
}

}  // namespace cofferdam::base
