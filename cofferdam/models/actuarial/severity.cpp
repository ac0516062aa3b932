// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/severity.h"

#include "cofferdam/models/actuarial/severity_families.h"
#include "cofferdam/models/numerics/solve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Empirical* atoms_of(const Severity& severity) {
  return std::get_if<Empirical>(&severity.family);
}

// The integral of k (x - a)^(k-1) S(x) over a layer, on a scale that grows with the loss, cut where
// a family bends or ends.
double layer_integral(const Severity& severity, double attachment, double width, int k) {
  const double unit = std::max(quantile(severity, 0.5), 1e-9 * quantile(severity, 0.999));
  const auto integrand = [&](double y) {
    const double e = std::exp(y);
    const double x = unit * (e - 1);
    return k * std::pow(x, k - 1) * survival(severity, attachment + x) * unit * e;
  };
  std::vector<double> cuts{0};
  const auto cut = [&](double x) {
    if (x > attachment && x < attachment + width)
      cuts.push_back(std::log1p((x - attachment) / unit));
  };
  cut(least_loss(severity));
  if (const auto* spliced = std::get_if<Spliced>(&severity.family)) cut(spliced->tail.threshold);
  cut(quantile(severity, 1));
  const double end = std::isfinite(width) ? std::log1p(width / unit) : 690;
  cuts.push_back(std::min(end, 690.0));
  std::ranges::sort(cuts);
  double sum = 0;
  for (std::size_t i = 1; i < cuts.size(); ++i) {
    for (double from = cuts[i - 1]; from < cuts[i];) {
      const double to = std::min(from + 1, cuts[i]);
      const double part = numerics::integrate_adaptive(integrand, from, to, 1e-13);
      sum += part;
      if (from > 1 && part < 1e-17 * sum) return sum;
      from = to;
    }
  }
  return sum;
}

}  // namespace

std::string fault_of(const Severity& severity) {
  return std::visit([](const auto& f) { return family::fault(f); }, severity.family);
}

std::string_view family_name(const Severity& severity) {
  static constexpr std::array<std::string_view, 13> kNames{
      "exponential", "gamma",     "weibull",          "lognormal", "single-parameter pareto",
      "pareto",      "burr",      "inverse gaussian", "loggamma",  "generalized pareto",
      "uniform",     "empirical", "spliced"};
  return kNames[severity.family.index()];
}

double density(const Severity& severity, double x) {
  return std::visit([x](const auto& f) { return family::density(f, x); }, severity.family);
}

double distribution(const Severity& severity, double x) {
  if (x == kInfinity) return 1;
  return std::visit([x](const auto& f) { return family::distribution(f, x); }, severity.family);
}

double survival(const Severity& severity, double x) {
  if (x == kInfinity) return 0;
  return std::visit([x](const auto& f) { return family::survival(f, x); }, severity.family);
}

double atom_at(const Severity& severity, double x) {
  if (const Empirical* f = atoms_of(severity)) {
    const auto at = std::ranges::lower_bound(f->values, x);
    if (at == f->values.end() || *at != x) return 0;
    return f->probabilities[static_cast<std::size_t>(at - f->values.begin())];
  }
  if (const auto* f = std::get_if<Spliced>(&severity.family); f && x <= f->tail.threshold)
    return atom_at(*f->body, x) * (1 - f->tail_probability) /
           distribution(*f->body, f->tail.threshold);
  return 0;
}

double quantile(const Severity& severity, double p) {
  return std::visit([p](const auto& f) { return family::quantile(f, p); }, severity.family);
}

double upper_quantile(const Severity& severity, double tail) {
  return std::visit([tail](const auto& f) { return family::upper_quantile(f, tail); },
                    severity.family);
}

double raw_moment(const Severity& severity, int k) {
  return std::visit([k](const auto& f) { return family::raw_moment(f, k); }, severity.family);
}

