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

  static constexpr std::size_t kDigits = 2 * kScenarioBlock;

  struct Digits {
    std::int32_t lane[kScenarioBlock];
  };

  static Digits zero_digits() { return {}; }

  static std::int32_t all_digits(std::int32_t quantities) { return quantities; }

  static void add_digits(Digits& low, Digits& high, const std::int16_t* these,
                         const std::int16_t* those, std::int32_t quantities) {
    const std::int32_t one = static_cast<std::int16_t>(quantities);
    const std::int32_t other = quantities >> 16;
    for (std::size_t g = 0; g < kScenarioBlock; g += kDigitGroup)
      for (std::size_t i = 0; i < kDigitGroup; ++i) {
        const std::size_t at = 2 * g + i;
        low.lane[g + i] += these[at] * one + those[at] * other;
        high.lane[g + i] += these[at + kDigitGroup] * one + those[at + kDigitGroup] * other;
      }
  }

  static Vector least_together(Vector sum, const Digits& low, const Digits& high, unsigned bits) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::int64_t whole =
          high.lane[i] * (std::int64_t{1} << bits) + std::int64_t{low.lane[i]};
      sum.lane[i] = std::min(sum.lane[i], whole);
    }
    return sum;
  }

  static Vector least(Vector a, const Vector& b) {
    for (std::size_t i = 0; i < kLanes; ++i) a.lane[i] = std::min(a.lane[i], b.lane[i]);
    return a;
  }

  static std::int64_t least_lane(const Vector& a) { return *std::ranges::min_element(a.lane); }
};

}  // namespace

const ScenarioKernels& scenario_kernels_portable() {
  static constexpr ScenarioKernels kKernels{add_scenario_digits<PlainLanes>,
                                            add_scenarios<PlainLanes>, add_scenarios<PlainLanes>};
  return kKernels;
}

}  // namespace cofferdam::margin
