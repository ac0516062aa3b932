// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/implied_volatility.h"

#include "cofferdam/models/numerics/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace cofferdam::pricing {
namespace {

// The references are long double, and doubles enter them on purpose.
#pragma GCC diagnostic ignored "-Wdouble-promotion"

using numerics::InstructionSet;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double draw(std::uint32_t at, std::uint32_t stream) {
  return numerics::philox_words({at, stream, 0, 0}, {5, 6})[0] * 0x1p-32;
}

// The option out of the money, by the complementary error function in 64-bit mantissas.
long double out_price(long double forward, long double strike, long double s) {
  if (forward > strike) std::swap(forward, strike);
  const long double x =
      forward < strike / 2 ? std::log(forward / strike) : std::log1p((forward - strike) / strike);
  const long double d1 = x / s + s / 2;
  const auto n = [](long double z) { return 0.5L * std::erfc(-z / std::sqrt(2.0L)); };
  return forward * n(d1) - strike * n(d1 - s);
}

struct Chain {
  std::vector<OptionType> types;
  std::vector<double> prices, forwards, strikes, deviations;
};

// `reach`: |ln F/K| in deviations; `wide`: in itself. Prices above `least` of the forward.
Chain chain(std::size_t count, double reach, double wide, double low, double high,
            long double least) {
  Chain out;
  for (std::uint32_t i = 0; out.types.size() < count; ++i) {
    const double forward = 1'000 + 99'000 * draw(i, 0);
    const double s = low * std::exp(draw(i, 1) * std::log(high / low));
    const double x = (2 * draw(i, 2) - 1) * std::min(reach * s, wide);
    const double strike = forward * std::exp(x);
    const long double price = out_price(forward, strike, s);
    if (price < least * forward || price > 0.999L * std::min(forward, strike)) continue;
    out.types.push_back(strike >= forward ? OptionType::call : OptionType::put);
    out.prices.push_back(static_cast<double>(price));
    out.forwards.push_back(forward);
    out.strikes.push_back(strike);
    out.deviations.push_back(s);
  }
  return out;
}

double worst_error(const Chain& in) {
  std::vector<double> found(in.types.size());
  implied_deviations(in.types, in.prices, in.forwards, in.strikes, found);
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(found[i] / in.deviations[i] - 1);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

TEST(ImpliedVolatility, RoundTripOnMarkets) {
  EXPECT_LT(worst_error(chain(50'000, 3, 100, 0.01, 1.5, 1e-6L)), 2e-14);
}

TEST(ImpliedVolatility, RoundTripOnTheWholeDomain) {
  EXPECT_LT(worst_error(chain(50'000, 1e9, 2, 0.01, 2, 1e-60L)), 2e-14);
  EXPECT_LT(worst_error(chain(30'000, 36, 100, 1e-3, 6, 1e-250L)), 2e-14);
  EXPECT_LT(worst_error(chain(30'000, 5, 1, 1e-5, 1e-2, 1e-60L)), 1e-12);
}

// In the money the price carries what stands above its rounding, and no more is claimed.
TEST(ImpliedVolatility, UncertaintyBoundsTheError) {
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const double forward = 100;
    const double strike = 100 * (0.3 + 0.7 * draw(i, 0));
    const double volatility = 0.1 + draw(i, 1);
    const BlackInput in{OptionType::call, forward, strike, volatility, 0.25};
    const ImpliedVolatility implied = implied_volatility({.type = in.type,
                                                          .price = black_price(in),
                                                          .forward = forward,
                                                          .strike = strike,
                                                          .years = in.years});
    if (implied.status == ImpliedStatus::solved && implied.uncertainty < 1e-3 * volatility) {
      EXPECT_LE(std::abs(implied.volatility - volatility),
                4 * implied.uncertainty + 1e-13 * volatility);
    }
  }
}

TEST(ImpliedVolatility, StatusesAtTheEdges) {
  const auto status = [](OptionType type, double price, double forward, double strike,
                         double years = 1, double discount = 1) {
    return implied_volatility({type, price, forward, strike, years, discount}).status;
  };
  using enum ImpliedStatus;
  const OptionType call = OptionType::call;
  const OptionType put = OptionType::put;
  EXPECT_EQ(status(call, 15, 110, 100), solved);
  EXPECT_EQ(status(call, 9, 110, 100), below_intrinsic);
  EXPECT_EQ(status(put, 9, 100, 110), below_intrinsic);
  EXPECT_EQ(status(call, 10, 110, 100), zero);
  EXPECT_EQ(status(call, 0, 90, 100), zero);
  EXPECT_EQ(status(call, 111, 110, 100), above_bound);
  EXPECT_EQ(status(put, 101, 110, 100), above_bound);
  EXPECT_EQ(status(call, 110, 110, 100), infinite);
  EXPECT_EQ(status(put, 100, 110, 100), infinite);
  EXPECT_EQ(status(call, std::nextafter(10, 11), 110, 100), no_information);
  EXPECT_EQ(status(call, 5, 100, 100, 0), expired);
  EXPECT_EQ(status(call, 5, 100, 100, 1, 0), invalid);
  for (const double bad : {kNaN, kInfinity, -1.0}) {
    EXPECT_EQ(status(call, bad, 100, 100), invalid);
    EXPECT_EQ(status(call, 5, bad, 100), invalid);
    EXPECT_EQ(status(call, 5, 100, bad), invalid);
    EXPECT_EQ(status(call, 5, 100, 100, bad), invalid);
  }
  EXPECT_TRUE(std::isnan(implied_volatility({call, 9, 110, 100, 1}).volatility));
  EXPECT_EQ(implied_volatility({call, 10, 110, 100, 1}).volatility, 0);
  EXPECT_EQ(implied_volatility({call, 110, 110, 100, 1}).volatility, kInfinity);
}

TEST(ImpliedVolatility, TheSameBitsOnEveryInstructionSet) {
  Chain in = chain(2'003, 12, 8, 1e-4, 8, 1e-200L);
  const auto add = [&](OptionType type, double price, double forward, double strike) {
    in.types.push_back(type);
    in.prices.push_back(price);
    in.forwards.push_back(forward);
    in.strikes.push_back(strike);
  };
  for (const double price :
       {0.0, 10.0, 10.000000001, 109.999999, 110.0, 120.0, -1.0, kNaN, kInfinity})
    for (const OptionType type : {OptionType::call, OptionType::put}) {
      add(type, price, 110, 100);
      add(type, price, 0, 100);
      add(type, price, 110, kNaN);
    }
  const std::size_t count = in.types.size();
  for (const InstructionSet set : numerics::kInstructionSets) {
    if (!numerics::is_available(set)) continue;
    std::vector<double> all(count);
    implied_deviations(in.types, in.prices, in.forwards, in.strikes, all, set);
    for (std::size_t i = 0; i < count; ++i) {
      double one = 0;
      implied_deviations({&in.types[i], 1}, {&in.prices[i], 1}, {&in.forwards[i], 1},
                         {&in.strikes[i], 1}, {&one, 1}, InstructionSet::portable);
      if (std::isnan(one) && std::isnan(all[i])) continue;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(one), std::bit_cast<std::uint64_t>(all[i]))
          << name_of(set) << " price " << in.prices[i];
    }
  }
}

}  // namespace
}  // namespace cofferdam::pricing
