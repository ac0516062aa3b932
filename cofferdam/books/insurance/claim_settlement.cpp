// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_settlement.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/insurance/funds.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = ClaimSettlementStatus;

namespace {

bool is_reason(const std::string& reason) {
  return !reason.empty() && reason.size() <= ledger::kReasonMax;
}

S check_account(const Claim& claim, AccountId id, OwnerId owner, const State& state,
                const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(id);
  if (account == nullptr) return S::account_not_found;
  if (fault_of(ledger, *state.pools.find(claim.pool), id) != AccountFault::none ||
      id == bond_account(claim.pool))
    return S::account_not_allowed;
  return account->owner == owner ? S::ok : S::account_of_another_owner;
}

S check_decided(const Claim* claim, ClaimEvent event) {
  if (claim == nullptr) return S::claim_not_found;
  if (claim->stage != ClaimStage::decided) return S::not_at_this_stage;
  return next_state(claim->course(), {event}, false) ? S::ok : S::nothing_decided;
}

// Lays the bond and takes the claim to its dispute.
template <class C>
S dispute(const C& command, ClaimEvent event, ClaimsState& claims, State& state,
          ledger::State& ledger, Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  if (is_late(before, context.now)) return S::too_late;
  const Amount bond = rules_of(claims, before).bond;
  const auto status = ledger::post_leg(ledger, context, ledger.accounts.find_slot(command.account),
                                       ledger.accounts.find_slot(bond_account(before.pool)), bond,
                                       kBondLaid, before.number);
  if (status != ledger::TransferStatus::ok) return S::bond_refused;
  take_step(claims, state, context, command.claim, {event});
  claims.claims.edit(context.changes, command.claim).bond = {
      .owner = command.owner, .account = command.account, .amount = bond};
  return S::ok;
}

// When nothing is left to wait for in the claim's stage.
Time lapse_time(const ClaimsState& claims, const Claim& claim) {
  if (claim.stage != ClaimStage::approved) return claim.deadline;
  return base::try_add(claim.deadline, rules_of(claims, claim).payment_within)
      .value_or(Time::max());
}

S status_of(ReserveStatus status) {
  switch (status) {
    case ReserveStatus::ok:
      return S::ok;
    case ReserveStatus::exceeds_borne:
      return S::exceeds_borne;
    case ReserveStatus::pool_not_found:
    case ReserveStatus::exceeds_capital:
    case ReserveStatus::exceeds_reserve:
    case ReserveStatus::cover_not_found:
    case ReserveStatus::exceeds_cover:
    case ReserveStatus::account_refuses:
      break;
  }
  return S::account_refuses;
}

// What the open claims of an incident come to in all: what they have been paid and what is left.
struct Shares {
  Amount paid;
  Amount left;
};

Shares shares_of(const ClaimsState& claims, const State& state, const ledger::State& ledger,
                 std::uint32_t incident) {
  Shares sum;
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident) break;
    const Claim& claim = *claims.claims.find(at->first.claim);
    if (!claim.is_open()) continue;
    const Amount left = outstanding(claims, state, ledger, claim);
    sum.paid += claim.paid;
    sum.left = base::try_add(sum.left, left).value_or(Amount::max());
  }
  return sum;
}

// What a claim is paid now: all that is due where the reserve is enough for all claims; else its
// part of all that they were paid and can be paid, less what it has, so that who asks first has
// nothing of it.
Amount payment_of(const Claim& claim, Amount due, Amount held, const Shares& shares) {
  if (held >= shares.left) return due;
  const auto there = base::try_add(held, shares.paid);
  const auto owed = base::try_add(shares.left, shares.paid);
  if (!there || !owed) return Amount();
  const Amount share(base::mul_div<base::Rounding::down>((claim.paid + due).units(), there->units(),
                                                         owed->units()));
  return std::min({due, held, share - std::min(share, claim.paid)});
}

void record(ClaimsState& claims, Context& context, const Incident& incident, std::uint32_t claim,
            AccountId account, Amount amount, const std::string& document) {
  claims.recoveries.insert(
      context.changes,
      RecoveryRow{.number = static_cast<std::uint32_t>(claims.recoveries.size() + 1),
                  .incident = incident.number,
                  .claim = claim,
                  .asset = incident.asset,
                  .account = account,
                  .amount = amount,
                  .document = document,
                  .time = context.now});
  claims.incidents.edit(context.changes, incident.number).recovered += amount;
  context.created = claims.recoveries.size();
}

// What the claim was paid beyond its loss when the insured has this much back.
Amount overpaid(const ClaimsState& claims, const State& state, const ledger::State& ledger,
                const Claim& claim, Amount recovered) {
  Finding finding = claim.decided_on();
  finding.recovered = std::max(finding.recovered, recovered);
  const ClaimVote vote{.result = claim.result, .amount = claim.median};
  ClaimOutcomeInput in = outcome_input(claims, state, ledger, claim, finding, vote);
  // What is asked is the entitlement; whether the aggregate is used up since is not.
  in.cover.remaining_aggregate.reset();
  const auto out = claim_outcome(in);
  COFFERDAM_CHECK(out.has_value(), "a finding that was checked when it came");
  return std::min(out->overpaid, claim.paid - claim.clawed_back);
}

}  // namespace

S check_shape(const ChallengeClaim& command) {
  return is_reason(command.reason) ? S::ok : S::reason_malformed;
}

