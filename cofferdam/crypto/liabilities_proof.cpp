// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/liabilities_proof.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/crypto/hmac.h"

#include <algorithm>
#include <utility>

namespace cofferdam::crypto {
namespace {

using base::Amount;
using base::Encoder;
using base::malformed;
using base::OwnerId;
using base::PoolId;
using base::Result;

// The first byte of everything that is hashed says what it is. Inner nodes have 0x01 and 0x11.
enum class Tag : std::uint8_t {
  owner_leaf = 0x00,
  pool_context = 0x02,
  pool_root = 0x03,
  owner = 0x04,
  pool_leaf = 0x10,
  venue_context = 0x12,
  venue_root = 0x13,
};

constexpr std::string_view kSaltLabel = "cofferdam liabilities salt 1";
constexpr std::string_view kContextLabel = "cofferdam liabilities 1";

void put(Encoder& out, const std::vector<Amount>& amounts) {
  for (const Amount amount : amounts) out.value(amount);
}

Hash root_hash(Tag tag, const Hash& context, std::uint64_t leaf_count, const SumNode& top) {
  Encoder out;
  out.value(tag);
  out.bytes(bytes_of(context));
  out.value(leaf_count);
  put(out, top.sums);
  out.bytes(bytes_of(top.hash));
  return sha256(out.buffer());
}

LiabilitiesRoot root_of(Tag tag, const Hash& context, const SumTree& tree) {
  SumNode top = tree.top();
  const Hash hash = root_hash(tag, context, tree.leaf_count(), top);
  return {.leaf_count = tree.leaf_count(), .totals = std::move(top.sums), .hash = hash};
}

std::unexpected<base::Error> refuted(std::string field, std::string value, std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = std::move(field),
                                     .value = std::move(value),
                                     .rule = std::move(rule),
                                     .hint = "the proof does not show what it says"});
}

Result<void> check_count(std::string_view field, std::size_t count, std::size_t assets) {
  if (count == assets) return {};
  return malformed(
      std::string(field), std::to_string(count) + " amounts",
      "must have one for each of the " + std::to_string(assets) + " assets of the context");
}

Result<void> check_text(std::string_view field, const std::string& text) {
  if (!text.empty() && text.size() <= kLiabilitiesTextBytesMax) return {};
  return malformed(std::string(field), text, "must have 1 to 64 bytes");
}

// Climbs one tree and compares what comes out with the root that the proof names.
Result<void> check_climb(std::string_view field, const Result<SumNode>& top, Tag tag,
                         const Hash& context, const LiabilitiesRoot& root) {
  if (!top)
    return refuted(std::string(field), top.error().value,
                   top.error().field + " " + top.error().rule);
  if (top->sums != root.totals)
    return refuted(std::string(field), "totals", "are not the sums that the path leads to");
  const Hash hash = root_hash(tag, context, root.leaf_count, *top);
  if (hash != root.hash)
    return refuted(std::string(field), to_hex(root.hash),
                   "is not the hash that the path leads to: " + to_hex(hash));
  return {};
}

Result<void> check_shape(const InclusionProof& proof) {
  if (proof.version != kLiabilitiesVersion)
    return malformed("version", std::to_string(proof.version), "must be 1");
  if (Result<void> checked = check_context(proof.context); !checked) return checked;
  const std::size_t assets = proof.context.assets.size();
  if (Result<void> checked = check_count("leaf", proof.leaf.amounts.size(), assets); !checked)
    return checked;
  if (Result<void> checked = check_count("pool root", proof.pool_root.totals.size(), assets);
      !checked)
    return checked;
  return check_count("venue root", proof.venue_root.totals.size(), assets);
}

}  // namespace

Hash derive_salt(const MasterSecret& master, std::uint64_t epoch, PoolId pool, OwnerId owner) {
  Encoder out;
  out.bytes(kSaltLabel);
  out.value(epoch);
  out.value(pool);
  out.value(owner);
  return hmac_sha256(master.reveal(), out.buffer());
}

Hash venue_context_hash(const LiabilitiesContext& context) {
  Encoder out;
  out.value(Tag::venue_context);
  out.bytes(kContextLabel);
  out.value(context);
  return sha256(out.buffer());
}

Hash pool_context_hash(const Hash& venue_context, PoolId pool) {
  Encoder out;
  out.value(Tag::pool_context);
  out.bytes(bytes_of(venue_context));
  out.value(pool);
  return sha256(out.buffer());
}

