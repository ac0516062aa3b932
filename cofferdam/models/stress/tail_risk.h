// SPDX-License-Identifier: Apache-2.0
//
// Value at risk and expected shortfall, of outcomes that are given or of moments.
//
//   losses x = -outcome;  VaR(p) = inf{x : F(x) >= p};  ES(p) = VaR + E[(x - VaR)+] / (1 - p)
//
// (Acerbi and Tasche, "On the coherence of expected shortfall", 2002: right at atoms too.) With n
// outcomes of equal weight VaR is the loss of rank ceil(n p). For moments mu, sigma, skewness tau
// and excess kurtosis kappa of the outcomes and z = N^-1(1 - p):
//
//   normal          VaR = -(mu + sigma z),     ES = -mu + sigma n(z) / (1 - p)
//   Cornish-Fisher  z is replaced by z + (z^2 - 1) tau / 6 + (z^3 - 3 z) kappa / 24
//                                      - (2 z^3 - 5 z) tau^2 / 36
//
// and ES is the mean of that over the tail. A book of sensitivities has, with delta d, gamma G and
// covariance W of the factors' moves (Hull, "Options, Futures, and Other Derivatives"):
//
//   mu = tr(GW) / 2,  sigma^2 = d'Wd + tr((GW)^2) / 2,
//   tau = (tr((GW)^3) + 3 d'WGWd) / sigma^3,  kappa = (3 tr((GW)^4) + 12 d'W(GW)^2 d) / sigma^4
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/stress/stress.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class TailMethod : std::uint8_t { historical, normal, cornish_fisher };
enum class QuantileRule : std::uint8_t { inverse_cdf, linear };

struct VarInput {
  TailMethod method = TailMethod::historical;
  QuantileRule quantile = QuantileRule::inverse_cdf;
  std::vector<double> outcomes;
  std::vector<double> weights;
  std::vector<double> delta;
  std::vector<std::vector<double>> gamma;
  std::vector<std::vector<double>> covariance;
  double horizon = 1;
  std::vector<double> confidences;

  static constexpr std::string_view kDoc =
      "Value at risk and expected shortfall, of outcomes or of a book's delta and gamma.";
  static constexpr std::string_view kSource =
      "Acerbi and Tasche 2002 (expected shortfall with the atom at the quantile split); Cornish "
      "and Fisher 1938; Hull, delta-gamma moments; Hyndman and Fan 1996 types 1 and 7";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("method", self.method, "historical: of the outcomes; normal, cornish_fisher: of moments");
    visit("quantile", self.quantile,
          "historical: inverse_cdf takes the loss of rank ceil(n p); linear interpolates between "
          "ranks (type 7) and is for outcomes of equal weight");
    visit("outcomes", self.outcomes, "profits (positive) and losses (negative), 2 to 1,000,000");
    visit("weights", self.weights, "historical: of the outcomes, any positive scale; none: equal");
    visit("delta", self.delta, "instead of outcomes: change of value per unit of each factor");
    visit("gamma", self.gamma, "second derivatives, a symmetric matrix by rows; none: zero");
    visit("covariance", self.covariance, "of the factors' moves in one period, by rows");
    visit("horizon", self.horizon, "with delta: number of periods; the covariance is multiplied");
    visit("confidences", self.confidences, "above 0 and below 1; none: 0.95, 0.975, 0.99, 0.995");
  }
};

struct TailRow {
  double confidence = 0;
  double value_at_risk = 0;
  double expected_shortfall = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("confidence", self.confidence, "as asked");
    visit("value_at_risk", self.value_at_risk, "a loss is positive");
    visit("expected_shortfall", self.expected_shortfall, "mean of the worst 1 - confidence");
  }
};

struct VarOutput {
  std::uint64_t observations = 0;
  double mean = 0;
  double deviation = 0;
  double skewness = 0;
  double excess_kurtosis = 0;
  bool is_monotone = true;
  std::vector<TailRow> rows;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("observations", self.observations, "outcomes; 0 for a book of sensitivities");
    visit("mean", self.mean, "of the outcomes, profits positive");
    visit("deviation", self.deviation, "standard deviation, divided by n");
    visit("skewness", self.skewness, "0 for a constant");
    visit("excess_kurtosis", self.excess_kurtosis, "0 for a normal distribution");
    visit("is_monotone", self.is_monotone,
          "false: these moments are outside what Cornish-Fisher can describe; its figures do not "
          "form a distribution");
    visit("rows", self.rows, "one for each confidence");
  }
};

[[nodiscard]] base::Result<VarOutput> value_at_risk(const VarInput& input);

// Of outcomes of equal weight, which it reorders: the loss of rank ceil(n p) and the mean of the
// worst n (1 - p). For millions of outcomes: one selection, one sum over the sorted tail.
struct Tail {
  double value_at_risk = 0;
  double expected_shortfall = 0;
};

[[nodiscard]] Tail tail_of(std::vector<double>& outcomes, double confidence);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::TailMethod> {
  static constexpr std::array<std::string_view, 3> kNames{"historical", "normal", "cornish_fisher"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::stress::QuantileRule> {
  static constexpr std::array<std::string_view, 2> kNames{"inverse_cdf", "linear"};
};
