// SPDX-License-Identifier: Apache-2.0
//
// The laws of this room, each asked of the rows that a command touched.
#pragma once

#include "cofferdam/books/margin/safeguards.h"

#include <optional>
#include <string>

namespace cofferdam::margin {

// The sums of reservations equal the open reservations.
[[nodiscard]] std::optional<std::string> check_reservations_add_up(const State& state);

// Grids go forward: a version follows the one before it and is not computed earlier.
[[nodiscard]] std::optional<std::string> check_grids_go_forward(const State& state);

// Only accounts that are not healthy have a recorded state, in a pool that has a setting.
[[nodiscard]] std::optional<std::string> check_standings(const State& state);

// A grid under safeguards is never below what was calculated, nor below its stressed scenarios; an
// entry that comes down does so by at most the step, and only in a publication that says so.
[[nodiscard]] std::optional<std::string> check_grids_are_held(const State& state,
                                                              const SafeguardState& safeguards);

// Profit that is not mature is something, and grows only by what the command has paid its owner.
[[nodiscard]] std::optional<std::string> check_fresh_profit(const SafeguardState& safeguards,
                                                            const ledger::State& ledger);

}  // namespace cofferdam::margin
