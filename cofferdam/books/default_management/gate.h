// SPDX-License-Identifier: Apache-2.0
//
// What waits while a loss is open, and what never leaves a fund.
//
// While a loss of a pool is open, nothing leaves that pool: no transfer over a conduit out of it,
// no fall of what it holds outside. Other pools go on, and the gate opens by itself with the record
// that closes the last loss. The money of a fund leaves its account only by a payment of shares or
// a charge; nobody, the operator included, transfers it away.
#pragma once

#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {

// What the present command would take through a closed gate or out of a fund, in words.
[[nodiscard]] std::optional<std::string> find_gated_movement(const State& state,
                                                             const ledger::State& ledger,
                                                             const pool::State& pools);

}  // namespace cofferdam::default_management
