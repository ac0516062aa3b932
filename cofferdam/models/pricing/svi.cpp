// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/svi.h"

#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/pricing/nelder_mead.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cofferdam::pricing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kOuterCalls = 400;
constexpr int kFullCalls = 2500;
constexpr int kTightenings = 6;
// What is asked beyond zero, so that the points between those looked at are free as well.
constexpr double kDensityMargin = 1e-3;
constexpr double kCalendarMargin = 1e-4;  // of the variance before
constexpr double kWingMargin = 0.02;

// Free coordinates: a, ln b, rho / sqrt(1 - rho^2), m, ln sigma.
using Free = std::array<double, 5>;

Svi slice_of(const Free& x) {
  return {.a = x[0],
          .b = numerics::exponential(std::clamp(x[1], -40.0, 5.0)),
          .rho = x[2] / std::sqrt(1 + x[2] * x[2]),
          .m = x[3],
          .sigma = numerics::exponential(std::clamp(x[4], -12.0, 5.0))};
}

Free free_of(const Svi& s) {
  const double rho = std::clamp(s.rho, -0.999, 0.999);
  return {s.a, numerics::logarithm(std::max(s.b, 1e-12)), rho / std::sqrt(1 - rho * rho), s.m,
          numerics::logarithm(s.sigma)};
}

// Weighted squares of the error in volatility; infinite where a variance is not positive.
double misfit(const Svi& slice, std::span<const SmilePoint> points, double years) {
  double sum = 0;
  double weights = 0;
  for (const SmilePoint& point : points) {
    const double w = total_variance(slice, point.k);
    if (!(w > 0)) return kInfinity;
    const double error = (std::sqrt(w) - std::sqrt(point.variance)) / std::sqrt(years);
    sum += point.weight * error * error;
    weights += point.weight;
  }
  return sum / weights;
}

double grid_point(const CheckRange& range, std::size_t i, std::size_t count) {
  return range.low +
         (range.high - range.low) * static_cast<double>(i) / static_cast<double>(count - 1);
}

double penalty(const Svi& slice, const Svi* before, const CheckRange& range) {
  double sum = 0;
  for (std::size_t i = 0; i < kCheckPoints; ++i) {
    const double k = grid_point(range, i, kCheckPoints);
    const double w = total_variance(slice, k);
    if (!(w > 0)) return kInfinity;
    const double lacking = std::max(0.0, kDensityMargin - density_factor(slice, k));
    sum += lacking * lacking;
    if (before != nullptr) {
      const double under = std::max(0.0, total_variance(*before, k) * (1 + kCalendarMargin) - w);
      sum += under * under / (w * w);
    }
  }
  const double steep =
      std::max(0.0, slice.b * (1 + std::abs(slice.rho)) - (kWingSlopeMax - kWingMargin));
  double slack = 0;
  if (before != nullptr) {
    // Beyond the range the steeper wing wins in the end.
    for (const double side : {-1.0, 1.0})
      slack +=
          std::max(0.0, before->b * (1 + side * before->rho) - slice.b * (1 + side * slice.rho));
  }
  return sum / kCheckPoints + steep * steep + slack * slack;
}

// For given m and sigma the best of the other three solves a linear system (De Marco and Martini,
// "Quasi-explicit calibration of Gatheral's SVI model", 2009): w = a + d y + c sqrt(y^2 + 1),
// y = (k - m)/sigma, c = b sigma, d = rho c. Cut to |d| <= c <= 2 sigma.
Svi inner_slice(std::span<const SmilePoint> points, double m, double sigma) {
  double n[3][4] = {};
  for (const SmilePoint& point : points) {
    const double y = (point.k - m) / sigma;
    const double basis[3] = {1, y, std::sqrt(y * y + 1)};
    // An error in w is one in volatility times 2 sqrt(w).
    const double weight = point.weight / point.variance;
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) n[i][j] += weight * basis[i] * basis[j];
      n[i][3] += weight * basis[i] * point.variance;
    }
  }
  const double s0 = n[0][0], s1 = n[0][1], s2 = n[0][2], s3 = n[0][3];
  for (int i = 0; i < 3; ++i) n[i][i] *= 1 + 1e-12;
  for (int i = 0; i < 3; ++i)
    for (int j = i + 1; j < 3; ++j) {
      const double f = n[j][i] / n[i][i];
      for (int c = i; c < 4; ++c) n[j][c] -= f * n[i][c];
    }
  double c = n[2][3] / n[2][2];
  double d = (n[1][3] - n[1][2] * c) / n[1][1];
  c = std::clamp(c, 1e-10, 2 * sigma);
  d = std::clamp(d, -0.999 * c, 0.999 * c);
  const double a = (s3 - s1 * d - s2 * c) / s0;
  return {.a = a, .b = c / sigma, .rho = d / c, .m = m, .sigma = sigma};
}

