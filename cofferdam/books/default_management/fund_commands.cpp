// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fund_commands.h"

#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::default_management {

using O = OpenFundStatus;
using S = FundCommandStatus;

namespace {

static_assert(static_cast<int>(FundStatus::too_large) == static_cast<int>(S::too_large));

S status_of(FundStatus status) {
  return static_cast<S>(status);
}

S check_account(const FundRow& fund, AccountId id, OwnerId owner, const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(id);
  if (account == nullptr) return S::account_not_found;
  if (account->pool != fund.pool) return S::account_in_another_pool;
  if (account->asset != fund.asset) return S::account_has_different_asset;
  if (account->owner != owner) return S::account_of_another_owner;
  if (ledger::is_reserved_class(account->account_class) || account->id == fund.account)
    return S::account_class_not_allowed;
  return S::ok;
}

// Whether a pool with an open loss would charge this fund.
bool is_charged(const State& state, const FundRow& fund) {
  for (const auto& [number, loss] : state.losses.rows()) {
    if (loss.outstanding().is_zero()) continue;
    const Waterfall* waterfall = waterfall_of(state, loss.pool, loss.asset);
    if (waterfall == nullptr) continue;
    for (const LayerTerms& layer : waterfall->layers)
      if (layer.fund == fund.code) return true;
  }
  return false;
}

struct Both {
  Fund fund;
  Stake stake;
};

Both read(const State& state, const ledger::State& ledger, const FundRow& row, OwnerId owner) {
  return {read_fund(row, ledger), read_stake(state, row, owner)};
}

FundResult run(const IssueShares& command, const FundRow& /*row*/, Both& both, Time /*now*/) {
  return stake(both.fund, both.stake, command.amount);
}

FundResult run(const RequestShares& command, const FundRow& /*row*/, Both& both, Time now) {
  Stake seen = both.stake;
  Fund fund = both.fund;
  rebase(fund);
  rebase(fund, seen);
  const bool fits = command.shares <= static_cast<u128>(base::kI128Max);
  const Shares wanted = command.shares == 0 ? seen.shares
                        : fits              ? Shares(static_cast<i128>(command.shares))
                                            : Shares();
  return request(both.fund, both.stake, wanted, now);
}

FundResult run(const RedeemShares& /*command*/, const FundRow& row, Both& both, Time now) {
  return redeem(row.rules, both.fund, both.stake, now);
}

FundResult run(const CancelShares& /*command*/, const FundRow& /*row*/, Both& both, Time /*now*/) {
  return cancel(both.fund, both.stake);
}

// The arithmetic and the rows; money is moved by the caller.
template <class C>
FundResult change(const C& command, State& state, const ledger::State& ledger, Context& context) {
  const FundRow row = *state.funds.find(command.fund);
  Both both = read(state, ledger, row, command.owner);
  const FundResult result = run(command, row, both, context.now);
  if (result.status != FundStatus::ok) return result;
  write_fund(state, context, row.code, both.fund);
  write_stake(state, context, row, command.owner, both.stake);
  return result;
}

S move(ledger::State& ledger, Context& context, AccountId debit, AccountId credit, Amount amount,
       PostingCode code) {
  const auto status = ledger::post_leg(ledger, context, ledger.accounts.find_slot(debit),
                                       ledger.accounts.find_slot(credit), amount, code);
  return status == ledger::TransferStatus::ok ? S::ok : S::account_refuses;
}

}  // namespace

O check_shape(const OpenFund& command) {
  if (!ledger::is_code(command.code, 32)) return O::code_malformed;
  if (command.rules.notice.is_negative() || command.rules.period.is_negative() ||
      command.rules.period_limit_ppm > kPpmOne)
    return O::rules_malformed;
  return O::ok;
}

