// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/segment.h"

#include "cofferdam/journal/archive.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr std::uint64_t kWindowBytes = std::uint64_t{1} << 20;

[[nodiscard]] Result<Segment> read_segment(Disk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  std::string head(kRecordsOffset, '\0');
  if (auto got = (*file)->read(0, std::span(head.data(), head.size())); !got) {
    return std::unexpected(got.error());
  }
  const std::string_view all = head;
  const auto first = parse_segment_header(all.substr(0, kBlock));
  const auto second = parse_segment_header(all.substr(kHeaderCopyOffset, kBlock));
  if (!first && !second) {
    return failure(ErrorKind::integrity, path, "",
                   "both copies of the segment's header are damaged",
                   "restore this file from an archive, a replica or a backup");
  }
  Segment segment{.path = path, .header = first ? *first : *second};
  if (first && second && as_bytes(*first) != as_bytes(*second)) {
    return failure(ErrorKind::integrity, path, "", "the two copies of the segment's header differ",
                   "restore this file from an archive, a replica or a backup");
  }
  segment.header_damaged = !first || !second;
  for (std::size_t i = 0; i < 2; ++i) {
    auto slot = parse_head_slot(all.substr(kHeadSlotOffset + i * kBlock, kBlock));
    const bool mine = slot && slot->journal_id == segment.header.journal_id &&
                      slot->index == segment.header.index && slot->counter % 2 == i;
    if (mine) segment.slots[i] = *slot;
  }
  return segment;
}

[[nodiscard]] Result<void> check_follows(const Segment& before, const Segment& segment) {
  const SegmentHeader& a = before.header;
  const SegmentHeader& b = segment.header;
  if (b.journal_id != a.journal_id) {
    return failure(
        ErrorKind::integrity, segment.path, to_hex(b.journal_id),
        "the segment belongs to another journal than the one before it, " + to_hex(a.journal_id),
        "put back the segment of this journal");
  }
  if (b.index == a.index) {
    return failure(ErrorKind::integrity, segment.path, std::to_string(b.index),
                   "the segment is there twice, also as " + before.path, "remove one of them");
  }
  if (b.index != a.index + 1) {
    return failure(ErrorKind::integrity, segment_name(a.index + 1), "",
                   "the segment is missing: " + segment.path + " follows " + before.path,
                   "restore it from an archive, a replica or a backup");
  }
  if (b.first_sequence <= a.first_sequence) {
    return failure(ErrorKind::integrity, segment.path, std::to_string(b.first_sequence),
                   "its first sequence must be above that of " + before.path + ", " +
                       std::to_string(a.first_sequence));
  }
  return {};
}

[[nodiscard]] Result<void> check_ends(Disk& disk, const std::string& live_folder,
                                      const SegmentList& list) {
  const Segment& first = list.segments.front();
  if (first.header.index != 1) {
    const auto manifest = read_manifest(disk, live_folder);
    if (!manifest) return std::unexpected(manifest.error());
    const std::uint64_t archived = manifest->segments.size();
    if (first.header.index > archived + 1) {
      return failure(ErrorKind::integrity, segment_name(first.header.index - 1), "",
                     "the segment is missing: the first one present is " + first.path +
                         ", and no archive manifest accounts for those before it",
                     "restore it from an archive, a replica or a backup");
    }
    const ArchivedSegment& before = manifest->segments[first.header.index - 2];
    if (manifest->journal_id != list.id || before.last_hash != first.header.previous_hash ||
        before.last_sequence + 1 != first.header.first_sequence) {
      return failure(ErrorKind::integrity, first.path, "",
                     "the segment does not continue what the archive manifest says was moved",
                     "put back the manifest and the segments of this journal");
    }
  }
  const Segment& last = list.segments.back();
  if (last.head().closed != 0) {
    return failure(ErrorKind::integrity, segment_name(last.header.index + 1), "",
                   "the segment is missing: " + last.path + " was closed when it was begun",
                   "restore it from a replica or a backup");
  }
  return {};
}

}  // namespace

HeadSlot Segment::head() const {
  if (slots[0] && (!slots[1] || slots[0]->counter > slots[1]->counter)) return *slots[0];
  if (slots[1]) return *slots[1];
  return HeadSlot{.journal_id = header.journal_id,
                  .index = header.index,
                  .counter = 0,
                  .sequence = header.first_sequence - 1,
                  .hash = header.previous_hash};
}

