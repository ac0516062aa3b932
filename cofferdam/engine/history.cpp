// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/history.h"

#include "cofferdam/crypto/sha256.h"

namespace cofferdam::engine {

namespace {

constexpr std::size_t kRecordsAtHand = 4;

}  // namespace

base::u128 index_key(const journal::IndexSecret& secret, IdKind kind, base::u128 id) {
  if (kind == IdKind::transfer) return id;
  crypto::Sha256 hash;
  hash.update({reinterpret_cast<const char*>(secret.data()), sizeof(secret)});
  const char tag = static_cast<char>(kind);
  hash.update(std::string_view(&tag, 1));
  hash.update({reinterpret_cast<const char*>(&id), sizeof(id)});
  const crypto::Hash digest = hash.finish();
  base::u128 key = 0;
  std::memcpy(&key, digest.data(), sizeof(key));
  return key;
}

namespace {

// One way to write each record: the second format is for records with alerts alone.
[[nodiscard]] bool is_known_format(const CommandRecord& record) {
  return record.format ==
         (record.outcome.alerts.empty() ? kCommandRecordFormat : kCommandRecordFormatAlerts);
}

}  // namespace

Result<RecordedCommand> recorded_command(const journal::Record& record) {
  auto decoded = base::decode<CommandRecord>(record.body);
  if (record.kind != kCommandRecord || !decoded || !is_known_format(*decoded) ||
      !fits_its_command(*decoded))
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = "journal record " + std::to_string(record.sequence),
                                       .rule = "the body is not a command"});
  return RecordedCommand{.sequence = record.sequence,
                         .time = base::Time(record.time_ns),
                         .record = std::move(*decoded)};
}

Result<RecordedCommand> JournalRecords::read(base::Sequence sequence) {
  if (journal_.durable() < sequence)
    if (auto committed = journal_.commit(sequence); !committed)
      return std::unexpected(committed.error());
  if (reader_ == nullptr) {
    auto reader = journal_.read_from(sequence);
    if (!reader) return std::unexpected(reader.error());
    reader_ = std::move(*reader);
  } else {
    journal_.extend(*reader_);
  }
  return ReaderRecords(*reader_).read(sequence);
}

Result<RecordedCommand> ReaderRecords::read(base::Sequence sequence) {
  if (auto found = reader_.seek(sequence); !found) return std::unexpected(found.error());
  auto record = reader_.next();
  if (!record) return std::unexpected(record.error());
  if (*record == nullptr)
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = "journal record " + std::to_string(sequence),
                                       .rule = "an index names it, but it is not there"});
  return recorded_command(**record);
}

JournalHistory::JournalHistory(Records& records, journal::IdIndex& index)
    : records_(records), index_(index) {}

void JournalHistory::remember(RecordedCommand record) {
  std::vector<ledger::StoredTransfer> transfers =
      transfers_of(record.record, record.sequence, record.time);
  NamedTrades named = trades_of(effective_command(record.record));
  recent_.push_front({std::move(record), std::move(transfers), std::move(named)});
  if (recent_.size() > kRecordsAtHand) recent_.pop_back();
}

void JournalHistory::begin_batch(std::span<const ledger::Transfer> events) {
  keys_.resize(events.size());
  found_.assign(events.size(), std::nullopt);
  for (std::size_t i = 0; i < events.size(); ++i) keys_[i] = events[i].id.value();
  if (const auto answer = index_.find_batch(keys_, found_); !answer) trouble_ = answer.error();
}

const ledger::StoredTransfer* JournalHistory::find_event(std::size_t position) {
  const auto& address = found_[position];
  if (!address || ledger::sequence_of(*address) >= now_) return nullptr;
  return at(*address);
}

const ledger::StoredTransfer* JournalHistory::find(base::TransferId id) {
  const auto address = look_up(id.value());
  return address ? at(*address) : nullptr;
}

ledger::Resolution JournalHistory::resolution(base::TransferId pending_id) {
  const auto address = look_up(key(IdKind::resolution, pending_id.value()));
  const ledger::StoredTransfer* stored = address ? at(*address) : nullptr;
  // A hold that neither a transfer nor a reversal has resolved can only have expired.
  if (stored == nullptr) return ledger::Resolution::expired;
  return stored->event.is(ledger::kPostPending) ? ledger::Resolution::posted
                                                : ledger::Resolution::voided;
}

void JournalHistory::prefetch(std::span<const market::Trade> trades) {
  keys_.resize(trades.size());
  found_.assign(trades.size(), std::nullopt);
  next_trade_ = 0;
  for (std::size_t i = 0; i < trades.size(); ++i) keys_[i] = key(IdKind::trade, trades[i].id);
  if (const auto answer = index_.find_batch(keys_, found_); !answer) trouble_ = answer.error();
}

