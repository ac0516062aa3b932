// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/fact.h"

namespace cofferdam::fact {

const Source* find_source(const State& state, std::string_view code) {
  return state.sources.find(ledger::find_named(state.names, code));
}

Observation read_fact(const State& state, SourceId source, std::string_view fact_key, Time now) {
  const Source* declared = state.sources.find(source);
  const Fact* fact = state.facts.find({source, std::string(fact_key)});
  if (declared == nullptr || fact == nullptr) return {};
  const auto age = base::try_sub(now, fact->observed);
  if (!age || *age > declared->staleness) return {Reading::stale, fact};
  return {fact->deviating ? Reading::deviating : Reading::fresh, fact};
}

}  // namespace cofferdam::fact
