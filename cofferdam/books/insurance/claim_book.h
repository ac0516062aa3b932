// SPDX-License-Identifier: Apache-2.0
//
// What the commands on claims share: the terms of a cover as the calculator reads them, what a
// claim comes to, the one place where a stage is written, and bonds.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

// The version that stood before the cover was bound, else the first; 0 where the pool has none. A
// version that came in the very instant of binding is for later covers.
[[nodiscard]] std::uint32_t rules_for(const ClaimsState& claims, const Cover& cover);
[[nodiscard]] const ClaimRules& rules_of(const ClaimsState& claims, const Claim& claim);

[[nodiscard]] const Incident* find_incident(const ClaimsState& claims, std::string_view code);

// The cover as the calculator claim-outcome takes it. A cover that was cancelled ends there.
[[nodiscard]] CoverTerms cover_terms(const Cover& cover);

[[nodiscard]] IncidentTimes incident_times(const Incident& incident, const Finding& finding,
                                           Time notified);

// What is left paid on this cover for this incident, over all its claims.
[[nodiscard]] Amount paid_for(const ClaimsState& claims, std::uint32_t incident,
                              std::string_view cover);

// The input of claim_outcome() for a claim on a finding under a vote.
[[nodiscard]] ClaimOutcomeInput outcome_input(const ClaimsState& claims, const State& state,
                                              const ledger::State& ledger, const Claim& claim,
                                              const Finding& finding, const ClaimVote& vote);

// The outcome for what the claim is decided on and by; its finding was checked when it came.
[[nodiscard]] ClaimOutcomeOutput outcome_of(const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger, const Claim& claim);

// The same as it stands now, for whoever looks at the claim: what is due is what outstanding()
// says, and what was clawed back counts as paid, for nobody pays it again.
[[nodiscard]] ClaimOutcomeOutput present_outcome(const ClaimsState& claims, const State& state,
                                                 const ledger::State& ledger, const Claim& claim);

// What still has to be paid: of an approved claim what is due, of others what they may come to.
[[nodiscard]] Amount outstanding(const ClaimsState& claims, const State& state,
                                 const ledger::State& ledger, const Claim& claim);

// Brings what is held for an incident up to what its claims may come to, as far as there is
// capital; returns what is held then.
Amount raise_reserve(const ClaimsState& claims, State& state, ledger::State& ledger,
                     Context& context, std::uint32_t incident);

[[nodiscard]] bool is_late(const Claim& claim, Time now);

// Where the step leads now; nullopt when the table has no row.
[[nodiscard]] std::optional<ClaimCourse> step_of(const Claim& claim, const ClaimStep& step,
                                                 Time now);

// Writes the stage, its deadline and what goes with it. The step must be legal (checked).
void take_step(ClaimsState& claims, State& state, Context& context, std::uint32_t claim,
               const ClaimStep& step);

// The bond of a claim goes back to who laid it, or into the pool's surplus. Where the account no
// longer takes it, it goes into the surplus too.
void end_bond(ClaimsState& claims, State& state, ledger::State& ledger, Context& context,
              std::uint32_t claim, bool is_returned);

// Hexadecimal SHA-256, or empty where that is allowed.
[[nodiscard]] bool is_document(const std::string& text, bool may_be_empty);

}  // namespace cofferdam::insurance