double limited_moment(const Severity& severity, double limit, int k) {
  if (limit <= 0) return 0;
  if (k == 1) return limited_expected_value(severity, limit);
  if (limit == kInfinity) return raw_moment(severity, k);
  return layer_moment(severity, 0, limit, k);
}

double limited_expected_value(const Severity& severity, double limit) {
  if (limit <= 0) return 0;
  if (limit == kInfinity) return raw_moment(severity, 1);
  return std::visit([limit](const auto& f) { return family::limited_mean(f, limit); },
                    severity.family);
}

double stop_loss(const Severity& severity, double retention) {
  const double whole = raw_moment(severity, 1);
  if (whole == kInfinity || retention <= 0) return whole - std::min(retention, 0.0);
  const double difference = whole - limited_expected_value(severity, retention);
  // Far out the difference has no digits left; the integral has.
  if (difference > 1e-4 * whole) return difference;
  return layer_moment(severity, retention, kInfinity, 1);
}

double layer_moment(const Severity& severity, double attachment, double width, int k) {
  if (k == 0) return 1;
  if (width <= 0) return 0;
  if (const Empirical* f = atoms_of(severity)) {
    double sum = 0;
    for (std::size_t i = 0; i < f->values.size(); ++i)
      sum += f->probabilities[i] * std::pow(std::clamp(f->values[i] - attachment, 0.0, width), k);
    return sum;
  }
  if (width == kInfinity) {
    const double whole = raw_moment(severity, k);
    if (attachment <= 0 || whole == kInfinity) return whole;
  }
  return layer_integral(severity, std::max(attachment, 0.0), width, k);
}

double mean(const Severity& severity) {
  return raw_moment(severity, 1);
}

double variance(const Severity& severity) {
  if (const Empirical* f = atoms_of(severity)) {
    const double centre = mean(severity);
    double sum = 0;
    for (std::size_t i = 0; i < f->values.size(); ++i)
      sum += f->probabilities[i] * (f->values[i] - centre) * (f->values[i] - centre);
    return sum;
  }
  const double second = raw_moment(severity, 2);
  if (second == kInfinity) return kInfinity;
  const double first = raw_moment(severity, 1);
  return std::max(0.0, second - first * first);
}

double least_loss(const Severity& severity) {
  if (const auto* f = std::get_if<SinglePareto>(&severity.family)) return f->threshold;
  if (const auto* f = std::get_if<GeneralizedPareto>(&severity.family)) return f->threshold;
  if (const auto* f = std::get_if<Uniform>(&severity.family)) return f->minimum;
  if (const auto* f = std::get_if<Spliced>(&severity.family)) return least_loss(*f->body);
  if (const Empirical* f = atoms_of(severity)) return f->values.front();
  return std::holds_alternative<Loggamma>(severity.family) ? 1 : 0;
}

double value_at_risk(const Severity& severity, double p) {
  return quantile(severity, p);
}

double tail_value_at_risk(const Severity& severity, double p) {
  if (p <= 0) return mean(severity);
  const double var = quantile(severity, p);
  if (p >= 1 || var == kInfinity) return var;
  return var + stop_loss(severity, var) / (1 - p);
}

double tail_index(const Severity& severity) {
  if (const auto* f = std::get_if<SinglePareto>(&severity.family)) return 1 / f->shape;
  if (const auto* f = std::get_if<Pareto>(&severity.family)) return 1 / f->shape;
  if (const auto* f = std::get_if<Burr>(&severity.family)) return 1 / (f->shape1 * f->shape2);
  if (const auto* f = std::get_if<Loggamma>(&severity.family)) return 1 / f->ratelog;
  if (const auto* f = std::get_if<GeneralizedPareto>(&severity.family))
    return std::max(0.0, f->shape);
  if (const auto* f = std::get_if<Spliced>(&severity.family))
    return f->tail_probability > 0 ? std::max(0.0, f->tail.shape) : 0;
  return 0;
}

}  // namespace cofferdam::actuarial
