// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/tranche_commands.h"

#include "cofferdam/books/insurance/account_status.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/tranche.h"

namespace cofferdam::insurance {

using S = TrancheStatus;

namespace {

using base::Shares;
using default_management::FundStatus;

S status_of(FundStatus status) {
  switch (status) {
    case FundStatus::ok:
      return S::ok;
    case FundStatus::drained:
      return S::drained;
    case FundStatus::issues_nothing:
      return S::issues_nothing;
    case FundStatus::request_open:
      return S::request_open;
    case FundStatus::exceeds_shares:
    case FundStatus::no_request:
      return S::exceeds_shares;
    case FundStatus::notice_runs:
    case FundStatus::below_minimum:
    case FundStatus::exceeds_period_limit:
    case FundStatus::too_large:
      break;
  }
  return S::too_large;
}

S check_account(const State& state, const ledger::State& ledger, PoolId pool, AccountId account,
                OwnerId owner) {
  const InsurancePool* row = state.pools.find(pool);
  if (row == nullptr) return S::not_an_insurance_pool;
  if (const S s = status_of<S>(fault_of(ledger, *row, account)); s != S::ok) return s;
  return ledger.accounts.find(account)->owner == owner ? S::ok : S::account_of_another_owner;
}

bool has_open_incident(const State& state, PoolId pool) {
  const auto at = state.open_incidents.rows().lower_bound({pool, 0});
  return at != state.open_incidents.rows().end() && at->first.pool == pool;
}

}  // namespace

S check_shape(const SubscribeTranche& command) {
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const SubscribeTranche& command, const State& state, const ledger::State& ledger) {
  if (const S s = check_account(state, ledger, command.pool, command.account, command.owner);
      s != S::ok)
    return s;
  return has_open_incident(state, command.pool) ? S::incident_open : S::ok;
}

S apply(const SubscribeTranche& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const Tranche tranche = *state.tranches.find({command.pool, command.tranche});
  default_management::Fund fund = read_tranche(state, tranche);
  default_management::Stake holder = read_stake(state, tranche, command.owner);
  const auto issued = default_management::stake(fund, holder, command.amount);
  if (issued.status != FundStatus::ok) return status_of(issued.status);
  if (take_in(state, ledger, context, command.pool, command.account, fund_of(command.tranche),
              command.amount, kTrancheStake) == Moved::refused)
    return S::account_refuses;
  write_tranche(state, context, tranche, fund);
  write_stake(state, context, tranche, command.owner, holder);
  return S::ok;
}

S check_shape(const RequestExit& /*command*/) {
  return S::ok;
}

S check_state(const RequestExit& command, const State& state, const ledger::State& ledger) {
  if (const S s = check_account(state, ledger, command.pool, command.account, command.owner);
      s != S::ok)
    return s;
  return state.pools.find(command.pool)->open_exits >= kExitsMax ? S::too_many_exits : S::ok;
}

S apply(const RequestExit& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const Tranche tranche = *state.tranches.find({command.pool, command.tranche});
  default_management::Fund fund = read_tranche(state, tranche);
  default_management::Stake holder = read_stake(state, tranche, command.owner);
  default_management::rebase(fund);
  default_management::rebase(fund, holder);
  const bool fits = command.shares <= static_cast<u128>(base::kI128Max);
  const Shares wanted = command.shares == 0 ? holder.shares
                        : fits              ? Shares(static_cast<base::i128>(command.shares))
                                            : Shares();
  const auto asked = default_management::request(fund, holder, wanted, context.now);
  if (asked.status != FundStatus::ok) return status_of(asked.status);
  write_tranche(state, context, tranche, fund);
  write_stake(state, context, tranche, command.owner, holder);
  InsurancePool& pool = state.pools.edit(context.changes, command.pool);
  ++pool.open_exits;
  state.exits.insert(context.changes,
                     Exit{.pool = command.pool,
                          .asset = tranche.asset,
                          .number = ++pool.exits,
                          .tranche = command.tranche,
                          .owner = command.owner,
                          .account = command.account,
                          .requested = context.now,
                          .due = base::try_add(context.now, tranche.notice).value_or(Time::max())});
  context.created = pool.exits;
  return S::ok;
}

S check_shape(const PayExit& /*command*/) {
  return S::ok;
}

S check_state(const PayExit& command, const State& state, const ledger::State& /*ledger*/) {
  if (state.pools.find(command.pool) == nullptr) return S::not_an_insurance_pool;
  const Exit* exit = state.exits.find({command.pool, command.exit});
  if (exit == nullptr) return S::exit_not_found;
  return exit->stage == ExitStage::paid ? S::paid_before : S::ok;
}

S apply(const PayExit& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const Exit exit = *state.exits.find({command.pool, command.exit});
  if (exit.stage == ExitStage::in_notice)
    return exit.due > context.now ? S::notice_runs : S::gate_shut;
  if (!is_free(state, exit, context.now)) return S::answers_still;
  if (pay_out(state, ledger, context, command.pool, exits_of(exit.tranche), exit.account,
              exit.amount, kTrancheExitPaid, exit.number) == Moved::refused)
    return S::account_refuses;
  --state.pools.edit(context.changes, command.pool).open_exits;
  if (exit.borne.is_zero()) {
    state.exits.erase(context.changes, exit.key());
  } else {
    Exit& row = state.exits.edit(context.changes, exit.key());
    row.stage = ExitStage::paid;
    row.amount = Amount();
  }
  return S::ok;
}

}  // namespace cofferdam::insurance