S check_state(const ChallengeClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger) {
  const Claim* claim = claims.claims.find(command.claim);
  if (const S s = check_decided(claim, ClaimEvent::challenge); s != S::ok) return s;
  if (claim->claimant == command.owner) return S::claimant_may_not_challenge;
  return check_account(*claim, command.account, command.owner, state, ledger);
}

S apply(const ChallengeClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  return dispute(command, ClaimEvent::challenge, claims, state, ledger, context);
}

S check_shape(const AppealClaim& command) {
  return is_reason(command.reason) ? S::ok : S::reason_malformed;
}

S check_state(const AppealClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger) {
  const Claim* claim = claims.claims.find(command.claim);
  if (const S s = check_decided(claim, ClaimEvent::appeal); s != S::ok) return s;
  if (claim->claimant != command.owner) return S::only_the_claimant_appeals;
  return check_account(*claim, command.account, command.owner, state, ledger);
}

S apply(const AppealClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  return dispute(command, ClaimEvent::appeal, claims, state, ledger, context);
}

S check_shape(const AdvanceClaim& /*command*/) {
  return S::ok;
}

S check_state(const AdvanceClaim& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  return next_state(claim->course(), {ClaimEvent::lapse}, true) ? S::ok : S::not_at_this_stage;
}

S apply(const AdvanceClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  if (context.now <= lapse_time(claims, before)) return S::too_early;
  if (before.stage == ClaimStage::disputed)
    end_bond(claims, state, ledger, context, command.claim, true);
  take_step(claims, state, context, command.claim, {ClaimEvent::lapse});
  // An assessor who stayed away: what was claimed stands.
  if (before.stage == ClaimStage::evidenced && before.route == ClaimRoute::dispute) {
    const Amount approved = outcome_of(claims, state, ledger, before).payout;
    claims.claims.edit(context.changes, command.claim).approved = approved;
  }
  return S::ok;
}

S check_shape(const PayClaim& /*command*/) {
  return S::ok;
}

S check_state(const PayClaim& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  return claim->stage == ClaimStage::approved ? S::ok : S::not_at_this_stage;
}

S apply(const PayClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  if (!is_late(before, context.now)) return S::too_early;
  const Amount due = outstanding(claims, state, ledger, before);
  const Amount held = raise_reserve(claims, state, ledger, context, before.incident);
  const Amount paid =
      payment_of(before, due, held, shares_of(claims, state, ledger, before.incident));
  if (paid.is_zero() && !due.is_zero()) return S::reserve_empty;
  const ReserveFor what = claims.incidents.find(before.incident)->reserve();
  const ReserveStatus status =
      pay_cover(state, ledger, context, what, before.cover, paid, before.number);
  if (status != ReserveStatus::ok) return status_of(status);
  const bool is_all = paid == due;
  take_step(claims, state, context, command.claim,
            {is_all ? ClaimEvent::pay_rest : ClaimEvent::pay_part});
  claims.claims.edit(context.changes, command.claim).paid += paid;
  claims.incidents.edit(context.changes, before.incident).paid += paid;
  return S::ok;
}

S check_shape(const RecordRecovery& command) {
  if (command.amount.is_zero()) return S::amount_zero;
  return is_document(command.document, true) ? S::ok : S::document_malformed;
}

S check_state(const RecordRecovery& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger) {
  const Incident* incident = find_incident(claims, command.incident);
  if (incident == nullptr) return S::incident_not_found;
  if (ledger.accounts.find(command.account) == nullptr) return S::account_not_found;
  if (fault_of(ledger, *state.pools.find(incident->pool), command.account) != AccountFault::none ||
      command.account == bond_account(incident->pool))
    return S::account_not_allowed;
  return command.amount > incident->paid - incident->recovered ? S::exceeds_borne : S::ok;
}

S apply(const RecordRecovery& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Incident incident = *find_incident(claims, command.incident);
  const ReserveStatus status = return_recovery(state, ledger, context, incident.reserve(),
                                               command.amount, command.account, incident.number);
  if (status != ReserveStatus::ok) return status_of(status);
  record(claims, context, incident, 0, command.account, command.amount, command.document);
  return S::ok;
}

S check_shape(const ClawBackClaim& command) {
  if (command.recovered.is_zero()) return S::amount_zero;
  return is_document(command.document, false) ? S::ok : S::document_malformed;
}

S check_state(const ClawBackClaim& command, const ClaimsState& claims, const State& state,
              const ledger::State& ledger) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  if (!next_state(claim->course(), {ClaimEvent::claw_back}, false)) return S::not_at_this_stage;
  if (const S s = check_account(*claim, command.account, claim->claimant, state, ledger);
      s != S::ok)
    return s;
  if (overpaid(claims, state, ledger, *claim, command.recovered).is_zero())
    return S::nothing_overpaid;
  return S::ok;
}

S apply(const ClawBackClaim& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  const Amount amount = overpaid(claims, state, ledger, before, command.recovered);
  const Incident incident = *claims.incidents.find(before.incident);
  const ReserveStatus status = return_recovery(state, ledger, context, incident.reserve(), amount,
                                               command.account, before.number);
  if (status != ReserveStatus::ok) return status_of(status);
  take_step(claims, state, context, command.claim, {ClaimEvent::claw_back});
  claims.claims.edit(context.changes, command.claim).clawed_back += amount;
  record(claims, context, incident, before.number, command.account, amount, command.document);
  return S::ok;
}

}  // namespace cofferdam::insurance
