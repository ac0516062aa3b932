// SPDX-License-Identifier: Apache-2.0
//
// The solvency report against closed forms and sums by hand.
#include "cofferdam/models/solvency/solvency.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>

namespace cofferdam::solvency {
namespace {

base::Amount money(std::uint64_t whole) {
  return base::Amount(base::u128{whole} * 100);
}

// One exponential loss of mean 10 a year, 60 of assets.
SolvencyInput exponential_pool() {
  SolvencyInput in;
  in.lines = {{.name = "a",
               .model = "fixed 1 of exponential(mean 10)",
               .sum_insured = money(240),
               .premium = money(16)}};
  in.assets = {{.name = "cash", .amount = money(60)}};
  in.expense_ratio = 0.25;
  in.step = 0.025;
  in.points = 8'192;
  in.loadings = {0, 0.5, 1};
  return in;
}

SolvencyOutput solved(const SolvencyInput& in) {
  const base::Result<SolvencyOutput> out = solvency(in);
  EXPECT_TRUE(out.has_value()) << out.error().text();
  return out ? *out : SolvencyOutput{};
}

CapitalRow row_of(const SolvencyOutput& out, std::string_view measure) {
  for (const CapitalRow& row : out.capital)
    if (row.measure == measure) return row;
  ADD_FAILURE() << "no row " << measure;
  return {};
}

TEST(Solvency, OfOneExponentialLossIsItsClosedForm) {
  const SolvencyOutput out = solved(exponential_pool());
  const double var = -10 * std::log(0.005);
  EXPECT_NEAR(row_of(out, "VaR of claims").loss, var, 0.03);
  EXPECT_NEAR(row_of(out, "TVaR of claims").loss, var + 10, 0.03);
  EXPECT_EQ(out.own_funds, base::SignedAmount(6'000));
  EXPECT_NEAR(out.expected_claims, 10, 1e-12);
  EXPECT_NEAR(row_of(out, "VaR of the joint loss").ratio, 60 / var, 1e-3);
  EXPECT_TRUE(row_of(out, "VaR of claims").is_met);
  EXPECT_FALSE(row_of(out, "TVaR of claims").is_met);
  EXPECT_NEAR(row_of(out, "gearing").requirement, 50, 1e-12);
}

// psi_1(u) = e^-(u + c)/m, and psi_2(u) = psi_1(u) + (u + c)/m e^-(u + 2 c)/m.
TEST(Solvency, RuinAfterOneAndTwoYearsIsItsClosedForm) {
  SolvencyInput in = exponential_pool();
  in.assets[0].amount = money(20);
  in.years = 2;
  const SolvencyOutput out = solved(in);
  const double u = 20, c = 12, m = 10;
  const double one = std::exp(-(u + c) / m);
  const double two = one + (u + c) / m * std::exp(-(u + 2 * c) / m);
  ASSERT_EQ(out.ruin.size(), 2U);
  EXPECT_NEAR(out.ruin[0].probability, one, 2e-4);
  EXPECT_NEAR(out.ruin[1].probability, two, 2e-4);
  EXPECT_LE(out.ruin[0].lower, one);
  EXPECT_GE(out.ruin[0].upper, one);
  EXPECT_LE(out.ruin[1].lower, two);
  EXPECT_GE(out.ruin[1].upper, two);
  EXPECT_NEAR(out.reverse[0].probability, one, 1e-4);
}

TEST(Solvency, AssetEventsAreSummedOverAllCombinations) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "binomial(trials 1, probability 0.02) of constant 30";
  in.custodians = {{.name = "vault", .loss_probability = 0.01, .loss_part = 0.5}};
  in.assets = {{.name = "coin",
                .custodian = "vault",
                .amount = money(40),
                .event_probability = 0.03,
                .event_loss = 0.25},
               {.name = "cash", .amount = money(20)}};
  in.states = {{.probability = 0.9}, {.probability = 0.1, .claims_factor = 5, .asset_factor = 10}};
  in.level = 0.99;
  const SolvencyOutput out = solved(in);
  // Claim 30, depeg 10, custody 20; in crisis with probabilities 0.1, 0.3, 0.1.
  const double p[2][3] = {{0.02, 0.03, 0.01}, {0.1, 0.3, 0.1}};
  const double amount[3] = {30, 10, 20};
  double at_least[61] = {};
  double mean = 0;
  for (int s = 0; s < 2; ++s)
    for (int set = 0; set < 8; ++set) {
      double mass = s == 0 ? 0.9 : 0.1, loss = 0;
      for (int i = 0; i < 3; ++i) {
        const bool hit = (set >> i & 1) != 0;
        mass *= hit ? p[s][i] : 1 - p[s][i];
        loss += hit ? amount[i] : 0;
      }
      mean += mass * loss;
      for (int x = 0; x <= static_cast<int>(loss); ++x) at_least[x] += mass;
    }
  double var = 0;
  for (int x = 60; x > 0; --x)
    if (at_least[x] > 0.01 + 1e-12) {
      var = x;
      break;
    }
  EXPECT_NEAR(row_of(out, "VaR of the joint loss").loss, var, 1e-9);
  double beyond = 0;
  for (int x = static_cast<int>(var) + 1; x <= 60; ++x) beyond += at_least[x];
  EXPECT_NEAR(row_of(out, "TVaR of the joint loss").loss, var + beyond / 0.01, 1e-6);
  EXPECT_NEAR(out.expected_loss, mean, 1e-9);
  ASSERT_EQ(out.stress.size(), 2U);
  EXPECT_NEAR(out.stress[0].probability, 0.9 * 0.03 + 0.1 * 0.3, 1e-12);
  EXPECT_NEAR(out.stress[0].own_funds, 50, 1e-12);
  EXPECT_NEAR(out.stress[1].loss, 20, 1e-12);
}

TEST(Solvency, CommonStatesAddToTheTail) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "poisson 1 of exponential(mean 10)";
  in.points = 16'384;
  in.assets[0].event_probability = 0.02;
  in.assets[0].event_loss = 0.5;
  const double apart = row_of(solved(in), "TVaR of the joint loss").loss;
  // The same unconditional means: 0.95 * 0.7895 + 0.05 * 5 = 1.
  in.states = {{.probability = 0.95, .claims_factor = 0.75 / 0.95, .asset_factor = 0.75 / 0.95},
               {.probability = 0.05, .claims_factor = 5, .asset_factor = 5}};
  const SolvencyOutput joint = solved(in);
  EXPECT_NEAR(joint.expected_claims, 10, 1e-9);
  EXPECT_GT(row_of(joint, "TVaR of the joint loss").loss, 1.2 * apart);
}

TEST(Solvency, ReservesRunOffAsLognormals) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "fixed 1 of constant 1";
  in.reserves = {{.name = "known", .best_estimate = money(20), .cv = 0.3}};
  in.unexpired = 0;
  in.payment_pattern = {0.75, 0.25};
  const SolvencyOutput out = solved(in);
  const double s = std::sqrt(std::log1p(0.09));
  const double var = 20 * std::exp(2.5758293035489 * s - s * s / 2);
  EXPECT_NEAR(row_of(out, "VaR of the joint loss").loss, var + 1, 0.05);
  EXPECT_NEAR(row_of(out, "VaR of the joint loss").requirement, var + 1 - 20, 0.05);
  EXPECT_NEAR(out.run_off.expected, 20, 1e-9);
  EXPECT_NEAR(out.run_off.quantile, var, 0.05);
  ASSERT_EQ(out.run_off.periods.size(), 2U);
  EXPECT_NEAR(out.run_off.periods[0].stressed, 0.75 * var, 0.05);
  EXPECT_NEAR(out.run_off.periods[1].liquid_left, 60 - var, 0.05);
  EXPECT_EQ(out.own_funds, base::SignedAmount(4'000));
}

TEST(Solvency, TheStandardFormulaByHand) {
  SolvencyInput in = exponential_pool();
  in.custodians = {{.name = "vault", .loss_probability = 0.002, .loss_part = 0.5}};
  in.assets[0].custodian = "vault";
  in.assets[0].shock = 0.1;
  in.reserves = {{.name = "known", .best_estimate = money(10), .cv = 0}};
  in.premium_deviation = 0.1;
  in.reserve_deviation = 0.2;
  // Market 6; custody: loss 30, deviation 30 sqrt(0.002 0.998) = 1.3403 <= 0.07 * 30, so 4.0210;
  // non-life 3 sqrt(1.6^2 + 1.6 2 + 2^2) = 9.3723.
  const double market = 6, custody = 3 * 30 * std::sqrt(0.002 * 0.998);
  const double non_life = 3 * std::sqrt(1.6 * 1.6 + 1.6 * 2 + 4);
  const double basic =
      std::sqrt(market * market + custody * custody + non_life * non_life + 0.5 * market * custody +
                0.5 * market * non_life + custody * non_life);
  EXPECT_NEAR(row_of(solved(in), "standard formula").requirement, basic + 0.03 * 16, 1e-9);
}

TEST(Solvency, UncertainParametersCostCapital) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "poisson 2 of lognormal(mean 3, cv 1)";
  in.lines[0].years_observed = 5;
  in.lines[0].losses_observed = 10;
  in.bootstrap = 60;
  in.step = 0.05;
  in.points = 2'048;
  in.loadings.clear();
  const SolvencyOutput out = solved(in);
  EXPECT_EQ(out.uncertainty.fits, 60U);
  EXPECT_GT(out.uncertainty.var_predictive, 1.05 * out.uncertainty.var_point);
  EXPECT_LT(out.uncertainty.var_lower, out.uncertainty.var_point);
  EXPECT_GT(out.uncertainty.var_upper, out.uncertainty.var_point);
  EXPECT_GT(row_of(out, "VaR of the joint loss, parameters uncertain").requirement,
            row_of(out, "VaR of the joint loss").requirement);
  EXPECT_EQ(solved(in).uncertainty.var_predictive, out.uncertainty.var_predictive);
  in.seed = 2;
  EXPECT_NE(solved(in).uncertainty.var_predictive, out.uncertainty.var_predictive);
  // Much data leave little uncertainty.
  in.lines[0].years_observed = 2'000;
  in.lines[0].losses_observed = 4'000;
  in.bootstrap = 10;
  const SolvencyOutput sure = solved(in);
  EXPECT_NEAR(sure.uncertainty.var_predictive, sure.uncertainty.var_point,
              0.02 * sure.uncertainty.var_point);
}

TEST(Solvency, AChallengerStandsBesideTheModel) {
  SolvencyInput in = exponential_pool();
  in.lines[0].challenger = "fixed 1 of gamma(shape 0.5, scale 20)";
  const SolvencyOutput out = solved(in);
  // Chi-square with one degree, times ten: 78.79 at 99.5 %.
  EXPECT_NEAR(row_of(out, "VaR of the joint loss, challengers").loss, 78.794, 0.05);
  // The translated gamma of an exponential is the exponential.
  EXPECT_NEAR(row_of(out, "VaR by three moments (translated gamma)").loss, 52.983, 0.05);
}

TEST(Solvency, TheFrontierTradesCoverageForRuin) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "poisson 2 of constant 5";
  in.assets[0].amount = money(20);
  in.elasticity = 2;
  const SolvencyOutput out = solved(in);
  ASSERT_EQ(out.frontier.size(), 3U);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_LT(out.frontier[i].ruin, out.frontier[i - 1].ruin);
    EXPECT_LT(out.frontier[i].coverage, out.frontier[i - 1].coverage);
  }
  // Pure premium 10/0.75; demand of a loading of one half is (20/16)^-2 = 0.64.
  EXPECT_NEAR(out.frontier[1].demand, 0.64, 1e-12);
  EXPECT_NEAR(out.frontier[1].coverage, 0.64 * 240, 1e-9);
  // P(N > (20 + 15 * 0.64)/5 = 5.92) for a mean of 1.28.
  double none = 0, term = std::exp(-1.28);
  for (int n = 0; n <= 5; ++n) {
    none += term;
    term *= 1.28 / (n + 1);
  }
  EXPECT_NEAR(out.frontier[1].ruin, 1 - none, 1e-9);
  for (const AffordabilityRow& row : out.affordability) {
    if (!row.is_found) continue;
    for (const FrontierRow& one : out.frontier) {
      if (one.loading == row.loading) {
        EXPECT_LE(one.ruin, row.ruin);
      }
      if (one.loading < row.loading) {
        EXPECT_GT(one.ruin, row.ruin);
      }
    }
  }
}

