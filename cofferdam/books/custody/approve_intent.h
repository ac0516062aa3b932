// SPDX-License-Identifier: Apache-2.0
//
// Brings signatures for an intent. Who brings them does not matter: the signatures are the right.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

struct SignedApproval {
  SignerId signer;
  std::string signature;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("signer", self.signer, "who signed");
    visit("signature", self.signature,
          "over the intent's digest, in lower-case hex: secp256k1 r, s, v; ed25519 the signature");
  }
};

struct ApproveIntent {
  IntentId intent;
  std::vector<SignedApproval> approvals;

  static constexpr std::string_view kDoc =
      "Brings signatures over an intent; with the last one needed its delay begins.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
    visit("approvals", self.approvals, "1 to 16, in the order of the signers' registration");
  }
};

[[nodiscard]] IntentStatus check_shape(const ApproveIntent& command);
[[nodiscard]] IntentStatus check_state(const ApproveIntent& command, const State& state,
                                       const pool::State& pools, const ledger::State& ledger,
                                       const principal::State& principals,
                                       const access::State& grants, const Context& context);
IntentStatus apply(const ApproveIntent& command, State& state, Context& context);

}  // namespace cofferdam::custody