Hash owner_hash(OwnerId owner, const Hash& salt) {
  Encoder out;
  out.value(Tag::owner);
  out.value(owner);
  out.bytes(bytes_of(salt));
  return sha256(out.buffer());
}

Hash owner_leaf_hash(const Hash& pool_context, const OwnerLeaf& leaf) {
  Encoder out;
  out.value(Tag::owner_leaf);
  out.bytes(bytes_of(pool_context));
  out.bytes(bytes_of(owner_hash(leaf.owner, leaf.salt)));
  put(out, leaf.amounts);
  return sha256(out.buffer());
}

Hash pool_leaf_hash(const Hash& venue_context, const PoolEntry& entry) {
  Encoder out;
  out.value(Tag::pool_leaf);
  out.bytes(bytes_of(venue_context));
  out.value(entry.pool);
  out.bytes(bytes_of(entry.root.hash));
  put(out, entry.root.totals);
  return sha256(out.buffer());
}

Result<void> check_context(const LiabilitiesContext& context) {
  if (Result<void> checked = check_text("venue", context.venue); !checked) return checked;
  if (context.assets.empty() || context.assets.size() > kLiabilitiesAssetsMax)
    return malformed("assets", std::to_string(context.assets.size()), "must be 1 to 256");
  for (std::size_t i = 0; i < context.assets.size(); ++i) {
    const LiabilitiesAsset& asset = context.assets[i];
    if (Result<void> checked = check_text("asset code", asset.code); !checked) return checked;
    if (asset.scale > base::kScaleMax)
      return malformed("asset scale", std::to_string(asset.scale), "must be at most 38");
    if (i > 0 && !(context.assets[i - 1].asset < asset.asset))
      return malformed("assets", asset.code, "must stand in ascending order, each once");
  }
  return {};
}

Result<PoolTree> build_pool_tree(const LiabilitiesContext& context, PoolId pool,
                                 std::vector<Holding> holdings, const MasterSecret& master) {
  if (Result<void> checked = check_context(context); !checked)
    return std::unexpected(checked.error());
  std::ranges::sort(holdings, {}, &Holding::owner);
  const auto twice = std::ranges::adjacent_find(holdings, {}, &Holding::owner);
  if (twice != holdings.end())
    return malformed("owner", base::to_text(twice->owner.value()), "must have one leaf in a pool");

  struct Placed {
    Hash place{};
    OwnerLeaf leaf;
  };

  std::vector<Placed> placed;
  placed.reserve(holdings.size());
  for (Holding& holding : holdings) {
    if (Result<void> checked =
            check_count("holding", holding.amounts.size(), context.assets.size());
        !checked)
      return std::unexpected(checked.error());
    const Hash salt = derive_salt(master, context.epoch, pool, holding.owner);
    placed.push_back(
        {.place = owner_hash(holding.owner, salt),
         .leaf = {.owner = holding.owner, .salt = salt, .amounts = std::move(holding.amounts)}});
  }
  std::ranges::sort(placed, {}, &Placed::place);

  const Hash pool_context = pool_context_hash(venue_context_hash(context), pool);
  std::vector<OwnerLeaf> leaves;
  std::vector<SumNode> nodes;
  leaves.reserve(placed.size());
  nodes.reserve(placed.size());
  for (Placed& one : placed) {
    nodes.push_back({.sums = one.leaf.amounts, .hash = owner_leaf_hash(pool_context, one.leaf)});
    leaves.push_back(std::move(one.leaf));
  }
  Result<SumTree> tree = SumTree::build(SumTreeTag::owners, context.assets.size(), nodes);
  if (!tree) return std::unexpected(tree.error());
  LiabilitiesRoot root = root_of(Tag::pool_root, pool_context, *tree);
  return PoolTree{.context = context,
                  .pool = pool,
                  .leaves = std::move(leaves),
                  .tree = std::move(*tree),
                  .root = std::move(root)};
}

