// SPDX-License-Identifier: Apache-2.0
//
// Credibility, ruin, Lundberg's coefficient and fits against recorded answers of R.
#include "cofferdam/models/actuarial/credibility.h"
#include "cofferdam/models/actuarial/fit_calculator.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/ruin_calculator.h"
#include "cofferdam/models/actuarial/tail.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>

namespace cofferdam::actuarial {
namespace {

struct Recorded {
  std::string_view name;
  int index = 0;
  double value = 0;
};

constexpr Recorded kRecorded[] = {
#include "cofferdam/models/actuarial/actuar_models.inc"
};

std::vector<double> recorded(std::string_view name) {
  std::vector<double> out;
  for (const Recorded& r : kRecorded)
    if (r.name == name) out.push_back(r.value);
  EXPECT_FALSE(out.empty()) << name;
  return out;
}

Severity severity_of(std::string_view text) {
  return *parse_severity(text);
}

CredibilityInput hachemeister(bool weighted) {
  const std::vector<double> ratios = recorded("hachemeister ratios");
  const std::vector<double> weights = recorded("hachemeister weights");
  CredibilityInput input{.model = weighted ? CredibilityModel::buhlmann_straub
                                           : CredibilityModel::buhlmann};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto from = static_cast<std::ptrdiff_t>(12 * i);
    CredibilityGroup group;
    group.ratios.assign(ratios.begin() + from, ratios.begin() + from + 12);
    if (weighted) group.weights.assign(weights.begin() + from, weights.begin() + from + 12);
    input.groups.push_back(std::move(group));
  }
  return input;
}

void expect_premiums(const CredibilityOutput& out, std::string_view name, double tolerance) {
  const std::vector<double> premiums = recorded(name);
  ASSERT_EQ(out.groups.size(), premiums.size());
  for (std::size_t i = 0; i < premiums.size(); ++i)
    EXPECT_NEAR(out.groups[i].premium, premiums[i], tolerance) << name << " " << i;
}

TEST(Credibility, OfHachemeistersDataIsActuars) {
  const auto unbiased = credibility(hachemeister(true));
  ASSERT_TRUE(unbiased.has_value());
  EXPECT_NEAR(unbiased->collective_mean, recorded("hachemeister unbiased collective")[0], 1e-9);
  const std::vector<double> variances = recorded("hachemeister unbiased variances");
  EXPECT_NEAR(unbiased->between_variance, variances[0], 1e-6);
  EXPECT_NEAR(unbiased->within_variance, variances[1], 1e-4);
  expect_premiums(*unbiased, "hachemeister unbiased premiums", 1e-8);

  CredibilityInput input = hachemeister(true);
  input.estimator = BetweenEstimator::iterative;
  const auto iterative = credibility(input);
  ASSERT_TRUE(iterative.has_value());
  EXPECT_NEAR(iterative->between_variance, recorded("hachemeister iterative between")[0], 1e-5);
  expect_premiums(*iterative, "hachemeister iterative premiums", 1e-7);

  const auto plain = credibility(hachemeister(false));
  ASSERT_TRUE(plain.has_value());
  EXPECT_NEAR(plain->between_variance, recorded("buhlmann variances")[0], 1e-6);
  EXPECT_NEAR(plain->within_variance, recorded("buhlmann variances")[1], 1e-6);
  expect_premiums(*plain, "buhlmann premiums", 1e-8);
}

TEST(Credibility, OfCohortsIsActuars) {
  CredibilityInput input = hachemeister(true);
  input.model = CredibilityModel::hierarchical;
  const char* cohorts[] = {"one", "two", "one", "two", "two"};
  for (std::size_t i = 0; i < 5; ++i) input.groups[i].cohort = cohorts[i];
  for (const auto& [estimator, text] :
       {std::pair{BetweenEstimator::unbiased, "hierarchical unbiased"},
        std::pair{BetweenEstimator::ohlsson, "hierarchical ohlsson"},
        std::pair{BetweenEstimator::iterative, "hierarchical iterative"}}) {
    const std::string name = text;
    input.estimator = estimator;
    const auto out = credibility(input);
    ASSERT_TRUE(out.has_value()) << out.error().text();
    EXPECT_NEAR(out->collective_mean, recorded(name + " collective")[0], 1e-6) << name;
    const std::vector<double> variances = recorded(name + " variances");
    EXPECT_NEAR(out->cohort_variance, variances[0], 1e-8 * variances[0]) << name;
    EXPECT_NEAR(out->between_variance, variances[1], 1e-8 * variances[1]) << name;
    EXPECT_NEAR(out->within_variance, variances[2], 1e-8 * variances[2]) << name;
    const std::vector<double> premiums = recorded(name + " cohorts");
    for (std::size_t c = 0; c < 2; ++c)
      EXPECT_NEAR(out->cohorts[c].premium, premiums[c], 1e-6) << name;
    expect_premiums(*out, name + " premiums", 1e-6);
  }
}

TEST(Credibility, OfLinesOverTimeIsActuars) {
  CredibilityInput input = hachemeister(true);
  input.model = CredibilityModel::hachemeister;
  for (const auto& [estimator, name] :
       {std::pair{BetweenEstimator::unbiased, "regression unbiased premiums"},
        std::pair{BetweenEstimator::iterative, "regression iterative premiums"}}) {
    input.estimator = estimator;
    const auto out = credibility(input);
    ASSERT_TRUE(out.has_value()) << out.error().text();
    expect_premiums(*out, name, 1e-5);
  }
  input.barycenter = false;
  const auto origin = credibility(input);
  ASSERT_TRUE(origin.has_value()) << origin.error().text();
  // Two iterations that stop by their own rules.
  expect_premiums(*origin, "regression origin premiums", 1e-2);
  const std::vector<double> collective = recorded("regression origin collective");
  EXPECT_NEAR(origin->collective_coefficients[0], collective[0], 1e-2);
  EXPECT_NEAR(origin->collective_coefficients[1], collective[1], 1e-2);
  // A line is its coefficients.
  input.period = 20;
  const auto later = credibility(input);
  ASSERT_TRUE(later.has_value());
  for (const CredibilityRow& row : later->groups)
    EXPECT_NEAR(row.premium, row.coefficients[0] + 20 * row.coefficients[1], 1e-9);
}

// The trap of a negative variance between, on both levels and for slopes.
TEST(Credibility, NegativeVariancesOfCohortsAndSlopesAreZero) {
  const auto group = [](const char* cohort, std::vector<double> ratios) {
    return CredibilityGroup{.ratios = std::move(ratios), .weights = {1, 1, 1}, .cohort = cohort};
  };
  CredibilityInput input{.model = CredibilityModel::hierarchical,
                         .groups = {group("a", {1, 9, 5}), group("a", {9, 1, 5}),
                                    group("b", {5, 1, 9}), group("b", {2, 8, 5})}};
  const auto levels = credibility(input);
  ASSERT_TRUE(levels.has_value());
  EXPECT_EQ(levels->cohort_variance, 0);
  EXPECT_EQ(levels->between_variance, 0);
  EXPECT_FALSE(levels->note.empty());
  for (const CredibilityRow& row : levels->groups) EXPECT_NEAR(row.premium, 5, 1e-12);
  input.model = CredibilityModel::hachemeister;
  const auto lines = credibility(input);
  ASSERT_TRUE(lines.has_value());
  EXPECT_FALSE(lines->note.empty());
  for (const CredibilityRow& row : lines->groups)
    EXPECT_NEAR(row.premium, lines->collective_mean, 1e-9);
  input.groups[0].cohort.clear();
  input.model = CredibilityModel::hierarchical;
  EXPECT_FALSE(credibility(input).has_value());
  input.model = CredibilityModel::buhlmann_straub;
  input.estimator = BetweenEstimator::ohlsson;
  EXPECT_FALSE(credibility(input).has_value());
}

// Klugman et al. 4th ed., example 20.9's structure: no difference between the groups beyond chance.
TEST(Credibility, ANegativeBetweenVarianceIsZeroAndSaysSo) {
  const CredibilityInput input{.model = CredibilityModel::buhlmann,
                               .groups = {{.name = "a", .ratios = {1, 9}, .weights = {}},
                                          {.name = "b", .ratios = {9, 1}, .weights = {}},
                                          {.name = "c", .ratios = {2, 8}, .weights = {}}}};
  for (const BetweenEstimator estimator :
       {BetweenEstimator::unbiased, BetweenEstimator::iterative}) {
    CredibilityInput asked = input;
    asked.estimator = estimator;
    const auto out = credibility(asked);
    ASSERT_TRUE(out.has_value());
    EXPECT_LT(out->raw_between_variance, 0);
    EXPECT_EQ(out->between_variance, 0);
    EXPECT_EQ(out->k, INFINITY);
    EXPECT_FALSE(out->note.empty());
    for (const CredibilityRow& row : out->groups) {
      EXPECT_EQ(row.credibility, 0);
      EXPECT_DOUBLE_EQ(row.premium, 5);
    }
  }
}

TEST(Credibility, RefusesWhatHasNoAnswer) {
  CredibilityInput input = hachemeister(true);
  input.groups.resize(1);
  EXPECT_FALSE(credibility(input).has_value());
  input = hachemeister(true);
  input.groups[2].weights[3] = 0;
  EXPECT_FALSE(credibility(input).has_value());
  input = hachemeister(true);
  for (CredibilityGroup& g : input.groups) {
    g.ratios.resize(1);
    g.weights.resize(1);
  }
  EXPECT_FALSE(credibility(input).has_value());
}

void expect_ruin(const RuinInput& input, std::string_view name, RuinMethod method) {
  RuinInput asked = input;
  asked.surpluses = {0, 1, 5, 10, 25};
  const auto out = ruin(asked);
  ASSERT_TRUE(out.has_value()) << name << ": " << out.error().text();
  EXPECT_EQ(out->method, method);
  const std::vector<double> values = recorded(name);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(out->rows[i].probability, values[i], 1e-12 + 1e-9 * values[i]) << name << " " << i;
}

// Partial fractions give it in closed form; it stands alone, so it is the furthest surplus asked.
TEST(Ruin, TheFurthestSurplusIsAsGoodAsTheOthers) {
  RuinInput input;
  input.claims = "gamma(shape 2, scale 1)";
  input.loading = 0.5;
  input.surpluses = {2};
  const auto answer = ruin(input);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_NEAR(answer->rows.front().probability, 0.43967328256375304, 1e-12);
}

TEST(Ruin, ClosedFormsAreActuars) {
  expect_ruin({.claims = "exponential(mean 1)", .phase_type = {}, .premium_rate = 1.2},
              "ruin exponential", RuinMethod::exponential);
  expect_ruin({.claims = "gamma(shape 3, rate 3)", .phase_type = {}, .premium_rate = 1.25},
              "ruin erlang 3", RuinMethod::phase_type);
  expect_ruin({.phase_type = PhaseTypeInput{.initial = {0.5, 0.5}, .generator = {{-3, 0}, {0, -7}}},
               .claim_rate = 3,
               .premium_rate = 1},
              "ruin hyperexponential", RuinMethod::phase_type);
  expect_ruin({.phase_type = PhaseTypeInput{.initial = {0.5614, 0.4386},
                                            .generator = {{-8.64, 1.997}, {0.101, -1.095}}},
               .premium_rate = 1.1},
              "ruin phase type", RuinMethod::phase_type);
  PhaseTypeInput mixture{.initial = {0.6, 0, 0, 0.4, 0, 0, 0},
                         .generator = std::vector(7, std::vector<double>(7, 0.0))};
  for (std::size_t i = 0; i < 7; ++i) {
    const double rate = i < 3 ? 3.5 : 2;
    mixture.generator[i][i] = -rate;
    if (i != 2 && i != 6) mixture.generator[i][i + 1] = rate;
  }
  expect_ruin({.phase_type = mixture, .premium_rate = 2}, "ruin erlang mixture",
              RuinMethod::phase_type);
}

// Two ways to the same number: the lattice does not know that the claims are exponential.
TEST(Ruin, TheLatticeFindsTheClosedForms) {
  for (const std::string_view text : {"exponential(mean 1)", "gamma(shape 3, scale 0.3)"}) {
    RuinInput input{.claims = std::string(text),
                    .phase_type = {},
                    .loading = 0.25,
                    .surpluses = {0.5, 1, 3.7, 12},
                    .points = 8192};
    const auto closed = ruin(input);
    input.method = RuinMethod::lattice;
    const auto lattice = ruin(input);
    ASSERT_TRUE(closed.has_value() && lattice.has_value());
    for (std::size_t i = 0; i < input.surpluses.size(); ++i) {
      EXPECT_NEAR(lattice->rows[i].probability, closed->rows[i].probability,
                  2e-7 * closed->rows[i].probability);
      EXPECT_LE(lattice->rows[i].lower, closed->rows[i].probability);
      EXPECT_GE(lattice->rows[i].upper, closed->rows[i].probability);
    }
  }
}

// The figure of a lognormal with loading 0.2 is 0.237302 (compound geometric with 2^19 points).
TEST(Ruin, OfLognormalClaimsIsBoundedAndTight) {
  const auto out = ruin({.claims = "lognormal(meanlog -0.5, sdlog 1)",
                         .phase_type = {},
                         .loading = 0.2,
                         .surpluses = {10},
                         .points = 8192});
  ASSERT_TRUE(out.has_value());
  EXPECT_NEAR(out->rows[0].probability, 0.237302, 1e-6);
  EXPECT_TRUE(std::isnan(out->adjustment_coefficient));
  EXPECT_TRUE(std::isnan(out->rows[0].lundberg_bound));
  EXPECT_GT(out->rows[0].heavy_tail, 0);
}

TEST(Ruin, BeforeAHorizonTendsToRuinForEver) {
  double before = 0;
  for (const double horizon : {1.0, 10.0, 100.0, 1000.0, 10'000.0}) {
    const double psi = exponential_ruin_before(1, 1, 1.2, 3, horizon);
    EXPECT_GT(psi, before);
    before = psi;
  }
  EXPECT_NEAR(before, exponential_ruin(1, 0.2, 3), 1e-10);
  // No claim at all within the horizon and u = 0: ruin is at least the chance of an early claim.
  EXPECT_NEAR(exponential_ruin_before(1, 1, 1.2, 0, 1e-6), 1e-6, 1e-9);
}

TEST(Ruin, SimulationAgreesWithTheIntegral) {
  const double exact = exponential_ruin_before(1, 1, 1.2, 1, 10);
  const SimulatedRuin s =
      simulate_ruin(severity_of("exponential(mean 1)"), 1, 1.2, 1, 10, 40'000, 7);
  EXPECT_NEAR(s.probability, exact, 4 * s.standard_error);
}

TEST(Ruin, AdjustmentCoefficientsAgree) {
  const Severity exponential = severity_of("exponential(mean 1)");
  EXPECT_NEAR(*adjustment_coefficient(exponential, 1, 1.2), recorded("adjustment exponential")[0],
              1e-8);
  const Severity gamma = severity_of("gamma(shape 2, rate 2)");
  EXPECT_NEAR(*adjustment_coefficient(gamma, 1, 1.2), recorded("adjustment gamma")[0], 1e-7);
  // Proportional cover of exponential claims has a closed form: R = 1/share - lambda/c.
  EXPECT_NEAR(*adjustment_coefficient(exponential, 1, 0.78, {.share = 0.7}), 1 / 0.7 - 1 / 0.78,
              1e-12);
  for (const double l : {2.0, 5.0}) {
    const double kept = limited_expected_value(gamma, l);
    const double premium = 1.2 - 1.4 * (1 - kept);
    EXPECT_NEAR(*adjustment_coefficient(gamma, 1, premium, {.share = 1, .retention = l}),
                recorded(l == 2 ? "adjustment excess 2" : "adjustment excess 5")[0], 1e-9);
  }
  EXPECT_FALSE(adjustment_coefficient(severity_of("pareto(shape 3, scale 2)"), 1, 2).has_value());
  EXPECT_FALSE(adjustment_coefficient(exponential, 1, 0.9).has_value());
}

void expect_fit(FitFamily family, std::string_view name, double tolerance) {
  for (const bool part : {false, true}) {
    std::vector<Observation> data;
    for (const double x : recorded("fit data"))
      data.push_back({.value = part ? std::min(x, 900.0) : x,
                      .truncation = part ? 60.0 : 0.0,
                      .censored = part && x >= 900});
    const auto fit = fit_family(family, data);
    ASSERT_TRUE(fit.has_value()) << name;
    const std::vector<double> values =
        recorded("fit " + std::string(name) + (part ? " part" : " whole"));
    for (std::size_t i = 0; i + 1 < values.size(); ++i)
      EXPECT_NEAR(fit->parameters[i], values[i], tolerance * std::abs(values[i])) << name << i;
    // Never below the likelihood that R found.
    EXPECT_NEAR(fit->log_likelihood, values.back(), 1e-8) << name;
  }
}

TEST(Fit, FindsTheLikelihoodOfR) {
  expect_fit(FitFamily::gamma, "gamma", 2e-6);
  expect_fit(FitFamily::weibull, "weibull", 2e-6);
  expect_fit(FitFamily::lognormal, "lnorm", 2e-6);
  expect_fit(FitFamily::inverse_gaussian, "invgauss", 2e-6);
  expect_fit(FitFamily::burr, "burr", 2e-5);
}

TEST(Fit, CountsAreFittedAndWhatDoesNotFitIsSaid) {
  const CountFit nb = fit_negative_binomial(recorded("fit counts"));
  const std::vector<double> values = recorded("fit negative binomial");
  EXPECT_NEAR(nb.frequency.states[0].count.size, values[0], 1e-6);
  EXPECT_NEAR(mean(nb.frequency), values[1], 1e-6);
  EXPECT_NEAR(nb.log_likelihood, values[2], 1e-9);
  // Under-dispersed: falls back and says so.
  const std::vector<double> even{3, 3, 4, 3, 3, 4, 3};
  const CountFit fallen = fit_negative_binomial(even);
  EXPECT_EQ(fallen.frequency.states[0].count.family, FrequencyFamily::poisson);
  EXPECT_NE(fallen.note.find("not over-dispersed"), std::string::npos);
  EXPECT_EQ(fit_binomial(even).frequency.states[0].count.family, FrequencyFamily::binomial);
  EXPECT_NE(fit_binomial(recorded("fit counts")).note.find("not under-dispersed"),
            std::string::npos);
}

TEST(Fit, GoodnessIsMeasuredAgainstTheGivenDistribution) {
  std::vector<Observation> data;
  for (const double x : recorded("fit data")) data.push_back({.value = x});
  const auto g = goodness_of(severity_of("lognormal(5.5, 0.7)"), data);
  ASSERT_TRUE(g.has_value());
  EXPECT_NEAR(g->kolmogorov_smirnov, recorded("ks distance")[0], 1e-12);
  data[3].censored = true;
  EXPECT_FALSE(goodness_of(severity_of("lognormal(5.5, 0.7)"), data).has_value());
}

TEST(Fit, RefusesDataThatSayNothing) {
  EXPECT_FALSE(fit({.losses = {}, .counts = {}}).has_value());
  EXPECT_FALSE(fit({.losses = {5, 5, 5}, .families = {FitFamily::gamma}}).has_value());
  EXPECT_FALSE(fit({.losses = {5, 6, -1}, .families = {FitFamily::gamma}}).has_value());
  EXPECT_FALSE(fit({.losses = {5, 6, 7}, .truncation = 5.5}).has_value());
  EXPECT_FALSE(fit({.losses = {}, .counts = {1, 2, 2.5}}).has_value());
  EXPECT_FALSE(fit({.losses = {}, .counts = {0, 0, 0}}).has_value());
}

TEST(Fit, AParetoOfALightTailSaysThatItDidNotSettle) {
  std::vector<double> losses;
  for (int i = 1; i <= 40; ++i) losses.push_back(100 + i);
  const auto out = fit({.losses = losses, .families = {FitFamily::pareto}});
  ASSERT_TRUE(out.has_value());
  EXPECT_FALSE(out->severities[0].converged);
  EXPECT_FALSE(out->severities[0].note.empty());
}

std::vector<double> pareto_sample() {
  std::vector<double> out;
  for (int i = 1; i <= 60; ++i)
    out.push_back(quantile(severity_of("pareto(shape 1.4, scale 3)"), i / 61.0));
  return out;
}

TEST(Tail, FitIsThatOfR) {
  const auto fit = fit_tail(pareto_sample(), 2);
  ASSERT_TRUE(fit.has_value());
  const std::vector<double> values = recorded("fit gpd");
  EXPECT_NEAR(fit->tail.scale, values[0], 1e-5);
  EXPECT_NEAR(fit->tail.shape, values[1], 1e-6);
  EXPECT_NEAR(fit->log_likelihood, values[2], 1e-9);
}

// At the ends of the interval the profile lies half a chi-square quantile below the top.
TEST(Tail, IntervalsAreThoseOfTheProfile) {
  const std::vector<double> losses = pareto_sample();
  const auto fit = fit_tail(losses, 2);
  const Interval shape = shape_interval(losses, *fit, 0.95);
  EXPECT_LT(shape.lower, fit->tail.shape);
  EXPECT_GT(shape.upper, fit->tail.shape);
  for (const double end : {shape.lower, shape.upper}) {
    double best = -INFINITY;
    for (double log_scale = -3; log_scale < 5; log_scale += 0.001) {
      const Severity gpd{
          GeneralizedPareto{.threshold = 2, .scale = std::exp(log_scale), .shape = end}};
      double sum = 0;
      for (const double x : losses)
        if (x > 2) sum += std::log(density(gpd, x));
      best = std::max(best, sum);
    }
    EXPECT_NEAR(best, fit->log_likelihood - 0.5 * 3.841458820694124, 1e-4);
  }
  const Interval var = var_interval(losses, *fit, 0.99, 0.95);
  EXPECT_LT(var.lower, tail_var(*fit, 0.99));
  EXPECT_GT(var.upper, tail_var(*fit, 0.99));
}

TEST(Tail, ThresholdsWithoutDataAreRefused) {
  const auto fit = fit_tail(pareto_sample(), 1000);
  ASSERT_FALSE(fit.has_value());
  EXPECT_EQ(fit.error().field, "threshold");
}

}  // namespace
}  // namespace cofferdam::actuarial
