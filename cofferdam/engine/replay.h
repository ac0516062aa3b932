// SPDX-License-Identifier: Apache-2.0
//
// Replay: the journal's records through the one door again, each compared with what was recorded.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"

#include <functional>

namespace cofferdam::engine {

// Gives the record's ids to the index (unless it has them) and, when it lies behind
// `state_sequence`, judges it again and applies it. An outcome other than the recorded one is an
// integrity error: either the journal or this program is not what it was.
[[nodiscard]] Result<void> replay_record(const journal::Record& record,
                                         const journal::JournalId& books,
                                         base::Sequence state_sequence, base::Time time_before,
                                         State& state, base::Changes& changes,
                                         JournalHistory& history, Scratch& scratch,
                                         journal::IdIndex* index);

struct Replayed {
  std::unique_ptr<State> state;
  base::Sequence sequence = 0;
  base::Time time;
  crypto::Hash chain_hash{};
  std::uint64_t records = 0;
  std::uint64_t checkpoints = 0;  // whose signature, chain hash and state hash agreed
};

struct ReplayOptions {
  std::vector<std::string> archives;                   // folders of archived segments, oldest first
  std::optional<base::Sequence> until;                 // time travel: the last record to apply
  std::optional<base::Time> until_time;                // the same by time
  std::size_t index_table_ids = std::size_t{1} << 19;  // smaller: less memory, slower when long
  std::function<void(base::Sequence, base::Sequence)> progress;  // done, of how many
};

// The books from the first record on, without taking the folder's lock or changing anything, and
// without believing anything but the records: every hash, every outcome, every law and every
// checkpoint is checked on the way.
[[nodiscard]] Result<Replayed> replay(journal::Disk& disk, const std::string& folder,
                                      const ReplayOptions& options);

}  // namespace cofferdam::engine
