// SPDX-License-Identifier: Apache-2.0
//
// The laws of decisions, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/decision/decision.h"

#include <optional>
#include <string>

namespace cofferdam::decision {

// Nobody checks what they made, nobody counts twice, and what was executed had its quorum.
[[nodiscard]] std::optional<std::string> check_four_eyes(const State& state,
                                                         const principal::State& principals);

// A proposal that is not open any more never changes again, and an open one keeps its content.
[[nodiscard]] std::optional<std::string> check_closed_stays_closed(const State& state);

}  // namespace cofferdam::decision
