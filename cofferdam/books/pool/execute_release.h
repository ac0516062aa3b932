// SPDX-License-Identifier: Apache-2.0
//
// Carries a release rule out, if its condition is true on the books as they stand; the evidence
// stays on record. Anybody may knock: the rule decides, not the one who asks.
#pragma once

#include "cofferdam/books/pool/condition.h"
#include "cofferdam/books/pool/conduit_transfer.h"

namespace cofferdam::pool {

struct ExecuteRelease {
  RuleId rule;

  static constexpr std::string_view kDoc = "Carries a release rule out, if its condition is true.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rule", self.rule, "the rule");
  }
};

// Where the condition is not true, the status says of which kind the leaf to blame is.
enum class ExecuteReleaseStatus : std::uint16_t {
  ok,
  rule_not_found,
  rule_retired,
  too_soon,
  time_not_reached,
  fact_missing,
  fact_stale,
  fact_deviating,
  fact_out_of_bound,
  decision_not_executed,
  negated_part_is_true,
  nothing_to_release,
  conduit_refuses,
};

// Every verdict of an attempt at this moment, without making it.
struct ReleaseOutlook {
  ExecuteReleaseStatus status = ExecuteReleaseStatus::ok;
  Judgement judgement;
  ConduitTransfer transfer;
  ConduitTransferStatus conduit = ConduitTransferStatus::ok;  // with conduit_refuses: why
};

struct ReleaseView {
  const State& pools;
  const ledger::State& ledger;
  const fact::State& facts;
  const decision::State& decisions;
};

[[nodiscard]] ReleaseOutlook look_at_release(RuleId rule, const ReleaseView& view,
                                             const Context& context);
// One line for the reader of a refusal: "leaf 3: the fact feed BTC-PERP is stale".
[[nodiscard]] std::string explain(const ReleaseOutlook& outlook, RuleId rule,
                                  const ReleaseView& view);

[[nodiscard]] ExecuteReleaseStatus check_shape(const ExecuteRelease& command);
[[nodiscard]] ExecuteReleaseStatus check_state(const ExecuteRelease& command,
                                               const ReleaseView& view, const Context& context);
ExecuteReleaseStatus apply(const ExecuteRelease& command, State& state, ledger::State& ledger,
                           const fact::State& facts, const decision::State& decisions,
                           Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ExecuteReleaseStatus> {
  static constexpr std::array<std::string_view, 13> kNames{"ok",
                                                           "rule_not_found",
                                                           "rule_retired",
                                                           "too_soon",
                                                           "time_not_reached",
                                                           "fact_missing",
                                                           "fact_stale",
                                                           "fact_deviating",
                                                           "fact_out_of_bound",
                                                           "decision_not_executed",
                                                           "negated_part_is_true",
                                                           "nothing_to_release",
                                                           "conduit_refuses"};
  static constexpr std::array<std::string_view, 13> kDocs{
      "",
      "the rule must exist",
      "a retired rule, or one that has released its once, releases no more",
      "the rule's interval has not passed since it released last",
      "the condition waits for a time",
      "the condition asks for a fact that was never recorded",
      "the condition asks for a fresh fact",
      "the condition asks for a fact within its source's bound",
      "the condition asks for another value of a fact",
      "the condition waits for a decision to be carried out",
      "the condition asks that something is not so",
      "the account holds nothing that may be released",
      "the conduit does not let the release pass"};
};
