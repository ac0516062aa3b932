// SPDX-License-Identifier: Apache-2.0
//
// Which pools a command acts on, and what it moves there: what scopes and signature policies ask.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/engine/state.h"

#include <optional>
#include <vector>

namespace cofferdam::engine {

// Empty: the command acts on no pool, or on books as a whole. A pool that cannot be told (an
// account or a hold that is not there) is the pool none, in which nobody has a role of a grant.
[[nodiscard]] std::vector<access::Touch> touches_of(const Command& command, const State& state);

// The pools among them, sorted and each once; the pool none alone where there are none: whose
// policies of approval a command meets.
[[nodiscard]] std::vector<base::PoolId> pools_of(const Command& command, const State& state);

// Whether a command of this operation can act on a pool that is told by it: a policy for one pool
// would never be asked of another.
[[nodiscard]] bool names_pool(std::uint16_t operation);

}  // namespace cofferdam::engine
