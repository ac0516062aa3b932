// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/severity_families.h"

#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace cofferdam::actuarial::family {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool positive(double x) {
  return x > 0 && std::isfinite(x);
}

double gamma_of(double x) {
  return std::exp(numerics::log_gamma(x));
}

// Finds x with survival(x) = tail where no closed form exists; the survival function falls.
template <class Survival>
double bisect_survival(const Survival& survival_at, double tail, double start) {
  double lower = start;
  double upper = start;
  while (lower > 1e-300 && survival_at(lower) <= tail) lower /= 4;
  while (upper < 1e300 && survival_at(upper) > tail) upper *= 4;
  const auto gap = [&](double log_x) { return std::log(survival_at(std::exp(log_x)) / tail); };
  return std::exp(numerics::find_root(gap, std::log(lower), std::log(upper), 1e-15).x);
}

}  // namespace

// Exponential.

std::string fault(const Exponential& f) {
  return positive(f.scale) ? "" : "the mean (scale) must be above 0";
}

double density(const Exponential& f, double x) {
  return x < 0 ? 0 : std::exp(-x / f.scale) / f.scale;
}

double survival(const Exponential& f, double x) {
  return x <= 0 ? 1 : std::exp(-x / f.scale);
}

double distribution(const Exponential& f, double x) {
  return x <= 0 ? 0 : -std::expm1(-x / f.scale);
}

double upper_quantile(const Exponential& f, double tail) {
  return -f.scale * std::log(tail);
}

double quantile(const Exponential& f, double p) {
  return -f.scale * std::log1p(-p);
}

double raw_moment(const Exponential& f, int k) {
  return std::pow(f.scale, k) * gamma_of(k + 1);
}

double limited_mean(const Exponential& f, double limit) {
  return -f.scale * std::expm1(-limit / f.scale);
}

// Gamma.

std::string fault(const Gamma& f) {
  return positive(f.shape) && positive(f.scale) ? "" : "shape and scale must be above 0";
}

double density(const Gamma& f, double x) {
  if (x < 0) return 0;
  if (x == 0) return f.shape < 1 ? kInfinity : (f.shape == 1 ? 1 / f.scale : 0);
  const double y = x / f.scale;
  return std::exp((f.shape - 1) * std::log(y) - y - numerics::log_gamma(f.shape)) / f.scale;
}

double survival(const Gamma& f, double x) {
  return x <= 0 ? 1 : numerics::gamma_q(f.shape, x / f.scale);
}

double distribution(const Gamma& f, double x) {
  return x <= 0 ? 0 : numerics::gamma_p(f.shape, x / f.scale);
}

double upper_quantile(const Gamma& f, double tail) {
  return f.scale * numerics::gamma_inverse(f.shape, 1 - tail, tail);
}

double quantile(const Gamma& f, double p) {
  return f.scale * numerics::gamma_inverse(f.shape, p, 1 - p);
}

double raw_moment(const Gamma& f, int k) {
  double moment = 1;
  for (int i = 0; i < k; ++i) moment *= f.scale * (f.shape + i);
  return moment;
}

double limited_mean(const Gamma& f, double limit) {
  const double y = limit / f.scale;
  return f.scale * f.shape * numerics::gamma_p(f.shape + 1, y) +
         limit * numerics::gamma_q(f.shape, y);
}

// Weibull.

std::string fault(const Weibull& f) {
  return positive(f.shape) && positive(f.scale) ? "" : "shape and scale must be above 0";
}

double density(const Weibull& f, double x) {
  if (x < 0) return 0;
  if (x == 0) return f.shape < 1 ? kInfinity : (f.shape == 1 ? 1 / f.scale : 0);
  const double y = std::pow(x / f.scale, f.shape);
  return f.shape * y / x * std::exp(-y);
}

double survival(const Weibull& f, double x) {
  return x <= 0 ? 1 : std::exp(-std::pow(x / f.scale, f.shape));
}

double distribution(const Weibull& f, double x) {
  return x <= 0 ? 0 : -std::expm1(-std::pow(x / f.scale, f.shape));
}

double upper_quantile(const Weibull& f, double tail) {
  return f.scale * std::pow(-std::log(tail), 1 / f.shape);
}

