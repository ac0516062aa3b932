// SPDX-License-Identifier: Apache-2.0
//
// The entries behind a balance: of one account (`why`), or of everything an owner has (statement).
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/listing.h"
#include "cofferdam/report/owners.h"

#include <optional>

namespace cofferdam::report {

// Every entry of the account with the journal's sequence and the balance after it (debit positive);
// the last one is the account's balance, which is checked. An error when there is no such account.
[[nodiscard]] base::Result<Listing> why(engine::Engine& engine, base::AccountId account);

struct StatementPeriod {
  std::optional<base::Time> from;   // this time counts
  std::optional<base::Time> until;  // this time does not
};

// Per account and asset: an opening line, the entries of the period by booking time, a closing
// line. Balances are credit positive: what is owed to the owner.
[[nodiscard]] base::Result<Listing> owner_statement(engine::Engine& engine, base::OwnerId owner,
                                                    const StatementPeriod& period,
                                                    const OwnerLabels& labels);

// If the house defaults now: of every client pool what it holds and owes, and each client's
// entitlement with its assets; with the words whether all is there.
struct HouseDefaultDrill {
  Listing pools;
  Listing clients;
  bool whole = true;
};

[[nodiscard]] HouseDefaultDrill house_default_drill(const engine::State& state,
                                                    const OwnerLabels& labels);

}  // namespace cofferdam::report
