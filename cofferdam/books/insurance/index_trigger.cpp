// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/index_trigger.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = IndexTriggerStatus;
using C = ClaimFilingStatus;

namespace {

[[nodiscard]] std::size_t versions_of(const TriggerState& triggers, PoolId pool) {
  std::size_t count = 0;
  const auto& rows = triggers.triggers.rows();
  for (auto at = rows.lower_bound({pool, {}, 0}); at != rows.end() && at->first.pool == pool; ++at)
    ++count;
  return count;
}

// Whether a source stands in the index before this one already: what it says under another key
// makes no second source of it.
[[nodiscard]] bool is_said_before(const market::Index& index, const market::PriceSource& one) {
  for (const market::PriceSource& other : index.sources) {
    if (other.source == one.source) return other.fact_key != one.fact_key;
  }
  return false;
}

[[nodiscard]] std::size_t outside_sources(const market::Index& index) {
  return static_cast<std::size_t>(
      std::ranges::count_if(index.sources, [&](const market::PriceSource& one) {
        return !one.own_book && !is_said_before(index, one);
      }));
}

[[nodiscard]] bool is_met(const IndexTrigger& trigger, base::i128 value) {
  const auto wanted = static_cast<base::i128>(trigger.value.units());
  switch (trigger.comparison) {
    case pool::FactComparison::at_least:
      return value >= wanted;
    case pool::FactComparison::at_most:
      return value <= wanted;
    case pool::FactComparison::equal:
      break;
  }
  return value == wanted;
}

const IndexTrigger* trigger_of(const ClaimsState& claims, const State& state,
                               const TriggerState& triggers, const TriggerClaim& command) {
  const Claim& claim = *claims.claims.find(command.claim);
  const IndexTrigger* found =
      trigger_for(triggers, *state.covers.find(claim.cover), command.trigger);
  if (found == nullptr || found->peril != claims.incidents.find(claim.incident)->peril)
    return nullptr;
  return found;
}

bool is_in_rules(const ClaimsState& claims, const TriggerClaim& command) {
  const Claim& claim = *claims.claims.find(command.claim);
  return std::ranges::any_of(rules_of(claims, claim).triggers, [&](const ParametricTrigger& one) {
    return one.code == command.trigger;
  });
}

C judge(const IndexTrigger& trigger, const market::TermsState& terms, const fact::State& facts,
        const Incident& incident, Time now, market::IndexReading& reading) {
  reading = read_for(trigger, terms, facts, incident.occurred, now);
  if (reading.standing == market::Standing::fresh)
    return is_met(trigger, reading.value.value()) ? C::ok : C::trigger_not_met;
  // Good enough but for observations from before the incident: these are what is in the way.
  const market::IndexReading ever = read_for(trigger, terms, facts, Time::min(), now);
  return ever.standing == market::Standing::fresh ? C::fact_before_incident : C::fact_not_usable;
}

}  // namespace

S check_shape(const SetIndexTrigger& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.payout_ppm > kPpmOne) return S::payout_out_of_range;
  if (command.minimum_sources < 2) return S::minimum_below_two;
  return command.deviation_bps_max == 0 ? S::deviation_must_be_bounded : S::ok;
}

S check_state(const SetIndexTrigger& command, const TriggerState& triggers, const State& state,
              const market::TermsState& terms) {
  if (state.pools.find(command.pool) == nullptr) return S::not_an_insurance_pool;
  const market::Index* index = terms.indices.find(command.index);
  if (index == nullptr) return S::index_not_found;
  if (index->scale != command.scale) return S::scale_differs;
  if (index->minimum_sources < command.minimum_sources ||
      outside_sources(*index) < command.minimum_sources)
    return S::index_asks_for_fewer;
  if (index->deviation_bps_max == 0 || index->deviation_bps_max > command.deviation_bps_max)
    return S::index_too_wide;
  return versions_of(triggers, command.pool) < kIndexTriggersMax ? S::ok : S::too_many_versions;
}

