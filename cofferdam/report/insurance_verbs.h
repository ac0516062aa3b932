// SPDX-License-Identifier: Apache-2.0
//
// What insurance adds to a registry beyond the books: the replay on losses that happened,
// and the solvency report.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_insurance(operation::Registry& registry);
void register_insurance_publications(operation::Registry& registry);

}  // namespace cofferdam::report
