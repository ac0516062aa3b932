// SPDX-License-Identifier: Apache-2.0
//
// Numbers that reconciliation gives, counting from 1 in the order of creation.
#pragma once

#include "cofferdam/base/ids.h"

namespace cofferdam::reconciliation {

using StatementId = base::Id<struct StatementTag, std::uint32_t>;
using BreakId = base::Id<struct BreakTag, std::uint32_t>;

}  // namespace cofferdam::reconciliation
