// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/set_approval_policy.h"

namespace cofferdam::decision {

using S = SetApprovalPolicyStatus;

S check_shape(const SetApprovalPolicy& command) {
  if (command.operation == 0) return S::operation_must_not_be_zero;
  if (command.approvals > kApprovalsMax) return S::too_many_approvals;
  if (command.roles == 0 || (command.roles & ~principal::kAllRoles) != 0) return S::roles_unknown;
  if (command.life <= Duration()) return S::life_must_be_positive;
  return S::ok;
}

S check_state(const SetApprovalPolicy& /*command*/, const State& /*state*/,
              const principal::State& principals, const Context& context) {
  return principal::may(principals, context.principal, principal::kAdmin) ? S::ok
                                                                          : S::not_permitted;
}

S apply(const SetApprovalPolicy& command, State& state, Context& context) {
  const ApprovalPolicy row{.operation = command.operation,
                           .pool = command.pool,
                           .approvals = command.approvals,
                           .roles = command.roles,
                           .life = command.life};
  if (state.policies.find(row.key()) == nullptr) {
    state.policies.insert(context.changes, row);
  } else {
    state.policies.edit(context.changes, row.key()) = row;
  }
  return S::ok;
}

}  // namespace cofferdam::decision
