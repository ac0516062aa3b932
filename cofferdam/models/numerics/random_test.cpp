// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/random.h"

#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/numerics/vector_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace cofferdam::numerics {
namespace {

// The known answers published with the Random123 library (tests/kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox_words({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      philox_words({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox_words({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, WordsAreTheSameOnEveryInstructionSet) {
  constexpr std::uint64_t kKey = 0x123456789abcdef0;
  constexpr std::uint64_t kStream = 0xfedcba9876543210;
  constexpr std::uint64_t kBlock = 0x0fffffff'ffffffffU;  // the counter wraps within the run
  constexpr std::size_t kBlocks = 3;
  for (const InstructionSet set : kInstructionSets) {
    if (!is_available(set)) continue;
    std::vector<std::uint64_t> words(4 * kCountersPerBlock * kBlocks);
    vector_kernels(set).words(kKey, kStream, kBlock, words.data(), kBlocks);
    for (std::size_t i = 0; i < kCountersPerBlock * kBlocks; ++i) {
      const std::uint64_t counter = kBlock * kCountersPerBlock + i;
      const auto expected = philox_words(
          {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
           static_cast<std::uint32_t>(kStream), static_cast<std::uint32_t>(kStream >> 32)},
          {static_cast<std::uint32_t>(kKey), static_cast<std::uint32_t>(kKey >> 32)});
      for (std::size_t w = 0; w < 4; ++w)
        ASSERT_EQ(
            words[(i / kCountersPerBlock * 4 + w) * kCountersPerBlock + i % kCountersPerBlock],
            expected[w])
            << name_of(set) << " counter " << i << " word " << w;
    }
  }
}

TEST(Normals, TheSameBitsOnEveryInstructionSetAndOneByOne) {
  std::vector<double> first(10'007);
  fill_normals(42, 7, 0, first, InstructionSet::portable);
  for (const InstructionSet set : kInstructionSets) {
    if (!is_available(set)) continue;
    std::vector<double> other(first.size());
    fill_normals(42, 7, 0, other, set);
    EXPECT_EQ(std::memcmp(first.data(), other.data(), first.size() * sizeof(double)), 0)
        << name_of(set);
  }
  for (const std::size_t place : {0U, 15U, 16U, 31U, 32U, 9'999U, 10'006U})
    EXPECT_EQ(normal_at(42, 7, place), first[place]);
}

// The transform against the C library's logarithm, sine and cosine.
TEST(Normals, AreBoxAndMullers) {
  std::vector<double> normals(kNormalsPerBlock * 100);
  fill_normals(1, 2, 0, normals);
  for (std::size_t counter = 0; counter < kCountersPerBlock * 100; ++counter) {
    const auto words = philox_words({static_cast<std::uint32_t>(counter), 0, 2, 0}, {1, 0});
    const double unit = 0x1p-52;
    const auto fraction = [&](std::uint32_t high, std::uint32_t low) {
      return static_cast<double>(((std::uint64_t{high} << 32) | low) >> 12) * unit;
    };
    const double radius = std::sqrt(-2 * std::log(1 - fraction(words[1], words[0])));
    const double angle = 2 * std::acos(-1.0) * fraction(words[3], words[2]);
    const std::size_t at =
        counter / kCountersPerBlock * kNormalsPerBlock + counter % kCountersPerBlock;
    EXPECT_NEAR(normals[at], radius * std::cos(angle), 1e-14);
    EXPECT_NEAR(normals[at + kCountersPerBlock], radius * std::sin(angle), 1e-14);
  }
}

// Moments of two million, within five standard errors, and Kolmogorov's distance at 0.1 %.
TEST(Normals, AreNormal) {
  std::vector<double> x(2'000'000);
  fill_normals(2024, 0, 0, x);
  const double n = static_cast<double>(x.size());
  double sum[4] = {};
  for (const double value : x)
    for (int k = 0; k < 4; ++k) sum[k] += std::pow(value, k + 1) / n;
  EXPECT_NEAR(sum[0], 0, 5 / std::sqrt(n));
  EXPECT_NEAR(sum[1], 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(sum[2], 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(sum[3], 3, 5 * std::sqrt(96 / n));
  std::sort(x.begin(), x.end());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = normal_distribution(x[i]);
    distance =
        std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(n));
}

}  // namespace
}  // namespace cofferdam::numerics
