// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/execute_release.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::pool {

using S = ExecuteReleaseStatus;

namespace {

[[nodiscard]] S status_of_leaf(const ConditionNode& node, const Evidence& seen) {
  if (seen.truth == Truth::yes) return S::negated_part_is_true;
  switch (node.kind) {
    case ConditionKind::time_reached:
      return S::time_not_reached;
    case ConditionKind::decision_executed:
      return S::decision_not_executed;
    case ConditionKind::fact_compares:
    case ConditionKind::coverage_compares:
      switch (seen.reading) {
        case fact::Reading::fresh:
          return S::fact_out_of_bound;
        case fact::Reading::stale:
          return S::fact_stale;
        case fact::Reading::deviating:
          return S::fact_deviating;
        case fact::Reading::missing:
          return S::fact_missing;
      }
      return S::fact_missing;
    case ConditionKind::all_of:
    case ConditionKind::any_of:
    case ConditionKind::negation:
      break;
  }
  COFFERDAM_CHECK(false, "the leaf to blame is a leaf");
}

[[nodiscard]] const Evidence& evidence_of(const Judgement& judgement) {
  const auto found =
      std::find_if(judgement.leaves.begin(), judgement.leaves.end(),
                   [&](const Evidence& seen) { return seen.node == judgement.failing; });
  COFFERDAM_CHECK(found != judgement.leaves.end(), "the leaf to blame was looked at");
  return *found;
}

// All that the account, the conduit's maximum and its limit allow, or what the rule names.
[[nodiscard]] Amount amount_of(const ReleaseRule& rule, const Conduit& conduit,
                               const ledger::State& ledger, Time now) {
  if (rule.amount) return *rule.amount;
  const ledger::Account* debit = ledger.accounts.find(rule.debit_account);
  if (debit == nullptr) return Amount();
  Amount all = std::min(ledger::available_to_debit(*debit), available(conduit, now));
  if (!conduit.transfer_max.is_zero()) all = std::min(all, conduit.transfer_max);
  return all;
}

[[nodiscard]] S check_due(const ReleaseRule& rule, Time now) {
  if (rule.retired) return S::rule_retired;
  if (rule.releases == 0) return S::ok;
  const auto next = base::try_add(rule.last, rule.interval);
  return !next || now < *next ? S::too_soon : S::ok;
}

}  // namespace

ReleaseOutlook look_at_release(RuleId id, const ReleaseView& view, const Context& context) {
  ReleaseOutlook outlook;
  const ReleaseRule* rule = view.pools.rules.find(id);
  if (rule == nullptr) return {.status = S::rule_not_found};
  outlook.status = check_due(*rule, context.now);
  if (outlook.status != S::ok) return outlook;
  const Conduit& conduit = view.pools.conduits.at(view.pools.conduits.find_slot(rule->conduit));
  const Pool& pool = view.pools.pools.at(view.pools.pools.find_slot(conduit.from));
  outlook.judgement = judge(rule->condition, Grounds{.facts = view.facts,
                                                     .decisions = view.decisions,
                                                     .pool_code = pool.code,
                                                     .now = context.now});
  if (outlook.judgement.truth != Truth::yes) {
    outlook.status =
        status_of_leaf(rule->condition[outlook.judgement.failing], evidence_of(outlook.judgement));
    return outlook;
  }
  outlook.transfer = ConduitTransfer{.conduit = rule->conduit,
                                     .debit_account = rule->debit_account,
                                     .credit_account = rule->credit_account,
                                     .amount = amount_of(*rule, conduit, view.ledger, context.now),
                                     .code = rule->reason,
                                     .reference = rule->id.value()};
  if (outlook.transfer.amount.is_zero()) {
    outlook.status = S::nothing_to_release;
    return outlook;
  }
  outlook.conduit = check_shape(outlook.transfer);
  if (outlook.conduit == ConduitTransferStatus::ok)
    outlook.conduit = check_state(outlook.transfer, view.pools, view.ledger, context);
  if (outlook.conduit != ConduitTransferStatus::ok) outlook.status = S::conduit_refuses;
  return outlook;
}

std::string explain(const ReleaseOutlook& outlook, RuleId id, const ReleaseView& view) {
  const ReleaseRule* rule = view.pools.rules.find(id);
  const std::string verdict(base::EnumText<S>::kDocs[static_cast<std::size_t>(outlook.status)]);
  if (outlook.status == S::conduit_refuses)
    return verdict + ": " +
           std::string(base::EnumText<ConduitTransferStatus>::kDocs[static_cast<std::size_t>(
               outlook.conduit)]);
  if (rule == nullptr || outlook.judgement.leaves.empty() || outlook.judgement.truth == Truth::yes)
    return verdict;
  const ConditionNode& node = rule->condition[outlook.judgement.failing];
  std::string text = "leaf " + std::to_string(outlook.judgement.failing) + " (" +
                     std::string(base::name_of(node.kind));
  if (const fact::Source* source = view.facts.sources.find(node.source))
    text += " " + source->code + " " + node.fact_key;
  return text + "): " + verdict;
}

S check_shape(const ExecuteRelease& /*command*/) {
  return S::ok;
}

S check_state(const ExecuteRelease& command, const ReleaseView& view, const Context& context) {
  return look_at_release(command.rule, view, context).status;
}

S apply(const ExecuteRelease& command, State& state, ledger::State& ledger,
        const fact::State& facts, const decision::State& decisions, Context& context) {
  const ReleaseOutlook outlook =
      look_at_release(command.rule, {state, ledger, facts, decisions}, context);
  if (outlook.status != S::ok) return outlook.status;
  if (apply(outlook.transfer, state, ledger, context) != ConduitTransferStatus::ok)
    return S::conduit_refuses;
  ReleaseRule& rule = state.rules.edit(context.changes, command.rule);
  rule.releases += 1;
  rule.last = context.now;
  rule.retired = rule.interval == base::Duration();
  const auto& kept = state.releases.rows();
  const std::uint64_t number = kept.empty() ? 1 : kept.rbegin()->first + 1;
  if (kept.size() >= kReleasesKept) state.releases.erase(context.changes, kept.begin()->first);
  state.releases.insert(context.changes, Release{.number = number,
                                                 .conduit = rule.conduit,
                                                 .rule = rule.id,
                                                 .amount = outlook.transfer.amount,
                                                 .time = context.now,
                                                 .sequence = context.sequence,
                                                 .evidence = outlook.judgement.leaves});
  context.created = number;
  return S::ok;
}

}  // namespace cofferdam::pool
