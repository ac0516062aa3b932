// SPDX-License-Identifier: Apache-2.0
//
// The laws of custody, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/custody/custody.h"

#include <optional>
#include <string>

namespace cofferdam::custody {

// What is executed was signed: as many different signers as its policy asks, none of them revoked,
// each signature over the digest that the books give for it now; after its delay and before its
// deadline. The signatures are verified once more here, independently of how the command did it.
[[nodiscard]] std::optional<std::string> check_executed_was_signed(const View& view);

// An intent only goes forward, never changes what it says, and has a nonce of its own.
[[nodiscard]] std::optional<std::string> check_intents_go_forward(const State& state);

// A vault's policy changes by an intent of its own only, one version at a time; pool, chain and
// address never change.
[[nodiscard]] std::optional<std::string> check_policy_changes_by_intent(const State& state);

// A wallet keeps its pool and its place for life, and what counts it lies in its pool.
[[nodiscard]] std::optional<std::string> check_wallets_keep_their_pool(const State& state,
                                                                       const ledger::State& ledger);

// Nothing leaves the custody account of a vault's wallet but what an intent of that wallet,
// executed before and settled by this command, has ordered, with the fee that it was settled with;
// nothing is held for leaving it either.
[[nodiscard]] std::optional<std::string> check_leaves_by_intent(const State& state,
                                                                const ledger::State& ledger);

// What was ordered out of a wallet, or is on its way in, is the balance of its transit accounts.
[[nodiscard]] std::optional<std::string> check_transit_is_named(const State& state,
                                                                const ledger::State& ledger);

}  // namespace cofferdam::custody
