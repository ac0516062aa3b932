// SPDX-License-Identifier: Apache-2.0
//
// Value at risk and expected shortfall by simulation, with the error of the simulation. Factors
// move by x = sqrt(horizon) L z with L L' = covariance and independent normals z; a book of delta d
// and gamma G gains d'x + x'Gx / 2, and a holding of value v in factor i gains
// v (exp(x_i - horizon W_ii / 2) - 1), a lognormal move with mean zero.
//
// The normal of path k and factor i is a function of seed, k and i (Philox4x32-10), so the result
// does not depend on the number of threads. Antithetic paths use each z twice, as z and -z. Errors
// are standard deviations over twenty batches of paths, divided by the square root of twenty.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/stress/stress.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

inline constexpr std::uint64_t kPathsMin = 2'000;
inline constexpr std::uint64_t kPathsMax = 10'000'000;
inline constexpr std::uint64_t kPathCellsMax = 500'000'000;

struct MonteCarloInput {
  std::vector<double> delta;
  std::vector<std::vector<double>> gamma;
  std::vector<double> holdings;
  std::vector<std::vector<double>> covariance;
  double horizon = 1;
  std::uint64_t paths = 100'000;
  std::uint64_t seed = 1;
  bool antithetic = false;
  std::vector<double> confidences;

  static constexpr std::string_view kDoc =
      "Value at risk and expected shortfall by Monte Carlo, with the standard errors of both.";
  static constexpr std::string_view kSource =
      "Glasserman, Monte Carlo Methods in Financial Engineering, 2003, ch. 4 and 9; Salmon and "
      "others 2011 (Philox4x32-10)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("delta", self.delta, "change of value per unit of each factor's move");
    visit("gamma", self.gamma, "second derivatives, a symmetric matrix by rows; none: zero");
    visit("holdings", self.holdings, "values that move lognormally with each factor; none: zero");
    visit("covariance", self.covariance, "of the factors' moves in one period, by rows");
    visit("horizon", self.horizon, "number of periods; the covariance is multiplied");
    visit("paths", self.paths, "2,000 to 10,000,000, a multiple of 40");
    visit("seed", self.seed, "of the random numbers");
    visit("antithetic", self.antithetic, "use every normal twice, with both signs");
    visit("confidences", self.confidences, "above 0 and below 1; none: 0.95, 0.975, 0.99, 0.995");
  }
};

struct MonteCarloRow {
  double confidence = 0;
  double value_at_risk = 0;
  double value_at_risk_error = 0;
  double expected_shortfall = 0;
  double expected_shortfall_error = 0;
  std::optional<double> exact_value_at_risk;
  std::optional<double> exact_expected_shortfall;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("confidence", self.confidence, "as asked");
    visit("value_at_risk", self.value_at_risk, "a loss is positive");
    visit("value_at_risk_error", self.value_at_risk_error, "standard error of the simulation");
    visit("expected_shortfall", self.expected_shortfall, "mean of the worst 1 - confidence");
    visit("expected_shortfall_error", self.expected_shortfall_error, "likewise");
    visit("exact_value_at_risk", self.exact_value_at_risk,
          "by formula, where the outcome is normal: neither gamma nor holdings");
    visit("exact_expected_shortfall", self.exact_expected_shortfall, "likewise");
  }
};

struct MonteCarloOutput {
  std::uint64_t paths = 0;
  double mean = 0;
  double mean_error = 0;
  double deviation = 0;
  std::vector<MonteCarloRow> rows;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("paths", self.paths, "simulated");
    visit("mean", self.mean, "of the outcomes, profits positive");
    visit("mean_error", self.mean_error, "standard error of it");
    visit("deviation", self.deviation, "standard deviation of the outcomes");
    visit("rows", self.rows, "one for each confidence");
  }
};

[[nodiscard]] base::Result<MonteCarloOutput> monte_carlo_var(const MonteCarloInput& input);

// Of some batches' estimates: their standard error as one.
[[nodiscard]] double batch_error(const std::vector<double>& estimates);

}  // namespace cofferdam::stress
