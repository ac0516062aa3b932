// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/funds.h"

#include "cofferdam/books/insurance/mcr.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::insurance {
namespace {

template <class F>
auto& money(F& funds, Fund fund) {
  switch (fund) {
    case Fund::unearned:
      return funds.unearned;
    case Fund::earned:
      return funds.earned;
    case Fund::expenses:
      return funds.expenses;
    case Fund::case_reserve:
      return funds.case_reserve;
    case Fund::ibnr_reserve:
      return funds.ibnr_reserve;
    case Fund::layer:
      return funds.layer;
    case Fund::junior:
      return funds.junior;
    case Fund::senior:
      return funds.senior;
    case Fund::junior_exits:
      return funds.junior_exits;
    case Fund::senior_exits:
      return funds.senior_exits;
    case Fund::written_off:
      return funds.written_off;
    case Fund::dust:
      break;
  }
  return funds.dust;
}

Slot slot_of(const ledger::State& ledger, AccountId id) {
  return ledger.accounts.find_slot(id);
}

}  // namespace

Amount money_in(const Funds& funds, Fund fund) {
  return money(funds, fund);
}

Amount balance_of(const ledger::State& ledger, Fund fund, PoolId pool) {
  const ledger::Account* account = ledger.accounts.find(fund_account(fund, pool));
  if (account == nullptr || account->credits_posted <= account->debits_posted) return Amount();
  return account->credits_posted - account->debits_posted;
}

void move(State& state, ledger::State& ledger, Context& context, PoolId pool, Fund from, Fund to,
          Amount amount, PostingCode code, u128 reference) {
  if (amount.is_zero() || from == to) return;
  const auto status =
      ledger::post_leg(ledger, context, slot_of(ledger, fund_account(from, pool)),
                       slot_of(ledger, fund_account(to, pool)), amount, code, reference);
  COFFERDAM_CHECK(status == ledger::TransferStatus::ok, "a fund holds what its row says");
  Funds& funds = state.pools.edit(context.changes, pool).funds;
  money(funds, from) -= amount;
  money(funds, to) += amount;
}

Moved take_in(State& state, ledger::State& ledger, Context& context, PoolId pool, AccountId from,
              Fund to, Amount amount, PostingCode code, u128 reference) {
  const auto status =
      ledger::post_leg(ledger, context, slot_of(ledger, from),
                       slot_of(ledger, fund_account(to, pool)), amount, code, reference);
  if (status != ledger::TransferStatus::ok) return Moved::refused;
  money(state.pools.edit(context.changes, pool).funds, to) += amount;
  return Moved::ok;
}

Moved pay_out(State& state, ledger::State& ledger, Context& context, PoolId pool, Fund from,
              AccountId to, Amount amount, PostingCode code, u128 reference) {
  const auto status = ledger::post_leg(ledger, context, slot_of(ledger, fund_account(from, pool)),
                                       slot_of(ledger, to), amount, code, reference);
  if (status != ledger::TransferStatus::ok) return Moved::refused;
  money(state.pools.edit(context.changes, pool).funds, from) -= amount;
  return Moved::ok;
}

Amount required_capital(const InsurancePool& pool, Amount active_cover, Amount model_capital) {
  // The rule of mcr() with its step forced: what is desired for this cover, at once.
  const auto geared = mcr({.active_cover = active_cover,
                           .capital = pool.capital(),
                           .forced = true,
                           .gearing_bps = pool.rules.gearing_bps});
  return std::max(model_capital, geared ? geared->desired : Amount::max());
}

Amount required_capital(const InsurancePool& pool) {
  return required_capital(pool, pool.active_cover, pool.model_capital);
}

bool is_gate_open(const InsurancePool& pool) {
  return pool.capital() >= required_capital(pool);
}

Amount free_capital(const InsurancePool& pool) {
  const Amount required = required_capital(pool);
  return pool.capital() > required ? pool.capital() - required : Amount();
}

AccountFault fault_of(const ledger::State& ledger, const InsurancePool& pool, AccountId id) {
  const ledger::Account* account = ledger.accounts.find(id);
  if (account == nullptr) return AccountFault::not_found;
  if (account->pool != pool.pool) return AccountFault::another_pool;
  if (account->asset != pool.asset) return AccountFault::another_asset;
  const bool is_outside = account->account_class == ledger::AccountClass::custody ||
                          account->account_class == ledger::AccountClass::external;
  if (is_outside || is_fund_account(id) || ledger::is_reserved_class(account->account_class))
    return AccountFault::not_allowed;
  return AccountFault::none;
}

}  // namespace cofferdam::insurance
