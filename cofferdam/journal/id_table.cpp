// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/id_table.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <bit>

namespace cofferdam::journal {

IdTable::IdTable(std::size_t capacity)
    : capacity_(capacity), mask_(std::bit_ceil(capacity * 2) - 1), slots_(mask_ + 1, 0) {
  COFFERDAM_CHECK(capacity > 0 && capacity <= kCapacityMax, "a slot has 20 bits for the place");
  records_.reserve(capacity);
}

std::optional<std::uint64_t> IdTable::find(const IdKey& key) const {
  const std::uint32_t wanted = tag(key);
  for (std::size_t i = place(key) & mask_;; i = (i + 1) & mask_) {
    const std::uint32_t slot = slots_[i];
    if (slot == 0) return std::nullopt;
    if ((slot & ~kPlaceMask) != wanted) continue;
    const IdRecord& record = records_[(slot & kPlaceMask) - 1];
    if (record.key == key) return record.value;
  }
}

void IdTable::insert(const IdRecord& record) {
  COFFERDAM_CHECK(records_.size() < capacity_, "the caller makes room first");
  records_.push_back(record);
  std::size_t i = place(record.key) & mask_;
  while (slots_[i] != 0) i = (i + 1) & mask_;
  slots_[i] = tag(record.key) | static_cast<std::uint32_t>(records_.size());
}

void IdTable::clear() {
  records_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
}

std::size_t IdTable::bytes() const {
  return capacity_ * sizeof(IdRecord) + slots_.size() * sizeof(std::uint32_t);
}

std::vector<IdRecord> sorted(std::span<const IdRecord> records) {
  // Keys are uniform: some sixteen records fall into a bucket of their top bits, and a bucket is
  // sorted while it is in the cache.
  const auto width = static_cast<unsigned>(std::bit_width(records.size()));
  const unsigned bits = width > 5 ? width - 4 : 1;
  const auto bucket = [bits](const IdRecord& r) {
    return static_cast<std::size_t>(r.key.high >> (64 - bits));
  };
  std::vector<std::uint32_t> ends(std::size_t{1} << bits, 0);
  for (const IdRecord& record : records) ++ends[bucket(record)];
  std::uint32_t start = 0;
  for (std::uint32_t& end : ends) {
    const std::uint32_t size = end;
    end = start;
    start += size;
  }
  std::vector<IdRecord> ordered(records.size());
  for (const IdRecord& record : records) ordered[ends[bucket(record)]++] = record;
  const auto earlier = [](const IdRecord& a, const IdRecord& b) { return a.key < b.key; };
  std::uint32_t from = 0;
  for (const std::uint32_t end : ends) {
    std::sort(ordered.begin() + from, ordered.begin() + end, earlier);
    from = end;
  }
  return ordered;
}

}  // namespace cofferdam::journal
