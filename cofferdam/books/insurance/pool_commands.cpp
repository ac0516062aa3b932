// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/pool_commands.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/insurance/account_status.h"
#include "cofferdam/books/insurance/cover_book.h"
#include "cofferdam/books/insurance/reserve.h"
#include "cofferdam/books/insurance/tranche.h"
#include "cofferdam/books/ledger/create_accounts.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = InsuranceStatus;

namespace {

S shape_of(const PoolRules& rules) {
  const bool is_bounded = rules.counterparty_ppm <= kPpmOne && rules.insured_ppm <= kPpmOne &&
                          rules.wrong_way_ppm <= kPpmOne &&
                          rules.own_marks_retention_ppm <= kPpmOne;
  return rules.gearing_bps > 0 && is_bounded && !rules.exit_tail.is_negative() ? S::ok
                                                                               : S::rules_malformed;
}

S check_pool(const State& state, PoolId pool) {
  return state.pools.find(pool) == nullptr ? S::not_an_insurance_pool : S::ok;
}

S check_pool(const State& state, PoolId pool, AssetId asset) {
  const InsurancePool* row = state.pools.find(pool);
  if (row == nullptr) return S::not_an_insurance_pool;
  return row->asset == asset ? S::ok : S::has_different_asset;
}

S check_account(const State& state, const ledger::State& ledger, PoolId pool, AccountId account) {
  const InsurancePool* row = state.pools.find(pool);
  if (row == nullptr) return S::not_an_insurance_pool;
  return status_of<S>(fault_of(ledger, *row, account));
}

bool holds_assets(const ledger::State& ledger, PoolId pool, AssetId asset) {
  const ledger::Total* total = ledger.totals.find({pool, asset, ledger::AccountClass::custody});
  return total != nullptr && total->debits_posted != total->credits_posted;
}

}  // namespace

bool is_model(std::string_view text) {
  return !text.empty() && text.size() <= kModelMax &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void bring_up_to_date(State& state, ledger::State& ledger, Context& context, PoolId pool) {
  follow_layer(state, ledger, context, pool);
  advance(state, ledger, context, pool);
  set_apart_due_exits(state, ledger, context, pool);
}

S check_shape(const OpenInsurance& command) {
  if (command.junior_notice.is_negative() || command.senior_notice.is_negative())
    return S::rules_malformed;
  return shape_of(command.rules);
}

S check_state(const OpenInsurance& command, const State& state, const ledger::State& ledger,
              const pool::State& pools) {
  const pool::Pool* pool = pools.pools.find(command.pool);
  if (pool == nullptr) return S::pool_not_found;
  const ledger::Asset* asset = ledger.assets.find(command.asset);
  if (asset == nullptr) return S::asset_not_found;
  if (asset->scale < 2 || asset->scale > 18) return S::scale_not_supported;
  if (pool->regime != pool::Regime::insurance) return S::not_an_insurance_pool;
  if (state.pools.find(command.pool) != nullptr) return S::exists;
  if (pool->state != pool::PoolState::active) return S::pool_not_open;
  if (holds_assets(ledger, command.pool, command.asset)) return S::assets_not_declared;
  for (std::size_t i = 0; i < kFunds; ++i)
    if (ledger.accounts.find(fund_account(static_cast<Fund>(i), command.pool)) != nullptr)
      return S::account_id_taken;
  return S::ok;
}

S apply(const OpenInsurance& command, State& state, ledger::State& ledger, Context& context) {
  for (std::size_t i = 0; i < kFunds; ++i) {
    const auto fund = static_cast<Fund>(i);
    ledger::open_account(ledger, context,
                         {.id = fund_account(fund, command.pool),
                          .pool = command.pool,
                          .asset = command.asset,
                          .account_class = fund == Fund::dust ? ledger::AccountClass::dust
                                                              : ledger::AccountClass::reserve,
                          .code = kInsuranceAccountCode,
                          .flags = ledger::kDebitsMustNotExceedCredits});
  }
  state.pools.insert(context.changes, InsurancePool{.pool = command.pool,
                                                    .asset = command.asset,
                                                    .manager = command.manager,
                                                    .rules = command.rules,
                                                    .opened = context.now});
  for (const TrancheKind kind : {TrancheKind::junior, TrancheKind::senior})
    state.tranches.insert(context.changes,
                          Tranche{.pool = command.pool,
                                  .asset = command.asset,
                                  .tranche = kind,
                                  .notice = kind == TrancheKind::junior ? command.junior_notice
                                                                        : command.senior_notice});
  return S::ok;
}

S check_shape(const SetInsuranceRules& command) {
  return shape_of(command.rules);
}

S check_state(const SetInsuranceRules& command, const State& state,
              const ledger::State& /*ledger*/) {
  return check_pool(state, command.pool);
}

S apply(const SetInsuranceRules& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  state.pools.edit(context.changes, command.pool).rules = command.rules;
  return S::ok;
}

S check_shape(const DeclareHolding& command) {
  return command.custodian.is_none() ? S::custodian_missing : S::ok;
}

S check_state(const DeclareHolding& command, const State& state, const ledger::State& ledger) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  const ledger::Account* account = ledger.accounts.find(command.account);
  if (account == nullptr) return S::account_not_found;
  if (account->pool != command.pool) return S::account_in_another_pool;
  if (account->asset != pool->asset) return S::account_has_different_asset;
  if (account->account_class != ledger::AccountClass::custody) return S::account_class_not_allowed;
  if (state.holdings.find({command.pool, command.account}) != nullptr) return S::ok;
  std::size_t count = 0;
  const auto& rows = state.holdings.rows();
  for (auto at = rows.lower_bound({command.pool, AccountId()});
       at != rows.end() && at->first.pool == command.pool; ++at)
    ++count;
  return count >= kHoldingsMax ? S::too_many_holdings : S::ok;
}

