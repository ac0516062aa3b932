// SPDX-License-Identifier: Apache-2.0
//
// Judges the condition of a release rule: its form once, its truth each time.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <span>

namespace cofferdam::pool {

// One tree, at most kConditionNodesMax nodes and kConditionDepthMax deep; joining nodes have parts
// (a negation exactly one), leaves have none; fact leaves name a source, and a key where they need
// one; decision leaves name a proposal.
[[nodiscard]] bool is_well_formed(std::span<const ConditionNode> condition);

// What a condition is judged on.
struct Grounds {
  const fact::State& facts;
  const decision::State& decisions;
  std::string_view pool_code;  // whose coverage coverage_compares asks for
  Time now;
};

struct Judgement {
  Truth truth = Truth::unknown;
  std::vector<Evidence> leaves;  // every leaf, in order, also where the result was clear before
  std::uint8_t failing = 0;      // unless true: the first leaf to blame, by its position
};

// Kleene's strong three-valued logic (1938) over a well-formed condition: unknown wins unless a
// part decides alone.
[[nodiscard]] Judgement judge(std::span<const ConditionNode> condition, const Grounds& grounds);

// The key under which the coverage of a pool is recorded as a fact.
[[nodiscard]] std::string coverage_key(std::string_view pool_code);

}  // namespace cofferdam::pool
