// SPDX-License-Identifier: Apache-2.0
//
// Severities, frequencies, terms and aggregates against recorded answers of R's actuar.
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/model_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

namespace cofferdam::actuarial {
namespace {

struct Case {
  std::string_view text;
  std::string_view function;
  double a = 0;
  double b = 0;
  double value = 0;
};

constexpr Case kCases[] = {
#include "cofferdam/models/actuarial/actuar_cases.inc"
};

// Relative in the body, absolute at what actuar itself computes by differences.
void expect_near(const Case& c, double value, double tolerance) {
  EXPECT_NEAR(value, c.value, tolerance * std::max(std::abs(c.value), 1e-6))
      << c.text << " " << c.function << " " << c.a << " " << c.b;
}

Severity severity_of(std::string_view text) {
  const base::Result<Severity> severity = parse_severity(text);
  EXPECT_TRUE(severity.has_value()) << text << ": " << severity.error().text();
  return *severity;
}

TEST(Actuar, SeveritiesAgree) {
  int seen = 0;
  for (const Case& c : kCases) {
    if (c.function == "density") {
      expect_near(c, density(severity_of(c.text), c.a), 1e-11);
    } else if (c.function == "distribution") {
      expect_near(c, distribution(severity_of(c.text), c.a), 1e-11);
      EXPECT_NEAR(survival(severity_of(c.text), c.a), 1 - c.value, 1e-13) << c.text;
    } else if (c.function == "quantile") {
      expect_near(c, quantile(severity_of(c.text), c.a), 1e-10);
      expect_near(c, upper_quantile(severity_of(c.text), 1 - c.a), 1e-10);
    } else if (c.function == "moment") {
      expect_near(c, raw_moment(severity_of(c.text), static_cast<int>(c.a)), 1e-11);
    } else if (c.function == "limited") {
      // actuar answers 0 below the least loss of a Pareto I, where E min(X, 60) is 60.
      if (c.value == 0) continue;
      expect_near(c, limited_moment(severity_of(c.text), c.a, static_cast<int>(c.b)), 1e-10);
    } else {
      continue;
    }
    ++seen;
  }
  EXPECT_GT(seen, 200);
}

TEST(Actuar, NumbersOfLossesAgree) {
  int seen = 0;
  for (const Case& c : kCases) {
    if (c.function != "count") continue;
    const base::Result<Frequency> frequency = parse_frequency(c.text);
    ASSERT_TRUE(frequency.has_value()) << c.text << ": " << frequency.error().text();
    expect_near(c, probability_of(*frequency, static_cast<std::uint64_t>(c.a)), 1e-11);
    ++seen;
  }
  EXPECT_EQ(seen, 36);
}

TEST(Actuar, TermsAgreeWithCoverage) {
  int seen = 0;
  for (const Case& c : kCases) {
    if (c.function != "paid") continue;
    const bool franchise = c.b >= 2;
    const bool per_payment = c.b == 1 || c.b == 3;
    // actuar's maximum covered loss of 600: a limit of 500 above an ordinary deductible of 100.
    const Payment payment{
        .severity = severity_of("gamma(shape 2, scale 150)"),
        .terms = {.deductible = 100,
                  .kind = franchise ? DeductibleKind::franchise : DeductibleKind::ordinary,
                  .limit = franchise ? 600.0 : 500.0,
                  .coinsurance = 0.8},
        .basis = per_payment ? PaymentBasis::per_payment : PaymentBasis::per_loss};
    expect_near(c, 1 - survival(payment, c.a), 1e-10);
    ++seen;
  }
  EXPECT_EQ(seen, 16);
}

Discretization method_of(std::string_view text) {
  if (text.ends_with("upper")) return Discretization::upper;
  if (text.ends_with("lower")) return Discretization::lower;
  return text.ends_with("rounding") ? Discretization::rounding : Discretization::unbiased;
}

TEST(Actuar, AggregatesAgree) {
  int seen = 0;
  for (const Case& c : kCases) {
    if (c.function != "aggregate") continue;
    const std::string_view text = c.text.substr(0, c.text.rfind(' '));
    const base::Result<Frequency> frequency = parse_frequency(text);
    ASSERT_TRUE(frequency.has_value()) << text;
    const Line line{.frequency = *frequency,
                    .payment = {.severity = severity_of("gamma(shape 2, scale 150)"), .terms = {}}};
    const Grid grid{.step = 10, .points = 1024, .method = method_of(c.text)};
    const FftAnswer fft = aggregate_by_fft({.lines = {line}, .annual = {}}, grid);
    expect_near(c, LatticeView(fft.lattice).distribution(c.a), 3e-8);
    const auto panjer = aggregate_by_panjer({.lines = {line}, .annual = {}}, grid, grid.points);
    ASSERT_TRUE(panjer.has_value());
    expect_near(c, LatticeView(*panjer).distribution(c.a), 3e-8);
    for (std::size_t i = 0; i < grid.points; ++i)
      ASSERT_NEAR(panjer->mass[i], fft.lattice.mass[i], 1e-13) << c.text << " at " << i;
    ++seen;
  }
  EXPECT_EQ(seen, 80);
}

TEST(Actuar, NormalPowerAgrees) {
  for (const Case& c : kCases)
    if (c.function == "npower")
      expect_near(c, normal_power_distribution({200, 800, 0.5}, c.a), 1e-12);
}

}  // namespace
}  // namespace cofferdam::actuarial
