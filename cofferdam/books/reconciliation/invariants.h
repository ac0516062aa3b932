// SPDX-License-Identifier: Apache-2.0
//
// The laws of reconciliation, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/reconciliation/reconciliation.h"

namespace cofferdam::reconciliation {

// The equation. What is stated of a holding is what the books say and the named differences, to the
// unit; no posting on a holding goes by unnoticed.
[[nodiscard]] std::optional<std::string> check_equation(const State& state,
                                                        const ledger::State& ledger);

// Every term is the sum of its items: it changed by what its entries, bookings and breaks changed.
[[nodiscard]] std::optional<std::string> check_terms_are_items(const State& state);

// What was stated is never changed or removed.
[[nodiscard]] std::optional<std::string> check_statements_stay(const State& state);

// A break is never removed, keeps what it says, only goes forward, and its history is not
// rewritten.
[[nodiscard]] std::optional<std::string> check_breaks_go_forward(const State& state);

}  // namespace cofferdam::reconciliation
