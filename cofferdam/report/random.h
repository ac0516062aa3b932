// SPDX-License-Identifier: Apache-2.0
//
// Random numbers for generated input: the same on every machine, integers only. The state is filled
// by splitmix64 (Steele, Lea, Flood 2014), the numbers come from xoshiro256** (Blackman, Vigna
// 2018).
#pragma once

#include "cofferdam/base/int128.h"

#include <array>
#include <bit>
#include <cstdint>

namespace cofferdam::report {

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      word = z ^ (z >> 31);
    }
  }

  [[nodiscard]] std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // 0 to bound - 1; the bias of the multiplication is below bound / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    return base::high64(static_cast<base::u128>(next()) * bound);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace cofferdam::report