Error Damage::error(std::string hint) const {
  return Error{.kind = ErrorKind::integrity,
               .field = segment + " offset " + std::to_string(offset),
               .value = "",
               .rule = "record " + std::to_string(sequence) + ": " + what,
               .hint = std::move(hint)};
}

Result<SegmentList> list_segments(Disk& disk, const std::vector<std::string>& folders) {
  SegmentList list;
  for (const std::string& folder : folders) {
    const auto names = disk.list(folder);
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      const auto index = index_of_segment_name(name);
      if (!index) continue;
      auto segment = read_segment(disk, folder + "/" + name);
      if (!segment) return std::unexpected(segment.error());
      if (segment->header.index != *index) {
        return failure(
            ErrorKind::integrity, segment->path, std::to_string(segment->header.index),
            "the segment's header carries another number than its name: it was renamed, "
            "reordered or copied",
            "give every segment its own name back: " + segment_name(segment->header.index));
      }
      // A segment that archiving copied and had not yet removed is the same one.
      const bool known =
          folders.size() > 1 && std::ranges::any_of(list.segments, [&](const auto& s) {
            return as_bytes(s.header) == as_bytes(segment->header);
          });
      if (!known) list.segments.push_back(std::move(*segment));
    }
  }
  if (list.segments.empty()) return list;
  std::ranges::sort(list.segments, {}, [](const Segment& s) { return s.header.index; });
  list.id = list.segments.front().header.journal_id;
  for (std::size_t i = 1; i < list.segments.size(); ++i) {
    if (auto ok = check_follows(list.segments[i - 1], list.segments[i]); !ok) {
      return std::unexpected(ok.error());
    }
  }
  if (auto ok = check_ends(disk, folders.back(), list); !ok) return std::unexpected(ok.error());
  return list;
}

SegmentWalk::SegmentWalk(std::unique_ptr<File> file, const Segment& segment, CheckHash check_hash)
    : file_(std::move(file)),
      path_(segment.path),
      segment_(segment.header),
      check_hash_(check_hash),
      expected_(segment.header.first_sequence),
      previous_hash_(segment.header.previous_hash) {}

void SegmentWalk::seek(std::uint64_t offset, Sequence sequence,
                       std::optional<crypto::Hash> previous_hash) {
  end_ = offset;
  offset_ = offset;
  sought_ = offset != kRecordsOffset;
  expected_ = sequence;
  previous_hash_ = previous_hash;
}

Result<std::string_view> SegmentWalk::view(std::uint64_t offset, std::uint64_t size) {
  if (offset < window_at_ || offset + size > window_at_ + window_size_) {
    const std::uint64_t left = segment_.segment_bytes - std::min(offset, segment_.segment_bytes);
    const std::uint64_t wanted = std::max(std::min(kWindowBytes, left), size);
    if (window_.size() < wanted) window_.resize(wanted);
    window_size_ = 0;
    const auto got = file_->read(offset, std::span(window_.data(), wanted));
    if (!got) return std::unexpected(got.error());
    // What is beyond the end of a file that was cut reads as zeros; its length is judged elsewhere.
    std::fill(window_.begin() + static_cast<std::ptrdiff_t>(*got),
              window_.begin() + static_cast<std::ptrdiff_t>(wanted), '\0');
    window_at_ = offset;
    window_size_ = wanted;
  }
  return std::string_view(window_).substr(offset - window_at_, size);
}

Result<std::uint64_t> SegmentWalk::readable_end() {
  const auto size = file_->size();
  if (!size) return std::unexpected(size.error());
  return std::min(*size, segment_.segment_bytes);
}

Result<std::optional<std::uint64_t>> SegmentWalk::first_nonzero(std::uint64_t offset) {
  const auto end = readable_end();
  if (!end) return std::unexpected(end.error());
  for (std::uint64_t at = offset; at < *end;) {
    const std::uint64_t size = std::min(kWindowBytes, *end - at);
    const auto bytes = view(at, size);
    if (!bytes) return std::unexpected(bytes.error());
    if (!is_zero(*bytes)) return at + bytes->find_first_not_of('\0');
    at += size;
  }
  return std::nullopt;
}

