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

// What is kept in step of a watched pool equals the pool's accounts: held and declared less what is
// between pools is owed or its own, to the unit.
[[nodiscard]] std::optional<std::string> check_kept_standings_balance(const State& state);

}  // namespace cofferdam::alert
