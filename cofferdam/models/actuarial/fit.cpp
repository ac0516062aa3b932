// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/fit.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Summary {
  double least = kInfinity;
  double most = 0;
  double mean = 0;
  double variance = 0;
  double mean_log = 0;
  double variance_log = 0;
  std::size_t whole = 0;  // losses seen whole
  bool any_censored = false;
  bool truncated = false;
};

Summary summary_of(std::span<const Observation> data) {
  Summary s;
  const auto n = static_cast<double>(data.size());
  for (const Observation& x : data) {
    s.least = std::min(s.least, x.value);
    s.most = std::max(s.most, x.value);
    s.mean += x.value / n;
    s.mean_log += std::log(x.value) / n;
    s.whole += x.censored ? 0 : 1;
    s.any_censored = s.any_censored || x.censored;
    s.truncated = s.truncated || x.truncation > 0;
  }
  for (const Observation& x : data) {
    const double off = x.value - s.mean;
    const double off_log = std::log(x.value) - s.mean_log;
    s.variance += off * off / n;
    s.variance_log += off_log * off_log / n;
  }
  return s;
}

// A family over unbounded parameters: positive ones by their logarithm.
struct Form {
  std::vector<double> start;
  std::vector<bool> is_positive;
  Severity (*make)(const std::vector<double>& parameters, const Summary& summary);
};

Form form_of(FitFamily family, const Summary& s) {
  const double cv2 = std::max(s.variance / (s.mean * s.mean), 1e-3);
  const double sd_log = std::sqrt(std::max(s.variance_log, 1e-6));
  using Parameters = const std::vector<double>&;
  switch (family) {
    case FitFamily::exponential:
      return {{s.mean}, {true}, [](Parameters p, const Summary&) {
                return Severity{Exponential{p[0]}};
              }};
    case FitFamily::gamma:
      return {{1 / cv2, s.mean * cv2}, {true, true}, [](Parameters p, const Summary&) {
                return Severity{Gamma{p[0], p[1]}};
              }};
    case FitFamily::weibull:
      return {{1.2 / sd_log, s.mean}, {true, true}, [](Parameters p, const Summary&) {
                return Severity{Weibull{p[0], p[1]}};
              }};
    case FitFamily::lognormal:
      return {{s.mean_log, sd_log}, {false, true}, [](Parameters p, const Summary&) {
                return Severity{Lognormal{p[0], p[1]}};
              }};
    case FitFamily::pareto:
      return {{2, 2 * s.mean}, {true, true}, [](Parameters p, const Summary&) {
                return Severity{Pareto{p[0], p[1]}};
              }};
    case FitFamily::single_parameter_pareto:
      return {{1}, {true}, [](Parameters p, const Summary& of) {
                return Severity{SinglePareto{p[0], of.least}};
              }};
    case FitFamily::burr:
      return {{1, 1.8 / sd_log, std::exp(s.mean_log)},
              {true, true, true},
              [](Parameters p, const Summary&) { return Severity{Burr{p[0], p[1], p[2]}}; }};
    case FitFamily::inverse_gaussian:
      return {{s.mean, s.mean / cv2}, {true, true}, [](Parameters p, const Summary&) {
                return Severity{InverseGaussian{p[0], p[1]}};
              }};
    case FitFamily::loggamma:
      return {{s.mean_log * s.mean_log / (sd_log * sd_log), s.mean_log / (sd_log * sd_log)},
              {true, true},
              [](Parameters p, const Summary&) { return Severity{Loggamma{p[0], p[1]}}; }};
    case FitFamily::generalized_pareto:
      return {{s.mean, 0.2}, {true, false}, [](Parameters p, const Summary&) {
                return Severity{GeneralizedPareto{0, p[0], p[1]}};
              }};
  }
  return {};
}

// Standard errors from the inverse of minus the matrix of second differences.
std::vector<double> errors_of(const numerics::Surface& minus_log, const std::vector<double>& at) {
  const std::size_t n = at.size();
  std::vector<double> h(n);
  for (std::size_t i = 0; i < n; ++i) h[i] = 1e-4 * std::max(std::abs(at[i]), 1e-4);
  std::vector<std::vector<double>> m(n, std::vector<double>(2 * n, 0.0));
  const auto value = [&](std::size_t i, double si, std::size_t j, double sj) {
    std::vector<double> x = at;
    x[i] += si * h[i];
    x[j] += sj * h[j];
    return minus_log(x);
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      m[i][j] =
          (value(i, 1, j, 1) - value(i, 1, j, -1) - value(i, -1, j, 1) + value(i, -1, j, -1)) /
          (4 * h[i] * h[j]);
    m[i][n + i] = 1;
  }
  // Gauss and Jordan; no pivot above zero means no curvature and no error.
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r)
      if (std::abs(m[r][i]) > std::abs(m[pivot][i])) pivot = r;
    std::swap(m[i], m[pivot]);
    if (!(std::abs(m[i][i]) > 0)) return std::vector<double>(n, kNone);
    for (std::size_t c = 2 * n; c-- > i;) m[i][c] /= m[i][i];
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i) continue;
      for (std::size_t c = 2 * n; c-- > i;) m[r][c] -= m[r][i] * m[i][c];
    }
  }
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = m[i][n + i] > 0 ? std::sqrt(m[i][n + i]) : kNone;
  return out;
}

