// SPDX-License-Identifier: Apache-2.0
//
// A filter that answers "surely not here" for most absent keys from one cache line: a split-block
// Bloom filter. A line is eight words; each key sets one bit in each word of one line. Lines stand
// in the order of keys, so a filter built from sorted keys is written from front to back.
#pragma once

#include "cofferdam/journal/id_key.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace cofferdam::journal {

using FilterLine = std::array<std::uint64_t, 8>;

// What a key asks of its line.
using FilterMask = std::array<std::uint64_t, 8>;

[[nodiscard]] inline FilterMask filter_mask(const IdKey& key) {
  FilterMask mask{};
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = std::uint64_t{1} << ((key.low >> (6 * i)) & 63);
  return mask;
}

[[nodiscard]] constexpr std::uint64_t filter_line(const IdKey& key, std::uint64_t lines) {
  const std::uint64_t within_shard = key.high << kShardBits;
  return base::high64(static_cast<base::u128>(within_shard) * lines);
}

[[nodiscard]] inline bool may_hold(const FilterLine& line, const FilterMask& mask) {
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < line.size(); ++i) missing |= mask[i] & ~line[i];
  return missing == 0;
}

inline void set_bits(FilterLine& line, const FilterMask& mask) {
  for (std::size_t i = 0; i < line.size(); ++i) line[i] |= mask[i];
}

// Zeroed memory of its own pages, in large pages where the machine offers them: a filter is read at
// random, and with small pages every read would also miss the page table.
class LineMemory {
 public:
  LineMemory() = default;
  explicit LineMemory(std::size_t lines);
  LineMemory(LineMemory&& other) noexcept;
  LineMemory& operator=(LineMemory&& other) noexcept;
  LineMemory(const LineMemory&) = delete;
  LineMemory& operator=(const LineMemory&) = delete;
  ~LineMemory();

  [[nodiscard]] std::span<FilterLine> lines() { return lines_; }

  [[nodiscard]] std::span<const FilterLine> lines() const { return lines_; }

  [[nodiscard]] std::span<std::uint64_t> words();

 private:
  void* mapping_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::span<FilterLine> lines_;
};

}  // namespace cofferdam::journal
