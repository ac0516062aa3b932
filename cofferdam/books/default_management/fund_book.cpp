// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fund_book.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

Shares shares(u128 units) {
  return Shares(static_cast<i128>(units));
}

}  // namespace

Fund read_fund(const FundRow& row, const ledger::State& ledger) {
  const ledger::Account& account = *ledger.accounts.find(row.account);
  const bool is_positive = account.credits_posted >= account.debits_posted;
  return {.balance = is_positive ? account.credits_posted - account.debits_posted : Amount(),
          .total_shares = shares(row.total_shares),
          .rebases = row.rebases,
          .period_start = row.period_start,
          .period_balance = row.period_balance,
          .period_paid = row.period_paid};
}

Stake read_stake(const State& state, const FundRow& fund, OwnerId owner) {
  const StakeRow* row = state.stakes.find({fund.code, owner});
  if (row == nullptr) return {.rebases = fund.rebases};
  return {.shares = shares(row->shares),
          .rebases = row->rebases,
          .requested_shares = shares(row->requested_shares),
          .frozen_value = row->frozen_value,
          .requested = row->requested};
}

void write_fund(State& state, Context& context, const std::string& code, const Fund& fund) {
  FundRow& row = state.funds.edit(context.changes, code);
  row.total_shares = fund.total_shares.magnitude();
  row.rebases = fund.rebases;
  row.period_start = fund.period_start;
  row.period_balance = fund.period_balance;
  row.period_paid = fund.period_paid;
}

void write_stake(State& state, Context& context, const FundRow& fund, OwnerId owner,
                 const Stake& stake) {
  const StakeRow row{.fund = fund.code,
                     .asset = fund.asset,
                     .owner = owner,
                     .shares = stake.shares.magnitude(),
                     .rebases = stake.rebases,
                     .requested_shares = stake.requested_shares.magnitude(),
                     .frozen_value = stake.frozen_value,
                     .requested = stake.requested};
  const bool exists = state.stakes.find(row.key()) != nullptr;
  if (!exists) {
    state.stakes.insert(context.changes, row);
  } else if (stake.shares.is_zero()) {
    state.stakes.erase(context.changes, row.key());
  } else {
    state.stakes.edit(context.changes, row.key()) = row;
  }
}

Amount contribution_of(const State& state, const FundRow& row, const ledger::State& ledger,
                       OwnerId owner) {
  Fund fund = read_fund(row, ledger);
  Stake stake = read_stake(state, row, owner);
  rebase(fund);
  rebase(fund, stake);
  return std::min(value_of(fund, stake.shares), drawable(fund));
}

void burn_contribution(State& state, Context& context, const FundRow& row,
                       const ledger::State& ledger, OwnerId owner, Amount amount) {
  Fund fund = read_fund(row, ledger);
  Stake stake = read_stake(state, row, owner);
  rebase(fund);
  rebase(fund, stake);
  const u128 needed = base::try_mul_div<base::Rounding::up>(
                          amount.units(), fund.total_shares.magnitude(), fund.balance.units())
                          .value_or(stake.shares.magnitude());
  const Shares burnt = shares(std::min(needed, stake.shares.magnitude()));
  stake.shares = stake.shares - burnt;
  fund.total_shares = fund.total_shares - burnt;
  // What is left of a request is at most what is left of the stake.
  stake.requested_shares = std::min(stake.requested_shares, stake.shares);
  if (stake.requested_shares.is_zero()) {
    stake.frozen_value = Amount();
    stake.requested = Time();
  }
  const FundRow before = row;
  write_fund(state, context, before.code, fund);
  write_stake(state, context, before, owner, stake);
}

}  // namespace cofferdam::default_management
