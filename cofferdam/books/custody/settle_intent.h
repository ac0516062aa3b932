// SPDX-License-Identifier: Apache-2.0
//
// Confirms that an executed release or move has happened at the wallet, with what the network or
// the bank charged for it.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

// Paid by the wallet on top of what was sent; it may be in another asset (a token's transfer is
// paid for in the chain's coin).
struct NetworkFee {
  AssetId asset;
  Amount amount;
  AccountId debit_account;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what it was paid in, an asset of the wallet");
    visit("amount", self.amount, "how much");
    visit("debit_account", self.debit_account, "whose cost it is: the account that is debited");
  }
};

struct SettleIntent {
  IntentId intent;
  std::string transaction;
  std::optional<NetworkFee> fee;

  static constexpr std::string_view kDoc =
      "Confirms that what an intent ordered has left the wallet.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
    visit("transaction", self.transaction, "of the chain or the bank, 1 to 128 bytes");
    visit("fee", self.fee, "what was charged for it");
  }
};

[[nodiscard]] IntentStatus check_shape(const SettleIntent& command);
[[nodiscard]] IntentStatus check_state(const SettleIntent& command, const State& state,
                                       const ledger::State& ledger, const pool::State& pools);
// May still refuse when a leg is refused (the last three statuses).
IntentStatus apply(const SettleIntent& command, State& state, ledger::State& ledger,
                   Context& context);

}  // namespace cofferdam::custody