const market::Trade* JournalHistory::find(base::u128 trade_id) {
  const base::u128 wanted = key(IdKind::trade, trade_id);
  while (next_trade_ < keys_.size() && keys_[next_trade_] != wanted) ++next_trade_;
  std::optional<std::uint64_t> address =
      next_trade_ < keys_.size() ? found_[next_trade_] : look_up(wanted);
  if (!address || ledger::sequence_of(*address) >= now_) return nullptr;
  const Loaded* loaded = load(ledger::sequence_of(*address));
  const std::size_t position = ledger::position_of(*address);
  if (loaded == nullptr || position >= loaded->named.trades.size()) return nullptr;
  charged_.reset();
  if (position < loaded->named.takers.size())
    charged_ = Charged{loaded->named.takers[position], loaded->command.sequence};
  return &loaded->named.trades[position];
}

const RecordedCommand* JournalHistory::find_command(base::CommandId id) {
  const auto address = look_up(key(IdKind::command, id.value()));
  if (!address) return nullptr;
  const Loaded* loaded = load(ledger::sequence_of(*address));
  return loaded == nullptr ? nullptr : &loaded->command;
}

const ledger::StoredTransfer* JournalHistory::at(std::uint64_t address) {
  const Loaded* loaded = load(ledger::sequence_of(address));
  const std::size_t position = ledger::position_of(address);
  if (loaded == nullptr || position >= loaded->transfers.size()) return nullptr;
  return &loaded->transfers[position];
}

std::optional<std::uint64_t> JournalHistory::look_up(base::u128 key) {
  std::optional<std::uint64_t> found;
  if (const auto answer = index_.find_batch({&key, 1}, {&found, 1}); !answer)
    trouble_ = answer.error();
  if (found && ledger::sequence_of(*found) >= now_) return std::nullopt;
  return found;
}

const JournalHistory::Loaded* JournalHistory::load(base::Sequence sequence) {
  for (auto i = recent_.begin(); i != recent_.end(); ++i) {
    if (i->command.sequence != sequence) continue;
    if (i != recent_.begin()) std::swap(*i, recent_.front());
    return &recent_.front();
  }
  auto record = records_.read(sequence);
  if (!record) {
    trouble_ = record.error();
    return nullptr;
  }
  remember(std::move(*record));
  return &recent_.front();
}

std::optional<Command> carried_out(const CommandRecord& record) {
  const Effective effective = effective_command(record);
  return decode_command(effective.operation, effective.version, effective.content);
}

std::vector<journal::IdEntry> index_entries(const Command& command, const CommandRecord& record,
                                            base::Sequence sequence,
                                            const journal::IndexSecret& secret) {
  std::vector<journal::IdEntry> entries;
  const std::uint64_t first = ledger::address_of(sequence, 0);
  entries.push_back({index_key(secret, IdKind::command, record.id.value()), first});
  std::size_t events = 0;
  if (const auto* batch = std::get_if<ledger::CreateTransfers>(&command)) {
    events = record.outcome.event_statuses.size();
    entries.reserve(1 + events);
    for (std::size_t i = 0; i < events; ++i) {
      const auto status = static_cast<ledger::TransferStatus>(record.outcome.event_statuses[i]);
      const ledger::Transfer& event = batch->transfers[i];
      if (status != ledger::TransferStatus::ok && !ledger::is_transient(status)) continue;
      entries.push_back({event.id.value(), first + i});
      if (status == ledger::TransferStatus::ok && !event.pending_id.is_none())
        entries.push_back(
            {index_key(secret, IdKind::resolution, event.pending_id.value()), first + i});
    }
  }
  const auto add_trade = [&](base::u128 id, std::size_t position) {
    entries.push_back({index_key(secret, IdKind::trade, id), first + position});
  };
  const auto add_trades = [&](const auto& trades) {
    for (std::size_t i = 0; i < record.outcome.event_statuses.size(); ++i)
      if (record.outcome.event_statuses[i] == 0) add_trade(trades[i].id, i);
  };
  if (const auto* batch = std::get_if<market::RecordTrades>(&command)) add_trades(batch->trades);
  if (const auto* batch = std::get_if<market::ClearTrades>(&command)) add_trades(batch->trades);
  if (const auto* amend = std::get_if<market::AmendTrade>(&command); amend && record.outcome.ok())
    add_trade(amend->id, 0);
  for (std::size_t i = 0; i < record.outcome.postings.size(); ++i) {
    const ledger::Transfer& posting = record.outcome.postings[i];
    // An expiry is not recorded as a resolution: it is what remains when there is none.
    if (!posting.pending_id.is_none() && !posting.is(ledger::kExpiry))
      entries.push_back(
          {index_key(secret, IdKind::resolution, posting.pending_id.value()), first + events + i});
  }
  return entries;
}

}  // namespace cofferdam::engine
