// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/approve.h"

#include <algorithm>

namespace cofferdam::decision {

using S = AnswerStatus;

namespace {

[[nodiscard]] S check_comment(const std::string& comment) {
  return comment.size() > kCommentMax ? S::comment_too_long : S::ok;
}

// Open and in time. A proposal may have expired before a tick has closed it.
[[nodiscard]] S check_open(const Proposal* proposal, Time now) {
  if (proposal == nullptr) return S::proposal_not_found;
  if (proposal->state != ProposalState::open) return S::not_open;
  if (proposal->expires <= now) return S::expired;
  return S::ok;
}

[[nodiscard]] S check_checker(const Proposal& proposal, const State& state,
                              const principal::State& principals, const access::State& grants,
                              std::span<const PoolId> pools, PrincipalId checker) {
  if (principal::same_person(principals, checker, proposal.maker)) return S::maker_may_not_check;
  if (!may_check(state, principals, grants, proposal, pools, checker)) return S::not_permitted;
  return S::ok;
}

}  // namespace

S check_shape(const Approve& command) {
  return check_comment(command.comment);
}

S check_shape(const Reject& command) {
  return check_comment(command.comment);
}

S check_shape(const Withdraw& command) {
  return check_comment(command.comment);
}

S check_state(const Approve& command, const State& state, const principal::State& principals,
              const access::State& grants, std::span<const PoolId> pools, const Context& context) {
  const Proposal* proposal = state.proposals.find(command.proposal);
  if (const S status = check_open(proposal, context.now); status != S::ok) return status;
  if (const S status =
          check_checker(*proposal, state, principals, grants, pools, context.principal);
      status != S::ok)
    return status;
  const bool counted = std::any_of(
      proposal->approvals.begin(), proposal->approvals.end(), [&](const Approval& earlier) {
        return principal::same_person(principals, earlier.principal, context.principal);
      });
  return counted ? S::already_approved : S::ok;
}

S check_state(const Reject& command, const State& state, const principal::State& principals,
              const access::State& grants, const Context& context) {
  const Proposal* proposal = state.proposals.find(command.proposal);
  if (const S status = check_open(proposal, context.now); status != S::ok) return status;
  return check_checker(*proposal, state, principals, grants, {&proposal->pool, 1},
                       context.principal);
}

S check_state(const Withdraw& command, const State& state, const principal::State& /*principals*/,
              const access::State& /*grants*/, const Context& context) {
  const Proposal* proposal = state.proposals.find(command.proposal);
  if (const S status = check_open(proposal, context.now); status != S::ok) return status;
  return proposal->maker == context.principal ? S::ok : S::only_the_maker_withdraws;
}

S apply(const Approve& command, State& state, Context& context) {
  Proposal& row = state.proposals.edit(context.changes, command.proposal);
  row.approvals.push_back(Approval{context.principal, context.now, command.comment});
  return S::ok;
}

S apply(const Reject& command, State& state, Context& context) {
  close_proposal(state, context, command.proposal, ProposalState::rejected);
  state.proposals.edit(context.changes, command.proposal).reason = command.comment;
  return S::ok;
}

S apply(const Withdraw& command, State& state, Context& context) {
  close_proposal(state, context, command.proposal, ProposalState::withdrawn);
  state.proposals.edit(context.changes, command.proposal).reason = command.comment;
  return S::ok;
}

}  // namespace cofferdam::decision
