// SPDX-License-Identifier: Apache-2.0
//
// Replay: the journal's records through the one door again, each compared with what was recorded.
#pragma once

#include <functional>

#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"

namespace cofferdam::engine {

// Gives the record's ids to the index (unless it has them) and, when it lies behind
// `state_sequence`, judges it again and applies it. An outcome other than the recorded one is an
// integrity error: either the journal or this program is not what it was.
[[nodiscard]] Result<void> replay_record(const journal::Record& record,
                                         base::Sequence state_sequence, base::Time time_before,
                                         State& state, base::Changes& changes,
                                         JournalHistory& history,
                                         ledger::TransferScratch& scratch,
                                         journal::IdIndex* index);

struct Replayed {
  std::unique_ptr<State> state;
  base::Sequence sequence = 0;
  base::Time time;
  crypto::Hash chain_hash{};
  std::uint64_t records = 0;
  std::uint64_t checkpoints = 0;       // whose signature, chain hash and state hash agreed
  std::uint64_t transfers = 0;         // accepted events and postings
};

struct ReplayOptions {
  std::vector<std::string> archives;         // folders of archived segments, oldest first
  std::optional<base::Sequence> until;       // time travel: the last record to apply
  std::optional<base::Time> until_time;      // the same by time
  bool from_snapshot = true;                 // false: from the first record, trusting nothing else
  std::function<void(base::Sequence, base::Sequence)> progress;  // done, of how many
};

// The state at a point of the journal of a folder, without taking its lock or changing anything.
// With from_snapshot = false this is the full verification: every hash, every outcome, every
// checkpoint, every law.
[[nodiscard]] Result<Replayed> replay(journal::Disk& disk, const std::string& folder,
                                      const ReplayOptions& options);

}  // namespace cofferdam::engine
