// SPDX-License-Identifier: Apache-2.0
//
// Who may come in: what each operation needs, asked of the principals.
#pragma once

#include "cofferdam/engine/door.h"

namespace cofferdam::engine {

[[nodiscard]] DoorStatus check_access(Needs needs, base::PrincipalId principal, const State& state);

// Part of genesis: the root principal, number 1.
void found_root(const std::string& code, State& state, ledger::Context& context);

}  // namespace cofferdam::engine
