// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/scenario_kernel.h"
#include "cofferdam/books/margin/scenario_kernels.h"

#include <algorithm>

namespace cofferdam::margin {
namespace {

struct PlainLanes {
  static constexpr std::size_t kLanes = kScenarioBlock;

  struct Vector {
    std::int64_t lane[kLanes];
  };

  using Side = std::array<std::int64_t, kSideNumbers>;

  static Vector zero() { return {}; }

  static Side zero_side() { return {}; }

  static std::int64_t all(std::int64_t quantity) { return quantity; }

  static Vector add_product(Vector sum, const std::int64_t* entries, std::int64_t quantity) {
    for (std::size_t i = 0; i < kLanes; ++i) sum.lane[i] += entries[i] * quantity;
    return sum;
  }

  static Side add_side(Side sum, const std::int64_t* numbers, std::int64_t quantity) {
    for (std::size_t i = 0; i < kSideNumbers; ++i) sum[i] += numbers[i] * quantity;
    return sum;
  }

  static void store_side(std::int64_t* out, const Side& sum) { std::ranges::copy(sum, out); }

  static Vector least(Vector a, const Vector& b) {
    for (std::size_t i = 0; i < kLanes; ++i) a.lane[i] = std::min(a.lane[i], b.lane[i]);
    return a;
  }

  static std::int64_t least_lane(const Vector& a) { return *std::ranges::min_element(a.lane); }
};

// A compiler makes vectors of this as it stands, which it does not of the template.
void add_digits(const GridTable& table, const PositionPair* pairs, std::size_t count,
                ScenarioSums& sums) {
  const std::size_t blocks = digit_blocks(table.stride);
  const std::int64_t base = std::int64_t{1} << table.digit_bits;
  std::int64_t least = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    std::array<std::int32_t, 2 * kDigitBlock> lanes{};
    for (std::size_t p = 0; p < count; ++p) {
      const std::int16_t one = pairs[p].quantity[0];
      const std::int16_t other = pairs[p].quantity[1];
      const auto& these = table.digits[pairs[p].side[0] / 2 * blocks + block].digits;
      const auto& those = table.digits[pairs[p].side[1] / 2 * blocks + block].digits;
      for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] += these[i] * one + those[i] * other;
    }
    for (std::size_t i = 0; i < lanes.size(); i += 2 * kDigitGroup)
      for (std::size_t low = i; low < i + kDigitGroup; ++low)
        least = std::min(least, lanes[low + kDigitGroup] * base + lanes[low]);
  }
  sums.least = least;
  if (table.sides == nullptr) return;
  auto side = PlainLanes::zero_side();
  for (std::size_t p = 0; p < count; ++p)
    for (std::size_t i = 0; i < 2; ++i)
      side = PlainLanes::add_side(side, table.sides + pairs[p].side[i] * kSideNumbers,
                                  pairs[p].quantity[i]);
  sums.sides = side;
}

}  // namespace

const ScenarioKernels& scenario_kernels_portable() {
  static constexpr ScenarioKernels kKernels{add_digits, add_scenarios<PlainLanes>,
                                            add_scenarios<PlainLanes>};
  return kKernels;
}

}  // namespace cofferdam::margin
