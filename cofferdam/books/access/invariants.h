// SPDX-License-Identifier: Apache-2.0
//
// The laws of access, looked at over the rows that the command touched.
#pragma once

#include "cofferdam/books/access/access.h"

#include <optional>
#include <string>

namespace cofferdam::access {

// As long as a policy asks for signatures, an active root holds a key in force: somebody can always
// sign the command that changes it.
[[nodiscard]] std::optional<std::string> check_root_can_sign(const State& state,
                                                             const principal::State& principals);

// A key that was revoked stays revoked, and a key never changes its holder.
[[nodiscard]] std::optional<std::string> check_keys_stay_revoked(const State& state);

}  // namespace cofferdam::access
