// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/adequacy_proof.h"
#include "cofferdam/models/stress/backtest.h"
#include "cofferdam/models/stress/bounded_proposal.h"
#include "cofferdam/models/stress/concentration.h"
#include "cofferdam/models/stress/contagion.h"
#include "cofferdam/models/stress/cover.h"
#include "cofferdam/models/stress/fund_path.h"
#include "cofferdam/models/stress/fund_solvency.h"
#include "cofferdam/models/stress/margin_cost.h"
#include "cofferdam/models/stress/monte_carlo.h"
#include "cofferdam/models/stress/pool_economics.h"
#include "cofferdam/models/stress/procyclicality.h"
#include "cofferdam/models/stress/tail_risk.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_stress_calculators(Registry& registry) {
  add_calculator(registry, "adequacy-proof", &stress::adequacy_proof);
  add_calculator(registry, "adequacy-verify", &stress::adequacy_verify);
  add_calculator(registry, "backtest", &stress::backtest);
  add_calculator(registry, "bounded-proposal", &stress::bounded_proposal);
  add_calculator(registry, "capital-efficiency", &stress::capital_efficiency);
  add_calculator(registry, "concentration", &stress::concentration);
  add_calculator(registry, "contagion", &stress::contagion);
  add_calculator(registry, "cover", &stress::cover);
  add_calculator(registry, "fund-dynamics", &stress::fund_dynamics);
  add_calculator(registry, "fund-solvency", &stress::fund_solvency);
  add_calculator(registry, "fund-stability", &stress::fund_stability);
  add_calculator(registry, "margin-cost", &stress::margin_cost);
  add_calculator(registry, "monte-carlo-var", &stress::monte_carlo_var);
  add_calculator(registry, "procyclicality", &stress::procyclicality);
  add_calculator(registry, "time-to-cash", &stress::time_to_cash);
  add_calculator(registry, "var", &stress::value_at_risk);
}

}  // namespace cofferdam::operation
