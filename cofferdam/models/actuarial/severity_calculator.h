// SPDX-License-Identifier: Apache-2.0
//
// One distribution of losses under terms, and everything that is read from it.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/actuarial/coverage.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

inline constexpr std::size_t kPointsAskedMax = 10'000;
inline constexpr std::size_t kLossesMax = 1'000'000;

struct SeverityInput {
  std::string severity;
  std::vector<double> losses;
  double deductible = 0;
  DeductibleKind deductible_kind = DeductibleKind::ordinary;
  std::optional<double> limit;
  double coinsurance = 1;
  PaymentBasis basis = PaymentBasis::per_loss;
  std::vector<double> at;
  std::vector<double> levels{0.5, 0.9, 0.95, 0.99, 0.995, 0.999};

  static constexpr std::string_view kDoc =
      "A severity under deductible, limit and coinsurance: distribution, quantiles, moments, "
      "limited expected values, VaR and TVaR.";
  static constexpr std::string_view kSource =
      "Klugman, Panjer and Willmot, Loss Models, 4th ed.: chapters 3, 5, 8 and appendix A; Acerbi "
      "and Tasche 2002 for TVaR at atoms";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("severity", self.severity,
          "in the words of a model text, such as lognormal(mean 5e6, cv 2) or pareto(shape 3, "
          "scale 2000); see the guide for every family");
    visit("losses", self.losses,
          "instead of a severity: losses that were seen, each as likely; at most 1,000,000");
    visit("deductible", self.deductible, "from which on a loss is paid");
    visit(
        "deductible_kind", self.deductible_kind,
        "ordinary: what exceeds it is paid; franchise: the whole loss is paid when it exceeds it");
    visit("limit", self.limit,
          "the most that is paid of one loss, before coinsurance; null for none. Klugman's maximum "
          "covered loss u is deductible + limit");
    visit("coinsurance", self.coinsurance, "the part that is paid, above 0, at most 1");
    visit("basis", self.basis,
          "per_loss: every loss counts, paid or not; per_payment: given that there is a payment");
    visit("at", self.at, "points of interest, at most 10,000");
    visit("levels", self.levels, "probabilities of VaR and TVaR, from 0 to below 1");
  }
};

struct SeverityPoint {
  double x = 0;
  double density = 0;
  double distribution = 0;
  double survival = 0;
  double limited_expected_value = 0;
  double mean_excess = 0;
  double loss_elimination_ratio = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("x", self.x, "the point");
    visit("density", self.density, "of the continuous part");
    visit("distribution", self.distribution, "P(Y <= x)");
    visit("survival", self.survival, "P(Y > x)");
    visit("limited_expected_value", self.limited_expected_value, "E min(Y, x)");
    visit("mean_excess", self.mean_excess, "E(Y - x given Y > x); nan where nothing exceeds x");
    visit("loss_elimination_ratio", self.loss_elimination_ratio, "E min(Y, x) / E Y");
  }
};

struct RiskLevel {
  double level = 0;
  double var = 0;
  double tvar = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("level", self.level, "p");
    visit("var", self.var, "the least x with F(x) >= p");
    visit("tvar", self.tvar, "VaR + E(Y - VaR)+ / (1 - p)");
  }
};

struct SeverityOutput {
  std::string severity;
  double payment_probability = 0;
  double mean = 0;
  double variance = 0;
  double coefficient_of_variation = 0;
  double skewness = 0;
  double raw_moment_2 = 0;
  double raw_moment_3 = 0;
  double tail_index = 0;
  std::vector<SeverityPoint> points;
  std::vector<RiskLevel> risk;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("severity", self.severity, "with the family's own parameters");
    visit("payment_probability", self.payment_probability, "P(loss > deductible)");
    visit("mean", self.mean, "of the payment, as `basis` counts");
    visit("variance", self.variance, "");
    visit("coefficient_of_variation", self.coefficient_of_variation, "");
    visit("skewness", self.skewness, "third central moment over the variance to the power 3/2");
    visit("raw_moment_2", self.raw_moment_2, "E Y^2");
    visit("raw_moment_3", self.raw_moment_3, "E Y^3");
    visit("tail_index", self.tail_index,
          "xi of a tail like x^(-1/xi), of the loss before terms; 0 where every moment exists");
    visit("points", self.points, "one for each of `at`");
    visit("risk", self.risk, "one for each of `levels`");
    visit("note", self.note,
          "what a reader must know: an infinite mean, and a limit that mends it");
  }
};

[[nodiscard]] base::Result<SeverityOutput> severity_figures(const SeverityInput& input);

// For a loss without a finite mean: the sentence that says so and names a limit that makes it
// finite (the 99.5 % quantile), with the mean under that limit; empty when the mean is finite.
[[nodiscard]] std::string infinite_mean_note(const Payment& payment);

// Levels of VaR lie from 0 to below 1; at most kPointsAskedMax.
[[nodiscard]] base::Result<void> check_levels(const std::vector<double>& levels);
// A severity from its text, or else from losses.
[[nodiscard]] base::Result<Severity> severity_from(const std::string& text,
                                                   const std::vector<double>& losses);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::DeductibleKind> {
  static constexpr std::array<std::string_view, 2> kNames{"ordinary", "franchise"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::PaymentBasis> {
  static constexpr std::array<std::string_view, 2> kNames{"per_loss", "per_payment"};
};
