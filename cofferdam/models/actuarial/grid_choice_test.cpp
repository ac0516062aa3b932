// SPDX-License-Identifier: Apache-2.0
//
// Very many small claims: the lattice must be fine for a claim and lie where the sum does. The
// expected quantiles are of the compound Poisson with exponential claims, whose distribution is
// known as a series: P(S > x) = sum over n of e^-l l^n/n! Q(n, x), Q the regularised incomplete
// gamma function.
#include "cofferdam/models/actuarial/grid_choice.h"

#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/allocate_calculator.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/premium.h"
#include "cofferdam/models/actuarial/ruin_calculator.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace cofferdam::actuarial {
namespace {

struct Known {
  double claims;
  double level;
  double var;
  double tvar;
};

// By R: dpois and pgamma, uniroot with a tolerance of 1e-9.
constexpr std::array kKnown{
    Known{1e3, 0.99, 1106.23056066, 1122.27746193}, Known{1e3, 0.999, 1142.45722639, 1155.76498527},
    Known{1e5, 0.99, 101042.579046, 101195.018655}, Known{1e5, 0.999, 101386.266944, 101511.009127},
    Known{1e6, 0.01, 996712.253644, 1000038.04123}, Known{1e6, 0.99, 1003292.15825, 1003772.28173},
    Known{1e6, 0.999, 1004374.52266, 1004766.9864},
};

std::string exponentials(double claims) {
  return "poisson " + std::to_string(static_cast<int>(claims)) + " of exponential(mean 1)";
}

TEST(GridChoice, VeryManyClaimsKeepTheirQuantiles) {
  for (const Known& known : kKnown) {
    const auto out = aggregate_figures(
        {.model = exponentials(known.claims), .certificate = false, .levels = {known.level}});
    ASSERT_TRUE(out.has_value());
    const double excess = std::abs(known.var - known.claims);
    EXPECT_NEAR(out->risk[0].var, known.var, 1e-4 * excess + out->step) << known.claims;
    EXPECT_NEAR(out->risk[0].tvar, known.tvar, 1e-4 * excess) << known.claims;
    EXPECT_NEAR(out->paid_mean, known.claims, 1e-9 * known.claims);
    EXPECT_EQ(out->note.find("too coarse"), std::string::npos);
  }
}

TEST(GridChoice, PremiumAndAllocationTakeTheSameCare) {
  const Known& known = kKnown[2];
  const double excess = known.tvar - known.claims;
  const auto priced = premium({.model = exponentials(known.claims), .tvar_level = known.level});
  ASSERT_TRUE(priced.has_value());
  EXPECT_NEAR(priced->premiums[0].premium, known.tvar, 1e-4 * excess);
  const auto one =
      allocate_capital({.lines = {{"all", exponentials(known.claims)}}, .level = known.level});
  ASSERT_TRUE(one.has_value());
  EXPECT_NEAR(one->tvar, known.tvar, 1e-4 * excess);
  EXPECT_NEAR(one->var, known.var, 1e-4 * excess + one->step);
  // In two lines of one kind each bears what it has of the claims.
  const auto two = allocate_capital(
      {.lines = {{"a", exponentials(60'000)}, {"b", exponentials(40'000)}}, .level = known.level});
  ASSERT_TRUE(two.has_value());
  EXPECT_NEAR(two->tvar, known.tvar, 1e-4 * excess);
  EXPECT_NEAR(two->rows[0].contribution, 0.6 * known.tvar, 1e-4 * excess);
  EXPECT_NEAR(two->rows[1].contribution, 0.4 * known.tvar, 1e-4 * excess);
  EXPECT_EQ(two->note, "");
}

TEST(GridChoice, ACoarseStepIsSaidWithAndWithoutTheCertificate) {
  AggregateInput in{.model = exponentials(1e6), .step = 20, .levels = {0.99}};
  in.discretization = Discretization::unbiased;
  auto out = aggregate_figures(in);
  EXPECT_NE(out->note.find("too coarse"), std::string::npos);
  EXPECT_NE(out->certificate->verdict.find("too coarse"), std::string::npos);
  in.certificate = false;
  EXPECT_NE(aggregate_figures(in)->note.find("too coarse"), std::string::npos);
  in.discretization = Discretization::rounding;
  EXPECT_NE(aggregate_figures(in)->note.find("discretization unbiased"), std::string::npos);
  // As many points as were asked for, and no more.
  AggregateInput few{.model = exponentials(1e6), .points = 4096, .levels = {0.99}};
  out = aggregate_figures(few);
  EXPECT_EQ(out->points_used, 4096);
  EXPECT_NE(out->note.find("too coarse"), std::string::npos);
  EXPECT_NE(premium({.model = exponentials(1e6), .points = 4096})->note.find("too coarse"),
            std::string::npos);
  EXPECT_NE(allocate_capital({.lines = {{"a", exponentials(1e6)}}, .points = 4096})
                ->note.find("too coarse"),
            std::string::npos);
}

TEST(GridChoice, AUsualModelHasItsUsualLattice) {
  const auto out =
      aggregate_figures({.model = "poisson 3 of gamma(shape 2, scale 500)", .masses = 3});
  EXPECT_EQ(out->points_used, 65536);
  EXPECT_EQ(out->note, "");
  EXPECT_NEAR(out->masses[0], std::exp(-3.0), 1e-6);
  const auto far = aggregate_figures({.model = exponentials(1e5), .masses = 3});
  EXPECT_EQ(far->masses, (std::vector<double>{0, 0, 0}));
}

// The moments that a heavy tail has up to 1e-10 say nothing of the step: a lattice by them would
// have one of 10,000 for claims of 20.
TEST(GridChoice, AHeavyTailGetsAStepForItsClaims) {
  const auto out = aggregate_figures(
      {.model = "poisson 30 of pareto(shape 1.5, scale 10)", .levels = {0.5, 0.99}});
  ASSERT_TRUE(out.has_value());
  EXPECT_LT(out->step, 10);
  EXPECT_LT(out->risk[1].var_upper - out->risk[1].var_lower, 0.04 * out->risk[1].var);
  // The mean above VaR is whole although the lattice ends.
  const double threshold = out->risk[1].var;
  EXPECT_GT(out->risk[1].tvar, threshold);
  EXPECT_LE(out->risk[1].tvar, out->risk[1].tvar_upper);
}

TEST(GridChoice, TheCertificateBoundsWhatWrapsOnBothSides) {
  for (const char* model :
       {"poisson 1e6 of lognormal(mean 5e3, cv 2)", "binomial(1000000, 0.999999) of constant 3",
        "poisson 1e6 of constant 3", "negative binomial(size 1e5, mean 1e5) of exponential(1)"}) {
    const auto out = aggregate_figures({.model = model, .levels = {0.99}});
    ASSERT_TRUE(out.has_value()) << model;
    EXPECT_LT(out->certificate->aliasing_bound, 1e-12) << model;
    EXPECT_EQ(out->certificate->verdict, "") << model;
    EXPECT_NEAR(out->paid_mean / out->mean, 1, 1e-9) << model;
    EXPECT_LE(out->risk[0].var_lower, out->risk[0].var) << model;
    EXPECT_GE(out->risk[0].var_upper, out->risk[0].var) << model;
  }
}

// The probability at one surplus is the same whatever else is asked.
TEST(RuinLattice, ASmallSurplusBesideALargeOneKeepsItsAnswer) {
  RuinInput in{.claims = "gamma(shape 0.5, scale 1)", .loading = 0.5, .surpluses = {2}};
  const auto alone = ruin(in);
  in.surpluses = {1e5, 2};
  const auto beside = ruin(in);
  ASSERT_TRUE(alone.has_value() && beside.has_value());
  EXPECT_EQ(beside->rows[1].probability, alone->rows[0].probability);
  // Pollaczek and Khinchine, ladder heights in closed form, by numpy on lattices of 2/8192 and
  // 2/16384, extrapolated.
  EXPECT_NEAR(alone->rows[0].probability, 0.2704638934, 1e-9);
  EXPECT_NE(beside->note.find("rounding"), std::string::npos);
}

// psi(u) = exp(-R u)/(1 + theta) is below exp(-R u) however small the loading is.
TEST(Ruin, TheBoundHoldsWhereTheLoadingIsTiny) {
  const auto out =
      ruin({.claims = "exponential(mean 1)", .loading = 1e-9, .surpluses = {0, 10, 1e9}});
  ASSERT_TRUE(out.has_value());
  for (const RuinRow& row : out->rows) EXPECT_LE(row.probability, row.lundberg_bound);
  EXPECT_DOUBLE_EQ(out->adjustment_coefficient, 1e-9 / (1 + 1e-9));
}

}  // namespace
}  // namespace cofferdam::actuarial
