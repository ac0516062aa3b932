// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/entitlement.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/books/pool/account_ids.h"

#include <algorithm>
#include <map>

namespace cofferdam::pool {

namespace {

using base::i128;
using base::u128;
using ledger::AccountClass;

[[nodiscard]] std::optional<SignedAmount> net_of(const ledger::Account& account) {
  return base::try_difference(account.credits_posted, account.debits_posted);
}

// Sums that remember whether one of them did not fit.
template <class Key>
class Sums {
 public:
  void add(const Key& key, std::optional<SignedAmount> amount) {
    SignedAmount& sum = sums_[key];
    const auto next = amount ? base::try_add(sum, *amount) : std::nullopt;
    if (next) {
      sum = *next;
    } else {
      failed_ = true;
    }
  }

  [[nodiscard]] bool failed() const { return failed_; }

  [[nodiscard]] const std::map<Key, SignedAmount>& all() const { return sums_; }

 private:
  std::map<Key, SignedAmount> sums_;
  bool failed_ = false;
};

struct ClaimKey {
  PoolId pool;
  AssetId asset;
  OwnerClass owner_class;
  OwnerId owner;
  friend auto operator<=>(const ClaimKey&, const ClaimKey&) = default;
};

void add_claim(Sums<ClaimKey>& sums, const State& state, const ledger::Account& account) {
  const auto net = net_of(account);
  const Beneficiaries* held_for = state.beneficiaries.find(account.id);
  if (!net || held_for == nullptr) {
    sums.add({account.pool, account.asset, account.owner_class, account.owner}, net);
    return;
  }
  std::vector<u128> weights;
  weights.reserve(held_for->owners.size());
  for (const Beneficiary& each : held_for->owners) weights.push_back(each.weight);
  const auto parts = base::allocate(net->magnitude().units(), weights);
  if (!parts)
    return sums.add({account.pool, account.asset, account.owner_class, account.owner}, net);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const i128 part = static_cast<i128>((*parts)[i]);
    sums.add({account.pool, account.asset, account.owner_class, held_for->owners[i].owner},
             SignedAmount(net->is_negative() ? -part : part));
  }
}

[[nodiscard]] std::vector<Entitlement> rows_of(const Sums<ClaimKey>& sums, PoolId pool) {
  std::vector<Entitlement> rows;
  for (auto at = sums.all().lower_bound({pool, AssetId(), OwnerClass(), OwnerId()});
       at != sums.all().end() && at->first.pool == pool; ++at)
    rows.push_back({at->first.asset, at->first.owner_class, at->first.owner, at->second});
  return rows;
}

[[nodiscard]] bool is_house_pool(const State& state, PoolId pool) {
  const Pool* row = state.pools.find(pool);
  return row != nullptr && row->regime == Regime::house;
}

// Walks the ledger once for all pools: its accounts are many, the pools' lines few.
class Drill {
 public:
  Drill(const State& state, const ledger::State& ledger) : state_(state), ledger_(ledger) {}

  [[nodiscard]] std::optional<HouseDefaultDrill> run() {
    Sums<ClaimKey> claims;
    ledger_.accounts.each([&](const ledger::Account& account) {
      look(account);
      if (is_claim(account)) add_claim(claims, state_, account);
    });
    HouseDefaultDrill drill;
    state_.pools.each([&](const Pool& pool) {
      if (!is_drilled(pool)) return;
      DrilledPool drilled{.pool = pool.id, .entitlements = rows_of(claims, pool.id)};
      close(drilled);
      for (const DrillLine& line : drilled.assets) drill.all_whole = drill.all_whole && line.whole;
      drill.pools.push_back(std::move(drilled));
    });
    if (failed_ || claims.failed()) return std::nullopt;
    return drill;
  }

 private:
  [[nodiscard]] static bool is_drilled(const Pool& pool) {
    return is_client_regime(pool.regime) &&
           (pool.state == PoolState::active || pool.state == PoolState::frozen ||
            pool.state == PoolState::winding_up);
  }

  void add(SignedAmount& to, i128 units) {
    const auto sum = base::try_add(to, SignedAmount(units));
    failed_ = failed_ || !sum;
    if (sum) to = *sum;
  }

