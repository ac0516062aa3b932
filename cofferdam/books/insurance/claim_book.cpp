// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_book.h"

#include "cofferdam/books/insurance/funds.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::insurance {
namespace {

Time later(Time time, Duration by) {
  return base::try_add(time, by).value_or(Time::max());
}

template <class E>
std::string text_of(E value) {
  return std::string(base::name_of(value));
}

Time deadline_of(const ClaimRules& rules, const Claim& before, ClaimStage to, Time now) {
  switch (to) {
    case ClaimStage::notified:
      return later(now, rules.evidence_within);
    case ClaimStage::evidenced:
      return before.stage == to ? before.deadline : later(now, rules.assess_within);
    case ClaimStage::assessed:
    case ClaimStage::disputed:
      return later(now, rules.vote_within);
    case ClaimStage::decided:
      return later(now, rules.dispute_within);
    case ClaimStage::approved:
      // The last instant of the cooldown: what has none may be paid at once.
      return before.stage == to ? before.deadline : Time(later(now, rules.cooldown).value() - 1);
    case ClaimStage::paid:
      return before.stage == to ? before.deadline : later(now, rules.recovery_within);
    case ClaimStage::voting:
    case ClaimStage::closed:
    case ClaimStage::declined:
    case ClaimStage::withdrawn:
    case ClaimStage::expired:
      break;
  }
  return before.deadline;
}

Amount clawed_back_for(const ClaimsState& claims, std::uint32_t incident, std::string_view cover) {
  Amount sum;
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident) break;
    const Claim& claim = *claims.claims.find(at->first.claim);
    if (claim.cover == cover) sum += claim.clawed_back;
  }
  return sum;
}

}  // namespace

std::uint32_t rules_for(const ClaimsState& claims, const Cover& cover) {
  std::uint32_t version = 0;
  const auto& rows = claims.rules.rows();
  for (auto at = rows.lower_bound({cover.pool, 0}); at != rows.end(); ++at) {
    if (at->first.pool != cover.pool) break;
    if (version == 0 || at->second.set < cover.bound) version = at->first.version;
  }
  return version;
}

const ClaimRules& rules_of(const ClaimsState& claims, const Claim& claim) {
  const ClaimRulesVersion* row = claims.rules.find({claim.pool, claim.rules});
  COFFERDAM_CHECK(row != nullptr, "a claim runs on rules that are there");
  return row->rules;
}

const Incident* find_incident(const ClaimsState& claims, std::string_view code) {
  return claims.incidents.find_code(code);
}

CoverTerms cover_terms(const Cover& cover) {
  const PolicyTerms& terms = cover.terms;
  CoverTerms out;
  out.perils = {text_of(terms.peril)};
  out.limit = terms.limit;
  for (const StorageLimit& limit : terms.sub_limits)
    out.sub_limits.push_back({text_of(limit.storage), limit.limit});
  out.remaining_aggregate = cover.remaining();
  out.deductible = terms.deductible;
  out.coinsurance = Rate(base::kRateOne / kPpmOne * (kPpmOne - terms.retention_ppm));
  out.limit_place = LimitPlace::after_coinsurance;
  out.basis = terms.basis;
  out.inception = terms.start;
  out.expiry = terms.end;
  if (cover.stage == CoverStage::cancelled) out.expiry = std::min(terms.end, cover.ended);
  out.waiting_period = terms.waiting;
  if (terms.basis != CoverBasis::losses_occurring)
    out.retroactive_date = terms.retroactive == Time() ? terms.start : terms.retroactive;
  out.extended_reporting_period = terms.reporting;
  for (const ExcludedCause cause : terms.exclusions) out.exclusions.push_back({text_of(cause), {}});
  for (const Warranty warranty : terms.warranties) out.warranties.push_back(text_of(warranty));
  return out;
}

IncidentTimes incident_times(const Incident& incident, const Finding& finding, Time notified) {
  IncidentTimes out{.occurred = incident.occurred,
                    .discovered = incident.discovered,
                    .notified = notified,
                    .causes = {text_of(incident.peril)},
                    .breaches = {}};
  for (const ExcludedCause cause : incident.causes) out.causes.push_back(text_of(cause));
  for (const ExcludedCause cause : finding.causes) out.causes.push_back(text_of(cause));
  for (const Warranty breach : finding.breaches) out.breaches.push_back(text_of(breach));
  return out;
}

Amount paid_for(const ClaimsState& claims, std::uint32_t incident, std::string_view cover) {
  Amount sum;
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident) break;
    const Claim& claim = *claims.claims.find(at->first.claim);
    if (claim.cover == cover) sum += claim.paid - claim.clawed_back;
  }
  return sum;
}

ClaimOutcomeInput outcome_input(const ClaimsState& claims, const State& state,
                                const ledger::State& ledger, const Claim& claim,
                                const Finding& finding, const ClaimVote& vote) {
  const Incident& incident = *claims.incidents.find(claim.incident);
  ClaimOutcomeInput in{.scale = ledger.assets.find(claim.asset)->scale,
                       .cover = cover_terms(*state.covers.find(claim.cover)),
                       .incident = incident_times(incident, finding, claim.notified),
                       .assessed_loss = {},
                       .vote = vote,
                       .paid_before = paid_for(claims, claim.incident, claim.cover)};
  // What a trigger pays was agreed as one sum.
  if (claim.route == ClaimRoute::parametric) in.cover.sub_limits.clear();
  in.assessed_loss.total = finding.loss;
  in.assessed_loss.recovered = finding.recovered;
  for (const StorageLoss& item : finding.items)
    in.assessed_loss.items.push_back({text_of(item.storage), item.loss});
  return in;
}

