// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/aggregate_calculator.h"
#include "cofferdam/models/actuarial/allocate_calculator.h"
#include "cofferdam/models/actuarial/credibility.h"
#include "cofferdam/models/actuarial/fit_calculator.h"
#include "cofferdam/models/actuarial/premium.h"
#include "cofferdam/models/actuarial/reserve.h"
#include "cofferdam/models/actuarial/ruin_calculator.h"
#include "cofferdam/models/actuarial/severity_calculator.h"
#include "cofferdam/models/actuarial/tail_calculator.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_actuarial_calculators(Registry& registry) {
  add_calculator(registry, "aggregate", &actuarial::aggregate_figures);
  add_calculator(registry, "allocate-capital", &actuarial::allocate_capital);
  add_calculator(registry, "credibility", &actuarial::credibility);
  add_calculator(registry, "fit", &actuarial::fit);
  add_calculator(registry, "premium", &actuarial::premium);
  add_calculator(registry, "reserve", &actuarial::reserve);
  add_calculator(registry, "ruin", &actuarial::ruin);
  add_calculator(registry, "severity", &actuarial::severity_figures);
  add_calculator(registry, "tail", &actuarial::tail);
}

}  // namespace cofferdam::operation
