// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/calculator_groups.h"
#include "cofferdam/operation/registry.h"
#include "cofferdam/operation/rulebooks.h"

namespace cofferdam::operation {

void register_margin_calculators(Registry& registry) {
  add_calculator(registry, "margin", &margin);
  add_calculator(registry, "margin-grid", &margin_grid);
  add_calculator(registry, "rulebook", &rulebook_parameters);
}

}  // namespace cofferdam::operation
