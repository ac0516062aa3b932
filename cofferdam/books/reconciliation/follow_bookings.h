// SPDX-License-Identifier: Apache-2.0
//
// What the books do themselves after a command: postings on holdings become bookings that wait for
// a statement, and entries in transit follow their intents. Costs nothing where no holding lies in
// a total that the command has touched.
#pragma once

#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/reconciliation/matching.h"

#include <span>

namespace cofferdam::reconciliation {

// After a batch of transfers was judged. False: a term went beyond kUnitsMax.
[[nodiscard]] bool follow_batch(const Books& books, std::span<const ledger::Transfer> events,
                                std::span<const ledger::TransferResult> results);

// After any command: its own postings, and the intents that it has moved. `events` is how many
// events of a batch stand before the postings in the journal's record.
[[nodiscard]] bool follow_postings(const Books& books, std::size_t events);

}  // namespace cofferdam::reconciliation
