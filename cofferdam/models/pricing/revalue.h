// SPDX-License-Identifier: Apache-2.0
//
// Options revalued in scenarios: a grid of contracts times scenarios (margin), and the value of a
// holding along many scenarios (Monte Carlo). Prices are not discounted.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"
#include "cofferdam/models/numerics/thread_pool.h"
#include "cofferdam/models/pricing/black.h"

#include <span>
#include <vector>

namespace cofferdam::pricing {

struct RevaluedContract {
  OptionType type = OptionType::call;
  double forward = 0;
  double strike = 0;
  double volatility = 0;
  double years = 0;
  // In a scenario the volatility is max(volatility_min, volatility max(0, 1 + scale shock)); the
  // scale carries what rulebooks make depend on the time to expiry, for instance (30 / days)^0.3.
  double volatility_scale = 1;
  double volatility_min = 0;
};

struct Scenario {
  double forward_factor = 1;  // what the forward is multiplied by; above 0
  double volatility_shock = 0;
};

// Scenarios as the kernels want them; made once, used for many contracts.
class ScenarioSet {
 public:
  explicit ScenarioSet(std::span<const Scenario> scenarios);

  // Of moves alone, the volatility held.
  explicit ScenarioSet(std::span<const double> forward_factors);

  ScenarioSet() = default;

  // Of the logarithms of moves, the volatility held; what the set held before is forgotten.
  void assign_logarithms(std::span<const double> log_factors,
                         numerics::InstructionSet set = numerics::best_instruction_set());

  [[nodiscard]] std::size_t size() const { return size_; }

  // Filled up to whole vectors by repeating the last scenario.
  [[nodiscard]] std::size_t padded_size() const { return factors_.size(); }

  [[nodiscard]] const std::vector<double>& factors() const { return factors_; }

  [[nodiscard]] const std::vector<double>& log_factors() const { return log_factors_; }

  [[nodiscard]] const std::vector<double>& shocks() const { return shocks_; }

 private:
  void pad();

  std::size_t size_ = 0;
  std::vector<double> factors_;
  std::vector<double> log_factors_;
  std::vector<double> shocks_;
};

// Prices of contract c in scenario s at prices[c * scenarios.padded_size() + s]; the places beyond
// scenarios.size() repeat the last one. A contract that is not valid, or a move out of range, gives
// NaN. With a pool, contracts are shared among its threads; the bits are the same.
void revalue_grid(std::span<const RevaluedContract> contracts, const ScenarioSet& scenarios,
                  std::span<double> prices, numerics::ThreadPool* pool = nullptr,
                  numerics::InstructionSet set = numerics::best_instruction_set());

// Adds quantity * price in each scenario to totals (padded_size() of them), with forward and
// volatility as the contract has them before the scenario. The shocks of the volatility are not
// looked at. Called for one contract after another, the sums have a fixed order.
void add_values(const RevaluedContract& contract, double quantity, const ScenarioSet& scenarios,
                std::span<double> totals,
                numerics::InstructionSet set = numerics::best_instruction_set());

}  // namespace cofferdam::pricing
