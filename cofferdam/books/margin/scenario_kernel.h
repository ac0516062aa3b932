// SPDX-License-Identifier: Apache-2.0
//
// The loop of scenario_sums.h as one template over the kind of vector. Each instruction set
// compiles it in a file of its own; everything here is therefore local to that file.
#pragma once

#include "cofferdam/books/margin/scenario_sums.h"

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

}  // namespace
}  // namespace cofferdam::margin
