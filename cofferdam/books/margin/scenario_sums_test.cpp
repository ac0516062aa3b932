// SPDX-License-Identifier: Apache-2.0
//
// Every kernel that this processor can run against the sums written out in 128 bits.
#include "cofferdam/books/margin/scenario_sums.h"

#include "cofferdam/base/int128.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace cofferdam::margin {
namespace {

using base::i128;

struct Case {
  std::vector<std::int64_t> entries;
  std::vector<std::int64_t> sides;
  std::vector<GridPosition> positions;
  std::size_t stride = 0;

  [[nodiscard]] GridTable table() const { return {entries.data(), sides.data(), stride}; }
};

// Numbers below 2^bits, each of either sign or at the bound.
[[nodiscard]] std::int64_t number(std::mt19937_64& random, unsigned bits) {
  const std::int64_t most = (std::int64_t{1} << bits) - 1;
  switch (random() % 8) {
    case 0:
      return most;
    case 1:
      return -most;
    case 2:
      return 0;
    default:
      return static_cast<std::int64_t>(random() % (2 * static_cast<std::uint64_t>(most) + 1)) -
             most;
  }
}

[[nodiscard]] Case make(std::mt19937_64& random, unsigned entry_bits, unsigned quantity_bits) {
  Case made;
  const std::size_t scenarios = 1 + random() % 130;
  const std::uint32_t contracts = 1 + static_cast<std::uint32_t>(random() % 6);
  made.stride = padded(scenarios);
  made.entries.resize(contracts * made.stride);
  for (std::uint32_t c = 0; c < contracts; ++c)
    for (std::size_t s = 0; s < scenarios; ++s)
      made.entries[c * made.stride + s] = number(random, entry_bits);
  made.sides.resize(std::size_t{2} * contracts * kSideNumbers);
  for (std::int64_t& side : made.sides) side = number(random, entry_bits);
  const std::size_t count = random() % 9;
  for (std::size_t i = 0; i < count; ++i) {
    const auto contract = static_cast<std::uint32_t>(random() % contracts);
    const std::int64_t quantity = number(random, quantity_bits);
    made.positions.push_back({contract, side_of(contract, quantity), quantity});
  }
  return made;
}

[[nodiscard]] ScenarioSums plainly(const Case& given) {
  ScenarioSums sums;
  i128 least = 0;
  for (std::size_t s = 0; s < given.stride; ++s) {
    i128 sum = 0;
    for (const GridPosition& p : given.positions)
      sum += static_cast<i128>(p.quantity) * given.entries[p.contract * given.stride + s];
    least = std::min(least, sum);
  }
  sums.least = static_cast<std::int64_t>(least);
  for (std::size_t n = 0; n < kSideNumbers; ++n) {
    i128 sum = 0;
    for (const GridPosition& p : given.positions)
      sum += static_cast<i128>(p.quantity) * given.sides[p.side * kSideNumbers + n];
    sums.sides[n] = static_cast<std::int64_t>(sum);
  }
  return sums;
}

[[nodiscard]] ScenarioSums with(AddScenarios add, const Case& given) {
  ScenarioSums sums;
  add(given.table(), given.positions.data(), given.positions.size(), sums);
  return sums;
}

TEST(ScenarioSums, EveryWidthAddsUpAlike) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 3'000; ++i) {
    // Eight positions at most, so that sums stay below 2^63.
    const unsigned entry_bits = 1 + static_cast<unsigned>(random() % 53);
    const unsigned quantity_bits = 1 + static_cast<unsigned>(random() % (59 - entry_bits));
    const Case given = make(random, entry_bits, quantity_bits);
    const ScenarioSums expected = plainly(given);
    for (const VectorWidth width : kVectorWidths) {
      if (!is_available(width)) continue;
      const ScenarioKernels& kernels = scenario_kernels(width);
      ASSERT_EQ(with(kernels.wide, given), expected) << "width " << static_cast<int>(width);
      if (entry_bits > 31 || quantity_bits > 31) continue;
      ASSERT_EQ(with(kernels.narrow, given), expected) << "width " << static_cast<int>(width);
    }
  }
}

TEST(ScenarioSums, NothingLosesNothing) {
  const Case none{.entries = std::vector<std::int64_t>(16, -5),
                  .sides = std::vector<std::int64_t>(2 * kSideNumbers, 7),
                  .stride = 16};
  for (const VectorWidth width : kVectorWidths) {
    if (!is_available(width)) continue;
    EXPECT_EQ(with(scenario_kernels(width).wide, none), ScenarioSums());
  }
}

TEST(ScenarioSums, TheBestKernelIsOfAWidthThatIsAvailable) {
  EXPECT_TRUE(is_available(VectorWidth::portable));
  const bool known = std::ranges::any_of(kVectorWidths, [](VectorWidth width) {
    return is_available(width) && &scenario_kernels(width) == &best_scenario_kernels();
  });
  EXPECT_TRUE(known);
}

}  // namespace
}  // namespace cofferdam::margin
