// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/merkle_sum_tree.h"

#include "cofferdam/base/binary.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <gmock/gmock.h>

namespace cofferdam::crypto {
namespace {

using base::Amount;
using testing::HasSubstr;

SumNode leaf_of(std::uint64_t number, std::vector<Amount> sums) {
  return {.sums = std::move(sums), .hash = sha256("leaf " + std::to_string(number))};
}

std::vector<SumNode> leaves_of(std::uint64_t count) {
  std::vector<SumNode> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_of(i, {Amount(i), Amount(1)}));
  return leaves;
}

SumTree tree_of(const std::vector<SumNode>& leaves) {
  return SumTree::build(SumTreeTag::owners, leaves.empty() ? 2 : leaves[0].sums.size(), leaves)
      .value();
}

// The shape by its other definition (RFC 6962, section 2.1): the left subtree has the largest power
// of two of leaves that is below their number.
SumNode by_recursion(std::span<const SumNode> leaves) {
  if (leaves.size() == 1) return leaves[0];
  std::size_t half = 1;
  while (half * 2 < leaves.size()) half *= 2;
  const SumNode left = by_recursion(leaves.first(half));
  const SumNode right = by_recursion(leaves.subspan(half));
  std::string bytes(1, '\x01');
  SumNode node;
  for (std::size_t a = 0; a < left.sums.size(); ++a)
    node.sums.push_back(left.sums[a] + right.sums[a]);
  for (const SumNode* child : {&left, &right}) {
    for (const Amount sum : child->sums) bytes += base::encode(sum);
    bytes += bytes_of(child->hash);
  }
  node.hash = sha256(bytes);
  return node;
}

TEST(SumTree, AgreesWithTheRecursiveDefinitionAndProvesEveryLeaf) {
  for (std::uint64_t count = 1; count <= 70; ++count) {
    const std::vector<SumNode> leaves = leaves_of(count);
    const SumTree tree = tree_of(leaves);
    ASSERT_EQ(tree.top(), by_recursion(leaves)) << count;
    ASSERT_EQ(tree.top().sums, (std::vector{Amount(count * (count - 1) / 2), Amount(count)}));
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto got = climb(SumTreeTag::owners, leaves[i], i, count, tree.path(i));
      ASSERT_TRUE(got.has_value()) << got.error().text();
      ASSERT_EQ(*got, tree.top());
    }
  }
}

TEST(SumTree, WithoutLeavesOwesNothing) {
  EXPECT_EQ(tree_of({}).top().sums, (std::vector{Amount(0), Amount(0)}));
  EXPECT_FALSE(climb(SumTreeTag::owners, leaf_of(0, {Amount(0)}), 0, 0, {}).has_value());
}

// The attack of Hu, Zhang and Guo (2018). Where only the total of the two children is hashed, one
// root lets every reader see a split of the total that holds the reader's own amount; so a venue
// that owes 10 and 7 publishes a total of 10 and convinces both.
TEST(SumTreeAttack, OneTotalSplitInTwoWays) {
  const auto weak = [](Amount left, const Hash& l, Amount right, const Hash& r) {
    return sha256("\x01" + base::encode(left + right) + std::string(bytes_of(l)) +
                  std::string(bytes_of(r)));
  };
  const SumNode first = leaf_of(1, {Amount(10)});
  const SumNode second = leaf_of(2, {Amount(7)});
  const Hash shown_to_first = weak(Amount(10), first.hash, Amount(0), second.hash);
  const Hash shown_to_second = weak(Amount(3), first.hash, Amount(7), second.hash);
  ASSERT_EQ(shown_to_first, shown_to_second) << "the weak tree convinces both of a total of 10";

  // Here the split is hashed, so at most one of the two stories leads to a given root.
  const std::vector<SumTreeStep> for_first{
      {.side = Side::right, .sums = {Amount(0)}, .hash = second.hash}};
  const std::vector<SumTreeStep> for_second{
      {.side = Side::left, .sums = {Amount(3)}, .hash = first.hash}};
  const auto told_first = climb(SumTreeTag::owners, first, 0, 2, for_first).value();
  const auto told_second = climb(SumTreeTag::owners, second, 1, 2, for_second).value();
  EXPECT_EQ(told_first.sums, told_second.sums);
  EXPECT_NE(told_first.hash, told_second.hash);
}

TEST(SumTreeAttack, SumsThatWrap) {
  const std::vector<SumNode> leaves{leaf_of(0, {Amount::max()}), leaf_of(1, {Amount(1)})};
  const auto tree = SumTree::build(SumTreeTag::owners, 1, leaves);
  ASSERT_FALSE(tree.has_value());
  EXPECT_THAT(tree.error().rule, HasSubstr("128 bits"));
  // A "negative" neighbour is 2^128 - n, and meets the same check in the reader.
  const std::vector<SumTreeStep> path{
      {.side = Side::right, .sums = {Amount::max()}, .hash = leaves[1].hash}};
  const auto got = climb(SumTreeTag::owners, leaf_of(0, {Amount(5)}), 0, 2, path);
  ASSERT_FALSE(got.has_value());
  EXPECT_THAT(got.error().rule, HasSubstr("128 bits"));
}