TEST(Solvency, ReverseStressFindsTheSmallest) {
  SolvencyInput in = exponential_pool();
  in.lines[0].model = "poisson 1 of constant 10";
  in.custodians = {{.name = "one"}, {.name = "two"}};
  in.assets = {{.name = "a", .custodian = "one", .amount = money(35)},
               {.name = "b", .custodian = "two", .amount = money(25)}};
  in.reserves = {{.name = "known", .best_estimate = money(20), .cv = 0}};
  in.points = 16'384;
  const SolvencyOutput out = solved(in);
  // Assets 60 and net premium 12; seven payments of ten fit, eight do not.
  EXPECT_NEAR(out.reverse[0].size, 72, 1e-12);
  EXPECT_EQ(out.reverse[2].size, 8);
  // With 20 of reserves certain, VaR exceeds 72 when six claims are possible at 99.5 %.
  const double factor = out.reverse[1].size;
  ASSERT_TRUE(out.reverse[1].is_found);
  const auto at_most_five = [](double mean) {
    double sum = 0, term = std::exp(-mean);
    for (int n = 0; n <= 5; ++n) {
      sum += term;
      term *= mean / (n + 1);
    }
    return sum;
  };
  EXPECT_LT(at_most_five(factor * 1.001), 0.995);
  EXPECT_GE(at_most_five(factor * 0.999), 0.995);
  // Own funds 40: 2/3 of assets, and both custodians.
  EXPECT_NEAR(out.reverse[3].size, 40.0 / 60, 1e-12);
  EXPECT_TRUE(out.reverse[4].is_found);
  EXPECT_EQ(out.reverse[4].size, 2);
}

