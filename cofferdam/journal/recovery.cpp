// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/recovery.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/segment.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr std::uint64_t kSlice = std::uint64_t{1} << 20;

// The first intact header at or after `offset` that proves record `sequence` to have been durable.
[[nodiscard]] Result<std::optional<RecordHeader>> find_proof(SegmentWalk& walk, const JournalId& id,
                                                             std::uint64_t offset,
                                                             Sequence sequence) {
  const std::string_view magic = "CFR1";
  const auto end = walk.readable_end();
  if (!end) return std::unexpected(end.error());
  for (std::uint64_t at = align_up(offset, kRecordAlignment); at + kRecordHeaderBytes <= *end;
       at += kSlice) {
    const std::uint64_t size = std::min(kSlice + kRecordHeaderBytes, *end - at);
    const auto bytes = walk.view(at, size);
    if (!bytes) return std::unexpected(bytes.error());
    for (std::size_t i = 0; i < kSlice && i + kRecordHeaderBytes <= size; i += kRecordAlignment) {
      if (bytes->substr(i, magic.size()) != magic) continue;
      const auto header = parse_record_header(bytes->substr(i));
      if (header && header->journal_id == id && header->durable_sequence >= sequence &&
          header->sequence > sequence) {
        return header;
      }
    }
  }
  return std::nullopt;
}

[[nodiscard]] std::string hint_for(const TailJudgement& tail) {
  const std::string number = std::to_string(tail.place.sequence);
  return "restore the segment from an archive, a replica or a backup; or give up record " + number +
         " and all after it by opening with accept_truncation_at=" + number +
         ", which keeps the segment beside as .damaged";
}

struct Evidence {
  bool something_follows = false;
  std::string proof;    // of durability; empty if none
  std::string unclear;  // why the absence of a proof means nothing; empty if it does
};

void decide(const Evidence& evidence, TailJudgement& tail) {
  if (!evidence.proof.empty()) {
    tail.tail = Tail::damaged;
    tail.place.what += "; it was acknowledged: " + evidence.proof;
  } else if (!evidence.unclear.empty()) {
    tail.tail = Tail::undecidable;
    tail.place.what += "; whether it was acknowledged cannot be told: " + evidence.unclear;
  } else {
    tail.tail = evidence.something_follows ? Tail::torn : Tail::clean;
  }
}

[[nodiscard]] Result<void> zero_range(File& file, std::uint64_t from, std::uint64_t to) {
  std::string bytes(to - from, '\0');
  const auto got = file.read(from, std::span(bytes.data(), bytes.size()));
  if (!got) return std::unexpected(got.error());
  if (is_zero(std::string_view(bytes).substr(0, *got))) return {};
  std::ranges::fill(bytes, '\0');
  return file.write(from, bytes);
}

// The rest of the last good record's sector is written only if it is not zero: then the group was
// torn there and nobody was told of the record. An acknowledged record's sector is never written
// again, since a power cut during that could spoil it.
[[nodiscard]] Result<void> zero_tail(File& file, const SegmentHeader& segment, std::uint64_t end) {
  const std::uint64_t start = std::min(align_up(end, segment.sector_bytes), segment.segment_bytes);
  if (auto done = zero_range(file, end, start); !done) return done;
  for (std::uint64_t at = start; at < segment.segment_bytes; at += kSlice) {
    const std::uint64_t to = std::min(at + kSlice, segment.segment_bytes);
    if (auto done = zero_range(file, at, to); !done) return done;
  }
  return file.sync();
}

[[nodiscard]] Result<void> keep_copy(Disk& disk, const std::string& folder,
                                     const std::string& path) {
  const auto bytes = read_file(disk, path);
  if (!bytes) return std::unexpected(bytes.error());
  return write_file(disk, folder, path.substr(path.rfind('/') + 1) + ".damaged", *bytes);
}

// Mends what has a second copy: header blocks and head slots.
[[nodiscard]] Result<void> mend_header(Disk& disk, Segment& segment,
                                       std::vector<std::string>& warnings) {
  if (!segment.header_damaged) return {};
  auto file = disk.open(segment.path, OpenMode::update);
  if (!file) return std::unexpected(file.error());
  const std::string block = segment_header_block(segment.header);
  for (const std::uint64_t offset : {std::uint64_t{0}, kHeaderCopyOffset}) {
    if (auto done = (*file)->write_durable(offset, block); !done) return done;
  }
  segment.header_damaged = false;
  warnings.push_back(segment.path + ": one copy of its header was damaged and has been rewritten");
  return {};
}