double quantile(const Weibull& f, double p) {
  return f.scale * std::pow(-std::log1p(-p), 1 / f.shape);
}

double raw_moment(const Weibull& f, int k) {
  return std::pow(f.scale, k) * gamma_of(1 + k / f.shape);
}

double limited_mean(const Weibull& f, double limit) {
  const double y = std::pow(limit / f.scale, f.shape);
  return f.scale * gamma_of(1 + 1 / f.shape) * numerics::gamma_p(1 + 1 / f.shape, y) +
         limit * std::exp(-y);
}

// Lognormal.

std::string fault(const Lognormal& f) {
  return std::isfinite(f.meanlog) && positive(f.sdlog) ? ""
                                                       : "meanlog must be finite, sdlog above 0";
}

double density(const Lognormal& f, double x) {
  if (x <= 0) return 0;
  return numerics::gaussian_density((std::log(x) - f.meanlog) / f.sdlog) / (f.sdlog * x);
}

double survival(const Lognormal& f, double x) {
  return x <= 0 ? 1 : numerics::gaussian_survival((std::log(x) - f.meanlog) / f.sdlog);
}

double distribution(const Lognormal& f, double x) {
  return x <= 0 ? 0 : numerics::gaussian_cdf((std::log(x) - f.meanlog) / f.sdlog);
}

double upper_quantile(const Lognormal& f, double tail) {
  return std::exp(f.meanlog - f.sdlog * numerics::gaussian_quantile(tail));
}

double quantile(const Lognormal& f, double p) {
  return std::exp(f.meanlog + f.sdlog * numerics::gaussian_quantile(p));
}

double raw_moment(const Lognormal& f, int k) {
  return std::exp(k * f.meanlog + 0.5 * k * k * f.sdlog * f.sdlog);
}

double limited_mean(const Lognormal& f, double limit) {
  const double z = (std::log(limit) - f.meanlog) / f.sdlog;
  return raw_moment(f, 1) * numerics::gaussian_cdf(z - f.sdlog) +
         limit * numerics::gaussian_survival(z);
}

// Pareto I.

std::string fault(const SinglePareto& f) {
  return positive(f.shape) && positive(f.threshold) ? "" : "shape and threshold must be above 0";
}

double density(const SinglePareto& f, double x) {
  return x < f.threshold ? 0 : f.shape / x * std::pow(f.threshold / x, f.shape);
}

double survival(const SinglePareto& f, double x) {
  return x <= f.threshold ? 1 : std::pow(f.threshold / x, f.shape);
}

double distribution(const SinglePareto& f, double x) {
  return x <= f.threshold ? 0 : -std::expm1(f.shape * std::log(f.threshold / x));
}

double upper_quantile(const SinglePareto& f, double tail) {
  return f.threshold * std::pow(tail, -1 / f.shape);
}

double quantile(const SinglePareto& f, double p) {
  return f.threshold * std::exp(-std::log1p(-p) / f.shape);
}

double raw_moment(const SinglePareto& f, int k) {
  if (k == 0) return 1;
  return f.shape <= k ? kInfinity : f.shape * std::pow(f.threshold, k) / (f.shape - k);
}

double limited_mean(const SinglePareto& f, double limit) {
  if (limit <= f.threshold) return limit;
  // threshold + the integral of (threshold/x)^shape up to the limit.
  const double log_ratio = std::log(limit / f.threshold);
  const double a = 1 - f.shape;
  const double integral = a == 0 ? log_ratio : std::expm1(a * log_ratio) / a;
  return f.threshold * (1 + integral);
}

// Pareto II.

std::string fault(const Pareto& f) {
  return positive(f.shape) && positive(f.scale) ? "" : "shape and scale must be above 0";
}

double density(const Pareto& f, double x) {
  return x < 0 ? 0 : f.shape / (x + f.scale) * survival(f, x);
}

double survival(const Pareto& f, double x) {
  return x <= 0 ? 1 : std::exp(-f.shape * std::log1p(x / f.scale));
}

double distribution(const Pareto& f, double x) {
  return x <= 0 ? 0 : -std::expm1(-f.shape * std::log1p(x / f.scale));
}

double upper_quantile(const Pareto& f, double tail) {
  return f.scale * std::expm1(-std::log(tail) / f.shape);
}

