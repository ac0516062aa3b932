// SPDX-License-Identifier: Apache-2.0
//
// The laws of the facts, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/fact/fact.h"

#include <optional>
#include <string>

namespace cofferdam::fact {

// A fact belongs to a declared source, is never taken away, and its observations go forward.
[[nodiscard]] std::optional<std::string> check_facts_go_forward(const State& state);

}  // namespace cofferdam::fact
