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

Requirement required_approvals(const State& state, std::uint16_t operation,
                               std::span<const PoolId> pools) {
  if (pools.empty()) return required_approvals(state, operation, PoolId());
  Requirement all = required_approvals(state, operation, pools.front());
  for (const PoolId pool : pools.subspan(1)) {
    const Requirement one = required_approvals(state, operation, pool);
    all.approvals = std::max(all.approvals, one.approvals);
    all.life = std::min(all.life, one.life);
  }
  return all;
}

std::uint8_t approvals_now(const State& state, const Proposal& proposal,
                           std::span<const PoolId> pools) {
  return std::max(required_approvals(state, proposal.operation, pools).approvals,
                  proposal.approvals_needed);
}

bool may_check(const State& state, const principal::State& principals, const access::State& grants,
               const Proposal& proposal, std::span<const PoolId> pools, PrincipalId checker) {
  if (principal::same_person(principals, checker, proposal.maker)) return false;
  // A pool that asks for nothing takes whom the others ask for.
  int asked = 0;
  for (const PoolId pool : pools) {
    const Requirement one = required_approvals(state, proposal.operation, pool);
    if (one.approvals > 0) asked |= one.roles;
  }
  return std::ranges::all_of(pools, [&](PoolId pool) {
    const Requirement one = required_approvals(state, proposal.operation, pool);
    const int roles = one.approvals > 0 ? one.roles : one.roles | asked;
    return access::may_in(grants, principals, checker, static_cast<std::uint16_t>(roles), pool);
  });
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
