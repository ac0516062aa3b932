// SPDX-License-Identifier: Apache-2.0
//
// What imports add to a registry.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_imports(operation::Registry& registry);
void register_statements(operation::Registry& registry);

}  // namespace cofferdam::report