[[nodiscard]] Result<void> mend_closed(Disk& disk, SegmentList& list,
                                       std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i + 1 < list.segments.size(); ++i) {
    Segment& segment = list.segments[i];
    const SegmentHeader& next = list.segments[i + 1].header;
    if (auto done = mend_header(disk, segment, warnings); !done) return done;
    HeadSlot head = segment.head();
    if (segment.slots_readable() && head.closed != 0) continue;
    if (!segment.slots_readable()) {
      warnings.push_back(segment.path + ": a head slot could not be read and has been rewritten");
    }
    auto file = disk.open(segment.path, OpenMode::update);
    if (!file) return std::unexpected(file.error());
    head.sequence = next.first_sequence - 1;
    head.hash = next.previous_hash;
    head.closed = 1;
    const int times = segment.slots[0] || segment.slots[1] ? 1 : 2;
    for (int n = 0; n < times; ++n) {
      if (auto done = write_head_slot(**file, head); !done) return done;
      segment.slots[head.counter % 2] = head;
    }
  }
  return {};
}

[[nodiscard]] Result<void> cut(Disk& disk, const std::string& folder, const Recovered& recovered,
                               bool accepted) {
  const Segment& segment = recovered.list.segments.back();
  if (accepted) {
    if (auto done = keep_copy(disk, folder, segment.path); !done) return done;
  }
  auto file = disk.open(segment.path, OpenMode::update);
  if (!file) return std::unexpected(file.error());
  if (auto done = (*file)->allocate(segment.header.segment_bytes); !done) return done;
  return zero_tail(**file, segment.header, recovered.tail.end);
}

[[nodiscard]] Result<void> renew_head(File& file, Segment& segment, const TailJudgement& tail,
                                      bool accepted) {
  HeadSlot head = segment.head();
  int times = segment.slots_readable() && head.sequence == tail.last_sequence ? 0 : 1;
  if (accepted || (!segment.slots[0] && !segment.slots[1])) times = 2;
  head.sequence = tail.last_sequence;
  head.hash = tail.last_hash;
  head.closed = 0;
  for (int n = 0; n < times; ++n) {
    if (auto done = write_head_slot(file, head); !done) return done;
    segment.slots[head.counter % 2] = head;
  }
  return {};
}

}  // namespace

Result<TailJudgement> judge_tail(Disk& disk, const Segment& segment) {
  auto file = disk.open(segment.path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  SegmentWalk walk(std::move(*file), segment, CheckHash::yes);
  const HeadSlot head = segment.head();
  TailJudgement tail;
  tail.last_sequence = segment.header.first_sequence - 1;
  tail.last_hash = segment.header.previous_hash;
  tail.end = kRecordsOffset;
  Evidence evidence;
  const auto compare_head = [&] {
    if (tail.last_sequence == head.sequence && tail.last_hash != head.hash) {
      evidence.proof = "the head slot of the segment carries another chain hash";
    }
  };
  compare_head();
  while (evidence.proof.empty()) {
    const auto record = walk.next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) break;
    tail.last_sequence = (*record)->sequence;
    tail.last_hash = (*record)->hash;
    tail.last_offset = walk.offset();
    tail.end = walk.end();
    ++tail.records;
    compare_head();
  }
  tail.place = walk.stopped().value_or(Damage{
      walk.expected(), segment.path,
      std::min(align_up(tail.end, segment.header.sector_bytes), segment.header.segment_bytes),
      "zeros stand in its place"});
  const auto nonzero = walk.first_nonzero(tail.end);
  if (!nonzero) return std::unexpected(nonzero.error());
  evidence.something_follows = nonzero->has_value();
  if (walk.padding() && walk.padding()->sequence <= tail.last_sequence) {
    tail.padding = walk.padding();
  }
  if (evidence.proof.empty() && head.sequence >= tail.place.sequence) {
    evidence.proof = "the head slot of the segment says that record " +
                     std::to_string(head.sequence) + " was durable";
  }
  if (evidence.proof.empty() && evidence.something_follows) {
    const auto proof = find_proof(walk, segment.header.journal_id, tail.end, tail.place.sequence);
    if (!proof) return std::unexpected(proof.error());
    if (*proof) {
      evidence.proof = "record " + std::to_string((*proof)->sequence) + " was written when " +
                       std::to_string((*proof)->durable_sequence) + " was already durable";
    }
  }
  if (*size < segment.header.segment_bytes) {
    evidence.unclear = "the file has " + std::to_string(*size) + " bytes, its header says " +
                       std::to_string(segment.header.segment_bytes);
  } else if (!segment.slots[0] && !segment.slots[1]) {
    evidence.unclear = "neither head slot of the segment can be read";
  } else if (!segment.slots_readable() && evidence.something_follows) {
    evidence.unclear = "a head slot of the segment cannot be read either";
  }
  decide(evidence, tail);
  return tail;
}

