// SPDX-License-Identifier: Apache-2.0
//
// Expected figures come from scipy 1.10 (stats.norm, stats.chi2, stats.binom; cumulants of the
// quadratic form from the eigenvalues of L'GL/2; the tail mean of Cornish-Fisher by quadrature),
// from the Basel Committee's tables, and from sums done by hand.
#include "cofferdam/models/stress/backtest.h"
#include "cofferdam/models/stress/cover.h"
#include "cofferdam/models/stress/margin_cost.h"
#include "cofferdam/models/stress/tail_risk.h"

#include <rapidcheck.h>

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::SignedAmount;

TEST(ValueAtRisk, IsTheLossOfItsRankAndTheMeanOfExactlyTheTail) {
  VarInput input;
  for (int i = 1; i <= 100; ++i) input.outcomes.push_back(-i);  // losses 1 to 100
  input.confidences = {0.95, 0.99, 0.985, 0.5};
  const auto out = value_at_risk(input);
  ASSERT_TRUE(out.has_value()) << out.error().text();
  EXPECT_EQ(out->rows[0].value_at_risk, 95);
  EXPECT_NEAR(out->rows[0].expected_shortfall, (96 + 97 + 98 + 99 + 100) / 5.0, 1e-9);
  EXPECT_EQ(out->rows[1].value_at_risk, 99);
  EXPECT_NEAR(out->rows[1].expected_shortfall, 100, 1e-9);
  // The worst 1.5: the outcome at the quantile counts with half of its weight.
  EXPECT_EQ(out->rows[2].value_at_risk, 99);
  EXPECT_NEAR(out->rows[2].expected_shortfall, (100 + 0.5 * 99) / 1.5, 1e-9);
  EXPECT_EQ(out->rows[3].value_at_risk, 50);
  EXPECT_NEAR(out->mean, -50.5, 1e-12);
}

TEST(ValueAtRisk, InterpolatesBetweenRanksWhereAsked) {
  VarInput input{
      .quantile = QuantileRule::linear, .outcomes = {-1, -2, -3, -4}, .confidences = {0.75}};
  EXPECT_DOUBLE_EQ(value_at_risk(input)->rows[0].value_at_risk, 3.25);  // numpy.quantile
}

TEST(ValueAtRisk, TakesWeights) {
  VarInput input{.outcomes = {-10, 5, -20, 0}, .weights = {1, 5, 1, 3}, .confidences = {0.85}};
  const auto out = value_at_risk(input);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->rows[0].value_at_risk, 10);
  EXPECT_NEAR(out->rows[0].expected_shortfall, (20 * 0.1 + 10 * 0.05) / 0.15, 1e-12);
}

TEST(ValueAtRisk, OfNormalMomentsAgreesWithScipy) {
  // Two outcomes at mean +- deviation have just these moments.
  VarInput input{
      .method = TailMethod::normal, .outcomes = {2.1, -1.9}, .confidences = {0.95, 0.99, 0.995}};
  const auto out = value_at_risk(input);
  ASSERT_TRUE(out.has_value());
  const double var[] = {3.1897072539029443, 4.552695748081682, 5.051658607097801};
  const double shortfall[] = {4.025425615014852, 5.23042844069161, 5.683897210766961};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(out->rows[i].value_at_risk, var[i], 1e-12);
    EXPECT_NEAR(out->rows[i].expected_shortfall, shortfall[i], 1e-11);
  }
}

TEST(ValueAtRisk, OfDeltaAndGammaAgreesWithTheEigenvalues) {
  VarInput input{.method = TailMethod::cornish_fisher,
                 .delta = {1, 0.5},
                 .gamma = {{2, 0.5}, {0.5, 1}},
                 .covariance = {{0.04, 0.01}, {0.01, 0.09}},
                 .confidences = {0.99}};
  const auto out = value_at_risk(input);
  ASSERT_TRUE(out.has_value()) << out.error().text();
  EXPECT_NEAR(out->mean, 0.09000000000000001, 1e-12);
  EXPECT_NEAR(out->deviation, 0.2873586609100202, 1e-12);
  EXPECT_NEAR(out->skewness, 1.3137920305720372, 1e-12);
  EXPECT_NEAR(out->excess_kurtosis, 2.389368869794147, 1e-12);
  EXPECT_NEAR(out->rows[0].value_at_risk, 0.27475108971338713, 1e-9);
  EXPECT_NEAR(out->rows[0].expected_shortfall, 0.2614098062684109, 1e-8);
  EXPECT_FALSE(out->is_monotone);  // a skewness of 1.3 asks for more kurtosis than 2.4
}

