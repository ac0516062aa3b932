// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/engine.h"

#include "cofferdam/crypto/random.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/compare.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/engine/snapshot.h"
#include "cofferdam/journal/journal.h"

#include <chrono>
#include <cstring>
#include <filesystem>

namespace cofferdam::engine {
namespace {

[[nodiscard]] std::int64_t system_clock_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What `look` points to in the history as it is before record `now`.
template <class Look>
[[nodiscard]] auto looked_up(JournalHistory& history, base::Sequence now, Look look) {
  history.set_now(now);
  const auto* found = look(history);
  using Found = std::optional<std::remove_cvref_t<decltype(*found)>>;
  if (history.trouble()) return Result<Found>(std::unexpected(*history.trouble()));
  return Result<Found>(found == nullptr ? Found() : Found(*found));
}

}  // namespace

CommandRecord record_of(const Request& request) {
  CommandRecord record{
      .id = request.id, .principal = request.principal, .content = encode_command(request.command)};
  if (request.signature) {
    CommandSignature signature = *request.signature;
    signature.time = request.time;
    record.signature = base::encode(signature);
  }
  std::visit(
      [&]<class C>(const C&) {
        record.operation = Operation<C>::kNumber;
        record.version = Operation<C>::kVersion;
      },
      request.command);
  return record;
}

struct Engine::Parts {
  explicit Parts(Options o) : options(std::move(o)) {}

  Options options;
  std::string folder;
  journal::Disk* disk = nullptr;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<journal::IdIndex> index;
  std::unique_ptr<journal::PostingIndex> lists;  // null: no query index
  std::vector<journal::Posting> postings;        // of the record being appended
  std::unique_ptr<JournalRecords> records;
  std::unique_ptr<JournalHistory> history;
  std::unique_ptr<State> state;
  base::Changes changes;
  Scratch scratch;
  base::Time last_time;
  Figures figures;
  std::uint64_t bytes_since_snapshot = 0;
  bool takes_snapshots = true;  // when one is due, in submit()
  std::function<void(AlertNotice)> alert_listener;

  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> open_index();
  [[nodiscard]] Result<void> catch_up();
  [[nodiscard]] Result<crypto::Hash> hash_at(base::Sequence sequence) const;
  [[nodiscard]] Result<LoadedSnapshot> snapshot_before(base::Sequence at_most) const;
  [[nodiscard]] Result<Moment> travel(base::Sequence until);
  // The record must outlive what is made of it.
  [[nodiscard]] Circumstances circumstances(const Request& request,
                                            const CommandRecord& record) const;
  [[nodiscard]] Result<std::optional<Reply>> replayed(const Request& request,
                                                      const CommandRecord& record);
  [[nodiscard]] Result<Judgement> decide(const Request& request, const Circumstances& c);
  [[nodiscard]] Result<void> append(const Request& request, const Circumstances& c,
                                    CommandRecord record,
                                    const std::vector<ledger::TransferResult>& results);
  [[nodiscard]] Result<void> add_to_lists(const Request& request, const CommandRecord& record,
                                          const std::vector<ledger::TransferResult>& results,
                                          base::Sequence sequence);
  [[nodiscard]] Result<void> catch_up_lists();
  template <class Index, class IndexOptions>
  [[nodiscard]] Result<std::unique_ptr<Index>> open_projection(IndexOptions projection,
                                                               base::Sequence (Index::*through)()
                                                                   const);
};

// An index that knows records which the journal does not have (they were never durable) would
// answer for records that are yet to come: it is thrown away and built again.
template <class Index, class IndexOptions>
Result<std::unique_ptr<Index>> Engine::Parts::open_projection(IndexOptions projection,
                                                              base::Sequence (Index::*through)()
                                                                  const) {
  std::memcpy(&projection.lineage, journal->id().data(), sizeof(projection.lineage));
  auto opened = Index::open(projection);
  if (!opened || ((**opened).*through)() < journal->next_sequence()) return opened;
  opened->reset();
  std::error_code failed;
  std::filesystem::remove_all(projection.folder, failed);
  if (failed)
    return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                       .field = projection.folder,
                                       .rule = "cannot be removed: " + failed.message()});
  return Index::open(std::move(projection));
}

