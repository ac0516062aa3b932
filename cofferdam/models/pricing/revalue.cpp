// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/revalue.h"

#include "cofferdam/base/check.h"
#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/pricing/black_kernels.h"

#include <cmath>

namespace cofferdam::pricing {
namespace {

// Few enough that two threads finish together, enough that taking one costs nothing.
constexpr std::size_t kContractsPerPiece = 16;

GridContract contract_of(const RevaluedContract& in) {
  return {.is_put = in.type == OptionType::put,
          .forward = in.forward,
          .strike = in.strike,
          // Cut to its floor, a volatility that is not one would look like a good one.
          .volatility = in.volatility >= 0 ? in.volatility : std::nan(""),
          .root_years = std::sqrt(in.years),
          .volatility_scale = in.volatility_scale,
          .volatility_min = in.volatility_min};
}

GridScenarios scenarios_of(const ScenarioSet& set) {
  return {.factor = set.factors().data(),
          .log_factor = set.log_factors().data(),
          .shock = set.shocks().data(),
          .count = set.padded_size()};
}

}  // namespace

ScenarioSet::ScenarioSet(std::span<const Scenario> scenarios) : size_(scenarios.size()) {
  for (const Scenario& scenario : scenarios) {
    factors_.push_back(scenario.forward_factor);
    shocks_.push_back(scenario.volatility_shock);
  }
  pad();
}

ScenarioSet::ScenarioSet(std::span<const double> forward_factors)
    : size_(forward_factors.size()),
      factors_(forward_factors.begin(), forward_factors.end()),
      shocks_(forward_factors.size()) {
  pad();
}

void ScenarioSet::assign_logarithms(std::span<const double> log_factors,
                                    numerics::InstructionSet set) {
  size_ = log_factors.size();
  const std::size_t padded = (size_ + kGridStep - 1) / kGridStep * kGridStep;
  log_factors_.assign(log_factors.begin(), log_factors.end());
  if (size_ > 0) log_factors_.resize(padded, log_factors_.back());
  factors_.resize(padded);
  shocks_.assign(padded, 0.0);
  numerics::exponentials(log_factors_, factors_, set);
}

void ScenarioSet::pad() {
  const std::size_t padded = (size_ + kGridStep - 1) / kGridStep * kGridStep;
  if (size_ > 0) {
    factors_.resize(padded, factors_.back());
    shocks_.resize(padded, shocks_.back());
  }
  log_factors_.resize(padded);
  numerics::logarithms(factors_, log_factors_);
}

void revalue_grid(std::span<const RevaluedContract> contracts, const ScenarioSet& scenarios,
                  std::span<double> prices, numerics::ThreadPool* pool,
                  numerics::InstructionSet set) {
  const std::size_t row = scenarios.padded_size();
  COFFERDAM_CHECK(prices.size() == contracts.size() * row, "a price for each place of the grid");
  const BlackKernels& kernels = black_kernels(set);
  const GridScenarios grid = scenarios_of(scenarios);
  const auto work = [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c)
      kernels.grid(contract_of(contracts[c]), grid, prices.data() + c * row);
  };
  if (pool == nullptr)
    work(0, contracts.size());
  else
    numerics::for_ranges(*pool, contracts.size(), kContractsPerPiece, work);
}

void add_values(const RevaluedContract& contract, double quantity, const ScenarioSet& scenarios,
                std::span<double> totals, numerics::InstructionSet set) {
  COFFERDAM_CHECK(totals.size() == scenarios.padded_size(), "a total for each padded scenario");
  black_kernels(set).accumulate(contract_of(contract), scenarios_of(scenarios), quantity,
                                totals.data());
}

}  // namespace cofferdam::pricing
