// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/severity_calculator.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_actuarial_calculators(Registry& registry) {
  add_calculator(registry, "aggregate", &actuarial::aggregate_figures);
  add_calculator(registry, "severity", &actuarial::severity_figures);
}

}  // namespace cofferdam::operation