TEST(Solvency, RefusesWhatHasNoAnswer) {
  const auto field = [](SolvencyInput in) {
    const base::Result<SolvencyOutput> out = solvency(in);
    EXPECT_FALSE(out.has_value());
    return out ? std::string("accepted") : out.error().field;
  };
  SolvencyInput in = exponential_pool();
  in.lines.clear();
  EXPECT_EQ(field(in), "lines");
  in = exponential_pool();
  in.lines[0].model = "poisson 1 of pareto(shape 0.9, scale 5)";
  EXPECT_EQ(field(in), "lines[0].model");
  in.lines[0].model = "poisson 1 of pareto(shape 0.9, scale 5) limit 30";
  EXPECT_TRUE(solvency(in).has_value());
  in = exponential_pool();
  in.assets[0].custodian = "nobody";
  EXPECT_EQ(field(in), "assets[0].custodian");
  in = exponential_pool();
  in.states = {{.probability = 0.5}};
  EXPECT_EQ(field(in), "states");
  in = exponential_pool();
  in.payment_pattern = {0.5};
  EXPECT_EQ(field(in), "payment_pattern");
  in = exponential_pool();
  in.level = 1;
  EXPECT_EQ(field(in), "level");
  in = exponential_pool();
  in.points = 5'000;
  EXPECT_EQ(field(in), "points");
  in = exponential_pool();
  in.operational = "poisson 1 of constant 5 annual limit 3";
  EXPECT_EQ(field(in), "operational");
  in = exponential_pool();
  in.lines[0].losses_observed = 3;
  EXPECT_EQ(field(in), "lines[0].losses_observed");
  in = exponential_pool();
  in.lines[0].model = "fixed 1 of exponential(mean 1e300)";
  in.step = 0;
  EXPECT_EQ(field(in), "step");
  in.lines[0].model = "fixed 1 of exponential(mean 1e307)";
  EXPECT_EQ(field(in), "step");
}

