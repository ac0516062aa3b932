// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/liabilities.h"

#include "cofferdam/books/pool/entitlement.h"
#include "cofferdam/crypto/ed25519.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace cofferdam::report {

namespace {

using base::Result;
using ledger::OwnerClass;

[[nodiscard]] bool is_proved(OwnerClass owner_class) {
  return owner_class == OwnerClass::client || owner_class == OwnerClass::member ||
         owner_class == OwnerClass::provider;
}

[[nodiscard]] Result<crypto::LiabilitiesContext> context_of(const engine::State& state,
                                                            base::Sequence sequence) {
  const venue::Venue* venue = state.venue.venues.find(1);
  if (venue == nullptr) return base::malformed("books", "", "the books must be founded");
  crypto::LiabilitiesContext context{
      .venue = venue->code, .epoch = sequence, .sequence = sequence, .assets = {}};
  state.ledger.assets.each([&](const ledger::Asset& asset) {
    context.assets.push_back({.asset = asset.id, .code = asset.code, .scale = asset.scale});
  });
  std::ranges::sort(context.assets, {}, &crypto::LiabilitiesAsset::asset);
  if (Result<void> good = crypto::check_context(context); !good)
    return std::unexpected(std::move(good).error());
  return context;
}

// The leaves of a pool, and beside them what is owed to it.
class Claims {
 public:
  Claims(const crypto::LiabilitiesContext& context, base::PoolId pool)
      : context_(context), pool_(pool) {}

  [[nodiscard]] bool add(const pool::Entitlement& row) {
    if (!is_proved(row.owner_class) || row.amount.is_zero()) return true;
    const base::Amount size = row.amount.magnitude();
    if (row.amount.is_negative()) {
      auto& deficit = deficits_.try_emplace(row.asset, LiabilitiesDeficit{pool_, row.asset, 0, {}})
                          .first->second;
      const auto sum = base::try_add(deficit.amount, size);
      if (!sum) return false;
      deficit.amount = *sum;
      ++deficit.owners;
      return true;
    }
    auto& amounts = leaves_[row.owner];
    amounts.resize(context_.assets.size());
    const auto at =
        std::ranges::lower_bound(context_.assets, row.asset, {}, &crypto::LiabilitiesAsset::asset);
    base::Amount& amount = amounts[static_cast<std::size_t>(at - context_.assets.begin())];
    const auto sum = base::try_add(amount, size);
    if (!sum) return false;
    amount = *sum;
    return true;
  }

  [[nodiscard]] std::vector<crypto::Holding> take_holdings() {
    std::vector<crypto::Holding> holdings;
    holdings.reserve(leaves_.size());
    for (auto& [owner, amounts] : leaves_)
      holdings.push_back({.owner = owner, .amounts = std::move(amounts)});
    return holdings;
  }

  [[nodiscard]] const std::map<base::AssetId, LiabilitiesDeficit>& deficits() const {
    return deficits_;
  }

 private:
  const crypto::LiabilitiesContext& context_;
  base::PoolId pool_;
  std::map<base::OwnerId, std::vector<base::Amount>> leaves_;
  std::map<base::AssetId, LiabilitiesDeficit> deficits_;
};

[[nodiscard]] std::unexpected<base::Error> too_large() {
  return base::malformed("claims", "", "the sums must fit 127 bits");
}

}  // namespace

Result<Liabilities> liabilities_of(const engine::State& state, base::Sequence sequence,
                                   const crypto::MasterSecret& secret) {
  Result<crypto::LiabilitiesContext> context = context_of(state, sequence);
  if (!context) return std::unexpected(std::move(context).error());
  const auto all = pool::entitlements_of_all(state.pool, state.ledger);
  if (!all) return too_large();
  std::vector<crypto::PoolTree> pools;
  std::vector<crypto::PoolEntry> entries;
  std::vector<LiabilitiesDeficit> deficits;
  for (const pool::PoolEntitlements& each : *all) {
    const pool::Pool* row = state.pool.pools.find(each.pool);
    if (row->state == pool::PoolState::detached) continue;
    Claims claims(*context, each.pool);
    for (const pool::Entitlement& entitlement : each.rows)
      if (!claims.add(entitlement)) return too_large();
    for (const auto& [asset, deficit] : claims.deficits()) deficits.push_back(deficit);
    Result<crypto::PoolTree> tree =
        crypto::build_pool_tree(*context, each.pool, claims.take_holdings(), secret);
    if (!tree) return std::unexpected(std::move(tree).error());
    entries.push_back({.pool = each.pool, .root = tree->root});
    pools.push_back(std::move(*tree));
  }
  Result<crypto::VenueTree> venue = crypto::build_venue_tree(*context, std::move(entries));
  if (!venue) return std::unexpected(std::move(venue).error());
  return Liabilities{.context = std::move(*context),
                     .pools = std::move(pools),
                     .venue = std::move(*venue),
                     .deficits = std::move(deficits)};
}

Result<std::vector<crypto::InclusionProof>> proofs_of(const Liabilities& liabilities,
                                                      base::OwnerId owner) {
  std::vector<crypto::InclusionProof> proofs;
  for (const crypto::PoolTree& pool : liabilities.pools) {
    if (std::ranges::find(pool.leaves, owner, &crypto::OwnerLeaf::owner) == pool.leaves.end())
      continue;
    Result<crypto::InclusionProof> proof = crypto::prove_inclusion(pool, liabilities.venue, owner);
    if (!proof) return std::unexpected(std::move(proof).error());
    proofs.push_back(std::move(*proof));
  }
  if (proofs.empty())
    return std::unexpected(
        base::Error{.kind = base::ErrorKind::refused,
                    .field = "owner",
                    .value = base::to_text(owner.value()),
                    .rule = "the owner must have a claim in a pool of these books",
                    .hint = "cofferdam account list --owner ID shows what the owner has"});
  return proofs;
}

Result<crypto::MasterSecret> liabilities_secret(const std::string& books_folder) {
  const std::filesystem::path keys = std::filesystem::path(books_folder) / "keys";
  const std::filesystem::path path = keys / "liabilities.key";
  std::error_code trouble;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, trouble)))
    return crypto::load_seed(path);
  if (std::filesystem::create_directories(keys, trouble); !trouble)
    std::filesystem::permissions(keys, std::filesystem::perms::owner_all, trouble);
  if (trouble)
    return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                       .field = keys.string(),
                                       .rule = "cannot make the folder: " + trouble.message()});
  crypto::Seed seed = crypto::generate_seed();
  if (Result<void> stored = crypto::store_seed(path, seed); !stored)
    return std::unexpected(std::move(stored).error());
  return seed;
}

}  // namespace cofferdam::report
