// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/access.h"

#include "cofferdam/books/principal/create_principal.h"

namespace cofferdam::engine {

DoorStatus check_access(Needs needs, base::PrincipalId principal, const State& state) {
  const principal::Principal* who = state.principal.principals.find(principal);
  if (who == nullptr || !who->active) return DoorStatus::principal_unknown;
  std::uint16_t roles = 0;
  switch (needs) {
    case Needs::nothing:
      return DoorStatus::ok;
    case Needs::operator_role:
      roles = principal::kOperator;
      break;
    case Needs::admin_role:
      roles = principal::kAdmin;
      break;
    case Needs::approver_role:
      roles = principal::kApprover;
      break;
  }
  return principal::may(state.principal, principal, roles) ? DoorStatus::ok
                                                           : DoorStatus::principal_not_allowed;
}

void found_root(const std::string& code, State& state, ledger::Context& context) {
  const auto status =
      principal::apply(principal::CreateFirstPrincipal{.code = code}, state.principal, context);
  COFFERDAM_CHECK(status == principal::CreatePrincipalStatus::ok, "the first principal is made");
}

}  // namespace cofferdam::engine
