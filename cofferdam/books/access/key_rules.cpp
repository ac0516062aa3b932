// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/key_rules.h"

namespace cofferdam::access {

bool ever_had_key(const State& state, PrincipalId principal) {
  bool found = false;
  state.keys.each([&](const SigningKey& key) { found = found || key.principal == principal; });
  return found;
}

bool may_revoke_unsigned(const State& state, const principal::State& principals, PrincipalId actor,
                         std::string_view public_key) {
  const SigningKey* key = find_key(state, public_key);
  if (key == nullptr) return true;  // refused for what it is
  if (key->principal != actor) return false;
  const principal::Principal* holder = principals.principals.find(actor);
  return holder == nullptr || (holder->roles & principal::kRoot) == 0 || !key->in_force();
}

bool holds_grants_of(const State& state, const principal::State& principals, PrincipalId actor,
                     PrincipalId target) {
  const principal::Principal* row = principals.principals.find(actor);
  if (row == nullptr || !row->active) return false;
  if ((row->roles & principal::kRoot) != 0) return true;
  const auto& grants = state.grants.rows();
  for (auto at = grants.lower_bound({target, PoolId()});
       at != grants.end() && at->first.principal == target; ++at) {
    const Grant* own = state.grants.find({actor, at->first.pool});
    const int held = row->roles | (own == nullptr ? 0 : own->roles);
    if ((at->second.roles & ~held) != 0) return false;
  }
  return true;
}

}  // namespace cofferdam::access
