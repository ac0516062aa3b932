// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/principal/change_principal.h"

#include "cofferdam/books/principal/create_principal.h"

namespace cofferdam::principal {

using S = ChangePrincipalStatus;

namespace {

[[nodiscard]] bool is_active_root(const Principal& row) {
  return row.active && (row.roles & kRoot) != 0;
}

[[nodiscard]] Principal changed(const ChangePrincipal& command, Principal row) {
  if (command.roles) row.roles = *command.roles;
  if (command.active) row.active = *command.active;
  if (command.public_key) row.public_key = *command.public_key;
  return row;
}

[[nodiscard]] std::size_t active_roots(const State& state) {
  std::size_t count = 0;
  state.principals.each([&](const Principal& row) { count += is_active_root(row) ? 1U : 0U; });
  return count;
}

}  // namespace

S check_shape(const ChangePrincipal& command) {
  if (!command.roles && !command.active && !command.public_key) return S::nothing_to_change;
  if (command.roles && (*command.roles & ~kAllRoles) != 0) return S::roles_unknown;
  if (command.public_key && !command.public_key->empty() &&
      !ledger::is_hex(*command.public_key, kPublicKeyHexDigits))
    return S::public_key_malformed;
  if (command.reason.size() > ledger::kReasonMax) return S::reason_too_long;
  return S::ok;
}

S check_state(const ChangePrincipal& command, const State& state, const Context& context) {
  if (!may(state, context.principal, kAdmin)) return S::not_permitted;
  const Principal* row = state.principals.find(command.principal);
  if (row == nullptr) return S::principal_not_found;
  if (!may_grant(state, context.principal, row->roles) ||
      !may_grant(state, context.principal, command.roles.value_or(0)))
    return S::role_not_held;
  if (is_active_root(*row) && !is_active_root(changed(command, *row)) && active_roots(state) == 1)
    return S::last_root;
  return S::ok;
}

S apply(const ChangePrincipal& command, State& state, Context& context) {
  Principal& row = state.principals.edit(context.changes, command.principal);
  row = changed(command, row);
  return S::ok;
}

}  // namespace cofferdam::principal
