// SPDX-License-Identifier: Apache-2.0
//
// What cannot be answered is refused, and the refusal names the field, the value as it was given,
// and the rule.
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/allocate_calculator.h"
#include "cofferdam/models/actuarial/credibility.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/premium.h"
#include "cofferdam/models/actuarial/reserve.h"
#include "cofferdam/models/actuarial/ruin_calculator.h"
#include "cofferdam/models/actuarial/severity_calculator.h"
#include "cofferdam/models/actuarial/tail.h"
#include "cofferdam/models/actuarial/tail_calculator.h"

#include <gtest/gtest.h>

#include <limits>

namespace cofferdam::actuarial {
namespace {

template <class T>
std::string refusal(const base::Result<T>& result) {
  return result ? "accepted" : result.error().text();
}

TEST(NumberText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(base::number_text(-1e-9), "-1e-09");
  EXPECT_EQ(base::number_text(1.0000000001), "1.0000000001");
  EXPECT_EQ(base::number_text(0.1), "0.1");
  EXPECT_EQ(base::number_text(1e300), "1e+300");
  EXPECT_EQ(base::number_text(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(base::number_text(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
  EXPECT_EQ(base::number_text(2.0 / 3, 4), "0.6667");
}

TEST(Refusal, NamesTheValueThatWasGiven) {
  const std::string model = "poisson 1 of exponential(mean 1)";
  EXPECT_EQ(refusal(aggregate_figures({.model = model, .step = -1e-9})),
            "step '-1e-09': must be finite, not negative");
  EXPECT_NE(refusal(aggregate_figures({.model = model, .levels = {1.0000000001}}))
                .find("levels '1.0000000001': must lie from 0 to below 1"),
            std::string::npos);
  EXPECT_EQ(refusal(severity_figures({.severity = "exponential(1)", .deductible = -1})),
            "deductible '-1': must be finite and not negative");
  EXPECT_EQ(refusal(severity_figures({.severity = "exponential(1)", .limit = 0.0})),
            "limit '0': must be above 0");
  EXPECT_EQ(refusal(severity_figures({.severity = "exponential(1)", .coinsurance = 2})),
            "coinsurance '2': the part that is paid: above 0, at most 1");
  EXPECT_EQ(refusal(severity_figures({.severity = "uniform(0, 5)", .deductible = 5})),
            "deductible '5': no loss exceeds it");
}

TEST(Refusal, QuotesTheModelAsItWasWritten) {
  EXPECT_EQ(refusal(parse_severity("empirical(1:0.5, 2:0.6)")),
            "severity '1.1': probabilities of the values must sum to 1");
  EXPECT_EQ(refusal(parse_severity("exponential(mean -1)")),
            "severity 'exponential(mean -1)': the mean (scale) must be above 0");
  EXPECT_EQ(refusal(parse_model("fixed 2.5 of constant 1")),
            "model 'fixed 2.5': the number (trials) must be a whole number from 0 to 10^9");
  EXPECT_EQ(refusal(parse_model("poisson 1 of exponential(1) limit 5 xs -2")),
            "model 'limit 5 xs -2': the deductible must be finite and not negative");
  EXPECT_EQ(refusal(parse_model("poisson 1 of exponential(1) limit 5 limit 6")),
            "model 'limit': must be given once for a loss");
  EXPECT_EQ(refusal(parse_model("poisson 1 of exponential(1) xs 5 deductible 6")),
            "model 'deductible': must be given once for a loss");
  EXPECT_EQ(refusal(parse_model("poisson 1 of exponential(1) annual limit 0")),
            "model 'annual limit 0': the annual limit must be above 0");
  EXPECT_EQ(refusal(parse_frequency("mixture(0.5: poisson 1)")),
            "frequency '0.5': probabilities of states must sum to 1");
}

TEST(Refusal, SaysTheRange) {
  const std::string model = "poisson 1 of exponential(mean 1)";
  EXPECT_EQ(refusal(premium({.model = model, .expense_ratio = 1})),
            "expense_ratio '1': must lie from 0 to below 1");
  EXPECT_EQ(refusal(premium({.model = model, .expected_value_loading = -0.1})),
            "expected_value_loading '-0.1': must be finite, at least 0");
  EXPECT_EQ(refusal(premium({.model = model, .exponential_aversion = 0.0})),
            "exponential_aversion '0': must be above 0");
  EXPECT_EQ(refusal(premium({.model = model, .dutch_theta = 1.5})),
            "dutch_theta '1.5': must lie from 0 to 1");
}

TEST(Refusal, SaysNotBothWhereBothAreGiven) {
  RuinInput in{.claims = "exponential(1)", .surpluses = {1}};
  EXPECT_EQ(refusal(ruin(in)), "loading: loading or premium_rate must be given");
  in.loading = 0.25;
  in.premium_rate = 1.25;
  EXPECT_EQ(refusal(ruin(in)),
            "loading '0.25': loading or premium_rate, not both: premium_rate is 1.25");
}

TEST(Refusal, OneNameIsOneRow) {
  const std::string model = "poisson 1 of exponential(mean 1)";
  EXPECT_EQ(refusal(allocate_capital({.lines = {{"a", model}, {"b", model}, {"a", model}}})),
            "lines[2].name 'a': must be given once");
  EXPECT_EQ(refusal(allocate_capital({.covers = {{"a", 0.1, 1}, {"a", 0.1, 1}}})),
            "covers[1].name 'a': must be given once");
  CredibilityInput in;
  in.groups = {{.name = "a", .ratios = {1, 2}, .weights = {1, 1}},
               {.name = "a", .ratios = {1, 3}, .weights = {1, 1}}};
  EXPECT_EQ(refusal(credibility(in)), "groups[1].name 'a': must be given once");
}

TEST(Refusal, ASigmaThatNobodyCanEstimateIsCalledUnknown) {
  const auto out = reserve({.triangle = {{100, 150}, {110}}});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->sigmas[0], 0);
  EXPECT_NE(out->note.find("no sigma can be estimated"), std::string::npos);
}

// Losses that end at a limit: the likelihood rises towards a shape of -1 and on.
TEST(TailFit, AMaximumThatIsNoneIsRefused) {
  TailInput cut{.losses = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 21, 21, 21}, .threshold = 1};
  EXPECT_NE(refusal(tail(cut)).find("losses '14 above 1': the likelihood has no maximum"),
            std::string::npos)
      << refusal(tail(cut));
  TailInput same{.losses = std::vector<double>(20, 5.0), .threshold = 1};
  EXPECT_NE(refusal(tail(same)).find("the likelihood has no maximum"), std::string::npos);
  // In a table of thresholds the others stay.
  TailInput table{.losses = {}, .threshold = 0, .thresholds = {0, 99}};
  for (int i = 1; i <= 200; ++i) table.losses.push_back(-100 * std::log1p(-i / 201.0));
  for (int i = 0; i < 12; ++i) table.losses.push_back(1000);
  const auto out = tail(table);
  ASSERT_TRUE(out.has_value()) << refusal(out);
  EXPECT_LE(out->shape_lower, out->shape);
  EXPECT_GE(out->shape_upper, out->shape);
}

// With a shape between -1 and -1/2 there is a maximum, without standard errors.
TEST(TailFit, AShortTailIsFittedWithANote) {
  TailInput in{.losses = {}, .threshold = 0, .levels = {0.99}};
  const double shape = -0.7;
  for (int i = 1; i <= 400; ++i)
    in.losses.push_back(10 / shape * std::expm1(-shape * std::log1p(-(i - 0.5) / 400)));
  const auto out = tail(in);
  ASSERT_TRUE(out.has_value()) << refusal(out);
  EXPECT_NEAR(out->shape, shape, 0.05);
  EXPECT_LE(out->shape_lower, out->shape);
  EXPECT_GE(out->shape_upper, out->shape);
  EXPECT_NE(out->note.find("Smith 1985"), std::string::npos);
  EXPECT_LE(out->risk[0].var_lower, out->risk[0].var);
  EXPECT_GE(out->risk[0].var_upper, out->risk[0].var);
}

}  // namespace
}  // namespace cofferdam::actuarial
