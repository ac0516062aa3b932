// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/set_grant.h"

namespace cofferdam::access {

using S = SetGrantStatus;

namespace {

constexpr std::uint16_t kGrantable =
    principal::kAdmin | principal::kOperator | principal::kApprover | principal::kAuditor;

[[nodiscard]] std::uint16_t granted(const State& state, PrincipalId who, PoolId pool) {
  const Grant* grant = state.grants.find({who, pool});
  return grant == nullptr ? std::uint16_t{0} : grant->roles;
}

}  // namespace

S check_shape(const SetGrant& command) {
  if ((command.roles & ~kGrantable) != 0) return S::roles_unknown;
  if (command.pool.is_none()) return S::pool_must_be_named;
  return command.reason.size() > ledger::kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const SetGrant& command, const State& state, const principal::State& principals,
              const Context& context) {
  if (!may_in(state, principals, context.principal, principal::kAdmin, command.pool))
    return S::not_permitted;
  if (principals.principals.find(command.principal) == nullptr) return S::principal_not_found;
  const std::uint16_t before = granted(state, command.principal, command.pool);
  const principal::Principal& actor = *principals.principals.find(context.principal);
  const std::uint16_t held = actor.roles | granted(state, context.principal, command.pool);
  const bool is_root = (actor.roles & principal::kRoot) != 0;
  if (!is_root && ((before | command.roles) & ~held) != 0) return S::role_not_held;
  if (before == command.roles) return S::nothing_to_change;
  // At the bound, what is granted can still be changed and taken back.
  return before != 0 || state.grants.size() < kGrantsMax ? S::ok : S::too_many_grants;
}

S apply(const SetGrant& command, State& state, Context& context) {
  const Grant::Key key{command.principal, command.pool};
  if (command.roles == 0) {
    state.grants.erase(context.changes, key);
  } else if (state.grants.find(key) == nullptr) {
    state.grants.insert(
        context.changes,
        Grant{.principal = command.principal, .pool = command.pool, .roles = command.roles});
  } else {
    state.grants.edit(context.changes, key).roles = command.roles;
  }
  return S::ok;
}

}  // namespace cofferdam::access
