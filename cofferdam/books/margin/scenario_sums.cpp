// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/scenario_sums.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

// Eight scenarios side by side; the compiler splits it where the machine's registers are narrower.
typedef std::int64_t Block __attribute__((vector_size(64), aligned(8)));

// The machine's widest form is chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define COFFERDAM_WIDEST \
  __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define COFFERDAM_WIDEST
#endif

// Sums stay in registers while the positions pass; a group of blocks at a time.
template <std::size_t kBlocks>
__attribute__((always_inline)) inline std::int64_t least_of(const std::int64_t* grids,
                                                            std::size_t stride,
                                                            const GridPosition* positions,
                                                            std::size_t count) {
  Block sums[kBlocks] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t* entries = grids + positions[i].row * stride;
    const std::int64_t quantity = positions[i].quantity;
    for (std::size_t b = 0; b < kBlocks; ++b)
      sums[b] += *reinterpret_cast<const Block*>(entries + b * kScenarioBlock) * quantity;
  }
  Block least = {};
  for (std::size_t b = 0; b < kBlocks; ++b) least = sums[b] < least ? sums[b] : least;
  std::int64_t result = 0;
  for (std::size_t s = 0; s < kScenarioBlock; ++s) result = std::min(result, least[s]);
  return result;
}

}  // namespace

COFFERDAM_WIDEST
std::int64_t least_scenario_sum(const std::int64_t* grids, std::size_t stride,
                                const GridPosition* positions, std::size_t count) {
  std::int64_t least = 0;
  std::size_t done = 0;
  for (; done + 6 * kScenarioBlock <= stride; done += 6 * kScenarioBlock)
    least = std::min(least, least_of<6>(grids + done, stride, positions, count));
  for (; done + 2 * kScenarioBlock <= stride; done += 2 * kScenarioBlock)
    least = std::min(least, least_of<2>(grids + done, stride, positions, count));
  for (; done < stride; done += kScenarioBlock)
    least = std::min(least, least_of<1>(grids + done, stride, positions, count));
  return least;
}

}  // namespace cofferdam::margin