ClaimOutcomeOutput outcome_of(const ClaimsState& claims, const State& state,
                              const ledger::State& ledger, const Claim& claim) {
  const ClaimVote vote{.result = claim.result, .amount = claim.median};
  const auto out =
      claim_outcome(outcome_input(claims, state, ledger, claim, claim.decided_on(), vote));
  COFFERDAM_CHECK(out.has_value(), "a finding that was checked when it came");
  return *out;
}

Amount outstanding(const ClaimsState& claims, const State& state, const ledger::State& ledger,
                   const Claim& claim) {
  if (!claim.is_open()) return {};
  if (claim.stage != ClaimStage::approved) {
    Claim undecided = claim;
    undecided.result = VoteResult::not_required;
    return outcome_of(claims, state, ledger, undecided).payout;
  }
  const Amount due = claim.approved - claim.paid;
  return std::min(due, outcome_of(claims, state, ledger, claim).payout);
}

ClaimOutcomeOutput present_outcome(const ClaimsState& claims, const State& state,
                                   const ledger::State& ledger, const Claim& claim) {
  Claim judged = claim;
  if (claim.verdict == Verdict::open) judged.result = VoteResult::not_required;
  const ClaimVote vote{.result = judged.result, .amount = judged.median};
  ClaimOutcomeInput in = outcome_input(claims, state, ledger, judged, judged.decided_on(), vote);
  in.paid_before += clawed_back_for(claims, claim.incident, claim.cover);
  const auto out = claim_outcome(in);
  COFFERDAM_CHECK(out.has_value(), "a finding that was checked when it came");
  ClaimOutcomeOutput answer = *out;
  answer.payout = std::min(answer.payout, outstanding(claims, state, ledger, claim));
  return answer;
}

Amount raise_reserve(const ClaimsState& claims, State& state, ledger::State& ledger,
                     Context& context, std::uint32_t number) {
  Amount wanted;
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({number, 0}); at != rows.end(); ++at) {
    if (at->first.incident != number) break;
    const Amount one = outstanding(claims, state, ledger, *claims.claims.find(at->first.claim));
    wanted = base::try_add(wanted, one).value_or(Amount::max());
  }
  const ReserveFor what = claims.incidents.find(number)->reserve();
  const Amount held = reserve_held(state, what);
  const Amount target = std::min(wanted, reserve_most(state, what));
  if (target <= held) return held;
  // Exits that fall due meanwhile may leave less than was counted; then nothing more is set apart.
  const ReserveStatus status = set_reserve(state, ledger, context, what, target);
  return status == ReserveStatus::ok ? target : reserve_held(state, what);
}

bool is_late(const Claim& claim, Time now) {
  return now > claim.deadline;
}

std::optional<ClaimCourse> step_of(const Claim& claim, const ClaimStep& step, Time now) {
  return next_state(claim.course(), step, is_late(claim, now));
}

void take_step(ClaimsState& claims, State& state, Context& context, std::uint32_t number,
               const ClaimStep& step) {
  const Claim before = *claims.claims.find(number);
  const auto next = step_of(before, step, context.now);
  COFFERDAM_CHECK(next.has_value(), "a step that was checked before");
  Claim& claim = claims.claims.edit(context.changes, number);
  claim.stage = next->stage;
  claim.round = next->round;
  claim.verdict = next->verdict;
  claim.deadline = deadline_of(rules_of(claims, before), before, next->stage, context.now);
  if (!before.is_open() || claim.is_open()) return;
  claim.settled = context.now;
  --claims.incidents.edit(context.changes, before.incident).open_claims;
  count_open_claim(state, context, before.cover, false);
}

void end_bond(ClaimsState& claims, State& state, ledger::State& ledger, Context& context,
              std::uint32_t number, bool is_returned) {
  const Claim before = *claims.claims.find(number);
  if (before.bond.amount.is_zero()) return;
  const AccountId from = bond_account(before.pool);
  const auto to = ledger.accounts.find_slot(before.bond.account);
  bool done = is_returned && ledger::post_leg(ledger, context, ledger.accounts.find_slot(from), to,
                                              before.bond.amount, kBondReturned,
                                              number) == ledger::TransferStatus::ok;
  if (!done)
    done = take_in(state, ledger, context, before.pool, from, Fund::earned, before.bond.amount,
                   static_cast<PostingCode>(kBondLost), number) == Moved::ok;
  COFFERDAM_CHECK(done, "what lies as bonds can leave");
  claims.claims.edit(context.changes, number).bond = Bond{};
}

bool is_document(const std::string& text, bool may_be_empty) {
  return text.empty() ? may_be_empty : ledger::is_hex(text, ledger::kHashHexDigits);
}

}  // namespace cofferdam::insurance
