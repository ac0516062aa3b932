// SPDX-License-Identifier: Apache-2.0
//
// Incidents and what becomes of their claims. Some claim is always at hand: most draws are what it
// waits for, and time often runs to the end of its stage, the instant itself or one behind it.
#include "cofferdam/books/insurance/claim_book.h"

#include "tests/simulation/insurance.h"

#include <algorithm>

namespace cofferdam::simulation {

namespace ins = insurance;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::Duration;
using base::OwnerId;
using base::PoolId;
using base::Time;

namespace {

constexpr AssetId kUsd{1U};
constexpr OwnerId kExchange{300U};
constexpr std::uint32_t kSealsWanted = 3;  // of a ballot, before time is let run

[[nodiscard]] AccountId account_of(PoolId pool, OwnerId owner) {
  return AccountId(100 * pool.value() + owner.value());
}

[[nodiscard]] Duration days(std::uint64_t number) {
  return base::kDay * static_cast<std::int64_t>(number);
}

[[nodiscard]] std::uint64_t low(Amount amount) {
  return static_cast<std::uint64_t>(amount.units());
}

[[nodiscard]] std::string salt_of(OwnerId voter) {
  return std::string(31, 'a') + static_cast<char>('0' + static_cast<int>(voter.value() % 10));
}

}  // namespace

// The oldest claim that is not settled and not waiting in vain for its ballot.
const ins::Claim* InsuranceSimulation::at_hand() const {
  for (const auto& [number, claim] : engine_->state().claims.claims.rows()) {
    const bool waits = claim.stage == ins::ClaimStage::assessed &&
                       clock_ - claim.deadline.value() > days(2).value();
    if (claim.is_open() && !waits) return &claim;
  }
  return nullptr;
}

// Until when nothing is left to do for the claim at hand; nullopt: there is something.
std::optional<Time> InsuranceSimulation::awaited() const {
  const ins::Claim* claim = at_hand();
  if (claim == nullptr) return std::nullopt;
  if (claim->stage == ins::ClaimStage::decided || claim->stage == ins::ClaimStage::approved)
    return claim->deadline;
  if (claim->stage != ins::ClaimStage::voting) return std::nullopt;
  const ins::ClaimBallot* ballot = ins::ballot_of(engine_->state().claims, *claim);
  if (ballot->committed >= kSealsWanted && clock_ <= ballot->commit_ends.value())
    return ballot->commit_ends;
  if (clock_ > ballot->commit_ends.value() && ballot->revealed >= ballot->committed)
    return ballot->reveal_ends;
  return std::nullopt;
}

void InsuranceSimulation::pass_time() {
  clock_ += static_cast<std::int64_t>(random_.below(4)) * base::kHour.value() + 1;
  const auto run_to = [&](Time end) {
    if (end.value() > clock_ && end.value() - clock_ < days(12).value())
      clock_ = end.value() + static_cast<std::int64_t>(random_.below(4) == 0 ? 0 : 1);
  };
  if (const auto end = awaited(); end && random_.chance(60)) run_to(*end);
  if (const auto* proposal = proposal_at_hand(); proposal != nullptr && random_.chance(8))
    return run_to(proposal->eta ? *proposal->eta : proposal->deadline);
  if (!random_.chance(6)) return;
  const auto& claims = engine_->state().claims.claims;
  if (claims.size() != 0 && random_.chance(60)) {
    const auto number = static_cast<std::uint32_t>(1 + random_.below(claims.size()));
    return run_to(claims.find(number)->deadline);
  }
  for (const auto& [key, exit] : engine_->state().insurance.exits.rows())
    if (exit.stage != ins::ExitStage::paid)
      run_to(exit.stage == ins::ExitStage::out ? exit.free : exit.due);
}

engine::Command InsuranceSimulation::draw_recovery() {
  const auto& incidents = engine_->state().claims.incidents.rows();
  for (const auto& [number, incident] : incidents) {
    const Amount borne = incident.paid - incident.recovered;
    if (borne.is_zero() || random_.chance(40)) continue;
    return ins::RecordRecovery{.incident = incident.code,
                               .account = account_of(incident.pool, any_owner()),
                               .amount = up_to(low(borne) + low(borne) / 10)};
  }
  return ins::RecordRecovery{.incident = any_incident(),
                             .account = account_of(any_pool(), any_owner()),
                             .amount = up_to(3'000'00)};
}

engine::Command InsuranceSimulation::draw_incident() {
  const auto& rows = engine_->state().claims.incidents.rows();
  if (incidents_ > 0 && random_.chance(25)) {
    for (const auto& [number, one] : rows)
      if (one.stage == ins::IncidentStage::open && one.open_claims == 0 && random_.chance(50))
        return ins::CloseIncident{.incident = one.code};
    return ins::CloseIncident{.incident = any_incident()};
  }
  if (incidents_ > 0 && random_.chance(20)) return draw_recovery();
  if (incidents_ > 0 && random_.chance(10))
    return ins::DeclareConflict{
        .incident = any_incident(), .owner = any_owner(), .reason = "simulation"};
  ins::DeclareIncident incident{.pool = any_pool(),
                                .code = "I" + std::to_string(++incidents_),
                                .peril = static_cast<ins::Peril>(random_.below(ins::kPerils)),
                                .counterparty = random_.chance(95) ? kExchange : OwnerId(301U),
                                .discovered = Time(clock_)};
  // Mostly something that is insured.
  std::vector<const ins::Cover*> covers;
  engine_->state().insurance.covers.each([&](const ins::Cover& one) {
    if (one.stage == ins::CoverStage::bound) covers.push_back(&one);
  });
  if (!covers.empty() && random_.chance(85)) {
    const ins::Cover& cover = *covers[random_.below(covers.size())];
    incident.pool = cover.pool;
    incident.peril = cover.terms.peril;
  }
  incident.occurred =
      Time(clock_ - static_cast<std::int64_t>(random_.below(4)) * base::kHour.value());
  if (random_.chance(5)) incident.causes = {ins::ExcludedCause::phishing};
  return incident;
}

ins::Finding InsuranceSimulation::finding(const ins::Cover& cover) {
  ins::Finding out;
  const std::uint64_t limit = low(cover.terms.limit);
  out.loss = up_to(limit + limit / 2);
  if (random_.chance(10)) out.recovered = up_to(500'00);
  if (cover.terms.sub_limits.empty()) return out;
  const Amount hot(random_.below(low(out.loss) + 1));
  out.items = {{ins::StorageClass::hot, hot}, {ins::StorageClass::cold, out.loss - hot}};
  return out;
}

// For an open incident and a cover that may answer for it, mostly.
engine::Command InsuranceSimulation::draw_notice() {
  const engine::State& state = engine_->state();
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [number, incident] : state.claims.incidents.rows()) {
    if (incident.stage == ins::IncidentStage::closed || incident.counterparty != kExchange)
      continue;
    state.insurance.covers.each([&](const ins::Cover& one) {
      const Time from(one.terms.start.value() + one.terms.waiting.value());
      if (one.pool == incident.pool && one.terms.peril == incident.peril &&
          from <= incident.occurred && incident.occurred < one.terms.end &&
          !one.remaining().is_zero())
        pairs.emplace_back(one.code, incident.code);
    });
  }
  if (pairs.empty() && random_.chance(85)) return draw_incident();
  std::pair<std::string, std::string> what{"C" + std::to_string(1 + random_.below(covers_ + 1)),
                                           any_incident()};
  if (!pairs.empty() && random_.chance(92)) what = pairs[random_.below(pairs.size())];
  const ins::Cover* cover = state.insurance.covers.find(what.first);
  ins::NotifyClaim notice{.cover = what.first, .incident = what.second, .asset = kUsd};
  notice.finding.loss = up_to(5'000'00);
  if (cover != nullptr) notice.finding = finding(*cover);
  return notice;
}

// A notice, or what some claim may be waiting for; now and then what it is not.
engine::Command InsuranceSimulation::draw_claim() {
  const ins::ClaimsState& state = engine_->state().claims;
  const ins::Claim* wanted = at_hand();
  if (state.claims.size() == 0 || random_.chance(wanted == nullptr ? 50 : 8)) return draw_notice();
  const std::uint64_t back = random_.below(std::min<std::size_t>(state.claims.size(), 4));
  const bool is_wanted = wanted != nullptr && random_.chance(80);
  const ins::Claim& claim =
      is_wanted ? *wanted
                : *state.claims.find(static_cast<std::uint32_t>(state.claims.size() - back));
  const std::uint32_t number = claim.number;
  const ins::Cover& cover = *engine_->state().insurance.covers.find(claim.cover);
  const ins::ClaimStage stage =
      random_.chance(4) ? static_cast<ins::ClaimStage>(random_.below(8)) : claim.stage;
  const bool is_over = clock_ > claim.deadline.value();
  if (random_.chance(3)) return ins::AdvanceClaim{.claim = number};
  switch (stage) {
    case ins::ClaimStage::notified:
      if (is_over) return ins::AdvanceClaim{.claim = number};
      if (claim.route == ins::ClaimRoute::parametric && random_.chance(60)) return draw_fact();
      if (claim.route == ins::ClaimRoute::parametric)
        return ins::TriggerClaim{.claim = number, .trigger = "below-80"};
      if (random_.chance(5)) return ins::WithdrawClaim{.claim = number};
      return ins::SubmitEvidence{.claim = number, .document = std::string(64, 'e')};
    case ins::ClaimStage::evidenced:
      if (is_over) return ins::AdvanceClaim{.claim = number};
      return ins::AssessClaim{
          .claim = number, .asset = kUsd, .finding = finding(cover), .report = "as found"};
    case ins::ClaimStage::assessed:
      return ins::OpenClaimVote{.claim = number};
    case ins::ClaimStage::disputed:
      if (is_over) return ins::AdvanceClaim{.claim = number};
      return ins::OpenClaimVote{.claim = number};
    case ins::ClaimStage::voting:
      return draw_vote(claim);
    case ins::ClaimStage::decided:
      if (is_over) return ins::AdvanceClaim{.claim = number};
      return draw_dispute(claim);
    case ins::ClaimStage::approved:
      return ins::PayClaim{.claim = number};
    default:
      if (is_over && random_.chance(50)) return ins::AdvanceClaim{.claim = number};
      return ins::ClawBackClaim{
          .claim = number,
          .account = account_of(claim.pool, claim.claimant),
          .recovered = up_to(random_.chance(50) ? 2'000'00 : low(claim.finding.loss)),
          .document = std::string(64, 'c')};
  }
}

// Who is on the roll, has no conflict and has not done it yet, mostly.
OwnerId InsuranceSimulation::any_voter(const ins::Claim& claim, bool sealing) {
  std::vector<OwnerId> waiting;
  if (!random_.chance(10))
    for (const auto& [key, voter] : engine_->state().claims.voters.rows())
      if (key.claim == claim.number && key.round == claim.round &&
          voter.conflict == ins::Conflict::none && voter.commitment.empty() == sealing &&
          !voter.revealed)
        waiting.push_back(key.owner);
  return waiting.empty() ? any_owner() : random_.one_of(waiting);
}

// Seals while there is time, opens afterwards, then counts; with votes of strangers and claimants,
// copied seals, wrong openings and fraud among them.
engine::Command InsuranceSimulation::draw_vote(const ins::Claim& claim) {
  const ins::ClaimBallot* ballot = ins::ballot_of(engine_->state().claims, claim);
  const bool sealing = ballot == nullptr || clock_ <= ballot->commit_ends.value();
  const OwnerId voter = any_voter(claim, sealing);
  if (random_.chance(3))
    return ins::PunishVoter{.claim = claim.number,
                            .round = claim.round,
                            .voter = random_.chance(60) ? voter : any_owner(),
                            .burn_ppm = static_cast<std::uint32_t>(random_.below(500'000)),
                            .document = std::string(64, 'd')};
  if (sealing != random_.chance(5)) {
    Seal seal;
    if (random_.chance(80)) {
      seal.support = decision::Support::in_favour;
      seal.amount = up_to(low(claim.finding.loss));
    }
    const OwnerId copied = random_.chance(5) ? any_owner() : voter;
    // Only a seal that is accepted counts; one that is refused leaves the earlier one known.
    seals_.try_emplace({claim.number, claim.round, voter}, seal);
    const Seal& kept = seals_.at({claim.number, claim.round, voter});
    return ins::CommitClaimVote{
        .claim = claim.number,
        .voter = voter,
        .commitment =
            ins::commitment_of(kept.support, kept.amount, salt_of(copied), copied, claim.number)};
  }
  if (ballot != nullptr && clock_ > ballot->reveal_ends.value())
    return ins::CloseClaimVote{.claim = claim.number};
  const auto found = seals_.find({claim.number, claim.round, voter});
  const Seal seal = found == seals_.end() ? Seal() : found->second;
  return ins::RevealClaimVote{
      .claim = claim.number,
      .asset = kUsd,
      .voter = voter,
      .support = random_.chance(4) ? decision::Support::abstain : seal.support,
      .amount = seal.amount,
      .salt = salt_of(voter),
      .reason = "read it"};
}

engine::Command InsuranceSimulation::draw_dispute(const ins::Claim& claim) {
  const bool is_refused = claim.verdict == ins::Verdict::refused;
  const OwnerId who = random_.chance(is_refused ? 85 : 20) ? claim.claimant : any_owner();
  if (random_.chance(is_refused ? 10 : 90))
    return ins::ChallengeClaim{.claim = claim.number,
                               .owner = who,
                               .account = account_of(claim.pool, who),
                               .reason = "too much"};
  return ins::AppealClaim{.claim = claim.number,
                          .owner = who,
                          .account = account_of(claim.pool, who),
                          .reason = "too little"};
}

}  // namespace cofferdam::simulation
