// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_filing.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/ledger/names.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = ClaimFilingStatus;

namespace {

constexpr std::size_t kWordsMax = ledger::kReasonMax;

bool finding_holds(const Finding& finding) {
  if (finding.loss.is_zero() || finding.items.size() > kStorageLimitsMax) return false;
  if (finding.causes.size() > kTermsMax || finding.breaches.size() > kTermsMax) return false;
  Amount sum;
  for (std::size_t i = 0; i < finding.items.size(); ++i) {
    const auto more = base::try_add(sum, finding.items[i].loss);
    if (!more) return false;
    sum = *more;
    for (std::size_t k = 0; k < i; ++k)
      if (finding.items[k].storage == finding.items[i].storage) return false;
  }
  return finding.items.empty() || sum == finding.loss;
}

// What the cover needs named of a loss.
bool fits(const Finding& finding, const Cover& cover) {
  return cover.terms.sub_limits.empty() || !finding.items.empty();
}

S status_of(ClaimStatus status) {
  switch (status) {
    case ClaimStatus::covered:
      return S::ok;
    case ClaimStatus::outside_period:
      return S::outside_period;
    case ClaimStatus::before_retroactive_date:
      return S::before_retroactive_date;
    case ClaimStatus::waiting_period:
      return S::waiting_period;
    case ClaimStatus::late_notice:
      return S::late_notice;
    case ClaimStatus::peril_not_insured:
      return S::peril_not_insured;
    case ClaimStatus::excluded:
      return S::excluded;
    case ClaimStatus::warranty_breached:
      return S::warranty_breached;
    case ClaimStatus::no_loss:
    case ClaimStatus::within_retention:
    case ClaimStatus::below_deductible:
    case ClaimStatus::rounded_to_zero:
    case ClaimStatus::no_quorum:
    case ClaimStatus::refused:
    case ClaimStatus::paid_in_full:
    case ClaimStatus::aggregate_exhausted:
      break;
  }
  return S::not_covered;
}

// Whether the cover has a claim on the incident that keeps another one out. What was withdrawn or
// expired may be asked again.
bool has_claim(const ClaimsState& claims, const Incident& incident, const std::string& cover) {
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident.number, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident.number) break;
    const Claim& claim = *claims.claims.find(at->first.claim);
    const bool is_gone = claim.stage == ClaimStage::withdrawn || claim.stage == ClaimStage::expired;
    if (claim.cover == cover && !is_gone) return true;
  }
  return false;
}

S check_step(const Claim* claim, const ClaimStep& step) {
  if (claim == nullptr) return S::claim_not_found;
  const bool is_possible =
      next_state(claim->course(), step, false) || next_state(claim->course(), step, true);
  return is_possible ? S::ok : S::not_at_this_stage;
}

S check_time(const Claim& claim, const ClaimStep& step, Time now) {
  return step_of(claim, step, now) ? S::ok : S::too_late;
}

// The result that an assessment brings on the dispute route.
ClaimStep assess_step(const ClaimOutcomeOutput& outcome) {
  return {ClaimEvent::assess, outcome.payout.is_zero() ? Verdict::refused : Verdict::accepted};
}

const ParametricTrigger* trigger_of(const ClaimsState& claims, const Claim& claim,
                                    const std::string& code) {
  const Peril peril = claims.incidents.find(claim.incident)->peril;
  for (const ParametricTrigger& trigger : rules_of(claims, claim).triggers)
    if (trigger.code == code && trigger.peril == peril) return &trigger;
  return nullptr;
}

bool is_met(const ParametricTrigger& trigger, fact::Value value) {
  switch (trigger.comparison) {
    case pool::FactComparison::at_least:
      return value >= trigger.value;
    case pool::FactComparison::at_most:
      return value <= trigger.value;
    case pool::FactComparison::equal:
      break;
  }
  return value == trigger.value;
}

