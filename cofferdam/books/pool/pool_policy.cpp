// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_policy.h"

namespace cofferdam::pool {

namespace {

using ledger::AccountClass;
using B = PolicyBreach;

[[nodiscard]] bool is_owners_class(OwnerClass owner) {
  return owner == OwnerClass::client || owner == OwnerClass::member ||
         owner == OwnerClass::provider;
}

[[nodiscard]] B judge_account(const Pool& pool, const ledger::Account& account) {
  if (is_single_owner_regime(pool.regime) && is_owners_class(account.owner_class) &&
      account.owner != pool.owner)
    return B::foreign_owner;
  if (is_client_regime(pool.regime) && account.owner_class == OwnerClass::house &&
      account.account_class != AccountClass::buffer && account.account_class != AccountClass::fee)
    return B::undeclared_house_money;
  return B::none;
}

[[nodiscard]] B judge_total(const Pool& pool, const ledger::Total& total) {
  const bool in_debit = total.debits_posted > total.credits_posted;
  const bool in_credit = total.credits_posted > total.debits_posted;
  switch (total.account_class) {
    case AccountClass::buffer:
      if (in_credit && is_client_regime(pool.regime) &&
          total.credits_posted - total.debits_posted > buffer_cap(pool, total.asset))
        return B::buffer_above_cap;
      return in_debit && !pool.allows_deficit ? B::below_zero : B::none;
    case AccountClass::deficit:
      return (in_debit || in_credit) && !pool.allows_deficit ? B::deficit_not_allowed : B::none;
    case AccountClass::custody:
      return in_credit && !pool.allows_deficit ? B::below_zero : B::none;
    case AccountClass::collateral:
    case AccountClass::reserve:
    case AccountClass::fee:
      return in_debit && !pool.allows_deficit ? B::below_zero : B::none;
    case AccountClass::general:
    case AccountClass::external:
    case AccountClass::position:
    case AccountClass::open_value:
    case AccountClass::clearing:
    case AccountClass::conduit:
    case AccountClass::in_transit:
    case AccountClass::dust:
    case AccountClass::settlement:
      return B::none;
  }
  return B::none;
}

}  // namespace

PolicyFinding find_policy_breach(const State& state, const ledger::State& ledger) {
  PolicyFinding finding;
  const auto look = [&](const auto* row, auto judge) {
    if (row == nullptr) return;
    const Pool* pool = state.pools.find(row->pool);
    if (pool == nullptr) return;
    const B breach = judge(*pool, *row);
    if (breach == B::none || (finding.breach != B::none && finding.breach <= breach)) return;
    finding = {breach, row->pool,
               "pool " + pool->code + ", class " + std::string(base::name_of(row->account_class))};
  };
  // An account's pool, class and owner never change: only new ones are looked at.
  ledger.accounts.each_inserted(
      [&](const ledger::Account& account) { look(&account, judge_account); });
  ledger.totals.each_touched([&](const ledger::Total* /*before*/, const ledger::Total* after) {
    look(after, judge_total);
  });
  return finding;
}

}  // namespace cofferdam::pool
