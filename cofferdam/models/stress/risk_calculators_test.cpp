// SPDX-License-Identifier: Apache-2.0
//
// The calculators of funds, contagion, concentration and procyclicality, against closed forms, sums
// done by hand and second methods.
#include "cofferdam/base/decimal.h"
#include "cofferdam/models/stress/bounded_proposal.h"
#include "cofferdam/models/stress/concentration.h"
#include "cofferdam/models/stress/contagion.h"
#include "cofferdam/models/stress/fund_path.h"
#include "cofferdam/models/stress/fund_solvency.h"
#include "cofferdam/models/stress/monte_carlo.h"
#include "cofferdam/models/stress/pool_economics.h"
#include "cofferdam/models/stress/procyclicality.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <limits>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::Duration;
using base::Rate;
using base::SignedAmount;

constexpr std::int64_t kHour = 3'600'000'000'000;

template <class Output, class Input>
Output of(base::Result<Output> (*calculator)(const Input&), const Input& input) {
  auto out = calculator(input);
  if (!out) throw std::runtime_error(out.error().text());
  return std::move(*out);
}

TEST(MonteCarlo, AgreesWithTheNormalFormWithinItsErrors) {
  for (const bool antithetic : {false, true}) {
    const MonteCarloInput input{.delta = {100, -50},
                                .covariance = {{0.0004, 0.0001}, {0.0001, 0.0009}},
                                .horizon = 4,
                                .paths = 400'000,
                                .antithetic = antithetic,
                                .confidences = {0.9, 0.99}};
    const MonteCarloOutput out = of(&monte_carlo_var, input);
    // 100^2 x 4e-4 + 50^2 x 9e-4 - 2 x 100 x 50 x 1e-4 = 5.25; over four periods 21.
    EXPECT_NEAR(*out.rows[1].exact_value_at_risk, std::sqrt(21) * 2.3263478740408408, 1e-12);
    EXPECT_NEAR(out.deviation, std::sqrt(21), 0.02);
    for (const MonteCarloRow& row : out.rows) {
      EXPECT_NEAR(row.value_at_risk, *row.exact_value_at_risk, 4 * row.value_at_risk_error);
      EXPECT_NEAR(row.expected_shortfall, *row.exact_expected_shortfall,
                  4 * row.expected_shortfall_error);
      EXPECT_LT(row.value_at_risk_error, 0.06);
      EXPECT_GT(row.value_at_risk_error, 0.0005);
    }
    if (antithetic) {
      EXPECT_NEAR(out.mean, 0, 1e-12);
    }
  }
}

