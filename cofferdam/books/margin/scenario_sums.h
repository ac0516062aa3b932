// SPDX-License-Identifier: Apache-2.0
//
// The one hot loop of margin: positions times grids, added up by scenario. Integers only, so that
// neither the width of the machine's vectors nor the order of the sums changes a bit.
//
// Beside the scenarios every contract has a few numbers that differ for longs and shorts (what a
// unit is worth, its add-ons). They are added up in the same pass over the positions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cofferdam::margin {

struct GridPosition {
  std::uint32_t contract = 0;  // row of the entries
  std::uint32_t side = 0;      // row of the side numbers
  std::int64_t quantity = 0;
};

// Rows of the entries are padded with zeros to whole blocks of this many scenarios.
inline constexpr std::size_t kScenarioBlock = 8;
inline constexpr std::size_t kSideNumbers = 4;

[[nodiscard]] constexpr std::size_t padded(std::size_t scenarios) {
  return (scenarios + kScenarioBlock - 1) / kScenarioBlock * kScenarioBlock;
}

// Longs and shorts of a contract have rows of their own.
[[nodiscard]] constexpr std::uint32_t side_of(std::uint32_t contract, std::int64_t quantity) {
  return 2 * contract + (quantity < 0 ? 1 : 0);
}

struct GridTable {
  const std::int64_t* entries = nullptr;
  const std::int64_t* sides = nullptr;
  std::size_t stride = 0;  // padded()
};

struct ScenarioSums {
  std::int64_t least = 0;  // over the scenarios, and zero if none is below it
  std::array<std::int64_t, kSideNumbers> sides{};

  friend bool operator==(const ScenarioSums&, const ScenarioSums&) = default;
};

// The caller vouches that no partial sum leaves 63 bits.
using AddScenarios = void (*)(const GridTable& table, const GridPosition* positions,
                              std::size_t count, ScenarioSums& sums);

struct ScenarioKernels {
  AddScenarios narrow = nullptr;  // every quantity and every number fits 31 bits and a sign
  AddScenarios wide = nullptr;
};

enum class VectorWidth : std::uint8_t { portable, avx2, avx512 };

inline constexpr std::array<VectorWidth, 3> kVectorWidths{VectorWidth::portable, VectorWidth::avx2,
                                                          VectorWidth::avx512};

// Compiled into this program, and understood by this processor.
[[nodiscard]] bool is_available(VectorWidth width);

// Requires that it is available (checked).
[[nodiscard]] const ScenarioKernels& scenario_kernels(VectorWidth width);

// The widest that is available.
[[nodiscard]] const ScenarioKernels& best_scenario_kernels();

}  // namespace cofferdam::margin
