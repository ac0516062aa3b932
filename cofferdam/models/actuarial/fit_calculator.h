// SPDX-License-Identifier: Apache-2.0
//
// Frequencies and severities fitted to data, side by side; and the tail above a threshold.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/actuarial/fit.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

struct FitInput {
  std::vector<double> losses;
  double truncation = 0;
  std::vector<double> truncations;
  std::optional<double> limit;
  std::vector<double> censored;
  std::vector<FitFamily> families;
  std::vector<double> counts;

  static constexpr std::string_view kDoc =
      "Maximum-likelihood fits of severities to losses (truncated, censored) and of frequencies to "
      "counts, with standard errors, AIC, BIC, Kolmogorov-Smirnov and Anderson-Darling.";
  static constexpr std::string_view kSource =
      "Klugman, Panjer and Willmot, Loss Models, 4th ed., ch. 13 to 16; Levin and Reeds 1977 for "
      "the negative binomial";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("losses", self.losses, "ground-up amounts, above 0, at most 1,000,000");
    visit("truncation", self.truncation,
          "losses at or below it were never reported (a deductible); 0 for none");
    visit("truncations", self.truncations,
          "instead of truncation: one for each of losses and censored, in that order");
    visit("limit", self.limit,
          "losses at or above it are known only to be at least that (censored)");
    visit("censored", self.censored,
          "further losses of which only this much is known: each is at least its amount");
    visit("families", self.families, "that are tried; none means all");
    visit("counts", self.counts, "numbers of losses in periods of equal exposure");
  }
};

struct FitRow {
  FitFamily family = FitFamily::exponential;
  std::string severity;
  std::vector<std::string> names;
  std::vector<double> parameters;
  std::vector<double> standard_errors;
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  double kolmogorov_smirnov = 0;
  double kolmogorov_smirnov_p = 0;
  double anderson_darling = 0;
  double anderson_darling_p = 0;
  double mean = 0;
  bool converged = false;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("family", self.family, "");
    visit("severity", self.severity, "as a model text reads it");
    visit("names", self.names, "of the parameters");
    visit("parameters", self.parameters, "");
    visit("standard_errors", self.standard_errors, "from the curvature; nan where there is none");
    visit("log_likelihood", self.log_likelihood, "");
    visit("aic", self.aic, "2 k - 2 log L");
    visit("bic", self.bic, "k log n - 2 log L");
    visit("kolmogorov_smirnov", self.kolmogorov_smirnov,
          "distance; nan with censored losses or several truncation points");
    visit("kolmogorov_smirnov_p", self.kolmogorov_smirnov_p,
          "as if the parameters had not been fitted to these data: too large");
    visit("anderson_darling", self.anderson_darling, "A^2");
    visit("anderson_darling_p", self.anderson_darling_p, "as above");
    visit("mean", self.mean, "of the fitted severity; infinity where there is none");
    visit("converged", self.converged, "");
    visit("note", self.note, "an infinite mean, and a limit that mends it; or why no fit");
  }
};

struct CountRow {
  std::string family;
  std::string frequency;
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("family", self.family, "that was asked of the data");
    visit("frequency", self.frequency, "as a model text reads it");
    visit("log_likelihood", self.log_likelihood, "");
    visit("aic", self.aic, "");
    visit("bic", self.bic, "");
    visit("note", self.note, "when the data are not of this family, what was used instead");
  }
};

struct FitOutput {
  std::vector<FitRow> severities;
  std::vector<CountRow> frequencies;
  double count_mean = 0;
  double count_variance = 0;
  double dispersion = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("severities", self.severities, "by AIC, the best first; those without a fit last");
    visit("frequencies", self.frequencies, "by AIC, the best first");
    visit("count_mean", self.count_mean, "");
    visit("count_variance", self.count_variance, "over n - 1");
    visit("dispersion", self.dispersion, "variance / mean: 1 for a Poisson");
  }
};

[[nodiscard]] base::Result<FitOutput> fit(const FitInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::FitFamily> {
  static constexpr std::array<std::string_view, 10> kNames{"exponential", "gamma",
                                                           "weibull",     "lognormal",
                                                           "pareto",      "single_parameter_pareto",
                                                           "burr",        "inverse_gaussian",
                                                           "loggamma",    "generalized_pareto"};
};
