// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/wrong_way.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/insurance/funds.h"

#include <set>

namespace cofferdam::insurance {
namespace {

// What lies at a custody account; never below zero.
Amount assets_at(const ledger::Account& account) {
  return account.debits_posted > account.credits_posted
             ? account.debits_posted - account.credits_posted
             : Amount();
}

Amount assets_of(const ledger::State& ledger, const InsurancePool& pool) {
  const ledger::Total* total =
      ledger.totals.find({pool.pool, pool.asset, ledger::AccountClass::custody});
  if (total == nullptr || total->debits_posted <= total->credits_posted) return {};
  return total->debits_posted - total->credits_posted;
}

std::string code_of(PoolId pool) {
  return "insurance pool " + base::to_text(u128{pool.value()});
}

bool is_insured(const State& state, PoolId pool, OwnerId owner) {
  return state.exposures.find({pool, ExposureSide::counterparty, owner}) != nullptr ||
         state.exposures.find({pool, ExposureSide::insured, owner}) != nullptr;
}

// What waterfalls took from the account in this command, less what recoveries gave back.
u128 charged_now(const default_management::State& defaults,
                 const default_management::ResolutionState& resolution, AccountId account) {
  u128 sum = 0;  // modulo 2^128: a return is negative
  defaults.charges.each_touched(
      [&](const default_management::Charge* before, const default_management::Charge* after) {
        if (before == nullptr && after != nullptr && after->account == account)
          sum += after->amount.units();
      });
  resolution.returns.each_touched(
      [&](const default_management::Return* before, const default_management::Return* after) {
        if (after == nullptr || after->account != account) return;
        sum -= after->returned.units() - (before == nullptr ? 0 : before->returned.units());
      });
  return sum;
}

std::optional<std::string> check_fund(const State& state, const ledger::Account* before,
                                      const ledger::Account& after,
                                      const default_management::State& defaults,
                                      const default_management::ResolutionState& resolution) {
  const Fund fund = fund_of(after.id);
  const InsurancePool* pool = state.pools.find(pool_of_fund(after.id));
  if (pool == nullptr || after.debits_pending != Amount() || after.credits_pending != Amount())
    return code_of(after.pool) + ": a fund is moved by its own commands only";
  const auto net = [](const ledger::Account& account) {
    return account.credits_posted.units() - account.debits_posted.units();
  };
  if (fund != Fund::layer) {
    if (net(after) == money_in(pool->funds, fund).units()) return std::nullopt;
    return code_of(after.pool) + ": money of a fund moves by the rules of insurance only";
  }
  // The row of the layer follows later what a waterfall took; other commands move both.
  if (before == nullptr || net(after) == money_in(pool->funds, fund).units()) return std::nullopt;
  const u128 fell = net(*before) - net(after);
  if (fell == charged_now(defaults, resolution, after.id)) return std::nullopt;
  return code_of(after.pool) + ": the layer pays for losses of a waterfall only";
}

std::optional<std::string> check_assets(const State& state, const ledger::State& ledger,
                                        const InsurancePool& pool) {
  Amount declared;
  std::set<OwnerId> custodians;
  const auto& rows = state.holdings.rows();
  for (auto at = rows.lower_bound({pool.pool, AccountId()});
       at != rows.end() && at->first.pool == pool.pool; ++at) {
    declared += assets_at(*ledger.accounts.find(at->first.account));
    custodians.insert(at->second.custodian);
  }
  if (declared != assets_of(ledger, pool))
    return code_of(pool.pool) + ": every custody account says with whom its assets lie";
  for (const OwnerId custodian : custodians)
    if (is_insured(state, pool.pool, custodian) &&
        !is_within_wrong_way(state, ledger, pool, custodian))
      return code_of(pool.pool) + ": its assets would lie with somebody who is insured";
  return std::nullopt;
}

}  // namespace

bool is_within_wrong_way(const State& state, const ledger::State& ledger, const InsurancePool& pool,
                         OwnerId custodian) {
  Amount there;
  const auto& rows = state.holdings.rows();
  for (auto at = rows.lower_bound({pool.pool, AccountId()});
       at != rows.end() && at->first.pool == pool.pool; ++at)
    if (at->second.custodian == custodian)
      there += assets_at(*ledger.accounts.find(at->first.account));
  return there <= base::mul_div<base::Rounding::down>(
                      assets_of(ledger, pool), u128{pool.rules.wrong_way_ppm}, u128{kPpmOne});
}

std::optional<std::string> find_foreign_movement(
    const State& state, const ledger::State& ledger,
    const default_management::State& default_management,
    const default_management::ResolutionState& resolution) {
  if (state.pools.size() == 0) return std::nullopt;
  std::optional<std::string> found;
  std::set<PoolId> pools;  // whose assets or holdings this command touched
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    if (after == nullptr) return;
    if (is_fund_account(after->id)) {
      if (auto fault = check_fund(state, before, *after, default_management, resolution))
        found = fault;
    } else if (after->account_class == ledger::AccountClass::custody) {
      const InsurancePool* pool = state.pools.find(after->pool);
      if (pool != nullptr && pool->asset == after->asset) pools.insert(after->pool);
    }
  });
  state.holdings.each_touched([&](const Holding*, const Holding* after) {
    if (after != nullptr) pools.insert(after->pool);
  });
  for (const PoolId pool : pools)
    if (auto fault = check_assets(state, ledger, *state.pools.find(pool))) found = fault;
  return found;
}

}  // namespace cofferdam::insurance
