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

}  // namespace

const ScenarioKernels& scenario_kernels_portable() {
  static constexpr ScenarioKernels kKernels{add_scenarios<PlainLanes>, add_scenarios<PlainLanes>};
  return kKernels;
}

}  // namespace cofferdam::margin
