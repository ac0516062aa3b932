// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/black.h"

#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/pricing/black_columns.h"
#include "cofferdam/models/pricing/test_quantlib_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace cofferdam::pricing {
namespace {

// The references are long double, and doubles enter them on purpose.
#pragma GCC diagnostic ignored "-Wdouble-promotion"

using numerics::InstructionSet;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Draws that are the same everywhere.
class Draws {
 public:
  double between(double low, double high) {
    const auto words =
        numerics::philox_words({static_cast<std::uint32_t>(at_++), 0, 0, 0}, {77, 78});
    return low + (high - low) * (words[0] * 0x1p-32);
  }

 private:
  std::uint32_t at_ = 0;
};

struct Columns {
  std::vector<OptionType> types;
  std::vector<double> forwards, strikes, volatilities, years, discounts, rates;

  void add(const BlackInput& in, double rate = 0) {
    types.push_back(in.type);
    forwards.push_back(in.forward);
    strikes.push_back(in.strike);
    volatilities.push_back(in.volatility);
    years.push_back(in.years);
    discounts.push_back(in.discount);
    rates.push_back(rate);
  }

  [[nodiscard]] BlackColumns view(bool discounted) const {
    BlackColumns out{types, forwards, strikes, volatilities, years};
    if (discounted) {
      out.discounts = discounts;
      out.rates = rates;
    }
    return out;
  }
};

struct Results {
  std::vector<double> figures[5];

  explicit Results(std::size_t count) {
    for (auto& column : figures) column.resize(count);
  }

  [[nodiscard]] BlackResults view() {
    return {figures[0], figures[1], figures[2], figures[3], figures[4]};
  }
};

// Multiples of the strike and deviations as markets have them.
Columns market(std::size_t count) {
  Draws draws;
  Columns columns;
  for (std::size_t i = 0; i < count; ++i) {
    const double forward = draws.between(1'000, 100'000);
    columns.add({.type = draws.between(0, 1) < 0.5 ? OptionType::call : OptionType::put,
                 .forward = forward,
                 .strike = forward * draws.between(0.55, 1.82),
                 .volatility = draws.between(0.2, 1.5),
                 .years = draws.between(1.0 / 365, 1)});
  }
  return columns;
}

// Everything else: tiny and huge deviations, far wings, edges, and what is not valid.
Columns extremes() {
  Columns columns;
  for (const double ratio : {1.0, 1 + 1e-15, 0.999, 1.001, 0.5, 2.0, 1e-3, 1e3, 1e-50, 1e50})
    for (const double volatility : {0.0, 1e-300, 1e-12, 1e-4, 0.009, 0.011, 0.5, 5.0, 99.0, 1e4})
      for (const double years : {0.0, 1e-9, 1.0, 40.0})
        for (const OptionType type : {OptionType::call, OptionType::put})
          columns.add({type, 100, 100 / ratio, volatility, years, 0.9}, 0.05);
  for (const double bad : {-1.0, 0.0, kNaN, kInfinity, 1e-200, 1e200})
    for (int field = 0; field < 5; ++field) {
      BlackInput in{OptionType::call, 100, 100, 0.5, 1, 0.9};
      double* fields[] = {&in.forward, &in.strike, &in.volatility, &in.years, &in.discount};
      *fields[field] = bad;
      columns.add(in);
    }
  return columns;
}

struct Reference {
  long double price, delta, gamma, vega, theta;
};

// Closed forms in 64-bit mantissas, by another route: the complementary error function.
Reference reference(const BlackInput& in) {
  const long double f = in.forward, k = in.strike, v = in.volatility, t = in.years;
  const long double s = v * std::sqrt(t), x = std::log(f / k);
  const long double d1 = x / s + s / 2, d2 = d1 - s;
  const auto n = [](long double z) { return 0.5L * std::erfc(-z / std::sqrt(2.0L)); };
  const long double density = std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::acos(-1.0L));
  const bool call = in.type == OptionType::call;
  const long double out = f <= k ? f * n(d1) - k * n(d2) : k * n(-d2) - f * n(-d1);
  const long double gain = call ? f - k : k - f;
  return {out + std::max(0.0L, gain), call ? n(d1) : -n(-d1), density / (f * s),
          f * density * std::sqrt(t), -f * density * v / (2 * std::sqrt(t))};
}

BlackInput line(const Columns& c, std::size_t i) {
  return {c.types[i], c.forwards[i], c.strikes[i], c.volatilities[i], c.years[i], c.discounts[i]};
}

