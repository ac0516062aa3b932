// SPDX-License-Identifier: Apache-2.0
//
// The roll of a ballot: who may vote on a claim, what each weighs, and who is kept out and why.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

#include <vector>

namespace cofferdam::insurance {

struct RollEntry {
  OwnerId owner;
  Amount weight;
  Conflict conflict = Conflict::none;
};

// Members of any weight, in the order of their ids. At most kVotersMax + 1: one more than a ballot
// takes, so that the caller sees that there are too many.
[[nodiscard]] std::vector<RollEntry> roll_of(const ClaimsState& claims, const State& state,
                                             const Claim& claim);

}  // namespace cofferdam::insurance
