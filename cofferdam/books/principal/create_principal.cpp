// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/principal/create_principal.h"

#include "cofferdam/books/ledger/create_asset.h"

namespace cofferdam::principal {

using S = CreatePrincipalStatus;

namespace {

[[nodiscard]] S check_names(const std::string& code, const std::string& public_key) {
  if (!ledger::is_code(code, kCodeMax)) return S::code_malformed;
  if (!public_key.empty() && !ledger::is_hex(public_key, kPublicKeyHexDigits))
    return S::public_key_malformed;
  return S::ok;
}

void insert(State& state, Context& context, Principal row) {
  row.id = PrincipalId(static_cast<std::uint32_t>(state.principals.size() + 1));
  row.created = context.now;
  context.created = row.id.value();
  state.names.insert(context.changes, {row.code, row.id});
  state.principals.insert(context.changes, std::move(row));
}

}  // namespace

bool may_grant(const State& state, PrincipalId actor, std::uint16_t roles) {
  const Principal* row = state.principals.find(actor);
  if (row == nullptr || !row->active) return false;
  return (row->roles & kRoot) != 0 || (roles & ~row->roles) == 0;
}

S check_shape(const CreateFirstPrincipal& command) {
  return check_names(command.code, command.public_key);
}

S check_state(const CreateFirstPrincipal& /*command*/, const State& state) {
  return state.principals.size() == 0 ? S::ok : S::not_the_first;
}

S apply(const CreateFirstPrincipal& command, State& state, Context& context) {
  insert(state, context,
         Principal{.code = command.code, .roles = kRoot, .public_key = command.public_key});
  return S::ok;
}

S check_shape(const CreatePrincipal& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if ((command.roles & ~kAllRoles) != 0) return S::roles_unknown;
  return check_names(command.code, command.public_key);
}

S check_state(const CreatePrincipal& command, const State& state, const Context& context) {
  if (!may(state, context.principal, kAdmin)) return S::not_permitted;
  if (!may_grant(state, context.principal, command.roles)) return S::role_not_held;
  if (find_principal(state, command.code) != nullptr) return S::exists;
  return S::ok;
}

S apply(const CreatePrincipal& command, State& state, Context& context) {
  insert(state, context,
         Principal{.code = command.code,
                   .roles = command.roles,
                   .person = command.person,
                   .public_key = command.public_key});
  return S::ok;
}

}  // namespace cofferdam::principal
