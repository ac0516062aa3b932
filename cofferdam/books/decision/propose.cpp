// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/propose.h"

#include <algorithm>

namespace cofferdam::decision {

using S = ProposeStatus;

namespace {

[[nodiscard]] std::span<const PoolId> pools_of(const Subject& subject) {
  return subject.pools.empty() ? std::span(&subject.pool, 1) : std::span(subject.pools);
}

}  // namespace

S check_shape(const Propose& command) {
  if (command.operation == 0) return S::operation_must_not_be_zero;
  if (command.content.size() > kContentMax) return S::content_too_long;
  if (command.reason.size() > kCommentMax) return S::reason_too_long;
  return S::ok;
}

S check_state(const Propose& command, const State& state, const principal::State& principals,
              const access::State& grants, const Subject& subject, const Context& context) {
  if (!std::ranges::all_of(pools_of(subject), [&](PoolId pool) {
        return access::may_in(grants, principals, context.principal,
                              principal::kOperator | principal::kAdmin, pool);
      }))
    return S::not_permitted;
  if (state.due.size() >= kOpenProposalsMax) return S::too_many_open;
  const Requirement needed = required_approvals(state, command.operation, pools_of(subject));
  if (!base::try_add(context.now, needed.life)) return S::expires_beyond_time;
  return S::ok;
}

S apply(const Propose& command, State& state, const Subject& subject, Context& context) {
  const Requirement needed = required_approvals(state, command.operation, pools_of(subject));
  const ProposalId id(static_cast<std::uint32_t>(state.proposals.size() + 1));
  // Whoever proposes wants another pair of eyes, also where no policy asks for it.
  const std::uint8_t approvals = std::max({needed.approvals, subject.approvals, std::uint8_t{1}});
  const Time expires = context.now + needed.life;
  state.proposals.insert(context.changes, Proposal{.id = id,
                                                   .operation = command.operation,
                                                   .version = command.version,
                                                   .content = command.content,
                                                   .pool = subject.pool,
                                                   .maker = context.principal,
                                                   .created = context.now,
                                                   .expires = expires,
                                                   .approvals_needed = approvals,
                                                   .reason = command.reason});
  state.due.insert(context.changes, Due{expires, id});
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::decision
