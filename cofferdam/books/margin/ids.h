// SPDX-License-Identifier: Apache-2.0
//
// The numbers that this room gives.
#pragma once

#include "cofferdam/base/ids.h"

namespace cofferdam::margin {

using RulebookId = base::Id<struct RulebookTag, std::uint32_t>;

}  // namespace cofferdam::margin
