// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/option_calculator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <limits>

namespace cofferdam::pricing {
namespace {

using testing::HasSubstr;

OptionInput one(OptionLine line, OptionModel model = OptionModel::black_76) {
  OptionInput input;
  input.model = model;
  input.options = {std::move(line)};
  return input;
}

OptionFigures figures(const OptionInput& input) {
  const auto output = option_figures(input);
  EXPECT_TRUE(output) << output.error().text();
  return output ? output->options.at(0) : OptionFigures{};
}

// Hull, "Options, Futures, and Other Derivatives": S = 42, K = 40, r = 10 %, volatility 20 %, six
// months: call 4.76, put 0.81; and the stock of S = 49, K = 50, r = 5 %, volatility 20 %, 20 weeks
// (0.3846 years): delta 0.522, gamma 0.066, vega 12.1, theta -4.31, rho 8.91.
TEST(OptionCalculator, PublishedBlackScholes) {
  OptionLine line{.spot = 42, .strike = 40, .volatility = 0.2, .years = 0.5, .rate = 0.1};
  EXPECT_NEAR(figures(one(line, OptionModel::black_scholes)).price, 4.76, 0.005);
  line.type = OptionType::put;
  EXPECT_NEAR(figures(one(line, OptionModel::black_scholes)).price, 0.81, 0.005);
  const OptionFigures greeks =
      figures(one({.spot = 49, .strike = 50, .volatility = 0.2, .years = 0.3846, .rate = 0.05},
                  OptionModel::black_scholes));
  EXPECT_NEAR(greeks.delta, 0.522, 0.0005);
  EXPECT_NEAR(greeks.gamma, 0.066, 0.0005);
  EXPECT_NEAR(greeks.vega, 12.1, 0.05);
  EXPECT_NEAR(greeks.theta, -4.31, 0.005);
  EXPECT_NEAR(greeks.rho, 8.91, 0.005);
}

// Every sensitivity is the slope of the price, by central differences.
TEST(OptionCalculator, GreeksAreSlopes) {
  for (const OptionModel model : {OptionModel::black_76, OptionModel::black_scholes}) {
    for (const OptionType type : {OptionType::call, OptionType::put}) {
      const OptionLine line{.type = type,
                            .forward = 100,
                            .spot = 100,
                            .strike = 110,
                            .volatility = 0.4,
                            .years = 0.7,
                            .rate = 0.06,
                            .yield = 0.02};
      const auto slope = [&](double step, const std::function<void(OptionLine&, double)>& move) {
        OptionLine up = line, down = line;
        move(up, step);
        move(down, -step);
        return (figures(one(up, model)).price - figures(one(down, model)).price) / (2 * step);
      };
      const OptionFigures exact = figures(one(line, model));
      const auto price = [](OptionLine& l, double d) { l.forward += d, l.spot += d; };
      EXPECT_NEAR(exact.delta, slope(1e-3, price), 1e-8);
      EXPECT_NEAR(exact.vega, slope(1e-4, [](OptionLine& l, double d) { l.volatility += d; }),
                  1e-5);
      EXPECT_NEAR(exact.theta, -slope(1e-4, [](OptionLine& l, double d) { *l.years += d; }), 1e-5);
      EXPECT_NEAR(exact.rho, slope(1e-4, [](OptionLine& l, double d) { l.rate += d; }), 1e-5);
      OptionLine up = line, down = line;
      price(up, 1e-3);
      price(down, -1e-3);
      EXPECT_NEAR(exact.gamma,
                  (figures(one(up, model)).delta - figures(one(down, model)).delta) / 2e-3, 1e-8);
    }
  }
}

TEST(OptionCalculator, DeribitsUnitsAndCoin) {
  OptionInput input =
      one({.forward = 70'000, .strike = 75'000, .volatility = 0.5, .years = 30.0 / 365});
  const OptionFigures plain = figures(input);
  input.settlement = Settlement::inverse;
  input.units = GreekUnits::deribit;
  const OptionFigures coin = figures(input);
  EXPECT_EQ(coin.price, plain.price);
  EXPECT_EQ(coin.price_coin, plain.price / 70'000);
  EXPECT_EQ(coin.net_delta, plain.delta - coin.price_coin);
  EXPECT_EQ(coin.vega, plain.vega / 100);
  EXPECT_EQ(coin.theta, plain.theta / 365);
  EXPECT_EQ(coin.rho, plain.rho / 100);
}

TEST(OptionCalculator, TimeByExpiry) {
  OptionInput input = one({.forward = 100, .strike = 100, .volatility = 0.5});
  input.valuation_time = base::Time(0);
  input.options[0].expiry = base::Time(73 * base::kDay.value());
  EXPECT_EQ(figures(input).years, 0.2);
  input.options[0].expiry = base::Time(0);
  EXPECT_EQ(figures(input).price, 0);
}

std::string error_of(const OptionInput& input) {
  const auto output = option_figures(input);
  return output ? "no error" : output.error().text();
}

TEST(OptionCalculator, BadInputIsNamed) {
  const OptionLine good{.forward = 100, .strike = 100, .volatility = 0.5, .years = 1};
  const auto with = [&](auto&& change) {
    OptionInput input = one(good);
    change(input, input.options[0]);
    return error_of(input);
  };
  EXPECT_EQ(with([](OptionInput&, OptionLine&) {}), "no error");
  EXPECT_THAT(with([](OptionInput& in, OptionLine&) { in.options.clear(); }), HasSubstr("options"));
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(with([&](OptionInput&, OptionLine& l) { l.forward = bad; }),
                HasSubstr("options[0].forward"));
    EXPECT_THAT(with([&](OptionInput&, OptionLine& l) { l.strike = bad; }),
                HasSubstr("options[0].strike"));
  }
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.volatility = -0.1; }),
              HasSubstr("options[0].volatility"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.volatility = std::nan(""); }),
              HasSubstr("options[0].volatility"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.years = -1; }),
              HasSubstr("options[0].years"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.years.reset(); }), HasSubstr("exactly one"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.expiry = base::Time(1); }),
              HasSubstr("exactly one"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) {
                l.years.reset();
                l.expiry = base::Time(1);
              }),
              HasSubstr("valuation_time"));
  EXPECT_THAT(with([](OptionInput& in, OptionLine& l) {
                in.valuation_time = base::Time(2);
                l.years.reset();
                l.expiry = base::Time(1);
              }),
              HasSubstr("must not lie before"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.rate = 11; }), HasSubstr("rate"));
  EXPECT_THAT(with([](OptionInput&, OptionLine& l) { l.rate = 10, l.years = 200; }),
              HasSubstr("discount"));
}

TEST(ImpliedVolCalculator, RoundTripInCoin) {
  ImpliedVolInput input{.settlement = Settlement::inverse};
  OptionInput priced = one({.forward = 70'000, .strike = 75'000, .volatility = 0.5, .years = 0.1});
  priced.settlement = Settlement::inverse;
  input.options = {
      {.price = figures(priced).price_coin, .forward = 70'000, .strike = 75'000, .years = 0.1}};
  const auto output = implied_figures(input);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->options[0].status, ImpliedStatus::solved);
  EXPECT_NEAR(output->options[0].volatility, 0.5, 1e-14);
}

}  // namespace
}  // namespace cofferdam::pricing