S apply(const DeclareHolding& command, State& state, ledger::State& /*ledger*/, Context& context) {
  const Holding row{.pool = command.pool,
                    .account = command.account,
                    .custodian = command.custodian,
                    .declared = context.now};
  if (state.holdings.find(row.key()) == nullptr) {
    state.holdings.insert(context.changes, row);
  } else {
    state.holdings.edit(context.changes, row.key()) = row;
  }
  return S::ok;
}

S check_shape(const RecordCapital& command) {
  return is_model(command.model) ? S::ok : S::model_malformed;
}

S check_state(const RecordCapital& command, const State& state, const ledger::State& /*ledger*/) {
  return check_pool(state, command.pool, command.asset);
}

S apply(const RecordCapital& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  InsurancePool& row = state.pools.edit(context.changes, command.pool);
  row.model_capital = command.required;
  row.model = command.model;
  return S::ok;
}

S check_shape(const AdvanceInsurance& /*command*/) {
  return S::ok;
}

S check_state(const AdvanceInsurance& command, const State& state,
              const ledger::State& /*ledger*/) {
  return check_pool(state, command.pool);
}

S apply(const AdvanceInsurance& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  return S::ok;
}

S check_shape(const SetReserve& command) {
  return command.kind == ReserveKind::incident ? S::reserve_of_an_incident : S::ok;
}

S check_state(const SetReserve& command, const State& state, const ledger::State& /*ledger*/) {
  return check_pool(state, command.pool, command.asset);
}

S apply(const SetReserve& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const ReserveFor what{command.pool, command.kind, 0, {}};
  const Amount held = reserve_held(state, what);
  if (command.amount > reserve_most(state, what)) return S::exceeds_capital;
  // What stands for the parametric layer is a promise made freely, like a cover.
  const bool is_promise = command.kind == ReserveKind::layer && command.amount > held;
  if (is_promise && command.amount - held > free_capital(*state.pools.find(command.pool)))
    return S::gate_shut;
  const ReserveStatus set = set_reserve(state, ledger, context, what, command.amount);
  return set == ReserveStatus::ok ? S::ok : S::exceeds_capital;
}

S check_shape(const PayExpense& command) {
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const PayExpense& command, const State& state, const ledger::State& ledger) {
  return check_account(state, ledger, command.pool, command.account);
}

S apply(const PayExpense& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const InsurancePool& pool = *state.pools.find(command.pool);
  const Amount planned = std::min(command.amount, pool.funds.expenses);
  const Amount more = command.amount - planned;
  if (more > pool.funds.earned) return S::exceeds_earned;
  if (more > free_capital(pool)) return S::gate_shut;
  move(state, ledger, context, command.pool, Fund::earned, Fund::expenses, more, kExpense);
  return pay_out(state, ledger, context, command.pool, Fund::expenses, command.account,
                 command.amount, kExpense) == Moved::ok
             ? S::ok
             : S::account_refuses;
}

S check_shape(const AddSurplus& command) {
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const AddSurplus& command, const State& state, const ledger::State& ledger) {
  return check_account(state, ledger, command.pool, command.account);
}

S apply(const AddSurplus& command, State& state, ledger::State& ledger, Context& context) {
  const Moved moved = take_in(state, ledger, context, command.pool, command.account, Fund::earned,
                              command.amount, kSurplusIn);
  if (moved == Moved::refused) return S::account_refuses;
  bring_up_to_date(state, ledger, context, command.pool);
  return S::ok;
}

S check_shape(const ShareSurplus& command) {
  if (command.junior_ppm > kPpmOne) return S::part_malformed;
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const ShareSurplus& command, const State& state, const ledger::State& /*ledger*/) {
  if (const S s = check_pool(state, command.pool, command.asset); s != S::ok) return s;
  const auto is_empty = [&](TrancheKind kind) {
    return state.tranches.find({command.pool, kind})->total_shares == 0;
  };
  const bool misses_junior = command.junior_ppm > 0 && is_empty(TrancheKind::junior);
  const bool misses_senior = command.junior_ppm < kPpmOne && is_empty(TrancheKind::senior);
  return misses_junior || misses_senior ? S::tranche_empty : S::ok;
}

S apply(const ShareSurplus& command, State& state, ledger::State& ledger, Context& context) {
  bring_up_to_date(state, ledger, context, command.pool);
  const auto part = [&](std::uint32_t ppm) {
    return base::mul_div<base::Rounding::down>(command.amount, u128{ppm}, u128{kPpmOne});
  };
  const Amount junior = part(command.junior_ppm);
  const Amount senior = part(kPpmOne - command.junior_ppm);
  const Amount dust = command.amount - junior - senior;
  const InsurancePool& pool = *state.pools.find(command.pool);
  if (command.amount > pool.funds.earned) return S::exceeds_earned;
  if (dust > free_capital(pool)) return S::gate_shut;
  const auto give = [&](Fund to, Amount amount) {
    move(state, ledger, context, command.pool, Fund::earned, to, amount, kSurplusShare);
  };
  give(Fund::junior, junior);
  give(Fund::senior, senior);
  give(Fund::dust, dust);
  return S::ok;
}

}  // namespace cofferdam::insurance
