// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/reader.h"

#include "cofferdam/base/check.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/recovery.h"
#include "cofferdam/journal/segment.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr std::uint64_t kMarkEvery = std::uint64_t{64} << 10U;

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open(Disk& disk, const std::vector<std::string>& folders,
                                             CheckHash check_hash) {
  auto settled = settle(disk, folders);
  if (!settled) return std::unexpected(settled.error());
  const TailJudgement& tail = settled->tail;
  if (tail.tail != Tail::clean && tail.tail != Tail::torn) {
    return std::unexpected(tail.place.error());
  }
  return std::make_unique<Reader>(disk, std::move(settled->list.segments), tail.last_sequence,
                                  check_hash);
}

Reader::Reader(Disk& disk, std::vector<Segment> segments, Sequence until, CheckHash check_hash)
    : disk_(disk),
      segments_(std::move(segments)),
      marks_(segments_.size()),
      until_(until),
      check_hash_(check_hash) {
  COFFERDAM_CHECK(!segments_.empty(), "a reader needs a segment");
  position_ = first_sequence();
}

Sequence Reader::first_sequence() const {
  return segments_.front().header.first_sequence;
}

crypto::Hash Reader::first_previous_hash() const {
  return segments_.front().header.previous_hash;
}

void Reader::extend(std::vector<Segment> segments, Sequence until) {
  // Segments only ever leave at the front and arrive at the back.
  const std::uint64_t was = segments_.front().header.index;
  const std::uint64_t is = segments.front().header.index;
  if (is != was) {
    marks_.clear();
    walk_.reset();
  }
  segments_ = std::move(segments);
  marks_.resize(segments_.size());
  // The window over the file was read when less was written.
  if (walk_ != nullptr && until > until_) walk_->forget_read_ahead();
  until_ = until;
}

Result<void> Reader::enter(std::size_t segment, CheckHash check_hash) {
  auto file = disk_.open(segments_[segment].path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  current_ = segment;
  walk_ = std::make_unique<SegmentWalk>(std::move(*file), segments_[segment], check_hash);
  return {};
}

void Reader::mark() {
  std::vector<Mark>& marks = marks_[current_];
  const std::uint64_t offset = walk_->offset();
  if (!marks.empty() && offset < marks.back().offset + kMarkEvery) return;
  marks.push_back({.offset = static_cast<std::uint32_t>(offset),
                   .sequence = static_cast<std::uint32_t>(
                       walk_->header().sequence - segments_[current_].header.first_sequence)});
}

Result<void> Reader::seek(Sequence sequence) {
  if (sequence < first_sequence() || sequence > until_ + 1) {
    return failure(ErrorKind::malformed, "sequence", std::to_string(sequence),
                   "must be between " + std::to_string(first_sequence()) + " and " +
                       std::to_string(until_ + 1),
                   sequence < first_sequence() ? "name the archive folder as well" : "");
  }
  const auto after = std::ranges::upper_bound(
      segments_, sequence, {}, [](const Segment& s) { return s.header.first_sequence; });
  const auto segment = static_cast<std::size_t>(after - segments_.begin()) - 1;
  const Sequence first = segments_[segment].header.first_sequence;
  // On the way there headers are enough; from there on the caller's choice holds.
  if (auto done = enter(segment, CheckHash::no); !done) return done;
  const auto mark_after = std::ranges::upper_bound(
      marks_[segment], sequence - first, {}, [](const Mark& m) { return Sequence{m.sequence}; });
  if (mark_after != marks_[segment].begin()) {
    const Mark& from = *(mark_after - 1);
    walk_->seek(from.offset, first + from.sequence, std::nullopt);
  }
  position_ = walk_->expected();
  while (position_ < sequence) {
    const auto record = next();
    if (!record) return std::unexpected(record.error());
  }
  walk_->set_check_hash(check_hash_);
  return {};
}

// Into the next segment, whose header must continue the chain of the last record read.
Result<void> Reader::cross() {
  const Segment& next = segments_[current_ + 1];
  if (walk_->header().sequence + 1 == position_ &&
      walk_->header().hash != next.header.previous_hash) {
    return std::unexpected(
        Damage{position_, next.path, 0,
               "the segment does not continue the hash chain of the one before it"}
            .error());
  }
  return enter(current_ + 1, check_hash_);
}

Result<const Record*> Reader::next() {
  if (position_ > until_) return nullptr;
  while (true) {
    if (!walk_) {
      if (auto done = seek(position_); !done) return std::unexpected(done.error());
    }
    const bool is_last = current_ + 1 == segments_.size();
    if (!is_last && position_ >= segments_[current_ + 1].header.first_sequence) {
      if (auto done = cross(); !done) return std::unexpected(done.error());
    }
    const auto record = walk_->next();
    if (!record) return record;
    if (*record == nullptr) {
      const Damage zeros{position_, segments_[current_].path, walk_->end(),
                         "zeros stand in its place"};
      return std::unexpected(walk_->stopped().value_or(zeros).error());
    }
    mark();
    ++position_;
    return record;
  }
}

}  // namespace cofferdam::journal