Result<void> Engine::Parts::open_index() {
  const std::string indexes =
      options.index_folder.empty() ? folder + "/index" : options.index_folder;
  journal::IdIndexOptions ids;
  ids.folder = indexes + "/ids";
  ids.table_ids = options.index_table_ids;
  crypto::fill_random({reinterpret_cast<std::uint8_t*>(ids.secret.data()), sizeof(ids.secret)});
  auto opened = open_projection<journal::IdIndex>(ids, &journal::IdIndex::inserted_through);
  if (!opened) return std::unexpected(opened.error());
  index = std::move(*opened);
  if (!options.query_index) return {};
  journal::PostingIndexOptions postings_options;
  postings_options.folder = indexes + "/lists";
  postings_options.buffer_entries = options.index_table_ids;
  auto listed = open_projection<journal::PostingIndex>(postings_options,
                                                       &journal::PostingIndex::added_through);
  if (!listed) return std::unexpected(listed.error());
  lists = std::move(*listed);
  return {};
}

// The lists need the accounts as they are now, so they come after the state.
Result<void> Engine::Parts::catch_up_lists() {
  if (lists == nullptr || lists->added_through() + 1 >= journal->next_sequence()) return {};
  auto reader = journal->read_from(std::max(lists->added_through() + 1, journal->first_sequence()));
  if (!reader) return std::unexpected(reader.error());
  while (true) {
    auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    const journal::Record* record = *next;
    if (record == nullptr) return {};
    postings.clear();
    if (record->kind == kCommandRecord) {
      auto command = recorded_command(*record);
      if (!command) return std::unexpected(command.error());
      history->set_now(record->sequence + 1);  // a hold may stand in the record itself
      postings = postings_of_record(*command, *state, *history);
    }
    if (auto added = lists->add(postings, record->sequence); !added) return added;
  }
}

Result<void> Engine::Parts::open() {
  if (auto made = disk->create_folder(folder); !made) return made;
  journal::Options journal_options;
  journal_options.segment_bytes = options.segment_bytes;
  journal_options.background = options.background;
  journal_options.accept_truncation_at = options.accept_truncation_at;
  auto opened = journal::Journal::open(*disk, folder + "/journal", journal_options);
  if (!opened) return std::unexpected(opened.error());
  journal = std::move(*opened);
  if (auto indexed = open_index(); !indexed) return indexed;
  records = std::make_unique<JournalRecords>(*journal);
  history = std::make_unique<JournalHistory>(*records, *index);
  auto loaded = snapshot_before(journal->next_sequence() - 1);
  if (!loaded) return std::unexpected(loaded.error());
  state = std::move(loaded->state);
  figures.snapshot_sequence = loaded->sequence;
  figures.snapshots_skipped = std::move(loaded->skipped);
  last_time = loaded->time;
  if (auto caught_up = catch_up(); !caught_up) return caught_up;
  return catch_up_lists();
}

Result<crypto::Hash> Engine::Parts::hash_at(base::Sequence sequence) const {
  auto reader = journal->read_from(sequence);
  if (!reader) return std::unexpected(reader.error());
  auto record = (*reader)->next();
  if (!record) return std::unexpected(record.error());
  if (*record == nullptr)
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = "journal record " + std::to_string(sequence),
                                       .rule = "it is not there"});
  return (*record)->hash;
}

Result<LoadedSnapshot> Engine::Parts::snapshot_before(base::Sequence at_most) const {
  return load_snapshot(*disk, folder + "/snapshots", journal->id(), at_most,
                       [this](base::Sequence sequence) { return hash_at(sequence); });
}