S judge_trigger(const ParametricTrigger& trigger, const Incident& incident,
                const fact::State& facts, Time now) {
  const fact::Observation seen = fact::read_fact(facts, trigger.source, trigger.fact_key, now);
  if (seen.reading != fact::Reading::fresh) return S::fact_not_usable;
  if (seen.fact->observed < incident.occurred) return S::fact_before_incident;
  return is_met(trigger, seen.fact->value) ? S::ok : S::trigger_not_met;
}

ClaimRoute route_of(const ClaimRules& rules, Peril peril) {
  for (const PerilRoute& route : rules.routes)
    if (route.peril == peril) return route.route;
  return ClaimRoute::vote;
}

}  // namespace

S check_shape(const NotifyClaim& command) {
  return finding_holds(command.finding) ? S::ok : S::finding_malformed;
}

S check_state(const NotifyClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& /*ledger*/) {
  const Cover* cover = state.covers.find(command.cover);
  if (cover == nullptr) return S::cover_not_found;
  const Incident* incident = find_incident(claims, command.incident);
  if (incident == nullptr) return S::incident_not_found;
  if (command.asset != cover->asset) return S::has_different_asset;
  if (!fits(command.finding, *cover)) return S::finding_malformed;
  if (rules_for(claims, *cover) == 0) return S::no_claim_rules;
  if (incident->stage == IncidentStage::closed) return S::incident_closed;
  if (incident->pool != cover->pool) return S::in_another_pool;
  if (has_claim(claims, *incident, command.cover)) return S::claim_exists;
  if (incident->claims >= kClaimsMax) return S::too_many_claims;
  return S::ok;
}

S apply(const NotifyClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Cover cover = *state.covers.find(command.cover);
  const Incident incident = *find_incident(claims, command.incident);
  const CoverTerms terms = cover_terms(cover);
  const Coverage coverage =
      coverage_of(terms, incident_times(incident, command.finding, context.now));
  if (coverage.status != ClaimStatus::covered) return status_of(coverage.status);
  const Time last = base::try_add(cover.terms.end, cover.terms.reporting).value_or(Time::max());
  if (context.now > last) return S::late_notice;
  if (!cover.terms.counterparty.is_none() && cover.terms.counterparty != incident.counterparty)
    return S::counterparty_not_insured;
  Claim claim{.number = static_cast<std::uint32_t>(claims.claims.size() + 1),
              .pool = cover.pool,
              .asset = cover.asset,
              .incident = incident.number,
              .cover = cover.code,
              .claimant = cover.terms.insured,
              .rules = rules_for(claims, cover),
              .finding = command.finding,
              .notified = context.now};
  const ClaimRules& rules = rules_of(claims, claim);
  claim.route = route_of(rules, incident.peril);
  claim.deadline = base::try_add(context.now, rules.evidence_within).value_or(Time::max());
  const auto outcome = claim_outcome(outcome_input(claims, state, ledger, claim, claim.finding,
                                                   {.result = VoteResult::not_required}));
  if (!outcome) return S::finding_malformed;
  if (outcome->payout.is_zero()) return status_of(outcome->status);
  claims.claims.insert(context.changes, claim);
  claims.of_incident.insert(context.changes,
                            ClaimOfIncident{.incident = incident.number, .claim = claim.number});
  Incident& row = claims.incidents.edit(context.changes, incident.number);
  ++row.claims;
  ++row.open_claims;
  count_open_claim(state, context, cover.code, true);
  raise_reserve(claims, state, ledger, context, incident.number);
  context.created = claim.number;
  return S::ok;
}

S check_shape(const SubmitEvidence& command) {
  if (command.document.size() != ledger::kHashHexDigits || !is_document(command.document, false))
    return S::document_malformed;
  return command.note.size() <= kWordsMax ? S::ok : S::text_malformed;
}

S check_state(const SubmitEvidence& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (const S s = check_step(claim, {ClaimEvent::submit_evidence}); s != S::ok) return s;
  return claim->evidence.size() < kEvidenceMax ? S::ok : S::too_much_evidence;
}

