// SPDX-License-Identifier: Apache-2.0
//
// Time as a number that is handed in: nanoseconds since 1970-01-01T00:00:00Z, signed, 64 bits
// (1677 to 2262). No clock is read here or anywhere in the books. Every day has 86,400 seconds, as
// in POSIX; a leap second in text is refused. Local time is a fixed offset from UTC in minutes:
// rules that follow a country's summer time change their offset by a recorded parameter.
#pragma once

#include "cofferdam/base/check.h"
#include "cofferdam/base/error.h"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::base {

class Duration {
 public:
  using rep = std::int64_t;
  constexpr Duration() = default;

  constexpr explicit Duration(std::int64_t nanoseconds) : value_(nanoseconds) {}

  [[nodiscard]] constexpr std::int64_t value() const { return value_; }

  [[nodiscard]] constexpr bool is_negative() const { return value_ < 0; }

  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;

 private:
  std::int64_t value_ = 0;
};

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr Duration kSecond{kNanosecondsPerSecond};
inline constexpr Duration kMinute{60 * kNanosecondsPerSecond};
inline constexpr Duration kHour{3'600 * kNanosecondsPerSecond};
inline constexpr Duration kDay{kSecondsPerDay * kNanosecondsPerSecond};

class Time {
 public:
  using rep = std::int64_t;
  constexpr Time() = default;

  constexpr explicit Time(std::int64_t nanoseconds) : value_(nanoseconds) {}

  [[nodiscard]] constexpr std::int64_t value() const { return value_; }

  [[nodiscard]] static constexpr Time max() {
    return Time(std::numeric_limits<std::int64_t>::max());
  }

  [[nodiscard]] static constexpr Time min() {
    return Time(std::numeric_limits<std::int64_t>::min());
  }

  friend constexpr auto operator<=>(const Time&, const Time&) = default;

 private:
  std::int64_t value_ = 0;
};

// Days since 1970-01-01 in the proleptic Gregorian calendar.
class Date {
 public:
  using rep = std::int32_t;
  constexpr Date() = default;

  constexpr explicit Date(std::int32_t days) : value_(days) {}

  [[nodiscard]] constexpr std::int32_t value() const { return value_; }

  friend constexpr auto operator<=>(const Date&, const Date&) = default;

 private:
  std::int32_t value_ = 0;
};

[[nodiscard]] constexpr std::optional<Duration> try_multiply(Duration d, std::int64_t times) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(d.value(), times, &product)) return std::nullopt;
  return Duration(product);
}

[[nodiscard]] constexpr std::optional<Duration> try_add(Duration a, Duration b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.value(), b.value(), &sum)) return std::nullopt;
  return Duration(sum);
}

[[nodiscard]] constexpr std::optional<Time> try_add(Time t, Duration d) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(t.value(), d.value(), &sum)) return std::nullopt;
  return Time(sum);
}

[[nodiscard]] constexpr std::optional<Time> try_sub(Time t, Duration d) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(t.value(), d.value(), &difference)) return std::nullopt;
  return Time(difference);
}

[[nodiscard]] constexpr std::optional<Duration> try_sub(Time a, Time b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a.value(), b.value(), &difference)) return std::nullopt;
  return Duration(difference);
}

// The plain forms abort: for operands that an earlier check has proved possible.
[[nodiscard]] constexpr Duration operator*(Duration d, std::int64_t times) {
  const std::optional<Duration> product = try_multiply(d, times);
  COFFERDAM_CHECK(product.has_value(), "duration overflow in a product checked before");
  return *product;
}

[[nodiscard]] constexpr Duration operator+(Duration a, Duration b) {
  const std::optional<Duration> sum = try_add(a, b);
  COFFERDAM_CHECK(sum.has_value(), "duration overflow in a sum checked before");
  return *sum;
}

[[nodiscard]] constexpr Time operator+(Time t, Duration d) {
  const std::optional<Time> sum = try_add(t, d);
  COFFERDAM_CHECK(sum.has_value(), "time overflow in a sum checked before");
  return *sum;
}

[[nodiscard]] constexpr Time operator-(Time t, Duration d) {
  const std::optional<Time> difference = try_sub(t, d);
  COFFERDAM_CHECK(difference.has_value(), "time overflow in a difference checked before");
  return *difference;
}

[[nodiscard]] constexpr Duration operator-(Time a, Time b) {
  const std::optional<Duration> difference = try_sub(a, b);
  COFFERDAM_CHECK(difference.has_value(), "duration overflow in a difference checked before");
  return *difference;
}

[[nodiscard]] constexpr std::optional<Date> try_add_days(Date date, std::int32_t days) {
  std::int32_t sum = 0;
  if (__builtin_add_overflow(date.value(), days, &sum)) return std::nullopt;
  return Date(sum);
}

// b - a in days.
[[nodiscard]] constexpr std::int64_t days_between(Date a, Date b) {
  return static_cast<std::int64_t>(b.value()) - a.value();
}

enum class Weekday : std::uint8_t {
  monday,
  tuesday,
  wednesday,
  thursday,
  friday,
  saturday,
  sunday
};

[[nodiscard]] Weekday weekday_of(Date date);

// nullopt unless the three are a day of the calendar; year 0 to 9999.
[[nodiscard]] std::optional<Date> date_of(int year, unsigned month, unsigned day);

// "2026-02-28". The year has four digits.
[[nodiscard]] Result<Date> parse_date(std::string_view text, std::string_view field = "date");
// As parse_date reads it; outside the years 0 to 9999 the days since the epoch, as "day 4000000".
[[nodiscard]] std::string format_date(Date date);

// RFC 3339: "2026-02-28T23:59:59.125Z" or with an offset, "+05:30"; at most nine fraction digits.
[[nodiscard]] Result<Time> parse_time(std::string_view text, std::string_view field = "time");
// RFC 3339 in UTC with the fewest of 0, 3, 6 or 9 fraction digits that lose nothing.
[[nodiscard]] std::string format_time(Time time);

// "3600s", "90m", "8h", "30d", "250ms", "10us", "1ns": a whole number of one unit.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text,
                                              std::string_view field = "duration");
// In the largest unit that loses nothing.
[[nodiscard]] std::string format_duration(Duration duration);

// Minutes that local time is ahead of UTC. Checked: at most a day either way.
struct UtcOffset {
  std::int32_t minutes = 0;
};

// The local calendar day at this time.
[[nodiscard]] Date day_of(Time time, UtcOffset offset = {});
// The first nanosecond of a local day; nullopt beyond the range of Time.
[[nodiscard]] std::optional<Time> start_of_day(Date date, UtcOffset offset = {});

// A cut-off stands at the same local minute of every day, 0 to 1439.
struct CutOff {
  std::int32_t minute_of_day = 0;
  UtcOffset offset = {};
};

// The day that something arriving now counts for: today before the cut-off, tomorrow at or after
// it.
[[nodiscard]] Date value_date(Time time, CutOff cut_off);
// The first cut-off after this time; nullopt beyond the range of Time.
[[nodiscard]] std::optional<Time> next_cut_off(Time time, CutOff cut_off);

}  // namespace cofferdam::base
