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

// Five laws in one pass, for a batch touches thousands of accounts that lie far apart:
//
// Conservation. Over the accounts that a command touched, pending and posted debits grew by as much
// as pending and posted credits, in every pool and asset.
// Totals. A total is the sum of its accounts: it changed by exactly what its accounts changed.
// Monotony. What is booked stays booked: posted counters never fall, and an account never changes
// its pool, asset, owner or class.
// Limits. No touched account with a limit stands beyond it.
// Holds. Pending counters are holds: pending debits and credits changed by exactly the amounts of
// the holds that were opened and resolved, on the accounts of those holds.
[[nodiscard]] Violation check_accounts(const State& state);

// Whether the command touched a total of this class. An account without its touched total breaks
// the law of totals; so where no total was touched, laws about accounts of the class have nothing
// to look at.
[[nodiscard]] bool touched_class(const State& state, AccountClass account_class);

}  // namespace cofferdam::ledger
