// SPDX-License-Identifier: Apache-2.0
//
// Stops an intent before it is executed: a veto by those whom the policy names, or the proposer's
// second thoughts. After the execution only an intent to cancel it does, with its own approvals.
#pragma once

#include "cofferdam/books/custody/intent_rules.h"

namespace cofferdam::custody {

struct VetoIntent {
  IntentId intent;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Stops an intent for good, before it is executed; for those whom the policy names.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct CancelIntent {
  IntentId intent;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Takes one's own intent back, or clears away one that can never be executed any more.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

[[nodiscard]] IntentStatus check_shape(const VetoIntent& command);
[[nodiscard]] IntentStatus check_state(const VetoIntent& command, const State& state,
                                       const principal::State& principals, const Context& context);
IntentStatus apply(const VetoIntent& command, State& state, Context& context);

[[nodiscard]] IntentStatus check_shape(const CancelIntent& command);
[[nodiscard]] IntentStatus check_state(const CancelIntent& command, const State& state,
                                       const principal::State& principals,
                                       const access::State& grants, const Context& context);
IntentStatus apply(const CancelIntent& command, State& state, Context& context);

}  // namespace cofferdam::custody
