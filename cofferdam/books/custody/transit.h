// SPDX-License-Identifier: Apache-2.0
//
// The legs of what leaves a wallet: ordered, then confirmed or taken back.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

struct Legs {
  State& state;
  ledger::State& ledger;
  Context& context;
};

// Books the execution of a release or a move. Where a leg is refused the caller's command is
// refused and taken back.
[[nodiscard]] IntentStatus order_out(const Intent& intent, Legs legs);
// Takes it back: what was ordered does not leave the wallet after all.
[[nodiscard]] IntentStatus take_back(const Intent& intent, Legs legs);
// The wallet's own record shows that it has left, and arrived.
[[nodiscard]] IntentStatus confirm(const Intent& intent, Legs legs);

}  // namespace cofferdam::custody
