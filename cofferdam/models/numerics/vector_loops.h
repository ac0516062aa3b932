// SPDX-License-Identifier: Apache-2.0
//
// The loops behind vector_kernels.h, compiled once for each instruction set.
#pragma once

#include "cofferdam/models/numerics/philox_lanes.h"
#include "cofferdam/models/numerics/random_layout.h"
#include "cofferdam/models/numerics/vector_kernels.h"

namespace cofferdam::numerics {

struct ExpOperation {
  template <class L>
  COFFERDAM_LANE typename L::F apply(const typename L::F& x) {
    return exp_full<L>(x);
  }
};

struct LogOperation {
  template <class L>
  COFFERDAM_LANE typename L::F apply(const typename L::F& x) {
    return log_full<L>(x);
  }
};

struct NormalOperation {
  template <class L>
  COFFERDAM_LANE typename L::F apply(const typename L::F& x) {
    return normal_cdf<L>(x);
  }
};

template <class L, class Operation>
void map_all(const double* x, double* out, std::size_t count) {
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth)
    L::store(out + at, Operation::template apply<L>(L::load(x + at)));
  if (at == count) return;
  double rest[L::kWidth] = {};
  for (std::size_t i = 0; at + i < count; ++i) rest[i] = x[at + i];
  L::store(rest, Operation::template apply<L>(L::load(rest)));
  for (std::size_t i = 0; at + i < count; ++i) out[at + i] = rest[i];
}

inline constexpr std::uint64_t kLaneNumbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                   8, 9, 10, 11, 12, 13, 14, 15};

// Where the pair of the k-th counter of a block lies is fixed by random_layout.h, not by the width.
template <class L>
void normals_all(std::uint64_t key, std::uint64_t stream, std::uint64_t block, double* out,
                 std::size_t blocks) {
  static_assert(kCountersPerBlock % L::kWidth == 0);
  const auto lane = L::load_bits(kLaneNumbers);
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t k = 0; k < kCountersPerBlock; k += L::kWidth) {
      const PhiloxWords<L> words =
          philox<L>(philox_counters<L>(lane, (block + b) * kCountersPerBlock + k, stream),
                    static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
      const NormalPair<L> pair = normal_pair<L>(words);
      double* to = out + b * kNormalsPerBlock + k;
      L::store(to, pair.first);
      L::store(to + kCountersPerBlock, pair.second);
    }
  }
}

template <class L>
void words_all(std::uint64_t key, std::uint64_t stream, std::uint64_t block, std::uint64_t* out,
               std::size_t blocks) {
  const auto lane = L::load_bits(kLaneNumbers);
  const auto low = L::set_bits(0xffffffffU);
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t k = 0; k < kCountersPerBlock; k += L::kWidth) {
      const PhiloxWords<L> words =
          philox<L>(philox_counters<L>(lane, (block + b) * kCountersPerBlock + k, stream),
                    static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
      std::uint64_t* to = out + b * 4 * kCountersPerBlock + k;
      L::store_bits(to, words.w0 & low);
      L::store_bits(to + kCountersPerBlock, words.w1 & low);
      L::store_bits(to + 2 * kCountersPerBlock, words.w2 & low);
      L::store_bits(to + 3 * kCountersPerBlock, words.w3 & low);
    }
  }
}

template <class Single, class L>
inline constexpr VectorKernels kVectorKernelsOf{
    .exp = &map_all<Single, ExpOperation>,
    .log = &map_all<Single, LogOperation>,
    .normal = &map_all<Single, NormalOperation>,
    .normals = &normals_all<L>,
    .words = &words_all<L>,
};

}  // namespace cofferdam::numerics
