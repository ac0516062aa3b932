// SPDX-License-Identifier: Apache-2.0
//
// The laws of claims, each checked over the rows that a command has touched. The answer is the
// violation in words, or nothing.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

#include <optional>
#include <string>

namespace cofferdam::insurance {

// A claim goes only where the table of transitions lets it, one step in a command; whose it is, for
// which incident, cover and rules, never changes.
[[nodiscard]] std::optional<std::string> check_claims_follow_the_table(const ClaimsState& claims);

// What is paid for a claim is at most what was approved, and what is clawed back at most what was
// paid; an incident's payments are those of its claims, and the reserve and the cover have paid the
// same.
[[nodiscard]] std::optional<std::string> check_claims_are_paid_once(const ClaimsState& claims,
                                                                    const State& state);

// Nobody votes twice: weight and seal of a voter stand once written, a vote counts at most the cap
// and never with a conflict, and the totals of a ballot are the sum of its opened votes.
[[nodiscard]] std::optional<std::string> check_votes_count_once(const ClaimsState& claims);

// Rules never change: a new version stands beside the old one.
[[nodiscard]] std::optional<std::string> check_claim_rules_stand(const ClaimsState& claims);

// What lies in a pool's account of bonds is what its claims say lies there.
[[nodiscard]] std::optional<std::string> check_bonds_are_held(const ClaimsState& claims,
                                                              const ledger::State& ledger);

// A vote is punished once, and a punishment stands.
[[nodiscard]] std::optional<std::string> check_punished_once(const ClaimsState& claims);

}  // namespace cofferdam::insurance
