// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/backup_cut.h"

#include "cofferdam/journal/backup.h"
#include "cofferdam/journal/format.h"

#include <algorithm>
#include <span>

namespace cofferdam::journal {
namespace {

constexpr std::uint64_t kPart = std::uint64_t{1} << 20U;

// The header alone: of a cut the file is shorter than it says.
[[nodiscard]] Result<Segment> segment_of(Disk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  std::string block(kBlock, '\0');
  const auto got = (*file)->read(0, std::span(block.data(), block.size()));
  if (!got) return std::unexpected(got.error());
  const auto header = *got == kBlock ? parse_segment_header(block) : std::nullopt;
  if (!header)
    return failure(ErrorKind::integrity, path, "", "the header of the segment cannot be read");
  return Segment{.path = path, .header = *header};
}

struct Place {
  std::uint64_t end = 0;  // behind the record's body
  crypto::Hash hash{};
};

// Walks up to the record, which may be the last one that is whole.
[[nodiscard]] Result<Place> find_record(Disk& disk, const Segment& segment, Sequence until) {
  auto file = disk.open(segment.path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  SegmentWalk walk(std::move(*file), segment, CheckHash::yes);
  while (true) {
    const auto record = walk.next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) {
      const Damage absent{walk.expected(), segment.path, walk.end(), "zeros stand in its place"};
      return std::unexpected(walk.stopped().value_or(absent).error());
    }
    if ((*record)->sequence == until) return Place{walk.end(), (*record)->hash};
  }
}

[[nodiscard]] Result<void> copy_records(Disk& disk, const std::string& path, std::uint64_t end,
                                        File& to) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  std::string part(kPart, '\0');
  for (std::uint64_t at = kRecordsOffset; at < end;) {
    const std::uint64_t wanted = std::min(kPart, end - at);
    const auto got = (*file)->read(at, std::span(part.data(), wanted));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return failure(ErrorKind::integrity, path, "", "the file ends within a record");
    if (auto done = to.write(at, std::string_view(part).substr(0, *got)); !done) return done;
    at += *got;
  }
  return {};
}

}  // namespace

Result<void> write_cut(Disk& disk, const Segment& segment, const Cut& cut,
                       const std::string& path) {
  const auto place = find_record(disk, segment, cut.until);
  if (!place) return std::unexpected(place.error());
  if (cut.chain_hash && place->hash != *cut.chain_hash)
    return failure(ErrorKind::integrity, segment.path, crypto::to_hex(place->hash),
                   "record " + std::to_string(cut.until) + " must have the chain hash " +
                       crypto::to_hex(*cut.chain_hash));
  auto file = disk.open(path, OpenMode::create);
  if (!file) return std::unexpected(file.error());
  if (cut.is_padded)
    if (auto done = (*file)->allocate(segment.header.segment_bytes); !done) return done;
  const std::string header = segment_header_block(segment.header);
  std::string front = header;
  for (const std::uint64_t counter : {2U, 1U})
    front += head_slot_block({.journal_id = segment.header.journal_id,
                              .index = segment.header.index,
                              .counter = counter,
                              .sequence = cut.until,
                              .hash = place->hash});
  front += header;
  if (auto done = (*file)->write(0, front); !done) return done;
  if (auto done = copy_records(disk, segment.path, place->end, **file); !done) return done;
  return (*file)->sync();
}

Result<void> restore_segment(Disk& disk, const std::string& path, Sequence until,
                             const std::string& folder) {
  const auto segment = segment_of(disk, path);
  if (!segment) return std::unexpected(segment.error());
  if (segment->header.first_sequence > until) return {};
  const std::string name = segment_name(segment->header.index);
  // Whether the record lies here or in a later segment is known when this one has been walked.
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  SegmentWalk walk(std::move(*file), *segment, CheckHash::no);
  Sequence last = segment->header.first_sequence - 1;
  while (last < until) {
    const auto record = walk.next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) break;
    last = (*record)->sequence;
  }
  if (last < until) {
    const auto copied = copy_file(disk, path, folder, name);
    return copied ? Result<void>{} : std::unexpected(copied.error());
  }
  if (auto done =
          write_cut(disk, *segment, {.until = until, .chain_hash = {}}, folder + "/" + name);
      !done)
    return done;
  return disk.sync_folder(folder);
}

}  // namespace cofferdam::journal
