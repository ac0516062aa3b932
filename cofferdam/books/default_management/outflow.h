// SPDX-License-Identifier: Apache-2.0
//
// How fast money may leave a pool. The limit is the pool's own, counted over what goes to the
// outside and to other pools in the asset; it frees itself when its period has run, and no other
// pool notices it. What layers pay for another pool's loss is a charge, not an outflow.
#pragma once

#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {

// Writes down what this command takes out of limited pools; in words when that is too much.
[[nodiscard]] std::optional<std::string> limit_outflows(ResolutionState& resolution,
                                                        const ledger::State& ledger,
                                                        const pool::State& pools, Context& context);

}  // namespace cofferdam::default_management