Svi first_slice(std::span<const SmilePoint> points, double years, double width) {
  Svi best;
  double best_misfit = kInfinity;
  for (const double m : {-0.3, 0.0, 0.3}) {
    for (const double log_sigma : {-2.0, -0.7}) {
      const auto outer = [&](const std::array<double, 2>& x) {
        const double sigma = width * numerics::exponential(std::clamp(x[1], -6.0, 3.0));
        return misfit(inner_slice(points, x[0] * width, sigma), points, years);
      };
      const std::array<double, 2> at =
          nelder_mead<2>(outer, {m, log_sigma}, {0.15, 0.4}, kOuterCalls, 1e-10);
      const Svi slice = inner_slice(points, at[0] * width,
                                    width * numerics::exponential(std::clamp(at[1], -6.0, 3.0)));
      const double value = misfit(slice, points, years);
      if (value < best_misfit) {
        best = slice;
        best_misfit = value;
      }
    }
  }
  return best_misfit < kInfinity ? best : Svi{.a = points[0].variance, .b = 1e-6, .sigma = width};
}

bool can_fit(std::span<const SmilePoint> points, double years) {
  std::vector<double> places;
  for (const SmilePoint& point : points) {
    if (!(point.variance > 0) || !std::isfinite(point.variance) || !std::isfinite(point.k) ||
        !(point.weight > 0))
      return false;
    places.push_back(point.k);
  }
  std::sort(places.begin(), places.end());
  return std::unique(places.begin(), places.end()) - places.begin() >= 5 && years > 0;
}

}  // namespace

double total_variance(const Svi& s, double k) {
  const double x = k - s.m;
  return s.a + s.b * (s.rho * x + std::sqrt(x * x + s.sigma * s.sigma));
}

double density_factor(const Svi& s, double k) {
  const double x = k - s.m;
  const double root = std::sqrt(x * x + s.sigma * s.sigma);
  const double w = s.a + s.b * (s.rho * x + root);
  const double slope = s.b * (s.rho + x / root);
  const double bend = s.b * s.sigma * s.sigma / (root * root * root);
  const double lean = 1 - 0.5 * k * slope / w;
  return lean * lean - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * bend;
}

CheckRange check_range(std::span<const SmilePoint> points) {
  double low = 0;
  double high = 0;
  double deviation = 0;
  for (const SmilePoint& point : points) {
    low = std::min(low, point.k);
    high = std::max(high, point.k);
    deviation = std::max(deviation, std::sqrt(point.variance));
  }
  return {.low = std::min(2 * low, -5 * deviation), .high = std::max(2 * high, 5 * deviation)};
}

SliceChecks check_slice(const Svi& slice, const Svi* before, const CheckRange& range) {
  SliceChecks out;
  out.density_factor_min = kInfinity;
  out.calendar_min = before == nullptr ? 0 : kInfinity;
  bool is_positive = true;
  const auto look = [&](double k) {
    const double w = total_variance(slice, k);
    is_positive = is_positive && w > 0;
    const double g = density_factor(slice, k);
    if (g < out.density_factor_min) {
      out.density_factor_min = g;
      out.density_factor_min_at = k;
    }
    if (before == nullptr) return;
    const double rise = w - total_variance(*before, k);
    if (rise < out.calendar_min) {
      out.calendar_min = rise;
      out.calendar_min_at = k;
    }
  };
  for (std::size_t i = 0; i < kCheckPoints; ++i) look(grid_point(range, i, kCheckPoints));
  // The kink about m may be narrower than the grid: points as dense as it is sharp.
  for (int i = -kKinkPoints; i <= kKinkPoints; ++i) {
    const double k = slice.m + slice.sigma * std::sinh(5.0 * i / kKinkPoints);
    if (k > range.low && k < range.high) look(k);
  }
  out.wing_slope = slice.b * (1 + std::abs(slice.rho));
  out.butterfly_free =
      is_positive && out.density_factor_min >= 0 && out.wing_slope <= kWingSlopeMax;
  out.calendar_free = out.calendar_min >= 0;
  return out;
}

std::optional<Svi> fit_slice(std::span<const SmilePoint> points, double years, const Svi* before) {
  if (!can_fit(points, years)) return std::nullopt;
  const CheckRange range = check_range(points);
  double width = 0;
  for (const SmilePoint& point : points) width = std::max(width, std::abs(point.k));
  Svi slice = first_slice(points, years, std::max(width, 1e-4));
  double pressure = 1;
  for (int round = 0; round < kTightenings; ++round, pressure *= 30) {
    const auto full = [&](const Free& x) {
      const Svi candidate = slice_of(x);
      const double fit = misfit(candidate, points, years);
      return fit < kInfinity ? fit + pressure * penalty(candidate, before, range) : kInfinity;
    };
    const Free start = free_of(slice);
    // Near the money only a few ticks of variance are in play: steps in proportion.
    const double level = std::max(std::abs(slice.a), total_variance(slice, slice.m));
    const Free steps{0.1 * level, 0.1, 0.1, 0.1 * width, 0.2};
    Free found = nelder_mead<5>(full, start, steps, kFullCalls, 1e-9);
    found = nelder_mead<5>(full, found, {0.02 * level, 0.03, 0.03, 0.02 * width, 0.05}, kFullCalls,
                           1e-10);
    slice = slice_of(found);
    const SliceChecks checks = check_slice(slice, before, range);
    if (checks.butterfly_free && checks.calendar_free) return slice;
  }
  // What is left of a calendar spread is less than the quotes' digits: the whole slice is raised.
  slice.a += std::max(0.0, -check_slice(slice, before, range).calendar_min) * (1 + 1e-6);
  return slice;
}

}  // namespace cofferdam::pricing