// Where the next record must start: right after the last one (same group) or at the next sector.
Result<std::uint64_t> SegmentWalk::find_next() {
  const std::uint64_t near = align_up(end_, kRecordAlignment);
  const std::uint64_t far = align_up(near, segment_.sector_bytes);
  if (near == far && near == end_) return near;
  const std::uint64_t header_end = std::min(far + kRecordHeaderBytes, segment_.segment_bytes);
  const auto bytes = view(end_, std::max(header_end, far) - end_);
  if (!bytes) return std::unexpected(bytes.error());
  const std::string_view gap = bytes->substr(0, near - end_);
  const std::string_view rest = bytes->substr(near - end_, far - near);
  const bool begins = near == far || !is_zero(rest.substr(0, kRecordAlignment));
  std::uint64_t at = begins ? near : far;
  bool padded = is_zero(gap) && (begins || is_zero(rest));
  if (begins && near != far) {
    // Either a record follows in this group, or the padding was damaged and the next group is fine.
    const auto here = view(near, std::min(kRecordHeaderBytes, segment_.segment_bytes - near));
    if (!here) return std::unexpected(here.error());
    const bool good_here = parse_record_header(*here).has_value();
    const auto there = view(far, std::min(kRecordHeaderBytes, segment_.segment_bytes - far));
    if (!there) return std::unexpected(there.error());
    const auto next = parse_record_header(*there);
    if (!good_here && next && next->sequence == expected_) {
      at = far;
      padded = false;
    }
  }
  if (!padded && !padding_) {
    padding_ = Damage{expected_, path_, end_, "the padding before it is not zero"};
  }
  return at;
}

Result<const Record*> SegmentWalk::stop(std::uint64_t at, std::string what) {
  stopped_ = Damage{expected_, path_, at, std::move(what)};
  return nullptr;
}

Result<const Record*> SegmentWalk::take(std::uint64_t at) {
  if (at + kRecordHeaderBytes > segment_.segment_bytes) {
    stopped_.reset();
    return nullptr;
  }
  const auto head = view(at, kRecordHeaderBytes);
  if (!head) return std::unexpected(head.error());
  if (is_zero(*head)) {
    stopped_.reset();
    return nullptr;
  }
  const auto header = parse_record_header(*head);
  if (!header) return stop(at, "its header is damaged (magic, format or CRC)");
  if (header->journal_id != segment_.journal_id) {
    return stop(at, "it belongs to another journal, " + to_hex(header->journal_id));
  }
  if (header->sequence != expected_) {
    return stop(at, "record " + std::to_string(header->sequence) + " stands in its place");
  }
  if (!sought_ && header->previous_bytes != (at == kRecordsOffset ? 0 : at - offset_)) {
    return stop(at, "its distance to the record before it is wrong");
  }
  if (header->durable_sequence >= header->sequence) {
    return stop(at, "it claims to have been durable before it was written");
  }
  if (previous_hash_ && header->previous_hash != *previous_hash_) {
    return stop(at, "it does not continue the hash chain of the record before it");
  }
  if (header->body_bytes > segment_.segment_bytes - at - kRecordHeaderBytes) {
    return stop(at, "its body would reach beyond the segment");
  }
  if (header->body_bytes > kWindowBytes) {  // before memory is taken for it
    const auto end = readable_end();
    if (!end) return std::unexpected(end.error());
    if (at + kRecordHeaderBytes + header->body_bytes > *end) {
      return stop(at, "its body would reach beyond the end of the file");
    }
  }
  const auto whole = view(at, kRecordHeaderBytes + header->body_bytes);
  if (!whole) return std::unexpected(whole.error());
  const std::string_view body = whole->substr(kRecordHeaderBytes);
  if (check_hash_ == CheckHash::yes && crypto::sha256(whole->substr(kHashedFrom)) != header->hash) {
    return stop(at, "its SHA-256 is not the one in its header");
  }
  header_ = *header;
  record_ = Record{.sequence = header->sequence,
                   .time_ns = header->time_ns,
                   .kind = header->kind,
                   .hash = header->hash,
                   .body = body};
  offset_ = at;
  sought_ = false;
  end_ = at + kRecordHeaderBytes + header->body_bytes;
  previous_hash_ = header->hash;
  ++expected_;
  return &record_;
}

Result<const Record*> SegmentWalk::next() {
  const auto at = find_next();
  if (!at) return std::unexpected(at.error());
  return take(*at);
}

}  // namespace cofferdam::journal