base::Result<void> check_data(FitFamily family, std::span<const Observation> data,
                              const Summary& s) {
  const std::size_t needed = parameter_names(family).size() + 1;
  if (s.whole < needed)
    return base::malformed("losses", std::to_string(s.whole),
                           "at least " + std::to_string(needed) +
                               " losses that are seen whole are needed for this family");
  for (const Observation& x : data) {
    if (!(x.value > 0) || !std::isfinite(x.value))
      return base::malformed("losses", base::number_text(x.value), "must be finite and above 0");
    if (!(x.truncation >= 0) || !(x.value > x.truncation))
      return base::malformed("losses", base::number_text(x.value),
                             "must exceed the point of truncation");
  }
  if (s.least == s.most)
    return base::malformed("losses", base::number_text(s.least), "must not all be equal");
  if (family == FitFamily::loggamma && s.least <= 1)
    return base::malformed("losses", base::number_text(s.least), "must exceed 1 for a loggamma",
                           "divide all amounts by a unit below the least");
  return {};
}

}  // namespace

std::vector<std::string> parameter_names(FitFamily family) {
  switch (family) {
    case FitFamily::exponential:
      return {"mean"};
    case FitFamily::gamma:
    case FitFamily::weibull:
    case FitFamily::pareto:
      return {"shape", "scale"};
    case FitFamily::lognormal:
      return {"meanlog", "sdlog"};
    case FitFamily::single_parameter_pareto:
      return {"shape"};
    case FitFamily::burr:
      return {"shape1", "shape2", "scale"};
    case FitFamily::inverse_gaussian:
      return {"mean", "shape"};
    case FitFamily::loggamma:
      return {"shapelog", "ratelog"};
    case FitFamily::generalized_pareto:
      return {"scale", "shape"};
  }
  return {};
}

double log_likelihood(const Severity& severity, std::span<const Observation> data) {
  double sum = 0;
  double truncation = -1;
  double log_seen = 0;
  for (const Observation& x : data) {
    if (x.truncation != truncation) {
      truncation = x.truncation;
      log_seen = truncation > 0 ? std::log(survival(severity, truncation)) : 0;
    }
    sum +=
        std::log(x.censored ? survival(severity, x.value) : density(severity, x.value)) - log_seen;
  }
  return sum;
}

base::Result<Fit> fit_family(FitFamily family, std::span<const Observation> data) {
  const Summary summary = summary_of(data);
  if (base::Result<void> fine = check_data(family, data, summary); !fine)
    return std::unexpected(fine.error());
  const Form form = form_of(family, summary);
  const auto natural = [&](const std::vector<double>& free) {
    std::vector<double> p = free;
    for (std::size_t i = 0; i < p.size(); ++i)
      if (form.is_positive[i]) p[i] = std::exp(p[i]);
    return p;
  };
  const numerics::Surface by_natural = [&](const std::vector<double>& p) {
    const Severity severity = form.make(p, summary);
    if (!fault_of(severity).empty()) return kInfinity;
    return -log_likelihood(severity, data);
  };
  const numerics::Surface by_free = [&](const std::vector<double>& free) {
    return by_natural(natural(free));
  };
  std::vector<double> start = form.start;
  for (std::size_t i = 0; i < start.size(); ++i)
    if (form.is_positive[i]) start[i] = std::log(start[i]);
  const numerics::Minimum best = numerics::minimize(by_free, start, 1e-11);
  Fit out;
  out.parameters = natural(best.at);
  // Where a closed form exists it is the answer to the last digit.
  const bool plain = !summary.any_censored && !summary.truncated;
  if (family == FitFamily::lognormal && plain)
    out.parameters = {summary.mean_log, std::sqrt(summary.variance_log)};
  if (family == FitFamily::exponential && plain) out.parameters = {summary.mean};
  out.severity = form.make(out.parameters, summary);
  out.log_likelihood = log_likelihood(out.severity, data);
  const auto k = static_cast<double>(out.parameters.size());
  out.aic = 2 * k - 2 * out.log_likelihood;
  out.bic = k * std::log(static_cast<double>(data.size())) - 2 * out.log_likelihood;
  out.standard_errors = errors_of(by_natural, out.parameters);
  out.converged = best.converged && std::isfinite(out.log_likelihood);
  // Where the data have a lighter tail than the family its likelihood rises towards a limit (of a
  // Pareto towards the exponential) and has no maximum.
  constexpr double kRunaway = 1e5;
  if (family == FitFamily::pareto || family == FitFamily::burr)
    out.converged = out.converged && out.parameters[0] < kRunaway;
  return out;
}

std::optional<Goodness> goodness_of(const Severity& severity, std::span<const Observation> data) {
  if (data.empty()) return std::nullopt;
  std::vector<double> u;
  const double truncation = data.front().truncation;
  const double seen = truncation > 0 ? survival(severity, truncation) : 1;
  const double unseen = truncation > 0 ? distribution(severity, truncation) : 0;
  for (const Observation& x : data) {
    if (x.censored || x.truncation != truncation) return std::nullopt;
    u.push_back((distribution(severity, x.value) - unseen) / seen);
  }
  std::ranges::sort(u);
  const auto n = static_cast<double>(u.size());
  Goodness out;
  double sum = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double below = static_cast<double>(i) / n;
    out.kolmogorov_smirnov = std::max({out.kolmogorov_smirnov, u[i] - below, below + 1 / n - u[i]});
    const double low = std::clamp(u[i], 1e-300, 1.0);
    const double high = std::clamp(1 - u[u.size() - 1 - i], 1e-16, 1.0);
    sum += (2 * static_cast<double>(i) + 1) * (std::log(low) + std::log(high));
  }
  out.anderson_darling = -n - sum / n;
  out.kolmogorov_smirnov_p = numerics::kolmogorov_p_value(out.kolmogorov_smirnov, n);
  out.anderson_darling_p = numerics::anderson_darling_p_value(out.anderson_darling);
  return out;
}

}  // namespace cofferdam::actuarial
