// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/vault_policy.h"

#include <algorithm>

namespace cofferdam::custody {

namespace {

[[nodiscard]] bool strictly_ascending(const auto& list, auto key) {
  return std::adjacent_find(list.begin(), list.end(), [&](const auto& a, const auto& b) {
           return key(a) >= key(b);
         }) == list.end();
}

constexpr auto kItself = [](const auto& value) { return value; };

[[nodiscard]] bool is_limit(const pool::RefillingLimit& limit) {
  return limit.refill <= limit.max && !limit.period.is_negative() &&
         (limit.refill.is_zero() || limit.period != Duration());
}

}  // namespace

PolicyFault shape_fault(const VaultPolicy& policy) {
  using F = PolicyFault;
  const std::size_t signers = policy.signers.size();
  if (signers == 0 || signers > kSignersMax || !strictly_ascending(policy.signers, kItself))
    return F::signers_malformed;
  if (policy.threshold < 2 || policy.change_threshold < policy.threshold ||
      policy.change_threshold > signers)
    return F::threshold_out_of_range;
  if (policy.delay.is_negative() || policy.change_delay < policy.delay ||
      policy.life <= policy.change_delay)
    return F::delays_malformed;
  if (policy.vetoers.size() > kVetoersMax || !strictly_ascending(policy.vetoers, kItself))
    return F::vetoers_malformed;
  const bool caps = policy.caps.size() <= kCapsMax &&
                    strictly_ascending(policy.caps, [](const AssetCap& c) { return c.asset; }) &&
                    std::all_of(policy.caps.begin(), policy.caps.end(),
                                [](const AssetCap& c) { return is_limit(c.limit); });
  return caps ? F::none : F::caps_malformed;
}

PolicyFault state_fault(const VaultPolicy& policy, const View& view) {
  using F = PolicyFault;
  std::vector<PrincipalId> holders;
  for (const SignerId id : policy.signers) {
    const Signer* signer = view.custody.signers.find(id);
    if (signer == nullptr) return F::signer_not_found;
    if (signer->revoked) return F::signer_revoked;
    const principal::Principal* holder = view.principals.principals.find(signer->principal);
    if (holder == nullptr || !holder->active) return F::signer_revoked;
    for (const PrincipalId other : holders)
      if (principal::same_person(view.principals, signer->principal, other))
        return F::signers_of_one_person;
    holders.push_back(signer->principal);
  }
  for (const PrincipalId id : policy.vetoers)
    if (view.principals.principals.find(id) == nullptr) return F::vetoer_not_found;
  for (const AssetCap& cap : policy.caps)
    if (view.ledger.assets.find(cap.asset) == nullptr) return F::asset_not_found;
  return F::none;
}

void enforce(const VaultPolicy& policy, VaultId id, State& state, Context& context) {
  Vault& vault = state.vaults.edit(context.changes, id);
  const VaultPolicy old = vault.policy;
  vault.policy = policy;
  vault.policy_version += 1;
  for (const AssetCap& cap : policy.caps) {
    const CapWindow::Key key{id, cap.asset};
    if (state.windows.find(key) == nullptr) {
      state.windows.insert(context.changes, CapWindow{id, cap.asset, {cap.limit.max, context.now}});
      continue;
    }
    pool::RefillingState& window = state.windows.edit(context.changes, key).window;
    // What the old rule had refilled until now counts; a cap that was dropped had stood still.
    for (const AssetCap& before : old.caps)
      if (before.asset == cap.asset) window = pool::accrue(before.limit, window, context.now);
    window.balance = std::min(window.balance, cap.limit.max);
    window.since = context.now;
  }
}

}  // namespace cofferdam::custody
