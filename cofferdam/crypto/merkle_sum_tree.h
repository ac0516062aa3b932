// SPDX-License-Identifier: Apache-2.0
//
// A Merkle tree whose nodes carry sums, one for each asset. The hash of an inner node covers the
// sums and the hash of both of its children:
//
//   inner = SHA-256(tag || sums left || hash left || sums right || hash right)
//
// A tree that hashes only the total of the two (Maxwell's first proposal) lets a prover show each
// reader another split of the same total, and so count one account where there are many (Hu, Zhang
// and Guo 2018, eprint 2018/1139). Sums are unsigned 128-bit integers, little-endian; an addition
// that does not fit is an error on both sides, so a sum can neither wrap nor be negative.
//
// Shape: leaves stand in order, and neighbours are joined level by level. The last node of a level
// with an odd count has no neighbour and stands one level higher unchanged; nothing is duplicated,
// so no leaf is counted twice and no two lists have one root. The shape follows from the number of
// leaves alone, and that number is hashed into the root by the user of the tree: a reader who knows
// index and count knows which steps the path has and on which side each neighbour stands.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/crypto/sha256.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cofferdam::crypto {

// More leaves than this are refused, by builder and verifier: paths stay below 41 steps.
inline constexpr std::uint64_t kSumTreeLeavesMax = std::uint64_t{1} << 40;

// The first byte of a hashed inner node: 0x01 in a tree of owners, 0x11 in the tree of pools.
enum class SumTreeTag : std::uint8_t { owners = 0x01, pools = 0x11 };

// Where a neighbour stands, seen from the path.
enum class Side : std::uint8_t { left, right };

struct SumTreeStep {
  Side side = Side::left;
  std::vector<base::Amount> sums;
  Hash hash{};

  static constexpr std::string_view kDoc = "One neighbour on the way from a leaf to the root.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("side", self.side, "where the neighbour stands");
    visit("sums", self.sums, "its sum in each asset, in the order of the context");
    visit("hash", self.hash, "its hash");
  }

  friend bool operator==(const SumTreeStep&, const SumTreeStep&) = default;
};

// A node as a value: what is proved of a leaf, and what comes out at the top.
struct SumNode {
  std::vector<base::Amount> sums;
  Hash hash{};
  friend bool operator==(const SumNode&, const SumNode&) = default;
};

class SumTree {
 public:
  // Every leaf has `assets` sums. No leaves make a tree whose top has zero sums and an all-zero
  // hash, which no hash of a node can be expected to meet.
  [[nodiscard]] static base::Result<SumTree> build(SumTreeTag tag, std::size_t assets,
                                                   std::span<const SumNode> leaves);

  [[nodiscard]] std::uint64_t leaf_count() const { return levels_.front().hashes.size(); }

  [[nodiscard]] SumNode top() const;
  // The neighbours from the leaf upward; the index is below leaf_count().
  [[nodiscard]] std::vector<SumTreeStep> path(std::uint64_t index) const;

 private:
  struct Level {
    std::vector<Hash> hashes;
    std::vector<base::Amount> sums;  // `assets_` for each node, node after node
  };

  SumTree() = default;
  [[nodiscard]] SumNode node(const Level& level, std::size_t index) const;

  std::size_t assets_ = 0;
  std::vector<Level> levels_;
};

// The top that a leaf and its path lead to. Error when the path has not exactly the steps and sides
// that index and count ask for, when a step has another number of sums, or when a sum overflows.
[[nodiscard]] base::Result<SumNode> climb(SumTreeTag tag, const SumNode& leaf, std::uint64_t index,
                                          std::uint64_t leaf_count,
                                          std::span<const SumTreeStep> path);

}  // namespace cofferdam::crypto

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::Side> {
  static constexpr std::array<std::string_view, 2> kNames{"left", "right"};
};
