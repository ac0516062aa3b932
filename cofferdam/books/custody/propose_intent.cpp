// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/propose_intent.h"

#include "cofferdam/books/custody/typed_intent.h"
#include "cofferdam/books/custody/vault_policy.h"

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

// Beyond the year 9999 a time has no RFC 3339 text, which is what signers see.
constexpr std::int64_t kSecond = 1'000'000'000;

// Payments leave room for what sets things right: nobody who may only propose keeps the signers
// from a change of policy or a cancellation.
constexpr std::uint32_t kKeptForRepair = 32;

[[nodiscard]] S check_amount(Amount amount) {
  if (amount.is_zero()) return S::amount_must_not_be_zero;
  return amount.units() > static_cast<base::u128>(base::kI128Max) ? S::amount_too_large : S::ok;
}

[[nodiscard]] S check_deadline(const ProposeIntent& command, const Vault& vault, IntentKind kind,
                               Time now) {
  if (command.deadline <= now) return S::deadline_passed;
  const auto last = base::try_add(now, vault.policy.life);
  if (last && command.deadline > *last) return S::deadline_too_far;
  const auto ready = base::try_add(now, delay_of(vault.policy, kind));
  return !ready || command.deadline < *ready ? S::deadline_before_delay : S::ok;
}

}  // namespace

Intent intent_of(const ProposeIntent& command, const State& state, const Context& context) {
  const Vault* vault = state.vaults.find(command.vault);
  IntentKind kind = IntentKind::cancel;
  if (command.release) kind = IntentKind::release;
  if (command.move) kind = IntentKind::move;
  if (command.policy) kind = IntentKind::change_policy;
  return {.id = IntentId(static_cast<std::uint32_t>(state.intents.size() + 1)),
          .vault = command.vault,
          .nonce = command.nonce,
          .policy_version = vault == nullptr ? 0 : vault->policy_version,
          .deadline = command.deadline,
          .kind = kind,
          .release = command.release,
          .move = command.move,
          .policy = command.policy,
          .cancels = command.cancels,
          .reason = command.reason,
          .proposer = context.principal,
          .proposed = context.now};
}

S check_shape(const ProposeIntent& command) {
  if (command.deadline.value() <= 0 || command.deadline.value() % kSecond != 0)
    return S::deadline_malformed;
  const int contents = (command.release ? 1 : 0) + (command.move ? 1 : 0) +
                       (command.policy ? 1 : 0) + (command.cancels.is_none() ? 0 : 1);
  if (contents != 1) return S::exactly_one_content;
  if (command.release)
    if (const S status = check_amount(command.release->amount); status != S::ok) return status;
  if (command.move) {
    if (const S status = check_amount(command.move->amount); status != S::ok) return status;
    if (command.move->from == command.move->to) return S::wallets_must_be_different;
  }
  if (command.reason.size() > kReasonMax) return S::reason_too_long;
  return command.policy ? status_of<S>(shape_fault(*command.policy)) : S::ok;
}

S check_state(const ProposeIntent& command, const State& state, const pool::State& pools,
              const ledger::State& ledger, const principal::State& principals,
              const Context& context) {
  const Vault* vault = state.vaults.find(command.vault);
  if (vault == nullptr) return S::vault_not_found;
  if (command.nonce < vault->next_nonce) return S::nonce_used;
  if (command.nonce > vault->next_nonce) return S::nonce_skips;
  const bool payment = command.release || command.move;
  if (vault->open_intents >= kOpenIntentsMax + (payment ? 0 : kKeptForRepair))
    return S::too_many_open;
  const Intent intent = intent_of(command, state, context);
  if (const S status = check_deadline(command, *vault, intent.kind, context.now); status != S::ok)
    return status;
  return check_content(intent, {state, pools, ledger, principals});
}

S apply(const ProposeIntent& command, State& state, const pool::State& pools,
        const ledger::State& ledger, const principal::State& principals, Context& context) {
  Intent intent = intent_of(command, state, context);
  intent.digest = crypto::to_hex(hashes_of(intent, {state, pools, ledger, principals}).digest);
  Vault& vault = state.vaults.edit(context.changes, command.vault);
  vault.next_nonce += 1;
  vault.open_intents += 1;
  context.created = intent.id.value();
  state.intents.insert(context.changes, std::move(intent));
  return S::ok;
}

}  // namespace cofferdam::custody
