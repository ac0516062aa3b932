// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_life.h"

namespace cofferdam::pool {

using S = PoolLifeStatus;

namespace {

[[nodiscard]] S check_agreement(const State& state, const Pool& pool, base::Date day) {
  if (pool.agreements == 0) return S::agreement_missing;
  const auto& rows = state.agreements.rows();
  for (auto row = rows.lower_bound({pool.id, 0}); row != rows.end() && row->first.pool == pool.id;
       ++row)
    if (row->second.in_force(day)) return S::ok;
  return S::agreement_not_in_force;
}

[[nodiscard]] S check_empty(const ledger::State& ledger, PoolId pool) {
  S status = S::ok;
  ledger.accounts.each([&](const ledger::Account& account) {
    if (account.pool != pool || status == S::hold_open) return;
    if (!account.debits_pending.is_zero() || !account.credits_pending.is_zero()) {
      status = S::hold_open;
    } else if (account.debits_posted != account.credits_posted) {
      status = S::balance_not_zero;
    }
  });
  return status;
}

// An intent that is settled or cancelled later would find its pool gone.
[[nodiscard]] S check_nothing_under_way(const ledger::State& ledger, PoolId pool) {
  bool under_way = false;
  ledger.accounts.each([&](const ledger::Account& account) {
    under_way = under_way || (account.pool == pool &&
                              account.account_class == ledger::AccountClass::in_transit &&
                              account.debits_posted != account.credits_posted);
  });
  return under_way ? S::balance_not_zero : S::ok;
}

}  // namespace

S check_shape_of_step(const std::string& reason) {
  return reason.size() > ledger::kReasonMax ? S::reason_too_long : S::ok;
}

S check_state_of_step(PoolId pool, PoolState to, const State& state, const ledger::State& ledger,
                      const Context& context) {
  const Pool* row = state.pools.find(pool);
  if (row == nullptr) return S::pool_not_found;
  if (!may_become(row->state, to)) return S::not_possible_in_this_state;
  if (to == PoolState::active) return check_agreement(state, *row, base::day_of(context.now));
  if (to == PoolState::closed) return check_empty(ledger, pool);
  if (to == PoolState::detached) return check_nothing_under_way(ledger, pool);
  return S::ok;
}

}  // namespace cofferdam::pool
