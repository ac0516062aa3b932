// SPDX-License-Identifier: Apache-2.0
//
// Maximum likelihood for losses that were seen in part: left truncation (a loss below the
// deductible was never reported) and right censoring (of a loss above the limit only that is
// known). The contribution of a loss x above its deductible d is f(x)/S(d), of a censored one
// S(x)/S(d) (Klugman et al. 15.2.3).
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/actuarial/frequency.h"
#include "cofferdam/models/actuarial/severity.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

enum class FitFamily : std::uint8_t {
  exponential,
  gamma,
  weibull,
  lognormal,
  pareto,
  single_parameter_pareto,
  burr,
  inverse_gaussian,
  loggamma,
  generalized_pareto
};

struct Observation {
  double value = 0;
  double truncation = 0;  // nothing at or below it could be seen
  bool censored = false;  // the loss is at least the value
};

struct Fit {
  Severity severity;
  std::vector<double> parameters;
  std::vector<double> standard_errors;  // from the curvature of the log-likelihood; NaN without one
  double log_likelihood = 0;
  double aic = 0;  // 2 k - 2 log L
  double bic = 0;  // k log n - 2 log L
  bool converged = false;
};

// Of the parameters of a family, in the order of its struct.
[[nodiscard]] std::vector<std::string> parameter_names(FitFamily family);

[[nodiscard]] double log_likelihood(const Severity& severity, std::span<const Observation> data);

// What the family cannot be: an error that names the data's fault.
[[nodiscard]] base::Result<Fit> fit_family(FitFamily family, std::span<const Observation> data);

// Distances between the fitted and the empirical distribution of losses that were all seen whole
// above one truncation point.
struct Goodness {
  double kolmogorov_smirnov = 0;
  double kolmogorov_smirnov_p =
      0;  // too large, because the parameters were fitted to the same data
  double anderson_darling = 0;
  double anderson_darling_p = 0;
};

// nullopt when there are censored losses or different truncation points.
[[nodiscard]] std::optional<Goodness> goodness_of(const Severity& severity,
                                                  std::span<const Observation> data);

struct CountFit {
  Frequency frequency;
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  double mean = 0;
  double variance = 0;
  std::string note;  // when the data are not of this family: what was used instead, and why
};

// Poisson, binomial and negative binomial by maximum likelihood from numbers of losses in periods
// of equal exposure. Counts with a variance at or below the mean have no negative binomial: the
// answer is the Poisson, and says so; over-dispersed counts have no binomial in the same way.
[[nodiscard]] CountFit fit_poisson(std::span<const double> counts);
[[nodiscard]] CountFit fit_negative_binomial(std::span<const double> counts);
[[nodiscard]] CountFit fit_binomial(std::span<const double> counts);

}  // namespace cofferdam::actuarial
