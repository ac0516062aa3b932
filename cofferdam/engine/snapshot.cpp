// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/snapshot.h"

namespace cofferdam::engine {

namespace {

[[nodiscard]] Result<LoadedSnapshot> decode_snapshot(journal::Disk& disk,
                                                     const journal::Snapshot& snapshot) {
  std::string content;
  content.reserve(snapshot.header.content_bytes);
  auto read =
      journal::read_snapshot(disk, snapshot, [&](std::string_view part) { content.append(part); });
  if (!read) return std::unexpected(read.error());
  LoadedSnapshot loaded{.sequence = snapshot.header.sequence,
                        .time = base::Time(snapshot.header.time_ns),
                        .chain_hash = snapshot.header.chain_hash};
  base::Decoder in(content);
  if (snapshot.header.content_version != kSnapshotContentVersion ||
      !decode_state(in, *loaded.state) || !in.complete())
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = snapshot.path,
                                       .rule = "the content is not a state of this release"});
  return loaded;
}

}  // namespace

Result<LoadedSnapshot> load_snapshot(journal::Disk& disk, const std::string& folder,
                                     const journal::JournalId& id, base::Sequence at_most,
                                     const HashAt& hash_at) {
  std::vector<base::Error> skipped;
  while (true) {
    auto search = journal::newest_snapshot(disk, folder, id, at_most);
    if (!search) return std::unexpected(search.error());
    for (base::Error& error : search->skipped) skipped.push_back(std::move(error));
    if (!search->newest) return LoadedSnapshot{.skipped = std::move(skipped)};
    const journal::SnapshotHeader& header = search->newest->header;
    const auto hash = hash_at(header.sequence);
    if (hash && *hash == header.chain_hash) {
      auto loaded = decode_snapshot(disk, *search->newest);
      if (loaded) {
        loaded->skipped = std::move(skipped);
        return loaded;
      }
      skipped.push_back(loaded.error());
    } else {
      skipped.push_back({.kind = base::ErrorKind::integrity,
                         .field = search->newest->path,
                         .rule = "the journal has no such record"});
    }
    if (header.sequence == 0) return LoadedSnapshot{.skipped = std::move(skipped)};
    at_most = header.sequence - 1;
  }
}

Result<void> save_snapshot(journal::Disk& disk, const std::string& folder,
                           const journal::JournalId& id, const State& state,
                           base::Sequence sequence, const crypto::Hash& chain_hash, base::Time time,
                           std::size_t keep) {
  journal::SnapshotHeader header;
  header.content_version = kSnapshotContentVersion;
  header.journal_id = id;
  header.sequence = sequence;
  header.chain_hash = chain_hash;
  header.time_ns = time.value();
  auto writer = journal::SnapshotWriter::begin(disk, folder, header);
  if (!writer) return std::unexpected(writer.error());
  base::Encoder out([&](std::string_view bytes) { (*writer)->write(bytes); });
  encode_state(state, out);
  out.finish();
  if (auto finished = (*writer)->finish(); !finished) return std::unexpected(finished.error());
  if (auto pruned = journal::prune_snapshots(disk, folder, keep); !pruned)
    return std::unexpected(pruned.error());
  return {};
}

}  // namespace cofferdam::engine
