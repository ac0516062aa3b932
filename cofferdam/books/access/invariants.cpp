// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/invariants.h"

namespace cofferdam::access {

std::optional<std::string> check_root_can_sign(const State& state,
                                               const principal::State& principals) {
  if (state.keys.untouched() && state.policies.untouched() && principals.principals.untouched())
    return std::nullopt;
  if (!asks_for_signatures(state) || root_can_sign(state, principals)) return std::nullopt;
  return "signatures are asked for and no active root has a key in force";
}

std::optional<std::string> check_keys_stay_revoked(const State& state) {
  std::optional<std::string> violation;
  state.keys.each_touched([&](const SigningKey* before, const SigningKey* after) {
    if (violation || before == nullptr) return;
    if (after == nullptr) {
      violation = "signing key " + before->public_key + " was removed";
    } else if (before->principal != after->principal || before->from != after->from) {
      violation = "signing key " + before->public_key + " changed its holder";
    } else if (!before->in_force() && base::encode(*before) != base::encode(*after)) {
      violation = "signing key " + before->public_key + " changed after it was revoked";
    }
  });
  return violation;
}

}  // namespace cofferdam::access
