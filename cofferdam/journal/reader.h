// SPDX-License-Identifier: Apache-2.0
//
// Reader: records in order, or from any sequence, with bounded memory. It opens its own files, so
// it may run beside a writer. It remembers one place per 64 KiB that it has passed (8 bytes each),
// which makes going back cheap.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/segment.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::journal {

class Reader {
 public:
  // `folders`: archives first, the live folder last. Takes no lock and changes nothing. Reads up
  // to the last record that is whole; damage to an acknowledged record is ErrorKind::integrity.
  [[nodiscard]] static Result<std::unique_ptr<Reader>> open(Disk& disk,
                                                            const std::vector<std::string>& folders,
                                                            CheckHash check_hash = CheckHash::yes);
  // For a caller who knows the segments and the last sequence to read (the journal itself).
  Reader(Disk& disk, std::vector<Segment> segments, Sequence until, CheckHash check_hash);

  // nullptr after the last one. Valid until the next call.
  [[nodiscard]] Result<const Record*> next();
  // Continues at `sequence`, which must lie between first_sequence() and until() + 1.
  [[nodiscard]] Result<void> seek(Sequence sequence);
  // More has become durable since: `segments` as the journal knows them now.
  void extend(std::vector<Segment> segments, Sequence until);

  // The id that the records carry.
  [[nodiscard]] JournalId journal_id() const { return segments_.front().header.journal_id; }
  [[nodiscard]] Sequence first_sequence() const;
  [[nodiscard]] crypto::Hash first_previous_hash() const;

  [[nodiscard]] Sequence until() const { return until_; }

  [[nodiscard]] Sequence position() const { return position_; }  // what next() returns next

 private:
  struct Mark {
    std::uint32_t offset = 0;
    std::uint32_t sequence = 0;  // minus the first of the segment
  };

  [[nodiscard]] Result<void> enter(std::size_t segment, CheckHash check_hash);
  [[nodiscard]] Result<void> cross();
  void mark();

  Disk& disk_;
  std::vector<Segment> segments_;
  std::vector<std::vector<Mark>> marks_;  // per segment, rising
  Sequence until_;
  CheckHash check_hash_;
  Sequence position_ = 0;
  std::size_t current_ = 0;
  std::unique_ptr<SegmentWalk> walk_;  // null: not yet in a segment
};

}  // namespace cofferdam::journal
