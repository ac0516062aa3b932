// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/verify.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/recovery.h"
#include "cofferdam/journal/segment.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

// Damage of the first 16 KiB, which holds no record.
[[nodiscard]] std::optional<Damage> check_front(const Segment& segment) {
  const Sequence first = segment.header.first_sequence;
  if (segment.header_damaged) {
    return Damage{first, segment.path, 0,
                  "no record, but one copy of the segment's header is damaged"};
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (!segment.slots[i]) {
      return Damage{first, segment.path, kHeadSlotOffset + i * kBlock,
                    "no record, but this head slot of the segment cannot be read"};
    }
  }
  return std::nullopt;
}

// A segment with a successor: records up to it, then zeros.
[[nodiscard]] Result<void> check_closed(Disk& disk, const Segment& segment,
                                        const SegmentHeader& next, VerifyReport& report) {
  auto file = disk.open(segment.path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  SegmentWalk walk(std::move(*file), segment, CheckHash::yes);
  while (true) {
    const auto record = walk.next();
    if (!record) return std::unexpected(record.error());
    if (walk.padding()) {
      report.damage = walk.padding();
      return {};
    }
    if (*record == nullptr) break;
    report.last_sequence = (*record)->sequence;
    report.last_hash = (*record)->hash;
    ++report.records;
  }
  if (walk.expected() < next.first_sequence) {
    report.damage = walk.stopped().value_or(
        Damage{walk.expected(), segment.path, align_up(walk.end(), segment.header.sector_bytes),
               "zeros stand in its place"});
    return {};
  }
  if (walk.expected() > next.first_sequence || report.last_hash != next.previous_hash) {
    report.damage = Damage{next.first_sequence, segment_name(next.index), 0,
                           "the segment does not continue the one before it"};
    return {};
  }
  const auto nonzero = walk.first_nonzero(walk.end());
  if (!nonzero) return std::unexpected(nonzero.error());
  if (*nonzero) {
    report.damage = Damage{walk.expected(), segment.path, **nonzero,
                           "no record, but the space after the segment's last one is not zero"};
  } else if (*size != segment.header.segment_bytes) {
    report.damage = Damage{walk.expected(), segment.path, *size,
                           "no record, but the file is not as long as its header says"};
  }
  return {};
}

void check_last(const TailJudgement& tail, VerifyReport& report) {
  report.records += tail.records;
  report.last_sequence = tail.last_sequence;
  report.last_hash = tail.last_hash;
  if (tail.padding) {
    report.damage = tail.padding;
  } else if (tail.tail == Tail::torn) {
    report.torn_tail = tail.place;
  } else if (tail.tail != Tail::clean) {
    report.damage = tail.place;
  }
}

}  // namespace

Result<VerifyReport> verify(Disk& disk, const std::vector<std::string>& folders,
                            const Progress& progress) {
  const auto settled = settle(disk, folders);
  if (!settled) return std::unexpected(settled.error());
  const std::vector<Segment>& segments = settled->list.segments;
  VerifyReport report{.journal_id = settled->list.id,
                      .first_sequence = segments.front().header.first_sequence,
                      .first_previous_hash = segments.front().header.previous_hash,
                      .last_sequence = segments.front().header.first_sequence - 1,
                      .last_hash = segments.front().header.previous_hash};
  std::uint64_t all = 0;
  for (const Segment& segment : segments) all += segment.header.segment_bytes;
  std::optional<Damage> front;  // weighs less than a bad record: it can be mended
  for (std::size_t i = 0; i < segments.size() && !report.damage; ++i) {
    if (!front) front = check_front(segments[i]);
    if (i + 1 == segments.size()) {
      check_last(settled->tail, report);
    } else if (auto done = check_closed(disk, segments[i], segments[i + 1].header, report); !done) {
      return std::unexpected(done.error());
    }
    report.bytes += segments[i].header.segment_bytes;
    if (progress && !progress(report.bytes, all)) break;
  }
  if (!report.damage) report.damage = front;
  return report;
}

}  // namespace cofferdam::journal