TEST(ValueAtRisk, OfOneSelectionIsThatOfTheSortedOutcomes) {
  rc::check([](std::vector<std::int16_t> values) {
    RC_PRE(values.size() >= 2);
    VarInput input{.outcomes = std::vector<double>(values.begin(), values.end()),
                   .confidences = {0.9}};
    const auto out = value_at_risk(input);
    std::vector<double> copy = input.outcomes;
    const Tail tail = tail_of(copy, 0.9);
    RC_ASSERT(tail.value_at_risk == out->rows[0].value_at_risk);
    RC_ASSERT(std::fabs(tail.expected_shortfall - out->rows[0].expected_shortfall) < 1e-6);
    RC_ASSERT(tail.expected_shortfall >= tail.value_at_risk - 1e-9);
  });
}

TEST(ValueAtRisk, NamesWhatIsWrong) {
  const VarInput good{.outcomes = {1, -1}};
  const auto field = [](VarInput input) {
    const auto out = value_at_risk(input);
    return out ? std::string("accepted") : out.error().field;
  };
  EXPECT_EQ(field(good), "accepted");
  VarInput bad = good;
  bad.confidences = {0.9, 1.0};
  EXPECT_EQ(field(bad), "confidences[1]");
  bad = good;
  bad.outcomes = {1};
  EXPECT_EQ(field(bad), "outcomes");
  bad = good;
  bad.weights = {1, -1};
  EXPECT_EQ(field(bad), "weights[1]");
  bad = good;
  bad.weights = {1};
  EXPECT_EQ(field(bad), "weights");
  bad = {.method = TailMethod::normal, .delta = {1, 1}, .covariance = {{1, 2}, {2, 1}}};
  EXPECT_EQ(field(bad), "covariance");
  bad.covariance = {{1, 0.5}, {0.4, 1}};
  EXPECT_EQ(field(bad), "covariance[1][0]");
  bad.covariance = {{1, 0.5}};
  EXPECT_EQ(field(bad), "covariance");
  bad = {.outcomes = {1e308, 1e308, -1e308}};
  EXPECT_EQ(field(bad), "outcomes");
}

TEST(Backtest, ZonesAreThoseOfTheBaselTable) {
  // Supervisory framework, table 2: cumulative probability in per cent for 0 to 10 exceedances.
  const double table[] = {8.11,  28.58, 54.32, 75.81, 89.22, 95.88,
                          98.63, 99.60, 99.89, 99.97, 99.99};
  const double plus[] = {0, 0, 0, 0, 0, 0.4, 0.5, 0.65, 0.75, 0.85, 1.0};
  for (std::uint64_t x = 0; x <= 10; ++x) {
    BacktestInput input{.days = 250};
    for (std::uint64_t d = 1; d <= x; ++d) input.exceedance_days.push_back(20 * d);
    const auto out = backtest(input);
    ASSERT_TRUE(out.has_value()) << out.error().text();
    EXPECT_NEAR(100 * out->cumulative_probability, table[x], 0.0051);
    EXPECT_EQ(out->plus_factor, plus[x]);
    EXPECT_EQ(out->yellow_from, 5U);
    EXPECT_EQ(out->red_from, 10U);
    EXPECT_EQ(out->zone, x < 5    ? BacktestZone::green
                         : x < 10 ? BacktestZone::yellow
                                  : BacktestZone::red);
  }
}

TEST(Backtest, KupiecAgreesWithScipy) {
  struct Case {
    std::uint64_t n, x;
    double confidence, statistic, p_value;
  };

  const Case cases[] = {{255, 7, 0.99, 5.316341340978184, 0.021126323789771168},
                        {250, 0, 0.99, 5.025167926750726, 0.02498150305344973},
                        {250, 12, 0.99, 19.016185661391603, 1.296143301763101e-05},
                        {500, 15, 0.95, 4.884295582777014, 0.027102091475542812}};
  for (const Case& c : cases) {
    BacktestInput input{.confidence = c.confidence, .days = c.n};
    for (std::uint64_t d = 1; d <= c.x; ++d) input.exceedance_days.push_back(3 * d);
    const auto out = backtest(input);
    ASSERT_TRUE(out.has_value());
    EXPECT_NEAR(out->kupiec.statistic, c.statistic, 1e-9);
    EXPECT_NEAR(out->kupiec.p_value, c.p_value, 1e-10);
    EXPECT_TRUE(out->kupiec.rejects);
  }
}

TEST(Backtest, ChristoffersenSeesClusters) {
  const auto out = backtest({.days = 250, .exceedance_days = {5, 6, 7, 50, 51, 120, 200}});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->quiet_after_quiet, 238U);
  EXPECT_EQ(out->exceeded_after_quiet, 4U);
  EXPECT_EQ(out->quiet_after_exceeded, 4U);
  EXPECT_EQ(out->exceeded_after_exceeded, 3U);
  EXPECT_NEAR(out->independence.statistic, 13.487563523752076, 1e-9);
  EXPECT_NEAR(out->independence.p_value, 0.00024014982189789623, 1e-12);
  EXPECT_NEAR(out->conditional_coverage.statistic, 18.98455397154476, 1e-9);
  EXPECT_NEAR(out->conditional_coverage.p_value, 7.543214965938766e-05, 1e-13);
}

