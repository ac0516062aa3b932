// SPDX-License-Identifier: Apache-2.0
//
// What to make of the end of the last segment. After a crash the group that was being written may
// be there in part: it was never acknowledged and is cut off. The same sight can also be damage to
// a record that was acknowledged: that must never be cut off silently. What tells them apart:
//
//  - a later intact record whose durable_sequence reaches the bad one: it was acknowledged;
//  - a head slot whose sequence reaches the bad one: it was acknowledged;
//  - a file shorter than its header says, or no readable head slot, or one unreadable head slot
//    together with a bad tail: none of these follows from one crash, so nothing can be concluded,
//    and a person decides (Options::accept_truncation_at);
//  - otherwise the tail is torn.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/segment.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::journal {

enum class Tail : std::uint8_t {
  clean,        // zeros follow the last record
  torn,         // what follows was never acknowledged
  damaged,      // an acknowledged record is bad or absent
  undecidable,  // either; no copy left to tell
};

struct TailJudgement {
  Tail tail = Tail::clean;
  Damage place;  // the first record that is not there, and why; set unless clean
  Sequence last_sequence = 0;
  crypto::Hash last_hash{};
  std::uint64_t last_offset = 0;  // start of the last good record; 0 if the segment has none
  std::uint64_t end = 0;          // after the last good record's body
  std::uint64_t records = 0;
  std::optional<Damage> padding;  // not zero, though the records around it are good
};

// Walks the whole segment, which must be the last one of the journal.
[[nodiscard]] Result<TailJudgement> judge_tail(Disk& disk, const Segment& segment);

// For readers beside a writer: what looks wrong because it changed under our eyes looks different
// on the next attempt, what is wrong stays. Lists the segments and judges the last one.
struct Settled {
  SegmentList list;
  TailJudgement tail;
};

[[nodiscard]] Result<Settled> settle(Disk& disk, const std::vector<std::string>& folders);

struct RecoveryReport {
  bool created = false;
  // Set when a torn tail was cut: the first sequence that is gone, and what was wrong with it.
  std::optional<Damage> truncated;
  std::vector<std::string> warnings;  // damage that could be borne and was mended
};

struct Recovered {
  SegmentList list;
  TailJudgement tail;
  RecoveryReport report;
};

// Judges the tail and mends it: removes prepared segments, cuts a torn tail, rewrites head slots
// that cannot be read, makes everything durable. ErrorKind::integrity where it must not.
// The folder holds at least one segment and is locked.
[[nodiscard]] Result<Recovered> recover(Disk& disk, const std::string& folder, SegmentList list,
                                        std::optional<Sequence> accept_truncation_at);

// Writes the slot whose turn it is: counter becomes one more than `slot.counter`.
[[nodiscard]] Result<void> write_head_slot(File& file, HeadSlot& slot);

}  // namespace cofferdam::journal
