// SPDX-License-Identifier: Apache-2.0
//
// The loop of scenario_sums.h as one template over the kind of vector. Each instruction set
// compiles it in a file of its own; everything here is therefore local to that file.
#pragma once

#include "cofferdam/books/margin/scenario_sums.h"

#include <algorithm>
#include <utility>

namespace cofferdam::margin {
namespace {

// Sums stay in registers while the positions pass: a group of blocks at a time.
template <class Lanes, std::size_t kBlocks, bool kWithSides>
inline std::int64_t add_group(const GridTable& table, std::size_t first,
                              const GridPosition* positions, std::size_t count,
                              ScenarioSums& sums) {
  constexpr std::size_t kVectors = kBlocks * kScenarioBlock / Lanes::kLanes;
  typename Lanes::Vector scenarios[kVectors];
  for (auto& vector : scenarios) vector = Lanes::zero();
  typename Lanes::Side sides = Lanes::zero_side();
  for (std::size_t i = 0; i < count; ++i) {
    const GridPosition& position = positions[i];
    const std::int64_t* entries = table.entries + position.contract * table.stride + first;
    const auto quantity = Lanes::all(position.quantity);
    for (std::size_t v = 0; v < kVectors; ++v)
      scenarios[v] = Lanes::add_product(scenarios[v], entries + v * Lanes::kLanes, quantity);
    if constexpr (kWithSides)
      sides = Lanes::add_side(sides, table.sides + position.side * kSideNumbers, position.quantity);
  }
  if constexpr (kWithSides) Lanes::store_side(sums.sides.data(), sides);
  auto least = Lanes::zero();
  for (const auto& vector : scenarios) least = Lanes::least(least, vector);
  return Lanes::least_lane(least);
}

template <class Lanes>
void add_scenarios(const GridTable& table, const GridPosition* positions, std::size_t count,
                   ScenarioSums& sums) {
  constexpr std::size_t kGroup = 6;
  const std::size_t blocks = table.stride / kScenarioBlock;
  std::int64_t least = 0;
  std::size_t done = 0;
  const auto take = [&]<std::size_t kBlocks>() {
    const std::size_t first = done * kScenarioBlock;
    const std::int64_t found =
        done == 0 ? add_group<Lanes, kBlocks, true>(table, first, positions, count, sums)
                  : add_group<Lanes, kBlocks, false>(table, first, positions, count, sums);
    least = found < least ? found : least;
    done += kBlocks;
  };
  while (blocks - done >= kGroup) take.template operator()<kGroup>();
  if (blocks - done >= 4) take.template operator()<4>();
  if (blocks - done >= 2) take.template operator()<2>();
  if (blocks - done >= 1) take.template operator()<1>();
  sums.least = least;
}

// Two positions at a time: their digits are interleaved, so that one multiplication by both
// quantities adds up what the two give in a scenario. The vectors are written out, since a compiler
// that meets them in a loop keeps their sums in memory.
template <class Lanes, bool kWithSides, std::size_t... v>
[[gnu::always_inline]] inline std::int64_t add_digit_vectors(
    const GridTable& table, std::size_t first, const PositionPair* pairs, std::size_t count,
    ScenarioSums& sums, std::index_sequence<v...> /*vectors*/) {
  using Digits = typename Lanes::Digits;
  const std::size_t row = digit_blocks(table.stride) * 2 * kDigitBlock;
  const std::int16_t* const digits = table.digits->digits.data() + first * Lanes::kDigits;
  const std::int64_t* const side_rows = table.sides;
  Digits low[]{(static_cast<void>(v), Lanes::zero_digits())...};
  Digits high[]{(static_cast<void>(v), Lanes::zero_digits())...};
  typename Lanes::Side sides = Lanes::zero_side();
  for (const PositionPair* pair = pairs; pair != pairs + count; ++pair) {
    const std::size_t side[]{pair->side[0], pair->side[1]};
    const std::int16_t* const one = digits + side[0] / 2 * row;
    const std::int16_t* const other = digits + side[1] / 2 * row;
    const auto quantities = Lanes::all_digits(pair->quantity);
    (Lanes::add_digits(low[v], high[v], one + v * Lanes::kDigits, other + v * Lanes::kDigits,
                       quantities),
     ...);
    if constexpr (kWithSides) {
      sides = Lanes::add_side(sides, side_rows + side[0] * kSideNumbers, pair->quantity[0]);
      sides = Lanes::add_side(sides, side_rows + side[1] * kSideNumbers, pair->quantity[1]);
    }
  }
  if constexpr (kWithSides) Lanes::store_side(sums.sides.data(), sides);
  auto least = Lanes::zero();
  ((least = Lanes::least_together(least, low[v], high[v], table.digit_bits)), ...);
  return Lanes::least_lane(least);
}

template <class Lanes, std::size_t kVectors>
[[gnu::always_inline]] inline std::int64_t add_digit_group(const GridTable& table,
                                                           std::size_t first,
                                                           const PositionPair* pairs,
                                                           std::size_t count, ScenarioSums& sums) {
  constexpr auto kGroup = std::make_index_sequence<kVectors>();
  return first == 0 && table.sides != nullptr
             ? add_digit_vectors<Lanes, true>(table, first, pairs, count, sums, kGroup)
             : add_digit_vectors<Lanes, false>(table, first, pairs, count, sums, kGroup);
}

template <class Lanes>
void add_scenario_digits(const GridTable& table, const PositionPair* pairs, std::size_t count,
                         ScenarioSums& sums) {
  const std::size_t vectors = digit_blocks(table.stride) * 2 * kDigitBlock / Lanes::kDigits;
  std::int64_t least = 0;
  std::size_t done = 0;
  for (; vectors - done >= Lanes::kGroup; done += Lanes::kGroup)
    least = std::min(least, add_digit_group<Lanes, Lanes::kGroup>(table, done, pairs, count, sums));
  for (; done < vectors; ++done)
    least = std::min(least, add_digit_group<Lanes, 1>(table, done, pairs, count, sums));
  sums.least = least;
}

}  // namespace
}  // namespace cofferdam::margin
