// SPDX-License-Identifier: Apache-2.0
//
// One test for each way in which figures of an aggregate go wrong unseen.
#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/allocate_calculator.h"
#include "cofferdam/models/actuarial/individual.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/premium.h"
#include "cofferdam/models/actuarial/simulate.h"
#include "cofferdam/models/actuarial/tail_calculator.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <numeric>

namespace cofferdam::actuarial {
namespace {

Portfolio portfolio_of(std::string_view text) {
  const base::Result<Portfolio> p = parse_model(text);
  EXPECT_TRUE(p.has_value()) << text << ": " << p.error().text();
  return *p;
}

double sum_of(const Lattice& lattice) {
  return std::accumulate(lattice.mass.begin(), lattice.mass.end(), 0.0);
}

TEST(Trap, MassBeyondTheGridIsReportedAndNotSpreadOver) {
  const auto out = aggregate_figures({.model = "poisson 10 of exponential(mean 1)",
                                      .step = 0.25,
                                      .points = 64,
                                      .levels = {0.5, 0.999}});
  ASSERT_TRUE(out.has_value());
  // P(S > 16) of a compound Poisson is some 10 %: the grid ends there.
  EXPECT_GT(out->certificate->lost_mass, 0.05);
  EXPECT_EQ(out->risk[1].var, INFINITY);
  EXPECT_EQ(out->risk[1].tvar, INFINITY);
  EXPECT_FALSE(out->certificate->verdict.empty());
  EXPECT_TRUE(std::isfinite(out->risk[0].var));
}

TEST(Trap, WrappedMassIsBoundedAndPaddingOrTiltRemovesIt) {
  const Portfolio p = portfolio_of("poisson 10 of exponential(mean 1)");
  const Grid grid{.step = 0.125, .points = 256};
  const auto exact = aggregate_by_panjer(p, grid, grid.points);
  const auto worst = [&](const Transform& t) {
    const FftAnswer answer = aggregate_by_fft(p, grid, t);
    double most = 0;
    double all = 0;
    for (std::size_t i = 0; i < grid.points; ++i) {
      most = std::max(most, std::abs(answer.lattice.mass[i] - exact->mass[i]));
      all += std::abs(answer.lattice.mass[i] - exact->mass[i]);
    }
    EXPECT_LE(all,
              answer.aliasing_bound + answer.rounding_bound * static_cast<double>(grid.points));
    return most;
  };
  EXPECT_GT(worst({.padding = 1, .tilt = 0}), 1e-7);
  EXPECT_LT(worst({.padding = 1, .tilt = 20}), 1e-9);
  EXPECT_LT(worst({.padding = 4, .tilt = 0}), 1e-15);
  EXPECT_LT(worst({.padding = 2, .tilt = 12}), 1e-14);
}

TEST(Trap, TiltMagnifiesRoundingAndTheBoundSaysBy) {
  const Portfolio p = portfolio_of("poisson 10 of exponential(mean 1)");
  const Grid grid{.step = 0.125, .points = 256};
  const auto exact = aggregate_by_panjer(p, grid, grid.points);
  double before = 0;
  for (const double tilt : {10.0, 20.0, 30.0, 40.0}) {
    const FftAnswer answer = aggregate_by_fft(p, grid, {.padding = 1, .tilt = tilt});
    double most = 0;
    for (std::size_t i = 0; i < grid.points; ++i)
      most = std::max(most, std::abs(answer.lattice.mass[i] - exact->mass[i]));
    EXPECT_LE(most, answer.rounding_bound + answer.aliasing_bound);
    EXPECT_GT(answer.rounding_bound, before);
    before = answer.rounding_bound;
  }
  EXPECT_GT(before, 1e-2);
  const auto out = aggregate_figures(
      {.model = "poisson 10 of exponential(mean 1)", .step = 0.125, .points = 256, .tilt = 40});
  EXPECT_NE(out->certificate->verdict.find("tilt"), std::string::npos);
}

TEST(Trap, NegativeMassIsSetToZeroAndCounted) {
  // Far apart atoms leave empty places, where rounding has either sign.
  const FftAnswer answer =
      aggregate_by_fft(portfolio_of("poisson 3 of empirical(64: 0.5, 256: 0.5)"),
                       {.step = 1, .points = 4096}, {.padding = 1, .tilt = 0});
  EXPECT_GT(answer.negative_mass, 0);
  EXPECT_LT(answer.negative_mass, 1e-12);
  for (const double m : answer.lattice.mass) ASSERT_GE(m, 0);
}

TEST(Trap, MeasuresAreRightAtAtoms) {
  // One loss of 100 with probability 2 %: at 99 % VaR is the atom and so is TVaR; at 95 % VaR is
  // nothing and TVaR is 2 % of 100 over 5 %.
  const auto out = aggregate_figures({.model = "bernoulli 0.02 of constant 100",
                                      .step = 1,
                                      .points = 256,
                                      .levels = {0.95, 0.98, 0.99}});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->risk[0].var, 0);
  EXPECT_NEAR(out->risk[0].tvar, 40, 1e-9);
  EXPECT_EQ(out->risk[1].var, 0);
  EXPECT_NEAR(out->risk[1].tvar, 100, 1e-8);
  EXPECT_EQ(out->risk[2].var, 100);
  EXPECT_NEAR(out->risk[2].tvar, 100, 1e-9);
  // The same of a severity with atoms: F(2) = 0.75 exactly.
  const Severity die = *parse_severity("empirical(1, 2, 3, 2)");
  EXPECT_EQ(quantile(die, 0.75), 2);
  EXPECT_EQ(quantile(die, 0.7500001), 3);
  EXPECT_NEAR(tail_value_at_risk(die, 0.5), 2.5, 1e-12);
}

TEST(Trap, AnInfiniteMeanIsRefusedAndALimitNamed) {
  for (const std::string_view model :
       {"poisson 1 of pareto(shape 0.9, scale 1e6)",
        "poisson 1 of gpd(threshold 0, scale 1, shape 1)",
        "poisson 1 of spliced(lognormal(0, 1), gpd(5, 3, 1.4), tail 0.05) xs 2"}) {
    const auto out = aggregate_figures({.model = std::string(model)});
    ASSERT_FALSE(out.has_value()) << model;
    EXPECT_NE(out.error().hint.find("a limit of"), std::string::npos) << out.error().hint;
    EXPECT_FALSE(premium({.model = std::string(model), .expected_value_loading = 0.1}).has_value());
    const auto limited = aggregate_figures({.model = std::string(model) + " limit 50"});
    ASSERT_TRUE(limited.has_value());
    EXPECT_TRUE(std::isfinite(limited->mean));
  }
  TailInput input{.losses = {}, .threshold = 1};
  for (int i = 1; i <= 100; ++i) input.losses.push_back(std::pow(101.0 / i, 1.5));
  const auto out = tail(input);
  ASSERT_TRUE(out.has_value());
  EXPECT_FALSE(out->mean_is_finite);
  EXPECT_EQ(out->risk[0].expected_shortfall, INFINITY);
  EXPECT_NE(out->note.find("a limit of"), std::string::npos);
  EXPECT_TRUE(std::isfinite(out->limited_mean_excess));
}

// Thinning: the number of payments is the thinned one, and each is conditional (Klugman 8.6).
TEST(Trap, PerLossAndPerPaymentRoutesAgree) {
  for (const std::string_view count :
       {"poisson 3", "negative binomial(size 2, beta 1.5)", "binomial(trials 8, probability 0.3)",
        "poisson(mean 3, zero 0.2)", "negative binomial(size 2, beta 1.5, zero 0)",
        "mixture(0.9: poisson 1, 0.1: poisson 8)"}) {
    const Frequency frequency = *parse_frequency(count);
    Payment payment{.severity = *parse_severity("gamma(shape 2, scale 150)"),
                    .terms = {.deductible = 100, .limit = 500}};
    const Grid grid{.step = 5, .points = 2048, .method = Discretization::rounding};
    const FftAnswer by_loss =
        aggregate_by_fft({.lines = {{frequency, payment}}, .annual = {}}, grid);
    const Frequency paid = thinned(frequency, payment_probability(payment));
    payment.basis = PaymentBasis::per_payment;
    const FftAnswer by_payment = aggregate_by_fft({.lines = {{paid, payment}}, .annual = {}}, grid);
    for (std::size_t i = 0; i < grid.points; ++i)
      ASSERT_NEAR(by_loss.lattice.mass[i], by_payment.lattice.mass[i], 1e-14) << count << " " << i;
  }
}

TEST(Trap, APoissonMeanBeyondUnderflowIsStillComputed) {
  // exp(-2000) is zero in doubles.
  const Portfolio p = portfolio_of("poisson 2000 of constant 1");
  const auto panjer = aggregate_by_panjer(p, {.step = 1, .points = 4096}, 4096);
  ASSERT_TRUE(panjer.has_value());
  EXPECT_NEAR(sum_of(*panjer), 1, 1e-10);
  EXPECT_NEAR(panjer->mass[2000], probability_of(poisson(2000), 2000), 1e-13);
  const FftAnswer fft = aggregate_by_fft(p, {.step = 1, .points = 4096});
  EXPECT_NEAR(fft.lattice.mass[2000], panjer->mass[2000], 1e-13);
}

TEST(Aggregate, BoundsHoldTheTruthAndShrinkWithTheStep) {
  double before = INFINITY;
  // Closed form: a compound Poisson of exponentials by its series of gammas.
  const auto exact = [](double x) {
    double sum = std::exp(-4.0);
    for (int n = 1; n < 60; ++n)
      sum += probability_of(poisson(4), static_cast<std::uint64_t>(n)) *
             distribution(Severity{Gamma{static_cast<double>(n), 1}}, x);
    return sum;
  };
  for (const double step : {0.1, 0.05, 0.025}) {
    const auto out = aggregate_figures({.model = "poisson 4 of exponential(mean 1)",
                                        .step = step,
                                        .points = 2048,
                                        .levels = {0.99}});
    ASSERT_TRUE(out.has_value());
    const AggregateRisk& r = out->risk[0];
    EXPECT_LE(exact(r.var_lower - 1e-9 - step), 0.99);
    EXPECT_GE(exact(r.var_upper + 1e-9), 0.99);
    EXPECT_LE(r.tvar_lower, r.tvar);
    EXPECT_GE(r.tvar_upper, r.tvar);
    EXPECT_LT(r.tvar_upper - r.tvar_lower, before);
    before = r.tvar_upper - r.tvar_lower;
  }
}

TEST(Aggregate, SimulationAgreesAndIsRepeatable) {
  AggregateInput input{.model =
                           "negative binomial(size 3, beta 2) of gamma(shape 2, scale 500) xs "
                           "200 limit 2000 annual deductible 1000 annual limit 9000",
                       .simulations = 40'000,
                       .seed = 11,
                       .levels = {0.9}};
  const auto fft = aggregate_figures(input);
  input.method = AggregateMethod::simulation;
  const auto drawn = aggregate_figures(input);
  ASSERT_TRUE(fft.has_value() && drawn.has_value());
  EXPECT_NEAR(drawn->paid_mean, fft->paid_mean, 0.02 * fft->paid_mean);
  EXPECT_NEAR(drawn->risk[0].tvar, fft->risk[0].tvar, 0.02 * fft->risk[0].tvar);
  EXPECT_EQ(aggregate_figures(input)->paid_mean, drawn->paid_mean);
}

TEST(Aggregate, RefusesWhatItCannotCompute) {
  const std::string model = "poisson 1 of exponential 1";
  EXPECT_FALSE(aggregate_figures({.model = ""}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model, .points = 1000}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model, .padding = 3}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model, .levels = {1}}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = "poisson 1 of exponential -1"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = "poisson -1 of exponential 1"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = "poisson 1 of unknown 1"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = "poisson 1 of gamma(shape 1, mode 2)"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model + " limit 0"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model + " coinsurance 2"}).has_value());
  EXPECT_FALSE(aggregate_figures({.model = model + " trailing"}).has_value());
}

