// SPDX-License-Identifier: Apache-2.0
//
// Queries of claims: their rules, incidents with reserve and claims, the board of claims with
// deadlines and votes, one claim with the reasons for its sum, ballots voter by voter, recoveries.
#include "cofferdam/books/insurance/claim_ballot.h"
#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

// What a claim waits for.
enum class Awaited : std::uint8_t {
  nothing,
  evidence,
  assessment,
  ballot,
  sealed_votes,
  opened_votes,
  count,
  dispute,
  cooldown,
  payment,
  time,
};

}  // namespace cofferdam::operation

template <>
struct cofferdam::base::EnumText<cofferdam::operation::Awaited> {
  static constexpr std::array<std::string_view, 11> kNames{
      "nothing", "evidence", "assessment", "ballot",  "sealed_votes", "opened_votes",
      "count",   "dispute",  "cooldown",   "payment", "time"};
};

namespace cofferdam::operation {

namespace ins = insurance;

struct ClaimFilter {
  base::PoolId pool;
  std::string incident;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool; none for all");
    visit("incident", self.incident, "code of an incident; empty for all");
    PageParameters::fields(self.page, visit);
  }
};

struct IncidentParameter {
  std::string incident;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "code of the incident");
  }
};

template <>
struct FieldForms<IncidentParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"incident"};
};

struct ClaimParameter {
  std::uint32_t claim = 0;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    PageParameters::fields(self.page, visit);
  }
};

template <>
struct FieldForms<ClaimParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"claim"};
};

namespace {

std::uint32_t incident_number(const View& view, const std::string& code) {
  const ins::Incident* found = ins::find_incident(view.state.claims, code);
  return found == nullptr ? 0 : found->number;
}

// Rows of a pool and an incident, where these are named.
auto wanted(const View& view, const ClaimFilter& filter) {
  const std::uint32_t incident = incident_number(view, filter.incident);
  return [&filter, incident](const auto& row) {
    if (!filter.pool.is_none() && row.pool != filter.pool) return false;
    return filter.incident.empty() || row.incident == incident;
  };
}

Result<Listing> rules(const View& view, const ClaimFilter& filter) {
  return page_of_table<ins::ClaimRulesVersion>(
      view, view.state.claims.rules, filter.page,
      [&](const auto& row) { return filter.pool.is_none() || row.pool == filter.pool; }, kItself);
}

Result<Listing> index_triggers(const View& view, const ClaimFilter& filter) {
  return page_of_table<ins::IndexTrigger>(
      view, view.state.triggers.triggers, filter.page,
      [&](const auto& row) { return filter.pool.is_none() || row.pool == filter.pool; }, kItself);
}

struct IncidentRow {
  ins::Incident row;
  base::Amount reserved;
  base::Amount outstanding;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ins::Incident::fields(self.row, visit);
    visit("reserved", self.reserved, "held for it now");
    visit("outstanding", self.outstanding, "what its open claims may still come to");
  }
};

IncidentRow incident_row(const View& view, const ins::Incident& incident) {
  IncidentRow out{.row = incident,
                  .reserved = ins::reserve_held(view.state.insurance, incident.reserve())};
  const auto& rows = view.state.claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident.number, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident.number) break;
    const base::Amount one =
        ins::outstanding(view.state.claims, view.state.insurance, view.state.ledger,
                         *view.state.claims.claims.find(at->first.claim));
    out.outstanding = base::try_add(out.outstanding, one).value_or(base::Amount::max());
  }
  return out;
}

Result<Listing> incidents(const View& view, const ClaimFilter& filter) {
  return page_of_table<IncidentRow>(
      view, view.state.claims.incidents, filter.page,
      [&](const ins::Incident& row) {
        return (filter.pool.is_none() || row.pool == filter.pool) &&
               (filter.incident.empty() || row.code == filter.incident);
      },
      [&](const ins::Incident& row) { return incident_row(view, row); });
}

Result<Listing> incident_show(const View& view, const IncidentParameter& parameter) {
  const ins::Incident* incident = ins::find_incident(view.state.claims, parameter.incident);
  if (incident == nullptr) return not_found("incident " + parameter.incident, 0);
  return single(incident_row(view, *incident), view.codec);
}