Result<VenueTree> build_venue_tree(const LiabilitiesContext& context,
                                   std::vector<PoolEntry> pools) {
  if (Result<void> checked = check_context(context); !checked)
    return std::unexpected(checked.error());
  std::ranges::sort(pools, {}, &PoolEntry::pool);
  const auto twice = std::ranges::adjacent_find(pools, {}, &PoolEntry::pool);
  if (twice != pools.end())
    return malformed("pool", std::to_string(twice->pool.value()), "must have one leaf in a venue");
  const Hash venue_context = venue_context_hash(context);
  std::vector<SumNode> nodes;
  nodes.reserve(pools.size());
  for (const PoolEntry& entry : pools)
    nodes.push_back({.sums = entry.root.totals, .hash = pool_leaf_hash(venue_context, entry)});
  Result<SumTree> tree = SumTree::build(SumTreeTag::pools, context.assets.size(), nodes);
  if (!tree) return std::unexpected(tree.error());
  LiabilitiesRoot root = root_of(Tag::venue_root, venue_context, *tree);
  return VenueTree{.context = context,
                   .pools = std::move(pools),
                   .tree = std::move(*tree),
                   .root = std::move(root)};
}

Result<InclusionProof> prove_inclusion(const PoolTree& pool, const VenueTree& venue,
                                       OwnerId owner) {
  const auto leaf = std::ranges::find(pool.leaves, owner, &OwnerLeaf::owner);
  if (leaf == pool.leaves.end())
    return malformed("owner", base::to_text(owner.value()), "has no leaf in this pool");
  const auto entry = std::ranges::find(venue.pools, pool.pool, &PoolEntry::pool);
  if (entry == venue.pools.end() || entry->root != pool.root || pool.context != venue.context)
    return malformed("pool", std::to_string(pool.pool.value()),
                     "must be the pool of the venue's tree at the same epoch");
  const auto leaf_index = static_cast<std::uint64_t>(leaf - pool.leaves.begin());
  const auto pool_index = static_cast<std::uint64_t>(entry - venue.pools.begin());
  return InclusionProof{.version = kLiabilitiesVersion,
                        .context = pool.context,
                        .pool = pool.pool,
                        .leaf = *leaf,
                        .leaf_index = leaf_index,
                        .path = pool.tree.path(leaf_index),
                        .pool_root = pool.root,
                        .pool_index = pool_index,
                        .pool_path = venue.tree.path(pool_index),
                        .venue_root = venue.root};
}

Result<VerifiedInclusion> verify_inclusion(const InclusionProof& proof) {
  if (Result<void> checked = check_shape(proof); !checked) return std::unexpected(checked.error());
  const Hash venue_context = venue_context_hash(proof.context);
  const Hash pool_context = pool_context_hash(venue_context, proof.pool);

  const SumNode leaf{.sums = proof.leaf.amounts, .hash = owner_leaf_hash(pool_context, proof.leaf)};
  const Result<SumNode> pool_top =
      climb(SumTreeTag::owners, leaf, proof.leaf_index, proof.pool_root.leaf_count, proof.path);
  if (Result<void> checked =
          check_climb("pool root", pool_top, Tag::pool_root, pool_context, proof.pool_root);
      !checked)
    return std::unexpected(checked.error());

  const PoolEntry entry{.pool = proof.pool, .root = proof.pool_root};
  const SumNode pool{.sums = proof.pool_root.totals, .hash = pool_leaf_hash(venue_context, entry)};
  const Result<SumNode> venue_top = climb(SumTreeTag::pools, pool, proof.pool_index,
                                          proof.venue_root.leaf_count, proof.pool_path);
  if (Result<void> checked =
          check_climb("venue root", venue_top, Tag::venue_root, venue_context, proof.venue_root);
      !checked)
    return std::unexpected(checked.error());

  return VerifiedInclusion{.owner = proof.leaf.owner,
                           .amounts = proof.leaf.amounts,
                           .pool_totals = proof.pool_root.totals,
                           .venue_totals = proof.venue_root.totals,
                           .venue_root = proof.venue_root.hash};
}

Result<VerifiedInclusion> verify_inclusion(const InclusionProof& proof, const Expected& expected) {
  if (proof.leaf.owner != expected.owner)
    return refuted(
        "owner", base::to_text(proof.leaf.owner.value()),
        "must be the identifier of the one who checks: " + base::to_text(expected.owner.value()));
  if (proof.venue_root.hash != expected.venue_root)
    return refuted("venue root", to_hex(proof.venue_root.hash),
                   "must be the published one: " + to_hex(expected.venue_root));
  return verify_inclusion(proof);
}

}  // namespace cofferdam::crypto
