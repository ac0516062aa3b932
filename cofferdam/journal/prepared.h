// SPDX-License-Identifier: Apache-2.0
//
// A segment made ahead of need, and the memory that groups are gathered in.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/segment.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace cofferdam::journal {

// Bytes whose address is a multiple of kDiskBlock, as direct writes require.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;

  AlignedBuffer(AlignedBuffer&& other) noexcept { *this = std::move(other); }

  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  ~AlignedBuffer() = default;
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;
  // `size` more bytes at the end, not initialised.
  [[nodiscard]] char* extend(std::size_t size);

  void clear() { size_ = 0; }

  void pad_to(std::uint64_t multiple);  // with zeros

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  [[nodiscard]] std::string_view bytes() const { return {memory_.get(), size_}; }

 private:
  struct Delete {
    void operator()(char* memory) const {
      ::operator delete[](memory, std::align_val_t{kDiskBlock});
    }
  };

  std::unique_ptr<char[], Delete> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

struct Prepared {
  std::string path;
  std::unique_ptr<File> file;
  std::uint64_t bytes = 0;
};

// Makes the next segment, whole or little by little, and keeps at most one. Any thread.
class Preparer {
 public:
  Preparer(Disk& disk, std::string folder, std::uint64_t segment_bytes)
      : disk_(disk), folder_(std::move(folder)), segment_bytes_(segment_bytes) {}

  // Returns when one is there. On any failure nothing is left on the disk.
  [[nodiscard]] Result<void> ensure() { return advance(segment_bytes_); }

  // Returns when so many bytes of one are there; all of them: it is ready. The disk that writes
  // megabytes at once keeps the records that are written meanwhile waiting.
  [[nodiscard]] Result<void> advance(std::uint64_t bytes);
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] std::unique_ptr<Prepared> take();  // null: none
  void discard();

 private:
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> fill(std::uint64_t bytes);
  // Of what is not whole: leaves nothing on the disk.
  void drop();

  Disk& disk_;
  std::string folder_;
  std::uint64_t segment_bytes_;
  std::mutex making_;                // held while one is being made; of the next three
  std::unique_ptr<Prepared> begun_;  // null: none is begun
  std::uint64_t filled_ = 0;         // bytes of it
  std::uint64_t count_ = 0;
  mutable std::mutex guard_;  // of ready_
  std::unique_ptr<Prepared> ready_;
};

// Gives a prepared segment its header and its name. After this it is part of the journal.
[[nodiscard]] Result<Segment> activate(Disk& disk, const std::string& folder, Prepared& prepared,
                                       const SegmentHeader& header);

}  // namespace cofferdam::journal
