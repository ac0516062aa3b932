// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/backtest.h"
#include "cofferdam/models/stress/cover.h"
#include "cofferdam/models/stress/margin_cost.h"
#include "cofferdam/models/stress/tail_risk.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_stress_calculators(Registry& registry) {
  add_calculator(registry, "backtest", &stress::backtest);
  add_calculator(registry, "cover", &stress::cover);
  add_calculator(registry, "margin-cost", &stress::margin_cost);
  add_calculator(registry, "var", &stress::value_at_risk);
}

}  // namespace cofferdam::operation
