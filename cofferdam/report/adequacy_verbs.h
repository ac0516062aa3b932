// SPDX-License-Identifier: Apache-2.0
//
// The tasks of live adequacy: the proof of adequacy from the books, what one owner checks it with,
// and a result as a proposal within bounds.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::report {

void register_adequacy(operation::Registry& registry);

}  // namespace cofferdam::report
