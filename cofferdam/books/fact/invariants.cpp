// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/invariants.h"

namespace cofferdam::fact {

std::optional<std::string> check_facts_go_forward(const State& state) {
  std::optional<std::string> violation;
  state.facts.each_touched([&](const Fact* before, const Fact* after) {
    if (violation) return;
    if (after == nullptr) {
      violation = "the fact " + before->fact_key + " was taken away";
    } else if (state.sources.find(after->source) == nullptr) {
      violation = "the fact " + after->fact_key + " has no source";
    } else if (before != nullptr && after->observed < before->observed) {
      violation = "the fact " + after->fact_key + " went back in time";
    }
  });
  return violation;
}

}  // namespace cofferdam::fact
