// SPDX-License-Identifier: Apache-2.0
//
// Replays three ledgers that others kept.
//
// Gratipay's escrow: pools `escrow` (its clients' money) and `operations` (the house's). What
// belongs where is told by the names of the accounts. A transaction that crosses the wall between
// the two does so over a declared observation conduit and is a breach; after every transaction the
// assets of the escrow are compared with what it owes.
//
// Ethereum, March 2017: one account an address, ETH in 18 decimals. What an address had before the
// window is not known; it is declared as opening balance, from the account `external`, just large
// enough that no address ever pays what it does not have.
//
// Berka's bank: every dated movement is posted; every stated balance that does not chain is a
// break.
#pragma once

#include "cofferdam/report/driver.h"

#include <string>

namespace cofferdam::report {

[[nodiscard]] Result<ReplayResult> replay_gratipay(const std::string& folder,
                                                   engine::Engine& engine,
                                                   const ReplayOptions& options);
[[nodiscard]] Result<ReplayResult> replay_ethereum(const std::string& folder,
                                                   engine::Engine& engine,
                                                   const ReplayOptions& options);
[[nodiscard]] Result<ReplayResult> replay_berka(const std::string& folder, engine::Engine& engine,
                                                const ReplayOptions& options);

}  // namespace cofferdam::report
