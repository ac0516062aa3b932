// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/trial_balance.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/account_names.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cofferdam::report {

std::vector<const ledger::Account*> accounts_in_order(const engine::State& state) {
  std::vector<const ledger::Account*> accounts;
  accounts.reserve(state.ledger.accounts.size());
  state.ledger.accounts.each([&](const ledger::Account& account) { accounts.push_back(&account); });
  const auto order = [](const ledger::Account* a) {
    return std::tuple(a->pool, a->asset, a->account_class, a->id);
  };
  std::sort(accounts.begin(), accounts.end(),
            [&](const auto* a, const auto* b) { return order(a) < order(b); });
  return accounts;
}

TrialBalance trial_balance(const engine::State& state, const OwnerLabels& labels) {
  TrialBalance result;
  result.accounts = {
      .title = "Trial balance",
      .columns = {text_column("account"), text_column("path"), text_column("pool"),
                  text_column("asset"), text_column("class"), text_column("owner class"),
                  text_column("owner"), number_column("debits"), number_column("credits"),
                  number_column("balance")},
      .rows = {}};
  result.sums = {
      .title = "Sums by pool and asset",
      .columns = {text_column("pool"), text_column("asset"), number_column("accounts"),
                  number_column("debits"), number_column("credits"), number_column("difference")},
      .rows = {}};

  struct Sum {
    std::uint64_t accounts = 0;
    base::Amount debits;
    base::Amount credits;
  };

  std::map<std::pair<base::PoolId, base::AssetId>, Sum> sums;
  for (const ledger::Account* account : accounts_in_order(state)) {
    Sum& sum = sums[{account->pool, account->asset}];
    ++sum.accounts;
    sum.debits += account->debits_posted;
    sum.credits += account->credits_posted;
    const base::AssetId asset = account->asset;
    result.accounts.rows.push_back(
        {base::to_text(account->id.value()), account_path(state, *account),
         pool_code(state, account->pool), asset_code(state, asset),
         std::string(base::name_of(account->account_class)),
         std::string(base::name_of(account->owner_class)), labels.of(*account),
         amount_text(state, asset, account->debits_posted),
         amount_text(state, asset, account->credits_posted),
         amount_text(state, asset, net_debit(*account))});
  }
  for (const auto& [key, sum] : sums) {
    const auto difference = base::try_difference(sum.debits, sum.credits);
    COFFERDAM_CHECK(difference.has_value(), "a pool's balance fits 127 bits");
    if (!difference->is_zero()) result.balances = false;
    result.sums.rows.push_back(
        {pool_code(state, key.first), asset_code(state, key.second), std::to_string(sum.accounts),
         amount_text(state, key.second, sum.debits), amount_text(state, key.second, sum.credits),
         amount_text(state, key.second, *difference)});
  }
  return result;
}

}  // namespace cofferdam::report
