// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/tranche.h"

#include <algorithm>
#include <vector>

namespace cofferdam::insurance {
namespace {

base::Shares shares(u128 units) {
  return base::Shares(static_cast<base::i128>(units));
}

// The request of an owner ends: its shares are gone and its money lies apart.
void set_apart(State& state, ledger::State& ledger, Context& context, const Exit& exit,
               default_management::Fund fund, default_management::Stake stake,
               const default_management::FundResult& paid) {
  const Tranche tranche = *state.tranches.find({exit.pool, exit.tranche});
  move(state, ledger, context, exit.pool, fund_of(exit.tranche), exits_of(exit.tranche),
       paid.amount, kTrancheExit, exit.number);
  write_tranche(state, context, tranche, fund);
  write_stake(state, context, tranche, exit.owner, stake);
  const InsurancePool& pool = *state.pools.find(exit.pool);
  Exit& row = state.exits.edit(context.changes, exit.key());
  row.stage = ExitStage::out;
  row.amount = paid.amount;
  row.left = std::max(exit.due, pool.gate_shut);
  row.free = base::try_add(row.left, pool.rules.exit_tail).value_or(Time::max());
}

}  // namespace

default_management::Fund read_tranche(const State& state, const Tranche& row) {
  return {.balance = money_in(state.pools.find(row.pool)->funds, fund_of(row.tranche)),
          .total_shares = shares(row.total_shares),
          .rebases = row.rebases};
}

default_management::Stake read_stake(const State& state, const Tranche& tranche, OwnerId owner) {
  const TrancheStake* row = state.stakes.find({tranche.pool, tranche.tranche, owner});
  if (row == nullptr) return {.rebases = tranche.rebases};
  return {.shares = shares(row->shares),
          .rebases = row->rebases,
          .requested_shares = shares(row->requested_shares),
          .frozen_value = row->frozen_value,
          .requested = row->requested};
}

void write_tranche(State& state, Context& context, const Tranche& row,
                   const default_management::Fund& fund) {
  Tranche& now = state.tranches.edit(context.changes, row.key());
  now.total_shares = fund.total_shares.magnitude();
  now.rebases = fund.rebases;
}

void write_stake(State& state, Context& context, const Tranche& tranche, OwnerId owner,
                 const default_management::Stake& stake) {
  const TrancheStake row{.pool = tranche.pool,
                         .asset = tranche.asset,
                         .tranche = tranche.tranche,
                         .owner = owner,
                         .shares = stake.shares.magnitude(),
                         .rebases = stake.rebases,
                         .requested_shares = stake.requested_shares.magnitude(),
                         .frozen_value = stake.frozen_value,
                         .requested = stake.requested};
  const bool exists = state.stakes.find(row.key()) != nullptr;
  if (!exists && !stake.shares.is_zero()) state.stakes.insert(context.changes, row);
  if (exists && stake.shares.is_zero()) state.stakes.erase(context.changes, row.key());
  if (exists && !stake.shares.is_zero()) state.stakes.edit(context.changes, row.key()) = row;
}

Amount drawable(const State& state, PoolId pool, TrancheKind tranche) {
  const Tranche* row = state.tranches.find({pool, tranche});
  return row == nullptr ? Amount() : default_management::drawable(read_tranche(state, *row));
}

void set_apart_due_exits(State& state, ledger::State& ledger, Context& context, PoolId pool) {
  if (state.pools.find(pool)->open_exits == 0) return;
  if (!is_gate_open(*state.pools.find(pool)))
    state.pools.edit(context.changes, pool).gate_shut = context.now;
  std::vector<Exit> due;
  const auto& rows = state.exits.rows();
  for (auto at = rows.lower_bound({pool, 0}); at != rows.end() && at->first.pool == pool; ++at)
    if (at->second.stage == ExitStage::in_notice && at->second.due <= context.now)
      due.push_back(at->second);
  for (const Exit& exit : due) {
    const Tranche& tranche = *state.tranches.find({pool, exit.tranche});
    default_management::Fund fund = read_tranche(state, tranche);
    default_management::Stake stake = read_stake(state, tranche, exit.owner);
    const auto paid = redeem({.notice = Duration()}, fund, stake, context.now);
    COFFERDAM_CHECK(paid.status == default_management::FundStatus::ok, "a request in the queue");
    if (paid.amount > free_capital(*state.pools.find(pool))) {
      state.pools.edit(context.changes, pool).gate_shut = context.now;
      return;
    }
    set_apart(state, ledger, context, exit, fund, stake, paid);
  }
}

bool is_free(const State& state, const Exit& exit, Time now) {
  if (exit.stage != ExitStage::out || now < exit.free) return false;
  const auto& rows = state.open_incidents.rows();
  for (auto at = rows.lower_bound({exit.pool, 0}); at != rows.end() && at->first.pool == exit.pool;
       ++at)
    if (at->second.occurred < exit.left) return false;
  return true;
}

}  // namespace cofferdam::insurance
