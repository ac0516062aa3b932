// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/access.h"

#include <array>

namespace cofferdam::access {

std::uint64_t hash_key(const PublicKeyText& key) {
  // Of 32 bytes that nobody chooses freely the first eight spread well enough; mixed all the same.
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 16 && i < key.hex.size(); ++i) {
    const char c = key.hex[i];
    first = first * 16 + static_cast<std::uint64_t>(c >= 'a' ? c - 'a' + 10 : c - '0');
  }
  return base::hash_key(first);
}

const SigningKey* find_key(const State& state, std::string_view public_key) {
  return state.keys.find(PublicKeyText{std::string(public_key)});
}

bool has_key_in_force(const State& state, PrincipalId principal) {
  bool found = false;
  state.keys.each([&](const SigningKey& key) {
    found = found || (key.principal == principal && key.in_force());
  });
  return found;
}

bool root_can_sign(const State& state, const principal::State& principals) {
  bool found = false;
  state.keys.each([&](const SigningKey& key) {
    if (found || !key.in_force()) return;
    const principal::Principal* holder = principals.principals.find(key.principal);
    found = holder != nullptr && holder->active && (holder->roles & principal::kRoot) != 0;
  });
  return found;
}

bool asks_for_signatures(const State& state) {
  for (const auto& [key, policy] : state.policies.rows())
    if (policy.required) return true;
  return false;
}

namespace {

// Of what names no asset it cannot be said that it is not about this one.
[[nodiscard]] bool asks_of_some_asset(const State& state, std::uint16_t operation, PoolId pool) {
  const auto& rows = state.policies.rows();
  for (auto at = rows.lower_bound({operation, pool, AssetId()});
       at != rows.end() && at->first.operation == operation && at->first.pool == pool; ++at)
    if (!at->first.asset.is_none() && at->second.required) return true;
  return false;
}

}  // namespace

bool has_policy_on(const State& state, std::uint16_t operation) {
  const auto& rows = state.policies.rows();
  const auto at = rows.lower_bound(SignaturePolicy::Key{operation, PoolId(), AssetId()});
  return at != rows.end() && at->first.operation == operation;
}

bool signature_needed(const State& state, std::uint16_t operation, const Touch& touch) {
  const std::array<SignaturePolicy::Key, 4> from_the_narrowest{
      SignaturePolicy::Key{operation, touch.pool, touch.asset},
      SignaturePolicy::Key{operation, touch.pool, AssetId()},
      SignaturePolicy::Key{operation, PoolId(), touch.asset},
      SignaturePolicy::Key{operation, PoolId(), AssetId()}};
  for (const SignaturePolicy::Key& key : from_the_narrowest) {
    if (touch.asset.is_none() && asks_of_some_asset(state, operation, key.pool)) return true;
    const SignaturePolicy* policy = state.policies.find(key);
    if (policy == nullptr) continue;
    if (!policy->required) return false;
    return policy->above.is_zero() || !touch.amount || *touch.amount > policy->above;
  }
  return false;
}

bool may_in(const State& state, const principal::State& principals, PrincipalId principal,
            std::uint16_t roles, PoolId pool) {
  if (principal::may(principals, principal, roles)) return true;
  if (pool.is_none() || state.grants.size() == 0) return false;
  const principal::Principal* row = principals.principals.find(principal);
  if (row == nullptr || !row->active) return false;
  const Grant* grant = state.grants.find({principal, pool});
  return grant != nullptr && (grant->roles & roles) != 0;
}

}  // namespace cofferdam::access
