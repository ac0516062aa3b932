// SPDX-License-Identifier: Apache-2.0
//
// What a rulebook makes of a book.
#pragma once

#include "cofferdam/models/margin/book.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::rulebook {

// A part of the requirement; below zero where the rule gives relief.
struct Line {
  std::string name;
  std::string where;  // an instrument, an expiry, an underlying
  std::string detail;
  Decimal initial;
  Decimal maintenance;
};

struct ScenarioOutcome {
  std::string name;
  Decimal pnl;  // as the rule counts it: discounted, dampened
};

struct Evaluation {
  Decimal equity;
  Decimal initial;
  Decimal maintenance;
  std::vector<Decimal> values;  // of each holding: what it adds to equity
  std::vector<Line> lines;      // sum to the two requirements exactly
  std::vector<ScenarioOutcome> scenarios;
  std::optional<std::size_t> binding;  // which scenario decides; none where the rule has none
  std::vector<Decimal> binding_pnl;    // of each holding there, as marked: not discounted
};

// Requirements as the sums of the lines, and an error when anything did not fit.
[[nodiscard]] Result<Evaluation> closed(Evaluation evaluation);

// The rule does not know this kind of instrument.
[[nodiscard]] std::unexpected<base::Error> not_margined(const Contract& contract,
                                                        std::string_view what_is);

}  // namespace cofferdam::rulebook