TEST(ModelText, ReadsBackWhatItWrites) {
  for (const std::string_view text :
       {"exponential(mean 3)", "gamma(shape 2, scale 500)", "weibull(shape 0.7, scale 3)",
        "lognormal(meanlog 1, sdlog 2)", "single parameter pareto(shape 2, threshold 3)",
        "pareto(shape 2, scale 3)", "burr(shape1 2, shape2 3, scale 4)",
        "inverse gaussian(mean 2, shape 3)", "loggamma(shapelog 2, ratelog 3)",
        "generalized pareto(threshold 1, scale 2, shape 0.5)", "uniform(min 1, max 2)",
        "constant(5)", "empirical(1: 0.25, 2: 0.75)",
        "spliced(lognormal(meanlog 0, sdlog 1), generalized pareto(threshold 5, scale 3, shape "
        "0.5), tail 0.05)"})
    EXPECT_EQ(text_of(*parse_severity(text)), text);
  const Severity by_mean = *parse_severity("Lognormal (mean 5e6, cv 2)");
  EXPECT_NEAR(mean(by_mean), 5e6, 1e-6);
  EXPECT_NEAR(std::sqrt(variance(by_mean)) / mean(by_mean), 2, 1e-12);
  EXPECT_EQ(text_of(*parse_severity("single-parameter pareto(2, 3)")),
            "single parameter pareto(shape 2, threshold 3)");
}

