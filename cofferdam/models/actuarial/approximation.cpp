// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool usable(const Moments& m) {
  return std::isfinite(m.mean) && std::isfinite(m.variance) && m.variance > 0 &&
         std::isfinite(m.skewness);
}

}  // namespace

double normal_power_quantile(const Moments& m, double p) {
  if (!usable(m)) return kNone;
  const double z = numerics::gaussian_quantile(p);
  return m.mean + std::sqrt(m.variance) * (z + m.skewness * (z * z - 1) / 6);
}

double normal_power_distribution(const Moments& m, double x) {
  if (!usable(m)) return kNone;
  const double s = (x - m.mean) / std::sqrt(m.variance);
  if (std::abs(m.skewness) < 1e-12) return numerics::gaussian_cdf(s);
  const double g = 3 / m.skewness;
  const double inside = g * g + 2 * g * s + 1;
  if (inside < 0) return kNone;
  return numerics::gaussian_cdf(std::copysign(std::sqrt(inside), m.skewness) - g);
}

// X = x0 + Gamma(shape, scale) with 4/skewness^2 = shape (Dickson 2005, 4.8.2).
double translated_gamma_quantile(const Moments& m, double p) {
  if (!usable(m) || !(m.skewness > 0)) return kNone;
  const double shape = 4 / (m.skewness * m.skewness);
  const double scale = std::sqrt(m.variance / shape);
  return m.mean - shape * scale + scale * numerics::gamma_inverse(shape, p, 1 - p);
}

double translated_gamma_distribution(const Moments& m, double x) {
  if (!usable(m) || !(m.skewness > 0)) return kNone;
  const double shape = 4 / (m.skewness * m.skewness);
  const double scale = std::sqrt(m.variance / shape);
  return numerics::gamma_p(shape, (x - m.mean) / scale + shape);
}

}  // namespace cofferdam::actuarial