S apply(const SubmitEvidence& command, ClaimsState& claims, State& state, ledger::State& /*ledger*/,
        Context& context) {
  const ClaimStep step{ClaimEvent::submit_evidence};
  if (const S s = check_time(*claims.claims.find(command.claim), step, context.now); s != S::ok)
    return s;
  take_step(claims, state, context, command.claim, step);
  claims.claims.edit(context.changes, command.claim)
      .evidence.push_back({command.document, command.note, context.now});
  return S::ok;
}

S check_shape(const AssessClaim& command) {
  if (!finding_holds(command.finding)) return S::finding_malformed;
  return command.report.empty() || command.report.size() > kWordsMax ? S::text_malformed : S::ok;
}

S check_state(const AssessClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  if (command.asset != claim->asset) return S::has_different_asset;
  if (!fits(command.finding, *state.covers.find(claim->cover))) return S::finding_malformed;
  const auto outcome = claim_outcome(outcome_input(claims, state, ledger, *claim, command.finding,
                                                   {.result = VoteResult::not_required}));
  if (!outcome) return S::finding_malformed;
  return check_step(claim, assess_step(*outcome));
}

S apply(const AssessClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  const auto outcome = claim_outcome(outcome_input(claims, state, ledger, before, command.finding,
                                                   {.result = VoteResult::not_required}));
  const ClaimStep step = assess_step(*outcome);
  if (const S s = check_time(before, step, context.now); s != S::ok) return s;
  take_step(claims, state, context, command.claim, step);
  Claim& claim = claims.claims.edit(context.changes, command.claim);
  claim.assessed = command.finding;
  claim.assessment = command.report;
  if (before.route == ClaimRoute::dispute) claim.approved = outcome->payout;
  raise_reserve(claims, state, ledger, context, before.incident);
  return S::ok;
}

S check_shape(const TriggerClaim& /*command*/) {
  return S::ok;
}

S check_state(const TriggerClaim& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/, const fact::State& /*facts*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (const S s = check_step(claim, {ClaimEvent::trigger}); s != S::ok) return s;
  return trigger_of(claims, *claim, command.trigger) == nullptr ? S::trigger_not_found : S::ok;
}

S apply(const TriggerClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        const fact::State& facts, Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  const ClaimStep step{ClaimEvent::trigger};
  if (const S s = check_time(before, step, context.now); s != S::ok) return s;
  const ParametricTrigger trigger = *trigger_of(claims, before, command.trigger);
  const Incident& incident = *claims.incidents.find(before.incident);
  if (const S s = judge_trigger(trigger, incident, facts, context.now); s != S::ok) return s;
  return decide_by_trigger(claims, state, ledger, context, command.claim, command.trigger,
                           trigger.payout_ppm);
}

S decide_by_trigger(ClaimsState& claims, State& state, ledger::State& ledger, Context& context,
                    std::uint32_t number, const std::string& trigger, std::uint32_t payout_ppm) {
  const Claim before = *claims.claims.find(number);
  const Amount agreed(base::mul_div<base::Rounding::down>(
      state.covers.find(before.cover)->terms.limit.units(), u128{payout_ppm}, u128{kPpmOne}));
  if (agreed.is_zero()) return S::not_covered;
  take_step(claims, state, context, number, {ClaimEvent::trigger});
  Claim& claim = claims.claims.edit(context.changes, number);
  claim.assessed = Finding{.loss = agreed};
  claim.trigger = trigger;
  claim.result = VoteResult::not_required;
  const ClaimOutcomeOutput outcome = outcome_of(claims, state, ledger, claim);
  if (outcome.payout.is_zero()) return status_of(outcome.status);
  claims.claims.edit(context.changes, number).approved = outcome.payout;
  raise_reserve(claims, state, ledger, context, before.incident);
  return S::ok;
}

S check_shape(const WithdrawClaim& /*command*/) {
  return S::ok;
}

S check_state(const WithdrawClaim& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  return check_step(claims.claims.find(command.claim), {ClaimEvent::withdraw});
}

S apply(const WithdrawClaim& command, ClaimsState& claims, State& state, ledger::State& /*ledger*/,
        Context& context) {
  take_step(claims, state, context, command.claim, {ClaimEvent::withdraw});
  return S::ok;
}

}  // namespace cofferdam::insurance
