// SPDX-License-Identifier: Apache-2.0
//
// What accounts, pools and assets are called in reports and exports.
#pragma once

#include "cofferdam/engine/state.h"

#include <string>

namespace cofferdam::report {

[[nodiscard]] std::string pool_code(const engine::State& state, base::PoolId pool);
[[nodiscard]] std::string asset_code(const engine::State& state, base::AssetId asset);
[[nodiscard]] unsigned asset_scale(const engine::State& state, base::AssetId asset);

// Root:Pool:Class:Owner-class:ID, the same in hledger and in beancount, whose rules for names it
// obeys; the id at its end makes it unique. The root is Assets for what the pool holds,
// Liabilities for what it owes clients and members, Income for fees, Equity for everything else.
[[nodiscard]] std::string account_path(const engine::State& state, const ledger::Account& account);

// Debits less credits, as bookkeepers write it; checked to fit.
[[nodiscard]] base::SignedAmount net_debit(const ledger::Account& account);

// In the asset's scale, all digits.
[[nodiscard]] std::string amount_text(const engine::State& state, base::AssetId asset,
                                      base::Amount amount);
[[nodiscard]] std::string amount_text(const engine::State& state, base::AssetId asset,
                                      base::SignedAmount amount);

}  // namespace cofferdam::report