// Any words and numbers in any order: an answer or an error, never more.
TEST(ModelText, TakesAnyText) {
  rc::check([] {
    static const std::vector<std::string> kWords{
        "poisson", "of",      "gamma", "(", ")",      "1",       "2e9", ",", "shape", "limit",
        "xs",      "mixture", ":",     "+", "annual", "spliced", "-1",  "%", "0",     "empirical"};
    std::string text;
    const auto n = *rc::gen::inRange(0, 14);
    for (int i = 0; i < n; ++i) text += *rc::gen::elementOf(kWords) + " ";
    const auto parsed = parse_model(text);
    RC_ASSERT(parsed.has_value() || !parsed.error().rule.empty());
  });
}

TEST(Individual, ACoverTakenOutAndPutBackLeavesTheSum) {
  IndividualModel model(1, 1024);
  std::vector<CoverRisk> covers;
  for (int i = 1; i <= 20; ++i) covers.push_back(cover_of(0.01 * i, 3 * i));
  for (const CoverRisk& c : covers) model.add(c);
  const Lattice before = model.lattice();
  EXPECT_NEAR(moments_of(before).mass, 1, 1e-14);
  model.remove(covers[7]);
  model.add(covers[7]);
  for (std::size_t k = 0; k < 512; ++k) ASSERT_NEAR(model.lattice().mass[k], before.mass[k], 1e-15);
}

