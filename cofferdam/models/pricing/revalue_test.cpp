// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/revalue.h"

#include "cofferdam/models/numerics/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace cofferdam::pricing {
namespace {

using numerics::InstructionSet;

std::vector<Scenario> scenarios() {
  std::vector<Scenario> out;
  for (int price = -4; price <= 4; ++price)
    for (int shock = -2; shock <= 2; ++shock)
      out.push_back({.forward_factor = 1 + 0.04 * price, .volatility_shock = 0.25 * shock});
  out.push_back({.forward_factor = 6, .volatility_shock = 3});
  out.push_back({.forward_factor = 0.34, .volatility_shock = -2});
  return out;
}

std::vector<RevaluedContract> contracts() {
  std::vector<RevaluedContract> out;
  for (const double years : {0.0, 1e-5, 0.002, 0.1, 1.0})
    for (const double strike : {1.0, 50'000.0, 69'999.0, 70'000.0, 100'000.0, 1e7})
      for (const OptionType type : {OptionType::call, OptionType::put})
        out.push_back({.type = type,
                       .forward = 70'000,
                       .strike = strike,
                       .volatility = 0.6,
                       .years = years,
                       .volatility_scale = years == 0.1 ? 1.5 : 1,
                       .volatility_min = years == 1.0 ? 0.5 : 0});
  out.push_back({.forward = 70'000, .strike = 70'000, .volatility = -1, .years = 1});
  out.push_back({.forward = 0, .strike = 70'000, .volatility = 1, .years = 1});
  return out;
}

TEST(RevalueGrid, IsThePriceInEachScenario) {
  const auto lines = contracts();
  const auto moves = scenarios();
  const ScenarioSet set(moves);
  std::vector<double> grid(lines.size() * set.padded_size());
  revalue_grid(lines, set, grid);
  for (std::size_t c = 0; c < lines.size(); ++c) {
    for (std::size_t s = 0; s < moves.size(); ++s) {
      const RevaluedContract& line = lines[c];
      const double volatility = std::max(
          line.volatility_min,
          line.volatility * std::max(0.0, 1 + line.volatility_scale * moves[s].volatility_shock));
      const double expected =
          black_price({line.type, line.forward * moves[s].forward_factor, line.strike,
                       line.volatility < 0 ? -1 : volatility, line.years});
      const double found = grid[c * set.padded_size() + s];
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found));
      } else {
        EXPECT_NEAR(found, expected, 1e-14 * std::max(line.strike, 70'000 * 6.0)) << c << " " << s;
      }
    }
    for (std::size_t s = moves.size(); s < set.padded_size(); ++s)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(grid[c * set.padded_size() + s]),
                std::bit_cast<std::uint64_t>(grid[c * set.padded_size() + moves.size() - 1]));
  }
}

TEST(RevalueGrid, TheSameBitsWhateverTheThreadsAndTheInstructionSet) {
  auto lines = contracts();
  lines.resize(lines.size() - 2);  // NaN has no bits of its own
  while (lines.size() < 500) lines.push_back(lines[lines.size() % 60]);
  const ScenarioSet set(scenarios());
  std::vector<double> first(lines.size() * set.padded_size());
  revalue_grid(lines, set, first, nullptr, InstructionSet::portable);
  for (const InstructionSet instructions : numerics::kInstructionSets) {
    if (!numerics::is_available(instructions)) continue;
    for (const std::size_t threads : {1U, 2U, 4U, 8U}) {
      numerics::ThreadPool pool(threads);
      std::vector<double> other(first.size());
      revalue_grid(lines, set, other, &pool, instructions);
      EXPECT_EQ(first, other) << name_of(instructions) << " " << threads;
    }
  }
}

TEST(AddValues, SumsAPortfolioAlongScenarios) {
  std::vector<double> factors(1'000);
  numerics::fill_normals(3, 4, 0, factors);
  for (double& factor : factors) factor = std::exp(0.02 * factor);
  const ScenarioSet set{std::span<const double>(factors)};
  auto lines = contracts();
  lines.resize(lines.size() - 2);
  std::vector<double> first;
  for (const InstructionSet instructions : numerics::kInstructionSets) {
    if (!numerics::is_available(instructions)) continue;
    std::vector<double> totals(set.padded_size());
    for (std::size_t c = 0; c < lines.size(); ++c)
      add_values(lines[c], c % 2 == 0 ? 1.5 : -2, set, totals, instructions);
    if (first.empty()) first = totals;
    EXPECT_EQ(first, totals) << name_of(instructions);
  }
  double expected = 0;
  for (std::size_t c = 0; c < lines.size(); ++c)
    expected += (c % 2 == 0 ? 1.5 : -2) *
                black_price({lines[c].type, lines[c].forward * factors[7], lines[c].strike,
                             lines[c].volatility, lines[c].years});
  EXPECT_NEAR(first[7], expected, 1e-12 * std::abs(expected));
}

}  // namespace
}  // namespace cofferdam::pricing
