// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/condition.h"

#include "cofferdam/base/check.h"

namespace cofferdam::pool {

namespace {

using Nodes = std::span<const ConditionNode>;
using Kind = ConditionKind;

[[nodiscard]] bool is_joining(Kind kind) {
  return kind == Kind::all_of || kind == Kind::any_of || kind == Kind::negation;
}

[[nodiscard]] bool is_leaf_well_formed(const ConditionNode& leaf) {
  switch (leaf.kind) {
    case Kind::time_reached:
      return true;
    case Kind::fact_compares:
      return !leaf.source.is_none() && !leaf.fact_key.empty() &&
             leaf.fact_key.size() <= fact::kFactKeyMax;
    case Kind::coverage_compares:
      return !leaf.source.is_none() && leaf.fact_key.empty();
    case Kind::decision_executed:
      return !leaf.proposal.is_none();
    case Kind::all_of:
    case Kind::any_of:
    case Kind::negation:
      return false;
  }
  return false;
}

// Reads the subtree at `position` and moves behind it.
[[nodiscard]] bool read_tree(Nodes nodes, std::size_t& position, std::size_t depth) {
  if (position >= nodes.size() || depth > kConditionDepthMax) return false;
  const ConditionNode& node = nodes[position++];
  if (!is_joining(node.kind)) return node.parts == 0 && is_leaf_well_formed(node);
  if (node.parts == 0 || (node.kind == Kind::negation && node.parts != 1)) return false;
  for (std::uint8_t part = 0; part < node.parts; ++part)
    if (!read_tree(nodes, position, depth + 1)) return false;
  return true;
}

[[nodiscard]] Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

[[nodiscard]] Truth compare(fact::Value seen, FactComparison comparison, fact::Value bound) {
  switch (comparison) {
    case FactComparison::at_least:
      return truth_of(seen >= bound);
    case FactComparison::at_most:
      return truth_of(seen <= bound);
    case FactComparison::equal:
      return truth_of(seen == bound);
  }
  return Truth::unknown;
}

class Judge {
 public:
  Judge(Nodes nodes, const Grounds& grounds) : nodes_(nodes), grounds_(grounds) {}

  [[nodiscard]] Judgement run() {
    const Verdict whole = subtree();
    result_.truth = whole.truth;
    result_.failing = whole.blamed;
    return std::move(result_);
  }

 private:
  struct Verdict {
    Truth truth = Truth::unknown;
    std::uint8_t blamed = 0;  // the leaf that explains the truth
  };

  [[nodiscard]] Verdict subtree() {
    COFFERDAM_CHECK(position_ < nodes_.size(), "the condition was well formed when declared");
    const auto at = static_cast<std::uint8_t>(position_++);
    const ConditionNode& node = nodes_[at];
    if (!is_joining(node.kind)) return {leaf(at, node), at};
    if (node.kind == Kind::negation) {
      const Verdict part = subtree();
      const bool known = part.truth != Truth::unknown;
      return {known ? truth_of(part.truth == Truth::no) : Truth::unknown, part.blamed};
    }
    return join(node);
  }

  // all_of starts from yes and one no decides; any_of the other way round.
  [[nodiscard]] Verdict join(const ConditionNode& node) {
    const Truth deciding = node.kind == Kind::all_of ? Truth::no : Truth::yes;
    Verdict verdict{deciding == Truth::no ? Truth::yes : Truth::no, 0};
    std::vector<Verdict> parts;
    parts.reserve(node.parts);
    for (std::uint8_t i = 0; i < node.parts; ++i) {
      parts.push_back(subtree());
      if (parts.back().truth == deciding) {
        verdict.truth = deciding;
      } else if (parts.back().truth == Truth::unknown && verdict.truth != deciding) {
        verdict.truth = Truth::unknown;
      }
    }
    // The first part that is as the whole is explains it: true, or not true.
    for (const Verdict& part : parts) {
      if ((part.truth == Truth::yes) != (verdict.truth == Truth::yes)) continue;
      verdict.blamed = part.blamed;
      break;
    }
    return verdict;
  }

  [[nodiscard]] Truth leaf(std::uint8_t at, const ConditionNode& node) {
    Evidence seen{.node = at};
    switch (node.kind) {
      case Kind::time_reached:
        seen.observed = grounds_.now;
        seen.truth = truth_of(grounds_.now >= node.time);
        break;
      case Kind::fact_compares:
        look(node, node.fact_key, seen);
        break;
      case Kind::coverage_compares:
        look(node, coverage_key(grounds_.pool_code), seen);
        break;
      case Kind::decision_executed: {
        const decision::Proposal* proposal = grounds_.decisions.proposals.find(node.proposal);
        seen.truth =
            truth_of(proposal != nullptr && proposal->state == decision::ProposalState::executed);
        if (proposal != nullptr) seen.observed = proposal->closed;
        break;
      }
      case Kind::all_of:
      case Kind::any_of:
      case Kind::negation:
        break;
    }
    result_.leaves.push_back(seen);
    return seen.truth;
  }

  void look(const ConditionNode& node, const std::string& key, Evidence& seen) const {
    const fact::Observation found = read_fact(grounds_.facts, node.source, key, grounds_.now);
    seen.reading = found.reading;
    if (found.fact == nullptr) return;
    seen.value = found.fact->value;
    seen.observed = found.fact->observed;
    seen.sequence = found.fact->sequence;
    if (found.reading == fact::Reading::fresh)
      seen.truth = compare(found.fact->value, node.comparison, node.value);
  }

  Nodes nodes_;
  const Grounds& grounds_;
  std::size_t position_ = 0;
  Judgement result_;
};

}  // namespace

bool is_well_formed(Nodes condition) {
  if (condition.size() > kConditionNodesMax) return false;
  std::size_t position = 0;
  return read_tree(condition, position, 1) && position == condition.size();
}

Judgement judge(Nodes condition, const Grounds& grounds) {
  return Judge(condition, grounds).run();
}

std::string coverage_key(std::string_view pool_code) {
  return "coverage/" + std::string(pool_code);
}

}  // namespace cofferdam::pool
