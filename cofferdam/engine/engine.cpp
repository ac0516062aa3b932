// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/engine.h"

#include <ctime>

#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/compare.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/engine/snapshot.h"
#include "cofferdam/journal/journal.h"

namespace cofferdam::engine {

namespace {

[[nodiscard]] std::int64_t system_clock_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

[[nodiscard]] CommandRecord record_of(const Request& request) {
  CommandRecord record{.id = request.id,
                       .principal = request.principal,
                       .signature = request.signature,
                       .content = encode_command(request.command)};
  std::visit(
      [&]<class C>(const C&) {
        record.operation = Operation<C>::kNumber;
        record.version = Operation<C>::kVersion;
      },
      request.command);
  return record;
}

}  // namespace

struct Engine::Parts {
  explicit Parts(Options o) : options(std::move(o)) {}

  Options options;
  std::string folder;
  std::unique_ptr<SnapshotStore> snapshots;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<journal::IdIndex> index;
  std::unique_ptr<JournalHistory> history;
  std::unique_ptr<State> state;
  base::Changes changes;
  ledger::TransferScratch scratch;
  base::Time last_time;
  Figures figures;
  std::uint64_t bytes_since_snapshot = 0;

  [[nodiscard]] Result<void> open(journal::Disk& disk);
  [[nodiscard]] Result<void> open_index(journal::Disk& disk);
  [[nodiscard]] Result<void> catch_up();
  [[nodiscard]] Circumstances circumstances(const Request& request) const;
  [[nodiscard]] Result<std::optional<Reply>> replayed(const Request& request,
                                                      const CommandRecord& record);
  [[nodiscard]] Result<Judgement> decide(const Request& request, const Circumstances& c);
  [[nodiscard]] Result<void> append(const Request& request, const Circumstances& c,
                                    CommandRecord record);
};

Result<void> Engine::Parts::open_index(journal::Disk& /*disk*/) {
  journal::IdIndexOptions index_options;
  index_options.folder = folder + "/index/ids";
  index_options.table_ids = options.index_table_ids;
  const auto& id = journal->id();
  std::memcpy(&index_options.lineage, id.data(), sizeof(index_options.lineage));
  if (auto drawn = draw_index_secret(); drawn) {
    index_options.secret = *drawn;
  } else {
    return std::unexpected(drawn.error());
  }
  auto opened = journal::IdIndex::open(std::move(index_options));
  if (!opened) return std::unexpected(opened.error());
  index = std::move(*opened);
  return {};
}

Result<void> Engine::Parts::open(journal::Disk& disk) {
  if (auto made = disk.create_folder(folder); !made) return made;
  journal::Options journal_options;
  journal_options.segment_bytes = options.segment_bytes;
  journal_options.background = options.background;
  journal_options.accept_truncation_at = options.accept_truncation_at;
  auto opened = journal::Journal::open(disk, folder + "/journal", journal_options);
  if (!opened) return std::unexpected(opened.error());
  journal = std::move(*opened);
  if (auto indexed = open_index(disk); !indexed) return indexed;
  history = std::make_unique<JournalHistory>(*journal, *index);
  snapshots = std::make_unique<SnapshotStore>(disk, folder + "/snapshots");
  auto loaded = snapshots->load_newest(*journal);
  if (!loaded) return std::unexpected(loaded.error());
  state = std::move(loaded->state);
  figures.snapshot_sequence = loaded->sequence;
  last_time = loaded->time;
  return catch_up();
}

// Applies what lies behind the snapshot, and gives the index what lies behind its runs.
Result<void> Engine::Parts::catch_up() {
  const base::Sequence last = journal->next_sequence() - 1;
  const base::Sequence from =
      std::min(figures.snapshot_sequence, index->inserted_through()) + 1;
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
    auto applied = replay_record(*record, figures.snapshot_sequence, last_time, *state, changes,
                                 *history, scratch, index.get());
    if (!applied) return applied;
    if (record->sequence > figures.snapshot_sequence) {
      last_time = base::Time(record->time_ns);
      ++figures.replayed_records;
      bytes_since_snapshot += record->body.size();
    }
  }
  return {};
}

Circumstances Engine::Parts::circumstances(const Request& request) const {
  std::int64_t now = options.clock ? options.clock() : system_clock_ns();
  // The journal's time never goes back, even where the machine's clock does.
  now = std::max(now, last_time.value() + 1);
  return {.now = request.time.value_or(base::Time(now)),
          .time_before = last_time,
          .time_given = request.time.has_value(),
          .sequence = journal->next_sequence(),
          .principal = request.principal};
}

