// SPDX-License-Identifier: Apache-2.0
//
// The laws of the principals, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/principal/principal.h"

#include <optional>
#include <string>

namespace cofferdam::principal {

// As long as there are principals, one of them is an active root: the books never lock out their
// owner.
[[nodiscard]] std::optional<std::string> check_root_remains(const State& state);

}  // namespace cofferdam::principal
