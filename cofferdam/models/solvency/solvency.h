// SPDX-License-Identifier: Apache-2.0
//
// The solvency report of an insurance pool: what its own funds must bear over the next year, by
// several measures side by side; whether they last over some years and in run-off; what breaks
// them; how sure the figures are; and what lower or higher premiums would do.
//
// The loss of a year is the sum of claims, the run-off of reserves beyond nothing (each reserve
// lognormal with its best estimate as mean), operational losses, and losses of assets: events of an
// asset (a stablecoin that loses its peg) and of a custodian. States of the world multiply the
// frequency of claims and the probability of asset events together, so that assets fail when claims
// come. Everything is one lattice: FFT for the sums, states mixed.
//
//   requirement = measure(loss of the year) - best estimate of reserves
//   ruin        surplus of each year = last + premium less expenses - loss, on a lattice; the
//   bounds
//               round premiums down and losses up, and the other way round
//   uncertainty a parametric bootstrap: the numbers and sizes that were observed are drawn anew
//   from
//               the model and fitted again; the mixture over the fits is the predictive loss
//
// The standard formula is like Solvency II's (Delegated Regulation (EU) 2015/35, articles 114 to
// 117, 200, 204, annex IV), with the shocks and deviations that the input gives.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::solvency {

inline constexpr std::size_t kSolvencyLinesMax = 100;
inline constexpr std::size_t kSolvencyAssetsMax = 200;
inline constexpr std::size_t kSolvencyStatesMax = 16;
inline constexpr std::uint32_t kBootstrapMax = 2'000;

struct SolvencyLine {
  std::string name;
  std::string model;
  std::string challenger;
  base::Amount sum_insured;
  base::Amount premium;
  double years_observed = 0;
  std::uint32_t losses_observed = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("model", self.model, "the claims of one year: a model text of one line");
    visit("challenger", self.challenger, "another model of the same claims; empty: the model");
    visit("sum_insured", self.sum_insured, "sum of the limits in force");
    visit("premium", self.premium, "of the next year, gross");
    visit("years_observed", self.years_observed,
          "over which its frequency was estimated; 0: it is certain");
    visit("losses_observed", self.losses_observed,
          "from which its severity was estimated, at most 10,000; 0: it is certain");
  }
};

struct SolvencyAsset {
  std::string name;
  std::string custodian;
  base::Amount amount;
  bool is_liquid = true;
  double shock = 0;
  double event_probability = 0;
  double event_loss = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("custodian", self.custodian, "that holds it, one of custodians; empty: none");
    visit("amount", self.amount, "value now");
    visit("is_liquid", self.is_liquid, "whether claims can be paid with it at once");
    visit("shock", self.shock, "the part that the standard formula takes off, 0 to 1");
    visit("event_probability", self.event_probability, "of a depeg or default in a year");
    visit("event_loss", self.event_loss, "the part of it that is lost then, 0 to 1");
  }
};

struct SolvencyCustodian {
  std::string name;
  double loss_probability = 0;
  double loss_part = 1;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("loss_probability", self.loss_probability, "of a loss in a year");
    visit("loss_part", self.loss_part, "the part of what it holds that is lost then, 0 to 1");
  }
};

struct SolvencyReserve {
  std::string name;
  base::Amount best_estimate;
  double cv = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("best_estimate", self.best_estimate, "expected payments for losses that happened");
    visit("cv", self.cv, "standard deviation over best estimate, as of the calculator reserve");
  }
};

struct SolvencyState {
  double probability = 1;
  double claims_factor = 1;
  double asset_factor = 1;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("probability", self.probability, "of this state of the world; all sum to 1");
    visit("claims_factor", self.claims_factor, "multiplies the frequency of claims");
    visit("asset_factor", self.asset_factor,
          "multiplies the probabilities of asset and custodian events, at most to 1");
  }
};

