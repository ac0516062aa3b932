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
  std::vector<DigitBlock> digits{};
  unsigned digit_bits = 0;

  [[nodiscard]] GridTable table() const {
    return {entries.data(), sides.data(), stride, digits.data(), digit_bits};
  }
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

[[nodiscard]] ScenarioSums by_digits(VectorWidth width, const Case& given) {
  std::vector<PositionPair> pairs(pairs_of(given.positions.size()));
  for (std::size_t i = 0; i < given.positions.size(); ++i)
    put_position(pairs.data(), i, given.positions[i]);
  ScenarioSums sums;
  scenario_kernels(width).digits(given.table(), pairs.data(), pairs.size(), sums);
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

void take_digits(Case& given, unsigned bits) {
  given.digit_bits = bits;
  const std::size_t contracts = given.entries.size() / given.stride;
  given.digits.assign(contracts * digit_blocks(given.stride), DigitBlock());
  for (std::size_t c = 0; c < contracts; ++c)
    write_digits(given.entries.data() + c * given.stride, given.stride, bits,
                 given.digits.data() + c * digit_blocks(given.stride));
}

TEST(ScenarioSums, EveryWidthAddsUpDigitsAlike) {
  std::mt19937_64 random(12);
  int fitting = 0;
  for (int i = 0; i < 6'000; ++i) {
    const unsigned entry_bits = 1 + static_cast<unsigned>(random() % 29);
    const unsigned quantity_bits = 1 + static_cast<unsigned>(random() % 15);
    Case given = make(random, entry_bits, quantity_bits);
    std::int64_t largest_entry = 0;
    for (const std::int64_t entry : given.entries)
      largest_entry = std::max({largest_entry, entry, -entry});
    std::uint64_t size = 0;
    std::uint64_t largest = 0;
    for (const GridPosition& position : given.positions) {
      const auto held = static_cast<std::uint64_t>(std::abs(position.quantity));
      size += held;
      largest = std::max(largest, held);
    }
    const unsigned fewest = digit_bits_for(largest_entry);
    if (fewest > kDigitBitsMax) continue;
    take_digits(given, fewest + static_cast<unsigned>(random() % (kDigitBitsMax + 1 - fewest)));
    if (!digits_fit(given.digit_bits, size, largest)) continue;
    ++fitting;
    const ScenarioSums expected = plainly(given);
    for (const VectorWidth width : kVectorWidths) {
      if (!is_available(width)) continue;
      ASSERT_EQ(by_digits(width, given), expected) << "width " << static_cast<int>(width);
    }
  }
  EXPECT_GT(fitting, 3'000);
}

// As many units as just fit, all of one sign, against entries at the ends of what digits reach.
TEST(ScenarioSums, DigitsHoldAtTheirBounds) {
  for (unsigned bits = 1; bits <= kDigitBitsMax; ++bits)
    for (const std::int64_t sign : {1, -1})
      for (const std::int64_t entry :
           {digits_reach(bits), -digits_reach(bits), (std::int64_t{1} << (bits - 1)) - 1,
            -(std::int64_t{1} << (bits - 1)), std::int64_t{0}}) {
        Case given{.entries = std::vector<std::int64_t>(2 * 16, entry),
                   .sides = std::vector<std::int64_t>(4 * kSideNumbers, 3),
                   .stride = 16};
        ASSERT_LE(digit_bits_for(std::abs(entry)), bits);
        take_digits(given, bits);
        std::uint64_t left = (std::uint64_t{1} << (32 - bits)) - 1;
        ASSERT_FALSE(digits_fit(bits, left + 1, 1));
        const std::uint64_t size = std::min<std::uint64_t>(left, 300 * 32'767);
        left = size;
        for (std::uint32_t contract = 0; left > 0; contract ^= 1U) {
          const auto quantity = static_cast<std::int64_t>(std::min<std::uint64_t>(left, 32'767));
          given.positions.push_back({contract, side_of(contract, sign), sign * quantity});
          left -= static_cast<std::uint64_t>(quantity);
        }
        ASSERT_TRUE(digits_fit(bits, size, 32'767));
        ASSERT_FALSE(digits_fit(bits, size, 32'768));
        const ScenarioSums expected = plainly(given);
        for (const VectorWidth width : kVectorWidths)
          if (is_available(width)) {
            ASSERT_EQ(by_digits(width, given), expected)
                << bits << " bits, entry " << entry << ", width " << static_cast<int>(width);
          }
      }
}

TEST(ScenarioSums, AnEntryIsTheSumOfItsDigits) {
  EXPECT_EQ(digit_bits_for(0), 1U);
  EXPECT_EQ(digit_bits_for(digits_reach(15)), 15U);
  EXPECT_GT(digit_bits_for(digits_reach(15) + 1), kDigitBitsMax);
  for (unsigned bits = 1; bits <= kDigitBitsMax; ++bits) {
    const std::int64_t reach = digits_reach(bits);
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    for (const std::int64_t entry :
         {reach, -reach, half, half - 1, -half, -half - 1, reach / 3, -reach / 3}) {
      if (std::abs(entry) > reach) continue;
      DigitBlock block;
      write_digits(&entry, 1, bits, &block);
      const std::int64_t low = block.digits[0];
      const std::int64_t high = block.digits[kDigitGroup];
      EXPECT_EQ(high * (std::int64_t{1} << bits) + low, entry) << bits;
      EXPECT_LE(std::abs(low), half);
      EXPECT_LE(std::abs(high), half);
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
