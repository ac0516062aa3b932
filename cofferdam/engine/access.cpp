// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/access.h"

#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/engine/touches.h"

#include <algorithm>

namespace cofferdam::engine {

namespace {

[[nodiscard]] std::uint16_t roles_of(Needs needs) {
  switch (needs) {
    case Needs::nothing:
      return 0;
    case Needs::operator_role:
      return principal::kOperator;
    case Needs::admin_role:
      return principal::kAdmin;
    case Needs::approver_role:
      return principal::kApprover;
  }
  return 0;
}

}  // namespace

bool is_active(base::PrincipalId principal, const State& state) {
  const principal::Principal* who = state.principal.principals.find(principal);
  return who != nullptr && who->active;
}

DoorStatus check_access(const Command& command, base::PrincipalId principal, const State& state) {
  if (!is_active(principal, state)) return DoorStatus::principal_unknown;
  const Needs needs = std::visit([]<class C>(const C&) { return Operation<C>::kNeeds; }, command);
  const std::uint16_t roles = roles_of(needs);
  if (needs == Needs::nothing || principal::may(state.principal, principal, roles))
    return DoorStatus::ok;
  if (state.access.grants.size() == 0) return DoorStatus::principal_not_allowed;
  const std::vector<access::Touch> touches = touches_of(command, state);
  const bool everywhere =
      !touches.empty() && std::ranges::all_of(touches, [&](const access::Touch& touch) {
        return access::may_in(state.access, state.principal, principal, roles, touch.pool);
      });
  return everywhere ? DoorStatus::ok : DoorStatus::principal_not_allowed;
}

void found_root(const std::string& code, State& state, ledger::Context& context) {
  const auto status =
      principal::apply(principal::CreateFirstPrincipal{.code = code}, state.principal, context);
  COFFERDAM_CHECK(status == principal::CreatePrincipalStatus::ok, "the first principal is made");
}

}  // namespace cofferdam::engine
