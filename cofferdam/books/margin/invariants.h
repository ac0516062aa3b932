// SPDX-License-Identifier: Apache-2.0
//
// The laws of this room, each asked of the rows that a command touched.
#pragma once

#include "cofferdam/books/margin/margin.h"

#include <optional>
#include <string>

namespace cofferdam::margin {

// The sums of reservations equal the open reservations.
[[nodiscard]] std::optional<std::string> check_reservations_add_up(const State& state);

// Grids go forward: a version follows the one before it and is not computed earlier.
[[nodiscard]] std::optional<std::string> check_grids_go_forward(const State& state);

// Only accounts that are not healthy have a recorded state, in a pool that has a setting.
[[nodiscard]] std::optional<std::string> check_standings(const State& state);

}  // namespace cofferdam::margin
