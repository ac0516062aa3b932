// SPDX-License-Identifier: Apache-2.0
//
// The laws of the pools, looked at over the rows that the command touched. Each answers with the
// violation in words; a violation is our own mistake and takes the command back. What an ordinary
// command can do against a pool's policy is judged before them, by pool_policy.h.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <string>

namespace cofferdam::pool {

// Every balance belongs to exactly one pool, and every pool declares a purpose and has one
// compartment.
[[nodiscard]] std::optional<std::string> check_every_balance_has_a_pool(
    const State& state, const ledger::State& ledger);

// The halves of a conduit mirror each other: what the one pool owes is what the other claims, and
// both are what is in transit, to the unit.
[[nodiscard]] std::optional<std::string> check_conduits_mirror(const State& state,
                                                               const ledger::State& ledger);

// A pool's life goes forward on its declared ways, and its compartment accepts what its state says.
[[nodiscard]] std::optional<std::string> check_pool_life(const State& state,
                                                         const ledger::State& ledger);

// In a draft, frozen, closed or detached pool no booked balance changes.
[[nodiscard]] std::optional<std::string> check_still_pools_stand_still(const State& state,
                                                                       const ledger::State& ledger);

// A release carries its evidence, and none of it is a leaf that was true without a fresh fact.
[[nodiscard]] std::optional<std::string> check_releases_have_evidence(const State& state);

}  // namespace cofferdam::pool
