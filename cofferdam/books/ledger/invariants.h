// SPDX-License-Identifier: Apache-2.0
//
// The ledger's laws, asked after every command about every row that the command touched. Each
// answers with the violation in words, or with nothing.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

#include <optional>
#include <string>

namespace cofferdam::ledger {

using Violation = std::optional<std::string>;

// Debits equal credits: over the accounts that a command touched, pending and posted debits grew by
// as much as pending and posted credits, in every pool and asset.
[[nodiscard]] Violation check_conservation(const State& state);

// A total is the sum of its accounts: it changed by exactly what its touched accounts changed.
[[nodiscard]] Violation check_totals(const State& state);

// What is booked stays booked: posted counters never fall, and an account never changes its pool,
// asset, owner or class.
[[nodiscard]] Violation check_monotone(const State& state);

// A limit holds: no touched account with a limit stands beyond it.
[[nodiscard]] Violation check_limits(const State& state);

// Pending counters are holds: over the touched rows, pending debits changed by exactly the amounts
// of the holds that were opened and resolved.
[[nodiscard]] Violation check_holds(const State& state);

}  // namespace cofferdam::ledger
