// SPDX-License-Identifier: Apache-2.0
//
// When will a value meet its raise level, if it goes on as it did? The slope is that of the least
// squares line through the samples and the present value; the way is from the present value, which
// is known, not from the line.
//
// Integers only. Times are whole milliseconds before now. With x the times, y the values less the
// present one, and n of them, the slope is N/D units a millisecond, N = n*sum(xy) - sum(x)*sum(y),
// D = n*sum(xx) - sum(x)^2, exactly. Only where a difference of values has more than 60 bits are
// all of them shifted right until none has, which rounds each toward minus infinity by less than
// one part in 2^59 of the greatest. The time to the level is |raise - value| * D / |N|, rounded
// down.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <optional>
#include <vector>

namespace cofferdam::alert {

inline constexpr std::size_t kProjectionPointsMin = 4;
// A line through minutes says nothing about what lies further away than this.
inline constexpr Duration kProjectionHorizon = base::kDay * 3650;

enum class Outlook : std::uint8_t {
  approaching,
  not_approaching,  // level, or on its way back, or beyond the horizon
  breached,         // it is beyond the raise level now
  too_few_samples,  // less than four points at different times
  no_value,
};

struct Projection {
  Outlook outlook = Outlook::no_value;
  std::optional<SignedAmount> per_day;  // slope, rounded half even
  std::optional<Duration> until_breach;
  std::optional<Time> breach_at;
  std::uint32_t points = 0;
  Time first;  // of the points

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("outlook", self.outlook,
          "approaching, not_approaching, breached, too_few_samples or no_value");
    visit("per_day", self.per_day, "how much the value changes a day by the line of least squares");
    visit("until_breach", self.until_breach, "until it meets the raise level, if it goes on so");
    visit("breach_at", self.breach_at, "when that is");
    visit("points", self.points, "how many points the line is drawn through");
    visit("first", self.first, "the oldest of them");
  }
};

struct Point {
  Time time;
  base::i128 value = 0;
};

// `points` in the order of their times; the present value is added when it is later than the last.
[[nodiscard]] Projection project(const AlertRule& rule, std::vector<Point> points,
                                 std::optional<base::i128> value, Time now);

// The samples of a rule, oldest first.
[[nodiscard]] std::vector<Point> points_of(const State& state, const AlertStatus& status);

}  // namespace cofferdam::alert

template <>
struct cofferdam::base::EnumText<cofferdam::alert::Outlook> {
  static constexpr std::array<std::string_view, 5> kNames{
      "approaching", "not_approaching", "breached", "too_few_samples", "no_value"};
};
