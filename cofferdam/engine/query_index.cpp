// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/query_index.h"

namespace cofferdam::engine {

namespace {

// Numbers of the lists in the index's files; never used again for anything else.
enum ListKind : std::uint8_t { kAccount = 1, kOwner = 2, kPool = 3, kCode = 4, kReference = 5 };

}  // namespace

void add_postings(const ledger::Transfer& event, const ledger::Account* debit,
                  const ledger::Account* credit, std::uint64_t address,
                  std::vector<journal::Posting>& postings) {
  const auto list = [&](ListKind kind, std::uint64_t key) {
    postings.push_back(journal::make_posting(kind, key, address));
  };
  for (const ledger::Account* account : {debit, credit}) {
    if (account == nullptr) continue;
    list(kAccount, base::hash_key(account->id));
    if (!account->owner.is_none()) list(kOwner, base::hash_key(account->owner));
  }
  if (debit != nullptr) list(kPool, debit->pool.value());
  if (event.code != 0) list(kCode, event.code);
  if (event.user_data_128 != 0) list(kReference, base::hash_key(event.user_data_128));
}

std::vector<journal::Posting> postings_of_record(const RecordedCommand& command, const State& state,
                                                 JournalHistory& history) {
  std::vector<journal::Posting> postings;
  for (const ledger::StoredTransfer& stored :
       transfers_of(command.record, command.sequence, command.time)) {
    ledger::Transfer event = stored.event;
    const bool accepted = stored.status == ledger::TransferStatus::ok;
    if (!accepted && !ledger::is_transient(stored.status)) continue;
    if (!event.pending_id.is_none() &&
        (event.debit_account.is_none() || event.credit_account.is_none())) {
      if (const ledger::StoredTransfer* pending = history.find(event.pending_id)) {
        event.debit_account = pending->event.debit_account;
        event.credit_account = pending->event.credit_account;
      }
    }
    add_postings(event, state.ledger.accounts.find(event.debit_account),
                 state.ledger.accounts.find(event.credit_account), stored.address, postings);
  }
  return postings;
}

std::vector<journal::PostingCursor> cursors_for(const journal::PostingIndex& index,
                                                const TransferFilter& filter, std::uint64_t from,
                                                journal::Direction direction) {
  std::vector<journal::PostingCursor> cursors;
  const auto list = [&](ListKind kind, std::uint64_t key) {
    cursors.push_back(index.cursor(kind, key, from, direction));
  };
  if (filter.account) list(kAccount, base::hash_key(*filter.account));
  if (filter.owner) list(kOwner, base::hash_key(*filter.owner));
  if (filter.pool) list(kPool, filter.pool->value());
  if (filter.code) list(kCode, *filter.code);
  if (filter.reference) list(kReference, base::hash_key(*filter.reference));
  return cursors;
}

}  // namespace cofferdam::engine