struct SolvencyInput {
  std::uint8_t scale = 2;
  std::vector<SolvencyLine> lines;
  std::vector<SolvencyAsset> assets;
  std::vector<SolvencyCustodian> custodians;
  std::vector<SolvencyReserve> reserves;
  std::vector<SolvencyState> states;
  std::string operational;
  double level = 0.995;
  std::uint32_t years = 5;
  double expense_ratio = 0.15;
  double gearing = 4.8;
  double premium_deviation = 0.13;
  double reserve_deviation = 0.2;
  double unexpired = 0.5;
  std::vector<double> payment_pattern{0.4, 0.3, 0.2, 0.1};
  std::uint32_t bootstrap = 100;
  std::uint64_t seed = 1;
  std::vector<double> loadings{0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3};
  double elasticity = 1;
  double step = 0;
  std::uint32_t points = 8'192;

  static constexpr std::string_view kDoc =
      "The solvency report of an insurance pool: capital by several measures, ruin, run-off, joint "
      "and reverse stress, parameter uncertainty, a challenger, coverage against affordability.";
  static constexpr std::string_view kSource =
      "Acerbi and Tasche 2002 (TVaR); Delegated Regulation (EU) 2015/35, articles 114 to 117, 200 "
      "and 204, annex IV; Efron and Tibshirani 1993 (bootstrap); Nexus Mutual (gearing)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 18");
    visit("lines", self.lines, "1 to 100 lines of covers, independent given the state");
    visit("assets", self.assets, "1 to 200");
    visit("custodians", self.custodians, "at most 200");
    visit("reserves", self.reserves, "at most 100");
    visit("states", self.states, "states of the world, at most 16; none: one");
    visit("operational", self.operational, "a model text of own operational losses in a year");
    visit("level", self.level, "of VaR and TVaR, above 0.5 and below 1");
    visit("years", self.years, "of the ruin probability, 1 to 30");
    visit("expense_ratio", self.expense_ratio, "part of premium, from 0 to below 1");
    visit("gearing", self.gearing, "sum insured over capital of the gearing rule");
    visit("premium_deviation", self.premium_deviation, "standard formula: sigma of premium risk");
    visit("reserve_deviation", self.reserve_deviation, "standard formula: sigma of reserve risk");
    visit("unexpired", self.unexpired,
          "run-off: the part of a year's claims that covers in force can still make, 0 to 1");
    visit("payment_pattern", self.payment_pattern,
          "run-off: parts of what is owed that fall due period by period, summing to 1");
    visit("bootstrap", self.bootstrap, "fits that are drawn anew, 0 to 2,000");
    visit("seed", self.seed, "of the bootstrap");
    visit("loadings", self.loadings,
          "premiums that are tried: (1 + loading) expected claims / (1 - expenses); at most 50");
    visit(
        "elasticity", self.elasticity,
        "demand falls like (premium / premium now) to the minus this; now: the lines' premiums, or "
        "without them a loading of 0");
    visit("step", self.step, "of the lattice, in whole units of money; 0 chooses one");
    visit("points", self.points, "of the lattice: a power of two from 1,024 to 65,536");
  }
};

struct CapitalRow {
  std::string measure;
  double loss = 0;
  double requirement = 0;
  double ratio = 0;
  bool is_met = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("measure", self.measure, "what it is");
    visit("loss", self.loss, "the measure of the loss; nan for rules that know none");
    visit("requirement", self.requirement, "of own funds");
    visit("ratio", self.ratio, "own funds over it");
    visit("is_met", self.is_met, "own funds are at least the requirement");
  }
};

struct RuinYear {
  std::uint32_t years = 0;
  double probability = 0;
  double lower = 0;
  double upper = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("years", self.years, "horizon, looked at once a year");
    visit("probability", self.probability, "that own funds were below zero by then: middle");
    visit("lower", self.lower, "bound: losses rounded down, premium up");
    visit("upper", self.upper, "bound: losses rounded up, premium down");
  }
};

struct StressRow {
  std::string event;
  double probability = 0;
  double loss = 0;
  double own_funds = 0;
  double with_claims = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("event", self.event, "");
    visit("probability", self.probability, "in a year, over the states");
    visit("loss", self.loss, "of assets");
    visit("own_funds", self.own_funds, "left after it");
    visit("with_claims", self.with_claims,
          "left after it and claims, less their mean, at the level: of all states");
  }
};

struct ReverseRow {
  std::string what;
  double size = 0;
  double probability = 0;
  bool is_found = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("what", self.what, "the smallest of these that empties the pool");
    visit("size", self.size, "");
    visit("probability", self.probability,
          "of at least that in a year; nan where none is modelled");
    visit("is_found", self.is_found, "false: nothing of this kind empties it");
  }
};

