// SPDX-License-Identifier: Apache-2.0
//
// When runs are merged. A run belongs to the smallest level L with size <= base * fanout^L. As soon
// as `fanout` runs stand at one level, they and all smaller ones that came after them become one.
// So each entry is rewritten about once a level, and at most fanout - 1 runs a level remain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace cofferdam::journal {

[[nodiscard]] constexpr unsigned run_level(std::uint64_t size, std::uint64_t base,
                                           std::uint64_t fanout) {
  unsigned level = 0;
  for (std::uint64_t limit = base; limit < size; limit *= fanout) ++level;
  return level;
}

// `sizes` from the oldest run to the newest. Returns where the runs to merge begin; they reach to
// the end.
[[nodiscard]] constexpr std::optional<std::size_t> choose_merge(
    std::span<const std::uint64_t> sizes, std::uint64_t base, std::uint64_t fanout) {
  constexpr unsigned kLevelsMax = 32;
  for (unsigned level = 0; level < kLevelsMax; ++level) {
    std::size_t first = sizes.size();
    std::size_t full = 0;
    bool larger_left = false;
    while (first > 0) {
      const unsigned there = run_level(sizes[first - 1], base, fanout);
      if (there > level) {
        larger_left = true;
        break;
      }
      if (there == level) ++full;
      --first;
    }
    if (full >= fanout) return first;
    if (!larger_left) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace cofferdam::journal
