// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/alert.h"

namespace cofferdam::alert {

const AlertRule* find_alert(const State& state, std::string_view code) {
  return state.rules.find(ledger::find_named(state.names, code));
}

bool is_breached(const AlertRule& rule, base::i128 value) {
  return rule.direction == Direction::below ? value < rule.raise.units()
                                            : value > rule.raise.units();
}

bool is_healthy(const AlertRule& rule, base::i128 value) {
  return rule.direction == Direction::below ? value >= rule.clear.units()
                                            : value <= rule.clear.units();
}

Watch::Key watch_key(const AlertRule& rule) {
  switch (rule.measure) {
    case Measure::segregation_surplus:
    case Measure::segregation_ratio:
    case Measure::balance:
    case Measure::buffer_used:
      return {rule.pool, rule.asset, rule.id};
    case Measure::hold_age:
      return {rule.pool, AssetId(), rule.id};
    case Measure::proposal_age:
    case Measure::intent_age:
    case Measure::open_intents:
    case Measure::allowance_used:
    case Measure::fact_age:
      break;
  }
  return {PoolId(), AssetId(), rule.id};
}

bool needs_standing(Measure measure) {
  return measure == Measure::segregation_surplus || measure == Measure::segregation_ratio;
}

bool needs_newest_fact(const AlertRule& rule) {
  return rule.measure == Measure::fact_age && rule.fact_key.empty();
}

}  // namespace cofferdam::alert
