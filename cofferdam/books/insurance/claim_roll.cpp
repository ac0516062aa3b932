// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_roll.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/insurance/tranche.h"

namespace cofferdam::insurance {
namespace {

constexpr std::array kTranches{TrancheKind::junior, TrancheKind::senior};

Amount stakes_of(const State& state, PoolId pool, OwnerId owner) {
  Amount sum;
  for (const TrancheKind kind : kTranches) {
    const Tranche* tranche = state.tranches.find({pool, kind});
    if (tranche == nullptr) continue;
    default_management::Fund fund = read_tranche(state, *tranche);
    default_management::Stake stake = read_stake(state, *tranche, owner);
    default_management::rebase(fund);
    default_management::rebase(fund, stake);
    sum += default_management::value_of(fund, stake.shares);
  }
  return sum;
}

// Whether the incident's reserve came in part out of something that the owner holds.
bool bears_the_loss(const State& state, const ReserveFor& what, OwnerId owner) {
  const auto& rows = state.sources.rows();
  for (auto at = rows.lower_bound({what.pool, what.kind, what.number, Fund::unearned, 0});
       at != rows.end(); ++at) {
    const ReserveSource& source = at->second;
    if (source.pool != what.pool || source.kind != what.kind || source.number != what.number) break;
    if (source.exit != 0) {
      const Exit* exit = state.exits.find({what.pool, source.exit});
      if (exit != nullptr && exit->owner == owner) return true;
    }
    for (const TrancheKind kind : kTranches)
      if (source.fund == fund_of(kind) && state.stakes.find({what.pool, kind, owner}) != nullptr)
        return true;
  }
  return false;
}

bool claims_for(const ClaimsState& claims, std::uint32_t incident, OwnerId owner) {
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident) break;
    const Claim& claim = *claims.claims.find(at->first.claim);
    if (claim.claimant == owner && claim.stage != ClaimStage::withdrawn) return true;
  }
  return false;
}

Conflict conflict_of(const ClaimsState& claims, const State& state, const Claim& claim,
                     OwnerId owner) {
  const Incident& incident = *claims.incidents.find(claim.incident);
  if (claims_for(claims, claim.incident, owner)) return Conflict::claimant;
  if (incident.counterparty == owner) return Conflict::counterparty;
  if (!rules_of(claims, claim).bearers_vote && bears_the_loss(state, incident.reserve(), owner))
    return Conflict::bears_the_loss;
  if (claims.conflicts.find({claim.incident, owner}) != nullptr) return Conflict::declared;
  if (claims.punished.find({claim.pool, owner}) != nullptr) return Conflict::punished;
  return Conflict::none;
}

}  // namespace

std::vector<RollEntry> roll_of(const ClaimsState& claims, const State& state, const Claim& claim) {
  const Incident& incident = *claims.incidents.find(claim.incident);
  const ClaimRules& rules = rules_of(claims, claim);
  std::vector<RollEntry> roll;
  const auto& rows = state.members.rows();
  for (auto at = rows.lower_bound({claim.pool, OwnerId()}); at != rows.end(); ++at) {
    const Member& member = at->second;
    if (member.pool != claim.pool || roll.size() > kVotersMax) break;
    if (member.standing != MemberStanding::active || member.admitted >= incident.declared) continue;
    const Amount weight = rules.electorate == Electorate::contributions
                              ? member.contributed
                              : stakes_of(state, claim.pool, member.member);
    if (!weight.is_zero())
      roll.push_back({member.member, weight, conflict_of(claims, state, claim, member.member)});
  }
  return roll;
}

}  // namespace cofferdam::insurance
