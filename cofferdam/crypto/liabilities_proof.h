// SPDX-License-Identifier: Apache-2.0
//
// The proof of liabilities: what a venue says it owes, pool by pool and asset by asset, in a form
// in which every owner can check that their own claim is inside the published totals, with one file
// and without asking anybody. docs/internals/liabilities-proof.md has the exact bytes, a worked
// example and what this does not prove.
//
//   master secret, epoch, pool, owner --HMAC--> salt       (new in every epoch and pool)
//   owner, salt --------------------------SHA--> owner hash (hides who it is)
//   pool context, owner hash, amounts ----SHA--> leaf       (sum tree of the pool)
//   pool context, leaf count, totals, top --SHA--> pool root
//   venue context, pool, pool root, totals --SHA--> leaf    (sum tree of the pools)
//   venue context, pool count, totals, top --SHA--> venue root
//
// The context (venue, epoch, position in the journal, assets with their scales) is inside every
// leaf and root, so that no proof can be shown for another epoch, pool or unit.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/crypto/merkle_sum_tree.h"
#include "cofferdam/crypto/secret.h"
#include "cofferdam/crypto/sha256.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::crypto {

inline constexpr std::uint16_t kLiabilitiesVersion = 1;
inline constexpr std::size_t kLiabilitiesAssetsMax = 256;
inline constexpr std::size_t kLiabilitiesTextBytesMax = 64;  // venue and asset codes

struct LiabilitiesAsset {
  base::AssetId asset;
  std::string code;
  std::uint8_t scale = 0;

  static constexpr std::string_view kDoc = "An asset in which claims are counted.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "its identifier in the books");
    visit("code", self.code, "its name, as BTC");
    visit("scale", self.scale, "how many decimal digits its smallest unit stands for");
  }

  friend bool operator==(const LiabilitiesAsset&, const LiabilitiesAsset&) = default;
};

struct LiabilitiesContext {
  std::string venue;
  std::uint64_t epoch = 0;
  base::Sequence sequence = 0;
  std::vector<LiabilitiesAsset> assets;

  static constexpr std::string_view kDoc = "Whose liabilities, when, and counted in what.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("venue", self.venue, "who owes");
    visit("epoch", self.epoch, "the number of this proof, counting up");
    visit("sequence", self.sequence, "the last journal record that is included");
    visit("assets", self.assets, "in ascending order of their identifiers");
  }

  friend bool operator==(const LiabilitiesContext&, const LiabilitiesContext&) = default;
};

// What is owed to one owner; amounts in the order of the context's assets.
struct Holding {
  base::OwnerId owner;
  std::vector<base::Amount> amounts;
};

struct OwnerLeaf {
  base::OwnerId owner;
  Hash salt{};
  std::vector<base::Amount> amounts;

  static constexpr std::string_view kDoc = "What one owner is owed. Only that owner is shown it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "the owner's identifier");
    visit("salt", self.salt, "known to the venue and the owner only");
    visit("amounts", self.amounts, "in smallest units, in the order of the context's assets");
  }

  friend bool operator==(const OwnerLeaf&, const OwnerLeaf&) = default;
};

// A published root: of a pool over its owners, or of the venue over its pools.
struct LiabilitiesRoot {
  std::uint64_t leaf_count = 0;
  std::vector<base::Amount> totals;
  Hash hash{};

  static constexpr std::string_view kDoc = "How many leaves, their totals, and the hash over all.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("leaf_count", self.leaf_count, "how many leaves the tree has");
    visit("totals", self.totals, "in smallest units, in the order of the context's assets");
    visit("hash", self.hash, "binds context, leaf count, totals and every leaf");
  }

  friend bool operator==(const LiabilitiesRoot&, const LiabilitiesRoot&) = default;
};

struct InclusionProof {
  std::uint16_t version = kLiabilitiesVersion;
  LiabilitiesContext context;
  base::PoolId pool;
  OwnerLeaf leaf;
  std::uint64_t leaf_index = 0;
  std::vector<SumTreeStep> path;
  LiabilitiesRoot pool_root;
  std::uint64_t pool_index = 0;
  std::vector<SumTreeStep> pool_path;
  LiabilitiesRoot venue_root;