// The index knows every id; the history answers as of each record, so nothing is rebuilt.
Result<Engine::Moment> Engine::Parts::travel(base::Sequence until) {
  if (auto committed = journal->commit(until); !committed)
    return std::unexpected(committed.error());
  auto start = snapshot_before(until);
  if (!start) return std::unexpected(start.error());
  Moment moment{.state = std::move(start->state), .sequence = start->sequence, .time = start->time};
  if (moment.sequence == until) return moment;
  auto reader = journal->read_from(moment.sequence + 1);
  if (!reader) return std::unexpected(reader.error());
  base::Changes along_the_way;
  while (moment.sequence < until) {
    auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    COFFERDAM_CHECK(*next != nullptr, "the journal ends where it says");
    const journal::Record& record = **next;
    history->set_now(record.sequence);
    auto applied = replay_record(record, journal->id(), moment.sequence, moment.time, *moment.state,
                                 along_the_way, *history, scratch, nullptr);
    if (!applied) return std::unexpected(applied.error());
    moment.sequence = record.sequence;
    moment.time = base::Time(record.time_ns);
  }
  return moment;
}

// Applies what lies behind the snapshot, and gives the index what lies behind its runs.
Result<void> Engine::Parts::catch_up() {
  const base::Sequence last = journal->next_sequence() - 1;
  const base::Sequence from = std::min(figures.snapshot_sequence, index->inserted_through()) + 1;
  figures.replayed_from = from;
  if (from > last) return {};
  auto reader = journal->read_from(from);
  if (!reader) return std::unexpected(reader.error());
  while (true) {
    auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    const journal::Record* record = *next;
    if (record == nullptr) break;
    history->set_now(record->sequence);
    auto applied = replay_record(*record, journal->id(), figures.snapshot_sequence, last_time,
                                 *state, changes, *history, scratch, index.get());
    if (!applied) return applied;
    if (record->sequence > figures.snapshot_sequence) {
      last_time = base::Time(record->time_ns);
      ++figures.replayed_records;
      bytes_since_snapshot += record->body.size();
    }
  }
  return {};
}

Circumstances Engine::Parts::circumstances(const Request& request,
                                           const CommandRecord& record) const {
  std::int64_t now = options.clock ? options.clock() : system_clock_ns();
  // The journal's time never goes back, even where the machine's clock does.
  now = last_time < base::Time::max() ? std::max(now, last_time.value() + 1) : last_time.value();
  return {.now = request.time.value_or(base::Time(now)),
          .time_before = last_time,
          .time_given = request.time.has_value(),
          .sequence = journal->next_sequence(),
          .principal = request.principal,
          .books = journal->id(),
          .record = &record};
}

Result<std::optional<Reply>> Engine::Parts::replayed(const Request& request,
                                                     const CommandRecord& record) {
  history->set_now(journal->next_sequence());
  const RecordedCommand* earlier = history->find_command(request.id);
  if (history->trouble()) return std::unexpected(*history->trouble());
  if (earlier == nullptr) return std::optional<Reply>();
  if (const auto field = first_difference(record, earlier->record))
    return base::Result<std::optional<Reply>>(std::unexpected(
        base::Error{.kind = base::ErrorKind::refused,
                    .field = *field,
                    .rule = "this command id was used before with other content",
                    .hint = base::to_text(request.id.value()) +
                            " is on record; a new command needs a new id; to repeat one, send "
                            "exactly the same"}));
  Reply reply{.sequence = earlier->sequence,
              .time = earlier->time,
              .replayed = true,
              .outcome = earlier->record.outcome};
  return std::optional<Reply>(std::move(reply));
}

Result<Judgement> Engine::Parts::decide(const Request& request, const Circumstances& c) {
  history->set_now(c.sequence);
  Judgement judgement = judge(request.command, c, *state, changes, *history, scratch);
  if (history->trouble()) {
    changes.rollback();
    return std::unexpected(*history->trouble());
  }
  return judgement;
}

