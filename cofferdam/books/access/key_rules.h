// SPDX-License-Identifier: Apache-2.0
//
// Who may give and take keys and roles, and what of it goes without a signature.
#pragma once

#include "cofferdam/books/access/access.h"

#include <string_view>

namespace cofferdam::access {

// Also one that was revoked: who once could sign does not begin again without a signature.
[[nodiscard]] bool ever_had_key(const State& state, PrincipalId principal);

// A key may be what was lost, so its holder takes it back without it; but nobody else's, and not
// one of a root, which another of its keys takes back: a stolen login would choose who can sign, or
// leave the one that is lost.
[[nodiscard]] bool may_revoke_unsigned(const State& state, const principal::State& principals,
                                       PrincipalId actor, std::string_view public_key);

// Whether the actor holds every role that the target has by grants, of itself or by a grant in the
// same pool. Of the target's own roles principal::may_grant tells.
[[nodiscard]] bool holds_grants_of(const State& state, const principal::State& principals,
                                   PrincipalId actor, PrincipalId target);

}  // namespace cofferdam::access
