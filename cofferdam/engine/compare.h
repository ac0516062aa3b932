// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/engine/record.h"

namespace cofferdam::engine {

// The path of the first field in which two commands differ ("content.transfers[2].amount");
// nothing when they are the same.
[[nodiscard]] std::optional<std::string> first_difference(const CommandRecord& asked,
                                                          const CommandRecord& recorded);

}  // namespace cofferdam::engine
