// SPDX-License-Identifier: Apache-2.0
//
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// 2011) on lanes: four 32-bit words of each counter, each in the low half of a 64-bit lane.
#pragma once

#include "cofferdam/models/numerics/elementary.h"

namespace cofferdam::numerics {

inline constexpr std::uint64_t kPhiloxMultiplier0 = 0xD2511F53;
inline constexpr std::uint64_t kPhiloxMultiplier1 = 0xCD9E8D57;
inline constexpr std::uint32_t kPhiloxWeyl0 = 0x9E3779B9;
inline constexpr std::uint32_t kPhiloxWeyl1 = 0xBB67AE85;
inline constexpr int kPhiloxRounds = 10;

template <class L>
struct PhiloxWords {
  typename L::I w0, w1, w2, w3;
};

// The high halves of the words may carry rubbish between rounds; only low halves are multiplied.
template <class L>
COFFERDAM_LANE PhiloxWords<L> philox(PhiloxWords<L> words, std::uint32_t key0, std::uint32_t key1) {
  using I = typename L::I;
  const I multiplier0 = L::set_bits(kPhiloxMultiplier0);
  const I multiplier1 = L::set_bits(kPhiloxMultiplier1);
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const I product0 = L::multiply_low(words.w0, multiplier0);
    const I product1 = L::multiply_low(words.w2, multiplier1);
    words.w0 = (product1 >> 32) ^ words.w1 ^ L::set_bits(key0);
    words.w2 = (product0 >> 32) ^ words.w3 ^ L::set_bits(key1);
    words.w1 = product1;
    words.w3 = product0;
    key0 += kPhiloxWeyl0;
    key1 += kPhiloxWeyl1;
  }
  return words;
}

// Counters `first`, first + 1, ... of a stream, one in each lane.
template <class L>
COFFERDAM_LANE PhiloxWords<L> philox_counters(const typename L::I& lane, std::uint64_t first,
                                              std::uint64_t stream) {
  const typename L::I counter = lane + L::set_bits(first);
  return {counter, counter >> 32, L::set_bits(stream & 0xffffffffU), L::set_bits(stream >> 32)};
}

template <class L>
struct NormalPair {
  typename L::F first, second;
};

// Box and Muller 1958: the radius from the first two words, the angle from the other two.
template <class L>
COFFERDAM_LANE NormalPair<L> normal_pair(const PhiloxWords<L>& words) {
  using F = typename L::F;
  using I = typename L::I;
  const I low = L::set_bits(0xffffffffU);
  const I mantissa = L::set_bits(0x3ff0000000000000U);
  const I radius_bits = (words.w1 << 32) | (words.w0 & low);
  const I angle_bits = (words.w3 << 32) | (words.w2 & low);
  const F uniform = L::set(2.0) - L::from_bits((radius_bits >> 12) | mantissa);  // in (0, 1]
  const F turn = L::from_bits((angle_bits >> 12) | mantissa) - L::set(1.0);      // in [0, 1)
  const F radius = L::sqrt(L::set(-2.0) * log_positive<L>(uniform));
  const SineCosine<L> angle = turn_sine_cosine<L>(turn);
  return {radius * angle.cosine, radius * angle.sine};
}

}  // namespace cofferdam::numerics
