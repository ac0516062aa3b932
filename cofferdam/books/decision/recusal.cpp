// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/recusal.h"

#include <algorithm>

namespace cofferdam::decision {

using S = RecusalStatus;
using G = GovernorState;

namespace {

using Cause = std::optional<ConflictCause>;

constexpr std::uint32_t kReviewVersion = 2;

[[nodiscard]] Cause cause_of(const RecusalState& state, std::uint32_t proposal,
                             const Beneficiary& owner) {
  const ProposalConflict* row = state.conflicts.find({proposal, owner});
  return row == nullptr ? Cause() : row->cause;
}

[[nodiscard]] bool any_declared(const RecusalState& state, std::uint32_t proposal) {
  const auto& rows = state.conflicts.rows();
  for (auto at = rows.lower_bound({proposal, {}}); at != rows.end(); ++at) {
    if (at->first.proposal != proposal) break;
    if (at->second.cause == ConflictCause::declared) return true;
  }
  return false;
}

// The weight at the snapshot of those who have declared a conflict.
[[nodiscard]] Amount declared_weight(const RecusalState& state, const GovernanceState& governance,
                                     const principal::State& principals,
                                     const GovernanceProposal& proposal) {
  Amount sum;
  if (!any_declared(state, proposal.id)) return sum;
  governance.voters.each([&](const Voter& voter) {
    if (conflict_of(state, governance, principals, proposal.id, voter.voter) ==
        ConflictCause::declared)
      sum += weight_at(governance, voter.voter, proposal.snapshot);
  });
  return sum;
}

}  // namespace

S check_shape(const ExcludeConflicts& command) {
  return command.reason.size() > kCommentMax ? S::reason_malformed : S::ok;
}

S check_state(const ExcludeConflicts& /*command*/, const RecusalState& state,
              const GovernanceState& governance) {
  if (constitution_in_force(governance) == nullptr) return S::no_constitution;
  return names_are_kept(state) ? S::excluded_already : S::ok;
}

S apply(const ExcludeConflicts& command, RecusalState& state, Context& context) {
  state.rules.insert(
      context.changes,
      {.version = 1, .adopted = context.now, .by = context.principal, .reason = command.reason});
  return S::ok;
}

S check_shape(const ReviewConflicts& command) {
  return command.reason.size() > kCommentMax ? S::reason_malformed : S::ok;
}

S check_state(const ReviewConflicts& /*command*/, const RecusalState& state) {
  if (!names_are_kept(state)) return S::not_excluded;
  return state.rules.find(kReviewVersion) == nullptr ? S::ok : S::reviewed_already;
}

S apply(const ReviewConflicts& command, RecusalState& state, Context& context) {
  state.rules.insert(context.changes, {.version = kReviewVersion,
                                       .adopted = context.now,
                                       .by = context.principal,
                                       .reason = command.reason});
  return S::ok;
}

S check_shape(const DeclareVoteConflict& command) {
  return command.reason.empty() || command.reason.size() > kCommentMax ? S::reason_malformed
                                                                       : S::ok;
}

S check_state(const DeclareVoteConflict& command, const RecusalState& state,
              const GovernanceState& governance, const principal::State& principals,
              const Context& context) {
  const GovernanceProposal* proposal = governance.proposals.find(command.proposal);
  if (proposal == nullptr) return S::proposal_not_found;
  const G now = state_of(governance, *proposal, context.now);
  if (now != G::pending && now != G::active) return S::unexpected_state;
  if (governance.voters.find(context.principal) == nullptr) return S::not_a_voter;
  const Beneficiary owner = beneficiary_of(principals, context.principal);
  if (governance.counts.find({command.proposal, owner}) != nullptr) return S::voted_before;
  return cause_of(state, command.proposal, owner) == ConflictCause::declared ? S::declared_before
                                                                             : S::ok;
}

S apply(const DeclareVoteConflict& command, RecusalState& state, const principal::State& principals,
        Context& context) {
  const ProposalConflict row{.proposal = command.proposal,
                             .owner = beneficiary_of(principals, context.principal),
                             .cause = ConflictCause::declared,
                             .reason = command.reason,
                             .time = context.now};
  if (state.conflicts.find(row.key()) == nullptr) {
    state.conflicts.insert(context.changes, row);
  } else {
    state.conflicts.edit(context.changes, row.key()) = row;
  }
  return S::ok;
}

bool names_are_kept(const RecusalState& state) {
  return state.rules.size() != 0;
}

bool names_are_reviewed(const RecusalState& state, Time created) {
  const ConflictRule* rule = state.rules.find(kReviewVersion);
  return rule != nullptr && created >= rule->adopted;
}

bool carries_without_conflicts(const RecusalState& state, const GovernanceState& governance,
                               const principal::State& principals,
                               const GovernanceProposal& proposal) {
  Totals totals = proposal.totals;
  const auto& rows = governance.votes.rows();
  for (auto at = rows.lower_bound({proposal.id, {}}); at != rows.end(); ++at) {
    const VoteCast& vote = at->second;
    if (vote.proposal != proposal.id) break;
    if (vote.support == Support::against) continue;
    if (!conflict_of(state, governance, principals, proposal.id, vote.voter)) continue;
    Amount& side = vote.support == Support::in_favour ? totals.in_favour : totals.abstain;
    side = side - vote.counted;
  }
  return carried(governance.constitutions.find(proposal.constitution)->rules, proposal.quorum,
                 totals);
}

bool keep_named(RecusalState& state, Context& context, std::uint32_t proposal,
                const std::vector<Beneficiary>& named) {
  if (named.size() > kPartiesMax) return false;
  for (const Beneficiary& owner : named)
    if (state.conflicts.find({proposal, owner}) == nullptr)
      state.conflicts.insert(context.changes, {.proposal = proposal,
                                               .owner = owner,
                                               .cause = ConflictCause::named,
                                               .reason = {},
                                               .time = context.now});
  return true;
}

Cause conflict_of(const RecusalState& state, const GovernanceState& governance,
                  const principal::State& principals, std::uint32_t proposal,
                  PrincipalId principal) {
  Cause cause = cause_of(state, proposal, beneficiary_of(principals, principal));
  const Voter* voter = governance.voters.find(principal);
  if (voter != nullptr && !voter->owner.is_none())
    cause = std::max(cause,
                     cause_of(state, proposal, {.person = voter->owner.value(), .principal = {}}));
  return cause;
}

GovernanceStatus check_state(const CastVote& command, const GovernanceState& state,
                             const principal::State& principals, const RecusalState& recusals,
                             const Context& context) {
  const GovernanceStatus status = check_state(command, state, principals, context);
  if (status != GovernanceStatus::ok) return status;
  const Cause cause = conflict_of(recusals, state, principals, command.proposal, context.principal);
  if (cause == ConflictCause::declared) return GovernanceStatus::conflict_declared;
  const bool may = !cause || command.support == Support::against;
  return may ? GovernanceStatus::ok : GovernanceStatus::named_in_proposal;
}

GovernanceStatus apply(const CastVote& command, GovernanceState& state,
                       const principal::State& principals, const RecusalState& recusals,
                       Context& context) {
  const GovernanceProposal& proposal = *state.proposals.find(command.proposal);
  // Set once, with the first vote: who steps aside later lowers no quorum.
  Amount excluded;
  if (proposal.votes == 0) excluded = declared_weight(recusals, state, principals, proposal);
  return apply(command, state, principals, context, excluded);
}

std::optional<std::string> check_conflicts_are_kept(const RecusalState& state,
                                                    const GovernanceState& governance,
                                                    const principal::State& principals) {
  std::optional<std::string> violation;
  state.rules.each_touched([&](const ConflictRule* before, const ConflictRule* /*after*/) {
    if (before != nullptr) violation = "the exclusion of conflicts was changed or lifted";
  });
  state.conflicts.each_touched([&](const ProposalConflict* before, const ProposalConflict* after) {
    if (after == nullptr || (before != nullptr && after->cause < before->cause))
      violation = "a conflict of interest was taken back";
  });
  if (violation || state.conflicts.size() == 0) return violation;
  governance.votes.each_touched([&](const VoteCast* /*before*/, const VoteCast* after) {
    if (violation || after == nullptr) return;
    const Cause cause = conflict_of(state, governance, principals, after->proposal, after->voter);
    if (cause == ConflictCause::declared || (cause && after->support != Support::against))
      violation = "a vote on governance proposal " + std::to_string(after->proposal) +
                  " was cast in spite of a conflict";
  });
  return violation;
}

}  // namespace cofferdam::decision
