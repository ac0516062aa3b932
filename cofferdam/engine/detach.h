// SPDX-License-Identifier: Apache-2.0
//
// What keeps a pool in its books: the image of a pool holds what the rooms of the ledger and of
// pools know of it. What stands in other rooms and is still open would be lost on the way, so the
// pool does not go before it is settled, and no image is taken of it.
#pragma once

#include "cofferdam/books/pool/pool_life.h"
#include "cofferdam/engine/state.h"

namespace cofferdam::engine {

[[nodiscard]] pool::PoolLifeStatus check_detachable(base::PoolId pool, const State& state);

}  // namespace cofferdam::engine