Result<Settled> settle(Disk& disk, const std::vector<std::string>& folders) {
  constexpr int kAttempts = 3;
  std::string seen;  // the complaint of the attempt before
  while (true) {
    Settled now;
    std::string complaint;
    auto list = list_segments(disk, folders);
    for (int n = 1; n < kAttempts && !list; ++n) list = list_segments(disk, folders);
    if (!list) return std::unexpected(list.error());
    if (list->segments.empty()) {
      return failure(ErrorKind::refused, "folder", folders.back(), "there is no journal here");
    }
    now.list = std::move(*list);
    auto tail = judge_tail(disk, now.list.segments.back());
    if (!tail) return std::unexpected(tail.error());
    now.tail = std::move(*tail);
    if (now.tail.tail == Tail::clean || now.tail.tail == Tail::torn) return now;
    complaint = now.tail.place.error().text();
    if (complaint == seen) return now;
    seen = complaint;
  }
}

Result<Recovered> recover(Disk& disk, const std::string& folder, SegmentList list,
                          std::optional<Sequence> accept_truncation_at) {
  Recovered recovered;
  recovered.list = std::move(list);
  Segment& last = recovered.list.segments.back();
  std::vector<std::string>& warnings = recovered.report.warnings;
  auto tail = judge_tail(disk, last);
  if (!tail) return std::unexpected(tail.error());
  recovered.tail = std::move(*tail);
  const bool refused =
      recovered.tail.tail == Tail::damaged || recovered.tail.tail == Tail::undecidable;
  if (refused && accept_truncation_at != recovered.tail.place.sequence) {
    return std::unexpected(recovered.tail.place.error(hint_for(recovered.tail)));
  }
  // From here on this program changes the folder.
  const auto names = disk.list(folder);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (!name.ends_with(kPreparedEnding) && !name.ends_with(".tmp")) continue;
    if (auto done = disk.remove(folder + "/" + name); !done) return std::unexpected(done.error());
  }
  if (auto done = disk.sync_folder(folder); !done) return std::unexpected(done.error());
  if (auto done = mend_closed(disk, recovered.list, warnings); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = mend_header(disk, last, warnings); !done) return std::unexpected(done.error());
  if (recovered.tail.tail != Tail::clean) {
    if (auto done = cut(disk, folder, recovered, refused); !done) {
      return std::unexpected(done.error());
    }
    recovered.report.truncated = recovered.tail.place;
  }
  if (!last.slots_readable()) {
    warnings.push_back(last.path + ": a head slot could not be read and has been rewritten");
  }
  if (recovered.tail.padding) warnings.push_back(recovered.tail.padding->error().text());
  auto file = disk.open(last.path, OpenMode::update);
  if (!file) return std::unexpected(file.error());
  // After a kill the records may be readable and yet not durable; the next answer relies on them.
  if (auto done = (*file)->sync(); !done) return std::unexpected(done.error());
  if (auto done = renew_head(**file, last, recovered.tail, refused); !done) {
    return std::unexpected(done.error());
  }
  return recovered;
}

Result<void> write_head_slot(File& file, HeadSlot& slot) {
  ++slot.counter;
  return file.write_durable(kHeadSlotOffset + slot.counter % 2 * kBlock, head_slot_block(slot));
}

}  // namespace cofferdam::journal
