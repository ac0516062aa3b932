// SPDX-License-Identifier: Apache-2.0
//
// What the public page adds to a registry.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_public(operation::Registry& registry);

}  // namespace cofferdam::report
