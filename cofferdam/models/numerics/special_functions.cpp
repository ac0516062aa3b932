// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace cofferdam::numerics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kTiny = 1e-300;
constexpr int kTermsMax = 100'000;
constexpr double kHalfLogTwoPi = 0.91893853320467274178;

// What log Gamma(x) is above Stirling's (x - 1/2) log x - x + log(2 pi)/2; x >= 10.
double stirling_rest(double x) {
  const double r = 1 / (x * x);
  return (1.0 / 12 -
          r * (1.0 / 360 - r * (1.0 / 1260 -
                                r * (1.0 / 1680 -
                                     r * (1.0 / 1188 - r * (691.0 / 360360 - r * (1.0 / 156))))))) /
         x;
}

// x^a e^-x / Gamma(a + 1), by Loader's (2000) saddle point where a is large.
double gamma_density_term(double a, double x) {
  if (x <= 0) return a == 0 ? 1 : 0;
  if (a < 10) return std::exp(a * std::log(x) - x - log_gamma(a + 1));
  // log(x/a) + 1 - x/a without cancellation near x = a.
  const double t = (x - a) / a;
  const double deviance = std::abs(t) < 0.1 ? std::log1p(t) - t : std::log(x / a) - t;
  return std::exp(a * deviance - stirling_rest(a)) / std::sqrt(2 * std::numbers::pi * a);
}

double gamma_series(double a, double x) {
  double term = 1;
  double sum = 1;
  for (int n = 1; n < kTermsMax; ++n) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * kEpsilon / 4) break;
  }
  return gamma_density_term(a, x) * sum;
}

// Lentz's method on Legendre's continued fraction.
double gamma_fraction(double a, double x) {
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double h = d;
  for (int i = 1; i < kTermsMax; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (std::abs(d) < kTiny) d = kTiny;
    c = b + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    const double delta = d * c;
    h *= delta;
    if (std::abs(delta - 1) < kEpsilon) break;
  }
  return gamma_density_term(a, x) * a * h;
}

double beta_fraction(double a, double b, double x) {
  const double sum = a + b;
  double c = 1;
  double d = 1 - sum * x / (a + 1);
  if (std::abs(d) < kTiny) d = kTiny;
  d = 1 / d;
  double h = d;
  for (int m = 1; m < kTermsMax; ++m) {
    const double two = 2.0 * m;
    double an = m * (b - m) * x / ((a + two - 1) * (a + two));
    d = 1 + an * d;
    if (std::abs(d) < kTiny) d = kTiny;
    c = 1 + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    h *= d * c;
    an = -(a + m) * (sum + m) * x / ((a + two) * (a + two + 1));
    d = 1 + an * d;
    if (std::abs(d) < kTiny) d = kTiny;
    c = 1 + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    const double delta = d * c;
    h *= delta;
    if (std::abs(delta - 1) < kEpsilon) break;
  }
  return h;
}

}  // namespace

double log_gamma(double x) {
  if (std::isnan(x)) return x;
  if (x <= 0) {
    if (x == std::floor(x)) return kInfinity;
    const double s = std::abs(std::sin(std::numbers::pi * (x - 2 * std::floor(x / 2))));
    return std::log(std::numbers::pi / s) - log_gamma(1 - x);
  }
  if (x == kInfinity) return kInfinity;
  if (x < 0.5) return log_gamma(x + 1) - std::log(x);
  if (x < 3) {
    // Near its zeros at 1 and 2 log Gamma is a Taylor series in zeta values around 2.
    static constexpr std::array kZetaLessOne{
        0.6449340668482264,    0.2020569031595943,    0.08232323371113819,   0.03692775514336993,
        0.01734306198444914,   0.00834927738192283,   0.004077356197944339,  0.002008392826082214,
        0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.0001227133475784891,
        6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899762e-06,
        3.817293264999840e-06, 1.908212716553939e-06, 9.539620338727961e-07, 4.769329867878065e-07,
        2.384505027277329e-07, 1.192199259653111e-07, 5.960818905125948e-08, 2.980350351465228e-08,
        1.490155482836504e-08, 7.450711789835430e-09, 3.725334024788457e-09, 1.862659723513049e-09,
        9.313274324196681e-10, 4.656629065033784e-10};
    double z = x - 2;
    double shift = 0;
    if (x < 1.5) {
      shift = -std::log(x);
      z = x - 1;
    } else if (x > 2.5) {
      shift = std::log(x - 1);
      z = x - 3;
    }
    double sum = 0;
    for (std::size_t k = kZetaLessOne.size(); k-- > 0;) {
      const double n = static_cast<double>(k) + 2;
      sum = (k % 2 == 0 ? 1 : -1) * kZetaLessOne[k] / n + z * sum;
    }
    constexpr double kOneLessEuler = 0.42278433509846713939;
    return shift + z * (kOneLessEuler + z * sum);
  }
  double product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  return (x - 0.5) * std::log(x) - x + kHalfLogTwoPi + stirling_rest(x) - std::log(product);
}

double log_beta(double a, double b) {
  const double small = std::min(a, b);
  const double large = std::max(a, b);
  if (large < 10) return log_gamma(small) + log_gamma(large) - log_gamma(small + large);
  if (small < 10) {
    // log Gamma(large) - log Gamma(large + small) by Stirling, term by term.
    const double difference = -small * std::log(large + small) + small -
                              (large - 0.5) * std::log1p(small / large) + stirling_rest(large) -
                              stirling_rest(large + small);
    return log_gamma(small) + difference;
  }
  return -0.5 * std::log(large) + kHalfLogTwoPi +
         (small - 0.5) * std::log(small / (small + large)) - large * std::log1p(small / large) +
         stirling_rest(small) + stirling_rest(large) - stirling_rest(small + large);
}

