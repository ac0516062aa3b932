// SPDX-License-Identifier: Apache-2.0
//
// The one hot loop of margin: positions times grids, added up by scenario. Integers only, so that
// neither the width of the machine's vectors nor the order of the sums changes a bit.
//
// Beside the scenarios every contract has a few numbers that differ for longs and shorts (what a
// unit is worth, its add-ons). They are added up in the same pass over the positions.
//
// Most entries and quantities are small. Then an entry is kept a second time as two signed digits
// of 16 bits, entry = high * 2^digit_bits + low, and machines multiply two positions' digits at
// once: a quarter of the multiplications, and a table half as large, which all but fits the first
// cache. The sums of either digit stay in 32 bits (digits_fit() says when) and are put together
// once, at the end, so that the result is the same integer.
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

// Longs and shorts of a contract have rows of their own, two for each contract.
[[nodiscard]] constexpr std::uint32_t side_of(std::uint32_t contract, std::int64_t quantity) {
  return 2 * contract + (quantity < 0 ? 1 : 0);
}

// Of a row of digits: blocks of 16 scenarios, in it groups of four scenarios, in a group the low
// digits before the high ones.
inline constexpr std::size_t kDigitBlock = 16;
inline constexpr std::size_t kDigitGroup = 4;
inline constexpr unsigned kDigitBitsMax = 15;

struct alignas(64) DigitBlock {
  std::array<std::int16_t, 2 * kDigitBlock> digits{};
};

[[nodiscard]] constexpr std::size_t digit_blocks(std::size_t scenarios) {
  return (scenarios + kDigitBlock - 1) / kDigitBlock;
}

// Entries up to this magnitude have both digits within 2^(bits - 1).
[[nodiscard]] constexpr std::int64_t digits_reach(unsigned bits) {
  return (std::int64_t{1} << (2 * bits - 1)) - (std::int64_t{1} << (bits - 1));
}

// The fewest that reach it; above kDigitBitsMax where none do.
[[nodiscard]] unsigned digit_bits_for(std::int64_t largest_entry);

// `count` entries within digits_reach(bits) as blocks.
void write_digits(const std::int64_t* entries, std::size_t count, unsigned bits, DigitBlock* out);

struct GridTable {
  const std::int64_t* entries = nullptr;
  const std::int64_t* sides = nullptr;  // none: sums by digits leave theirs as they are
  std::size_t stride = 0;               // padded()
  const DigitBlock* digits = nullptr;   // digit_blocks(stride) for each contract
  unsigned digit_bits = 0;
};

// Whether the sums of digits of positions of `size` altogether stay in 32 bits, where none is
// larger than `largest`.
[[nodiscard]] constexpr bool digits_fit(unsigned bits, std::uint64_t size, std::uint64_t largest) {
  return largest < (std::uint64_t{1} << 15) && size < (std::uint64_t{1} << (32 - bits));
}

// Positions as the sums by digits read them. Where their number is odd, the last has a companion
// of no quantity in contract 0, whose rows are zeros.
struct PositionPair {
  std::array<std::uint32_t, 2> side{};
  std::array<std::int16_t, 2> quantity{};
};

[[nodiscard]] constexpr std::size_t pairs_of(std::size_t positions) {
  return (positions + 1) / 2;
}

// What does not fit is cut off: digits_fit() is asked before it is used.
inline void put_position(PositionPair* pairs, std::size_t index, const GridPosition& position) {
  PositionPair& pair = pairs[index / 2];
  pair.side[index % 2] = position.side;
  pair.quantity[index % 2] = static_cast<std::int16_t>(position.quantity);
}

struct ScenarioSums {
  std::int64_t least = 0;  // over the scenarios, and zero if none is below it
  std::array<std::int64_t, kSideNumbers> sides{};

  friend bool operator==(const ScenarioSums&, const ScenarioSums&) = default;
};

// The caller vouches that no partial sum leaves 63 bits.
using AddScenarios = void (*)(const GridTable& table, const GridPosition* positions,
                              std::size_t count, ScenarioSums& sums);

using AddDigits = void (*)(const GridTable& table, const PositionPair* pairs, std::size_t count,
                           ScenarioSums& sums);

struct ScenarioKernels {
  AddDigits digits = nullptr;     // every entry is in digits, and digits_fit()
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
