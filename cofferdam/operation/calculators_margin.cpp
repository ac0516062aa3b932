// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_margin_calculators(Registry& /*registry*/) {}

}  // namespace cofferdam::operation
