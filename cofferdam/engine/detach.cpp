// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/detach.h"

namespace cofferdam::engine {

namespace {

using base::PoolId;
using S = pool::PoolLifeStatus;

[[nodiscard]] bool any_of(const auto& table, auto test) {
  bool found = false;
  for (const auto& [key, row] : table.rows()) found = found || test(row);
  return found;
}

[[nodiscard]] bool is_open(base::Slot slot, const ledger::State& ledger) {
  if (slot == base::kNoSlot) return false;
  const ledger::Account& account = ledger.accounts.at(slot);
  return account.debits_posted != account.credits_posted;
}

[[nodiscard]] bool has_position(PoolId pool, const State& state) {
  bool found = false;
  state.market.holdings.each([&](const market::Holding& row) {
    found = found || (row.pool == pool && (is_open(row.position, state.ledger) ||
                                           is_open(row.open_value, state.ledger)));
  });
  return found;
}

[[nodiscard]] bool has_break(PoolId pool, const State& state) {
  const auto& rows = state.reconciliation.open_breaks.rows();
  const auto at = rows.lower_bound({pool, base::AccountId(), reconciliation::BreakId()});
  return at != rows.end() && at->second.pool == pool;
}

[[nodiscard]] bool has_margin(PoolId pool, const State& state) {
  bool found = false;
  state.margin.pools.each(
      [&](const margin::PoolMargin& row) { found = found || (row.pool == pool && row.in_force); });
  return found;
}

[[nodiscard]] bool has_default(PoolId pool, const State& state) {
  const auto& books = state.default_management;
  return any_of(books.cases,
                [&](const default_management::Case& row) {
                  return row.pool == pool && row.ended == base::Time();
                }) ||
         any_of(books.losses,
                [&](const default_management::Loss& row) {
                  return row.pool == pool && row.closed == base::Time();
                }) ||
         any_of(state.resolution.auctions,
                [&](const default_management::Auction& row) {
                  return row.pool == pool && row.stage == default_management::AuctionStage::open;
                }) ||
         any_of(state.resolution.assessments, [&](const default_management::Assessment& row) {
           return row.pool == pool && row.paid < row.amount;
         });
}

}  // namespace

S check_detachable(PoolId pool, const State& state) {
  if (has_break(pool, state)) return S::break_open;
  if (has_position(pool, state)) return S::position_open;
  if (any_of(state.margin.reserved, [&](const margin::Reserved& row) {
        return row.pool == pool && !(row.buys.is_zero() && row.sells.is_zero());
      }))
    return S::order_reserved;
  if (has_margin(pool, state)) return S::margin_in_force;
  if (has_default(pool, state)) return S::default_open;
  if (any_of(state.default_management.funds, [&](const default_management::FundRow& row) {
        return row.pool == pool && row.total_shares != 0;
      }))
    return S::fund_has_shares;
  if (any_of(state.claims.claims,
             [&](const insurance::Claim& row) { return row.pool == pool && row.is_open(); }))
    return S::claim_open;
  if (any_of(state.insurance.pools,
             [&](const insurance::InsurancePool& row) { return row.pool == pool; }))
    return S::insurance_open;
  return S::ok;
}

}  // namespace cofferdam::engine
