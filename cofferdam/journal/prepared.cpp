// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/prepared.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/segment.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace cofferdam::journal {

char* AlignedBuffer::extend(std::size_t size) {
  if (size_ + size > capacity_) {
    const std::size_t wanted = align_up(std::max(size_ + size, capacity_ * 2), kDiskBlock);
    std::unique_ptr<char[], Delete> grown(
        static_cast<char*>(::operator new[](wanted, std::align_val_t{kDiskBlock})));
    if (size_ > 0) std::memcpy(grown.get(), memory_.get(), size_);
    memory_ = std::move(grown);
    capacity_ = wanted;
  }
  char* place = memory_.get() + size_;
  size_ += size;
  return place;
}

void AlignedBuffer::pad_to(std::uint64_t multiple) {
  const std::size_t missing = align_up(size_, multiple) - size_;
  if (missing > 0) std::memset(extend(missing), 0, missing);
}

Result<void> Preparer::advance(std::uint64_t bytes) {
  const std::scoped_lock one_at_a_time(making_);
  if (is_ready()) return {};
  if (begun_ == nullptr) {
    if (auto done = begin(); !done) return done;
  }
  if (auto done = fill(std::min(bytes, segment_bytes_)); !done) {
    drop();  // the first failure is the one to report
    return done;
  }
  if (filled_ < segment_bytes_) return {};
  const std::scoped_lock lock(guard_);
  ready_ = std::move(begun_);
  return {};
}

Result<void> Preparer::begin() {
  auto prepared = std::make_unique<Prepared>();
  prepared->path = folder_ + "/" + std::to_string(++count_) + std::string(kPreparedEnding);
  prepared->bytes = segment_bytes_;
  auto file = disk_.open(prepared->path, OpenMode::create);
  if (!file) return std::unexpected(file.error());
  prepared->file = std::move(*file);
  begun_ = std::move(prepared);
  filled_ = 0;
  auto done = begun_->file->allocate(segment_bytes_);
  if (!done) drop();
  return done;
}

// The zeros are really written, so that a record written later changes no metadata of the file. A
// record that is written meanwhile waits for a slice; who waits for the whole wants few.
Result<void> Preparer::fill(std::uint64_t bytes) {
  constexpr std::size_t kSlice = std::size_t{64} << 10U;
  constexpr std::size_t kSliceOfWhole = std::size_t{256} << 10U;
  AlignedBuffer zeros;
  const std::size_t slice =
      std::min<std::size_t>(bytes < segment_bytes_ ? kSlice : kSliceOfWhole, segment_bytes_);
  std::memset(zeros.extend(slice), 0, slice);
  while (filled_ < bytes) {
    const std::size_t size = std::min<std::size_t>(slice, segment_bytes_ - filled_);
    auto done = begun_->file->write_durable(filled_, zeros.bytes().substr(0, size));
    if (!done) return done;
    filled_ += size;
  }
  return filled_ < segment_bytes_ ? Result<void>() : begun_->file->sync();
}

void Preparer::drop() {
  begun_->file.reset();
  (void)disk_.remove(begun_->path);
  begun_.reset();
}

bool Preparer::is_ready() const {
  const std::scoped_lock lock(guard_);
  return ready_ != nullptr;
}

std::unique_ptr<Prepared> Preparer::take() {
  const std::scoped_lock lock(guard_);
  return std::move(ready_);
}

void Preparer::discard() {
  const std::scoped_lock one_at_a_time(making_);
  if (begun_ != nullptr) drop();
  const auto unused = take();
  if (!unused) return;
  unused->file.reset();
  (void)disk_.remove(unused->path);  // harmless if it stays
}

Result<Segment> activate(Disk& disk, const std::string& folder, Prepared& prepared,
                         const SegmentHeader& header) {
  Segment segment{.path = folder + "/" + segment_name(header.index), .header = header};
  HeadSlot slot = segment.head();
  AlignedBuffer head;
  const auto add = [&](const std::string& block) {
    std::memcpy(head.extend(block.size()), block.data(), block.size());
  };
  add(segment_header_block(header));
  for (std::size_t i = 0; i < 2; ++i) {
    slot.counter = i;
    segment.slots[i] = slot;
    add(head_slot_block(slot));
  }
  add(segment_header_block(header));
  if (auto done = prepared.file->write_durable(0, head.bytes()); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = disk.rename(prepared.path, segment.path); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = disk.sync_folder(folder); !done) return std::unexpected(done.error());
  return segment;
}

}  // namespace cofferdam::journal
