// SPDX-License-Identifier: Apache-2.0
//
// Declares a rule under which money leaves a pool without a further approval, and takes it back.
// The conduit's limits hold for it; its approvals do not: whoever approves the rule approves what
// it will release, so the operation `declare_release_rule` is the one to put under a policy.
#pragma once

#include "cofferdam/books/pool/pool.h"

namespace cofferdam::pool {

struct DeclareReleaseRule {
  std::string code;
  ConduitId conduit;
  AccountId debit_account;
  AccountId credit_account;
  std::optional<Amount> amount;
  std::uint16_t reason = 0;
  std::vector<ConditionNode> condition;
  base::Duration interval;

  static constexpr std::string_view kDoc = "Declares when money leaves a pool by itself.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("conduit", self.conduit, "the way out");
    visit("debit_account", self.debit_account, "what is released from");
    visit("credit_account", self.credit_account, "where it goes");
    visit("amount", self.amount, "how much; absent: all that account and conduit allow");
    visit("reason", self.reason, "reason code of the transfer; 17 is release");
    visit("condition", self.condition,
          "when: a tree as a list, each joining node followed by its parts");
    visit("interval", self.interval, "least time between releases; 0: it releases once");
  }
};

struct RetireReleaseRule {
  RuleId rule;
  std::string reason;

  static constexpr std::string_view kDoc = "Takes a release rule back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rule", self.rule, "the rule");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ReleaseRuleStatus : std::uint16_t {
  ok,
  code_malformed,
  amount_must_not_be_zero,
  reason_must_not_be_zero,
  condition_malformed,
  interval_negative,
  reason_too_long,
  exists,
  conduit_not_found,
  conduit_retired,
  debit_account_not_in_from_pool,
  credit_account_not_in_to_pool,
  source_not_found,
  proposal_not_found,
  rule_not_found,
  already_retired,
};

[[nodiscard]] ReleaseRuleStatus check_shape(const DeclareReleaseRule& command);
[[nodiscard]] ReleaseRuleStatus check_state(const DeclareReleaseRule& command, const State& state,
                                            const ledger::State& ledger, const fact::State& facts,
                                            const decision::State& decisions);
ReleaseRuleStatus apply(const DeclareReleaseRule& command, State& state, Context& context);

[[nodiscard]] ReleaseRuleStatus check_shape(const RetireReleaseRule& command);
[[nodiscard]] ReleaseRuleStatus check_state(const RetireReleaseRule& command, const State& state);
ReleaseRuleStatus apply(const RetireReleaseRule& command, State& state, Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ReleaseRuleStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"ok",
                                                           "code_malformed",
                                                           "amount_must_not_be_zero",
                                                           "reason_must_not_be_zero",
                                                           "condition_malformed",
                                                           "interval_negative",
                                                           "reason_too_long",
                                                           "exists",
                                                           "conduit_not_found",
                                                           "conduit_retired",
                                                           "debit_account_not_in_from_pool",
                                                           "credit_account_not_in_to_pool",
                                                           "source_not_found",
                                                           "proposal_not_found",
                                                           "rule_not_found",
                                                           "already_retired"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a release moves something",
      "a release names its reason",
      "a condition is one tree of at most 64 nodes, 8 deep, with complete leaves",
      "an interval is not negative",
      "a reason has at most 1024 bytes",
      "a rule with this code exists",
      "the conduit must exist",
      "a retired conduit lets nothing pass",
      "the debited account exists in the pool that the conduit leaves",
      "the credited account exists in the pool that the conduit enters",
      "the sources of a condition must exist",
      "the proposals of a condition must exist",
      "the rule must exist",
      "the rule is retired already"};
};
