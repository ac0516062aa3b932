// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/query_index.h"

namespace cofferdam::engine {

namespace {

// Numbers of the lists in the index's files; never used again for anything else.
enum ListKind : std::uint8_t { kAccount = 1, kOwner = 2, kPool = 3, kCode = 4, kReference = 5 };

}  // namespace

void add_postings(const ledger::Transfer& event, base::OwnerId debit_owner,
                  base::OwnerId credit_owner, std::uint64_t address,
                  std::vector<journal::Posting>& postings) {
  const auto list = [&](ListKind kind, std::uint64_t key) {
    postings.push_back(journal::make_posting(kind, key, address));
  };
  if (!event.debit_account.is_none()) list(kAccount, base::hash_key(event.debit_account));
  if (!event.credit_account.is_none()) list(kAccount, base::hash_key(event.credit_account));
  if (!debit_owner.is_none()) list(kOwner, base::hash_key(debit_owner));
  if (!credit_owner.is_none()) list(kOwner, base::hash_key(credit_owner));
  if (!event.pool.is_none()) list(kPool, event.pool.value());
  if (event.code != 0) list(kCode, event.code);
  if (event.user_data_128 != 0) list(kReference, base::hash_key(event.user_data_128));
}

void look_up_postings(ledger::Transfer event, std::uint64_t address, const State& state,
                      JournalHistory& history, std::vector<journal::Posting>& postings) {
  if (!event.pending_id.is_none()) {
    if (const ledger::StoredTransfer* pending = history.find(event.pending_id)) {
      event.debit_account = pending->event.debit_account;
      event.credit_account = pending->event.credit_account;
      event.pool = pending->event.pool;
    }
  }
  const auto owner_of = [&](base::AccountId id) {
    const ledger::Account* account = state.ledger.accounts.find(id);
    return account == nullptr ? base::OwnerId() : account->owner;
  };
  add_postings(event, owner_of(event.debit_account), owner_of(event.credit_account), address,
               postings);
}

std::vector<journal::Posting> postings_of_record(const RecordedCommand& command, const State& state,
                                                 JournalHistory& history) {
  std::vector<journal::Posting> postings;
  for (const ledger::StoredTransfer& stored :
       transfers_of(command.record, command.sequence, command.time))
    if (stored.status == ledger::TransferStatus::ok || ledger::is_transient(stored.status))
      look_up_postings(stored.event, stored.address, state, history, postings);
  return postings;
}

base::Result<std::vector<std::uint64_t>> addresses_of(const journal::PostingIndex& index,
                                                      const TransferFilter& filter,
                                                      std::uint64_t from,
                                                      journal::Direction direction,
                                                      std::size_t limit) {
  std::vector<journal::PostingCursor> lists;
  const auto list = [&](ListKind kind, std::uint64_t key) {
    lists.push_back(index.cursor(kind, key, from, direction));
  };
  if (filter.account) list(kAccount, base::hash_key(*filter.account));
  if (filter.owner) list(kOwner, base::hash_key(*filter.owner));
  if (filter.pool) list(kPool, filter.pool->value());
  if (filter.code) list(kCode, *filter.code);
  if (filter.reference) list(kReference, base::hash_key(*filter.reference));
  if (lists.empty()) return base::malformed("query", "", "a query names at least one field");
  journal::IntersectionCursor all(std::move(lists));
  std::vector<std::uint64_t> found;
  while (found.size() < limit) {
    auto next = all.next();
    if (!next) return std::unexpected(next.error());
    if (!*next) break;
    found.push_back(**next);
  }
  return found;
}

}  // namespace cofferdam::engine