// Straight from the verdicts, where a transfer was accepted: nothing is looked up.
Result<void> Engine::Parts::add_to_lists(const Request& request, const CommandRecord& record,
                                         const std::vector<ledger::TransferResult>& results,
                                         base::Sequence sequence) {
  if (lists == nullptr) return {};
  postings.clear();
  const auto* batch = std::get_if<ledger::CreateTransfers>(&request.command);
  if (batch == nullptr) {
    // A batch that was proposed and is carried out now comes this way too.
    return lists->add(postings_of_record({sequence, last_time, record}, *state, *history),
                      sequence);
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const ledger::Transfer& event = batch->transfers[i];
    const ledger::TransferResult& result = results[i];
    const std::uint64_t address = ledger::address_of(sequence, i);
    if (result.status == ledger::TransferStatus::ok && event.pending_id.is_none()) {
      add_postings(event, result.debit_owner, result.credit_owner, address, postings);
    } else if (result.status == ledger::TransferStatus::ok) {
      ledger::Transfer named = event;
      const ledger::Account& debit = state->ledger.accounts.at(result.debit);
      named.debit_account = debit.id;
      named.credit_account = state->ledger.accounts.at(result.credit).id;
      named.pool = debit.pool;
      add_postings(named, result.debit_owner, result.credit_owner, address, postings);
    } else if (ledger::is_transient(result.status)) {
      look_up_postings(event, address, *state, *history, postings);
    }
  }
  return lists->add(postings, sequence);
}

