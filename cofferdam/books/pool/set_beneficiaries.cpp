// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/set_beneficiaries.h"

#include "cofferdam/books/pool/entitlement.h"

#include <set>

namespace cofferdam::pool {

using S = SetBeneficiariesStatus;

S check_shape(const SetBeneficiaries& command) {
  if (command.owners.size() > kBeneficiariesMax) return S::too_many_owners;
  std::set<OwnerId> seen;
  base::u128 sum = 0;
  for (const Beneficiary& each : command.owners) {
    if (each.owner.is_none()) return S::owner_must_not_be_zero;
    if (!seen.insert(each.owner).second) return S::owner_repeated;
    if (each.weight == 0) return S::weight_must_not_be_zero;
    if (__builtin_add_overflow(sum, each.weight, &sum)) return S::weights_overflow;
  }
  return S::ok;
}

S check_state(const SetBeneficiaries& command, const State& state, const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(command.account);
  if (account == nullptr) return S::account_not_found;
  if (!is_claim(*account)) return S::not_a_claim;
  const Pool* pool = state.pools.find(account->pool);
  if (pool == nullptr || pool->state == PoolState::closed || pool->state == PoolState::detached)
    return S::pool_is_over;
  return S::ok;
}

S apply(const SetBeneficiaries& command, State& state, Context& context) {
  const Slot slot = state.beneficiaries.find_slot(command.account);
  if (command.owners.empty()) {
    if (slot != base::kNoSlot) state.beneficiaries.erase(context.changes, slot);
  } else if (slot == base::kNoSlot) {
    state.beneficiaries.insert(context.changes, Beneficiaries{command.account, command.owners});
  } else {
    state.beneficiaries.edit(context.changes, slot).owners = command.owners;
  }
  return S::ok;
}

}  // namespace cofferdam::pool
