// SPDX-License-Identifier: Apache-2.0
//
// The laws of default management, each checked over the rows that a command has touched. The answer
// is the violation in words, or nothing.
#pragma once

#include "cofferdam/books/default_management/state.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {

// A loss is borne at most once: what layers, closes, cuts and recovery bore is at most its amount,
// its birth never changes, and it is closed exactly when nothing of it is left.
[[nodiscard]] std::optional<std::string> check_losses_add_up(const State& state);

// A loss is charged only to layers that its waterfall names, prefunded and needing no vote; the
// charges add up to what it says was charged.
[[nodiscard]] std::optional<std::string> check_charges_are_named(const State& state);

// Holders never own more than all shares of a fund, nor claim more than its money.
[[nodiscard]] std::optional<std::string> check_claims_are_covered(const State& state,
                                                                  const ledger::State& ledger);

// A waterfall never changes: a new version stands beside the old one.
[[nodiscard]] std::optional<std::string> check_waterfalls_stand(const State& state);

}  // namespace cofferdam::default_management