Result<void> Engine::Parts::append(const Request& request, const Circumstances& c,
                                   CommandRecord record,
                                   const std::vector<ledger::TransferResult>& results) {
  const std::string body = base::encode(record);
  const auto entries =
      index_entries(record.outcome.executed ? carried_out(record).value() : request.command, record,
                    c.sequence, index->secret());
  auto ready = index->make_room(entries.size());
  if (ready) ready = journal->reserve(body.size());
  if (!ready) {
    changes.rollback();
    return ready;
  }
  // After this point the command must succeed: it has its place on the disk.
  changes.commit();
  const base::Sequence sequence = journal->append(kCommandRecord, c.now.value(), body);
  COFFERDAM_CHECK(sequence == c.sequence, "the journal numbers records as the engine does");
  last_time = c.now;
  bytes_since_snapshot += body.size();
  // make_room() has seen to it that this meets no disk. The lists come after it: they look up holds
  // of this very record. A list that cannot be kept takes nothing back: it is left behind, and the
  // next start builds it again.
  if (auto inserted = index->insert_batch(entries, sequence); !inserted) return inserted;
  history->set_now(sequence + 1);
  if (auto listed = add_to_lists(request, record, results, sequence); !listed) {
    figures.query_index_trouble = listed.error();
    lists.reset();
  }
  return {};
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(journal::Disk& disk, std::string folder,
                                             Options options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  parts->folder = std::move(folder);
  parts->disk = &disk;
  if (auto opened = parts->open(); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Result<Reply> Engine::submit(const Request& request) {
  Parts& p = *parts_;
  if (request.id.is_none() || request.id.is_reserved())
    return base::malformed("id", base::to_text(request.id.value()),
                           "a command id is from 1 to 2^128 - 2");
  if (const std::uint16_t shape = check_shape(request.command); shape != 0) {
    ++p.figures.malformed;
    return Reply{.shape = shape};
  }
  CommandRecord record = record_of(request);
  auto earlier = p.replayed(request, record);
  if (!earlier) return std::unexpected(earlier.error());
  if (*earlier) return std::move(**earlier);
  const Circumstances c = p.circumstances(request, record);
  Reply reply{.sequence = c.sequence, .time = c.now};
  p.scratch.transfers.balances = request.want_balances ? &reply.balances : nullptr;
  auto judgement = p.decide(request, c);
  p.scratch.transfers.balances = nullptr;
  if (!judgement) return std::unexpected(judgement.error());
  if (leaves_no_record(judgement->outcome.door, request.time.has_value()) ||
      stays_sealed(request.command, judgement->outcome)) {
    p.figures.unsealed += is_unsealed(judgement->outcome.door) ? 1U : 0U;
    reply.sequence = 0;
    reply.outcome = std::move(judgement->outcome);
    return reply;
  }
  record.outcome = judgement->outcome;
  if (!record.outcome.alerts.empty()) record.format = kCommandRecordFormatAlerts;
  reply.outcome = std::move(judgement->outcome);
  if (auto appended = p.append(request, c, std::move(record), judgement->results); !appended)
    return std::unexpected(appended.error());
  if (p.alert_listener && !reply.outcome.alerts.empty())
    p.alert_listener({.sequence = reply.sequence,
                      .time = reply.time,
                      .command = request.id,
                      .principal = request.principal,
                      .changes = reply.outcome.alerts});
  // The command stands whether or not a snapshot can be taken now.
  if (p.takes_snapshots) take_due_snapshot();
  return reply;
}

Result<void> Engine::commit(base::Sequence up_to) {
  return parts_->journal->commit(up_to);
}

Result<Reply> Engine::execute(const Request& request) {
  auto reply = submit(request);
  if (!reply || reply->sequence == 0) return reply;
  if (auto committed = commit(reply->sequence); !committed)
    return std::unexpected(committed.error());
  return reply;
}

Result<Reply> Engine::dry_run(const Request& request) {
  Parts& p = *parts_;
  if (const std::uint16_t shape = check_shape(request.command); shape != 0)
    return Reply{.shape = shape};
  const CommandRecord record = record_of(request);
  auto earlier = p.replayed(request, record);
  if (!earlier) return std::unexpected(earlier.error());
  if (*earlier) return std::move(**earlier);
  Circumstances c = p.circumstances(request, record);
  c.dry_run = true;
  c.rehearsal = request.rehearse;
  Reply reply{.time = c.now};
  p.scratch.transfers.balances = request.want_balances ? &reply.balances : nullptr;
  auto judgement = p.decide(request, c);
  p.scratch.transfers.balances = nullptr;
  if (!judgement) return std::unexpected(judgement.error());
  p.changes.rollback();
  reply.outcome = std::move(judgement->outcome);
  return reply;
}

const State& Engine::state() const {
  return *parts_->state;
}

base::Sequence Engine::sequence() const {
  return parts_->journal->next_sequence() - 1;
}

base::Time Engine::time() const {
  return parts_->last_time;
}

crypto::Hash Engine::chain_hash() const {
  return parts_->journal->chain_hash();
}

const Figures& Engine::figures() const {
  return parts_->figures;
}

journal::Journal& Engine::journal() {
  return *parts_->journal;
}

Result<std::optional<ledger::StoredTransfer>> Engine::transfer_at(std::uint64_t address) {
  const base::Sequence in = ledger::sequence_of(address);
  return looked_up(*parts_->history, sequence() + 1, [&](JournalHistory& history) {
    return in == 0 || in > sequence() ? nullptr : history.at(address);
  });
}

Result<std::optional<ledger::StoredTransfer>> Engine::find_transfer(base::TransferId id) {
  return looked_up(*parts_->history, sequence() + 1,
                   [&](JournalHistory& history) { return history.find(id); });
}

Result<std::optional<RecordedCommand>> Engine::find_command(base::CommandId id) {
  return looked_up(*parts_->history, sequence() + 1,
                   [&](JournalHistory& history) { return history.find_command(id); });
}

Result<std::vector<std::uint64_t>> Engine::list_transfers(const TransferFilter& filter,
                                                          std::uint64_t from,
                                                          journal::Direction direction,
                                                          std::size_t limit) {
  Parts& p = *parts_;
  if (p.figures.query_index_trouble) return std::unexpected(*p.figures.query_index_trouble);
  if (p.lists == nullptr)
    return base::malformed("query", "", "these books were opened without their query index");
  if (auto seen = p.lists->wait_until(sequence()); !seen) return std::unexpected(seen.error());
  return addresses_of(*p.lists, filter, from, direction, limit);
}

void Engine::on_alerts(std::function<void(AlertNotice)> listener) {
  parts_->alert_listener = std::move(listener);
}

Result<void> Engine::take_snapshot() {
  Parts& p = *parts_;
  if (auto committed = p.journal->commit(sequence()); !committed) return committed;
  auto saved =
      save_snapshot(*p.disk, p.folder + "/snapshots", p.journal->id(), *p.state, sequence(),
                    p.journal->chain_hash(), p.last_time, p.options.snapshots_kept);
  if (!saved) return saved;
  p.figures.snapshot_sequence = sequence();
  p.bytes_since_snapshot = 0;
  return {};
}

void Engine::leave_snapshots_to_caller() {
  parts_->takes_snapshots = false;
}

bool Engine::is_snapshot_due() const {
  return parts_->bytes_since_snapshot >= parts_->options.snapshot_every_bytes;
}

void Engine::take_due_snapshot() {
  if (!is_snapshot_due()) return;
  const auto saved = take_snapshot();
  parts_->figures.snapshot_trouble = saved ? std::nullopt : std::optional(saved.error());
  if (!saved) parts_->bytes_since_snapshot = 0;
}

Result<base::Sequence> Engine::checkpoint() {
  Parts& p = *parts_;
  const auto& venues = p.state->venue.venues;
  const auto key = venues.size() == 0
                       ? base::malformed("checkpoint", "", "the books have not been founded")
                       : crypto::parse_public_key(venues.at(0).checkpoint_key);
  if (!key) return std::unexpected(key.error());
  auto signing = load_checkpoint_key(p.folder, *key);
  if (!signing) return std::unexpected(signing.error());
  Checkpoint checkpoint{.sequence = sequence(),
                        .chain_hash = p.journal->chain_hash(),
                        .state_hash = state_hash(*p.state),
                        .public_key = key->bytes};
  checkpoint.signature = signing->sign(signed_bytes(checkpoint)).bytes;
  const std::string body = base::encode(checkpoint);
  if (auto reserved = p.journal->reserve(body.size()); !reserved)
    return std::unexpected(reserved.error());
  const base::Sequence made = p.journal->append(kCheckpointRecord, p.last_time.value(), body);
  if (auto passed = p.index->insert_batch({}, made); !passed)
    return std::unexpected(passed.error());
  if (p.lists != nullptr)
    if (auto passed = p.lists->add({}, made); !passed) return std::unexpected(passed.error());
  if (auto committed = p.journal->commit(made); !committed)
    return std::unexpected(committed.error());
  return made;
}

Result<Engine::Moment> Engine::at(base::Sequence sequence_wanted) {
  if (sequence_wanted > sequence())
    return base::malformed("at", std::to_string(sequence_wanted),
                           "the journal ends at " + std::to_string(sequence()));
  return parts_->travel(sequence_wanted);
}

// Times never fall along the journal, so the last record at or before a time is found by halving.
Result<Engine::Moment> Engine::at(base::Time time) {
  Parts& p = *parts_;
  base::Sequence low = p.journal->first_sequence() - 1;
  base::Sequence high = sequence();
  if (auto committed = p.journal->commit(high); !committed)
    return std::unexpected(committed.error());
  while (low < high) {
    const base::Sequence middle = low + (high - low + 1) / 2;
    auto reader = p.journal->read_from(middle);
    if (!reader) return std::unexpected(reader.error());
    auto record = (*reader)->next();
    if (!record) return std::unexpected(record.error());
    COFFERDAM_CHECK(*record != nullptr, "the journal ends where it says");
    if (base::Time((*record)->time_ns) <= time) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return p.travel(low);
}

Result<void> Engine::close() {
  Parts& p = *parts_;
  if (is_snapshot_due())
    if (auto saved = take_snapshot(); !saved) return saved;
  if (auto flushed = p.index->flush(); !flushed) return flushed;
  if (p.lists != nullptr)
    if (auto seen = p.lists->wait_until(sequence()); !seen) return seen;
  return p.journal->close();
}

}  // namespace cofferdam::engine
