// SPDX-License-Identifier: Apache-2.0
//
// The calculators by the part of the product that they belong to.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::operation {

void register_pricing_calculators(Registry& registry);
void register_margin_calculators(Registry& registry);
void register_default_management_calculators(Registry& registry);
void register_stress_calculators(Registry& registry);
void register_actuarial_calculators(Registry& registry);
void register_insurance_calculators(Registry& registry);

}  // namespace cofferdam::operation
