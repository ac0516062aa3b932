// SPDX-License-Identifier: Apache-2.0
//
// Segments of one or more folders (archive first, live last) as one ordered list, and a walk over
// the records of one segment that checks each of them.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

struct Record {
  Sequence sequence = 0;
  std::int64_t time_ns = 0;
  std::uint16_t kind = 0;
  crypto::Hash hash{};
  std::string_view body;
};

struct Segment {
  std::string path;
  SegmentHeader header;
  bool header_damaged = false;                     // one of its two copies
  std::array<std::optional<HeadSlot>, 2> slots{};  // absent: unreadable

  [[nodiscard]] bool slots_readable() const { return slots[0] && slots[1]; }

  // The newest watermark that can be read; the sequence before the first where there is none.
  [[nodiscard]] HeadSlot head() const;
};

struct SegmentList {
  JournalId id{};
  std::vector<Segment> segments;  // no gap; never empty in a result
};

// Reads every segment's header and slots and checks that they are one unbroken row: index equal to
// the name, one journal, no gap, no duplicate, first sequences rising. A row that starts above 1
// is accepted where the live folder's archive manifest accounts for what is absent.
// An empty list: the live folder holds no segment at all.
[[nodiscard]] Result<SegmentList> list_segments(Disk& disk,
                                                const std::vector<std::string>& folders);

// A segment made ahead of need: zeros, not yet part of the journal. Any program may delete it.
inline constexpr std::string_view kPreparedEnding = ".prepared";

enum class CheckHash : std::uint8_t { no, yes };

// What is wrong at a place, for a person; sequence is the record expected there.
struct Damage {
  Sequence sequence = 0;
  std::string segment;
  std::uint64_t offset = 0;
  std::string what;
  [[nodiscard]] Error error(std::string hint = {}) const;
};

// Walks forward through one segment with a window of bounded size (1 MiB, or the longest record).
class SegmentWalk {
 public:
  SegmentWalk(std::unique_ptr<File> file, const Segment& segment, CheckHash check_hash);

  // nullptr: no good record here; stopped() says why. The record is valid until the next call.
  [[nodiscard]] Result<const Record*> next();
  // Continues at a known record boundary.
  void seek(std::uint64_t offset, Sequence sequence, std::optional<crypto::Hash> previous_hash);

  // What was read ahead may be older than what is on the disk now.
  void forget_read_ahead() { window_size_ = 0; }

  void set_check_hash(CheckHash check_hash) { check_hash_ = check_hash; }

  [[nodiscard]] std::uint64_t offset() const { return offset_; }  // of the record just returned

  [[nodiscard]] const RecordHeader& header() const { return header_; }

  [[nodiscard]] Sequence expected() const { return expected_; }

  [[nodiscard]] std::uint64_t end() const { return end_; }  // after the last good record's body

  // Why next() returned nullptr: nullopt where zeros stand in place of a record.
  [[nodiscard]] const std::optional<Damage>& stopped() const { return stopped_; }

  // The first padding that is not zero, seen on the way.
  [[nodiscard]] const std::optional<Damage>& padding() const { return padding_; }

  [[nodiscard]] Result<std::string_view> view(std::uint64_t offset, std::uint64_t size);
  // Where the segment ends, or the file, if that is shorter: behind it there is nothing to read.
  [[nodiscard]] Result<std::uint64_t> readable_end();
  // The first byte that is not zero from `offset` to the end of the segment; nullopt if none.
  [[nodiscard]] Result<std::optional<std::uint64_t>> first_nonzero(std::uint64_t offset);

 private:
  [[nodiscard]] Result<std::uint64_t> find_next();
  [[nodiscard]] Result<const Record*> take(std::uint64_t at);
  [[nodiscard]] Result<const Record*> stop(std::uint64_t at, std::string what);

  std::unique_ptr<File> file_;
  std::string path_;
  SegmentHeader segment_;
  CheckHash check_hash_;
  std::string window_;
  std::uint64_t window_at_ = 0;
  std::uint64_t window_size_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t end_ = kRecordsOffset;
  bool sought_ = false;  // previous_bytes of the next record cannot be checked
  Sequence expected_ = 0;
  std::optional<crypto::Hash> previous_hash_;
  RecordHeader header_;
  Record record_;
  std::optional<Damage> stopped_;
  std::optional<Damage> padding_;
};

}  // namespace cofferdam::journal
