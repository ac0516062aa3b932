// SPDX-License-Identifier: Apache-2.0
//
// Whether a value at risk held: its exceedances, counted and judged.
//
//   Kupiec (1995), proportion of failures, x of n at expected rate p = 1 - confidence:
//     LR_pof = -2 ln[(1-p)^(n-x) p^x] + 2 ln[(1-x/n)^(n-x) (x/n)^x]            ~ chi2(1)
//   Christoffersen (1998), with n_ij days in state j after state i (1: exceeded):
//     LR_ind = -2 ln[(1-q)^(n00+n10) q^(n01+n11)]
//              + 2 ln[(1-q01)^n00 q01^n01 (1-q11)^n10 q11^n11]                 ~ chi2(1)
//     LR_cc  = LR_pof + LR_ind                                                 ~ chi2(2)
//
// with 0 ln 0 = 0. The zones are the Basel Committee's (Supervisory framework for the use of
// backtesting, January 1996): yellow begins at the number of exceedances where P(X <= x) reaches
// 95 %, red where it reaches 99.99 %; for 250 days at 99 % that is 5 and 10, and there only the
// plus factor of its table 2 is given.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/stress/stress.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class BacktestZone : std::uint8_t { green, yellow, red };

struct BacktestInput {
  double confidence = 0.99;
  std::vector<double> outcomes;
  std::vector<double> value_at_risk;
  std::uint64_t days = 0;
  std::vector<std::uint64_t> exceedance_days;
  double significance = 0.05;

  static constexpr std::string_view kDoc =
      "Judges a value at risk on what came: Kupiec, Christoffersen, Basel zones.";
  static constexpr std::string_view kSource =
      "Kupiec 1995; Christoffersen 1998; Basel Committee, Supervisory framework for the use of "
      "backtesting, January 1996";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("confidence", self.confidence, "of the value at risk, above 0.5 and below 1");
    visit("outcomes", self.outcomes, "profits (positive) and losses, one a day, in order");
    visit("value_at_risk", self.value_at_risk, "forecast for each of those days, a loss positive");
    visit("days", self.days, "instead of the two: how many days were judged");
    visit("exceedance_days", self.exceedance_days,
          "instead of the two: numbers of the days that exceeded, from 1, rising");
    visit("significance", self.significance, "a test rejects when its p-value is below this");
  }
};

struct LikelihoodTest {
  double statistic = 0;
  double p_value = 1;
  bool rejects = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statistic", self.statistic, "likelihood ratio");
    visit("p_value", self.p_value, "probability of one at least as large if the model holds");
    visit("rejects", self.rejects, "the p-value is below the significance");
  }
};

struct BacktestOutput {
  std::uint64_t observations = 0;
  std::uint64_t exceedances = 0;
  double expected = 0;
  double rate = 0;
  LikelihoodTest kupiec;
  LikelihoodTest independence;
  LikelihoodTest conditional_coverage;
  std::uint64_t quiet_after_quiet = 0;
  std::uint64_t exceeded_after_quiet = 0;
  std::uint64_t quiet_after_exceeded = 0;
  std::uint64_t exceeded_after_exceeded = 0;
  BacktestZone zone = BacktestZone::green;
  double cumulative_probability = 0;
  std::uint64_t yellow_from = 0;
  std::uint64_t red_from = 0;
  std::optional<double> plus_factor;
  double mean_excess = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("observations", self.observations, "days");
    visit("exceedances", self.exceedances, "days that lost more than was forecast");
    visit("expected", self.expected, "observations x (1 - confidence)");
    visit("rate", self.rate, "exceedances / observations");
    visit("kupiec", self.kupiec, "whether there are too many or too few");
    visit("independence", self.independence, "whether they come in clusters");
    visit("conditional_coverage", self.conditional_coverage, "both at once");
    visit("quiet_after_quiet", self.quiet_after_quiet, "n00");
    visit("exceeded_after_quiet", self.exceeded_after_quiet, "n01");
    visit("quiet_after_exceeded", self.quiet_after_exceeded, "n10");
    visit("exceeded_after_exceeded", self.exceeded_after_exceeded, "n11");
    visit("zone", self.zone, "of the Basel framework");
    visit("cumulative_probability", self.cumulative_probability,
          "of at most this many exceedances if the model holds");
    visit("yellow_from", self.yellow_from, "first number of exceedances in the yellow zone");
    visit("red_from", self.red_from, "first number of exceedances in the red zone");
    visit("plus_factor", self.plus_factor, "of the multiplier; for 250 days at 0.99 only");
    visit("mean_excess", self.mean_excess, "of the exceedances over their forecasts; 0 without");
  }
};

[[nodiscard]] base::Result<BacktestOutput> backtest(const BacktestInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::BacktestZone> {
  static constexpr std::array<std::string_view, 3> kNames{"green", "yellow", "red"};
};
