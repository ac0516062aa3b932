// SPDX-License-Identifier: Apache-2.0
//
// The aggregate of a model text, with the certificate of its figures.
#pragma once

#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

namespace cofferdam::actuarial {

enum class AggregateMethod : std::uint8_t {
  fft,
  panjer,
  simulation,
  normal_power,
  translated_gamma
};

inline constexpr std::size_t kPanjerPointsMax = std::size_t{1} << 17;
inline constexpr std::size_t kPanjerCheckPoints = 4096;
inline constexpr double kSimulatedLossesMax = 5e7;

struct AggregateInput {
  std::string model;
  AggregateMethod method = AggregateMethod::fft;
  double step = 0;
  std::optional<std::uint64_t> points;
  std::optional<Discretization> discretization;
  std::uint32_t padding = 2;
  double tilt = 12;
  bool certificate = true;
  std::uint32_t simulations = 100'000;
  std::uint64_t seed = 1;
  std::vector<double> at;
  std::vector<double> levels{0.5, 0.9, 0.95, 0.99, 0.995, 0.999};
  std::uint32_t masses = 0;

  static constexpr std::string_view kDoc =
      "The distribution of all payments of a period from a one-line model, by FFT, Panjer's "
      "recursion, simulation, normal power or translated gamma, with an error certificate.";
  static constexpr std::string_view kSource =
      "Panjer 1981; Gruebel and Hermesmeier 1999 (tilted FFT); Klugman, Panjer and Willmot, Loss "
      "Models, 4th ed., ch. 9; Gerber 1982 and actuar's discretise for the four lattices";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("model", self.model,
          "such as: poisson 0.8 of lognormal(mean 5e6, cv 2) xs 250e3 limit 10e6; lines are joined "
          "by +; annual deductible and annual limit at the end");
    visit("method", self.method, "");
    visit(
        "step", self.step,
        "of the lattice; 0 chooses one that reaches far enough and is fine enough for the claims; "
        "where the sum lies far from 0 the lattice begins there");
    visit("points", self.points,
          "of the lattice: a power of two from 16 to 4,194,304; absent: 65,536, or with step 0 as "
          "many as keep mean and variance");
    visit("discretization", self.discretization,
          "rounding: to the nearest point; upper: down, a distribution function above the true "
          "one; lower: up, a distribution function below it; unbiased: the mean is kept; absent: "
          "rounding, or unbiased (with a note) where rounding would move the mean");
    visit("padding", self.padding, "fft: length of the transform over points: 1, 2, 4 or 8");
    visit("tilt", self.tilt,
          "fft: exponent of the tilt over the length of the transform, 0 for none, at most 40; "
          "what wraps around shrinks by exp(-tilt)");
    visit("certificate", self.certificate,
          "also computes the upper and lower lattices and compares with Panjer's recursion");
    visit("simulations", self.simulations, "simulation: years, at most 10,000,000");
    visit("seed", self.seed, "simulation: the same seed gives the same figures");
    visit("at", self.at, "amounts of interest, at most 10,000");
    visit("levels", self.levels, "probabilities of VaR and TVaR, from 0 to below 1");
    visit("masses", self.masses,
          "how many of the lattice's first probabilities to show, at most 10,000");
  }
};

struct AggregatePoint {
  double x = 0;
  double distribution = 0;
  double stop_loss = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("x", self.x, "the amount");
    visit("distribution", self.distribution, "P(S <= x)");
    visit("stop_loss", self.stop_loss, "E(S - x)+");
  }
};

struct AggregateRisk {
  double level = 0;
  double var = 0;
  double tvar = 0;
  double var_lower = 0;
  double var_upper = 0;
  double tvar_lower = 0;
  double tvar_upper = 0;
  double normal_power = 0;
  double translated_gamma = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("level", self.level, "p");
    visit("var", self.var, "the least amount with F >= p");
    visit("tvar", self.tvar, "VaR + E(S - VaR)+ / (1 - p)");
    visit("var_lower", self.var_lower,
          "bound from the lattice with losses too small; simulation: 95 % interval");
    visit("var_upper", self.var_upper, "bound from the lattice with losses too large");
    visit("tvar_lower", self.tvar_lower, "as of VaR; simulation: two standard errors");
    visit("tvar_upper", self.tvar_upper, "");
    visit("normal_power", self.normal_power,
          "the quantile by three moments, before annual terms; nan where they do not exist");
    visit("translated_gamma", self.translated_gamma, "the same by a translated gamma");
  }
};

struct ErrorCertificate {
  double lost_mass = 0;
  double aliasing_bound = 0;
  double negative_mass = 0;
  double rounding_bound = 0;
  double mean_error = 0;
  double variance_error = 0;
  double panjer_difference = 0;
  std::uint32_t panjer_points = 0;
  std::string verdict;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lost_mass", self.lost_mass, "probability beyond the end of the lattice");
    visit("aliasing_bound", self.aliasing_bound,
          "on the probability that wrapped around the transform and came back in");
    visit("negative_mass", self.negative_mass,
          "sum of the probabilities that rounding made negative; they were set to zero");
    visit("rounding_bound", self.rounding_bound,
          "on one probability: machine precision times log2 of the length times exp(tilt part)");
    visit("mean_error", self.mean_error, "of the lattice against the model, relative");
    visit("variance_error", self.variance_error, "the same");
    visit("panjer_difference", self.panjer_difference,
          "largest difference to Panjer's recursion on the same lattice; nan when it has none");
    visit("panjer_points", self.panjer_points, "places that were compared, from the first");
    visit("verdict", self.verdict, "what to do, in words; empty when nothing is to be done");
  }
};

struct AggregateOutput {
  double mean = 0;
  double variance = 0;
  double skewness = 0;
  double paid_mean = 0;
  double probability_of_zero = 0;
  double step = 0;
  std::uint32_t points_used = 0;
  std::vector<AggregatePoint> points;
  std::vector<AggregateRisk> risk;
  std::optional<ErrorCertificate> certificate;
  std::vector<double> masses;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mean", self.mean, "of the model, from its formulas, before annual terms");
    visit("variance", self.variance, "the same");
    visit("skewness", self.skewness, "the same");
    visit("paid_mean", self.paid_mean, "of the answer, after annual terms");
    visit("probability_of_zero", self.probability_of_zero, "that nothing is paid");
    visit("step", self.step, "of the lattice; 0 where there is none");
    visit("points_used", self.points_used, "places of the lattice");
    visit("points", self.points, "one for each of `at`");
    visit("risk", self.risk, "one for each of `levels`");
    visit("certificate", self.certificate, "of a lattice, when asked for");
    visit("masses", self.masses,
          "P(S = 0), P(S = step), .. before annual terms; 0 before the lattice's first point");
    visit("note", self.note, "what a reader must know");
  }
};

[[nodiscard]] base::Result<AggregateOutput> aggregate_figures(const AggregateInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::AggregateMethod> {
  static constexpr std::array<std::string_view, 5> kNames{"fft", "panjer", "simulation",
                                                          "normal_power", "translated_gamma"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::Discretization> {
  static constexpr std::array<std::string_view, 4> kNames{"rounding", "upper", "lower", "unbiased"};
};
