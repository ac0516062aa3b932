// SPDX-License-Identifier: Apache-2.0
//
// Gives a principal roles in one pool, or takes them back.
#pragma once

#include "cofferdam/books/access/access.h"

namespace cofferdam::access {

struct SetGrant {
  PrincipalId principal;
  PoolId pool;
  std::uint16_t roles = 0;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Says which roles a principal has in one pool, beside those that it has in all of them.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "who");
    visit("pool", self.pool, "where");
    visit("roles", self.roles, "2 admin, 4 operator, 8 approver, 16 auditor, added up; 0: none");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class SetGrantStatus : std::uint16_t {
  ok,
  roles_unknown,
  pool_must_be_named,
  reason_too_long,
  not_permitted,
  principal_not_found,
  role_not_held,
  nothing_to_change,
  too_many_grants,
};

[[nodiscard]] SetGrantStatus check_shape(const SetGrant& command);
[[nodiscard]] SetGrantStatus check_state(const SetGrant& command, const State& state,
                                         const principal::State& principals,
                                         const Context& context);
SetGrantStatus apply(const SetGrant& command, State& state, Context& context);

}  // namespace cofferdam::access

template <>
struct cofferdam::base::EnumText<cofferdam::access::SetGrantStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "roles_unknown",
                                                          "pool_must_be_named",
                                                          "reason_too_long",
                                                          "not_permitted",
                                                          "principal_not_found",
                                                          "role_not_held",
                                                          "nothing_to_change",
                                                          "too_many_grants"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "roles in a pool are a sum of 2, 4, 8 and 16, or 0; root is a role in all pools",
      "a grant is for one pool; roles in all pools are the principal's own",
      "a reason has at most 1024 bytes",
      "only an active root or admin, of all pools or of this one, grants",
      "the principal must exist",
      "nobody grants, or takes from another, a role that they do not hold in the pool",
      "the principal has exactly these roles in the pool already",
      "there are at most 100,000 grants"};
};
