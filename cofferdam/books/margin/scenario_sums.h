// SPDX-License-Identifier: Apache-2.0
//
// The one hot loop of margin: positions times grids, added up by scenario. Integers only, so that
// neither the width of the machine's vectors nor the order of the sums changes a bit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cofferdam::margin {

// A position in the contract of a row of the grids.
struct GridPosition {
  std::uint32_t row = 0;
  std::uint32_t contract = 0;
  std::int64_t quantity = 0;
};

// Rows of the grids are padded with zeros to whole blocks of this many scenarios.
inline constexpr std::size_t kScenarioBlock = 8;

[[nodiscard]] constexpr std::size_t padded(std::size_t scenarios) {
  return (scenarios + kScenarioBlock - 1) / kScenarioBlock * kScenarioBlock;
}

// The least sum over the scenarios of quantity x entry, and zero if none is below it. The caller
// vouches that no partial sum leaves 63 bits. `stride` is padded().
[[nodiscard]] std::int64_t least_scenario_sum(const std::int64_t* grids, std::size_t stride,
                                              const GridPosition* positions, std::size_t count);

}  // namespace cofferdam::margin
