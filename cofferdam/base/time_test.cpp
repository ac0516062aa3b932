// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/time.h"

#include "cofferdam/base/binary.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <ctime>
#include <gmock/gmock.h>

namespace cofferdam::base {
namespace {

using testing::HasSubstr;
static_assert(WrappedInteger<Time> && WrappedInteger<Duration> && WrappedInteger<Date>);

std::int64_t seconds_of(const char* text) {
  return parse_time(text).value().value() / kNanosecondsPerSecond;
}

TEST(Time, ReadsRfc3339) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z").value(), Time(0));
  // The examples of RFC 3339, section 5.8, with the seconds that `date -u -d TEXT +%s` prints.
  EXPECT_EQ(parse_time("1985-04-12T23:20:50.52Z").value(), Time(482'196'050'520'000'000));
  EXPECT_EQ(seconds_of("1996-12-19T16:39:57-08:00"), 851'042'397);
  EXPECT_EQ(seconds_of("1937-01-01T12:00:27.87+00:20"), -1'041'337'172);
  EXPECT_EQ(parse_time("2000-02-29t23:59:59.999999999z").value(), Time(951'868'799'999'999'999));
  EXPECT_EQ(parse_time("1969-12-31T23:59:59.999999999Z").value(), Time(-1));
  EXPECT_EQ(parse_time("1677-09-21T00:12:43.145224192Z").value(), Time::min());
  EXPECT_EQ(parse_time("2262-04-11T23:47:16.854775807Z").value(), Time::max());
}

TEST(Time, RefusesWithTheRule) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", "RFC 3339"},
      {"2026-01-01", "RFC 3339"},
      {"2026-01-01T00:00:00", "RFC 3339"},
      {"2026-01-01 00:00:00Z", "RFC 3339"},
      {"2026-01-01T00:00:00.Z", "RFC 3339"},
      {"2026-01-01T00:00:00.1234567890Z", "9 fraction digits"},
      {"2026-01-01T00:00:00Zz", "RFC 3339"},
      {"2026-01-01T00:00:00+0100", "RFC 3339"},
      {"26-01-01T00:00:00Z", "RFC 3339"},
      {"2026-02-29T00:00:00Z", "no day"},
      {"1900-02-29T00:00:00Z", "no day"},
      {"2026-04-31T00:00:00Z", "no day"},
      {"2026-00-10T00:00:00Z", "no day"},
      {"2026-13-10T00:00:00Z", "no day"},
      {"2026-01-00T00:00:00Z", "no day"},
      {"2016-12-31T23:59:60Z", "leap second"},
      {"2026-01-01T24:00:00Z", "no time of the day"},
      {"2026-01-01T00:60:00Z", "no time of the day"},
      {"2026-01-01T00:00:61Z", "no time of the day"},
      {"2026-01-01T00:00:00+24:00", "offset"},
      {"2026-01-01T00:00:00+01:60", "offset"},
      {"2262-04-11T23:47:16.854775808Z", "must lie between"},
      {"1677-09-21T00:12:43.145224191Z", "must lie between"},
      {"9999-12-31T23:59:59Z", "must lie between"},
  };
  for (const auto& [text, rule] : rows) {
    const Result<Time> got = parse_time(text, "deadline");
    ASSERT_FALSE(got.has_value()) << text;
    EXPECT_THAT(got.error().rule, HasSubstr(rule)) << text;
    EXPECT_EQ(got.error().field, "deadline");
  }
}

TEST(Time, WritesTheShortestFraction) {
  EXPECT_EQ(format_time(Time(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(Time(500'000'000)), "1970-01-01T00:00:00.500Z");
  EXPECT_EQ(format_time(Time(1'000)), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(format_time(Time(-1)), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_time(Time::min()), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(format_time(Time::max()), "2262-04-11T23:47:16.854775807Z");
}

RC_GTEST_PROP(Time, RoundTripsAndAgreesWithTheCLibrary, ()) {
  const auto value = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::int64_t>());
  const std::string text = format_time(Time(value));
  RC_ASSERT(parse_time(text).value() == Time(value));
  std::time_t seconds = value / kNanosecondsPerSecond - (value % kNanosecondsPerSecond < 0 ? 1 : 0);
  std::tm broken_down{};
  RC_ASSERT(gmtime_r(&seconds, &broken_down) != nullptr);
  std::array<char, 32> expected{};
  (void)std::strftime(expected.data(), expected.size(), "%Y-%m-%dT%H:%M:%S", &broken_down);
  RC_ASSERT(text.substr(0, 19) == std::string(expected.data()));
  const Date day = day_of(Time(value));
  RC_ASSERT(format_date(day) == text.substr(0, 10));
  RC_ASSERT(static_cast<int>(weekday_of(day)) == (broken_down.tm_wday + 6) % 7);
}

TEST(Date, ReadsAndWrites) {
  EXPECT_EQ(parse_date("2026-02-28").value(), Date(20'512));
  EXPECT_EQ(format_date(Date(20'512)), "2026-02-28");
  EXPECT_EQ(format_date(date_of(0, 1, 1).value()), "0000-01-01");
  EXPECT_EQ(format_date(date_of(9'999, 12, 31).value()), "9999-12-31");
  EXPECT_EQ(format_date(Date(date_of(9'999, 12, 31)->value() + 1)), "day 2932897");
  EXPECT_EQ(format_date(Date(INT32_MIN)), "day -2147483648");
  EXPECT_FALSE(parse_date("2026-02-30").has_value());
  EXPECT_FALSE(parse_date("2026-2-3").has_value());
  EXPECT_FALSE(parse_date("2026-02-03T").has_value());
  EXPECT_EQ(weekday_of(Date(0)), Weekday::thursday);
  EXPECT_EQ(weekday_of(Date(-4)), Weekday::sunday);
  EXPECT_EQ(try_add_days(Date(INT32_MAX), 1), std::nullopt);
  EXPECT_EQ(days_between(Date(3), Date(1)), -2);
}

TEST(Duration, ReadsAndWrites) {
  EXPECT_EQ(parse_duration("90m").value(), kMinute * 90);
  EXPECT_EQ(parse_duration("250ms").value(), Duration(250'000'000));
  EXPECT_EQ(parse_duration("-8h").value(), Duration() + kHour * -8);
  EXPECT_EQ(format_duration(kMinute * 90), "90m");
  EXPECT_EQ(format_duration(kDay * 30), "30d");
  EXPECT_EQ(format_duration(Duration(1'500)), "1500ns");
  EXPECT_EQ(format_duration(Duration()), "0s");
  for (const char* bad : {"", "5", "m", "1.5h", "1 h", "5 minutes", "1h30m", "200000d", "--1s"})
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
}

RC_GTEST_PROP(Duration, RoundTrips, ()) {
  const auto unit = *rc::gen::element(1L, 1'000L, 1'000'000'000L, 3'600'000'000'000L);
  const Duration d(*rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000) * unit);
  RC_ASSERT(parse_duration(format_duration(d)).value() == d);
}

TEST(CutOff, BeforeTodayAtOrAfterTomorrow) {
  // 17:00 in a place two hours ahead of UTC is 15:00 UTC.
  const CutOff cut_off{.minute_of_day = 17 * 60, .offset = {.minutes = 120}};
  const Date day = parse_date("2026-03-10").value();
  const Time at = parse_time("2026-03-10T15:00:00Z").value();
  EXPECT_EQ(value_date(at - Duration(1), cut_off), day);
  EXPECT_EQ(value_date(at, cut_off), Date(day.value() + 1));
  EXPECT_EQ(next_cut_off(at - Duration(1), cut_off), at);
  EXPECT_EQ(next_cut_off(at, cut_off), at + kDay);
  // 23:00 UTC is already the next day there, before its cut-off.
  EXPECT_EQ(value_date(parse_time("2026-03-10T23:00:00Z").value(), cut_off), Date(day.value() + 1));
  EXPECT_EQ(day_of(parse_time("2026-03-10T00:30:00Z").value(), {.minutes = -60}),
            Date(day.value() - 1));
  EXPECT_EQ(next_cut_off(Time::max(), cut_off), std::nullopt);
}

RC_GTEST_PROP(CutOff, DaysTileTime, ()) {
  const Time at(
      *rc::gen::inRange<std::int64_t>(-4'000'000'000'000'000'000, 4'000'000'000'000'000'000));
  const UtcOffset offset{.minutes = *rc::gen::inRange(-1'440, 1'441)};
  const CutOff cut_off{.minute_of_day = *rc::gen::inRange(0, 1'440), .offset = offset};
  const Date day = day_of(at, offset);
  RC_ASSERT(start_of_day(day, offset).value() <= at);
  RC_ASSERT(at < start_of_day(Date(day.value() + 1), offset).value());
  const Time next = next_cut_off(at, cut_off).value();
  RC_ASSERT(at < next);
  RC_ASSERT(next - at <= kDay);
}

TEST(TimeDeathTest, ThePlainFormAborts) {
  EXPECT_DEATH((void)(Time::max() + Duration(1)), "checked before");
  EXPECT_EQ(try_sub(Time::min(), Duration(1)), std::nullopt);
  EXPECT_EQ(try_sub(Time::max(), Time(-1)), std::nullopt);
}

}  // namespace
}  // namespace cofferdam::base