  static constexpr std::string_view kDoc = "That one owner's claim is inside the published totals.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("version", self.version, "of this format");
    visit("context", self.context, "whose liabilities, when, and counted in what");
    visit("pool", self.pool, "the pool that owes");
    visit("leaf", self.leaf, "what the owner is owed");
    visit("leaf_index", self.leaf_index, "the leaf's place in the pool's tree");
    visit("path", self.path, "from the leaf to the top of the pool's tree");
    visit("pool_root", self.pool_root, "the pool's published root");
    visit("pool_index", self.pool_index, "the pool's place in the venue's tree");
    visit("pool_path", self.pool_path, "from the pool to the top of the venue's tree");
    visit("venue_root", self.venue_root, "the venue's published root");
  }

  friend bool operator==(const InclusionProof&, const InclusionProof&) = default;
};

// Stands outside the journal: who has it and the books can tell which leaf is whose.
using MasterSecret = Secret<32>;

[[nodiscard]] Hash derive_salt(const MasterSecret& master, std::uint64_t epoch, base::PoolId pool,
                               base::OwnerId owner);

// Error unless venue, assets, codes and scales can stand in a proof.
[[nodiscard]] base::Result<void> check_context(const LiabilitiesContext& context);

struct PoolTree {
  LiabilitiesContext context;
  base::PoolId pool;
  std::vector<OwnerLeaf> leaves;  // in the order of the tree: by owner hash, which tells nothing
  SumTree tree;
  LiabilitiesRoot root;
};

// One leaf for each owner; an owner named twice is refused, as is a sum beyond 128 bits.
[[nodiscard]] base::Result<PoolTree> build_pool_tree(const LiabilitiesContext& context,
                                                     base::PoolId pool,
                                                     std::vector<Holding> holdings,
                                                     const MasterSecret& master);

struct PoolEntry {
  base::PoolId pool;
  LiabilitiesRoot root;
};

struct VenueTree {
  LiabilitiesContext context;
  std::vector<PoolEntry> pools;  // in ascending order of their identifiers
  SumTree tree;
  LiabilitiesRoot root;
};

// From the published roots of the pools. A reader who has their list calls this too: the list is
// public, and building the tree again is the check that each pool stands in it once.
[[nodiscard]] base::Result<VenueTree> build_venue_tree(const LiabilitiesContext& context,
                                                       std::vector<PoolEntry> pools);

// Error when the owner has no leaf in the pool, or the pool is not that of the venue's tree.
[[nodiscard]] base::Result<InclusionProof> prove_inclusion(const PoolTree& pool,
                                                           const VenueTree& venue,
                                                           base::OwnerId owner);

struct VerifiedInclusion {
  base::OwnerId owner;
  std::vector<base::Amount> amounts;
  std::vector<base::Amount> pool_totals;
  std::vector<base::Amount> venue_totals;
  Hash venue_root{};
};

// Whether a proof holds together by itself. Pure: no clock, no network, no secret. It does not know
// who is asking nor what was published, so its answer is worth nothing until both are compared.
[[nodiscard]] base::Result<VerifiedInclusion> verify_inclusion(const InclusionProof& proof);

// The whole check of an owner: their own identifier, and the venue root that everybody else sees.
struct Expected {
  base::OwnerId owner;
  Hash venue_root{};
};

[[nodiscard]] base::Result<VerifiedInclusion> verify_inclusion(const InclusionProof& proof,
                                                               const Expected& expected);

// The hashes by themselves, for tests and for those who write another verifier.
[[nodiscard]] Hash venue_context_hash(const LiabilitiesContext& context);
[[nodiscard]] Hash pool_context_hash(const Hash& venue_context, base::PoolId pool);
[[nodiscard]] Hash owner_hash(base::OwnerId owner, const Hash& salt);
[[nodiscard]] Hash owner_leaf_hash(const Hash& pool_context, const OwnerLeaf& leaf);
[[nodiscard]] Hash pool_leaf_hash(const Hash& venue_context, const PoolEntry& entry);

}  // namespace cofferdam::crypto