// R38: in the limit of one shock for all, the sum is the comonotone one.
TEST(Individual, ACommonShockInTheLimitIsTheComonotoneSum) {
  std::vector<CoverRisk> covers;
  for (int i = 1; i <= 10; ++i) covers.push_back(cover_of(0.02, 10));
  const std::vector<CrisisState> shock{{0.98, 0}, {0.02, 50}};
  const Lattice sum = distribution_of(covers, shock, 1, 128);
  EXPECT_NEAR(sum.mass[0], 0.98, 1e-15);
  EXPECT_NEAR(sum.mass[100], 0.02, 1e-15);
  const std::vector<CrisisState> calm{{1, 1}};
  EXPECT_NEAR(moments_of(distribution_of(covers, calm, 1, 128)).mean, moments_of(sum).mean, 1e-12);
  const Shares shares = allocate_tvar(covers, shock, 1, 128, 0.99);
  EXPECT_NEAR(shares.tvar, 100, 1e-9);
  for (const double c : shares.contributions) EXPECT_NEAR(c, 10, 1e-9);
}

// The contributions sum to TVaR although the level cuts through an atom, by enumeration.
TEST(Individual, TheAtomAtVarIsSplitProRata) {
  const std::vector<CoverRisk> covers{cover_of(0.1, 10), cover_of(0.2, 10), cover_of(0.05, 30)};
  const std::vector<CrisisState> calm{{1, 1}};
  const double p = 0.9;
  const Shares shares = allocate_tvar(covers, calm, 1, 64, p);
  // The same where the cover is taken out of the sum: two amounts are not one atom.
  std::vector<CoverRisk> halves = covers;
  halves[0] = {.probability = 0.1, .amounts = {10, 10}, .weights = {0.5, 0.5}};
  const Shares again = allocate_tvar(halves, calm, 1, 64, p);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(again.contributions[i], shares.contributions[i], 1e-13);
  double worst[3] = {0, 0, 0};

  struct Outcome {
    double probability, sum, x[3];
  };

  std::vector<Outcome> outcomes;
  for (unsigned bits = 0; bits < 8; ++bits) {
    Outcome o{1, 0, {0, 0, 0}};
    for (std::size_t i = 0; i < 3; ++i) {
      const bool hit = ((bits >> i) & 1) != 0;
      o.probability *= hit ? covers[i].probability : 1 - covers[i].probability;
      o.x[i] = hit ? covers[i].amounts[0] : 0;
      o.sum += o.x[i];
    }
    outcomes.push_back(o);
  }
  double above = 0;
  double equal = 0;
  for (const Outcome& o : outcomes) {
    if (o.sum > shares.var) above += o.probability;
    if (o.sum == shares.var) equal += o.probability;
  }
  const double part = (1 - p - above) / equal;
  EXPECT_GT(part, 0);
  EXPECT_LT(part, 1);
  for (const Outcome& o : outcomes) {
    const double weight = o.sum > shares.var ? 1 : (o.sum == shares.var ? part : 0);
    for (std::size_t i = 0; i < 3; ++i) worst[i] += weight * o.probability * o.x[i] / (1 - p);
  }
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(shares.contributions[i], worst[i], 1e-12) << i;
    sum += shares.contributions[i];
  }
  EXPECT_NEAR(sum, shares.tvar, 1e-12);
}

