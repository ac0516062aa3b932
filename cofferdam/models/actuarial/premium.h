// SPDX-License-Identifier: Apache-2.0
//
// Premium principles on a distribution of payments (Kaas, Goovaerts, Dhaene and Denuit 2008, ch. 5;
// Wang 1996; Mildenhall and Major 2022):
//
//   expected value    (1 + theta) E            Esscher        E[S e^(hS)] / E e^(hS)
//   variance          E + a Var                Dutch          E + theta E(S - alpha E)+
//   standard dev.     E + b sd                 PH             int S(x)^(1/rho) dx
//   exponential       log E e^(aS) / a         Wang           int Phi(Phi^-1(S(x)) + lambda) dx
//   TVaR              TVaR_p                   dual power     int 1 - (1 - S(x))^kappa dx
//   MINMAXVAR         int 1 - (1 - S(x)^(1/(1 + lambda)))^(1 + lambda) dx (Cherny and Madan 2009)
//   cost of capital   (E + r K) / (1 + r), K = TVaR_p or VaR_p
//
// and what a policyholder pays is premium / (1 - expenses).
//
// A layer of width m with K reinstatements pays at most (K + 1) m in a year; each payment buys back
// what it used up at a price of c_k P for a whole layer, pro rata by amount, P the initial premium:
//
//   P = E min(S, (K + 1) m) / (1 + sum over k of c_k E min((S - (k - 1) m)+, m)/m)  (Sundt 1991)
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/lattice.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

enum class CapitalMeasure : std::uint8_t { tvar, var };

struct PremiumInput {
  std::string model;
  double step = 0;
  std::optional<std::uint64_t> points;
  Discretization discretization = Discretization::unbiased;
  std::optional<double> expected_value_loading;
  std::optional<double> variance_loading;
  std::optional<double> standard_deviation_loading;
  std::optional<double> exponential_aversion;
  std::optional<double> esscher_h;
  std::optional<double> dutch_theta;
  double dutch_alpha = 1;
  std::optional<double> proportional_hazard_rho;
  std::optional<double> wang_lambda;
  std::optional<double> dual_power_kappa;
  std::optional<double> minmaxvar_lambda;
  std::optional<double> tvar_level;
  std::optional<double> cost_of_capital_rate;
  double capital_level = 0.995;
  CapitalMeasure capital_measure = CapitalMeasure::tvar;
  double expense_ratio = 0;
  std::vector<double> reinstatements;

  static constexpr std::string_view kDoc =
      "Premiums of a model by the principles that are asked for: expected value, variance, "
      "standard deviation, exponential, Esscher, Dutch, proportional hazard, Wang, dual power, "
      "MINMAXVAR, TVaR and cost of capital; the initial premium of a layer with reinstatements.";
  static constexpr std::string_view kSource =
      "Kaas, Goovaerts, Dhaene and Denuit, Modern Actuarial Risk Theory, 2nd ed. 2008, ch. 5; Wang "
      "1996 (proportional hazard, dual power), 2000 (Wang transform); Cherny and Madan 2009 "
      "(MINMAXVAR)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("model", self.model, "a model text, such as poisson 3 of gamma(shape 2, scale 500)");
    visit("step", self.step, "of the lattice; 0 chooses one");
    visit("points", self.points,
          "of the lattice: a power of two from 16 to 4,194,304; absent: 65,536, or with step 0 as "
          "many as keep mean and variance");
    visit("discretization", self.discretization, "unbiased keeps the mean");
    visit("expected_value_loading", self.expected_value_loading, "theta, not below 0");
    visit("variance_loading", self.variance_loading, "a, not below 0");
    visit("standard_deviation_loading", self.standard_deviation_loading, "b, not below 0");
    visit("exponential_aversion", self.exponential_aversion, "a, above 0, per unit of money");
    visit("esscher_h", self.esscher_h, "h, above 0, per unit of money");
    visit("dutch_theta", self.dutch_theta, "theta, from 0 to 1");
    visit("dutch_alpha", self.dutch_alpha, "alpha, at least 1");
    visit("proportional_hazard_rho", self.proportional_hazard_rho, "rho, at least 1");
    visit("wang_lambda", self.wang_lambda, "lambda, not below 0");
    visit("dual_power_kappa", self.dual_power_kappa, "kappa, at least 1");
    visit("minmaxvar_lambda", self.minmaxvar_lambda, "lambda, not below 0");
    visit("tvar_level", self.tvar_level, "p, from 0 to below 1");
    visit("cost_of_capital_rate", self.cost_of_capital_rate,
          "r, the return on capital per period, not below 0");
    visit("capital_level", self.capital_level, "p of the capital behind the cost of capital");
    visit("capital_measure", self.capital_measure, "tvar or var");
    visit("expense_ratio", self.expense_ratio, "part of the gross premium, from 0 to below 1");
    visit(
        "reinstatements", self.reinstatements,
        "the price of each, as part of the initial premium: 1 is 100 %; at most 100. The model is "
        "one line with a limit and without annual terms");
  }
};

struct PremiumRow {
  std::string principle;
  double parameter = 0;
  double premium = 0;
  double loading = 0;
  double gross = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principle", self.principle, "");
    visit("parameter", self.parameter, "");
    visit("premium", self.premium, "infinity where the principle has no finite answer");
    visit("loading", self.loading, "premium / mean - 1");
    visit("gross", self.gross, "premium / (1 - expense_ratio)");
  }
};

struct ReinstatementPremium {
  double annual_limit = 0;
  double payments = 0;
  double expected_reinstatements = 0;
  double initial = 0;
  double whole = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("annual_limit", self.annual_limit, "(K + 1) m: the most that the layer pays");
    visit("payments", self.payments, "expected, under that limit");
    visit("expected_reinstatements", self.expected_reinstatements,
          "of premium, as part of the initial one");
    visit("initial", self.initial, "P: the pure initial premium");
    visit("whole", self.whole, "P and the reinstatement premiums expected: the payments expected");
  }
};

struct PremiumOutput {
  double mean = 0;
  double standard_deviation = 0;
  double capital = 0;
  double lost_mass = 0;
  std::vector<PremiumRow> premiums;
  std::optional<ReinstatementPremium> reinstatement;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mean", self.mean, "of what is paid: the pure premium");
    visit("standard_deviation", self.standard_deviation, "");
    visit("capital", self.capital, "the measure at capital_level");
    visit("lost_mass", self.lost_mass, "probability beyond the lattice");
    visit("premiums", self.premiums, "those that were asked for");
    visit("reinstatement", self.reinstatement, "of a layer with reinstatements");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<PremiumOutput> premium(const PremiumInput& input);

// The integral of g(S(x)) over a lattice: a distorted expectation.
template <class Distortion>
[[nodiscard]] double distorted_mean(const Lattice& lattice, AnnualTerms terms,
                                    const Distortion& g) {
  double total = 0;
  for (const double m : lattice.mass) total += m;
  double above = total;
  double sum = 0;
  double value = 0;
  for (std::size_t i = 0; i < lattice.mass.size(); ++i) {
    above = above > lattice.mass[i] ? above - lattice.mass[i] : 0;
    double next = lattice.at(i + 1) - terms.deductible;
    next = next < 0 ? 0 : (next > terms.limit ? terms.limit : next);
    if (next > value && above > 0) sum += (next - value) * g(above);
    value = next;
  }
  return sum;
}

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::CapitalMeasure> {
  static constexpr std::array<std::string_view, 2> kNames{"tvar", "var"};
};