double quantile(const Pareto& f, double p) {
  return f.scale * std::expm1(-std::log1p(-p) / f.shape);
}

double raw_moment(const Pareto& f, int k) {
  double moment = 1;
  for (int i = 1; i <= k; ++i) {
    if (f.shape <= i) return kInfinity;
    moment *= f.scale * i / (f.shape - i);
  }
  return moment;
}

double limited_mean(const Pareto& f, double limit) {
  const double log_ratio = std::log1p(limit / f.scale);
  const double a = 1 - f.shape;
  return f.scale * (a == 0 ? log_ratio : std::expm1(a * log_ratio) / a);
}

// Burr XII.

std::string fault(const Burr& f) {
  return positive(f.shape1) && positive(f.shape2) && positive(f.scale)
             ? ""
             : "shape1, shape2 and scale must be above 0";
}

double density(const Burr& f, double x) {
  if (x < 0) return 0;
  if (x == 0) return f.shape2 < 1 ? kInfinity : (f.shape2 == 1 ? f.shape1 / f.scale : 0);
  const double y = std::pow(x / f.scale, f.shape2);
  return f.shape1 * f.shape2 * y / x * std::exp(-(f.shape1 + 1) * std::log1p(y));
}

double survival(const Burr& f, double x) {
  return x <= 0 ? 1 : std::exp(-f.shape1 * std::log1p(std::pow(x / f.scale, f.shape2)));
}

double distribution(const Burr& f, double x) {
  return x <= 0 ? 0 : -std::expm1(-f.shape1 * std::log1p(std::pow(x / f.scale, f.shape2)));
}

double upper_quantile(const Burr& f, double tail) {
  return f.scale * std::pow(std::expm1(-std::log(tail) / f.shape1), 1 / f.shape2);
}

double quantile(const Burr& f, double p) {
  return f.scale * std::pow(std::expm1(-std::log1p(-p) / f.shape1), 1 / f.shape2);
}

double raw_moment(const Burr& f, int k) {
  const double r = k / f.shape2;
  if (k > 0 && f.shape1 <= r) return kInfinity;
  return std::exp(k * std::log(f.scale) + numerics::log_gamma(1 + r) +
                  numerics::log_gamma(f.shape1 - r) - numerics::log_gamma(f.shape1));
}

double limited_mean(const Burr& f, double limit) {
  const double y = std::pow(limit / f.scale, f.shape2);
  const double u = y / (1 + y);
  const double r = 1 / f.shape2;
  if (f.shape1 > r && std::isfinite(y))
    return raw_moment(f, 1) * numerics::beta_i(1 + r, f.shape1 - r, u, 1 / (1 + y)) +
           limit * survival(f, limit);
  // The mean is infinite: integrate the survival function over log x.
  const double from = std::log(std::min(limit, f.scale) * 1e-18);
  const auto integrand = [&](double log_x) {
    const double x = std::exp(log_x);
    return x * survival(f, x);
  };
  return std::exp(from) + numerics::integrate(integrand, from, std::log(limit), 200);
}

// Inverse Gaussian.

std::string fault(const InverseGaussian& f) {
  return positive(f.mean) && positive(f.shape) ? "" : "mean and shape must be above 0";
}

double density(const InverseGaussian& f, double x) {
  if (x <= 0) return 0;
  const double d = (x - f.mean) / f.mean;
  return std::sqrt(f.shape / (2 * std::numbers::pi * x)) / x * std::exp(-f.shape * d * d / (2 * x));
}

namespace {

// exp(2 shape/mean) times the normal tail beyond z, where neither factor alone would fit a double.
double weighted_tail(const InverseGaussian& f, double z) {
  const double exponent = 2 * f.shape / f.mean;
  if (z < 35) return std::exp(exponent) * numerics::gaussian_survival(z);
  const double r = 1 / (z * z);
  return std::exp(exponent - 0.5 * z * z) / (z * std::sqrt(2 * std::numbers::pi)) *
         (1 - r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r))));
}

}  // namespace