// Hull, "Options, Futures, and Other Derivatives", the example of Black's model: a put on a futures
// price, F = K = 60, r = 9 %, volatility 25 %, 4 months.
TEST(Black, PublishedExample) {
  const BlackInput input{.type = OptionType::put,
                         .forward = 60,
                         .strike = 60,
                         .volatility = 0.25,
                         .years = 4.0 / 12,
                         .discount = std::exp(-0.09 * 4 / 12)};
  EXPECT_NEAR(black(input).price, 3.35, 0.005);
}

TEST(Black, AgreesWithClosedFormsInLongDouble) {
  const Columns columns = market(8'000);
  Results results(columns.types.size());
  black(columns.view(false), results.view());
  double absolute = 0, relative = 0, delta = 0, gamma = 0, vega = 0, theta = 0;
  for (std::size_t i = 0; i < columns.types.size(); ++i) {
    const Reference exact = reference(line(columns, i));
    const auto off = [&](std::size_t figure, long double value) {
      return static_cast<double>(std::abs(results.figures[figure][i] / value - 1));
    };
    const long double error = std::abs(results.figures[0][i] - exact.price);
    absolute = std::max(absolute, static_cast<double>(error / columns.forwards[i]));
    if (exact.price > 1e-10L * columns.forwards[i])
      relative = std::max(relative, off(0, exact.price));
    delta = std::max(delta, static_cast<double>(std::abs(results.figures[1][i] - exact.delta)));
    gamma = std::max(gamma, off(2, exact.gamma));
    vega = std::max(vega, off(3, exact.vega));
    theta = std::max(theta, off(4, exact.theta));
  }
  EXPECT_LT(absolute, 5e-16);
  EXPECT_LT(relative, 1e-13);
  EXPECT_LT(delta, 4e-16);
  EXPECT_LT(gamma, 2e-13);
  EXPECT_LT(vega, 2e-13);
  EXPECT_LT(theta, 2e-13);
}

// Down to deviations where a difference of two distributions would have no digits left.
TEST(Black, KeepsItsDigitsAtSmallDeviations) {
  const long double root_two_pi = std::sqrt(2 * std::acos(-1.0L));
  double worst = 0;
  for (const double deviation : {1e-9, 1e-6, 1e-4, 1e-3, 0.005, 0.0099}) {
    for (const double wing : {0.0, -0.5, -2.0, -5.0}) {
      const BlackInput in{OptionType::call, 100, 100 * std::exp(-wing * deviation), deviation, 1};
      // The series of black_lanes.h in 64-bit mantissas, one term further.
      const long double s = deviation, t = s / 2;
      const long double strike = in.strike;
      const long double h = std::log1p((100 - strike) / strike) / s;
      const long double y0 =
          0.5L * std::erfc(-h / std::sqrt(2.0L)) * root_two_pi * std::exp(h * h / 2);
      const long double y1 = 1 + h * y0, y2 = y0 + h * y1, y3 = 2 * y1 + h * y2;
      const long double y4 = 3 * y2 + h * y3, y5 = 4 * y3 + h * y4, y6 = 5 * y4 + h * y5;
      const long double y7 = 6 * y5 + h * y6;
      const long double bend = y3 / 6 + t * t * (y5 / 120 + t * t * y7 / 5040);
      const long double money = 100 * std::exp(-(h + t) * (h + t) / 2) / root_two_pi;
      const long double exact = money * s * (y1 + t * t * bend);
      worst = std::max(worst, static_cast<double>(std::abs(black_price(in) / exact - 1)));
    }
  }
  EXPECT_LT(worst, 3e-14);
}

TEST(Black, AgreesWithQuantLib) {
  for (const QuantLibValue& row : kQuantLibValues) {
    const BlackInput in{row.is_put ? OptionType::put : OptionType::call,
                        row.forward,
                        row.strike,
                        row.volatility,
                        row.years,
                        row.discount};
    const BlackValue value = black(in);
    // QuantLib rounds prices as parts of the forward, and loses digits of the density beyond some
    // 14 deviations; there a part of the density at the money is allowed.
    const double largest = row.discount * std::max(row.forward, row.strike);
    const double root = std::sqrt(row.years);
    const double none = 1e-45 * largest;
    const double rate = -std::log(row.discount) / row.years;
    EXPECT_NEAR(value.price, row.price, 4e-15 * largest + 1e-12 * row.price) << in.strike;
    EXPECT_NEAR(value.delta, row.delta, 4e-15 + 1e-12 * std::abs(row.delta));
    EXPECT_NEAR(value.gamma, row.gamma,
                1e-11 * row.gamma + none / (row.forward * row.forward * row.volatility * root));
    EXPECT_NEAR(value.vega, row.vega, 1e-11 * row.vega + none * root);
    EXPECT_NEAR(value.theta, row.theta,
                1e-11 * std::abs(row.theta) + 4e-15 * largest * (rate + row.volatility / root));
  }
}

TEST(Black, ParityHolds) {
  Columns columns = market(4'000);
  for (std::size_t i = 0; i < columns.types.size(); ++i) {
    BlackInput in = line(columns, i);
    in.type = OptionType::call;
    const BlackValue call = black(in);
    in.type = OptionType::put;
    const BlackValue put = black(in);
    const double gap = std::abs(call.price - put.price - (in.forward - in.strike));
    EXPECT_LE(gap, 1e-12 * std::max(in.forward, in.strike));
    EXPECT_NEAR(call.delta - put.delta, 1, 4e-16);
    EXPECT_EQ(call.gamma, put.gamma);
    EXPECT_EQ(call.vega, put.vega);
  }
}

TEST(Black, EdgesAreLimits) {
  BlackInput input{.forward = 100, .strike = 90, .volatility = 0, .years = 1, .discount = 0.5};
  EXPECT_EQ(black(input).price, 5.0);
  EXPECT_EQ(black(input).delta, 0.5);
  EXPECT_EQ(black(input).gamma, 0.0);
  input.type = OptionType::put;
  EXPECT_EQ(black(input).price, 0.0);
  EXPECT_EQ(black(input).delta, 0.0);
  input = {.forward = 100, .strike = 100, .volatility = 0.5, .years = 0};
  EXPECT_EQ(black(input).price, 0.0);
  EXPECT_EQ(black(input).delta, 0.5);
  EXPECT_EQ(black(input).gamma, kInfinity);
  EXPECT_EQ(black(input).theta, -kInfinity);
  input = {.forward = 1e-100, .strike = 1e100, .volatility = 1, .years = 1};
  EXPECT_EQ(black(input).price, 0.0);
  input.volatility = 1e6;
  EXPECT_EQ(black(input).price, 1e-100);
  EXPECT_EQ(black(input).delta, 1.0);
}

TEST(Black, InvalidInputGivesNoNumber) {
  for (const double value : {-1.0, kNaN, kInfinity}) {
    EXPECT_TRUE(std::isnan(black({.forward = value, .strike = 1}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .volatility = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .years = value}).price));
    EXPECT_TRUE(std::isnan(black({.forward = 1, .strike = 1, .discount = value}).price));
  }
}

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(std::isnan(value) ? kNaN : value);
}