S apply(const SetIndexTrigger& command, TriggerState& triggers, Context& context) {
  std::uint32_t version = 1;
  while (triggers.triggers.find({command.pool, command.code, version}) != nullptr) ++version;
  triggers.triggers.insert(context.changes,
                           IndexTrigger{.pool = command.pool,
                                        .code = command.code,
                                        .version = version,
                                        .peril = command.peril,
                                        .index = command.index,
                                        .comparison = command.comparison,
                                        .scale = command.scale,
                                        .value = command.value,
                                        .minimum_sources = command.minimum_sources,
                                        .deviation_bps_max = command.deviation_bps_max,
                                        .payout_ppm = command.payout_ppm,
                                        .set = context.now});
  context.created = version;
  return S::ok;
}

const IndexTrigger* trigger_for(const TriggerState& triggers, const Cover& cover,
                                std::string_view code) {
  const IndexTrigger* found = nullptr;
  const auto& rows = triggers.triggers.rows();
  for (auto at = rows.lower_bound({cover.pool, std::string(code), 0}); at != rows.end(); ++at) {
    if (at->first.pool != cover.pool || at->first.code != code) break;
    if (at->second.set < cover.bound) found = &at->second;
  }
  return found == nullptr || found->payout_ppm == 0 ? nullptr : found;
}

market::IndexReading read_for(const IndexTrigger& trigger, const market::TermsState& terms,
                              const fact::State& facts, Time since, Time now) {
  const market::Index* index = terms.indices.find(trigger.index);
  if (index == nullptr || index->scale != trigger.scale) return {};
  market::Index bounded = *index;
  bounded.minimum_sources = std::max(index->minimum_sources, trigger.minimum_sources);
  bounded.deviation_bps_max = index->deviation_bps_max == 0
                                  ? trigger.deviation_bps_max
                                  : std::min(index->deviation_bps_max, trigger.deviation_bps_max);
  std::erase_if(bounded.sources, [&](const market::PriceSource& one) {
    const fact::Observation seen = fact::read_fact(facts, one.source, one.fact_key, now);
    return seen.fact == nullptr || seen.fact->observed < since || is_said_before(*index, one);
  });
  return market::read_index(bounded, facts, now);
}

C check_state(const TriggerClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger, const fact::State& facts, const TriggerState& triggers,
              const market::TermsState& /*terms*/) {
  const C status = check_state(command, claims, state, ledger, facts);
  if (status != C::trigger_not_found || is_in_rules(claims, command)) return status;
  return trigger_of(claims, state, triggers, command) == nullptr ? C::trigger_not_found : C::ok;
}

C apply(const TriggerClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        const fact::State& facts, const TriggerState& triggers, const market::TermsState& terms,
        Context& context) {
  if (is_in_rules(claims, command)) return apply(command, claims, state, ledger, facts, context);
  const Claim before = *claims.claims.find(command.claim);
  if (!step_of(before, {ClaimEvent::trigger}, context.now)) return C::too_late;
  const IndexTrigger trigger = *trigger_of(claims, state, triggers, command);
  market::IndexReading reading;
  const Incident& incident = *claims.incidents.find(before.incident);
  if (const C s = judge(trigger, terms, facts, incident, context.now, reading); s != C::ok)
    return s;
  const C status = decide_by_trigger(claims, state, ledger, context, command.claim, command.trigger,
                                     trigger.payout_ppm);
  if (status != C::ok) return status;
  claims.claims.edit(context.changes, command.claim).assessment =
      "index " + trigger.index + " at " +
      base::format_decimal(reading.value.value(), trigger.scale) + ", the median of sources from " +
      base::format_decimal(reading.low.value(), trigger.scale) + " to " +
      base::format_decimal(reading.high.value(), trigger.scale) + ", " +
      std::to_string(unsigned{reading.fresh}) + " of them from outside";
  return C::ok;
}

std::optional<std::string> check_triggers_stand(const TriggerState& triggers) {
  std::optional<std::string> violation;
  triggers.triggers.each_touched([&](const IndexTrigger* before, const IndexTrigger* /*after*/) {
    if (before != nullptr) violation = "trigger " + before->code + " was changed after it was set";
  });
  return violation;
}

}  // namespace cofferdam::insurance
