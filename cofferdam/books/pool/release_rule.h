// SPDX-License-Identifier: Apache-2.0
//
// A release rule: a condition over time, facts and decisions under which money leaves through a
// conduit without a further approval; and a release, with the evidence on which it was made.
//
// The condition is a tree written as a list: a node that joins others (all_of, any_of, not) is
// followed by its parts, each with its own parts behind it. A leaf is true, false or unknown: a
// fact that is missing, stale or deviating is unknown, and so is what follows from it alone. Only
// what is true releases, so that `not` over a stale fact never opens the way.
#pragma once

#include "cofferdam/books/decision/decision.h"
#include "cofferdam/books/fact/fact.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::pool {

enum class ConditionKind : std::uint8_t {
  all_of,
  any_of,
  negation,
  time_reached,       // now >= time
  fact_compares,      // the fresh fact (source, key) compares to value
  coverage_compares,  // the fresh fact (source, "coverage/" + pool's code) compares to value
  decision_executed,  // the proposal was approved and carried out
};

enum class FactComparison : std::uint8_t { at_least, at_most, equal };

struct ConditionNode {
  ConditionKind kind = ConditionKind::all_of;
  std::uint8_t parts = 0;
  base::Time time;
  base::SourceId source;
  std::string fact_key;
  FactComparison comparison = FactComparison::at_least;
  fact::Value value;
  base::ProposalId proposal;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "all_of, any_of, negation, or a leaf");
    visit("parts", self.parts, "how many nodes it joins; they follow in the list");
    visit("time", self.time, "time_reached: from when on");
    visit("source", self.source, "fact_compares, coverage_compares: who says it");
    visit("fact_key", self.fact_key, "fact_compares: of what");
    visit("comparison", self.comparison, "at_least, at_most or equal");
    visit("value", self.value, "with what it is compared, in the source's scale");
    visit("proposal", self.proposal, "decision_executed: which one");
  }
};

inline constexpr std::size_t kConditionNodesMax = 64;
inline constexpr std::size_t kConditionDepthMax = 8;

enum class Truth : std::uint8_t { no, yes, unknown };

// What a leaf was found to be, and what was seen there.
struct Evidence {
  std::uint8_t node = 0;
  Truth truth = Truth::unknown;
  fact::Reading reading = fact::Reading::missing;
  fact::Value value;
  base::Time observed;
  base::Sequence sequence = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("node", self.node, "position in the condition, from 0");
    visit("truth", self.truth, "yes, no or unknown");
    visit("reading", self.reading, "of a fact: fresh, stale, deviating or missing");
    visit("value", self.value, "of a fact: its value");
    visit("observed", self.observed, "when the fact was observed, or the time compared");
    visit("sequence", self.sequence, "of a fact: the record that brought it");
  }
};

struct ReleaseRule {
  using Key = base::RuleId;
  base::RuleId id;
  std::string code;
  base::ConduitId conduit;
  base::AccountId debit_account;
  base::AccountId credit_account;
  std::optional<base::Amount> amount;
  std::uint16_t reason = 0;
  std::vector<ConditionNode> condition;
  base::Duration interval;
  bool retired = false;
  std::uint64_t releases = 0;
  base::Time last;
  base::Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the rule");
    visit("code", self.code, "short unique name");
    visit("conduit", self.conduit, "the way out");
    visit("debit_account", self.debit_account, "what is released from");
    visit("credit_account", self.credit_account, "where it goes");
    visit("amount", self.amount, "how much; absent: all that account and conduit allow");
    visit("reason", self.reason, "reason code of the transfer");
    visit("condition", self.condition, "when; a tree written as a list");
    visit("interval", self.interval, "least time between releases; 0: it releases once");
    visit("retired", self.retired, "releases no more");
    visit("releases", self.releases, "how often it has released");
    visit("last", self.last, "when it released last");
    visit("created", self.created, "when it was declared");
  }
};

struct Release {
  using Key = std::uint64_t;
  std::uint64_t number = 0;
  base::ConduitId conduit;
  base::RuleId rule;
  base::Amount amount;
  base::Time time;
  base::Sequence sequence = 0;
  std::vector<Evidence> evidence;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("conduit", self.conduit, "the way that was taken");
    visit("rule", self.rule, "the rule");
    visit("amount", self.amount, "how much");
    visit("time", self.time, "when");
    visit("sequence", self.sequence, "the journal record");
    visit("evidence", self.evidence, "each leaf, with what was seen");
  }
};

// The newest so many releases are kept as rows; the journal has them all.
inline constexpr std::size_t kReleasesKept = 65'536;

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ConditionKind> {
  static constexpr std::array<std::string_view, 7> kNames{"all_of",           "any_of",
                                                          "negation",         "time_reached",
                                                          "fact_compares",    "coverage_compares",
                                                          "decision_executed"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::FactComparison> {
  static constexpr std::array<std::string_view, 3> kNames{"at_least", "at_most", "equal"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::Truth> {
  static constexpr std::array<std::string_view, 3> kNames{"no", "yes", "unknown"};
};
