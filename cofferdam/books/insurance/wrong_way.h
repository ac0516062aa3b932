// SPDX-License-Identifier: Apache-2.0
//
// Wrong-way risk: the pool's own assets must not be lost in the very event that it insures.
#pragma once

#include "cofferdam/books/insurance/state.h"

#include <optional>
#include <string>

namespace cofferdam::default_management {
struct State;
struct ResolutionState;
}  // namespace cofferdam::default_management

namespace cofferdam::insurance {

// Whether what lies with an owner is within the pool's limit.
[[nodiscard]] bool is_within_wrong_way(const State& state, const ledger::State& ledger,
                                       const InsurancePool& pool, OwnerId custodian);

// What the present command would do to an insurance pool from outside, in words: money of a fund
// that was not moved by the rules of this room (a waterfall may charge the layer, and a recovery
// return to it), assets with a custodian that was not named, or more of them than the limit with
// somebody who is insured.
[[nodiscard]] std::optional<std::string> find_foreign_movement(
    const State& state, const ledger::State& ledger,
    const default_management::State& default_management,
    const default_management::ResolutionState& resolution);

}  // namespace cofferdam::insurance