TEST(Backtest, ADayExceedsOnlyWhenItLosesMore) {
  const auto out = backtest({.outcomes = {-10, -10.5, 3, -9}, .value_at_risk = {10, 10, 10, 10}});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->exceedances, 1U);
  EXPECT_DOUBLE_EQ(out->mean_excess, 0.5);
}

TEST(Backtest, NamesWhatIsWrong) {
  EXPECT_EQ(backtest({}).error().field, "outcomes");
  EXPECT_EQ(backtest({.days = 10, .exceedance_days = {3, 3}}).error().field, "exceedance_days[1]");
  EXPECT_EQ(backtest({.days = 10, .exceedance_days = {11}}).error().field, "exceedance_days[0]");
  EXPECT_EQ(backtest({.outcomes = {1, 2}, .value_at_risk = {1}}).error().field, "value_at_risk");
  EXPECT_EQ(backtest({.confidence = 0.4, .days = 10}).error().field, "confidence");
  EXPECT_EQ(
      backtest({.confidence = std::numeric_limits<double>::quiet_NaN(), .days = 10}).error().field,
      "confidence");
}

CoverInput two_scenarios() {
  return {.scale = 0,
          .scenarios = {"up", "down"},
          .resources = Amount(100),
          .members = {{"a", "x", Amount(10), {SignedAmount(200), SignedAmount(-50)}, {Amount(90)}},
                      {"b", "", Amount(20), {SignedAmount(150), SignedAmount(0)}, {Amount(60)}},
                      {"c", "x", Amount(5), {SignedAmount(-80), SignedAmount(70)}, {Amount(15)}},
                      {"d", "", Amount(30), {SignedAmount(10), SignedAmount(161)}, {Amount(1)}}}};
}

TEST(Cover, AddsAffiliatesAndLeavesTheDefaultersShareOut) {
  // up: a 200-90-10 = 100, c 0, so x 100; b 150-60-20 = 70; d 0.
  // down: x 0 + (70-15-5 = 50); b 0; d 161-1-30 = 130.
  const auto out = cover(two_scenarios());
  ASSERT_TRUE(out.has_value()) << out.error().text();
  const CoverResult& one = out->results[0];
  EXPECT_EQ(one.scenario, "down");
  EXPECT_EQ(one.need, Amount(130));
  EXPECT_EQ(one.available, Amount(100 + 10 + 20 + 5));
  EXPECT_TRUE(one.is_covered);
  EXPECT_EQ(one.surplus, SignedAmount(5));
  const CoverResult& two = out->results[1];
  EXPECT_EQ(two.scenario, "down");  // 180 against 120; up: 170 against 130
  EXPECT_EQ(two.need, Amount(180));
  EXPECT_EQ(two.available, Amount(120));
  EXPECT_FALSE(two.is_covered);
  ASSERT_EQ(two.defaulters.size(), 2U);
  EXPECT_EQ(two.defaulters[0].group, "d");
  EXPECT_EQ(two.defaulters[1].group, "x");
  EXPECT_EQ(out->results[2].need, Amount(180));
}

TEST(Cover, NamesWhatIsWrong) {
  CoverInput bad = two_scenarios();
  bad.members[1].member = "a";
  EXPECT_EQ(cover(bad).error().field, "members[1].member");
  bad = two_scenarios();
  bad.members[2].losses.pop_back();
  EXPECT_EQ(cover(bad).error().field, "members[2].losses");
  bad = two_scenarios();
  bad.members[0].margins = {};
  EXPECT_EQ(cover(bad).error().field, "members[0].margins");
  bad = two_scenarios();
  bad.resources = Amount(base::u128{1} << 101);
  EXPECT_EQ(cover(bad).error().field, "resources");
  bad = two_scenarios();
  bad.scenarios = {};
  EXPECT_EQ(cover(bad).error().field, "scenarios");
}

MarginCostInput held_a_week() {
  MarginCostInput in;
  in.quantity = 2;
  in.price = 50'000;
  in.margin = 10'000;
  in.maintenance_rate = 0.03;
  in.days = 7;
  in.open_fee_rate = 0.0005;
  in.close_fee_rate = 0.0002;
  in.half_spread_rate = 0.0001;
  in.impact_coefficient = 0.8;
  in.daily_volume = 20'000;
  in.daily_volatility = 0.04;
  in.funding_rates = std::vector<double>(21, 0.0001);
  in.borrow = {.borrowed = 90'000,
               .total_debt = 950,
               .available_cash = 50,
               .base_rate = 0.02,
               .slope_below = 0.04,
               .slope_above = 0.6,
               .optimal_utilisation = 0.9};
  in.borrow.total_debt = 950'000;
  in.borrow.available_cash = 50'000;
  in.liquidation_penalty_rate = 0.01;
  in.liquidation_slippage_rate = 0.005;
  in.alternative_rate = 0.05;
  in.margin_rate = 0.01;
  return in;
}

