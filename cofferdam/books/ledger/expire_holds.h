// SPDX-License-Identifier: Apache-2.0
//
// Releases the holds whose time is over. Time is the journal's: the tick's own stamp.
#pragma once

#include "cofferdam/books/ledger/transfer.h"

namespace cofferdam::ledger {

// Most holds that one tick releases; the rest waits for the next one.
inline constexpr std::size_t kExpiriesPerTickMax = 4096;

// How many holds a tick at `now` would find, at most kExpiriesPerTickMax.
[[nodiscard]] std::size_t due_expiries(const State& state, Time now);

// Appends one posting to the context for each hold released, flagged kVoidPending | kExpiry, with
// the hold's id as its pending_id and the amount that was released.
void expire_holds(State& state, Context& context);

}  // namespace cofferdam::ledger
