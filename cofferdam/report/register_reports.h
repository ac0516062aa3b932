// SPDX-License-Identifier: Apache-2.0
//
// Gives this room's reports, exports and replays to the registry, from which every surface takes
// them.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_reports(operation::Registry& registry);

}  // namespace cofferdam::report
