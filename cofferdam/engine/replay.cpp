// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/replay.h"

#include <filesystem>

#include "cofferdam/crypto/random.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/snapshot.h"
#include "cofferdam/journal/reader.h"

namespace cofferdam::engine {

namespace {

[[nodiscard]] std::unexpected<base::Error> differs(base::Sequence sequence, std::string what) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = "journal record " + std::to_string(sequence),
                                     .value = {},
                                     .rule = std::move(what)});
}

[[nodiscard]] Result<void> check_checkpoint(const journal::Record& record, const State& state,
                                            const crypto::Hash& chain_before) {
  const auto checkpoint = base::decode<Checkpoint>(record.body);
  if (!checkpoint) return differs(record.sequence, "the body is not a checkpoint");
  if (state.venue.venues.size() == 0 ||
      crypto::to_hex(crypto::PublicKey{checkpoint->public_key}) !=
          state.venue.venues.at(0).checkpoint_key)
    return differs(record.sequence, "the checkpoint is signed by a key that is not in force");
  if (!signature_holds(*checkpoint))
    return differs(record.sequence, "the checkpoint's signature does not verify");
  if (checkpoint->sequence + 1 != record.sequence || checkpoint->chain_hash != chain_before)
    return differs(record.sequence, "the checkpoint speaks of another history");
  if (checkpoint->state_hash != state_hash(state))
    return differs(record.sequence, "replay gives another state hash than the checkpoint");
  return {};
}

}  // namespace

Result<void> replay_record(const journal::Record& record, base::Sequence state_sequence,
                           base::Time time_before, State& state, base::Changes& changes,
                           JournalHistory& history, ledger::TransferScratch& scratch,
                           journal::IdIndex* index) {
  if (record.kind == kCheckpointRecord) return {};
  auto recorded = recorded_command(record);
  if (!recorded) return std::unexpected(recorded.error());
  const CommandRecord& was = recorded->record;
  const auto command = decode_command(was.operation, was.version, was.content);
  if (!command)
    return differs(record.sequence, "operation " + std::to_string(was.operation) + " version " +
                                        std::to_string(was.version) +
                                        " is not known to this release");
  if (record.sequence > state_sequence) {
    const Circumstances c{.now = base::Time(record.time_ns),
                          .time_before = time_before,
                          .sequence = record.sequence,
                          .principal = was.principal};
    const Judgement again = judge(*command, c, state, changes, history, scratch);
    if (history.trouble()) return std::unexpected(*history.trouble());
    // Whether the time came with the command was judged when it came; the record has it either way.
    if (was.outcome.door != DoorStatus::time_not_accepted && !(again.outcome == was.outcome))
      return differs(record.sequence, "replay comes to another outcome than was recorded");
    changes.commit();
  }
  if (index == nullptr || record.sequence <= index->inserted_through()) return {};
  const auto entries = index_entries(*command, was, record.sequence);
  if (auto ready = index->make_room(entries.size()); !ready) return ready;
  return index->insert_batch(entries, record.sequence);
}

Result<Replayed> replay(journal::Disk& disk, const std::string& folder,
                        const ReplayOptions& options) {
  std::vector<std::string> folders = options.archives;
  folders.push_back(folder + "/journal");
  auto reader = journal::Reader::open(disk, folders);
  if (!reader) return std::unexpected(reader.error());
  auto looking_back = journal::Reader::open(disk, folders, journal::CheckHash::no);
  if (!looking_back) return std::unexpected(looking_back.error());

  ScratchIndex scratch_index;
  auto index = scratch_index.open();
  if (!index) return std::unexpected(index.error());
  ReaderRecords records(**looking_back);
  JournalHistory history(records, **index);

  SnapshotStore snapshots(disk, folder + "/snapshots");
  Replayed replayed;
  LoadedSnapshot start;
  start.state = std::make_unique<State>();
  if (options.from_snapshot) {
    auto loaded = snapshots.load_newest(options.until, options.until_time);
    if (!loaded) return std::unexpected(loaded.error());
    start = std::move(*loaded);
  }
  replayed.state = std::move(start.state);
  replayed.sequence = start.sequence;
  replayed.time = start.time;
  if (start.sequence == 0 && (*reader)->first_sequence() > 1)
    return differs((*reader)->first_sequence(),
                   "earlier records are archived: name the archive folders");

  // What lies before the snapshot is read for its ids only.
  base::Changes changes;
  ledger::TransferScratch scratch;
  while (true) {
    auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    const journal::Record* record = *next;
    if (record == nullptr) break;
    if (options.until && record->sequence > *options.until) break;
    if (options.until_time && base::Time(record->time_ns) > *options.until_time) break;
    history.set_now(record->sequence);
    if (record->kind == kCheckpointRecord && record->sequence > replayed.sequence) {
      if (auto good = check_checkpoint(*record, *replayed.state, replayed.chain_hash); !good)
        return std::unexpected(good.error());
      ++replayed.checkpoints;
    }
    auto applied = replay_record(*record, replayed.sequence, replayed.time, *replayed.state,
                                 changes, history, scratch, index->get());
    if (!applied) return std::unexpected(applied.error());
    replayed.chain_hash = record->hash;
    if (record->sequence > replayed.sequence) {
      replayed.sequence = record->sequence;
      replayed.time = base::Time(record->time_ns);
    }
    ++replayed.records;
    if (options.progress) options.progress(record->sequence, (*reader)->until());
  }
  return replayed;
}

}  // namespace cofferdam::engine
