// SPDX-License-Identifier: Apache-2.0
//
// The market's laws, each checked over the rows that a command has touched. The answer is the
// violation in words, or nothing.
#pragma once

#include "cofferdam/books/market/limits.h"
#include "cofferdam/books/market/market.h"
#include "cofferdam/books/market/terms.h"

#include <optional>
#include <string>

namespace cofferdam::market {

// In every pool the members' positions in a contract and the pool's clearing account sum to zero;
// the same for open values.
[[nodiscard]] std::optional<std::string> check_pool_cleared(const ledger::State& ledger);

// The clearing accounts of all pools sum to zero, per contract, for positions and open values.
[[nodiscard]] std::optional<std::string> check_pools_cancel(const ledger::State& ledger);

// Collateral never goes below zero.
[[nodiscard]] std::optional<std::string> check_collateral_covered(const ledger::State& ledger);

// A settlement account is empty between commands: nothing that was collected is kept back.
[[nodiscard]] std::optional<std::string> check_settlement_empty(const ledger::State& ledger);

// The two halves of a clearing conduit mirror each other.
[[nodiscard]] std::optional<std::string> check_conduits_mirror(const State& state,
                                                               const ledger::State& ledger);

// For every long there is a short.
[[nodiscard]] std::optional<std::string> check_long_is_short(const State& state);

// A contract that was closed by expiry or delisting has no position, and a closing or a reversal of
// a trade is recorded once and never changes.
[[nodiscard]] std::optional<std::string> check_closed_is_flat(const State& state,
                                                              const TermsState& terms);

// What a contract promises does not change once it was traded.
[[nodiscard]] std::optional<std::string> check_promises_are_kept(const State& state,
                                                                 const TermsState& terms);

// A trade that opens more of a contract stays within its limit; a correction takes back what was
// booked, whatever the limit says now.
[[nodiscard]] std::optional<std::string> check_open_interest_is_limited(const State& market,
                                                                        const TermsState& terms,
                                                                        const LimitState& limits);

}  // namespace cofferdam::market
