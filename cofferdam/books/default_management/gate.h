// SPDX-License-Identifier: Apache-2.0
//
// What waits while a loss is open, and what never leaves a fund.
//
// While a loss of a pool is open, nothing leaves that pool: no transfer over a conduit out of it,
// no fall of what it holds outside. Other pools go on, and the gate opens by itself with the record
// that closes the last loss, or so long after it as the pool's terms of liquidation say. The money
// of a fund leaves its account only by a payment of shares or a charge; nobody, the operator
// included, transfers it away.
#pragma once

#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {

// What the present command would take through a closed gate or out of a fund, in words.
[[nodiscard]] std::optional<std::string> find_gated_movement(const State& state,
                                                             const ResolutionState& resolution,
                                                             const ledger::State& ledger,
                                                             const pool::State& pools, Time now);

// Until when the gate of a pool stays closed after its last loss was borne; nullopt when it is
// open, the greatest time while a loss is.
[[nodiscard]] std::optional<Time> gated_until(const State& state, const ResolutionState& resolution,
                                              PoolId pool, Time now);

}  // namespace cofferdam::default_management
