// SPDX-License-Identifier: Apache-2.0
//
// The calculators of the books' rooms, one line each.
#include "cofferdam/books/market/funding_calculation.h"
#include "cofferdam/books/pool/allocation_plan.h"
#include "cofferdam/books/pool/outflow_capacity.h"
#include "cofferdam/books/pool/pool_shares.h"
#include "cofferdam/books/pool/refilling_limit.h"
#include "cofferdam/books/pool/run_off_plan.h"
#include "cofferdam/books/pool/segregation_statement.h"
#include "cofferdam/operation/calculator_examples.h"
#include "cofferdam/operation/calculator_groups.h"
#include "cofferdam/operation/registry.h"
#include "cofferdam/operation/safe_calculator.h"
#include "cofferdam/operation/settle_calculator.h"

namespace cofferdam::operation {

void register_calculators(Registry& registry) {
  add_calculator(registry, "allocate", &pool::allocation_plan);
  add_calculator(registry, "funding", &market::funding);
  add_calculator(registry, "outflow-capacity", &pool::outflow_capacity);
  add_calculator(registry, "pool-shares", &pool::pool_shares);
  add_calculator(registry, "refilling-limit", &pool::refilling_limit);
  add_calculator(registry, "run-off", &pool::run_off_plan);
  add_calculator(registry, "safe-review", &safe_review);
  add_calculator(registry, "segregation-statement", &pool::segregation_statement);
  add_calculator(registry, "settle", &settle);
  register_pricing_calculators(registry);
  register_margin_calculators(registry);
  register_default_management_calculators(registry);
  register_stress_calculators(registry);
  register_actuarial_calculators(registry);
  register_insurance_calculators(registry);
  for (CalculatorEntry& entry : registry.calculators) {
    if (entry.example.empty()) entry.example = calculator_example(entry.name);
  }
}

}  // namespace cofferdam::operation
