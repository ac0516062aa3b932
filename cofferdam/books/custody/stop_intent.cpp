// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/stop_intent.h"

#include <algorithm>

namespace cofferdam::custody {

using S = IntentStatus;

S check_shape(const VetoIntent& command) {
  return command.reason.size() > kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const VetoIntent& command, const State& state, const principal::State& /*principals*/,
              const Context& context) {
  const Intent* intent = state.intents.find(command.intent);
  if (intent == nullptr) return S::intent_not_found;
  if (!intent->is_open()) return S::not_open;
  const std::vector<PrincipalId>& vetoers = state.vaults.find(intent->vault)->policy.vetoers;
  const bool may = std::find(vetoers.begin(), vetoers.end(), context.principal) != vetoers.end();
  return may ? S::ok : S::not_permitted;
}

S apply(const VetoIntent& command, State& state, Context& context) {
  close_intent(state, context, command.intent, IntentState::vetoed, command.reason);
  return S::ok;
}

S check_shape(const CancelIntent& command) {
  return command.reason.size() > kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const CancelIntent& command, const State& state, const principal::State& principals,
              const access::State& grants, const Context& context) {
  const Intent* intent = state.intents.find(command.intent);
  if (intent == nullptr) return S::intent_not_found;
  if (!intent->is_open()) return S::not_open;
  const Vault& vault = *state.vaults.find(intent->vault);
  if (!access::may_in(grants, principals, context.principal,
                      principal::kAdmin | principal::kOperator | principal::kApprover, vault.pool))
    return S::not_permitted;
  // What can never be executed any more, anybody may clear away.
  const bool dead =
      context.now > intent->deadline || intent->policy_version != vault.policy_version;
  const bool own = principal::same_person(principals, intent->proposer, context.principal);
  // An admin clears away what nobody has signed enough: a vault is not to be filled by one person.
  const bool cleared =
      intent->state == IntentState::proposed &&
      access::may_in(grants, principals, context.principal, principal::kAdmin, vault.pool);
  return own || dead || cleared ? S::ok : S::not_permitted;
}

S apply(const CancelIntent& command, State& state, Context& context) {
  close_intent(state, context, command.intent, IntentState::cancelled, command.reason);
  return S::ok;
}

}  // namespace cofferdam::custody
