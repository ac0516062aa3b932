// SPDX-License-Identifier: Apache-2.0
//
// By a walk through the records: always right, and as long as the journal is.
#include "cofferdam/operation/postings_of.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"

namespace cofferdam::operation {
namespace {

bool has_owner(const engine::State& state, base::AccountId id, base::OwnerId owner) {
  const ledger::Account* account = state.ledger.accounts.find(id);
  return account != nullptr && account->owner == owner;
}

bool passes_raw(const PostingFilter& filter, const ledger::StoredTransfer& stored) {
  if (stored.address < filter.first_address) return false;
  if (!filter.with_refused && stored.status != ledger::TransferStatus::ok) return false;
  if (filter.code && *filter.code != stored.event.code) return false;
  return !filter.reference || *filter.reference == stored.event.user_data_128;
}

bool passes(const PostingFilter& filter, const engine::State& state, const Posting& posting) {
  if (!filter.account.is_none() && filter.account != posting.debit_account &&
      filter.account != posting.credit_account)
    return false;
  if (!filter.pool.is_none() && filter.pool != posting.pool) return false;
  if (!filter.asset.is_none() && filter.asset != posting.asset) return false;
  return filter.owner.is_none() || has_owner(state, posting.debit_account, filter.owner) ||
         has_owner(state, posting.credit_account, filter.owner);
}

}  // namespace

Result<Posting> complete(engine::Engine& engine, const engine::State& state,
                         const ledger::StoredTransfer& stored) {
  Posting posting{.stored = stored,
                  .debit_account = stored.event.debit_account,
                  .credit_account = stored.event.credit_account,
                  .pool = stored.event.pool,
                  .asset = stored.event.asset};
  if (!stored.event.pending_id.is_none()) {
    const auto hold = engine.find_transfer(stored.event.pending_id);
    if (!hold) return std::unexpected(hold.error());
    if (*hold) {
      posting.debit_account = (*hold)->event.debit_account;
      posting.credit_account = (*hold)->event.credit_account;
      posting.held = (*hold)->event.amount;
    }
  }
  if (const ledger::Account* debit = state.ledger.accounts.find(posting.debit_account)) {
    posting.pool = debit->pool;
    posting.asset = debit->asset;
  }
  return posting;
}

Result<void> postings_of(engine::Engine& engine, const engine::State& state,
                         const PostingFilter& filter,
                         const std::function<bool(const Posting&)>& take) {
  if (auto committed = engine.commit(engine.sequence()); !committed) return committed;
  const base::Sequence first = std::max<base::Sequence>(
      {filter.first, ledger::sequence_of(filter.first_address), base::Sequence{1}});
  if (first > filter.last) return {};
  auto reader = engine.journal().read_from(first);
  if (!reader) return std::unexpected(reader.error());
  while (true) {
    const auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    const journal::Record* record = *next;
    if (record == nullptr || record->sequence > filter.last) return {};
    const base::Time time(record->time_ns);
    if (filter.before && time >= *filter.before) return {};
    if (record->kind != engine::kCommandRecord || (filter.since && time < *filter.since)) continue;
    const auto command = engine::recorded_command(*record);
    if (!command) return std::unexpected(command.error());
    for (const ledger::StoredTransfer& stored :
         engine::transfers_of(command->record, record->sequence, time)) {
      if (!passes_raw(filter, stored)) continue;
      Result<Posting> posting = complete(engine, state, stored);
      if (!posting) return std::unexpected(posting.error());
      posting->by = &*command;
      if (passes(filter, state, *posting) && !take(*posting)) return {};
    }
  }
}

}  // namespace cofferdam::operation