TEST(MarginCost, IsTheSumOfItsRoundedParts) {
  MarginCostInput in = held_a_week();
  const auto out = margin_cost(in);
  ASSERT_TRUE(out.has_value()) << out.error().text();
  EXPECT_EQ(out->fees, SignedAmount(70'00));
  EXPECT_EQ(out->spread, SignedAmount(20'00));
  EXPECT_EQ(out->impact, SignedAmount(64'00));  // 2 x 100,000 x 0.8 x 0.04 x sqrt(2 / 20,000)
  EXPECT_EQ(out->funding, SignedAmount(210'00));
  EXPECT_EQ(out->borrow, SignedAmount(623'52));
  EXPECT_NEAR(out->liquidation_price, 46391.75257731959, 1e-8);
  EXPECT_NEAR(out->liquidation_probability, 0.49709282988489645, 1e-12);
  EXPECT_EQ(out->liquidation, SignedAmount(745'64));
  EXPECT_EQ(out->opportunity, SignedAmount(7'67));
  EXPECT_EQ(out->total, SignedAmount(70'00 + 20'00 + 64'00 + 210'00 + 623'52 + 745'64 + 7'67));
  EXPECT_NEAR(out->bps_of_notional, 174.083, 1e-9);
  in.side = PositionSide::short_;
  const auto other = margin_cost(in);
  EXPECT_EQ(other->funding, SignedAmount(-210'00));
  EXPECT_NEAR(other->liquidation_price, 53398.05825242718, 1e-8);
  EXPECT_NEAR(other->liquidation_probability, 0.5168499544217486, 1e-12);
}

TEST(MarginCost, SweepsLeverageAndBandsFunding) {
  MarginCostInput in = held_a_week();
  in.funding_multiples = {0.5, 2};
  in.volatility_multiples = {1, 1.5};
  in.leverages = {2, 10, 30};
  const auto out = margin_cost(in);
  ASSERT_TRUE(out.has_value());
  ASSERT_EQ(out->band.size(), 4U);
  EXPECT_EQ(out->band[2].total.units() - out->band[0].total.units(), 315'00);
  ASSERT_EQ(out->sweep.size(), 3U);
  EXPECT_LT(out->sweep[0].liquidation, out->sweep[1].liquidation);
  EXPECT_LT(out->sweep[1].liquidation, out->sweep[2].liquidation);
}

TEST(MarginCost, NamesWhatIsWrong) {
  const auto field = [](auto change) {
    MarginCostInput in = held_a_week();
    change(in);
    const auto out = margin_cost(in);
    return out ? std::string("accepted") : out.error().field;
  };
  EXPECT_EQ(field([](MarginCostInput& in) { in.quantity = 0; }), "quantity");
  EXPECT_EQ(field([](MarginCostInput& in) { in.price = -1; }), "price");
  EXPECT_EQ(field([](MarginCostInput& in) { in.daily_volume = 0; }), "daily_volume");
  EXPECT_EQ(field([](MarginCostInput& in) { in.borrow.borrowed = 2e6; }), "borrow.borrowed");
  EXPECT_EQ(field([](MarginCostInput& in) { in.maintenance_rate = 1; }), "maintenance_rate");
  EXPECT_EQ(field([](MarginCostInput& in) { in.funding_rates = {2}; }), "funding_rates[0]");
  EXPECT_EQ(field([](MarginCostInput& in) { in.leverages = {0}; }), "leverages[0]");
  // 1e30 of notional at 18 digits is 1e48, beyond 128 bits.
  EXPECT_EQ(field([](MarginCostInput& in) {
              in.scale = 18;
              in.quantity = in.price = 1e15;
            }),
            "fees");
  const auto rule = [](auto change) {
    MarginCostInput in = held_a_week();
    change(in);
    return margin_cost(in).error().rule;
  };
  EXPECT_EQ(rule([](MarginCostInput& in) { in.price = 1e16; }), "must be 1e-15 to 1e15");
  EXPECT_EQ(rule([](MarginCostInput& in) { in.leverages = {2, 2e6}; }), "must be 1e-6 to 1e6");
  EXPECT_EQ(rule([](MarginCostInput& in) { in.funding_rates = {2}; }), "must be -1 to 1");
}

}  // namespace
}  // namespace cofferdam::stress