O check_state(const OpenFund& command, const State& state, const ledger::State& ledger) {
  if (state.funds.find(command.code) != nullptr) return O::code_exists;
  if (state.funds.size() >= kFundsMax) return O::too_many_funds;
  const ledger::Account* account = ledger.accounts.find(command.account);
  if (account == nullptr) return O::account_not_found;
  if (account->account_class != ledger::AccountClass::reserve) return O::account_class_not_allowed;
  if (!account->is(ledger::kDebitsMustNotExceedCredits)) return O::account_may_go_negative;
  if (account->credits_posted != account->debits_posted) return O::account_not_empty;
  bool used = false;
  state.funds.each([&](const FundRow& fund) { used = used || fund.account == command.account; });
  return used ? O::account_in_use : O::ok;
}

O apply(const OpenFund& command, State& state, const ledger::State& ledger, Context& context) {
  const ledger::Account& account = *ledger.accounts.find(command.account);
  state.funds.insert(context.changes, FundRow{.code = command.code,
                                              .pool = account.pool,
                                              .asset = account.asset,
                                              .account = command.account,
                                              .rules = command.rules,
                                              .opened = context.now});
  return O::ok;
}

S check_shape(const IssueShares& command) {
  return command.amount.is_zero() ? S::issues_nothing : S::ok;
}

S check_state(const IssueShares& command, const State& state, const ledger::State& ledger) {
  const FundRow* fund = state.funds.find(command.fund);
  if (fund == nullptr) return S::fund_not_found;
  if (const S s = check_account(*fund, command.account, command.owner, ledger); s != S::ok)
    return s;
  Both both = read(state, ledger, *fund, command.owner);
  return status_of(run(command, *fund, both, Time()).status);
}

S apply(const IssueShares& command, State& state, ledger::State& ledger, Context& context) {
  const AccountId to = state.funds.find(command.fund)->account;
  const FundResult result = change(command, state, ledger, context);
  if (result.status != FundStatus::ok) return status_of(result.status);
  return move(ledger, context, command.account, to, command.amount, kFundStake);
}

S check_shape(const RequestShares& /*command*/) {
  return S::ok;
}

S check_state(const RequestShares& command, const State& state, const ledger::State& ledger) {
  const FundRow* fund = state.funds.find(command.fund);
  if (fund == nullptr) return S::fund_not_found;
  Both both = read(state, ledger, *fund, command.owner);
  return status_of(run(command, *fund, both, Time()).status);
}

S apply(const RequestShares& command, State& state, ledger::State& ledger, Context& context) {
  return status_of(change(command, state, ledger, context).status);
}

S check_shape(const RedeemShares& /*command*/) {
  return S::ok;
}

S check_state(const RedeemShares& command, const State& state, const ledger::State& ledger) {
  const FundRow* fund = state.funds.find(command.fund);
  if (fund == nullptr) return S::fund_not_found;
  if (const S s = check_account(*fund, command.account, command.owner, ledger); s != S::ok)
    return s;
  if (state.stakes.find({command.fund, command.owner}) == nullptr) return S::no_request;
  return is_charged(state, *fund) ? S::loss_open : S::ok;
}

S apply(const RedeemShares& command, State& state, ledger::State& ledger, Context& context) {
  const AccountId from = state.funds.find(command.fund)->account;
  const FundResult result = change(command, state, ledger, context);
  if (result.status != FundStatus::ok) return status_of(result.status);
  return move(ledger, context, from, command.account, result.amount, kFundPayment);
}

S check_shape(const CancelShares& /*command*/) {
  return S::ok;
}

S check_state(const CancelShares& command, const State& state, const ledger::State& ledger) {
  const FundRow* fund = state.funds.find(command.fund);
  if (fund == nullptr) return S::fund_not_found;
  Both both = read(state, ledger, *fund, command.owner);
  return status_of(run(command, *fund, both, Time()).status);
}

S apply(const CancelShares& command, State& state, ledger::State& ledger, Context& context) {
  return status_of(change(command, state, ledger, context).status);
}

}  // namespace cofferdam::default_management