// Whatever the instruction set, the length, the neighbours, the discounts or the way of storing.
TEST(Black, OneSetOfBits) {
  Columns columns = market(1'003);
  const Columns more = extremes();
  for (std::size_t i = 0; i < more.types.size(); ++i) columns.add(line(more, i), more.rates[i]);
  const std::size_t count = columns.types.size();
  for (const InstructionSet set : numerics::kInstructionSets) {
    if (!numerics::is_available(set)) continue;
    Results results(count);
    black(columns.view(true), results.view(), set);
    std::vector<double> prices(count);
    black_prices(columns.view(true), prices, set);
    for (std::size_t i = 0; i < count; ++i) {
      Columns alone;
      alone.add(line(columns, i), columns.rates[i]);
      Results one(1);
      black(alone.view(true), one.view(), InstructionSet::portable);
      for (std::size_t f = 0; f < 5; ++f)
        ASSERT_EQ(bits_of(results.figures[f][i]), bits_of(one.figures[f][0]))
            << name_of(set) << " option " << i << " figure " << f;
      ASSERT_EQ(bits_of(prices[i]), bits_of(one.figures[0][0])) << name_of(set) << " " << i;
    }
    Results plain(1'003);
    const Columns regular = market(1'003);
    black(regular.view(false), plain.view(), set);
    for (std::size_t f = 0; f < 5; ++f)
      for (std::size_t i = 0; i < 1'003; ++i) ASSERT_EQ(plain.figures[f][i], results.figures[f][i]);
  }
}

// Recorded, so that another compiler or processor that rounds differently is found out.
TEST(Black, TheRecordedBits) {
  const Columns columns = market(4'096);
  Results results(columns.types.size());
  black(columns.view(false), results.view());
  std::uint64_t hash = 1469598103934665603U;  // FNV-1a
  for (const auto& column : results.figures)
    for (const double value : column) hash = (hash ^ bits_of(value)) * 1099511628211U;
  EXPECT_EQ(hash, kRecordedBlackHash);
}

}  // namespace
}  // namespace cofferdam::pricing
