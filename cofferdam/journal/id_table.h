// SPDX-License-Identifier: Apache-2.0
//
// The newest ids, in memory until they are flushed to a run: a dense list of records in the order
// of arrival, and an open-addressing table of 32-bit slots into it (20 bits of place, 12 bits of
// key, so that an absent key costs one cache line).
#pragma once

#include "cofferdam/journal/id_key.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cofferdam::journal {

class IdTable {
 public:
  static constexpr std::size_t kCapacityMax = (std::size_t{1} << 20) - 1;

  explicit IdTable(std::size_t capacity);

  void prefetch(const IdKey& key) const {
    __builtin_prefetch(slots_.data() + (place(key) & mask_));
  }

  [[nodiscard]] std::optional<std::uint64_t> find(const IdKey& key) const;
  void insert(const IdRecord& record);  // requires room
  void clear();

  [[nodiscard]] std::size_t size() const { return records_.size(); }

  [[nodiscard]] std::size_t room() const { return capacity_ - records_.size(); }

  [[nodiscard]] std::span<const IdRecord> records() const { return records_; }

  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kPlaceMask = kCapacityMax;  // slot 0 is empty: place counts from 1

  [[nodiscard]] static std::size_t place(const IdKey& key) {
    return static_cast<std::size_t>(key.low >> 8);
  }

  [[nodiscard]] static std::uint32_t tag(const IdKey& key) {
    return static_cast<std::uint32_t>(key.high & 0xFFF) << 20;
  }

  std::size_t capacity_;
  std::size_t mask_;
  std::vector<IdRecord> records_;
  std::vector<std::uint32_t> slots_;
};

// The records in the order of their keys.
[[nodiscard]] std::vector<IdRecord> sorted(std::span<const IdRecord> records);

}  // namespace cofferdam::journal
