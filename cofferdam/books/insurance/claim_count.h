// SPDX-License-Identifier: Apache-2.0
//
// The count of a ballot on a claim, and the burning of stakes.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

// Counts the open ballot, takes the claim where the result leads, and ends the bond of a second
// ballot: it is returned when the decision changed in favour of who laid it, or when too few voted.
void count_ballot(ClaimsState& claims, State& state, ledger::State& ledger, Context& context,
                  std::uint32_t claim);

// Cancels a part of an owner's shares, rounded up; their value stays with the other holders. One
// share is left where it is the last of the tranche or a request waits. Returns what was burnt.
[[nodiscard]] Amount burn_stake(State& state, Context& context, PoolId pool, TrancheKind tranche,
                                OwnerId owner, std::uint32_t part_ppm);

}  // namespace cofferdam::insurance