TEST(Allocate, LinesSumToTheWhole) {
  const auto out = allocate_capital(
      {.lines = {{"a", "poisson 5 of gamma(shape 2, scale 100)"},
                 {"b", "bernoulli 0.03 of constant 5000"},
                 {"c", "mixture(0.9: poisson 1, 0.1: poisson 8) of exponential(mean 200)"}},
       .level = 0.99,
       .step = 10,
       .points = 4096});
  ASSERT_TRUE(out.has_value()) << out.error().text();
  double sum = 0;
  for (const AllocationRow& row : out->rows) {
    sum += row.contribution;
    EXPECT_LE(row.contribution, row.standalone_tvar * (1 + 1e-9));
  }
  EXPECT_NEAR(sum, out->tvar, 1e-9 * out->tvar);
  const auto whole = aggregate_figures(
      {.model = "poisson 5 of gamma(shape 2, scale 100) + bernoulli 0.03 of constant 5000 + "
                "mixture(0.9: poisson 1, 0.1: poisson 8) of exponential(mean 200)",
       .step = 10,
       .points = 4096,
       .discretization = Discretization::unbiased,
       .levels = {0.99}});
  EXPECT_NEAR(out->tvar, whole->risk[0].tvar, 1e-6 * out->tvar);
  EXPECT_EQ(out->var, whole->risk[0].var);
  EXPECT_GT(out->diversification, 0);
}

TEST(Allocate, CoversAgreeWithLines) {
  const auto covers = allocate_capital(
      {.covers = {{"a", 0.02, 100}, {"b", 0.05, 40}}, .level = 0.97, .step = 20, .points = 64});
  const auto lines = allocate_capital(
      {.lines = {{"a", "bernoulli 0.02 of constant 100"}, {"b", "bernoulli 0.05 of constant 40"}},
       .level = 0.97,
       .step = 20,
       .points = 64});
  ASSERT_TRUE(covers.has_value() && lines.has_value());
  EXPECT_NEAR(covers->tvar, lines->tvar, 1e-9);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(covers->rows[i].contribution, lines->rows[i].contribution, 1e-9);
    EXPECT_NEAR(covers->rows[i].covariance_share, lines->rows[i].covariance_share, 1e-9);
    EXPECT_NEAR(covers->rows[i].standalone_tvar, lines->rows[i].standalone_tvar, 1e-9);
  }
}