// A line of the claims board.
struct ClaimRow {
  std::uint32_t number = 0;
  base::PoolId pool;
  base::AssetId asset;
  std::string cover;
  std::string incident;
  base::OwnerId claimant;
  ins::ClaimRoute route = ins::ClaimRoute::vote;
  ins::ClaimStage stage = ins::ClaimStage::notified;
  Awaited awaited = Awaited::nothing;
  base::Time deadline;
  bool is_overdue = false;
  base::Amount claimed;
  std::optional<base::Amount> assessed;
  base::Amount approved;
  base::Amount paid;
  std::uint8_t round = 0;
  std::uint32_t voters = 0;
  std::uint32_t committed = 0;
  std::uint32_t revealed = 0;
  base::Amount quorum;
  base::Amount votes_for;
  base::Amount votes_against;
  base::Amount abstained;
  ins::VoteResult result = ins::VoteResult::not_required;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "of the claim");
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("cover", self.cover, "code of the cover");
    visit("incident", self.incident, "code of the incident");
    visit("claimant", self.claimant, "the insured");
    visit("route", self.route, "by what it is decided");
    visit("stage", self.stage, "how far it is");
    visit("awaited", self.awaited, "what comes next");
    visit("deadline", self.deadline, "until when; of an approved claim the end of its cooldown");
    visit("is_overdue", self.is_overdue, "whether that has passed");
    visit("claimed", self.claimed, "the loss as claimed");
    visit("assessed", self.assessed, "the loss as assessed");
    visit("approved", self.approved, "to be paid");
    visit("paid", self.paid, "of it");
    visit("round", self.round, "ballots opened");
    visit("voters", self.voters, "on the roll of the last one");
    visit("committed", self.committed, "votes sealed");
    visit("revealed", self.revealed, "votes opened");
    visit("quorum", self.quorum, "weight that must take part");
    visit("for", self.votes_for, "weight of opened votes");
    visit("against", self.votes_against, "weight of opened votes");
    visit("abstain", self.abstained, "weight of opened votes");
    visit("result", self.result, "of the last ballot that decided");
  }
};

Awaited awaited_of(const ins::Claim& claim, const ins::ClaimBallot* ballot, base::Time now) {
  switch (claim.stage) {
    case ins::ClaimStage::notified:
      return Awaited::evidence;
    case ins::ClaimStage::evidenced:
      return Awaited::assessment;
    case ins::ClaimStage::assessed:
    case ins::ClaimStage::disputed:
      return Awaited::ballot;
    case ins::ClaimStage::voting:
      if (ballot == nullptr || now > ballot->reveal_ends) return Awaited::count;
      return now > ballot->commit_ends ? Awaited::opened_votes : Awaited::sealed_votes;
    case ins::ClaimStage::decided:
      return Awaited::dispute;
    case ins::ClaimStage::approved:
      return now > claim.deadline ? Awaited::payment : Awaited::cooldown;
    case ins::ClaimStage::paid:
      return Awaited::time;
    case ins::ClaimStage::closed:
    case ins::ClaimStage::declined:
    case ins::ClaimStage::withdrawn:
    case ins::ClaimStage::expired:
      break;
  }
  return Awaited::nothing;
}

ClaimRow claim_row(const View& view, const ins::Claim& claim) {
  const ins::ClaimBallot* ballot = ins::ballot_of(view.state.claims, claim);
  ClaimRow out{.number = claim.number,
               .pool = claim.pool,
               .asset = claim.asset,
               .cover = claim.cover,
               .incident = view.state.claims.incidents.find(claim.incident)->code,
               .claimant = claim.claimant,
               .route = claim.route,
               .stage = claim.stage,
               .awaited = awaited_of(claim, ballot, view.time),
               .deadline = claim.deadline,
               .is_overdue = !ins::is_settled(claim.stage) && view.time > claim.deadline,
               .claimed = claim.finding.loss,
               .approved = claim.approved,
               .paid = claim.paid,
               .round = claim.round,
               .result = claim.result};
  if (claim.assessed) out.assessed = claim.assessed->loss;
  if (ballot == nullptr) return out;
  out.voters = ballot->voters;
  out.committed = ballot->committed;
  out.revealed = ballot->revealed;
  out.quorum = ballot->quorum;
  out.votes_for = ballot->totals.in_favour;
  out.votes_against = ballot->totals.against;
  out.abstained = ballot->totals.abstain;
  return out;
}

