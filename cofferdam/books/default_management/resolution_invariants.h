// SPDX-License-Identifier: Apache-2.0
//
// The laws of how failing accounts are resolved, each checked over the rows that a command has
// touched. The answer is the violation in words, or nothing.
#pragma once

#include "cofferdam/books/default_management/resolution.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {

// What an interval has used stays within its limits and the backstop's quota, and an outflow
// period within its limit.
[[nodiscard]] std::optional<std::string> check_limits_are_kept(const ResolutionState& state);

// An auction goes by what it was opened with and ends once; its sums are the sums of its bids; a
// bidder of a solvent auction gains no more than the account is worth, one of an insolvent auction
// no more than layers pay and the account is worth.
[[nodiscard]] std::optional<std::string> check_auctions_add_up(const ResolutionState& state);

// An order never fills more than was open, and a penalty or a layer's payment is never taken back.
[[nodiscard]] std::optional<std::string> check_orders_go_forward(const ResolutionState& state);

// Nobody gets back more than was borne, nobody before those who were hit later are whole, and all
// that was recovered went to somebody.
[[nodiscard]] std::optional<std::string> check_returns_in_order(const ResolutionState& state,
                                                                const State& defaults);

// Nobody pays more than was called, a call stays as it was made, and the sum of a member's calls
// stays within the cap of a period.
[[nodiscard]] std::optional<std::string> check_assessments(const ResolutionState& state);

// All of them, in this order; the first that is broken.
[[nodiscard]] std::optional<std::string> check_resolution(const ResolutionState& state,
                                                          const State& defaults);

}  // namespace cofferdam::default_management
