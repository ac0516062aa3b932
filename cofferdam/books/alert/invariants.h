// SPDX-License-Identifier: Apache-2.0
//
// The laws of the alerts, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <optional>
#include <string>

namespace cofferdam::alert {

// An alert is acknowledged by somebody and only after it was raised, and what it looks at and the
// name of a rule never change.
[[nodiscard]] std::optional<std::string> check_alerts_move_in_order(const State& state);

}  // namespace cofferdam::alert
