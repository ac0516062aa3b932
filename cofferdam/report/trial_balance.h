// SPDX-License-Identifier: Apache-2.0
//
// The trial balance: every account with its debits, credits and balance; and the sums of every pool
// and asset, in which debits equal credits.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/report/listing.h"
#include "cofferdam/report/owners.h"

#include <vector>

namespace cofferdam::report {

struct TrialBalance {
  Listing accounts;  // account, path, pool, asset, class, owner class, owner, debits, credits,
                     // balance (debit positive); by pool, asset, class, account
  Listing sums;      // pool, asset, accounts, debits, credits, difference
  bool balances = true;
};

[[nodiscard]] TrialBalance trial_balance(const engine::State& state, const OwnerLabels& labels);

// Accounts in the order of the reports: by pool, asset, class, id.
[[nodiscard]] std::vector<const ledger::Account*> accounts_in_order(const engine::State& state);

}  // namespace cofferdam::report
