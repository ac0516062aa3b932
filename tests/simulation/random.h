// SPDX-License-Identifier: Apache-2.0
//
// splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
#pragma once

#include "cofferdam/base/int128.h"

#include <cstdint>
#include <vector>

namespace cofferdam::simulation {

class Random {
 public:
  // Seeds that follow each other give unrelated numbers.
  explicit Random(std::uint64_t seed) : state_(seed) { state_ = next() ^ (seed << 32U); }

  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return next() % n; }

  // True `percent` times in a hundred.
  [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }

  [[nodiscard]] base::u128 wide() {
    const std::uint64_t high = next();
    return base::make_u128(high, next());
  }

  template <class T>
  [[nodiscard]] const T& one_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace cofferdam::simulation
