// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/replay.h"

#include "cofferdam/crypto/random.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/journal/reader.h"

#include <filesystem>

namespace cofferdam::engine {

namespace {

[[nodiscard]] std::unexpected<base::Error> differs(base::Sequence sequence, std::string what) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = "journal record " + std::to_string(sequence),
                                     .value = {},
                                     .rule = std::move(what)});
}

// A folder for a throw-away index, gone with its owner.
class ScratchFolder {
 public:
  ScratchFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("cofferdam-replay-" + base::to_text(crypto::random_id()))) {}

  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] Result<void> check_checkpoint(const journal::Record& record, const State& state,
                                            const crypto::Hash& chain_before) {
  const auto checkpoint = base::decode<Checkpoint>(record.body);
  if (!checkpoint) return differs(record.sequence, "the body is not a checkpoint");
  if (state.venue.venues.size() == 0 || crypto::to_hex(crypto::PublicKey{checkpoint->public_key}) !=
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

Result<void> replay_record(const journal::Record& record, const journal::JournalId& books,
                           base::Sequence state_sequence, base::Time time_before, State& state,
                           base::Changes& changes, JournalHistory& history, Scratch& scratch,
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
    // Whether the time came with the command is not recorded but for this one refusal.
    const Circumstances c{.now = base::Time(record.time_ns),
                          .time_before = time_before,
                          .time_given = was.outcome.door == DoorStatus::time_not_accepted,
                          .sequence = record.sequence,
                          .principal = was.principal,
                          .books = books,
                          .record = &was};
    const Judgement again = judge(*command, c, state, changes, history, scratch);
    if (history.trouble()) return std::unexpected(*history.trouble());
    if (!(again.outcome == was.outcome))
      return differs(record.sequence, "replay comes to another outcome than was recorded");
    changes.commit();
  }
  if (index == nullptr || record.sequence <= index->inserted_through()) return {};
  const auto entries = index_entries(was.outcome.executed ? carried_out(was).value() : *command,
                                     was, record.sequence, index->secret());
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

  const ScratchFolder scratch_folder;
  journal::IdIndexOptions index_options;
  index_options.folder = scratch_folder.path();
  index_options.table_ids = options.index_table_ids;
  crypto::fill_random(
      {reinterpret_cast<std::uint8_t*>(index_options.secret.data()), sizeof(index_options.secret)});
  auto index = journal::IdIndex::open(std::move(index_options));
  if (!index) return std::unexpected(index.error());
  ReaderRecords records(**looking_back);
  JournalHistory history(records, **index);

  Replayed replayed{.state = std::make_unique<State>()};
  if ((*reader)->first_sequence() > 1)
    return differs((*reader)->first_sequence(),
                   "earlier records are archived: name the archive folders");
  base::Changes changes;
  Scratch scratch;
  while (true) {
    auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    const journal::Record* record = *next;
    if (record == nullptr) break;
    if (options.until && record->sequence > *options.until) break;
    if (options.until_time && base::Time(record->time_ns) > *options.until_time) break;
    history.set_now(record->sequence);
    if (record->kind == kCheckpointRecord) {
      if (auto good = check_checkpoint(*record, *replayed.state, replayed.chain_hash); !good)
        return std::unexpected(good.error());
      ++replayed.checkpoints;
    }
    auto applied = replay_record(*record, (*reader)->journal_id(), replayed.sequence, replayed.time,
                                 *replayed.state, changes, history, scratch, index->get());
    if (!applied) return std::unexpected(applied.error());
    replayed.chain_hash = record->hash;
    replayed.sequence = record->sequence;
    replayed.time = base::Time(record->time_ns);
    ++replayed.records;
    if (options.progress) options.progress(record->sequence, (*reader)->until());
  }
  return replayed;
}

}  // namespace cofferdam::engine
