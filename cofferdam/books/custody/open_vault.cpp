// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/open_vault.h"

#include "cofferdam/books/custody/typed_intent.h"
#include "cofferdam/books/ledger/create_asset.h"

namespace cofferdam::custody {

using S = OpenVaultStatus;

S check_shape(const OpenVault& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.chain_id == 0) return S::chain_id_must_not_be_zero;
  if (!ledger::is_hex(command.salt, 64) || command.salt.find_first_not_of('0') == std::string::npos)
    return S::salt_malformed;
  return status_of<S>(shape_fault(command.policy));
}

S check_state(const OpenVault& command, const State& state, const pool::State& pools,
              const ledger::State& ledger, const principal::State& principals) {
  if (find_vault(state, command.code) != nullptr) return S::exists;
  const pool::Pool* pool = pools.pools.find(command.pool);
  if (pool == nullptr) return S::pool_not_found;
  if (pool->state == pool::PoolState::closed || pool->state == pool::PoolState::detached)
    return S::pool_is_over;
  const std::string address = vault_address(command.salt, command.code);
  bool taken = false;
  state.vaults.each([&](const Vault& vault) { taken = taken || vault.address == address; });
  if (taken) return S::address_taken;
  return status_of<S>(state_fault(command.policy, {state, pools, ledger, principals}));
}

S apply(const OpenVault& command, State& state, Context& context) {
  const VaultId id(static_cast<std::uint32_t>(state.vaults.size() + 1));
  state.vault_names.insert(context.changes, {command.code, id});
  state.vaults.insert(context.changes, Vault{.id = id,
                                             .code = command.code,
                                             .pool = command.pool,
                                             .chain_id = command.chain_id,
                                             .address = vault_address(command.salt, command.code),
                                             .created = context.now});
  enforce(command.policy, id, state, context);
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::custody
