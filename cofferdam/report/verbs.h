// SPDX-License-Identifier: Apache-2.0
//
// What this room adds to the registry: reports, exports, replays, owners' labels.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_verbs(operation::Registry& registry);

}  // namespace cofferdam::report
