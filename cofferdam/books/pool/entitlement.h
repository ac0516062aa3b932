// SPDX-License-Identifier: Apache-2.0
//
// What a pool owes to whom: computed from the accounts, never kept beside them, so that it cannot
// disagree with them.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <vector>

namespace cofferdam::pool {

using base::SignedAmount;

// Credits less debits of all accounts of an owner in a pool and asset. Negative: the owner owes.
struct Entitlement {
  AssetId asset;
  OwnerClass owner_class = OwnerClass::client;
  OwnerId owner;
  SignedAmount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "in what");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("owner", self.owner, "opaque id of the beneficial owner");
    visit("amount", self.amount, "what the pool owes; negative: what the owner owes");
  }
};

// Whether an account is a claim of its owner on the pool, and not the pool's own. Positions and
// open values are worth something only at a mark; they are settled into collateral before they
// count.
[[nodiscard]] bool is_claim(const ledger::Account& account);

// Every owner's entitlement, in the order of asset, class, owner; a nominee's account is split
// among its beneficial owners by largest remainder. Over all rows of an asset they sum to what the
// pool's own accounts hold against them, exactly. nullopt when a balance does not fit 127 bits.
[[nodiscard]] std::optional<std::vector<Entitlement>> entitlements(const State& state,
                                                                   const ledger::State& ledger,
                                                                   PoolId pool);

struct PoolEntitlements {
  PoolId pool;
  std::vector<Entitlement> rows;
};

// The same for every pool, in the order of their making, with one walk over the accounts.
[[nodiscard]] std::optional<std::vector<PoolEntitlements>> entitlements_of_all(
    const State& state, const ledger::State& ledger);

// The drill "the house defaults": what is left for clients when nothing of the house's counts.
struct DrillLine {
  AssetId asset;
  SignedAmount held;
  SignedAmount receivable;
  SignedAmount receivable_from_house;
  SignedAmount owed_to_other_pools;
  SignedAmount owed_to_owners;
  SignedAmount house_money;
  SignedAmount surplus;
  bool whole = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "in what");
    visit("held", self.held, "in custody");
    visit("receivable", self.receivable, "claims on other pools, and assets in transit");
    visit("receivable_from_house", self.receivable_from_house,
          "claims on house pools, which are worth nothing now");
    visit("owed_to_other_pools", self.owed_to_other_pools, "through conduits");
    visit("owed_to_owners", self.owed_to_owners, "what others than the house are entitled to");
    visit("house_money", self.house_money, "buffers and fees: they stand behind the clients");
    visit("surplus", self.surplus, "held + receivable - owed; negative: what is missing");
    visit("whole", self.whole, "nothing is missing, to the last unit");
  }
};

struct DrilledPool {
  PoolId pool;
  std::vector<DrillLine> assets;
  std::vector<Entitlement> entitlements;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "a client pool");
    visit("assets", self.assets, "asset by asset");
    visit("entitlements", self.entitlements, "owner by owner");
  }
};

struct HouseDefaultDrill {
  bool all_whole = true;
  std::vector<DrilledPool> pools;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("all_whole", self.all_whole, "every client pool is whole in every asset");
    visit("pools", self.pools, "the client pools that are neither drafts nor over");
  }
};

// nullopt when a balance does not fit 127 bits.
[[nodiscard]] std::optional<HouseDefaultDrill> drill_house_default(const State& state,
                                                                   const ledger::State& ledger);

}  // namespace cofferdam::pool
