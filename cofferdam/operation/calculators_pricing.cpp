// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/option_calculator.h"
#include "cofferdam/models/pricing/surface_calculator.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_pricing_calculators(Registry& registry) {
  add_calculator(registry, "implied-vol", &pricing::implied_figures);
  add_calculator(registry, "option", &pricing::option_figures);
  add_calculator(registry, "surface", &pricing::surface_figures);
}

}  // namespace cofferdam::operation