double log_choose(double n, double k) {
  if (k <= 0 || k >= n) return 0;
  return -std::log1p(n) - log_beta(n - k + 1, k + 1);
}

double digamma(double x) {
  if (x <= 0 && x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
  if (x < 0) return digamma(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * x);
  double shift = 0;
  while (x < 10) {
    shift -= 1 / x;
    x += 1;
  }
  const double r = 1 / (x * x);
  return shift + std::log(x) - 0.5 / x -
         r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
}

double gamma_p(double a, double x) {
  if (x <= 0) return 0;
  if (x == kInfinity) return 1;
  return x < a + 1 ? gamma_series(a, x) : 1 - gamma_fraction(a, x);
}

double gamma_q(double a, double x) {
  if (x <= 0) return 1;
  if (x == kInfinity) return 0;
  return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

double gamma_inverse(double a, double p, double q) {
  if (p <= 0) return 0;
  if (q <= 0) return kInfinity;
  // Wilson and Hilferty's cube, or the leading term of the series in the lower tail.
  const double z = p < q ? gaussian_quantile(p) : -gaussian_quantile(q);
  const double cube = 1 - 1 / (9 * a) + z / (3 * std::sqrt(a));
  double x = a * cube * cube * cube;
  if (cube <= 0.2 || a < 1) {
    const double low = std::exp((std::log(p) + log_gamma(a + 1)) / a);
    if (low < 0.5 * a || cube <= 0.2) x = low;
    if (x > a + 1) x = a + 1 - std::log(q);
  }
  double lower = 0;
  double upper = kInfinity;
  for (int i = 0; i < 200; ++i) {
    const bool by_p = p < q;
    const double error = by_p ? gamma_p(a, x) - p : q - gamma_q(a, x);
    if (error == 0) return x;
    (error > 0 ? upper : lower) = x;
    const double density = gamma_density_term(a, x) * a / x;
    double step = density > 0 ? error / density : 0;
    // Halley: the log-density's slope is (a - 1)/x - 1.
    const double curve = 1 - 0.5 * step * ((a - 1) / x - 1);
    if (curve > 0.5 && curve < 2) step /= curve;
    double next = x - step;
    if (!(next > lower) || !(next < upper) || step == 0)
      next = upper == kInfinity ? 2 * x : (lower > 0 ? std::sqrt(lower * upper) : upper / 4);
    if (std::abs(next - x) <= 2 * kEpsilon * x) return next;
    x = next;
  }
  return x;
}

double beta_i(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double front = std::exp(a * std::log(x) + b * std::log(y) - log_beta(a, b));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, y) / b;
}

double beta_i(double a, double b, double x) {
  return beta_i(a, b, x, 1 - x);
}

double beta_inverse(double a, double b, double p) {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  double lower = 0;
  double upper = 1;
  double x = a / (a + b);
  const double log_front = log_beta(a, b);
  for (int i = 0; i < 300; ++i) {
    const double error = beta_i(a, b, x) - p;
    if (error == 0) return x;
    (error > 0 ? upper : lower) = x;
    const double density = std::exp((a - 1) * std::log(x) + (b - 1) * std::log1p(-x) - log_front);
    double next = density > 0 ? x - error / density : x;
    if (!(next > lower) || !(next < upper) || next == x)
      next = lower > 0 && upper > 4 * lower ? std::sqrt(lower * upper) : 0.5 * (lower + upper);
    if (lower == 0 && next == x) next = x / 16;
    if (std::abs(next - x) <= kEpsilon * x) return next;
    x = next;
  }
  return x;
}

double gaussian_density(double z) {
  return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
}

double gaussian_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double gaussian_survival(double z) {
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

double gaussian_quantile(double p) {
  if (std::isnan(p)) return p;
  if (p <= 0) return -kInfinity;
  if (p >= 1) return kInfinity;
  const bool low = p < 0.5;
  const double tail = low ? p : 1 - p;
  // A rough start (Abramowitz and Stegun 26.2.23), then Halley on the tail itself.
  const double t = std::sqrt(-2 * std::log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 4; ++i) {
    const double density = gaussian_density(z);
    if (density <= 0) break;
    const double step = (gaussian_survival(z) - tail) / density;
    const double change = step / (1 - 0.5 * z * step);
    z += change;
    if (std::abs(change) < 1e-15 * (1 + std::abs(z))) break;
  }
  return low ? -z : z;
}

double kolmogorov_p_value(double distance, double n) {
  const double root = std::sqrt(n);
  const double x = distance * (root + 0.12 + 0.11 / root);
  if (x < 0.2) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 == 1 ? term : -term;
    if (term < 1e-18) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

double anderson_darling_p_value(double z) {
  if (z <= 0) return 1;
  // The two fits of Marsaglia and Marsaglia (2004) to the limit distribution, error below 2e-6.
  double below = 0;
  if (z < 2) {
    below = std::exp(-1.2337141 / z) / std::sqrt(z) *
            (2.00012 +
             (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * z) * z) * z) * z) * z);
  } else {
    below = std::exp(-std::exp(
        1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * z) * z) * z) * z) * z));
  }
  return std::clamp(1 - below, 0.0, 1.0);
}

double chi_square_survival(double degrees, double x) {
  return gamma_q(degrees / 2, x / 2);
}

}  // namespace cofferdam::numerics
