// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/engine/door.h"

namespace cofferdam::engine {

// Books the reversal of the batch, or says why not; after a refusal the caller rolls back.
[[nodiscard]] RevertStatus revert_batch(const RevertBatch& command, ledger::State& state,
                                        ledger::Context& context, History& history);

}  // namespace cofferdam::engine
