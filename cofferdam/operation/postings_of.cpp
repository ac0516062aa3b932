// SPDX-License-Identifier: Apache-2.0
//
// By the query index where the filter names something that it has lists of; else by a walk through
// the records, which is as long as the journal is. Both look at each transfer itself.
#include "cofferdam/operation/postings_of.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/engine/query_index.h"
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
  const bool accepted = stored.status == ledger::TransferStatus::ok;
  if (!accepted && (!filter.with_refused || !ledger::is_transient(stored.status))) return false;
  if (filter.since && stored.time < *filter.since) return false;
  if (filter.before && stored.time >= *filter.before) return false;
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

// What the index has lists of; nothing when the filter names none of it.
std::optional<engine::TransferFilter> indexed(const PostingFilter& filter) {
  engine::TransferFilter wanted{.code = filter.code, .reference = filter.reference};
  if (!filter.account.is_none()) wanted.account = filter.account;
  if (!filter.owner.is_none()) wanted.owner = filter.owner;
  if (!filter.pool.is_none()) wanted.pool = filter.pool;
  // Zero is no code and no reference: the index leaves it out.
  if (wanted.code == 0) wanted.code.reset();
  if (wanted.reference == base::u128{0}) wanted.reference.reset();
  const bool any = wanted.account || wanted.owner || wanted.pool || wanted.code || wanted.reference;
  return any ? std::optional(wanted) : std::nullopt;
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

namespace {

Result<void> by_index(engine::Engine& engine, const engine::State& state,
                      const PostingFilter& filter, const engine::TransferFilter& wanted,
                      const std::function<bool(const Posting&)>& take) {
  constexpr std::size_t kAtOnce = 1024;
  engine::JournalRecords records(engine.journal());
  std::shared_ptr<const engine::RecordedCommand> by;
  std::uint64_t from = std::max(filter.first_address, ledger::address_of(filter.first, 0));
  while (true) {
    const auto addresses =
        engine.list_transfers(wanted, from, journal::Direction::ascending, kAtOnce);
    if (!addresses) return std::unexpected(addresses.error());
    for (const std::uint64_t address : *addresses) {
      if (ledger::sequence_of(address) > filter.last) return {};
      const auto stored = engine.transfer_at(address);
      if (!stored) return std::unexpected(stored.error());
      if (!*stored || !passes_raw(filter, **stored)) continue;
      Result<Posting> posting = complete(engine, state, **stored);
      if (!posting) return std::unexpected(posting.error());
      if (!passes(filter, state, *posting)) continue;
      if (filter.with_command && (!by || by->sequence != ledger::sequence_of(address))) {
        auto read = records.read(ledger::sequence_of(address));
        if (!read) return std::unexpected(read.error());
        by = std::make_shared<const engine::RecordedCommand>(std::move(*read));
      }
      posting->by = by;
      if (!take(*posting)) return {};
    }
    if (addresses->size() < kAtOnce) return {};
    from = addresses->back() + 1;
  }
}

Result<void> by_walk(engine::Engine& engine, const engine::State& state,
                     const PostingFilter& filter, const std::function<bool(const Posting&)>& take) {
  const base::Sequence first =
      std::max({filter.first, ledger::sequence_of(filter.first_address), base::Sequence{1}});
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
    auto command = engine::recorded_command(*record);
    if (!command) return std::unexpected(command.error());
    const auto by = std::make_shared<const engine::RecordedCommand>(std::move(*command));
    for (const ledger::StoredTransfer& stored :
         engine::transfers_of(by->record, record->sequence, time)) {
      if (!passes_raw(filter, stored)) continue;
      Result<Posting> posting = complete(engine, state, stored);
      if (!posting) return std::unexpected(posting.error());
      posting->by = by;
      if (passes(filter, state, *posting) && !take(*posting)) return {};
    }
  }
}

}  // namespace

Result<void> postings_of(engine::Engine& engine, const engine::State& state,
                         const PostingFilter& filter,
                         const std::function<bool(const Posting&)>& take) {
  if (auto committed = engine.commit(engine.sequence()); !committed) return committed;
  if (filter.first > filter.last || ledger::sequence_of(filter.first_address) > filter.last)
    return {};
  if (const auto wanted = indexed(filter)) return by_index(engine, state, filter, *wanted, take);
  return by_walk(engine, state, filter, take);
}

}  // namespace cofferdam::operation
