// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/allocate.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <gmock/gmock.h>

namespace cofferdam::base {
namespace {

using Wide = boost::multiprecision::cpp_int;
using testing::ElementsAre;

Wide wide(u128 v) {
  return (Wide(high64(v)) << 64) + Wide(low64(v));
}

u128 any_u128(int bits_max) {
  const int bits = *rc::gen::inRange(0, bits_max + 1);
  const auto full = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
  return bits == 0 ? 0 : make_u128(*full, *full) >> (128 - bits);
}

std::vector<u128> any_weights(int bits_max) {
  std::vector<u128> weights(*rc::gen::inRange<std::size_t>(1, 12));
  for (u128& weight : weights) weight = any_u128(bits_max);
  return weights;
}

// The definition, slowly: floor, then one unit at a time to the largest remainder not yet served.
std::vector<u128> by_definition(u128 total, const std::vector<u128>& weights) {
  Wide sum = 0;
  for (const u128 weight : weights) sum += wide(weight);
  std::vector<Wide> parts;
  std::vector<Wide> remainders;
  Wide left = wide(total);
  for (const u128 weight : weights) {
    parts.push_back(wide(total) * wide(weight) / sum);
    remainders.push_back(wide(total) * wide(weight) % sum);
    left -= parts.back();
  }
  for (; left > 0; --left) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < weights.size(); ++i)
      if (remainders[i] > remainders[best]) best = i;
    ++parts[best];
    remainders[best] = -1;
  }
  std::vector<u128> out;
  for (const Wide& part : parts)
    out.push_back((static_cast<u128>(static_cast<std::uint64_t>(part >> 64)) << 64) |
                  static_cast<std::uint64_t>(part & 0xffffffffffffffffULL));
  return out;
}

void check_allocation(int weight_bits) {
  const std::vector<u128> weights = any_weights(weight_bits);
  const u128 total = any_u128(128);
  Wide sum = 0;
  for (const u128 weight : weights) sum += wide(weight);
  const Result<std::vector<u128>> parts = allocate(total, weights);
  RC_ASSERT(parts.has_value() == (sum != 0));
  if (!parts) return;
  RC_ASSERT(*parts == by_definition(total, weights));
  Wide paid = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    paid += wide((*parts)[i]);
    if (weights[i] == 0) RC_ASSERT((*parts)[i] == 0);
  }
  RC_ASSERT(paid == wide(total));
}

RC_GTEST_PROP(Allocate, SumsExactlyAndFollowsTheDefinition, ()) {
  check_allocation(100);
}

RC_GTEST_PROP(Allocate, AlsoWhenTheWeightsOverflow, ()) {
  check_allocation(128);
}

RC_GTEST_PROP(Allocate, AlsoForSmallNumbersWithManyTies, ()) {
  const std::vector<u128> weights = any_weights(2);
  const u128 total = any_u128(4);
  const Result<std::vector<u128>> parts = allocate(total, weights);
  if (parts) RC_ASSERT(*parts == by_definition(total, weights));
}

RC_GTEST_PROP(AllocateCapped, NobodyAboveTheClaimAndNothingLost, ()) {
  const std::vector<u128> claims = any_weights(*rc::gen::element(3, 64, 128));
  const u128 total = any_u128(*rc::gen::element(4, 66, 128));
  const CappedAllocation got = allocate_capped(total, claims);
  Wide paid = 0;
  Wide claimed = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    RC_ASSERT(got.parts[i] <= claims[i]);
    paid += wide(got.parts[i]);
    claimed += wide(claims[i]);
  }
  RC_ASSERT(paid + wide(got.left) == wide(total));
  RC_ASSERT(paid == (claimed < wide(total) ? claimed : wide(total)));
}

TEST(Allocate, TiesGoToTheLowestIndex) {
  const std::vector<u128> equal{1, 1, 1};
  EXPECT_THAT(allocate(100, equal).value(), ElementsAre(34, 33, 33));
  EXPECT_THAT(allocate(2, equal).value(), ElementsAre(1, 1, 0));
  EXPECT_THAT(allocate(0, equal).value(), ElementsAre(0, 0, 0));
}

// The classic example of Hamilton's method: seats for 6 states of 100,000 people, 10 seats.
TEST(Allocate, SeatsByTheTextbook) {
  const std::vector<u128> votes{47'000, 16'000, 15'800, 12'000, 6'100, 3'100};
  EXPECT_THAT(allocate(10, votes).value(), ElementsAre(5, 2, 1, 1, 1, 0));
}

TEST(Allocate, RefusesToGiveToNobody) {
  EXPECT_FALSE(allocate(1, {}).has_value());
  const std::vector<u128> zeros{0, 0};
  EXPECT_EQ(allocate(1, zeros).error().field, "weights");
  EXPECT_EQ(allocate_capped(5, zeros).left, 5U);
  EXPECT_EQ(allocate_capped(5, {}).left, 5U);
}

}  // namespace
}  // namespace cofferdam::base