  void look(const ledger::Account& account) {
    const Pool* pool = state_.pools.find(account.pool);
    if (pool == nullptr || !is_drilled(*pool)) return;
    const auto net = net_of(account);
    if (!net || net->units() == base::kI128Min) {
      failed_ = true;
      return;
    }
    DrillLine& line = lines_[{account.pool, account.asset}];
    if (account.account_class == AccountClass::custody) {
      add(line.held, -net->units());
    } else if (account.account_class == AccountClass::in_transit) {
      add(line.receivable, -net->units());
    } else if (account.account_class == AccountClass::conduit) {
      if (!net->is_negative()) {
        add(line.owed_to_other_pools, net->units());
      } else {
        add(line.receivable, -net->units());
        if (owed_by_house(account)) add(line.receivable_from_house, -net->units());
      }
    }
  }

  [[nodiscard]] bool owed_by_house(const ledger::Account& half) const {
    const ConduitId number(static_cast<std::uint32_t>(base::low64(half.id.value())));
    const Conduit* conduit = is_conduit_half(half.id) ? state_.conduits.find(number) : nullptr;
    if (conduit == nullptr) return true;  // a claim on nobody known is no claim
    return is_house_pool(state_, conduit->half_to == half.id ? conduit->from : conduit->to);
  }

  void close(DrilledPool& drilled) {
    const PoolId pool = drilled.pool;
    for (const Entitlement& each : drilled.entitlements) {
      DrillLine& line = lines_[{pool, each.asset}];
      if (each.owner_class == OwnerClass::house) {
        add(line.house_money, each.amount.units());
      } else if (!each.amount.is_negative()) {
        add(line.owed_to_owners, each.amount.units());  // debts of clients are no assets here
      }
    }
    for (auto at = lines_.lower_bound({pool, AssetId()});
         at != lines_.end() && at->first.first == pool; ++at) {
      DrillLine& line = at->second;
      line.asset = at->first.second;
      add(line.surplus, line.held.units());
      add(line.surplus, line.receivable.units());
      for (const SignedAmount& part :
           {line.receivable_from_house, line.owed_to_other_pools, line.owed_to_owners})
        add(line.surplus, -part.units());
      line.whole = !line.surplus.is_negative();
      drilled.assets.push_back(line);
    }
  }

  const State& state_;
  const ledger::State& ledger_;
  std::map<std::pair<PoolId, AssetId>, DrillLine> lines_;
  bool failed_ = false;
};

}  // namespace

bool is_claim(const ledger::Account& account) {
  if (account.owner_class == OwnerClass::pool || account.owner_class == OwnerClass::outside)
    return false;
  switch (account.account_class) {
    case AccountClass::position:
    case AccountClass::open_value:
    case AccountClass::clearing:
    case AccountClass::settlement:
    case AccountClass::conduit:
    case AccountClass::in_transit:
    case AccountClass::custody:
    case AccountClass::external:
      return false;
    case AccountClass::general:
    case AccountClass::collateral:
    case AccountClass::fee:
    case AccountClass::buffer:
    case AccountClass::reserve:
    case AccountClass::deficit:
    case AccountClass::dust:
      return true;
  }
  return false;
}

std::optional<std::vector<Entitlement>> entitlements(const State& state,
                                                     const ledger::State& ledger, PoolId pool) {
  Sums<ClaimKey> sums;
  ledger.accounts.each([&](const ledger::Account& account) {
    if (account.pool == pool && is_claim(account)) add_claim(sums, state, account);
  });
  if (sums.failed()) return std::nullopt;
  return rows_of(sums, pool);
}

std::optional<std::vector<PoolEntitlements>> entitlements_of_all(const State& state,
                                                                 const ledger::State& ledger) {
  Sums<ClaimKey> sums;
  ledger.accounts.each([&](const ledger::Account& account) {
    if (is_claim(account)) add_claim(sums, state, account);
  });
  if (sums.failed()) return std::nullopt;
  std::vector<PoolEntitlements> all;
  state.pools.each(
      [&](const Pool& pool) { all.push_back({.pool = pool.id, .rows = rows_of(sums, pool.id)}); });
  return all;
}

std::optional<HouseDefaultDrill> drill_house_default(const State& state,
                                                     const ledger::State& ledger) {
  return Drill(state, ledger).run();
}

}  // namespace cofferdam::pool
