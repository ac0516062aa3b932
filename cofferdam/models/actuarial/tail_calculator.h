// SPDX-License-Identifier: Apache-2.0
//
// Peaks over threshold with what a reader needs to judge the threshold: stability over many,
// intervals by profile likelihood, Hill's estimator. A tail without a finite mean is said to be so,
// and the answer names a limit that makes the mean finite.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/actuarial/tail.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

struct TailInput {
  std::vector<double> losses;
  double threshold = 0;
  std::vector<double> thresholds;
  std::vector<double> levels{0.99, 0.995, 0.999};
  double confidence = 0.95;
  std::optional<double> limit;
  std::vector<std::uint32_t> hill_orders;

  static constexpr std::string_view kDoc =
      "The generalized Pareto tail of losses above a threshold: fit, profile intervals, stability "
      "over thresholds, VaR and expected shortfall, Hill's estimator; an infinite mean is refused "
      "for an unlimited cover.";
  static constexpr std::string_view kSource =
      "McNeil, Frey and Embrechts, Quantitative Risk Management, 2nd ed. 2015, ch. 5; Grimshaw "
      "1993; Smith 1987; Hill 1975";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("losses", self.losses, "at most 1,000,000, all of them, also those below the threshold");
    visit("threshold", self.threshold, "u; at least 10 losses must exceed it");
    visit("thresholds", self.thresholds,
          "for the stability table, at most 1,000; those with fewer than 10 losses above them are "
          "listed without a fit");
    visit("levels", self.levels, "probabilities of VaR and expected shortfall of one loss");
    visit("confidence", self.confidence, "of the intervals");
    visit("limit", self.limit,
          "the most that a cover pays above the threshold; null for unlimited");
    visit("hill_orders", self.hill_orders,
          "numbers k of upper order statistics for Hill, at most 1,000");
  }
};

struct TailThreshold {
  double threshold = 0;
  std::uint32_t excesses = 0;
  double shape = 0;
  double shape_error = 0;
  double scale = 0;
  double modified_scale = 0;
  double mean_excess = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("threshold", self.threshold, "u");
    visit("excesses", self.excesses, "losses above it");
    visit("shape", self.shape, "xi; constant over thresholds where the tail is generalized Pareto");
    visit("shape_error", self.shape_error, "asymptotic standard error");
    visit("scale", self.scale, "beta");
    visit("modified_scale", self.modified_scale, "beta - xi u; constant in the same way");
    visit("mean_excess", self.mean_excess, "of the losses above it");
  }
};

struct TailRisk {
  double level = 0;
  double var = 0;
  double var_lower = 0;
  double var_upper = 0;
  double expected_shortfall = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("level", self.level, "p");
    visit("var", self.var, "nan where the level lies below the threshold's");
    visit("var_lower", self.var_lower, "profile likelihood");
    visit("var_upper", self.var_upper, "profile likelihood");
    visit("expected_shortfall", self.expected_shortfall, "infinity for xi >= 1");
  }
};

struct HillPoint {
  std::uint32_t order = 0;
  double index = 0;
  double standard_error = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("order", self.order, "k");
    visit("index", self.index, "mean of log(X_(i)/X_(k+1)), an estimate of xi > 0");
    visit("standard_error", self.standard_error, "index / sqrt(k)");
  }
};

struct TailOutput {
  double threshold = 0;
  std::uint32_t losses = 0;
  std::uint32_t excesses = 0;
  double scale = 0;
  double scale_error = 0;
  double shape = 0;
  double shape_error = 0;
  double shape_lower = 0;
  double shape_upper = 0;
  double log_likelihood = 0;
  bool mean_is_finite = false;
  double mean_excess = 0;
  double suggested_limit = 0;
  double limited_mean_excess = 0;
  std::vector<TailRisk> risk;
  std::vector<TailThreshold> stability;
  std::vector<HillPoint> hill;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("threshold", self.threshold, "u");
    visit("losses", self.losses, "n");
    visit("excesses", self.excesses, "n_u");
    visit("scale", self.scale, "beta");
    visit("scale_error", self.scale_error, "asymptotic standard error");
    visit("shape", self.shape, "xi");
    visit("shape_error", self.shape_error, "asymptotic standard error, (1 + xi)/sqrt(n_u)");
    visit("shape_lower", self.shape_lower, "profile likelihood");
    visit("shape_upper", self.shape_upper, "profile likelihood");
    visit("log_likelihood", self.log_likelihood, "of the excesses");
    visit("mean_is_finite", self.mean_is_finite, "xi < 1");
    visit("mean_excess", self.mean_excess, "beta/(1 - xi); infinity for xi >= 1");
    visit("suggested_limit", self.suggested_limit,
          "the limit given, or the 99.5 % quantile of the excess: a cover that stops there has a "
          "finite mean");
    visit("limited_mean_excess", self.limited_mean_excess,
          "E min(excess, suggested_limit) of a loss above the threshold");
    visit("risk", self.risk, "one for each of `levels`");
    visit("stability", self.stability, "one for each of `thresholds`");
    visit("hill", self.hill, "one for each of `hill_orders`");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<TailOutput> tail(const TailInput& input);

}  // namespace cofferdam::actuarial
