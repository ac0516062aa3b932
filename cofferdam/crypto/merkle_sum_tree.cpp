// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/merkle_sum_tree.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/base/check.h"

#include <optional>
#include <string>

namespace cofferdam::crypto {
namespace {

using base::Amount;
using base::malformed;
using base::Result;

using Sums = std::span<const Amount>;

void put(base::Encoder& out, Sums sums, const Hash& hash) {
  for (const Amount sum : sums) out.value(sum);
  out.bytes(bytes_of(hash));
}

// Joins two nodes; holds what is used again for every node of a tree.
class Joiner {
 public:
  explicit Joiner(SumTreeTag tag) : tag_(tag) {}

  [[nodiscard]] Hash hash(Sums left_sums, const Hash& left, Sums right_sums, const Hash& right) {
    base::Encoder out;
    out.value(tag_);
    put(out, left_sums, left);
    put(out, right_sums, right);
    sha_.restart();
    sha_.update(out.buffer());
    return sha_.finish();
  }

 private:
  SumTreeTag tag_;
  Sha256 sha_;
};

// Appends the sums of two nodes; an Error names the asset by its place.
Result<void> append_sums(Sums left, Sums right, std::vector<Amount>& to) {
  for (std::size_t asset = 0; asset < left.size(); ++asset) {
    const std::optional<Amount> sum = try_add(left[asset], right[asset]);
    if (!sum)
      return malformed("sums", "asset " + std::to_string(asset), "must add up within 128 bits");
    to.push_back(*sum);
  }
  return {};
}

}  // namespace

Result<SumTree> SumTree::build(SumTreeTag tag, std::size_t assets,
                               std::span<const SumNode> leaves) {
  if (leaves.size() > kSumTreeLeavesMax)
    return malformed("leaves", std::to_string(leaves.size()), "must be at most 2^40");
  SumTree tree;
  tree.assets_ = assets;
  Level& first = tree.levels_.emplace_back();
  for (const SumNode& leaf : leaves) {
    if (leaf.sums.size() != assets)
      return malformed("leaf", std::to_string(leaf.sums.size()) + " sums",
                       "must have one sum for each of " + std::to_string(assets) + " assets");
    first.hashes.push_back(leaf.hash);
    first.sums.insert(first.sums.end(), leaf.sums.begin(), leaf.sums.end());
  }
  Joiner joiner(tag);
  while (tree.levels_.back().hashes.size() > 1) {
    const Level& below = tree.levels_.back();
    const std::size_t count = below.hashes.size();
    Level above;
    above.hashes.reserve((count + 1) / 2);
    above.sums.reserve((count + 1) / 2 * assets);
    for (std::size_t i = 0; i + 1 < count; i += 2) {
      const Sums left = Sums(below.sums).subspan(i * assets, assets);
      const Sums right = Sums(below.sums).subspan((i + 1) * assets, assets);
      if (Result<void> added = append_sums(left, right, above.sums); !added)
        return std::unexpected(added.error());
      above.hashes.push_back(joiner.hash(left, below.hashes[i], right, below.hashes[i + 1]));
    }
    if (count % 2 == 1) {
      above.hashes.push_back(below.hashes.back());
      above.sums.insert(above.sums.end(), below.sums.end() - static_cast<std::ptrdiff_t>(assets),
                        below.sums.end());
    }
    tree.levels_.push_back(std::move(above));
  }
  return tree;
}

SumNode SumTree::node(const Level& level, std::size_t index) const {
  const auto begin = level.sums.begin() + static_cast<std::ptrdiff_t>(index * assets_);
  return {.sums = std::vector<Amount>(begin, begin + static_cast<std::ptrdiff_t>(assets_)),
          .hash = level.hashes[index]};
}

SumNode SumTree::top() const {
  if (leaf_count() == 0) return {.sums = std::vector<Amount>(assets_), .hash = Hash{}};
  return node(levels_.back(), 0);
}

std::vector<SumTreeStep> SumTree::path(std::uint64_t index) const {
  COFFERDAM_CHECK(index < leaf_count(), "no leaf with this index");
  std::vector<SumTreeStep> steps;
  for (const Level& level : levels_) {
    const std::uint64_t neighbour = index ^ 1U;
    if (neighbour < level.hashes.size()) {
      SumNode beside = node(level, neighbour);
      steps.push_back({.side = neighbour < index ? Side::left : Side::right,
                       .sums = std::move(beside.sums),
                       .hash = beside.hash});
    }
    index /= 2;
  }
  return steps;
}

Result<SumNode> climb(SumTreeTag tag, const SumNode& leaf, std::uint64_t index,
                      std::uint64_t leaf_count, std::span<const SumTreeStep> path) {
  if (leaf_count > kSumTreeLeavesMax)
    return malformed("leaf count", std::to_string(leaf_count), "must be at most 2^40");
  if (index >= leaf_count)
    return malformed("leaf index", std::to_string(index),
                     "must be below the leaf count " + std::to_string(leaf_count));
  Joiner joiner(tag);
  SumNode node = leaf;
  std::size_t used = 0;
  for (std::uint64_t count = leaf_count; count > 1; count = (count + 1) / 2, index /= 2) {
    if ((index ^ 1U) >= count) continue;  // the odd one out stands one level higher unchanged
    if (used == path.size())
      return malformed("path", std::to_string(path.size()) + " steps",
                       "ends before the root that index and leaf count ask for");
    const SumTreeStep& step = path[used++];
    const std::string where = "path step " + std::to_string(used);
    const Side side = index % 2 == 1 ? Side::left : Side::right;
    if (step.side != side)
      return malformed(where, std::string(base::name_of(step.side)),
                       "must stand " + std::string(base::name_of(side)) + " at this index");
    if (step.sums.size() != node.sums.size())
      return malformed(where, std::to_string(step.sums.size()) + " sums",
                       "must have one sum for each asset");
    const bool is_left = side == Side::left;
    const Sums left = is_left ? Sums(step.sums) : Sums(node.sums);
    const Sums right = is_left ? Sums(node.sums) : Sums(step.sums);
    const Hash hash =
        joiner.hash(left, is_left ? step.hash : node.hash, right, is_left ? node.hash : step.hash);
    std::vector<Amount> sums;
    if (Result<void> added = append_sums(left, right, sums); !added)
      return malformed(where, added.error().value, added.error().rule);
    node = {.sums = std::move(sums), .hash = hash};
  }
  if (used != path.size())
    return malformed(
        "path", std::to_string(path.size()) + " steps",
        "goes on beyond the root: index and leaf count ask for " + std::to_string(used));
  return node;
}

}  // namespace cofferdam::crypto
