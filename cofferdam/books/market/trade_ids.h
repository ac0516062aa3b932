// SPDX-License-Identifier: Apache-2.0
//
// The ids of the trades of one batch, kept between batches.
#pragma once

#include "cofferdam/books/market/record_trades.h"

#include <algorithm>

namespace cofferdam::market {

// The ids booked so far in this batch: positions of trades, found by id.
class TradeIds {
 public:
  void reset() {
    if (++generation_ == 0) {
      std::fill(entries_.begin(), entries_.end(), Entry{});
      generation_ = 1;
    }
  }

  [[nodiscard]] const Trade* find(std::span<const Trade> trades, u128 id) const {
    for (std::size_t i = home(id); entries_[i].generation == generation_; i = (i + 1) % kSize)
      if (trades[entries_[i].position].id == id) return &trades[entries_[i].position];
    return nullptr;
  }

  // The id is not there yet.
  void put(u128 id, std::size_t position) {
    std::size_t i = home(id);
    while (entries_[i].generation == generation_) i = (i + 1) % kSize;
    entries_[i] = Entry{generation_, static_cast<std::uint32_t>(position)};
  }

 private:
  struct Entry {
    std::uint32_t generation = 0;
    std::uint32_t position = 0;
  };

  static constexpr std::size_t kSize = std::size_t{1} << 15;
  static_assert(kSize > 2 * ledger::kBatchEventsMax);

  [[nodiscard]] static std::size_t home(u128 id) { return base::hash_key(id) % kSize; }

  std::vector<Entry> entries_ = std::vector<Entry>(kSize);
  std::uint32_t generation_ = 0;
};

}  // namespace cofferdam::market
