// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/surface_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/vector_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <string>

namespace cofferdam::pricing {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const base::Time kNow{1'700'000'000'000'000'000};

base::Time in_days(std::int64_t days) {
  return base::Time(kNow.value() + days * base::kDay.value());
}

// A surface without arbitrage: total variance grows with time at every moneyness.
double true_variance(double k, double years) {
  const Svi shape{.a = 0.01, .b = 0.35, .rho = -0.3, .m = 0.02, .sigma = 0.35};
  return total_variance(shape, k) * (0.02 + years);
}

SurfaceInput true_chain(Settlement settlement) {
  SurfaceInput input;
  input.valuation_time = kNow;
  input.settlement = settlement;
  for (const std::int64_t days : {7, 30, 90, 365}) {
    const double years = static_cast<double>(days) / 365;
    const double forward = 60'000 * std::exp(0.05 * years);
    for (double strike = 30'000; strike <= 130'000; strike += 5'000)
      for (const OptionType type : {OptionType::call, OptionType::put}) {
        const double variance = true_variance(std::log(strike / forward), years);
        const double price =
            black_price({type, forward, strike, std::sqrt(variance / years), years});
        const double unit = settlement == Settlement::inverse ? forward : 1;
        input.quotes.push_back({.type = type,
                                .strike = strike,
                                .expiry = in_days(days),
                                .underlying = std::nullopt,
                                .bid = std::nullopt,
                                .ask = std::nullopt,
                                .mark = price / unit});
      }
  }
  return input;
}

TEST(Surface, FindsTheSurfaceThatMadeTheChain) {
  for (const Settlement settlement : {Settlement::linear, Settlement::inverse}) {
    SurfaceInput input = true_chain(settlement);
    input.points = {{in_days(30), 60'000}, {in_days(60), 70'000}, {in_days(3), 60'000}};
    const auto output = surface_figures(input);
    ASSERT_TRUE(output) << output.error().text();
    ASSERT_EQ(output->slices.size(), 4U);
    EXPECT_TRUE(output->arbitrage_free);
    EXPECT_EQ(output->findings_all, 0U);
    EXPECT_LT(output->error_rms, 2e-4);
    for (const SurfaceSlice& slice : output->slices) {
      EXPECT_EQ(slice.forward_source, ForwardSource::parity);
      EXPECT_NEAR(slice.forward, 60'000 * std::exp(0.05 * slice.years), 1e-6);
      EXPECT_TRUE(slice.fitted);
      EXPECT_TRUE(slice.butterfly_free);
      EXPECT_TRUE(slice.calendar_free);
      EXPECT_NEAR(slice.atm_volatility, std::sqrt(true_variance(0, slice.years) / slice.years),
                  1e-3);
    }
    EXPECT_NEAR(output->points[0].volatility, output->slices[1].atm_volatility, 2e-3);
    EXPECT_NEAR(output->points[1].forward, 60'000 * std::exp(0.05 * 60 / 365), 1e-6);
    const double k = std::log(70'000 / output->points[1].forward);
    EXPECT_NEAR(output->points[1].volatility,
                std::sqrt(true_variance(k, 60.0 / 365) / (60.0 / 365)), 2e-3);
  }
}

TEST(Svi, AxelVogtsSliceHasButterfliesAndIsRepaired) {
  // Gatheral and Jacquier 2014, example 3.1: this slice has a negative density.
  const Svi vogt{.a = -0.0410, .b = 0.1331, .rho = 0.3060, .m = 0.3586, .sigma = 0.4153};
  EXPECT_LT(density_factor(vogt, 0.8), 0);
  std::vector<SmilePoint> points;
  for (double k = -1.5; k <= 1.5; k += 0.1)
    points.push_back({.k = k, .variance = total_variance(vogt, k), .weight = 1});
  EXPECT_FALSE(check_slice(vogt, nullptr, check_range(points)).butterfly_free);
  const auto fitted = fit_slice(points, 1, nullptr);
  ASSERT_TRUE(fitted);
  EXPECT_TRUE(check_slice(*fitted, nullptr, check_range(points)).butterfly_free);
  for (const SmilePoint& point : points)
    EXPECT_NEAR(std::sqrt(total_variance(*fitted, point.k)), std::sqrt(point.variance), 0.06);
}

// g falls to -0.03 at k = 0.0037 and is positive at all 201 points of the grid, 0 and 0.01 among
// them.
TEST(Svi, AButterflyNarrowerThanTheGridIsFound) {
  const Svi sharp{.a = 1.2e-4, .b = 0.0266, .rho = 0.433, .m = -0.005, .sigma = 0.0014};
  const CheckRange range{.low = -1, .high = 1};
  for (std::size_t i = 0; i < kCheckPoints; ++i)
    EXPECT_GT(density_factor(sharp, -1 + 0.01 * static_cast<double>(i)), 0);
  const SliceChecks checks = check_slice(sharp, nullptr, range);
  EXPECT_FALSE(checks.butterfly_free);
  EXPECT_LT(checks.density_factor_min, -0.01);
}

TEST(Svi, DensityFactorIsTheDensity) {
  // The second difference of call prices is n(d2) g / sqrt(w) / K (F = 1).
  const Svi slice{.a = 0.02, .b = 0.2, .rho = -0.4, .m = 0.05, .sigma = 0.2};
  const auto call = [&](double strike) {
    return black_price(
        {OptionType::call, 1, strike, std::sqrt(total_variance(slice, std::log(strike))), 1});
  };
  for (const double strike : {0.6, 0.9, 1.0, 1.1, 1.7}) {
    const double step = 1e-4;
    const double density =
        (call(strike + step) - 2 * call(strike) + call(strike - step)) / (step * step);
    const double k = std::log(strike);
    const double w = total_variance(slice, k);
    const double d2 = -k / std::sqrt(w) - std::sqrt(w) / 2;
    const double expected = density_factor(slice, k) * std::exp(-d2 * d2 / 2) /
                            std::sqrt(2 * std::acos(-1.0) * w) / strike;
    EXPECT_NEAR(density, expected, 1e-5);
  }
}

ChainFault only_fault(const SurfaceInput& input) {
  const auto output = surface_figures(input);
  EXPECT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->findings.size(), 1U);
  return output->findings.empty() ? ChainFault::calendar : output->findings[0].fault;
}

TEST(Surface, NamesTheArbitrageOfAChain) {
  SurfaceInput input{.valuation_time = kNow};
  const auto quote = [](OptionType type, double strike, double bid, double ask,
                        std::int64_t days = 30) {
    return OptionQuote{.type = type,
                       .strike = strike,
                       .expiry = in_days(days),
                       .underlying = 100,
                       .bid = bid,
                       .ask = ask,
                       .mark = 0.5 * (bid + ask)};
  };
  const OptionType call = OptionType::call;
  input.quotes = {quote(call, 100, 5, 4)};
  EXPECT_EQ(only_fault(input), ChainFault::crossed_quote);
  input.quotes = {quote(call, 80, 18, 19)};
  EXPECT_EQ(only_fault(input), ChainFault::below_intrinsic);
  input.quotes = {quote(call, 80, 101, 102)};
  EXPECT_EQ(only_fault(input), ChainFault::above_bound);
  input.quotes = {quote(call, 100, 4, 5), quote(call, 110, 6, 7)};
  EXPECT_EQ(only_fault(input), ChainFault::vertical_spread);
  input.quotes = {quote(call, 100, 14, 15), quote(call, 110, 2, 3)};
  EXPECT_EQ(only_fault(input), ChainFault::vertical_spread);
  input.quotes = {quote(call, 100, 9, 10), quote(call, 110, 8, 9), quote(call, 120, 1, 2)};
  EXPECT_EQ(only_fault(input), ChainFault::butterfly);
  input.quotes = {quote(call, 100, 9, 10), quote(call, 100, 4, 5, 60)};
  EXPECT_EQ(only_fault(input), ChainFault::calendar);
}

std::string error_of(const SurfaceInput& input) {
  const auto output = surface_figures(input);
  return output ? "no error" : output.error().text();
}

TEST(Surface, BadInputIsNamed) {
  const OptionQuote good{
      .type = OptionType::call, .strike = 100, .expiry = in_days(30), .underlying = 100, .mark = 5};
  const auto with = [&](auto&& change) {
    SurfaceInput input{.valuation_time = kNow, .quotes = {good}};
    change(input);
    return error_of(input);
  };
  EXPECT_EQ(with([](SurfaceInput&) {}), "no error");
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes.clear(); }), HasSubstr("1 to 50,000"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].strike = 0; }),
              HasSubstr("quotes[0].strike"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].bid = -1; }), HasSubstr("quotes[0].bid"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].mark = std::nan(""); }),
              HasSubstr("quotes[0].mark"));
  EXPECT_THAT(with([](SurfaceInput& in) {
                in.quotes[0].underlying = std::numeric_limits<double>::infinity();
              }),
              HasSubstr("quotes[0].underlying"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].expiry = in_days(-1); }),
              HasSubstr("quotes[0].expiry"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].expiry = kNow; }), HasSubstr("after"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.quotes[0].underlying.reset(); }),
              HasSubstr("must have a forward"));
  EXPECT_THAT(with([&](SurfaceInput& in) { in.quotes.push_back(good); }),
              AllOf(HasSubstr(base::number_text(good.strike)), HasSubstr("quoted once")));
  EXPECT_THAT(with([](SurfaceInput& in) { in.futures = {{in_days(30), -5}}; }),
              HasSubstr("futures[0].price"));
  EXPECT_THAT(with([](SurfaceInput& in) { in.points = {{in_days(-3), 100}}; }),
              HasSubstr("points[0].expiry"));
}

TEST(Surface, TooFewQuotesClaimNoSmile) {
  SurfaceInput input{.valuation_time = kNow};
  input.quotes = {{.type = OptionType::call,
                   .strike = 100,
                   .expiry = in_days(30),
                   .underlying = 100,
                   .mark = 5}};
  input.points = {{in_days(30), 100}};
  const auto output = surface_figures(input);
  ASSERT_TRUE(output);
  EXPECT_FALSE(output->slices[0].fitted);
  EXPECT_TRUE(std::isnan(output->points[0].volatility));
  EXPECT_FALSE(output->arbitrage_free);
}

}  // namespace
}  // namespace cofferdam::pricing
