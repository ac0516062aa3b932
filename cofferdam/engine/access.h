// SPDX-License-Identifier: Apache-2.0
//
// Who may come in: what each operation needs, asked of the principals.
#pragma once

#include "cofferdam/engine/door.h"

namespace cofferdam::engine {

// Whether the principal exists and may do anything at all.
[[nodiscard]] bool is_active(base::PrincipalId principal, const State& state);

// Whether the principal holds the role that the command asks for: in all pools, or in each of those
// that the command acts on.
[[nodiscard]] DoorStatus check_access(const Command& command, base::PrincipalId principal,
                                      const State& state);

// Part of genesis: the root principal, number 1.
void found_root(const std::string& code, State& state, ledger::Context& context);

}  // namespace cofferdam::engine
