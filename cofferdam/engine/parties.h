// SPDX-License-Identifier: Apache-2.0
//
// Whom a command is about: the owners, accounts and principals that stand anywhere in its content,
// who is insured by a cover that it names, and who claims for a claim or an incident in it. Found
// by the descriptions of the fields, so that a command that is added is read as well.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/engine/state.h"

#include <vector>

namespace cofferdam::engine {

// Each once, in order. A constitution is about everybody, and so about nobody.
[[nodiscard]] std::vector<decision::Beneficiary> parties_of(const Command& command,
                                                            const State& state);

}  // namespace cofferdam::engine
