// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_ballot.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/insurance/claim_count.h"
#include "cofferdam/books/insurance/claim_roll.h"
#include "cofferdam/books/insurance/tranche.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/crypto/sha256.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = ClaimBallotStatus;

namespace {

bool is_salt(const std::string& salt) {
  return salt.size() >= kSaltHexDigitsMin && salt.size() <= kSaltHexDigitsMax &&
         ledger::is_hex(salt, salt.size());
}

bool is_reason(const std::string& reason) {
  return !reason.empty() && reason.size() <= kVoteReasonMax;
}

S status_of(Conflict conflict) {
  switch (conflict) {
    case Conflict::none:
      return S::ok;
    case Conflict::claimant:
      return S::claimant_may_not_vote;
    case Conflict::counterparty:
      return S::counterparty_may_not_vote;
    case Conflict::bears_the_loss:
      return S::bearer_may_not_vote;
    case Conflict::declared:
      return S::conflict_declared;
    case Conflict::punished:
      break;
  }
  return S::voter_punished;
}

// The voter of the open ballot who may take part in it.
S check_voter(const ClaimsState& claims, std::uint32_t number, OwnerId voter) {
  const Claim* claim = claims.claims.find(number);
  if (claim == nullptr) return S::claim_not_found;
  if (claim->stage != ClaimStage::voting) return S::not_at_this_stage;
  const ClaimVoter* row = claims.voters.find({number, claim->round, voter});
  return row == nullptr ? S::not_a_voter : status_of(row->conflict);
}

ClaimVoter& edit_voter(ClaimsState& claims, Context& context, const Claim& claim, OwnerId owner) {
  return claims.voters.edit(context.changes, {claim.number, claim.round, owner});
}

ClaimBallot& edit_ballot(ClaimsState& claims, Context& context, const Claim& claim) {
  return claims.ballots.edit(context.changes, {claim.number, claim.round});
}

// The end of sealing moves away from a seal that comes close to it; the deadline of the stage with
// it.
void extend(ClaimsState& claims, Context& context, const Claim& claim) {
  const ClaimRules& rules = rules_of(claims, claim);
  ClaimBallot& ballot = edit_ballot(claims, context, claim);
  const Time moved(
      std::min(decision::extended_deadline(ballot.commit_ends.value(), context.now.value(),
                                           rules.extension.value()),
               std::max(ballot.commit_latest.value(), ballot.commit_ends.value())));
  if (moved == ballot.commit_ends) return;
  ballot.commit_ends = moved;
  ballot.reveal_ends = base::try_add(moved, rules.reveal_period).value_or(Time::max());
  claims.claims.edit(context.changes, claim.number).deadline = ballot.reveal_ends;
}

// Takes an owner out of a ballot that is open: what is sealed is void, what is opened is not
// counted.
void strike(ClaimsState& claims, Context& context, const Claim& claim, OwnerId owner,
            Conflict conflict) {
  ClaimVoter& voter = edit_voter(claims, context, claim, owner);
  ClaimBallot& ballot = edit_ballot(claims, context, claim);
  if (voter.conflict == Conflict::none) ballot.eligible -= voter.weight;
  if (voter.revealed) {
    decision::Totals& totals = ballot.totals;
    Amount& side = voter.support == decision::Support::in_favour ? totals.in_favour
                   : voter.support == decision::Support::against ? totals.against
                                                                 : totals.abstain;
    side -= voter.counted;
    --ballot.revealed;
  }
  if (!voter.commitment.empty()) --ballot.committed;
  voter.conflict = conflict;
  voter.commitment.clear();
  voter.revealed = false;
  voter.counted = Amount();
  const ClaimRules& rules = rules_of(claims, claim);
  ballot.quorum = decision::quorum_of(rules.ballot, ballot.supply, ballot.eligible);
}

}  // namespace

std::string commitment_text(decision::Support support, Amount amount, std::string_view salt,
                            OwnerId voter, std::uint32_t claim) {
  std::string text(base::name_of(support));
  text += '|';
  text += base::to_text(amount.units());
  text += '|';
  text += salt;
  text += '|';
  text += base::to_text(voter.value());
  text += '|';
  text += std::to_string(claim);
  return text;
}

std::string commitment_of(decision::Support support, Amount amount, std::string_view salt,
                          OwnerId voter, std::uint32_t claim) {
  return crypto::to_hex(crypto::sha256(commitment_text(support, amount, salt, voter, claim)));
}

const ClaimBallot* ballot_of(const ClaimsState& claims, const Claim& claim) {
  if (const ClaimBallot* last = claims.ballots.find({claim.number, kLastRound})) return last;
  return claims.ballots.find({claim.number, 1});
}

S check_shape(const OpenClaimVote& /*command*/) {
  return S::ok;
}

