// SPDX-License-Identifier: Apache-2.0
//
// What is left of an account in each scenario of a rulebook: its equity now and, scenario by
// scenario, the sum of its positions times the entries of the grids in force. Whole numbers only,
// the same that its requirement is made of.
//
// Sums are exact in the rulebook's scale and are rounded down once to the margin asset. Collateral
// in kind counts at its haircut value in every scenario. A position without a grid of the rulebook
// is not known: it counts as unmoved, and the basis says so.
#pragma once

#include "cofferdam/books/margin/assess.h"

#include <vector>

namespace cofferdam::margin {

struct HeldContract {
  ContractId contract;
  Quantity position;
};

struct ScenarioEquity {
  Account account;
  bool outside = false;  // stands for counterparties whose own trades are not recorded
  Basis basis = Basis::complete;
  ContractId culprit;
  SignedAmount equity;                // now
  std::vector<SignedAmount> changes;  // by scenario, in the margin asset
  Amount closing;  // the grids' maintenance add-ons: what it costs to close, rounded up
  std::vector<HeldContract> held;
};

// Requires that the rulebook counts in the asset of the pool's setting (checked).
[[nodiscard]] ScenarioEquity scenario_equity(const Books& books, const PoolMargin& setting,
                                             const Rulebook& rulebook, const Account& account);

// Every account of the pool in the order of the owners, with or without positions.
[[nodiscard]] std::vector<ScenarioEquity> scenario_equities(const Books& books,
                                                            const PoolMargin& setting,
                                                            const Rulebook& rulebook);

}  // namespace cofferdam::margin