Result<std::optional<Reply>> Engine::Parts::replayed(const Request& request,
                                                     const CommandRecord& record) {
  history->set_now(journal->next_sequence());
  const RecordedCommand* earlier = history->find_command(request.id);
  if (history->trouble()) return std::unexpected(*history->trouble());
  if (earlier == nullptr) return std::optional<Reply>();
  if (const auto field = first_difference(record, earlier->record))
    return base::Result<std::optional<Reply>>(std::unexpected(base::Error{
        .kind = base::ErrorKind::refused,
        .field = *field,
        .value = base::to_text(request.id.value()),
        .rule = "this command id was used before with other content",
        .hint = "a new command needs a new id; to repeat one, send exactly the same"}));
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

Result<void> Engine::Parts::append(const Request& request, const Circumstances& c,
                                   CommandRecord record) {
  const std::string body = base::encode(record);
  const auto entries = index_entries(request.command, record, c.sequence);
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
  return index->insert_batch(entries, sequence);
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(journal::Disk& disk, std::string folder,
                                             Options options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  parts->folder = std::move(folder);
  if (auto opened = parts->open(disk); !opened) return std::unexpected(opened.error());
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

  const Circumstances c = p.circumstances(request);
  Reply reply{.sequence = c.sequence, .time = c.now};
  p.scratch.balances = request.want_balances ? &reply.balances : nullptr;
  auto judgement = p.decide(request, c);
  p.scratch.balances = nullptr;
  if (!judgement) return std::unexpected(judgement.error());
  // Before genesis there is no journal to record a refusal in; a time that goes back has no place.
  const DoorStatus door = judgement->outcome.door;
  if (door == DoorStatus::no_genesis || door == DoorStatus::time_goes_back) {
    reply.sequence = 0;
    reply.outcome = std::move(judgement->outcome);
    return reply;
  }
  record.outcome = judgement->outcome;
  reply.outcome = std::move(judgement->outcome);
  if (auto appended = p.append(request, c, std::move(record)); !appended)
    return std::unexpected(appended.error());
  return reply;
}

Result<void> Engine::commit(base::Sequence up_to) { return parts_->journal->commit(up_to); }

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
  auto earlier = p.replayed(request, record_of(request));
  if (!earlier) return std::unexpected(earlier.error());
  if (*earlier) return std::move(**earlier);
  const Circumstances c = p.circumstances(request);
  Reply reply{.time = c.now};
  p.scratch.balances = request.want_balances ? &reply.balances : nullptr;
  auto judgement = p.decide(request, c);
  p.scratch.balances = nullptr;
  if (!judgement) return std::unexpected(judgement.error());
  p.changes.rollback();
  reply.outcome = std::move(judgement->outcome);
  return reply;
}

const State& Engine::state() const { return *parts_->state; }
base::Sequence Engine::sequence() const { return parts_->journal->next_sequence() - 1; }
base::Time Engine::time() const { return parts_->last_time; }
crypto::Hash Engine::chain_hash() const { return parts_->journal->chain_hash(); }
const Figures& Engine::figures() const { return parts_->figures; }
journal::Journal& Engine::journal() { return *parts_->journal; }

Result<std::optional<ledger::StoredTransfer>> Engine::transfer_at(std::uint64_t address) {
  JournalHistory& history = *parts_->history;
  history.set_now(sequence() + 1);
  if (ledger::sequence_of(address) == 0 || ledger::sequence_of(address) > sequence())
    return std::optional<ledger::StoredTransfer>();
  const ledger::StoredTransfer* stored = history.at(address);
  if (history.trouble()) return std::unexpected(*history.trouble());
  return stored == nullptr ? std::nullopt : std::optional(*stored);
}

Result<std::optional<ledger::StoredTransfer>> Engine::find_transfer(base::TransferId id) {
  JournalHistory& history = *parts_->history;
  history.set_now(sequence() + 1);
  const ledger::StoredTransfer* stored = history.find(id);
  if (history.trouble()) return std::unexpected(*history.trouble());
  return stored == nullptr ? std::nullopt : std::optional(*stored);
}

Result<std::optional<RecordedCommand>> Engine::find_command(base::CommandId id) {
  JournalHistory& history = *parts_->history;
  history.set_now(sequence() + 1);
  const RecordedCommand* found = history.find_command(id);
  if (history.trouble()) return std::unexpected(*history.trouble());
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Result<void> Engine::take_snapshot() {
  Parts& p = *parts_;
  if (auto committed = p.journal->commit(sequence()); !committed) return committed;
  auto saved = p.snapshots->save(*p.state, sequence(), p.journal->chain_hash(), p.last_time,
                                 p.options.snapshots_kept);
  if (!saved) return saved;
  p.figures.snapshot_sequence = sequence();
  p.bytes_since_snapshot = 0;
  return {};
}

Result<base::Sequence> Engine::checkpoint() {
  Parts& p = *parts_;
  auto body = sign_checkpoint(p.folder, sequence(), p.journal->chain_hash(), state_hash(*p.state));
  if (!body) return std::unexpected(body.error());
  if (auto reserved = p.journal->reserve(body->size()); !reserved)
    return std::unexpected(reserved.error());
  const base::Sequence made =
      p.journal->append(kCheckpointRecord, p.last_time.value(), *body);
  if (auto committed = p.journal->commit(made); !committed)
    return std::unexpected(committed.error());
  return made;
}

Result<void> Engine::close() {
  Parts& p = *parts_;
  if (p.bytes_since_snapshot >= p.options.snapshot_every_bytes)
    if (auto saved = take_snapshot(); !saved) return saved;
  if (auto flushed = p.index->flush(); !flushed) return flushed;
  return p.journal->close();
}

}  // namespace cofferdam::engine