S check_state(const OpenClaimVote& command, const ClaimsState& claims, const State& state,
              const ledger::State& /*ledger*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  if (!next_state(claim->course(), {ClaimEvent::open_vote}, false)) return S::not_at_this_stage;
  const std::vector<RollEntry> roll = roll_of(claims, state, *claim);
  if (roll.size() > kVotersMax) return S::too_many_voters;
  Amount supply;
  bool is_anybody = false;
  for (const RollEntry& entry : roll) {
    const auto more = base::try_add(supply, entry.weight);
    if (!more || *more > decision::kSupplyMax) return S::weight_too_large;
    supply = *more;
    is_anybody = is_anybody || entry.conflict == Conflict::none;
  }
  return is_anybody ? S::ok : S::nobody_may_vote;
}

S apply(const OpenClaimVote& command, ClaimsState& claims, State& state, ledger::State& /*ledger*/,
        Context& context) {
  const Claim before = *claims.claims.find(command.claim);
  const ClaimStep step{ClaimEvent::open_vote};
  if (!step_of(before, step, context.now)) return S::too_late;
  const std::vector<RollEntry> roll = roll_of(claims, state, before);
  take_step(claims, state, context, command.claim, step);
  const Claim now = *claims.claims.find(command.claim);
  const ClaimRules& rules = rules_of(claims, now);
  const auto after = [](Time time, Duration by) {
    return base::try_add(time, by).value_or(Time::max());
  };
  ClaimBallot ballot{.claim = now.number,
                     .round = now.round,
                     .asset = now.asset,
                     .voters = static_cast<std::uint32_t>(roll.size()),
                     .opened = context.now};
  for (const RollEntry& entry : roll) {
    ballot.supply += entry.weight;
    if (entry.conflict == Conflict::none) ballot.eligible += entry.weight;
    claims.voters.insert(context.changes, ClaimVoter{.claim = now.number,
                                                     .round = now.round,
                                                     .asset = now.asset,
                                                     .owner = entry.owner,
                                                     .weight = entry.weight,
                                                     .conflict = entry.conflict});
  }
  ballot.cap = decision::owner_cap(rules.ballot, ballot.supply);
  ballot.quorum = decision::quorum_of(rules.ballot, ballot.supply, ballot.eligible);
  ballot.commit_ends = after(context.now, rules.commit_period);
  ballot.commit_latest = after(ballot.commit_ends, rules.extension_most);
  ballot.reveal_ends = after(ballot.commit_ends, rules.reveal_period);
  claims.claims.edit(context.changes, now.number).deadline = ballot.reveal_ends;
  claims.ballots.insert(context.changes, ballot);
  context.created = now.round;
  return S::ok;
}

S check_shape(const CommitClaimVote& command) {
  return is_document(command.commitment, false) ? S::ok : S::commitment_malformed;
}

S check_state(const CommitClaimVote& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  if (const S s = check_voter(claims, command.claim, command.voter); s != S::ok) return s;
  const Claim& claim = *claims.claims.find(command.claim);
  const ClaimVoter& voter = *claims.voters.find({claim.number, claim.round, command.voter});
  return voter.commitment.empty() ? S::ok : S::committed_before;
}

S apply(const CommitClaimVote& command, ClaimsState& claims, State& /*state*/,
        ledger::State& /*ledger*/, Context& context) {
  const Claim claim = *claims.claims.find(command.claim);
  if (context.now > claims.ballots.find({claim.number, claim.round})->commit_ends)
    return S::too_late;
  ClaimVoter& voter = edit_voter(claims, context, claim, command.voter);
  voter.commitment = command.commitment;
  voter.committed = context.now;
  ++edit_ballot(claims, context, claim).committed;
  extend(claims, context, claim);
  return S::ok;
}

S check_shape(const RevealClaimVote& command) {
  const bool is_for = command.support == decision::Support::in_favour;
  if (!is_salt(command.salt)) return S::salt_malformed;
  if (command.amount.is_zero() == is_for) return S::amount_malformed;
  return is_reason(command.reason) ? S::ok : S::reason_malformed;
}

S check_state(const RevealClaimVote& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  if (const S s = check_voter(claims, command.claim, command.voter); s != S::ok) return s;
  const Claim& claim = *claims.claims.find(command.claim);
  if (command.asset != claim.asset) return S::has_different_asset;
  const ClaimVoter& voter = *claims.voters.find({claim.number, claim.round, command.voter});
  if (voter.commitment.empty()) return S::not_committed;
  if (voter.revealed) return S::revealed_before;
  const std::string sealed =
      commitment_of(command.support, command.amount, command.salt, command.voter, command.claim);
  return sealed == voter.commitment ? S::ok : S::does_not_match;
}

