// SPDX-License-Identifier: Apache-2.0
//
// Says how many approvals an operation needs.
#pragma once

#include "cofferdam/books/decision/decision.h"

namespace cofferdam::decision {

struct SetApprovalPolicy {
  std::uint16_t operation = 0;
  PoolId pool;
  std::uint8_t approvals = 0;
  std::uint16_t roles = principal::kApprover;
  Duration life = kProposalLife;

  static constexpr std::string_view kDoc = "Says how many approvals an operation needs, and whose.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("pool", self.pool, "the pool it is for; none: every pool without a policy of its own");
    visit("approvals", self.approvals,
          "how many checkers, at most 16; 0: none needed, also where the general policy asks");
    visit("roles", self.roles, "a checker holds at least one of these roles, added up");
    visit("life", self.life, "how long a proposal stands");
  }
};

enum class SetApprovalPolicyStatus : std::uint16_t {
  ok,
  operation_must_not_be_zero,
  too_many_approvals,
  roles_unknown,
  life_must_be_positive,
  not_permitted,
  operation_not_proposable,
  operation_names_no_pool,
};

[[nodiscard]] SetApprovalPolicyStatus check_shape(const SetApprovalPolicy& command);
[[nodiscard]] SetApprovalPolicyStatus check_state(const SetApprovalPolicy& command,
                                                  const State& state,
                                                  const principal::State& principals,
                                                  const Context& context);
SetApprovalPolicyStatus apply(const SetApprovalPolicy& command, State& state, Context& context);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::SetApprovalPolicyStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "operation_must_not_be_zero",
                                                          "too_many_approvals",
                                                          "roles_unknown",
                                                          "life_must_be_positive",
                                                          "not_permitted",
                                                          "operation_not_proposable",
                                                          "operation_names_no_pool"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "a policy is for one operation",
      "at most 16 approvals are asked",
      "roles are a sum of 1, 2, 4, 8 and 16, and at least one of them",
      "a proposal stands for more than no time",
      "only an active root or admin sets policies",
      "what cannot be proposed could happen no more if approvals were asked for it",
      "a policy for one pool is about an operation that acts on a pool which can be told"};
};
