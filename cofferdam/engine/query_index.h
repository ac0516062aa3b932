// SPDX-License-Identifier: Apache-2.0
//
// The query index: which transfers concern an account, an owner, a pool, a code, a reference. It is
// fed as records are decided and built by a thread of its own, so it lags by at most its buffers;
// a question waits until the index has seen everything that was recorded before it.
#pragma once

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/posting_index.h"

#include <optional>
#include <vector>

namespace cofferdam::engine {

// All that is given must hold; at least one is.
struct TransferFilter {
  std::optional<base::AccountId> account;  // on either side
  std::optional<base::OwnerId> owner;      // of either account
  std::optional<base::PoolId> pool;
  std::optional<std::uint16_t> code;
  std::optional<base::u128> reference;  // user_data_128
};

// The entries of one decided transfer, whose accounts and pool are named by `event`; an owner is
// none where the account has none. Keys of 128 bits are hashed to 64: the reader of an answer looks
// at the transfer itself.
void add_postings(const ledger::Transfer& event, base::OwnerId debit_owner,
                  base::OwnerId credit_owner, std::uint64_t address,
                  std::vector<journal::Posting>& postings);

// The same where the owners are not at hand: they and what a resolution leaves to its hold are
// looked up.
void look_up_postings(ledger::Transfer event, std::uint64_t address, const State& state,
                      JournalHistory& history, std::vector<journal::Posting>& postings);

// The entries of a recorded command.
[[nodiscard]] std::vector<journal::Posting> postings_of_record(const RecordedCommand& command,
                                                               const State& state,
                                                               JournalHistory& history);

// The addresses of transfers that a filter lets through, in `direction` from `from`, at most so
// many. An empty filter is malformed.
[[nodiscard]] base::Result<std::vector<std::uint64_t>> addresses_of(
    const journal::PostingIndex& index, const TransferFilter& filter, std::uint64_t from,
    journal::Direction direction, std::size_t limit);

}  // namespace cofferdam::engine
