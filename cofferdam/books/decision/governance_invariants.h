// SPDX-License-Identifier: Apache-2.0
//
// The laws of governance, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/decision/governance.h"

#include <optional>
#include <string>

namespace cofferdam::decision {

// What is counted of a proposal is what its votes count, and no owner counts more than the cap.
[[nodiscard]] std::optional<std::string> check_votes_add_up(const GovernanceState& state);

// A proposal goes forward only: its snapshot, its commands and its votes stay, a deadline and an
// eta are not moved back, and what is canceled or executed stays so. It is executed after its
// timelock and before its grace is over.
[[nodiscard]] std::optional<std::string> check_governance_goes_forward(
    const GovernanceState& state);

// The sum of all weights is the sum of the voters' weights.
[[nodiscard]] std::optional<std::string> check_weights_add_up(const GovernanceState& state);

// What a constitution has governed since its bootstrap ended was changed by an executed proposal,
// or by a guardian who tightened it.
[[nodiscard]] std::optional<std::string> check_changes_were_decided(const GovernanceState& state);

}  // namespace cofferdam::decision