TEST(MonteCarlo, HoldsGammaAndLognormalHoldings) {
  // One factor with delta 0: the gain is G x^2 / 2, whose p-quantile of loss for G < 0 is
  // |G| s^2 z^2 / 2 with z the normal quantile of (1 + p) / 2.
  const MonteCarloOutput gamma =
      of(&monte_carlo_var,
         MonteCarloInput{
             .gamma = {{-8}}, .covariance = {{0.25}}, .paths = 400'000, .confidences = {0.95}});
  EXPECT_NEAR(gamma.rows[0].value_at_risk, 1.9599639845400545 * 1.9599639845400545,
              4 * gamma.rows[0].value_at_risk_error);
  EXPECT_NEAR(gamma.mean, -1, 4 * gamma.mean_error);
  EXPECT_FALSE(gamma.rows[0].exact_value_at_risk.has_value());
  const MonteCarloOutput held =
      of(&monte_carlo_var,
         MonteCarloInput{
             .holdings = {1'000}, .covariance = {{0.04}}, .paths = 400'000, .confidences = {0.99}});
  EXPECT_NEAR(held.mean, 0, 4 * held.mean_error);
  EXPECT_NEAR(held.rows[0].value_at_risk, 1'000 * (1 - std::exp(-0.2 * 2.3263478740408408 - 0.02)),
              4 * held.rows[0].value_at_risk_error);
}

TEST(MonteCarlo, TakesRankDeficientCovarianceAndRefusesOthers) {
  // Two factors that are one: the book is flat.
  const MonteCarloOutput flat =
      of(&monte_carlo_var, MonteCarloInput{.delta = {1, -1}, .covariance = {{1, 1}, {1, 1}}});
  EXPECT_NEAR(flat.deviation, 0, 1e-12);
  EXPECT_FALSE(monte_carlo_var({.delta = {1, 1}, .covariance = {{1, 2}, {2, 1}}}).has_value());
  EXPECT_FALSE(monte_carlo_var({.delta = {1}, .covariance = {{1}}, .paths = 2'001}).has_value());
  EXPECT_FALSE(monte_carlo_var({.delta = {NAN}, .covariance = {{1}}}).has_value());
  EXPECT_FALSE(monte_carlo_var({.covariance = {{1}}}).has_value());
}

TEST(FundSolvency, OfALognormalLoss) {
  const FundSolvencyOutput out =
      of(&fund_solvency, FundSolvencyInput{.fund = 12,
                                           .haircut = 0.25,
                                           .open_interest = 300,
                                           .model = FundLossModel::lognormal,
                                           .mu = 1,
                                           .sigma = 0.5,
                                           .confidences = {0.99},
                                           .target = 2,
                                           .periods = 4});
  // scipy 1.10: lognorm(s=0.5, scale=e): ppf(0.99) 8.698549, sf(9) 0.00835126; the integral of sf
  // above 9 is e^1.125 Phi((1.25 - ln 9) / 0.5) - 9 sf(9).
  EXPECT_NEAR(out.available, 9, 1e-12);
  EXPECT_NEAR(out.rows[0].value_at_risk, std::exp(1 + 0.5 * 2.3263478740408408), 1e-9);
  const double d = (1 - std::log(9)) / 0.5;
  EXPECT_NEAR(out.exceeded, 0.5 * std::erfc(-d / std::sqrt(2)), 1e-12);
  double integral = 0;  // trapezoid, as a second method
  for (double x = 9; x < 400; x += 0.001)
    integral += 0.001 * 0.5 * std::erfc((std::log(x + 0.0005) - 1) / 0.5 / std::sqrt(2));
  EXPECT_NEAR(out.uncovered, integral, 1e-7);
  EXPECT_NEAR(out.rows[0].required_fund, 2 * out.rows[0].value_at_risk / 0.75, 1e-12);
  EXPECT_NEAR(out.rows[0].contribution, (out.rows[0].required_fund - 12) / 4, 1e-12);
  EXPECT_NEAR(out.rows[0].open_interest_max, 300 * 9 / (2 * out.rows[0].value_at_risk), 1e-9);
  EXPECT_NEAR(out.fund_to_open_interest, 0.04, 1e-15);
}

TEST(FundSolvency, OfACompoundPoissonLoss) {
  const FundSolvencyInput input{.fund = 0,
                                .model = FundLossModel::compound_poisson,
                                .mu = 0,
                                .sigma = 0.8,
                                .frequency = 1.5,
                                .paths = 200'000,
                                .confidences = {0.2, 0.99}};
  const FundSolvencyOutput out = of(&fund_solvency, input);
  // With nothing in the fund it is exceeded by any loss: 1 - e^-1.5; and nothing is covered.
  EXPECT_NEAR(out.exceeded, 1 - std::exp(-1.5), 4 * out.exceeded_error);
  EXPECT_NEAR(out.uncovered, 1.5 * std::exp(0.32), 4 * out.uncovered_error);
  EXPECT_NEAR(out.mean_loss, out.uncovered, 1e-12);
  EXPECT_EQ(out.rows[0].value_at_risk, 0);  // P(L = 0) = 0.223
  EXPECT_EQ(out.rows[0].coverage, std::numeric_limits<double>::infinity());
  // Panjer's recursion on a lattice of 0.01 as a second method: the 99 % quantile.
  constexpr double kStep = 0.01;
  constexpr int kCells = 6'000;
  std::vector<double> severity(kCells, 0), sum(kCells, 0);
  const auto cdf = [](double x) {
    return x <= 0 ? 0 : 0.5 * std::erfc(-std::log(x) / 0.8 / std::sqrt(2));
  };
  for (std::size_t k = 0; k < severity.size(); ++k)
    severity[k] =
        cdf((static_cast<double>(k) + 0.5) * kStep) - cdf((static_cast<double>(k) - 0.5) * kStep);
  sum[0] = std::exp(-1.5 * (1 - severity[0]));
  double total = sum[0], quantile = 0;
  for (std::size_t k = 1; k < sum.size(); ++k) {
    for (std::size_t j = 1; j <= k; ++j)
      sum[k] += 1.5 * static_cast<double>(j) / static_cast<double>(k) * severity[j] * sum[k - j];
    if (total < 0.99 && total + sum[k] >= 0.99) quantile = static_cast<double>(k) * kStep;
    total += sum[k];
  }
  EXPECT_NEAR(out.rows[1].value_at_risk, quantile, 0.12);
}

TEST(FundSolvency, IsMonotoneInTheFund) {
  std::vector<double> losses;
  for (int i = 0; i < 1'000; ++i) losses.push_back(i);
  double coverage = -1, exceeded = 2;
  for (const double fund : {0.0, 100.0, 500.0, 990.0, 2'000.0}) {
    const FundSolvencyOutput out = of(
        &fund_solvency, FundSolvencyInput{.fund = fund, .losses = losses, .confidences = {0.99}});
    EXPECT_GE(out.rows[0].coverage, coverage);
    EXPECT_LE(out.exceeded, exceeded);
    EXPECT_NEAR(out.exceeded, std::max(0.0, 999 - fund) / 1'000, 1e-12);
    coverage = out.rows[0].coverage;
    exceeded = out.exceeded;
  }
  EXPECT_FALSE(fund_solvency({.fund = 1, .losses = {-1}}).has_value());
  EXPECT_FALSE(fund_solvency({.fund = 1, .haircut = 1, .losses = {1}}).has_value());
}

TEST(FundDynamics, WithoutDeficitsIsARecursion) {
  const FundDynamicsOutput out = of(&fund_dynamics, FundDynamicsInput{.fund = 100,
                                                                      .target = 200,
                                                                      .surplus = 3,
                                                                      .fee_volume = 50,
                                                                      .fee_share = 0.1,
                                                                      .withdrawals = 4,
                                                                      .yield = 0.01,
                                                                      .periods = 10,
                                                                      .paths = 1'000});
  EXPECT_NEAR(out.income, 4, 1e-12);
  EXPECT_EQ(out.depleted, 0);
  EXPECT_FALSE(out.mean_depletion_period.has_value());
  const double grown = std::pow(1.01, 10);
  EXPECT_NEAR(out.path.back().mean, 100 * grown + 4 * (grown - 1) / 0.01, 1e-9);
  EXPECT_EQ(out.path.back().low, out.path.back().high);
  // F(t) = 4 (1.01^t - 1) / 0.01 reaches 100 at this t.
  EXPECT_NEAR(*out.recovery_half_life, std::log(1.25) / std::log(1.01), 1e-9);
  EXPECT_NEAR(out.fee_shares[0].mean_end, 100 * grown - (grown - 1) / 0.01, 1e-9);
}

TEST(FundDynamics, EmptiesAtTheFirstDeficitThatIsTooLarge) {
  // Every deficit is far above the fund: it is empty at the first, a geometric time.
  const double frequency = 0.05;
  const FundDynamicsOutput out = of(&fund_dynamics, FundDynamicsInput{.fund = 1,
                                                                      .frequency = frequency,
                                                                      .mu = 20,
                                                                      .sigma = 0.1,
                                                                      .periods = 20,
                                                                      .paths = 40'000});
  const double none = std::exp(-frequency);
  EXPECT_NEAR(out.depleted, 1 - std::pow(none, 20), 4 * out.depleted_error);
  EXPECT_NEAR(out.path[1].depleted, 1 - none, 0.005);
  double time = 0, mass = 0;
  for (int t = 1; t <= 20; ++t) {
    time += t * std::pow(none, t - 1) * (1 - none);
    mass += std::pow(none, t - 1) * (1 - none);
  }
  EXPECT_NEAR(*out.mean_depletion_period, time / mass, 0.2);
}

TEST(FundStability, GoesOnAndOffAtDifferentLevels) {
  FundStabilityInput input{.observations = {{0, 100, 1'000, 50, 0},
                                            {2, 80, 1'000, 50, 20},
                                            {4, 69, 1'000, 50, 11},
                                            {6, 74, 1'000, 50, 0},
                                            {7, 76, 1'000, 50, 0},
                                            {9, 74, 0, 0, 0},
                                            {12, 74, 0, 0, 0}},
                           .ratio_on = 0.07,
                           .ratio_off = 0.075};
  const FundStabilityOutput out = of(&fund_stability, input);
  const std::vector<bool> deleveraging{false, false, true, true, false, false, false};
  const std::vector<bool> thin{false, false, true, true, false, false, false};
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    EXPECT_EQ(out.rows[i].is_deleveraging, deleveraging[i]) << i;
    EXPECT_EQ(out.rows[i].is_thin, thin[i]) << i;
  }
  EXPECT_NEAR(out.rows[2].drawdown, 0.31, 1e-12);
  // At hour 9 the peak of the last eight hours is 80 of hour 2.
  EXPECT_NEAR(out.rows[5].drawdown, 1 - 74.0 / 80, 1e-12);
  EXPECT_EQ(out.deleveraging_times, 1U);
  EXPECT_NEAR(out.mean_deficit_a_day, 31 / 12.0 * 24, 1e-12);
  EXPECT_NEAR(*out.days_of_deficits, 74 / 62.0, 1e-12);
  input.drawdown_off = 0.4;
  EXPECT_FALSE(fund_stability(input).has_value());
}

ContagionInput three_accounts() {
  return {.accounts = {{"a", "x", 10, 100, 50}, {"b", "x", -10, 100, 400}, {"c", "y", 0, 0, 500}},
          .funds = {{"x", 30}, {"y", 200}},
          .price = 100,
          .shock = -0.2};
}

// By hand: a long of 10 from 100 at 80 has lost 200 and has 50: it owes 150.
TEST(Contagion, WhoPaysWithAndWithoutWallsAndFunds) {
  const ContagionOutput out = of(&contagion, three_accounts());
  ASSERT_EQ(out.runs.size(), 4U);
  for (const ContagionRun& run : out.runs) {
    EXPECT_EQ(run.defaults, 1U);
    EXPECT_EQ(run.rounds, 1U);
    EXPECT_NEAR(run.deficit, 150, 1e-9);
    EXPECT_NEAR(run.funds_paid + run.members_paid + run.unpaid, 150, 1e-9);
    EXPECT_EQ(run.unpaid, 0);
  }
  EXPECT_NEAR(out.runs[0].members_paid, 150, 1e-9);  // b stands opposite
  EXPECT_NEAR(out.runs[1].funds_paid, 150, 1e-9);
  EXPECT_EQ(out.runs[1].pools_hit_without_default, 1U);  // y's fund pays for x
  EXPECT_NEAR(out.runs[1].pools[1].fund_used, 150 * 200.0 / 230, 1e-9);
  EXPECT_NEAR(out.runs[3].funds_paid, 30, 1e-9);
  EXPECT_NEAR(out.runs[3].members_paid, 120, 1e-9);
  EXPECT_EQ(out.runs[3].pools_hit_without_default, 0U);
  EXPECT_NEAR(out.runs[2].deleveraged, 800, 1e-9);
  EXPECT_NEAR(out.runs[3].deleveraged, 800 * 120.0 / 150, 1e-9);
}

TEST(Contagion, SalesMoveThePriceAndTheNextOnesFall) {
  ContagionInput input{.accounts = {{"a", "x", 100, 100, 1'500}, {"b", "x", 100, 100, 2'600}},
                       .price = 100,
                       .shock = -0.1,
                       .maintenance_rate = 0.06,
                       .impact = 0.1,
                       .depth = 100};
  // a: 500 < 540, sold at 90; the price falls by a tenth to 81; b: 2600 - 1900 = 700 >= 486 holds.
  ContagionOutput out = of(&contagion, input);
  EXPECT_EQ(out.runs[0].closed, 1U);
  EXPECT_NEAR(out.runs[0].price_end, 81, 1e-9);
  input.impact = 0.2;  // to 72: 2600 - 2800 < 0: b follows and fails
  out = of(&contagion, input);
  EXPECT_EQ(out.runs[0].closed, 2U);
  EXPECT_EQ(out.runs[0].defaults_by_contagion, 1U);
  EXPECT_NEAR(out.runs[0].deficit, 200, 1e-9);
  EXPECT_NEAR(out.runs[0].price_end, 72 * 0.8, 1e-9);
}

// By hand, and with decimals that doubles do not hold: a long of 3 from 1 at 0.7 has lost 0.9.
TEST(Contagion, WhoHasPaidTheLastIsAtZero) {
  ContagionInput input{
      .accounts = {{"a", "x", 3, 0, 0.9}, {"b", "x", -3, 0, 0.1}}, .price = 1, .shock = -0.3};
  for (const ContagionRun& run : of(&contagion, input).runs) {
    EXPECT_EQ(run.closed, 1U);
    EXPECT_EQ(run.defaults, 0U);
    EXPECT_EQ(run.deficit, 0);
  }
  // A long of 7 owes 1.8. Shorts of 2, 3 and 3 have all of it, and no other pool pays.
  input.accounts = {{"a", "x", 7, 0, 0.3},
                    {"b", "x", -2, 0, 0.2},
                    {"c", "x", -3, 0, 0.3},
                    {"d", "x", -3, 0, 0.1},
                    {"e", "y", 0, 0, 100}};
  for (const ContagionRun& run : of(&contagion, input).runs) {
    EXPECT_NEAR(run.members_paid, 1.8, 1e-12);
    EXPECT_EQ(run.pools_hit_without_default, 0U);
    EXPECT_EQ(run.pools[1].members_paid, 0);
  }
  // At 1.07 a owes 544.65 - 20; b gives its 50 - 3.7 and keeps 5 short, c its 100 + 3.7: at zero
  // both need nothing more.
  input = {.accounts = {{"a", "x", 5, 110, 20}, {"b", "x", -10, 0.7, 50}, {"c", "x", 10, 0.7, 100}},
           .price = 1,
           .shock = 0.07,
           .maintenance_rate = 0};
  for (const ContagionRun& run : of(&contagion, input).runs) {
    EXPECT_EQ(run.closed, 1U);
    EXPECT_EQ(run.defaults_by_contagion, 0U);
    EXPECT_NEAR(run.members_paid, 150, 1e-10);
    EXPECT_NEAR(run.unpaid, 374.65, 1e-10);
  }
}

TEST(Contagion, RefusesAPriceWithoutEnd) {
  const ContagionInput input{.accounts = {{"a", "x", -10, 0, 520}, {"b", "x", -10, 0, 4'000}},
                             .price = 100,
                             .shock = 0.5,
                             .impact = 10,
                             .depth = 1e-300};
  EXPECT_EQ(contagion(input).error().field, "depth");
  EXPECT_EQ(contagion(input).error().value, "1e-300");
}

TEST(Contagion, ConservesAndStaysInItsPool) {
  EXPECT_TRUE(rc::check([] {
    ContagionInput input{.price = 100,
                         .shock = 0.01 * *rc::gen::inRange(-60, 80),
                         .impact = 0.001 * *rc::gen::inRange(0, 100),
                         .depth = 1'000};
    const auto count = *rc::gen::inRange(1, 40);
    for (int i = 0; i < count; ++i)
      input.accounts.push_back({.account = "a" + std::to_string(i),
                                .pool = "p" + std::to_string(i % 3),
                                .position = static_cast<double>(*rc::gen::inRange(-100, 101)),
                                .collateral = static_cast<double>(*rc::gen::inRange(0, 5'000))});
    for (int p = 0; p < 3; ++p)
      input.funds.push_back(
          {"p" + std::to_string(p), static_cast<double>(*rc::gen::inRange(0, 1'000))});
    const ContagionOutput out = of(&contagion, input);
    for (const ContagionRun& run : out.runs) {
      RC_ASSERT(std::abs(run.deficit - run.funds_paid - run.members_paid - run.unpaid) < 1e-6);
      RC_ASSERT(run.unpaid >= -1e-9);
      if (run.is_segregated) RC_ASSERT(run.pools_hit_without_default == 0U);
      if (!run.has_funds) RC_ASSERT(run.funds_paid == 0);
    }
  }));
}

TEST(Concentration, NamesTheCase) {
  const auto named = [](double a, double common, std::optional<double> limit) {
    return of(&concentration,
              ConcentrationInput{
                  .tail_index = a, .common_share = common, .event_limit = limit, .sizes = {100}});
  };
  EXPECT_EQ(named(3, 0, {}).dispersion, DispersionCase::falls_as_root_n);
  EXPECT_NEAR(named(3, 0, {}).rows[0].dispersion, 0.1, 1e-12);
  EXPECT_EQ(named(3, 0.25, {}).dispersion, DispersionCase::stops_at_common_factor);
  EXPECT_NEAR(named(3, 0.25, {}).rows[0].dispersion, std::sqrt(0.2575), 1e-12);
  EXPECT_EQ(named(1.5, 0, {}).dispersion, DispersionCase::falls_slower);
  EXPECT_NEAR(named(1.5, 0, {}).rows[0].dispersion, std::pow(100, -1.0 / 3), 1e-12);
  const ConcentrationOutput grows = named(0.8, 0, {});
  EXPECT_EQ(grows.dispersion, DispersionCase::does_not_fall);
  EXPECT_NEAR(grows.rows[0].dispersion, std::pow(100, 0.25), 1e-12);
  EXPECT_TRUE(grows.needs_limit);
  const ConcentrationOutput limited = named(0.8, 0, 1'000);
  EXPECT_EQ(limited.dispersion, DispersionCase::falls_as_root_n);
  EXPECT_FALSE(limited.needs_limit);
}

TEST(Concentration, LimitedMeanIsTheIntegralOfTheTail) {
  for (const double a : {0.5, 0.8, 1.0, 1.5, 3.0}) {
    const ConcentrationOutput out =
        of(&concentration,
           ConcentrationInput{.tail_index = a, .event_limit = 50, .budget = 4, .least_loss = 2});
    double integral = 2;  // midpoint rule
    for (int i = 0; i < 480'000; ++i) integral += 1e-4 * std::pow(2 / (2 + (i + 0.5) * 1e-4), a);
    EXPECT_NEAR(*out.expected_limited, integral, 1e-6) << a;
    if (a >= 2) {  // the whole mean is 3: no limit is needed
      EXPECT_FALSE(out.limit_for_budget.has_value());
      continue;
    }
    const ConcentrationOutput at = of(
        &concentration,
        ConcentrationInput{.tail_index = a, .event_limit = out.limit_for_budget, .least_loss = 2});
    EXPECT_NEAR(*at.expected_limited, 4, 1e-9) << a;
  }
}

TEST(Concentration, HillFindsTheIndexOfAPareto) {
  std::vector<double> losses;
  for (int i = 0; i < 20'000; ++i) losses.push_back(std::pow((i + 0.5) / 20'000, -1 / 1.3));
  const ConcentrationOutput out =
      of(&concentration, ConcentrationInput{.losses = losses, .largest = 2'000});
  EXPECT_NEAR(*out.tail_index, 1.3, 0.01);
  EXPECT_NEAR(*out.tail_index_error, 1.3 / std::sqrt(2'000), 1e-3);
}

TEST(Concentration, SharesAndLimits) {
  const ConcentrationOutput out =
      of(&concentration, ConcentrationInput{.exposures = {{"a", "exploit", "g", 60},
                                                          {"b", "exploit", "g", 30},
                                                          {"c", "insolvency", "", 10}},
                                            .member_limit = 0.5,
                                            .peril_limit = 0.95,
                                            .group_limit = 0.8});
  ASSERT_EQ(out.breaches.size(), 2U);
  EXPECT_EQ(out.breaches[0].name, "a");
  EXPECT_NEAR(out.breaches[0].excess, 10, 1e-12);
  EXPECT_EQ(out.breaches[1].name, "g");
  EXPECT_NEAR(out.indexes[0].herfindahl, 0.46, 1e-12);
  EXPECT_NEAR(out.indexes[0].effective_number, 1 / 0.46, 1e-12);
  EXPECT_FALSE(out.dispersion.has_value());
}

TEST(Procyclicality, ByHandOnTwoRegimes) {
  // Quiet moves of 1 %, then wild ones of 4 %, then quiet ones again.
  ProcyclicalityInput input{.confidence = 0.99, .look_back = 20, .long_look_back = 100};
  for (int t = 0; t < 240; ++t)
    input.moves.push_back((t % 2 == 0 ? 1 : -1) * (t >= 100 && t < 120 ? 0.04 : 0.01));
  input.judged_from = 150;
  const ProcyclicalityOutput out = of(&procyclicality, input);
  const MarginTool& none = out.tools[0];
  EXPECT_NEAR(none.trough, 0.01, 1e-15);
  EXPECT_NEAR(none.peak, 0.04, 1e-15);
  EXPECT_NEAR(none.peak_to_trough, 4, 1e-12);
  EXPECT_NEAR(none.call_max, 0.03, 1e-15);
  EXPECT_EQ(none.earlier, 130U);
  EXPECT_EQ(none.earlier_exceeded, 1U);  // the first wild move
  EXPECT_EQ(none.later, 90U);
  EXPECT_EQ(none.later_exceeded, 0U);
  // After the wild moves the stressed floor is (0.75 x 1 + 0.25 x 4) %.
  const MarginTool& buffer = out.tools[3];
  EXPECT_NEAR(buffer.trough, 0.0125, 1e-15);
  EXPECT_LT(buffer.peak_to_trough, none.peak_to_trough);
  for (const MarginTool& tool : out.tools) {
    EXPECT_GE(tool.mean, none.mean);
    EXPECT_LE(tool.later_exceeded, none.later_exceeded);
  }
  input.look_back = 240;
  EXPECT_FALSE(procyclicality(input).has_value());
}

// Every move is a tenth: what repeats its margin is covered by it, however many came before.
TEST(Procyclicality, AMoveThatMeetsItsMarginIsCovered) {
  for (const std::uint32_t horizon : {1U, 4U}) {
    ProcyclicalityInput input{
        .confidence = 0.9, .horizon = horizon, .look_back = 20, .long_look_back = 40};
    // Three down and one up: the sum of any four is 0.2, the margin of four 2 x 0.1.
    for (int t = 0; t < 100; ++t) input.moves.push_back(t % 4 == 0 ? 0.1 : -0.1);
    for (const MarginTool& tool : of(&procyclicality, input).tools) {
      EXPECT_EQ(tool.earlier_exceeded, 0U) << tool.tool;
      EXPECT_EQ(tool.later_exceeded, 0U) << tool.tool;
      EXPECT_EQ(tool.later_coverage, 1);
    }
  }
}

// A margin of 90 for twenty steps, then of 10^-9: its long mean is 10^-9 once they have left.
TEST(Procyclicality, ALargeMarginLeavesTheLongMean) {
  ProcyclicalityInput input{.confidence = 0.99, .look_back = 20, .long_look_back = 20};
  input.moves.assign(160, 1e-9);
  input.moves[19] = 90;
  const ProcyclicalityOutput out = of(&procyclicality, input);
  EXPECT_NEAR(out.tools[3].trough, 1.25e-9, 1e-21);
  EXPECT_EQ(out.tools[3].peak, 112.5);  // at first they are the mean
}

TEST(CapitalEfficiency, NamesTheAmount) {
  CapitalEfficiencyInput input{.scale = 2,
                               .pools = {{.pool = "a",
                                          .collateral = Amount(1'000),
                                          .requirement = Amount(600),
                                          .gross_requirement = Amount(599)}}};
  auto out = capital_efficiency(input);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().field, "pools.gross_requirement");
  EXPECT_EQ(out.error().value, "5.99");
  input.pools[0].gross_requirement = Amount();
  input.pools[0].risk_capital = Amount(base::power_of_ten(30) + 1);
  out = capital_efficiency(input);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().field, "pools.risk_capital");
  EXPECT_EQ(out.error().value, "10000000000000000000000000000.01");
}

TEST(CapitalEfficiency, ByHand) {
  const CapitalEfficiencyInput input{
      .scale = 2,
      .pools = {{.pool = "a",
                 .collateral = Amount(1'000),
                 .requirement = Amount(600),
                 .gross_requirement = Amount(800),
                 .risk_capital = Amount(100),
                 .income = SignedAmount(-3)},
                {.pool = "b", .collateral = Amount(100), .requirement = Amount(150)}},
      .periods_a_year = 12};
  const CapitalEfficiencyOutput out = of(&capital_efficiency, input);
  EXPECT_EQ(out.pools[0].idle, Amount(400));
  EXPECT_NEAR(out.pools[0].utilisation, 0.6, 1e-15);
  EXPECT_NEAR(out.pools[0].netting_share, 0.25, 1e-15);
  EXPECT_NEAR(out.pools[0].return_on_risk_capital, -0.36, 1e-15);
  EXPECT_EQ(out.pools[1].missing, Amount(50));
  EXPECT_EQ(out.total.idle, Amount(400));  // the idle of one pool is not there for another
  EXPECT_EQ(out.total.missing, Amount(50));
}

TEST(TimeToCash, ByHand) {
  const Rate one(base::kRateOne), half(base::kRateOne / 2), tenth(base::kRateOne / 10);
  const TimeToCashInput input{
      .scale = 0,
      .currencies = {{"USD", one}, {"EUR", half}},
      .assets = {{.asset = "cash", .currency = "USD", .amount = Amount(100)},
                 {.asset = "bond",
                  .currency = "USD",
                  .amount = Amount(1'000),
                  .haircut = tenth,
                  .ready_after = Duration(24 * kHour),
                  .a_day = Amount(400)}},
      .obligations = {{"USD", Amount(90), Duration(kHour)},
                      {"EUR", Amount(701), Duration(30 * kHour)}},
      .exchange_haircut = tenth};
  const TimeToCashOutput out = of(&time_to_cash, input);
  // EUR 701 is 351 (up). Cash: 100; after a day 460; after two 820; after three 1000.
  ASSERT_EQ(out.ladder.size(), 6U);
  EXPECT_EQ(out.ladder[2].cash, Amount(460));
  EXPECT_EQ(out.ladder[3].due, Amount(441));
  EXPECT_EQ(out.ladder[5].cash, Amount(1'000));
  EXPECT_TRUE(out.is_always_paid);
  EXPECT_EQ(out.time_to_cash, Duration(24 * kHour));
  EXPECT_EQ(out.mismatch, Amount(351));
  EXPECT_EQ(out.exchange_cost, Amount(36));
  TimeToCashInput late = input;
  late.obligations[1].due_after = Duration(2 * kHour);
  EXPECT_EQ(of(&time_to_cash, late).first_late, Duration(2 * kHour));
}

TEST(BoundedProposal, NeverStepsBeyondItsBounds) {
  const BoundedProposalInput input{.operation = "margin.set-rulebook",
                                   .content = {{"code", "pm"}, {"scenarios", "33", true}},
                                   .parameter = "initial_ppm",
                                   .current = 1'000'000,
                                   .wanted = 1'700'000.5,
                                   .raise_max = 0.25,
                                   .measure = "coverage",
                                   .found = 0.971,
                                   .target = 0.995};
  const BoundedProposalOutput out = of(&bounded_proposal, input);
  EXPECT_EQ(out.after, 1'250'000U);
  EXPECT_EQ(out.bound, ProposalBound::raise_max);
  EXPECT_EQ(out.steps_left, 2U);  // 1,562,500 and 1,700,001
  EXPECT_EQ(out.proposal,
            "{\"operation\":\"margin.set-rulebook\",\"content\":{\"code\":\"pm\",\"scenarios\":33,"
            "\"initial_ppm\":1250000},\"reason\":\"coverage is 0.971, aimed at 0.995: initial_ppm "
            "from 1000000 to 1250000, 1.7e+06 wanted, bound by raise_max\"}");
  BoundedProposalInput lower = input;
  lower.wanted = 500'000;
  EXPECT_EQ(of(&bounded_proposal, lower).after, 950'000U);
  lower.wanted = 1'000'000;
  EXPECT_EQ(of(&bounded_proposal, lower).bound, ProposalBound::unchanged);
  EXPECT_TRUE(of(&bounded_proposal, lower).proposal.empty());
  lower.content = {{"initial_ppm", "1"}};
  EXPECT_FALSE(bounded_proposal(lower).has_value());
}

TEST(BoundedProposal, ConvergesByItsSteps) {
  EXPECT_TRUE(rc::check([] {
    BoundedProposalInput input{.operation = "a.b", .parameter = "x"};
    input.current = static_cast<std::uint64_t>(*rc::gen::inRange(1, 1'000'000));
    input.wanted = *rc::gen::inRange(0, 2'000'000);
    input.raise_max = 0.01 * *rc::gen::inRange(1, 100);
    input.lower_max = 0.01 * *rc::gen::inRange(1, 100);
    input.floor =
        static_cast<std::uint64_t>(*rc::gen::inRange(std::uint64_t{0}, input.current + 1));
    input.cap = input.current + static_cast<std::uint64_t>(*rc::gen::inRange(0, 1'000'000));
    const BoundedProposalOutput out = of(&bounded_proposal, input);
    const auto before = static_cast<double>(out.before), after = static_cast<double>(out.after);
    RC_ASSERT(after <= before * (1 + input.raise_max) + 1e-6);
    RC_ASSERT(after >= before * (1 - input.lower_max) - 1e-6);
    RC_ASSERT(out.after >= input.floor);
    RC_ASSERT(out.after <= input.cap);
    // It never moves away from what is wanted.
    RC_ASSERT((after - before) * (input.wanted - before) >= 0);
  }));
}

}  // namespace
}  // namespace cofferdam::stress
