// SPDX-License-Identifier: Apache-2.0
//
// Severities made of data or of other severities.
#include "cofferdam/models/actuarial/severity_families.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cofferdam::actuarial {

Severity empirical_of(std::span<const double> losses) {
  std::vector<double> sorted(losses.begin(), losses.end());
  std::ranges::sort(sorted);
  Empirical f;
  const double each = 1 / static_cast<double>(sorted.size());
  for (const double x : sorted) {
    if (!f.values.empty() && f.values.back() == x) {
      f.probabilities.back() += each;
    } else {
      f.values.push_back(x);
      f.probabilities.push_back(each);
    }
  }
  return Severity{std::move(f)};
}

Severity constant(double value) {
  return Severity{Empirical{{value}, {1}}};
}

}  // namespace cofferdam::actuarial

namespace cofferdam::actuarial::family {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string fault(const Empirical& f) {
  if (f.values.empty()) return "values must be given";
  if (f.values.size() != f.probabilities.size()) return "as many probabilities as values";
  double sum = 0;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    if (!(f.values[i] >= 0) || !std::isfinite(f.values[i])) return "values must not be negative";
    if (i > 0 && !(f.values[i] > f.values[i - 1])) return "values must rise";
    if (!(f.probabilities[i] >= 0)) return "probabilities must not be negative";
    sum += f.probabilities[i];
  }
  return std::abs(sum - 1) < 1e-9 ? "" : "probabilities must sum to 1";
}

double density(const Empirical& /*f*/, double /*x*/) {
  return 0;
}

double survival(const Empirical& f, double x) {
  double above = 0;
  for (std::size_t i = f.values.size(); i-- > 0 && f.values[i] > x;) above += f.probabilities[i];
  return std::min(above, 1.0);
}

double distribution(const Empirical& f, double x) {
  double below = 0;
  for (std::size_t i = 0; i < f.values.size() && f.values[i] <= x; ++i) below += f.probabilities[i];
  return std::min(below, 1.0);
}

namespace {

// Sums of probabilities carry rounding: 0.1 ten times is not quite 1.
constexpr double kSumSlack = 1e-12;

}  // namespace

double upper_quantile(const Empirical& f, double tail) {
  double above = 0;
  for (std::size_t i = f.values.size(); i-- > 0;) {
    above += f.probabilities[i];
    if (above > tail + kSumSlack) return f.values[i];
  }
  return f.values.front();
}

double quantile(const Empirical& f, double p) {
  double below = 0;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    below += f.probabilities[i];
    if (below >= p - kSumSlack && f.probabilities[i] > 0) return f.values[i];
  }
  return f.values.back();
}

double raw_moment(const Empirical& f, int k) {
  double sum = 0;
  for (std::size_t i = 0; i < f.values.size(); ++i)
    sum += f.probabilities[i] * std::pow(f.values[i], k);
  return sum;
}

double limited_mean(const Empirical& f, double limit) {
  double sum = 0;
  for (std::size_t i = 0; i < f.values.size(); ++i)
    sum += f.probabilities[i] * std::min(f.values[i], limit);
  return sum;
}

std::string fault(const Spliced& f) {
  if (f.body == nullptr) return "a body must be given";
  if (std::string inner = fault_of(*f.body); !inner.empty()) return "body: " + inner;
  if (std::string inner = fault(f.tail); !inner.empty()) return "tail: " + inner;
  if (!(f.tail_probability >= 0 && f.tail_probability <= 1))
    return "the tail's probability must lie from 0 to 1";
  return actuarial::distribution(*f.body, f.tail.threshold) > 0
             ? ""
             : "the body must have losses below the threshold";
}

namespace {

double body_factor(const Spliced& f) {
  return (1 - f.tail_probability) / actuarial::distribution(*f.body, f.tail.threshold);
}

}  // namespace

double density(const Spliced& f, double x) {
  if (x > f.tail.threshold) return f.tail_probability * density(f.tail, x);
  return body_factor(f) * actuarial::density(*f.body, x);
}

double survival(const Spliced& f, double x) {
  if (x >= f.tail.threshold) return f.tail_probability * survival(f.tail, x);
  return 1 - distribution(f, x);
}

double distribution(const Spliced& f, double x) {
  if (x >= f.tail.threshold) return 1 - f.tail_probability * survival(f.tail, x);
  return body_factor(f) * actuarial::distribution(*f.body, x);
}

double upper_quantile(const Spliced& f, double tail) {
  if (tail < f.tail_probability) return upper_quantile(f.tail, tail / f.tail_probability);
  return actuarial::quantile(*f.body, (1 - tail) / body_factor(f));
}

double quantile(const Spliced& f, double p) {
  if (p > 1 - f.tail_probability) return upper_quantile(f, 1 - p);
  return actuarial::quantile(*f.body, p / body_factor(f));
}

double raw_moment(const Spliced& f, int k) {
  if (k == 0) return 1;
  const double u = f.tail.threshold;
  const double above = raw_moment(f.tail, k);
  if (f.tail_probability > 0 && above == kInfinity) return kInfinity;
  // E X^k 1(X <= u) = E min(X, u)^k - u^k P(X > u).
  const double below =
      actuarial::limited_moment(*f.body, u, k) - std::pow(u, k) * actuarial::survival(*f.body, u);
  return body_factor(f) * below + (f.tail_probability > 0 ? f.tail_probability * above : 0);
}

double limited_mean(const Spliced& f, double limit) {
  const double u = f.tail.threshold;
  const double factor = body_factor(f);
  if (limit <= u) {
    const double below = actuarial::limited_expected_value(*f.body, limit) -
                         limit * actuarial::survival(*f.body, limit);
    return factor * below + limit * survival(f, limit);
  }
  const double below =
      actuarial::limited_expected_value(*f.body, u) - u * actuarial::survival(*f.body, u);
  return factor * below + f.tail_probability * limited_mean(f.tail, limit);
}

}  // namespace cofferdam::actuarial::family
