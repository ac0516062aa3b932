// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/approve_intent.h"

#include "cofferdam/books/custody/authority.h"
#include "cofferdam/books/custody/typed_intent.h"

#include <algorithm>

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

// Whoever may only read gives no command.
[[nodiscard]] bool may_write(const principal::State& principals, const access::State& grants,
                             PrincipalId who, PoolId pool) {
  return access::may_in(grants, principals, who,
                        principal::kAdmin | principal::kOperator | principal::kApprover, pool);
}

[[nodiscard]] S check_approval(const SignedApproval& approval, const Intent& intent,
                               const Vault& vault, const State& state,
                               const principal::State& principals) {
  const Signer* signer = state.signers.find(approval.signer);
  if (signer == nullptr) return S::signer_not_found;
  if (signer->revoked) return S::signer_revoked;
  if (!signs(*signer, principals)) return S::signer_revoked;
  const std::vector<SignerId>& signers = vault.policy.signers;
  if (std::find(signers.begin(), signers.end(), signer->id) == signers.end())
    return S::signer_not_of_vault;
  for (const Approval& given : intent.approvals)
    if (given.signer == signer->id) return S::already_approved;
  return S::ok;
}

[[nodiscard]] S status_of(SignatureVerdict verdict) {
  switch (verdict) {
    case SignatureVerdict::ok:
      return S::ok;
    case SignatureVerdict::malformed:
      return S::signature_malformed;
    case SignatureVerdict::not_canonical:
      return S::signature_not_canonical;
    case SignatureVerdict::does_not_verify:
      return S::signature_does_not_verify;
  }
  return S::signature_malformed;
}

}  // namespace

S check_shape(const ApproveIntent& command) {
  const std::vector<SignedApproval>& approvals = command.approvals;
  if (approvals.empty() || approvals.size() > kSignersMax) return S::no_approvals;
  if (std::adjacent_find(approvals.begin(), approvals.end(), [](const auto& a, const auto& b) {
        return a.signer >= b.signer;
      }) != approvals.end())
    return S::approvals_not_ascending;
  for (const SignedApproval& approval : approvals)
    if (!ledger::is_hex(approval.signature, 130) && !ledger::is_hex(approval.signature, 128))
      return S::signature_malformed;
  return S::ok;
}

S check_state(const ApproveIntent& command, const State& state, const pool::State& pools,
              const ledger::State& ledger, const principal::State& principals,
              const access::State& grants, const Context& context) {
  const Intent* intent = state.intents.find(command.intent);
  if (intent == nullptr) return S::intent_not_found;
  if (!may_write(principals, grants, context.principal, state.vaults.find(intent->vault)->pool))
    return S::not_permitted;
  if (context.now > intent->deadline) return S::deadline_passed;
  if (!intent->is_open()) return S::not_open;
  const Vault& vault = *state.vaults.find(intent->vault);
  if (intent->policy_version != vault.policy_version) return S::stale_policy;
  // Recomputed from the books and not taken from the row, so that what is signed is what is meant.
  const crypto::Hash digest = hashes_of(*intent, {state, pools, ledger, principals}).digest;
  for (const SignedApproval& approval : command.approvals) {
    if (const S status = check_approval(approval, *intent, vault, state, principals);
        status != S::ok)
      return status;
    const Signer& signer = *state.signers.find(approval.signer);
    if (const S status = status_of(check_signature(signer, digest, approval.signature));
        status != S::ok)
      return status;
  }
  return S::ok;
}

S apply(const ApproveIntent& command, State& state, Context& context) {
  Intent& intent = state.intents.edit(context.changes, command.intent);
  const Vault& vault = *state.vaults.find(intent.vault);
  const std::size_t needed = threshold_of(vault.policy, intent.kind);
  const bool had = standing_approvals(intent, state) >= needed;
  for (const SignedApproval& approval : command.approvals)
    intent.approvals.push_back(
        {approval.signer, approval.signature, context.principal, context.now});
  // The delay begins with the last approval needed, and again where a revocation had taken one away
  // in between: those who may veto always have the whole of it.
  if (!had && standing_approvals(intent, state) >= needed) {
    intent.state = IntentState::approved;
    // Past the end of time the deadline has long refused it.
    intent.ready = base::try_add(context.now, delay_of(vault.policy, intent.kind))
                       .value_or(Time(std::numeric_limits<std::int64_t>::max()));
  }
  return S::ok;
}

}  // namespace cofferdam::custody