Result<Listing> claims(const View& view, const ClaimFilter& filter) {
  return page_of_table<ClaimRow>(view, view.state.claims.claims, filter.page, wanted(view, filter),
                                 [&](const ins::Claim& row) { return claim_row(view, row); });
}

// One claim whole: its row, its ballots, and why it comes to what it comes to.
struct ClaimDetail {
  ins::Claim row;
  std::string incident_code;
  std::vector<ins::ClaimBallot> ballots;
  ins::ClaimStatus status = ins::ClaimStatus::covered;
  std::string reason;
  base::Amount payable;
  std::vector<ins::OutcomeStep> steps;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ins::Claim::fields(self.row, visit);
    visit("incident_code", self.incident_code, "of its incident");
    visit("ballots", self.ballots, "in order");
    visit("status", self.status, "what its cover says now");
    visit("reason", self.reason, "in words");
    visit("payable", self.payable, "what is still due: nothing of a claim that is settled");
    visit("steps", self.steps, "how that comes about");
  }
};

Result<Listing> claim_show(const View& view, const ClaimParameter& parameter) {
  const ins::Claim* claim = view.state.claims.claims.find(parameter.claim);
  if (claim == nullptr) return not_found("claim", parameter.claim);
  const ins::ClaimOutcomeOutput outcome =
      ins::present_outcome(view.state.claims, view.state.insurance, view.state.ledger, *claim);
  ClaimDetail out{.row = *claim,
                  .incident_code = view.state.claims.incidents.find(claim->incident)->code,
                  .status = outcome.status,
                  .reason = outcome.reason,
                  .payable = outcome.payout,
                  .steps = outcome.steps};
  for (std::uint8_t round = 1; round <= ins::kLastRound; ++round)
    if (const ins::ClaimBallot* ballot = view.state.claims.ballots.find({claim->number, round}))
      out.ballots.push_back(*ballot);
  return single(out, view.codec);
}

Result<Listing> votes(const View& view, const ClaimParameter& parameter) {
  if (view.state.claims.claims.find(parameter.claim) == nullptr)
    return not_found("claim", parameter.claim);
  return page_of_table<ins::ClaimVoter>(
      view, view.state.claims.voters, parameter.page,
      [&](const ins::ClaimVoter& row) { return row.claim == parameter.claim; }, kItself);
}

Result<Listing> recoveries(const View& view, const ClaimFilter& filter) {
  const std::uint32_t incident = incident_number(view, filter.incident);
  return page_of_table<ins::RecoveryRow>(
      view, view.state.claims.recoveries, filter.page,
      [&](const ins::RecoveryRow& row) {
        if (!filter.incident.empty() && row.incident != incident) return false;
        return filter.pool.is_none() ||
               view.state.claims.incidents.find(row.incident)->pool == filter.pool;
      },
      kItself);
}

}  // namespace

void register_claim_queries(Registry& registry) {
  add_query<ClaimFilter, ins::ClaimRulesVersion>(registry, "claim.rules",
                                                 "Rules of claims in all their versions.", &rules);
  add_query<ClaimFilter, ins::IndexTrigger>(
      registry, "claim.index-triggers", "Triggers on indices of several sources, in all versions.",
      &index_triggers);
  add_query<ClaimFilter, IncidentRow>(registry, "incident.list",
                                      "Incidents with their reserves and claims.", &incidents);
  add_query<IncidentParameter, IncidentRow>(registry, "incident.show", "One incident.",
                                            &incident_show);
  add_query<ClaimFilter, ClaimRow>(registry, "claim.list",
                                   "The board of claims: stages, deadlines and votes.", &claims);
  add_query<ClaimParameter, ClaimDetail>(
      registry, "claim.show", "One claim, its ballots, and how its sum comes about.", &claim_show);
  add_query<ClaimParameter, ins::ClaimVoter>(
      registry, "claim.votes", "The roll of a claim's ballots, voter by voter.", &votes);
  add_query<ClaimFilter, ins::RecoveryRow>(registry, "recovery.list",
                                           "Money that came back for incidents.", &recoveries);
}

}  // namespace cofferdam::operation
