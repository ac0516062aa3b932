// SPDX-License-Identifier: Apache-2.0
//
// The statement of an owner: the entries behind everything that the owner has.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/listing.h"
#include "cofferdam/report/owners.h"

#include <optional>

namespace cofferdam::report {

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
