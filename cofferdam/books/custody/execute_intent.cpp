// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/execute_intent.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/custody/authority.h"
#include "cofferdam/books/custody/transit.h"
#include "cofferdam/books/custody/vault_policy.h"

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

[[nodiscard]] S carry_out(const Intent& intent, Legs legs) {
  switch (intent.kind) {
    case IntentKind::release:
      spend_cap(intent.vault, intent.release->asset, intent.release->amount, legs.state,
                legs.context);
      return order_out(intent, legs);
    case IntentKind::move:
      return order_out(intent, legs);
    case IntentKind::change_policy:
      enforce(*intent.policy, intent.vault, legs.state, legs.context);
      return S::ok;
    case IntentKind::cancel: {
      const Intent target = *legs.state.intents.find(intent.cancels);
      close_intent(legs.state, legs.context, target.id, IntentState::cancelled,
                   "cancelled by intent " + std::to_string(intent.id.value()));
      return target.state == IntentState::executed ? take_back(target, legs) : S::ok;
    }
  }
  COFFERDAM_CHECK(false, "the list of intents is closed");
}

}  // namespace

S check_shape(const ExecuteIntent& /*command*/) {
  return S::ok;
}

S check_state(const ExecuteIntent& command, const State& state, const ledger::State& ledger,
              const pool::State& pools, const principal::State& principals,
              const Context& context) {
  const Intent* intent = state.intents.find(command.intent);
  if (intent == nullptr) return S::intent_not_found;
  if (context.now > intent->deadline) return S::deadline_passed;
  if (!intent->is_open()) return S::not_open;
  const View view{state, pools, ledger, principals};
  if (const S status = check_content(*intent, view); status != S::ok) return status;
  const Vault& vault = *state.vaults.find(intent->vault);
  if (intent->policy_version != vault.policy_version) return S::stale_policy;
  if (intent->state != IntentState::approved) return S::not_approved;
  const auto since =
      enough_since(*intent, threshold_of(vault.policy, intent->kind), state, principals);
  if (!since) return S::approvals_revoked;
  // Where a signer was revoked or deactivated and another came instead, the delay is the newer
  // one's.
  const auto ready = base::try_add(*since, delay_of(vault.policy, intent->kind));
  if (context.now < intent->ready || !ready || context.now < *ready) return S::too_soon;
  return check_means(*intent, view, context.now);
}

S apply(const ExecuteIntent& command, State& state, ledger::State& ledger, Context& context) {
  Intent& row = state.intents.edit(context.changes, command.intent);
  state.vaults.edit(context.changes, row.vault).open_intents -= 1;
  row.state = IntentState::executed;
  row.executed = context.now;
  const Intent intent = row;
  if (const S status = carry_out(intent, {state, ledger, context}); status != S::ok) return status;
  // A change and a cancellation are done; money is under way until it is confirmed.
  if (intent.kind == IntentKind::change_policy || intent.kind == IntentKind::cancel)
    close_intent(state, context, intent.id, IntentState::settled, "");
  return S::ok;
}

}  // namespace cofferdam::custody
