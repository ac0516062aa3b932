// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/projection.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::alert {

namespace {

using base::i128;
using base::Rounding;
using base::u128;

constexpr std::int64_t kNanosecondsPerMilli = 1'000'000;
constexpr i128 kMillisPerDay = 86'400'000;
constexpr unsigned kValueBits = 60;
// Sixty-five points, times of 45 bits (585 years of milliseconds) and values of 60: the sums keep
// within 127 bits.
static_assert(7 + 7 + 45 + kValueBits <= 120);

// Far enough inside the range for any difference of two to fit.
[[nodiscard]] i128 bounded(i128 value) {
  constexpr i128 kBound = i128{1} << 125;
  return std::clamp(value, -kBound, kBound);
}

struct Slope {
  i128 numerator = 0;    // of N / D, in values shifted right by `shift`
  i128 denominator = 0;  // 0: all points at one time
  unsigned shift = 0;
};

[[nodiscard]] Slope slope_of(const std::vector<Point>& points, i128 value, Time now) {
  Slope slope;
  u128 widest = 0;
  for (const Point& point : points)
    widest = std::max(widest, base::magnitude(bounded(point.value) - value));
  while ((widest >> slope.shift) >> kValueBits != 0) ++slope.shift;
  i128 x_sum = 0;
  i128 y_sum = 0;
  i128 xx_sum = 0;
  i128 xy_sum = 0;
  for (const Point& point : points) {
    const i128 x = -((i128{now.value()} - point.time.value()) / kNanosecondsPerMilli);
    const i128 y = (bounded(point.value) - value) >> slope.shift;
    x_sum += x;
    y_sum += y;
    xx_sum += x * x;
    xy_sum += x * y;
  }
  const auto n = static_cast<i128>(points.size());
  slope.numerator = n * xy_sum - x_sum * y_sum;
  slope.denominator = n * xx_sum - x_sum * x_sum;
  return slope;
}

// Nothing where it lies beyond the horizon.
[[nodiscard]] std::optional<Duration> time_to(u128 distance, const Slope& slope) {
  const auto millis = base::try_mul_div<Rounding::down>(
      distance, static_cast<u128>(slope.denominator), base::magnitude(slope.numerator));
  if (!millis) return std::nullopt;
  const u128 shifted = *millis >> slope.shift;
  if (shifted > static_cast<u128>(kProjectionHorizon.value() / kNanosecondsPerMilli))
    return std::nullopt;
  return Duration(static_cast<std::int64_t>(shifted) * kNanosecondsPerMilli);
}

}  // namespace

Projection project(const AlertRule& rule, std::vector<Point> points, std::optional<i128> value,
                   Time now) {
  Projection found;
  if (!value) return found;
  const i128 present = bounded(*value);
  if (points.empty() || points.back().time < now) points.push_back({now, present});
  found.points = static_cast<std::uint32_t>(points.size());
  found.first = points.front().time;
  const Slope slope = slope_of(points, present, now);
  const bool has_slope = points.size() >= kProjectionPointsMin && slope.denominator > 0;
  if (has_slope)
    if (const auto units = base::try_mul_div<Rounding::half_even>(
            slope.numerator, kMillisPerDay << slope.shift, slope.denominator))
      found.per_day = SignedAmount(*units);
  if (is_breached(rule, *value)) {
    found.outlook = Outlook::breached;
    return found;
  }
  if (!has_slope) {
    found.outlook = Outlook::too_few_samples;
    return found;
  }
  found.outlook = Outlook::not_approaching;
  const bool nears = rule.direction == Direction::below ? slope.numerator < 0 : slope.numerator > 0;
  if (!nears) return found;
  found.until_breach = time_to(base::magnitude(bounded(rule.raise.units()) - present), slope);
  if (!found.until_breach) return found;
  found.breach_at = base::try_add(now, *found.until_breach);
  found.outlook = Outlook::approaching;
  return found;
}

std::vector<Point> points_of(const State& state, const AlertStatus& status) {
  std::vector<Point> points;
  const std::uint32_t kept = std::min(status.samples, kSamplesMax);
  for (std::uint32_t i = 0; i < kept; ++i) {
    const std::uint32_t position = (status.samples - kept + i) % kSamplesMax;
    const Sample* sample = state.samples.find({status.alert, position});
    if (sample != nullptr) points.push_back({sample->time, sample->value.units()});
  }
  return points;
}

}  // namespace cofferdam::alert