S apply(const RevealClaimVote& command, ClaimsState& claims, State& /*state*/,
        ledger::State& /*ledger*/, Context& context) {
  const Claim claim = *claims.claims.find(command.claim);
  const ClaimBallot before = *claims.ballots.find({claim.number, claim.round});
  if (context.now <= before.commit_ends) return S::too_early;
  if (context.now > before.reveal_ends) return S::too_late;
  ClaimVoter& voter = edit_voter(claims, context, claim, command.voter);
  voter.revealed = true;
  voter.support = command.support;
  voter.amount = command.amount;
  voter.reason = command.reason;
  voter.counted = decision::counted_weight(voter.weight, before.cap, Amount());
  ClaimBallot& ballot = edit_ballot(claims, context, claim);
  ballot.totals.add(voter.support, voter.counted);
  ++ballot.revealed;
  return S::ok;
}

S check_shape(const CloseClaimVote& /*command*/) {
  return S::ok;
}

S check_state(const CloseClaimVote& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Claim* claim = claims.claims.find(command.claim);
  if (claim == nullptr) return S::claim_not_found;
  return claim->stage == ClaimStage::voting ? S::ok : S::not_at_this_stage;
}

S apply(const CloseClaimVote& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Claim& claim = *claims.claims.find(command.claim);
  if (!is_late(claim, context.now)) return S::too_early;
  count_ballot(claims, state, ledger, context, command.claim);
  return S::ok;
}

S check_shape(const DeclareConflict& command) {
  return is_reason(command.reason) ? S::ok : S::reason_malformed;
}

S check_state(const DeclareConflict& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Incident* incident = find_incident(claims, command.incident);
  if (incident == nullptr) return S::incident_not_found;
  if (incident->stage == IncidentStage::closed) return S::incident_closed;
  if (claims.conflicts.find({incident->number, command.owner}) != nullptr)
    return S::declared_before;
  return S::ok;
}

S apply(const DeclareConflict& command, ClaimsState& claims, State& /*state*/,
        ledger::State& /*ledger*/, Context& context) {
  const Incident incident = *find_incident(claims, command.incident);
  claims.conflicts.insert(context.changes, DeclaredConflict{.incident = incident.number,
                                                            .owner = command.owner,
                                                            .reason = command.reason,
                                                            .time = context.now});
  std::vector<std::uint32_t> open;
  const auto& rows = claims.of_incident.rows();
  for (auto at = rows.lower_bound({incident.number, 0}); at != rows.end(); ++at) {
    if (at->first.incident != incident.number) break;
    open.push_back(at->first.claim);
  }
  for (const std::uint32_t number : open) {
    const Claim claim = *claims.claims.find(number);
    if (claim.stage != ClaimStage::voting || is_late(claim, context.now)) continue;
    const ClaimVoter* voter = claims.voters.find({number, claim.round, command.owner});
    if (voter != nullptr && voter->conflict == Conflict::none)
      strike(claims, context, claim, command.owner, Conflict::declared);
  }
  return S::ok;
}

S check_shape(const PunishVoter& command) {
  if (!is_document(command.document, false)) return S::document_malformed;
  return command.burn_ppm <= kPpmOne ? S::ok : S::part_malformed;
}

S check_state(const PunishVoter& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  if (claims.claims.find(command.claim) == nullptr) return S::claim_not_found;
  if (claims.ballots.find({command.claim, command.round}) == nullptr) return S::ballot_not_found;
  const ClaimVoter::Key key{command.claim, command.round, command.voter};
  const ClaimVoter* voter = claims.voters.find(key);
  if (voter == nullptr) return S::not_a_voter;
  if (claims.penalties.find(key) != nullptr) return S::punished_before;
  return voter->commitment.empty() ? S::not_committed : S::ok;
}

S apply(const PunishVoter& command, ClaimsState& claims, State& state, ledger::State& /*ledger*/,
        Context& context) {
  const Claim claim = *claims.claims.find(command.claim);
  VotePenalty penalty{.claim = command.claim,
                      .round = command.round,
                      .asset = claim.asset,
                      .owner = command.voter,
                      .pool = claim.pool,
                      .document = command.document,
                      .time = context.now};
  for (const TrancheKind kind : {TrancheKind::junior, TrancheKind::senior})
    penalty.burnt += burn_stake(state, context, claim.pool, kind, command.voter, command.burn_ppm);
  claims.penalties.insert(context.changes, penalty);
  if (claims.punished.find({claim.pool, command.voter}) == nullptr)
    claims.punished.insert(
        context.changes,
        PunishedOwner{.pool = claim.pool, .owner = command.voter, .since = context.now});
  const ClaimBallot before = *claims.ballots.find({command.claim, command.round});
  if (before.closed != Time() || claim.round != command.round) return S::ok;
  strike(claims, context, claim, command.voter, Conflict::punished);
  // Those who answered a fraud may still open what they sealed.
  const Duration extension = rules_of(claims, claim).extension;
  ClaimBallot& ballot = edit_ballot(claims, context, claim);
  ballot.reveal_ends = Time(decision::extended_deadline(ballot.reveal_ends.value(),
                                                        context.now.value(), extension.value()));
  claims.claims.edit(context.changes, claim.number).deadline = ballot.reveal_ends;
  return S::ok;
}

}  // namespace cofferdam::insurance
