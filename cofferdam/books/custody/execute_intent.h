// SPDX-License-Identifier: Apache-2.0
//
// Carries out what was approved, after its delay.
//
//   intent          debit                        credit
//   release         the debited account          outgoing of the wallet
//   move            incoming of the wallet to    outgoing of the wallet from
//   cancellation    the legs of what it cancels, the other way round
//
// The wallets' custody accounts stay as they are until the payment is confirmed (settle_intent): a
// wallet holds what its custody account says, and of that the outgoing account is promised already.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

struct ExecuteIntent {
  IntentId intent;

  static constexpr std::string_view kDoc = "Carries out an approved intent after its delay.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
  }
};

[[nodiscard]] IntentStatus check_shape(const ExecuteIntent& command);
[[nodiscard]] IntentStatus check_state(const ExecuteIntent& command, const State& state,
                                       const ledger::State& ledger, const pool::State& pools,
                                       const principal::State& principals, const Context& context);
// May still refuse when a leg is refused (the last three statuses).
IntentStatus apply(const ExecuteIntent& command, State& state, ledger::State& ledger,
                   Context& context);

}  // namespace cofferdam::custody