// The two trees of one venue, and leaf and inner node, can never be taken for one another.
TEST(SumTreeAttack, TreesHaveTagsOfTheirOwn) {
  const std::vector<SumNode> leaves = leaves_of(2);
  const SumTree tree = tree_of(leaves);
  const auto got = climb(SumTreeTag::pools, leaves[0], 0, 2, tree.path(0));
  EXPECT_NE(got.value().hash, tree.top().hash);
}

// An inner node shown as if it were a leaf of a smaller tree: the top is met, but only with another
// leaf count, and the count is hashed into the root by the trees that stand on this one.
TEST(SumTreeAttack, AnInnerNodeAsALeafNeedsAnotherCount) {
  const std::vector<SumNode> leaves = leaves_of(4);
  const SumTree tree = tree_of(leaves);
  const std::vector<SumTreeStep> path = tree.path(0);
  const SumNode inner =
      climb(SumTreeTag::owners, leaves[0], 0, 2, std::span(path).first(1)).value();
  EXPECT_EQ(climb(SumTreeTag::owners, inner, 0, 2, std::span(path).subspan(1)).value(), tree.top());
  EXPECT_FALSE(climb(SumTreeTag::owners, inner, 0, 4, std::span(path).subspan(1)).has_value());
}

TEST(SumTreeAttack, PathsThatAreCutOrLongerOrElsewhere) {
  const std::vector<SumNode> leaves = leaves_of(11);
  const SumTree tree = tree_of(leaves);
  for (std::uint64_t i = 0; i < 11; ++i) {
    const std::vector<SumTreeStep> path = tree.path(i);
    std::vector<SumTreeStep> bad(path.begin(), path.end() - 1);
    EXPECT_FALSE(climb(SumTreeTag::owners, leaves[i], i, 11, bad).has_value());
    bad = path;
    bad.push_back(path.back());
    EXPECT_FALSE(climb(SumTreeTag::owners, leaves[i], i, 11, bad).has_value());
    bad = path;
    bad[0].side = bad[0].side == Side::left ? Side::right : Side::left;
    EXPECT_FALSE(climb(SumTreeTag::owners, leaves[i], i, 11, bad).has_value());
    bad = path;
    bad[0].sums.push_back(Amount(0));
    EXPECT_FALSE(climb(SumTreeTag::owners, leaves[i], i, 11, bad).has_value());
    for (std::uint64_t other = 0; other < 13; ++other) {
      if (other == i) continue;
      const auto got = climb(SumTreeTag::owners, leaves[i], other, 11, path);
      EXPECT_TRUE(!got || got->hash != tree.top().hash) << i << " as " << other;
    }
  }
}

TEST(SumTreeAttack, ReorderedNeighboursGiveAnotherTop) {
  std::vector<SumNode> leaves = leaves_of(4);
  const SumTree tree = tree_of(leaves);
  std::swap(leaves[0], leaves[1]);
  EXPECT_NE(tree_of(leaves).top().hash, tree.top().hash);
}

// With a duplicated last leaf, lists of 3 and of 4 leaves could share a root (CVE-2012-2459).
TEST(SumTreeAttack, TheLastLeafIsNotCountedTwice) {
  std::vector<SumNode> leaves = leaves_of(3);
  const SumTree three = tree_of(leaves);
  leaves.push_back(leaves.back());
  EXPECT_NE(tree_of(leaves).top(), three.top());
}

TEST(SumTreeAttack, AHugeDepthCostsNothing) {
  const std::vector<SumTreeStep> path(100'000, {.side = Side::right, .sums = {}, .hash = {}});
  const SumNode leaf{.sums = {}, .hash = {}};
  EXPECT_FALSE(climb(SumTreeTag::owners, leaf, 0, ~std::uint64_t{0}, path).has_value());
  EXPECT_FALSE(climb(SumTreeTag::owners, leaf, 0, kSumTreeLeavesMax, path).has_value());
  EXPECT_FALSE(climb(SumTreeTag::owners, leaf, 0, kSumTreeLeavesMax + 1, path).has_value());
}

// Whatever is changed in a path, the root that was published is not met.
RC_GTEST_PROP(SumTreeAttack, AnyChangedByteIsNoticed, ()) {
  const auto count = *rc::gen::inRange<std::uint64_t>(2, 40);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, count);
  const std::vector<SumNode> leaves = leaves_of(count);
  const SumTree tree = tree_of(leaves);
  std::string bytes = base::encode(tree.path(index));
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  const auto flip = *rc::gen::inRange(1, 256);
  bytes[at] = static_cast<char>(bytes[at] ^ flip);
  const auto path = base::decode<std::vector<SumTreeStep>>(bytes);
  if (!path) return;
  const auto got = climb(SumTreeTag::owners, leaves[index], index, count, *path);
  if (got) RC_ASSERT(*got != tree.top());
}

}  // namespace
}  // namespace cofferdam::crypto
