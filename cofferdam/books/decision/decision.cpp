// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/decision.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::decision {

Requirement required_approvals(const State& state, std::uint16_t operation, PoolId pool) {
  const ApprovalPolicy* policy = state.policies.find({operation, pool});
  if (policy == nullptr) policy = state.policies.find({operation, PoolId()});
  if (policy == nullptr) return {};
  return {policy->approvals, policy->roles, policy->life};
}

Requirement requirement_now(const State& state, const Proposal& proposal) {
  Requirement now = required_approvals(state, proposal.operation, proposal.pool);
  now.approvals = std::max(now.approvals, proposal.approvals_needed);
  return now;
}

bool quorum_reached(const State& state, const Proposal& proposal) {
  return proposal.approvals.size() >= requirement_now(state, proposal).approvals;
}

bool may_check(const State& state, const principal::State& principals, const access::State& grants,
               const Proposal& proposal, PrincipalId checker) {
  return access::may_in(grants, principals, checker, requirement_now(state, proposal).roles,
                        proposal.pool) &&
         !principal::same_person(principals, checker, proposal.maker);
}

void close_proposal(State& state, Context& context, ProposalId id, ProposalState to) {
  Proposal& row = state.proposals.edit(context.changes, id);
  COFFERDAM_CHECK(row.state == ProposalState::open, "only an open proposal is closed");
  row.state = to;
  row.closed = context.now;
  row.closed_by = context.principal;
  row.content = std::string();
  state.due.erase(context.changes, Due::Key{row.expires, row.id});
}

void record_execution(State& state, Context& context, ProposalId id, ExecutionResult result,
                      std::uint16_t outcome) {
  close_proposal(
      state, context, id,
      result == ExecutionResult::executed ? ProposalState::executed : ProposalState::failed);
  state.proposals.edit(context.changes, id).outcome = outcome;
}

std::size_t due_proposals(const State& state, Time now) {
  std::size_t count = 0;
  for (const auto& [key, due] : state.due.rows()) {
    if (key.expires > now || count == kExpiriesPerTickMax) break;
    ++count;
  }
  return count;
}

void expire_proposals(State& state, Context& context) {
  for (std::size_t left = due_proposals(state, context.now); left > 0; --left)
    close_proposal(state, context, state.due.rows().begin()->second.id, ProposalState::expired);
}

}  // namespace cofferdam::decision