double survival(const InverseGaussian& f, double x) {
  if (x <= 0) return 1;
  const double root = std::sqrt(f.shape / x);
  const double tail = numerics::gaussian_survival(root * (x / f.mean - 1)) -
                      weighted_tail(f, root * (x / f.mean + 1));
  return std::max(0.0, tail);
}

double distribution(const InverseGaussian& f, double x) {
  if (x <= 0) return 0;
  const double root = std::sqrt(f.shape / x);
  return std::min(1.0, numerics::gaussian_cdf(root * (x / f.mean - 1)) +
                           weighted_tail(f, root * (x / f.mean + 1)));
}

double upper_quantile(const InverseGaussian& f, double tail) {
  if (tail >= 1) return 0;
  if (tail <= 0) return kInfinity;
  return bisect_survival([&](double x) { return survival(f, x); }, tail, f.mean);
}

double quantile(const InverseGaussian& f, double p) {
  if (p <= 0) return 0;
  if (p > 0.5) return upper_quantile(f, 1 - p);
  double lower = f.mean;
  while (distribution(f, lower) > p) lower /= 2;
  double upper = f.mean;
  while (distribution(f, upper) < p) upper *= 2;
  const auto gap = [&](double x) { return distribution(f, x) - p; };
  return numerics::find_root(gap, lower, upper, 1e-16 * lower).x;
}

double raw_moment(const InverseGaussian& f, int k) {
  // sum over i of (k - 1 + i)! / ((k - 1 - i)! i!) mean^(k + i) / (2 shape)^i
  if (k == 0) return 1;
  double term = std::pow(f.mean, k);
  double sum = term;
  for (int i = 1; i < k; ++i) {
    term *= (k - 1.0 + i) * (k - i) / i * f.mean / (2 * f.shape);
    sum += term;
  }
  return sum;
}

double limited_mean(const InverseGaussian& f, double limit) {
  // limit - mean z F((x - m)/m ...) of Klugman's A.4.1.2, written with tails.
  const double root = std::sqrt(f.shape / limit);
  const double low = numerics::gaussian_cdf(root * (limit / f.mean - 1));
  const double high = weighted_tail(f, root * (limit / f.mean + 1));
  return limit - (limit - f.mean) * low - (limit + f.mean) * high;
}

// Loggamma.

std::string fault(const Loggamma& f) {
  return positive(f.shapelog) && positive(f.ratelog) ? "" : "shapelog and ratelog must be above 0";
}

double density(const Loggamma& f, double x) {
  if (x <= 1) return 0;
  const double y = std::log(x);
  return std::exp(f.shapelog * std::log(f.ratelog) + (f.shapelog - 1) * std::log(y) -
                  (f.ratelog + 1) * y - numerics::log_gamma(f.shapelog));
}

double survival(const Loggamma& f, double x) {
  return x <= 1 ? 1 : numerics::gamma_q(f.shapelog, f.ratelog * std::log(x));
}

double distribution(const Loggamma& f, double x) {
  return x <= 1 ? 0 : numerics::gamma_p(f.shapelog, f.ratelog * std::log(x));
}

double upper_quantile(const Loggamma& f, double tail) {
  return std::exp(numerics::gamma_inverse(f.shapelog, 1 - tail, tail) / f.ratelog);
}

double quantile(const Loggamma& f, double p) {
  return std::exp(numerics::gamma_inverse(f.shapelog, p, 1 - p) / f.ratelog);
}

double raw_moment(const Loggamma& f, int k) {
  if (k == 0) return 1;
  return f.ratelog <= k ? kInfinity : std::exp(-f.shapelog * std::log1p(-k / f.ratelog));
}

double limited_mean(const Loggamma& f, double limit) {
  if (limit <= 1) return limit;
  const double y = std::log(limit);
  if (f.ratelog > 1)
    return raw_moment(f, 1) * numerics::gamma_p(f.shapelog, (f.ratelog - 1) * y) +
           limit * survival(f, limit);
  const auto integrand = [&](double t) { return std::exp(t) * survival(f, std::exp(t)); };
  return 1 + numerics::integrate(integrand, 0, y, 64);
}

// Generalised Pareto.

std::string fault(const GeneralizedPareto& f) {
  if (!positive(f.scale)) return "scale must be above 0";
  return std::isfinite(f.threshold) && f.threshold >= 0 && std::isfinite(f.shape)
             ? ""
             : "threshold must not be negative, shape must be finite";
}

