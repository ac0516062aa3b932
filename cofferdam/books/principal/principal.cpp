// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/principal/principal.h"

namespace cofferdam::principal {

const Principal* find_principal(const State& state, std::string_view code) {
  return state.principals.find(ledger::find_named(state.names, code));
}

bool may(const State& state, PrincipalId principal, std::uint16_t roles) {
  const Principal* row = state.principals.find(principal);
  return row != nullptr && row->active && (row->roles & (roles | kRoot)) != 0;
}

bool same_person(const State& state, PrincipalId a, PrincipalId b) {
  if (a == b) return true;
  const Principal* first = state.principals.find(a);
  const Principal* second = state.principals.find(b);
  return first != nullptr && second != nullptr && first->person != 0 &&
         first->person == second->person;
}

}  // namespace cofferdam::principal
