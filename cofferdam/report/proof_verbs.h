// SPDX-License-Identifier: Apache-2.0
//
// What the proof of liabilities adds to a registry.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_liabilities(operation::Registry& registry);

}  // namespace cofferdam::report
