// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/declare_release_rule.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/pool/condition.h"

namespace cofferdam::pool {

using S = ReleaseRuleStatus;

namespace {

[[nodiscard]] S check_leaves(const std::vector<ConditionNode>& condition, const fact::State& facts,
                             const decision::State& decisions) {
  for (const ConditionNode& node : condition) {
    const bool of_fact =
        node.kind == ConditionKind::fact_compares || node.kind == ConditionKind::coverage_compares;
    if (of_fact && facts.sources.find(node.source) == nullptr) return S::source_not_found;
    if (node.kind == ConditionKind::decision_executed &&
        decisions.proposals.find(node.proposal) == nullptr)
      return S::proposal_not_found;
  }
  return S::ok;
}

}  // namespace

S check_shape(const DeclareReleaseRule& command) {
  if (!ledger::is_code(command.code, kPoolCodeMax)) return S::code_malformed;
  if (command.amount && command.amount->is_zero()) return S::amount_must_not_be_zero;
  if (command.reason == 0) return S::reason_must_not_be_zero;
  if (!is_well_formed(command.condition)) return S::condition_malformed;
  if (command.interval.is_negative()) return S::interval_negative;
  return S::ok;
}

S check_state(const DeclareReleaseRule& command, const State& state, const ledger::State& ledger,
              const fact::State& facts, const decision::State& decisions) {
  if (find_rule(state, command.code) != nullptr) return S::exists;
  const Conduit* conduit = state.conduits.find(command.conduit);
  if (conduit == nullptr) return S::conduit_not_found;
  if (conduit->retired) return S::conduit_retired;
  const ledger::Account* debit = ledger.accounts.find(command.debit_account);
  if (debit == nullptr || debit->pool != conduit->from) return S::debit_account_not_in_from_pool;
  const ledger::Account* credit = ledger.accounts.find(command.credit_account);
  if (credit == nullptr || credit->pool != conduit->to) return S::credit_account_not_in_to_pool;
  return check_leaves(command.condition, facts, decisions);
}

S apply(const DeclareReleaseRule& command, State& state, Context& context) {
  const RuleId id(static_cast<std::uint32_t>(state.rules.size() + 1));
  state.rule_names.insert(context.changes, {command.code, id});
  state.rules.insert(context.changes, ReleaseRule{.id = id,
                                                  .code = command.code,
                                                  .conduit = command.conduit,
                                                  .debit_account = command.debit_account,
                                                  .credit_account = command.credit_account,
                                                  .amount = command.amount,
                                                  .reason = command.reason,
                                                  .condition = command.condition,
                                                  .interval = command.interval,
                                                  .created = context.now});
  context.created = id.value();
  return S::ok;
}

S check_shape(const RetireReleaseRule& command) {
  return command.reason.size() > ledger::kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const RetireReleaseRule& command, const State& state) {
  const ReleaseRule* rule = state.rules.find(command.rule);
  if (rule == nullptr) return S::rule_not_found;
  return rule->retired ? S::already_retired : S::ok;
}

S apply(const RetireReleaseRule& command, State& state, Context& context) {
  state.rules.edit(context.changes, command.rule).retired = true;
  return S::ok;
}

}  // namespace cofferdam::pool