double survival(const GeneralizedPareto& f, double x) {
  const double y = (x - f.threshold) / f.scale;
  if (y <= 0) return 1;
  if (f.shape == 0) return std::exp(-y);
  if (f.shape * y <= -1) return 0;
  return std::exp(-std::log1p(f.shape * y) / f.shape);
}

double distribution(const GeneralizedPareto& f, double x) {
  const double y = (x - f.threshold) / f.scale;
  if (y <= 0) return 0;
  if (f.shape == 0) return -std::expm1(-y);
  if (f.shape * y <= -1) return 1;
  return -std::expm1(-std::log1p(f.shape * y) / f.shape);
}

double density(const GeneralizedPareto& f, double x) {
  const double y = (x - f.threshold) / f.scale;
  if (y < 0 || f.shape * y <= -1) return 0;
  return survival(f, x) / (f.scale * (1 + f.shape * y));
}

double upper_quantile(const GeneralizedPareto& f, double tail) {
  const double e = -std::log(tail);
  return f.threshold + f.scale * (f.shape == 0 ? e : std::expm1(f.shape * e) / f.shape);
}

double quantile(const GeneralizedPareto& f, double p) {
  const double e = -std::log1p(-p);
  return f.threshold + f.scale * (f.shape == 0 ? e : std::expm1(f.shape * e) / f.shape);
}

double raw_moment(const GeneralizedPareto& f, int k) {
  // E (X - threshold)^i = scale^i i! / prod (1 - j shape), j to i; then the binomial.
  double sum = 0;
  double central = 1;
  double choose = 1;
  for (int i = 0; i <= k; ++i) {
    if (i > 0) {
      if (f.shape * i >= 1) return kInfinity;
      central *= f.scale * i / (1 - i * f.shape);
      choose = choose * (k - i + 1) / i;
    }
    sum += choose * central * std::pow(f.threshold, k - i);
  }
  return sum;
}

double limited_mean(const GeneralizedPareto& f, double limit) {
  if (limit <= f.threshold) return limit;
  double y = (limit - f.threshold) / f.scale;
  if (f.shape == 0) return f.threshold - f.scale * std::expm1(-y);
  if (f.shape < 0) y = std::min(y, -1 / f.shape);
  const double log_one = std::log1p(f.shape * y);  // minus infinity at the upper end
  const double a = f.shape - 1;                    // integral of (1 + shape y)^(-1/shape)
  const double integral = a == 0 ? log_one : std::expm1(a / f.shape * log_one) / a;
  return f.threshold + f.scale * integral;
}

// Uniform.

std::string fault(const Uniform& f) {
  return f.minimum >= 0 && f.maximum > f.minimum && std::isfinite(f.maximum)
             ? ""
             : "minimum must not be negative and the maximum must be above it";
}

double density(const Uniform& f, double x) {
  return x < f.minimum || x > f.maximum ? 0 : 1 / (f.maximum - f.minimum);
}

double survival(const Uniform& f, double x) {
  return std::clamp((f.maximum - x) / (f.maximum - f.minimum), 0.0, 1.0);
}

double distribution(const Uniform& f, double x) {
  return std::clamp((x - f.minimum) / (f.maximum - f.minimum), 0.0, 1.0);
}

double upper_quantile(const Uniform& f, double tail) {
  return f.maximum - tail * (f.maximum - f.minimum);
}

double quantile(const Uniform& f, double p) {
  return f.minimum + p * (f.maximum - f.minimum);
}

double raw_moment(const Uniform& f, int k) {
  // (b^(k+1) - a^(k+1)) / ((k+1)(b - a)) as a sum, without cancellation.
  double sum = 0;
  for (int i = 0; i <= k; ++i) sum += std::pow(f.maximum, i) * std::pow(f.minimum, k - i);
  return sum / (k + 1);
}

double limited_mean(const Uniform& f, double limit) {
  const double top = std::min(limit, f.maximum);
  if (top <= f.minimum) return std::min(limit, f.minimum);
  const double inside = top - f.minimum;
  return top - inside * inside / (2 * (f.maximum - f.minimum));
}

}  // namespace cofferdam::actuarial::family
