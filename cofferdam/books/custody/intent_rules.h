// SPDX-License-Identifier: Apache-2.0
//
// What an intent must be like: asked when it is proposed, and again when it is executed, since what
// it names may have changed in between.
#pragma once

#include "cofferdam/books/custody/custody.h"
#include "cofferdam/books/custody/intent_status.h"
#include "cofferdam/books/ledger/transfer.h"

namespace cofferdam::custody {

// Whether the things that the intent names exist and belong together.
[[nodiscard]] IntentStatus check_content(const Intent& intent, const View& view);

// Whether the money is there and may go now: the pool's state, the beneficiary's wait, the cap, the
// wallet. Says nothing of policies and deadlines.
[[nodiscard]] IntentStatus check_means(const Intent& intent, const View& view, Time now);

// What a vault's cap leaves of an asset at this time; zero without a cap.
[[nodiscard]] Amount cap_left(const Vault& vault, AssetId asset, const State& state, Time now);

// What the books say a wallet holds and has not ordered out.
[[nodiscard]] Amount free_in_wallet(const Wallet& wallet, AssetId asset,
                                    const ledger::State& ledger);

// Accounts that owe something to somebody: what they owe may be paid.
[[nodiscard]] bool is_payable(const ledger::Account& account);

[[nodiscard]] IntentStatus status_of_leg(ledger::TransferStatus status);

// Approvals of signers who are not revoked now.
[[nodiscard]] std::size_t standing_approvals(const Intent& intent, const State& state);

// Ends an open intent, or one that is executed.
void close_intent(State& state, Context& context, IntentId intent, IntentState to,
                  const std::string& note);

}  // namespace cofferdam::custody
