// SPDX-License-Identifier: Apache-2.0
//
// What stress drills add to a registry.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_stress(operation::Registry& registry);

}  // namespace cofferdam::report