TEST(Solvency, RefusalsNameTheEntry) {
  const auto field = [](auto&& change) {
    SolvencyInput in = exponential_pool();
    change(in);
    const base::Result<SolvencyOutput> out = solvency(in);
    return out ? std::string("accepted") : out.error().field;
  };
  EXPECT_EQ(field([](auto& in) { in.custodians = {{.name = "a"}, {.name = "b"}, {.name = "a"}}; }),
            "custodians[2].name");
  EXPECT_EQ(field([](auto& in) { in.custodians = {{.name = "a"}, {.name = ""}}; }),
            "custodians[1].name");
  EXPECT_EQ(field([](auto& in) { in.loadings = {0, -1}; }), "loadings[1]");
  EXPECT_EQ(field([](auto& in) { in.payment_pattern = {0.5, 1.5}; }), "payment_pattern[1]");
  EXPECT_EQ(field([](auto& in) { in.states = {{.probability = 0.5}, {.probability = 2}}; }),
            "states[1].probability");
  EXPECT_EQ(field([](auto& in) { in.states = {{.claims_factor = -1}}; }),
            "states[0].claims_factor");
  EXPECT_EQ(field([](auto& in) { in.states = {{.asset_factor = 2e6}}; }), "states[0].asset_factor");
  EXPECT_EQ(field([](auto& in) { in.assets.push_back({.amount = base::Amount::max()}); }),
            "assets[1].amount");
  EXPECT_EQ(field([](auto& in) {
              in.reserves = {{.best_estimate = base::Amount(1)},
                             {.best_estimate = base::Amount::max()}};
            }),
            "reserves[1].best_estimate");
  EXPECT_EQ(field([](auto& in) { in.reserves = {{.best_estimate = base::Amount::max()}}; }),
            "reserves");
}

TEST(Solvency, APoolThatIsShortIsSaidToBe) {
  SolvencyInput in = exponential_pool();
  in.reserves = {{.name = "known", .best_estimate = money(80), .cv = 0.1}};
  const SolvencyOutput out = solved(in);
  EXPECT_EQ(out.own_funds, base::SignedAmount(-2'000));
  EXPECT_LT(row_of(out, "VaR of the joint loss").ratio, 0);
  EXPECT_GT(out.ruin[0].probability, 0.9);
  EXPECT_GT(out.run_off.probability_short, 0.9);
}

}  // namespace
}  // namespace cofferdam::solvency
