// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/authority.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::custody {

bool signs(const Signer& signer, const principal::State& principals) {
  const principal::Principal* holder = principals.principals.find(signer.principal);
  return !signer.revoked && holder != nullptr && holder->active;
}

std::optional<Time> enough_since(const Intent& intent, std::size_t needed, const State& state,
                                 const principal::State& principals) {
  std::vector<PrincipalId> persons;
  Time since;
  // Approvals are kept in the order in which they came.
  for (const Approval& approval : intent.approvals) {
    if (persons.size() == needed) break;
    const Signer* signer = state.signers.find(approval.signer);
    if (signer == nullptr || !signs(*signer, principals)) continue;
    // Two signers may have become one person since the policy was made.
    if (std::any_of(persons.begin(), persons.end(), [&](PrincipalId other) {
          return principal::same_person(principals, signer->principal, other);
        }))
      continue;
    persons.push_back(signer->principal);
    since = std::max(since, approval.time);
  }
  return persons.size() == needed ? std::optional(since) : std::nullopt;
}

const AssetCap* cap_of(const VaultPolicy& policy, AssetId asset) {
  for (const AssetCap& cap : policy.caps)
    if (cap.asset == asset) return &cap;
  return nullptr;
}

void spend_cap(VaultId id, AssetId asset, Amount amount, State& state, Context& context) {
  const AssetCap* cap = cap_of(state.vaults.find(id)->policy, asset);
  COFFERDAM_CHECK(cap != nullptr, "the cap was looked at before");
  CapWindow& window = state.windows.edit(context.changes, CapWindow::Key{id, asset});
  const auto spent = pool::try_spend(cap->limit, window.window, context.now, amount);
  COFFERDAM_CHECK(spent.has_value(), "the cap was looked at before");
  window.window = *spent;
}

}  // namespace cofferdam::custody
