// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/signing_key.h"

#include "cofferdam/books/access/key_rules.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/crypto/ed25519.h"

namespace cofferdam::access {

using S = SigningKeyStatus;

namespace {

[[nodiscard]] bool is_public_key(const std::string& text) {
  if (!ledger::is_hex(text, kPublicKeyHexDigits)) return false;
  const auto key = crypto::parse_public_key(text);
  return key && crypto::can_verify(*key);
}

[[nodiscard]] bool is_name(const std::string& name) {
  return ledger::is_code(name, kKeyNameMax);
}

// Who may deal with the keys of this principal: itself, or who could have made it.
[[nodiscard]] S check_actor(PrincipalId holder, const State& state,
                            const principal::State& principals, const Context& context) {
  const principal::Principal* row = principals.principals.find(holder);
  if (row == nullptr) return S::principal_not_found;
  if (holder == context.principal) return S::ok;
  if (!principal::may(principals, context.principal, principal::kAdmin)) return S::not_permitted;
  return principal::may_grant(principals, context.principal, row->roles) &&
                 holds_grants_of(state, principals, context.principal, holder)
             ? S::ok
             : S::role_not_held;
}

[[nodiscard]] S check_new_key(PrincipalId holder, const std::string& public_key,
                              const std::string& name, bool replaces, const State& state) {
  if (find_key(state, public_key) != nullptr) return S::key_exists;
  std::size_t all = 0;
  std::size_t in_force = 0;
  bool name_taken = false;
  state.keys.each([&](const SigningKey& key) {
    if (key.principal != holder) return;
    ++all;
    in_force += key.in_force() ? 1U : 0U;
    name_taken = name_taken || key.name == name;
  });
  if (name_taken) return S::name_exists;
  if (all >= kKeysOfPrincipalMax || state.keys.size() >= kKeysMax) return S::too_many_keys;
  // A key that takes the place of another is none more.
  if (!replaces && in_force >= kKeysInForceMax) return S::too_many_keys;
  return S::ok;
}

[[nodiscard]] bool is_last_root_key(const SigningKey& key, const State& state,
                                    const principal::State& principals) {
  const auto is_root = [&](PrincipalId id) {
    const principal::Principal* row = principals.principals.find(id);
    return row != nullptr && row->active && (row->roles & principal::kRoot) != 0;
  };
  if (!is_root(key.principal) || !asks_for_signatures(state)) return false;
  bool another = false;
  state.keys.each([&](const SigningKey& other) {
    another = another ||
              (other.in_force() && other.public_key != key.public_key && is_root(other.principal));
  });
  return !another;
}

void insert(PrincipalId holder, const std::string& name, const std::string& public_key,
            State& state, Context& context) {
  state.keys.insert(context.changes, SigningKey{.public_key = public_key,
                                                .principal = holder,
                                                .name = name,
                                                .from = context.sequence,
                                                .registered = context.now,
                                                .registered_by = context.principal});
}

void revoke(const std::string& public_key, const std::string& reason, State& state,
            Context& context) {
  SigningKey& row = state.keys.edit(context.changes, PublicKeyText{public_key});
  row.until = context.sequence;
  row.revoked = context.now;
  row.revoked_by = context.principal;
  row.reason = reason;
}

}  // namespace

S check_shape(const RegisterSigningKey& command) {
  if (!is_public_key(command.public_key)) return S::public_key_malformed;
  return is_name(command.name) ? S::ok : S::name_malformed;
}

S check_shape(const RotateSigningKey& command) {
  if (!is_public_key(command.next_key)) return S::public_key_malformed;
  return is_name(command.name) ? S::ok : S::name_malformed;
}

S check_shape(const RevokeSigningKey& command) {
  return command.reason.size() > ledger::kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const RegisterSigningKey& command, const State& state,
              const principal::State& principals, const Context& context) {
  if (const S status = check_actor(command.principal, state, principals, context); status != S::ok)
    return status;
  // Otherwise whoever got hold of a login without a key could give it one.
  if (!principal::may(principals, context.principal, principal::kAdmin) &&
      !has_key_in_force(state, context.principal))
    return S::first_key_by_admin;
  return check_new_key(command.principal, command.public_key, command.name, false, state);
}

S check_state(const RotateSigningKey& command, const State& state,
              const principal::State& principals, const Context& context) {
  const SigningKey* key = find_key(state, command.public_key);
  if (key == nullptr) return S::key_not_found;
  if (const S status = check_actor(key->principal, state, principals, context); status != S::ok)
    return status;
  if (!key->in_force()) return S::already_revoked;
  return check_new_key(key->principal, command.next_key, command.name, true, state);
}

S check_state(const RevokeSigningKey& command, const State& state,
              const principal::State& principals, const Context& context) {
  const SigningKey* key = find_key(state, command.public_key);
  if (key == nullptr) return S::key_not_found;
  if (const S status = check_actor(key->principal, state, principals, context); status != S::ok)
    return status;
  if (!key->in_force()) return S::already_revoked;
  return is_last_root_key(*key, state, principals) ? S::last_root_key : S::ok;
}

S apply(const RegisterSigningKey& command, State& state, Context& context) {
  insert(command.principal, command.name, command.public_key, state, context);
  return S::ok;
}

S apply(const RotateSigningKey& command, State& state, Context& context) {
  const PrincipalId holder = find_key(state, command.public_key)->principal;
  revoke(command.public_key, "rotated", state, context);
  insert(holder, command.name, command.next_key, state, context);
  return S::ok;
}

S apply(const RevokeSigningKey& command, State& state, Context& context) {
  revoke(command.public_key, command.reason, state, context);
  return S::ok;
}

}  // namespace cofferdam::access
