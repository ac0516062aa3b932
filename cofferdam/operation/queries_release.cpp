// SPDX-License-Identifier: Apache-2.0
//
// Release rules, what they have released, and on which evidence.
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

struct RuleFilter {
  base::ConduitId conduit;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.conduit, "only over this conduit");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> release_list(const View& view, const RuleFilter& filter) {
  return page_of_table<pool::ReleaseRule>(
      view, view.state.pool.rules, filter.page,
      [&](const pool::ReleaseRule& rule) {
        return filter.conduit.is_none() || filter.conduit == rule.conduit;
      },
      [](const pool::ReleaseRule& rule) { return rule; });
}

// A leaf of the rule's condition beside what was seen there, so that one row says it all.
struct EvidenceRow {
  std::uint8_t node = 0;
  pool::ConditionKind kind = pool::ConditionKind::all_of;
  base::SourceId source;
  std::string fact_key;
  base::ProposalId proposal;
  pool::Truth truth = pool::Truth::unknown;
  std::optional<fact::Reading> reading;
  std::optional<fact::Value> value;
  std::optional<base::Time> observed;
  base::Sequence sequence = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("node", self.node, "position in the condition, from 0");
    visit("kind", self.kind, "what was asked there");
    visit("source", self.source, "of a fact: who says it");
    visit("fact_key", self.fact_key, "of a fact: of what; empty for the pool's own coverage");
    visit("proposal", self.proposal, "of a decision: which one");
    visit("truth", self.truth, "yes, no or unknown");
    visit("reading", self.reading, "of a fact: fresh, stale, deviating or missing");
    visit("value", self.value, "of a fact: its value");
    visit("observed", self.observed, "when the fact was observed, or the time compared");
    visit("sequence", self.sequence, "of a fact: the record that brought it");
  }
};

struct ReleaseRow {
  std::uint64_t number = 0;
  base::RuleId rule;
  base::ConduitId conduit;
  base::Amount amount;
  base::Time time;
  base::Sequence sequence = 0;
  std::vector<EvidenceRow> evidence;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("rule", self.rule, "the rule");
    visit("conduit", self.conduit, "the way that was taken");
    visit("amount", self.amount, "how much");
    visit("time", self.time, "when");
    visit("sequence", self.sequence, "the journal record");
    visit("evidence", self.evidence, "each leaf of the condition, with what was seen");
  }
};

EvidenceRow evidence_row(const pool::Evidence& seen, const pool::ReleaseRule* rule) {
  EvidenceRow row{.node = seen.node, .truth = seen.truth, .sequence = seen.sequence};
  if (rule == nullptr || seen.node >= rule->condition.size()) return row;
  const pool::ConditionNode& node = rule->condition[seen.node];
  row.kind = node.kind;
  row.source = node.source;
  row.fact_key = node.fact_key;
  row.proposal = node.proposal;
  if (!node.source.is_none()) {
    row.reading = seen.reading;
    if (seen.reading != fact::Reading::missing) row.value = seen.value;
  }
  if (seen.observed != base::Time()) row.observed = seen.observed;
  return row;
}

struct ReleaseFilter {
  base::RuleId rule;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rule", self.rule, "only by this rule");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> release_history(const View& view, const ReleaseFilter& filter) {
  return page_of_table<ReleaseRow>(
      view, view.state.pool.releases, filter.page,
      [&](const pool::Release& release) {
        return filter.rule.is_none() || filter.rule == release.rule;
      },
      [&](const pool::Release& release) {
        ReleaseRow row{.number = release.number,
                       .rule = release.rule,
                       .conduit = release.conduit,
                       .amount = release.amount,
                       .time = release.time,
                       .sequence = release.sequence};
        const pool::ReleaseRule* rule = view.state.pool.rules.find(release.rule);
        for (const pool::Evidence& seen : release.evidence)
          row.evidence.push_back(evidence_row(seen, rule));
        return row;
      });
}

}  // namespace

void register_release_queries(Registry& registry) {
  add_query<RuleFilter, pool::ReleaseRule>(registry, "release.list",
                                           "The rules by which money leaves.", &release_list);
  add_query<ReleaseFilter, ReleaseRow>(
      registry, "release.history", "What was released, and on which evidence.", &release_history);
}

}  // namespace cofferdam::operation
