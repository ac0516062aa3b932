// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/ruin.h"

#include "cofferdam/models/actuarial/coverage.h"
#include "cofferdam/models/actuarial/loss_kernels.h"
#include "cofferdam/models/actuarial/severity_families.h"
#include "cofferdam/models/actuarial/simulate.h"
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/vector_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

double exponential_ruin(double mean_claim, double loading, double u) {
  if (loading <= 0) return 1;
  return std::exp(-loading * u / (mean_claim * (1 + loading))) / (1 + loading);
}

double exponential_ruin_before(double mean_claim, double intensity, double premium_rate, double u,
                               double horizon) {
  // In units of the mean claim and of the time in which that much premium comes in.
  const double load = intensity * mean_claim / premium_rate;
  const double x = u / mean_claim;
  const double t = horizon * premium_rate / mean_claim;
  if (!(t > 0)) return 0;
  const double root = std::sqrt(load);
  const double ever = load < 1 ? load * std::exp(-(1 - load) * x) : 1;
  const auto integrand = [&](double phi) {
    const double c = std::cos(phi);
    const double exponent = 2 * root * t * c - (1 + load) * t + x * (root * c - 1);
    const double angle = x * root * std::sin(phi);
    return load * std::exp(exponent) * (std::cos(angle) - std::cos(angle + 2 * phi)) /
           (1 + load - 2 * root * c);
  };
  // The integrand is a peak of width 1/sqrt(t) at zero, turning x sqrt(load)/pi times.
  const auto panels =
      static_cast<std::size_t>(std::clamp(20 + x * root + 3 * std::sqrt(root * t), 20.0, 20'000.0));
  const double still = numerics::integrate(integrand, 0, std::numbers::pi, panels);
  return std::clamp(ever - still / std::numbers::pi, 0.0, 1.0);
}

double exponential_moment_limit(const Severity& severity) {
  if (const auto* f = std::get_if<Exponential>(&severity.family)) return 1 / f->scale;
  if (const auto* f = std::get_if<Gamma>(&severity.family)) return 1 / f->scale;
  if (const auto* f = std::get_if<Weibull>(&severity.family))
    return f->shape > 1 ? kInfinity : (f->shape == 1 ? 1 / f->scale : 0);
  if (const auto* f = std::get_if<InverseGaussian>(&severity.family))
    return f->shape / (2 * f->mean * f->mean);
  if (const auto* f = std::get_if<GeneralizedPareto>(&severity.family))
    return f->shape < 0 ? kInfinity : (f->shape == 0 ? 1 / f->scale : 0);
  if (const auto* f = std::get_if<Spliced>(&severity.family))
    return f->tail_probability > 0 ? exponential_moment_limit(Severity{f->tail})
                                   : exponential_moment_limit(*f->body);
  return quantile(severity, 1) < kInfinity ? kInfinity : 0;
}

double log_exponential_moment(const Severity& severity, double s, double limit) {
  if (s == 0) return 0;
  if (const auto* f = std::get_if<Empirical>(&severity.family)) {
    double sum = 0;
    const double most = std::min(f->values.back(), limit);
    for (std::size_t i = 0; i < f->values.size(); ++i)
      sum += f->probabilities[i] * std::exp(s * (std::min(f->values[i], limit) - most));
    return s * most + std::log(sum);
  }
  if (limit == kInfinity) {
    if (!(s < exponential_moment_limit(severity))) {
      const auto* f = std::get_if<InverseGaussian>(&severity.family);
      return f != nullptr && s == exponential_moment_limit(severity) ? f->shape / f->mean
                                                                     : kInfinity;
    }
    if (const auto* f = std::get_if<Exponential>(&severity.family))
      return -std::log1p(-s * f->scale);
    if (const auto* f = std::get_if<Gamma>(&severity.family))
      return -f->shape * std::log1p(-s * f->scale);
    if (const auto* f = std::get_if<InverseGaussian>(&severity.family))
      return f->shape / f->mean * (1 - std::sqrt(1 - 2 * f->mean * f->mean * s / f->shape));
  }
  // E exp(s min(X, limit)) = 1 + s * integral of exp(s x) S(x), on a scale that grows with x.
  const double top = std::min(limit, quantile(severity, 1));
  const double unit = std::max(quantile(severity, 0.5), 1e-9 * quantile(severity, 0.999));
  const auto integrand = [&](double y) {
    const double x = unit * std::expm1(y);
    return std::exp(s * x) * survival(severity, x) * unit * std::exp(y);
  };
  const double end = top == kInfinity ? 60 : std::log1p(top / unit);
  double sum = 0;
  for (double from = 0; from < end; from += 0.25) {
    const double part =
        numerics::integrate_adaptive(integrand, from, std::min(from + 0.25, end), 1e-13);
    sum += part;
    if (!std::isfinite(sum)) return kInfinity;
    if (from > 2 && part < 1e-17 * sum) break;
  }
  return std::log1p(s * sum);
}

std::optional<double> adjustment_coefficient(const Severity& claims, double intensity,
                                             double premium_rate, const Retained& retained) {
  const double limit = retained.retention > 0 ? retained.retention / retained.share : kInfinity;
  const double kept =
      retained.share * (limit == kInfinity ? mean(claims) : limited_expected_value(claims, limit));
  if (!(premium_rate > intensity * kept) || !(kept > 0)) return std::nullopt;
  // lambda (E exp(s Y) - 1) - c s: zero at 0, falling at first, convex.
  const auto gap = [&](double s) {
    const double log_moment = log_exponential_moment(claims, s * retained.share, limit);
    return intensity * std::expm1(std::min(log_moment, 700.0)) - premium_rate * s;
  };
  double top = limit == kInfinity ? exponential_moment_limit(claims) / retained.share : kInfinity;
  if (top == 0) return std::nullopt;
  double upper = top == kInfinity ? 1 / kept : top * (1 - 1e-12);
  if (top == kInfinity) {
    while (gap(upper) <= 0 && upper < 1e300) upper *= 2;
  } else if (gap(upper) <= 0) {
    // The moment ends before it is large enough.
    return std::nullopt;
  }
  double lower = upper;
  while (gap(lower) > 0 && lower > 1e-300) lower /= 2;
  return numerics::find_root(gap, lower, upper, 1e-15 * lower).x;
}

namespace {

// Waits and claims of a block of events; exponential and lognormal claims in vectors.
class EventBlock {
 public:
  static constexpr std::size_t kEvents = 128;

  EventBlock(const Severity& claims, double intensity) : claims_(claims), intensity_(intensity) {}

  void fill(Draws& draws, std::uint64_t seed, std::uint64_t path, std::uint64_t block) {
    for (double& u : waits) u = draws.uniform();
    numerics::logarithms(waits, waits);
    for (double& w : waits) w *= -1 / intensity_;
    if (const auto* f = std::get_if<Exponential>(&claims_.family)) {
      for (double& u : sizes) u = draws.uniform();
      numerics::logarithms(sizes, sizes);
      for (double& x : sizes) x *= -f->scale;
    } else if (const auto* g = std::get_if<Lognormal>(&claims_.family)) {
      numerics::fill_normals(seed, path, block * (kEvents / numerics::kNormalsPerBlock), sizes);
      loss_kernels().lognormal_of_normal(g->meanlog, g->sdlog, sizes.data(), sizes.size());
    } else {
      for (double& x : sizes) x = quantile(claims_, draws.uniform());
    }
  }

  std::array<double, kEvents> waits{};
  std::array<double, kEvents> sizes{};

 private:
  const Severity& claims_;
  double intensity_;
};

bool is_ruined(EventBlock& events, double premium_rate, double u, double horizon,
               std::uint64_t seed, std::uint64_t path) {
  Draws draws(seed, 0, path);
  double time = 0;
  double surplus = u;
  for (std::uint64_t block = 0;; ++block) {
    events.fill(draws, seed, path, block);
    for (std::size_t i = 0; i < EventBlock::kEvents; ++i) {
      time += events.waits[i];
      if (time > horizon) return false;
      surplus += premium_rate * events.waits[i] - events.sizes[i];
      if (surplus < 0) return true;
    }
  }
}

}  // namespace

SimulatedRuin simulate_ruin(const Severity& claims, double intensity, double premium_rate, double u,
                            double horizon, std::size_t paths, std::uint64_t seed) {
  std::size_t ruined = 0;
  EventBlock events(claims, intensity);
  for (std::size_t path = 0; path < paths; ++path)
    ruined += is_ruined(events, premium_rate, u, horizon, seed, path) ? 1U : 0U;
  const auto n = static_cast<double>(paths);
  const double p = static_cast<double>(ruined) / n;
  return {.probability = p, .standard_error = std::sqrt(p * (1 - p) / n)};
}

}  // namespace cofferdam::actuarial
