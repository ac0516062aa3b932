// SPDX-License-Identifier: Apache-2.0
//
// One expiry of a volatility surface: total variance w(k) = (implied volatility)^2 T over k =
// ln(K/F) in the raw form of Gatheral ("A parsimonious arbitrage-free implied volatility
// parameterization", 2004):
//
//   w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)).
//
// The prices of a slice come from a probability density, so no butterfly spread is free, exactly
// where g(k) >= 0 (Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces", 2014, section
// 2):
//
//   g = (1 - k w'/(2w))^2 - (w'/2)^2 (1/w + 1/4) + w''/2.
//
// Two slices are free of calendar arbitrage where the later never lies below the earlier.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace cofferdam::pricing {

struct Svi {
  double a = 0;
  double b = 0;
  double rho = 0;
  double m = 0;
  double sigma = 0.1;
};

[[nodiscard]] double total_variance(const Svi& slice, double k);

// g(k) above; negative is butterfly arbitrage.
[[nodiscard]] double density_factor(const Svi& slice, double k);

struct SmilePoint {
  double k = 0;
  double variance = 0;  // total
  double weight = 1;    // of the squared error in volatility
};

// Where the checks look: the quotes' range and as much again on both sides, at least +-5
// deviations.
struct CheckRange {
  double low = 0;
  double high = 0;
};

inline constexpr std::size_t kCheckPoints = 201;
inline constexpr int kKinkPoints = 50;      // more on each side of m, to 74 sigma
inline constexpr double kWingSlopeMax = 2;  // of w: Lee's moment formula, 2004

[[nodiscard]] CheckRange check_range(std::span<const SmilePoint> points);

struct SliceChecks {
  double density_factor_min = 0;
  double density_factor_min_at = 0;
  double calendar_min = 0;  // least of w - w of the slice before; 0 when there is none
  double calendar_min_at = 0;
  double wing_slope = 0;  // b (1 + |rho|)
  bool butterfly_free = false;
  bool calendar_free = false;
};

[[nodiscard]] SliceChecks check_slice(const Svi& slice, const Svi* before, const CheckRange& range);

// The slice nearest to the points by weighted least squares in volatility, with butterflies and
// calendar spreads against `before` penalised until there are none on the checked range. At least 5
// points of distinct k with positive variance; nullopt otherwise.
[[nodiscard]] std::optional<Svi> fit_slice(std::span<const SmilePoint> points, double years,
                                           const Svi* before);

}  // namespace cofferdam::pricing
