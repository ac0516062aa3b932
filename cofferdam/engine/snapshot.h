// SPDX-License-Identifier: Apache-2.0
//
// The books in a snapshot file, and back. A snapshot is only believed when the journal has the
// record that it names, with the same chain hash.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/journal/snapshot.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cofferdam::engine {

using base::Result;

inline constexpr std::uint16_t kSnapshotContentVersion = 1;

struct LoadedSnapshot {
  std::unique_ptr<State> state = std::make_unique<State>();  // empty where there is no snapshot
  base::Sequence sequence = 0;
  base::Time time;
  crypto::Hash chain_hash{};
  std::vector<base::Error> skipped;  // newer snapshots that were not good
};

// The chain hash of a record of the journal.
using HashAt = std::function<Result<crypto::Hash>(base::Sequence)>;

[[nodiscard]] Result<LoadedSnapshot> load_snapshot(journal::Disk& disk, const std::string& folder,
                                                   const journal::JournalId& id,
                                                   base::Sequence at_most, const HashAt& hash_at);

[[nodiscard]] Result<void> save_snapshot(journal::Disk& disk, const std::string& folder,
                                         const journal::JournalId& id, const State& state,
                                         base::Sequence sequence, const crypto::Hash& chain_hash,
                                         base::Time time, std::size_t keep);

}  // namespace cofferdam::engine
