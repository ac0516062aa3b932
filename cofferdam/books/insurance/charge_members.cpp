// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/charge_members.h"

#include "cofferdam/books/insurance/cover_book.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/publish_tariff.h"
#include "cofferdam/books/insurance/tariff_arithmetic.h"

namespace cofferdam::insurance {

using S = ChargeStatus;

namespace {

S charge(const ChargeMembers& command, const Billing& billing, const Tariff::Key& tariff_key,
         State& state, ledger::State& ledger, Context& context) {
  const Contribution::Key key{command.pool, command.period, billing.member};
  if (const Contribution* done = state.contributions.find(key)) {
    const bool is_same =
        done->volume == billing.volume && done->average_collateral == billing.average_collateral;
    return is_same ? S::ok : S::charged_otherwise;
  }
  const Tariff& tariff = *state.tariffs.find(tariff_key);
  const TariffRate& rate =
      *state.rates.find({command.pool, command.period, tariff.version, billing.member});
  const auto due = charge_of(tariff, rate, billing.volume, billing.average_collateral);
  if (!due) return S::charge_too_large;
  const AccountId account = state.members.find({command.pool, billing.member})->account;
  if (take_in(state, ledger, context, command.pool, account, Fund::unearned, due->amount,
              kContribution, command.period) == Moved::refused)
    return S::account_refuses;
  const std::uint32_t line = open_line(state, context, command.pool, LineKind::contribution,
                                       due->amount, tariff.expense_ratio, tariff.start, tariff.end);
  state.contributions.insert(context.changes,
                             Contribution{.pool = command.pool,
                                          .asset = command.asset,
                                          .period = command.period,
                                          .member = billing.member,
                                          .version = tariff.version,
                                          .volume = billing.volume,
                                          .average_collateral = billing.average_collateral,
                                          .volume_part = due->volume_part,
                                          .collateral_part = due->collateral_part,
                                          .amount = due->amount,
                                          .line = line,
                                          .charged = context.now});
  state.tariffs.edit(context.changes, tariff_key).charged += due->amount;
  state.members.edit(context.changes, {command.pool, billing.member}).contributed += due->amount;
  return S::ok;
}

}  // namespace

S check_shape(const ChargeMembers& command) {
  if (command.members.empty()) return S::no_members;
  return command.members.size() > kLinesMax ? S::too_many_members : S::ok;
}

S check_state(const ChargeMembers& command, const State& state, const ledger::State& /*ledger*/) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  if (pool->asset != command.asset) return S::has_different_asset;
  const Tariff* tariff = tariff_of(state, command.pool, command.period);
  if (tariff == nullptr) return S::tariff_not_found;
  for (const Billing& billing : command.members)
    if (state.rates.find({command.pool, command.period, tariff->version, billing.member}) ==
        nullptr)
      return S::rate_not_found;
  return S::ok;
}

S apply(const ChargeMembers& command, State& state, ledger::State& ledger, Context& context) {
  const Tariff::Key key = tariff_of(state, command.pool, command.period)->key();
  if (state.tariffs.find(key)->start > context.now) return S::period_not_begun;
  for (const Billing& billing : command.members)
    if (const S s = charge(command, billing, key, state, ledger, context); s != S::ok) return s;
  bring_up_to_date(state, ledger, context, command.pool);
  return S::ok;
}

}  // namespace cofferdam::insurance
