// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/vector_functions.h"

#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace cofferdam::numerics {
namespace {

// The references are long double, and doubles enter them on purpose.
#pragma GCC diagnostic ignored "-Wdouble-promotion"

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// In units of the last place of the expected value.
double units_off(double value, long double expected) {
  const double near = static_cast<double>(expected);
  const double unit = std::nextafter(std::abs(near), kInfinity) - std::abs(near);
  return static_cast<double>(std::abs(value - expected) / unit);
}

std::vector<double> spread(double low, double high, std::size_t count) {
  std::vector<double> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto words = philox_words({static_cast<std::uint32_t>(i), 0, 0, 0}, {9, 9});
    x[i] = low + (high - low) * (words[0] * 0x1p-32);
  }
  return x;
}

TEST(VectorFunctions, ExponentialWithinTwoUnits) {
  std::vector<double> x = spread(-708, 709.7, 20'000);
  for (const double more : spread(-1, 1, 20'000)) x.push_back(more);
  std::vector<double> y(x.size());
  exponentials(x, y);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, units_off(y[i], std::exp(static_cast<long double>(x[i]))));
  EXPECT_LT(worst, 1.2);
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(exponential(-kInfinity), 0);
  EXPECT_EQ(exponential(kInfinity), kInfinity);
  EXPECT_EQ(exponential(710), kInfinity);
  EXPECT_EQ(exponential(-746), 0);
  EXPECT_LT(units_off(exponential(-740), std::exp(-740.0L)), 1.2);
  EXPECT_TRUE(std::isnan(exponential(kNaN)));
}

TEST(VectorFunctions, LogarithmWithinTwoUnits) {
  double worst = 0;
  for (const double power : spread(-1074, 1023, 20'000)) {
    const double x = std::exp2(power);
    worst = std::max(worst, units_off(logarithm(x), std::log(static_cast<long double>(x))));
  }
  for (const double x : spread(0.5, 2, 20'000))
    worst = std::max(worst, units_off(logarithm(x), std::log(static_cast<long double>(x))));
  EXPECT_LT(worst, 2);
  EXPECT_EQ(logarithm(1), 0);
  EXPECT_EQ(logarithm(0), -kInfinity);
  EXPECT_EQ(logarithm(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(logarithm(-1)));
  EXPECT_TRUE(std::isnan(logarithm(kNaN)));
}

TEST(VectorFunctions, NormalDistributionInBothTails) {
  double worst = 0;
  for (const double x : spread(-37, 37, 40'000)) {
    const long double expected = 0.5L * std::erfc(-static_cast<long double>(x) / std::sqrt(2.0L));
    worst = std::max(worst, static_cast<double>(std::abs(normal_distribution(x) / expected - 1)));
  }
  EXPECT_LT(worst, 1.2e-15);
  EXPECT_NEAR(normal_distribution(0), 0.5, 2e-16);
  EXPECT_EQ(normal_distribution(-kInfinity), 0);
  EXPECT_EQ(normal_distribution(kInfinity), 1);
  EXPECT_TRUE(std::isnan(normal_distribution(kNaN)));
}

TEST(VectorFunctions, QuantileIsTheInverse) {
  for (const double p : {1e-300, 1e-100, 1e-16, 1e-5, 0.02425, 0.3, 0.5, 0.7, 0.999}) {
    EXPECT_NEAR(normal_distribution(normal_quantile(p)) / p, 1, 2e-13) << p;
  }
  // Wichura, "Algorithm AS 241", 1988: p = 0.25, 0.001, 1e-20.
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-13);
  EXPECT_EQ(normal_quantile(0), -kInfinity);
  EXPECT_EQ(normal_quantile(1), kInfinity);
  EXPECT_TRUE(std::isnan(normal_quantile(1.5)));
}

TEST(VectorFunctions, TheSameBitsOnEveryInstructionSet) {
  std::vector<double> x = spread(-800, 800, 10'003);
  for (const double more : {0.0, -0.0, kInfinity, -kInfinity, kNaN, 1e-310, 5e-324})
    x.push_back(more);
  for (const auto function : {&exponentials, &logarithms, &normal_distributions}) {
    std::vector<double> first(x.size());
    function(x, first, InstructionSet::portable);
    for (const InstructionSet set : kInstructionSets) {
      if (!is_available(set)) continue;
      std::vector<double> other(x.size());
      function(x, other, set);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(first[i]) && std::isnan(other[i])) continue;
        ASSERT_EQ(std::bit_cast<std::uint64_t>(first[i]), std::bit_cast<std::uint64_t>(other[i]))
            << name_of(set) << " of " << x[i];
      }
    }
  }
}

TEST(ThreadPool, EveryPieceOnceWhateverTheThreads) {
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (std::size_t pass = 0; pass < 300; ++pass) {
      std::vector<std::atomic<int>> done(pass % 37);
      pool.run(done.size(), [&](std::size_t piece) { done[piece].fetch_add(1); });
      for (const auto& count : done) ASSERT_EQ(count.load(), 1);
    }
    std::vector<int> covered(1'000);
    for_ranges(pool, covered.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++covered[i];
    });
    EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), 1'000);
  }
}

TEST(FindRoot, ConvergesOrSaysThatItDidNot) {
  const Root root = find_root([](double x) { return x * x * x - 2; }, 0, 2, 1e-15);
  ASSERT_TRUE(root.converged);
  EXPECT_NEAR(root.x, std::cbrt(2.0), 1e-15);
  EXPECT_FALSE(find_root([](double x) { return x * x + 1; }, -1, 1, 1e-9).converged);
  EXPECT_FALSE(find_root([](double) { return kNaN; }, -1, 1, 1e-9).converged);
  const Root step = find_root([](double x) { return x < 0.3 ? -1.0 : 1.0; }, 0, 1, 1e-12);
  ASSERT_TRUE(step.converged);
  EXPECT_NEAR(step.x, 0.3, 1e-12);
}

}  // namespace
}  // namespace cofferdam::numerics
