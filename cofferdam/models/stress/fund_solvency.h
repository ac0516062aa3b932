// SPDX-License-Identifier: Apache-2.0
//
// Whether a fund stands the losses of a horizon: its coverage at a confidence, the probability that
// losses exceed it, what would stay uncovered, what it should receive to reach its target, and the
// open interest that it could carry as it is. With available A = fund (1 - haircut) and loss L:
//
//   coverage(p) = A / VaR(p),  exceeded = P(L > A),  uncovered = E[(L - A)+]
//   required(p) = target x VaR(p) / (1 - haircut)
//
// L is a list of outcomes of equal weight, a lognormal loss (closed form), or a Poisson number of
// lognormal losses, simulated: the draws of path k depend on seed and k alone.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/stress/stress.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class FundLossModel : std::uint8_t { losses, lognormal, compound_poisson };

struct FundSolvencyInput {
  double fund = 0;
  double haircut = 0;
  double open_interest = 0;
  FundLossModel model = FundLossModel::losses;
  std::vector<double> losses;
  double mu = 0;
  double sigma = 1;
  double frequency = 1;
  std::uint64_t paths = 100'000;
  std::uint64_t seed = 1;
  std::vector<double> confidences;
  double target = 1;
  std::uint32_t periods = 12;

  static constexpr std::array<std::string_view, 1> kRequired{"fund"};
  static constexpr std::string_view kDoc =
      "Whether a fund stands the losses of a horizon: coverage, chance of exhaustion, what it "
      "needs.";
  static constexpr std::string_view kSource =
      "Klugman, Panjer and Willmot, Loss Models, 4th ed. (lognormal, compound Poisson); Acerbi and "
      "Tasche 2002 (expected shortfall)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "what it holds");
    visit("haircut", self.haircut, "part of it that may be lost when it is needed, below 1");
    visit("open_interest", self.open_interest, "that it stands behind, in the same money; 0: none");
    visit("model", self.model, "of the loss of the horizon");
    visit("losses", self.losses, "losses: outcomes of the horizon, not negative, 1 to 1,000,000");
    visit("mu", self.mu, "lognormal, compound_poisson: mean of the logarithm of a loss");
    visit("sigma", self.sigma, "and its deviation, above 0, at most 10");
    visit("frequency", self.frequency, "compound_poisson: losses expected in the horizon, to 500");
    visit("paths", self.paths, "compound_poisson: 2,000 to 1,000,000, a multiple of 40");
    visit("seed", self.seed, "compound_poisson: of the random numbers");
    visit("confidences", self.confidences, "above 0 and below 1; none: 0.95, 0.99, 0.995");
    visit("target", self.target, "coverage that is aimed at");
    visit("periods", self.periods, "in which the contributions are to reach it, 1 to 1,000");
  }
};

struct FundSolvencyRow {
  double confidence = 0;
  double value_at_risk = 0;
  double expected_shortfall = 0;
  double coverage = 0;
  double coverage_of_shortfall = 0;
  double required_fund = 0;
  double contribution = 0;
  double open_interest_max = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("confidence", self.confidence, "as asked");
    visit("value_at_risk", self.value_at_risk, "of the loss");
    visit("expected_shortfall", self.expected_shortfall, "mean of the worst 1 - confidence");
    visit("coverage", self.coverage, "available / value at risk; infinity: nothing to cover");
    visit("coverage_of_shortfall", self.coverage_of_shortfall, "available / expected shortfall");
    visit("required_fund", self.required_fund, "for the target");
    visit("contribution", self.contribution, "in each period, to reach it");
    visit("open_interest_max", self.open_interest_max,
          "that the fund could stand behind at the target, losses growing with it");
  }
};

struct FundSolvencyOutput {
  double available = 0;
  double mean_loss = 0;
  double exceeded = 0;
  double exceeded_error = 0;
  double uncovered = 0;
  double uncovered_error = 0;
  double fund_to_open_interest = 0;
  std::vector<FundSolvencyRow> rows;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("available", self.available, "fund less haircut");
    visit("mean_loss", self.mean_loss, "of the horizon");
    visit("exceeded", self.exceeded, "probability that losses exceed what is available");
    visit("exceeded_error", self.exceeded_error, "standard error, where it is simulated");
    visit("uncovered", self.uncovered, "expected loss beyond it");
    visit("uncovered_error", self.uncovered_error, "standard error, where it is simulated");
    visit("fund_to_open_interest", self.fund_to_open_interest, "0 without open interest");
    visit("rows", self.rows, "one for each confidence");
  }
};

[[nodiscard]] base::Result<FundSolvencyOutput> fund_solvency(const FundSolvencyInput& input);

// The losses of one period of a path: a Poisson number of lognormal losses. A function of its
// arguments; `count` says how many there were.
struct CompoundDraw {
  double sum = 0;
  std::uint32_t count = 0;
};

struct CompoundLoss {
  double frequency = 0;
  double mu = 0;
  double sigma = 0;
  std::uint64_t seed = 0;

  [[nodiscard]] CompoundDraw draw(std::uint64_t path, std::uint32_t period) const;
};

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::FundLossModel> {
  static constexpr std::array<std::string_view, 3> kNames{"losses", "lognormal",
                                                          "compound_poisson"};
};