struct RunOffPeriod {
  double expected = 0;
  double stressed = 0;
  double liquid_left = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expected", self.expected, "payments");
    visit("stressed", self.stressed, "payments, if the whole comes to its quantile");
    visit("liquid_left", self.liquid_left, "liquid assets after them, below 0 where short");
  }
};

struct RunOff {
  double expected = 0;
  double quantile = 0;
  double probability_short = 0;
  std::vector<RunOffPeriod> periods;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expected", self.expected, "claims of covers in force, and reserves");
    visit("quantile", self.quantile, "of the same with asset losses, at the level");
    visit("probability_short", self.probability_short, "that assets do not suffice");
    visit("periods", self.periods, "by the payment pattern");
  }
};

struct Uncertainty {
  std::uint32_t fits = 0;
  std::uint32_t failed = 0;
  double var_point = 0;
  double var_lower = 0;
  double var_upper = 0;
  double var_predictive = 0;
  double tvar_point = 0;
  double tvar_predictive = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fits", self.fits, "that were drawn");
    visit("failed", self.failed, "of them with a line that could not be fitted: as it was");
    visit("var_point", self.var_point, "VaR of claims with the parameters given");
    visit("var_lower", self.var_lower, "5 % of the fits lie below");
    visit("var_upper", self.var_upper, "5 % of the fits lie above");
    visit("var_predictive", self.var_predictive, "VaR of the mixture over the fits");
    visit("tvar_point", self.tvar_point, "TVaR of claims with the parameters given");
    visit("tvar_predictive", self.tvar_predictive, "TVaR of the mixture");
  }
};

struct FrontierRow {
  double loading = 0;
  double rate = 0;
  double demand = 0;
  double coverage = 0;
  double ruin = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loading", self.loading, "");
    visit("rate", self.rate, "premium over sum insured; nan without sums insured");
    visit("demand", self.demand, "over that of now");
    visit("coverage", self.coverage, "sum insured");
    visit("ruin", self.ruin, "probability that a year's loss exceeds own funds and premium");
  }
};

struct AffordabilityRow {
  double ruin = 0;
  double loading = 0;
  double rate = 0;
  double coverage = 0;
  bool is_found = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("ruin", self.ruin, "that is accepted");
    visit("loading", self.loading, "the smallest of those tried that keeps to it");
    visit("rate", self.rate, "premium over sum insured");
    visit("coverage", self.coverage, "sum insured at that price");
    visit("is_found", self.is_found, "");
  }
};

struct SolvencyOutput {
  base::Amount assets;
  base::Amount reserves;
  base::SignedAmount own_funds;
  double expected_claims = 0;
  double expected_loss = 0;
  double step = 0;
  double lost_mass = 0;
  std::vector<CapitalRow> capital;
  std::vector<RuinYear> ruin;
  RunOff run_off;
  std::vector<StressRow> stress;
  std::vector<ReverseRow> reverse;
  Uncertainty uncertainty;
  std::vector<FrontierRow> frontier;
  std::vector<AffordabilityRow> affordability;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("assets", self.assets, "sum");
    visit("reserves", self.reserves, "sum of best estimates");
    visit("own_funds", self.own_funds, "assets less reserves");
    visit("expected_claims", self.expected_claims, "of a year, over the states");
    visit("expected_loss", self.expected_loss, "claims, reserves, operational and asset losses");
    visit("step", self.step, "of the lattice");
    visit("lost_mass", self.lost_mass, "probability beyond the lattice, of the joint loss");
    visit("capital", self.capital, "by each measure");
    visit("ruin", self.ruin, "year by year, premiums and the year's loss repeating themselves");
    visit("run_off", self.run_off, "no new covers");
    visit("stress", self.stress, "each asset and custodian event");
    visit("reverse", self.reverse, "");
    visit("uncertainty", self.uncertainty, "of claims, from what was observed");
    visit("frontier", self.frontier, "one for each loading");
    visit("affordability", self.affordability, "the lowest premium for an accepted ruin");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<SolvencyOutput> solvency(const SolvencyInput& input);

}  // namespace cofferdam::solvency