// Closed forms on one exponential loss a year (Kaas et al. 2008, ch. 5).
TEST(Premium, PrinciplesOfAnExponentialLoss) {
  const auto out = premium({.model = "fixed 1 of exponential(mean 10)",
                            .step = 0.005,
                            .points = 65'536,
                            .expected_value_loading = 0.2,
                            .variance_loading = 0.01,
                            .standard_deviation_loading = 0.3,
                            .exponential_aversion = 0.02,
                            .esscher_h = 0.03,
                            .dutch_theta = 0.5,
                            .dutch_alpha = 1.2,
                            .proportional_hazard_rho = 1.5,
                            .wang_lambda = 0,
                            .dual_power_kappa = 2,
                            .minmaxvar_lambda = 1,
                            .tvar_level = 0.99,
                            .cost_of_capital_rate = 0.1,
                            .expense_ratio = 0.2});
  ASSERT_TRUE(out.has_value()) << out.error().text();
  const auto of = [&](std::string_view name) {
    for (const PremiumRow& row : out->premiums)
      if (row.principle == name) return row.premium;
    return std::nan("");
  };
  EXPECT_NEAR(of("expected_value"), 12, 1e-9);
  EXPECT_NEAR(of("variance"), 11, 1e-9);
  EXPECT_NEAR(of("standard_deviation"), 13, 1e-9);
  EXPECT_NEAR(of("exponential"), -std::log(1 - 0.2) / 0.02, 1e-5);
  EXPECT_NEAR(of("esscher"), 10 / (1 - 0.3), 1e-4);
  EXPECT_NEAR(of("dutch"), 10 + 0.5 * 10 * std::exp(-1.2), 1e-5);
  EXPECT_NEAR(of("proportional_hazard"), 15, 1e-4);
  EXPECT_NEAR(of("wang"), 10, 1e-5);
  EXPECT_NEAR(of("dual_power"), 15, 1e-5);
  // The integral of (2 sqrt(s) - s)/s from 0 to 1, times ten.
  EXPECT_NEAR(of("minmaxvar"), 30, 1e-3);
  const double tvar = 10 * std::log(100.0) + 10;
  EXPECT_NEAR(of("tvar"), tvar, 1e-3);
  const double capital = 10 * std::log(200.0) + 10;
  EXPECT_NEAR(of("cost_of_capital"), (10 + 0.1 * capital) / 1.1, 1e-4);
  EXPECT_NEAR(out->premiums[0].gross, 15, 1e-9);
}

// Total losses of the layer, so that all sums are over the number of them; and by simulation.
TEST(Premium, ALayerWithReinstatementsIsSundts) {
  const auto whole = premium({.model = "poisson 0.8 of constant 30 xs 10 limit 20",
                              .step = 1,
                              .points = 1'024,
                              .reinstatements = {1, 0.5}});
  ASSERT_TRUE(whole.has_value()) << whole.error().text();
  const double p0 = std::exp(-0.8), p1 = 0.8 * p0, p2 = 0.32 * p0;
  const double first = 1 - p0, second = first - p1, third = second - p2;
  EXPECT_NEAR(whole->reinstatement->annual_limit, 60, 1e-12);
  EXPECT_NEAR(whole->reinstatement->payments, 20 * (first + second + third), 1e-9);
  EXPECT_NEAR(whole->reinstatement->expected_reinstatements, first + 0.5 * second, 1e-9);
  EXPECT_NEAR(whole->reinstatement->initial,
              20 * (first + second + third) / (1 + first + 0.5 * second), 1e-9);

  const char* model = "poisson 1.5 of pareto(shape 1.5, scale 20) xs 10 limit 40";
  const auto layer =
      premium({.model = model, .step = 0.05, .points = 16'384, .reinstatements = {1}});
  ASSERT_TRUE(layer.has_value());
  const std::vector<double> years = simulate_years(*parse_model(model), 400'000, 5);
  double paid = 0, bought = 0;
  for (const double s : years) {
    paid += std::min(s, 80.0) / 400'000;
    bought += std::min(s, 40.0) / 40 / 400'000;
  }
  EXPECT_NEAR(layer->reinstatement->payments, paid, 0.1);
  EXPECT_NEAR(layer->reinstatement->initial, paid / (1 + bought), 0.08);
  for (const char* bad : {"poisson 1 of exponential 5", "poisson 1 of constant 5 annual limit 5",
                          "poisson 1 of constant 5 + poisson 1 of constant 3"})
    EXPECT_FALSE(premium({.model = bad, .reinstatements = {1}}).has_value()) << bad;
}

TEST(Premium, AHeavyTailHasNoExponentialPremium) {
  const auto out = premium({.model = "poisson 1 of lognormal(0, 1)", .esscher_h = 0.1});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->premiums[0].premium, INFINITY);
  EXPECT_FALSE(out->note.empty());
  const auto limited =
      premium({.model = "poisson 1 of lognormal(0, 1) limit 20", .esscher_h = 0.1});
  EXPECT_TRUE(std::isfinite(limited->premiums[0].premium));
}

}  // namespace
}  // namespace cofferdam::actuarial
