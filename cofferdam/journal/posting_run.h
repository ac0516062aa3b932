// SPDX-License-Identifier: Apache-2.0
//
// Runs of the posting index: entries (kind, key, address) in that order, packed by differences into
// blocks that can each be read alone. docs/internals/indexes.md gives the bytes.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/journal/run_file.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace cofferdam::journal {

inline constexpr unsigned kAddressBits = 56;
inline constexpr std::uint64_t kAddressMax = (std::uint64_t{1} << kAddressBits) - 1;

// One entry: sixteen bytes, because millions of them wait in memory.
struct Posting {
  std::uint64_t key = 0;
  std::uint64_t kind_and_address = 0;

  [[nodiscard]] constexpr std::uint8_t kind() const {
    return static_cast<std::uint8_t>(kind_and_address >> kAddressBits);
  }

  [[nodiscard]] constexpr std::uint64_t address() const { return kind_and_address & kAddressMax; }

  // (kind, key): what a list is asked for by.
  [[nodiscard]] constexpr base::u128 list() const { return base::make_u128(kind(), key); }

  [[nodiscard]] constexpr std::strong_ordering operator<=>(const Posting& other) const {
    if (const auto order = list() <=> other.list(); order != 0) return order;
    return address() <=> other.address();
  }

  [[nodiscard]] constexpr bool operator==(const Posting&) const = default;
};

// Requires address <= kAddressMax.
[[nodiscard]] constexpr Posting make_posting(std::uint8_t kind, std::uint64_t key,
                                             std::uint64_t address) {
  return {.key = key,
          .kind_and_address = (static_cast<std::uint64_t>(kind) << kAddressBits) | address};
}

// As the manifest keeps it: six words.
struct PostingRunPlace {
  std::uint64_t file = 0;
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  std::uint64_t first_address = 0;  // addresses in the file are stored relative to it
  std::uint64_t last_address = 0;
  std::uint64_t tail_checksum = 0;
};

struct PostingRun {
  PostingRunPlace place;
  RunFile file;
  std::vector<Posting> fences;  // the first entry of each block

  [[nodiscard]] base::Result<void> read(std::uint64_t block, Block& bytes) const {
    return file.read_blocks(place.file, block, {&bytes, std::size_t{1}});
  }
};

using PostingRunPtr = std::shared_ptr<const PostingRun>;

// The entries of a block. False when the bytes are not those of a block.
[[nodiscard]] bool unpack(const Block& block, std::uint64_t first_address,
                          std::vector<Posting>& out);

// Stable: entries of one list keep their order. `scratch` is resized as needed.
void sort_postings(std::vector<Posting>& postings, std::vector<Posting>& scratch);

// Writes sorted entries; an entry given twice is stored once.
[[nodiscard]] base::Result<PostingRunPtr> write_postings(const IndexFolder& folder,
                                                         std::uint64_t number,
                                                         std::span<const Posting> sorted);

// Merges runs whose addresses follow each other. `between` is called every so often; an error of it
// stops the merge.
[[nodiscard]] base::Result<PostingRunPtr> merge_postings(
    const IndexFolder& folder, std::uint64_t number, std::span<const PostingRunPtr> runs,
    const std::function<base::Result<void>()>& between);

[[nodiscard]] base::Result<PostingRunPtr> load_postings(const IndexFolder& folder,
                                                        const PostingRunPlace& place);

// Reads the whole run: every block, entries in order, as many as the manifest says.
[[nodiscard]] base::Result<void> verify_postings(const PostingRun& run);

}  // namespace cofferdam::journal
