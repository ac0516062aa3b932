// SPDX-License-Identifier: Apache-2.0
//
// Puts an intent before the signers of a vault.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

struct ProposeIntent {
  VaultId vault;
  std::uint64_t nonce = 0;
  Time deadline;
  std::optional<Release> release;
  std::optional<Move> move;
  std::optional<VaultPolicy> policy;
  IntentId cancels;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Puts an intent before the signers of a vault: a release, a move, a new policy or a "
      "cancellation.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("vault", self.vault, "the vault");
    visit("nonce", self.nonce, "the vault's next nonce");
    visit("deadline", self.deadline, "after this it is not executed; a whole second");
    visit("release", self.release, "pays a beneficiary");
    visit("move", self.move, "moves between wallets of the pool");
    visit("policy", self.policy, "puts another policy in force: signers are rotated this way");
    visit("cancels", self.cancels,
          "cancels another intent, also one that is executed and unsettled");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

// The intent that the command would make; its content must be one (check_shape).
[[nodiscard]] Intent intent_of(const ProposeIntent& command, const State& state,
                               const Context& context);

[[nodiscard]] IntentStatus check_shape(const ProposeIntent& command);
[[nodiscard]] IntentStatus check_state(const ProposeIntent& command, const State& state,
                                       const pool::State& pools, const ledger::State& ledger,
                                       const principal::State& principals, const Context& context);
IntentStatus apply(const ProposeIntent& command, State& state, const pool::State& pools,
                   const ledger::State& ledger, const principal::State& principals,
                   Context& context);

}  // namespace cofferdam::custody
