// SPDX-License-Identifier: Apache-2.0
//
// What the pools are founded with, and the commands that are drawn for them. Most make sense where
// the pools stand; the rest is refused.
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
using base::PrincipalId;
using base::Time;
using ledger::AccountClass;
using ledger::OwnerClass;

namespace {

constexpr AssetId kUsd{1U};
constexpr std::uint64_t kOwners = 6;
constexpr std::uint64_t kFeeds = 3;
constexpr OwnerId kExchange{300U};
constexpr std::array kPerils{ins::Peril::exchange_insolvency, ins::Peril::exploit,
                             ins::Peril::extreme_volatility, ins::Peril::asset};

[[nodiscard]] AccountId account_of(PoolId pool, OwnerId owner) {
  return AccountId(100 * pool.value() + owner.value());
}

[[nodiscard]] Time after(std::int64_t clock, Duration by) {
  return Time(clock + by.value());
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

void InsuranceSimulation::found() {
  give(venue::Genesis{.venue = "SIM", .root = "root"});
  give(ledger::CreateAsset{.code = "USD", .scale = 2});
  found_feeds();
  for (const PoolId pool : {PoolId(1U), PoolId(2U)}) found_pool(pool);
  found_governance();
  for (int i = 0; i < 8; ++i) give(draw_cover());
}

void InsuranceSimulation::found_feeds() {
  market::SetIndex index{.code = "BTC", .scale = 2, .minimum_sources = 2, .deviation_bps_max = 800};
  for (std::uint64_t feed = 1; feed <= kFeeds; ++feed) {
    give(fact::DeclareSource{
        .code = "feed-" + std::to_string(feed), .staleness = base::kDay, .scale = 2});
    index.sources.push_back(
        {.source = base::SourceId(static_cast<std::uint32_t>(feed)), .fact_key = "BTC"});
  }
  give(index);
}

void InsuranceSimulation::found_pool(PoolId pool) {
  using O = OwnerClass;
  give(pool::CreatePool{
      .code = "mutual-" + std::to_string(pool.value()),
      .activity = "simulation",
      .regime = pool::Regime::insurance,
      .edges = std::vector<ledger::Edge>{{O::pool, O::member, 0}, {O::member, O::pool, 0}}});
  give(pool::AttachAgreement{.pool = pool,
                             .title = "Rules",
                             .document = std::string(64, 'a'),
                             .parties = {"the members"},
                             .law = "law of the simulation"});
  pool::ActivatePool activate;
  activate.pool = pool;
  give(activate);
  give(ins::OpenInsurance{.pool = pool,
                          .asset = kUsd,
                          .manager = OwnerId(99U),
                          .rules = {.gearing_bps = 20'000, .exit_tail = days(5)},
                          .junior_notice = days(4),
                          .senior_notice = days(2)});
  ledger::CreateAccounts accounts;
  accounts.accounts.push_back({.id = AccountId(pool.value()),
                               .pool = pool,
                               .asset = kUsd,
                               .account_class = AccountClass::custody,
                               .owner_class = O::pool,
                               .code = 1});
  ledger::CreateTransfers money;
  for (std::uint64_t id = 1; id <= kOwners; ++id) {
    const AccountId account = account_of(pool, OwnerId(id));
    accounts.accounts.push_back({.id = account,
                                 .pool = pool,
                                 .asset = kUsd,
                                 .account_class = AccountClass::collateral,
                                 .owner_class = O::member,
                                 .owner = OwnerId(id),
                                 .code = 2,
                                 .flags = ledger::kDebitsMustNotExceedCredits});
    money.transfers.push_back({.id = base::TransferId(1000 * pool.value() + id),
                               .debit_account = AccountId(pool.value()),
                               .credit_account = account,
                               .amount = Amount(1'000'000'00),
                               .pool = pool,
                               .asset = kUsd,
                               .code = 1});
  }
  give(accounts);
  give(ins::DeclareHolding{
      .pool = pool, .account = AccountId(pool.value()), .custodian = OwnerId(500U)});
  give(money);
  for (std::uint64_t id = 1; id <= kOwners; ++id)
    give(ins::AdmitMember{.pool = pool,
                          .member = OwnerId(id),
                          .name = "member-" + std::to_string(id),
                          .account = account_of(pool, OwnerId(id))});
  give(ins::AddSurplus{
      .pool = pool, .account = account_of(pool, OwnerId(6U)), .amount = Amount(200'000'00)});
  for (std::uint64_t id = 2; id <= 5; ++id)
    give(ins::SubscribeTranche{.pool = pool,
                               .tranche = ins::TrancheKind::junior,
                               .owner = OwnerId(id),
                               .account = account_of(pool, OwnerId(id)),
                               .amount = Amount(id * 20'000'00)});
  for (const ins::Peril peril : kPerils)
    give(ins::SetPrices{.pool = pool, .peril = peril, .capacity_bps = 40'000});
  give(ins::SetClaimRules{.pool = pool, .asset = kUsd, .rules = claim_rules()});
  give(ins::SetIndexTrigger{.pool = pool,
                            .code = "below-80",
                            .index = "BTC",
                            .comparison = pool::FactComparison::at_most,
                            .scale = 2,
                            .value = Amount(80'00),
                            .deviation_bps_max = 800,
                            .payout_ppm = 400'000});
  clock_ += 1;
}

ins::ClaimRules InsuranceSimulation::claim_rules() {
  ins::ClaimRules rules;
  rules.electorate = random_.chance(70) ? ins::Electorate::stakes : ins::Electorate::contributions;
  rules.bearers_vote = random_.chance(80);
  rules.ballot.quorum_numerator = 20;
  rules.ballot.quorum_counts = decision::QuorumCounts::all;
  rules.ballot.owner_cap_ppm = 300'000;
  rules.routes = {{ins::Peril::extreme_volatility, ins::ClaimRoute::parametric},
                  {ins::Peril::exchange_insolvency, ins::ClaimRoute::dispute}};
  rules.evidence_within = days(6);
  rules.assess_within = days(4);
  rules.vote_within = days(2);
  rules.commit_period = days(2);
  rules.reveal_period = days(2);
  rules.extension = base::kHour * 6;
  rules.extension_most = base::kHour * 12;
  rules.dispute_within = days(2);
  rules.cooldown = base::kHour * 12;
  rules.payment_within = days(20);
  rules.recovery_within = days(10);
  rules.bond = Amount(50'00);
  return rules;
}

// Hours mostly; often to the end of the stage of some claim, the instant itself or one behind it.
void InsuranceSimulation::pass_time() {
  clock_ += static_cast<std::int64_t>(random_.below(4)) * base::kHour.value() + 1;
  if (!random_.chance(25)) return;
  const auto& claims = engine_->state().claims.claims;
  if (claims.size() == 0) return;
  const auto number = static_cast<std::uint32_t>(1 + random_.below(claims.size()));
  Time end = claims.find(number)->deadline;
  if (const ins::ClaimBallot* ballot =
          ins::ballot_of(engine_->state().claims, *claims.find(number)))
    if (ballot->commit_ends.value() > clock_) end = ballot->commit_ends;
  if (end.value() > clock_ && end.value() - clock_ < days(12).value())
    clock_ = end.value() + static_cast<std::int64_t>(random_.below(2));
}

PoolId InsuranceSimulation::any_pool() {
  return PoolId(random_.chance(75) ? 1U : 2U);
}

OwnerId InsuranceSimulation::any_owner() {
  return OwnerId(1 + random_.below(kOwners + (random_.chance(3) ? 1 : 0)));
}

Amount InsuranceSimulation::up_to(std::uint64_t most) {
  return Amount(random_.chance(5) ? random_.below(2) : 1 + random_.below(most));
}

std::string InsuranceSimulation::any_incident() {
  if (incidents_ == 0) return "none";
  const std::uint64_t back = random_.below(std::min<std::uint32_t>(incidents_, 3));
  return "I" + std::to_string(incidents_ - back);
}

engine::Command InsuranceSimulation::draw() {
  const std::uint64_t dice = random_.below(100);
  if (dice < 10) return draw_capital();
  if (dice < 22) return draw_cover();
  if (dice < 27) return draw_tariff();
  if (dice < 33) return draw_fund();
  if (dice < 43) return draw_incident();
  if (dice < 48) return draw_fact();
  return draw_claim();
}

engine::Command InsuranceSimulation::draw_capital() {
  const PoolId pool = any_pool();
  const OwnerId owner = any_owner();
  const ins::TrancheKind tranche =
      random_.chance(70) ? ins::TrancheKind::junior : ins::TrancheKind::senior;
  switch (random_.below(4)) {
    case 0:
      return ins::SubscribeTranche{.pool = pool,
                                   .tranche = tranche,
                                   .owner = owner,
                                   .account = account_of(pool, owner),
                                   .amount = up_to(30'000'00)};
    case 1:
      return ins::RequestExit{
          .pool = pool, .tranche = tranche, .owner = owner, .account = account_of(pool, owner)};
    case 2:
      return ins::PayExit{pool, static_cast<std::uint32_t>(1 + random_.below(5))};
    default:
      return ins::AdvanceInsurance{.pool = pool};
  }
}

ins::PolicyTerms InsuranceSimulation::cover_terms(ins::Peril peril) {
  ins::PolicyTerms terms;
  terms.peril = peril;
  terms.insured = any_owner();
  terms.counterparty = kExchange;
  terms.start = Time(clock_);
  terms.end = after(clock_, days(28 + random_.below(200)));
  terms.reporting = days(random_.below(10));
  terms.waiting = base::kHour * static_cast<std::int64_t>(random_.below(3));
  terms.limit = Amount(100 * (1 + random_.below(120'000)));
  if (random_.chance(40)) terms.aggregate_limit = Amount(2 * terms.limit.units());
  if (random_.chance(60)) terms.deductible = up_to(2'000'00);
  if (random_.chance(30)) terms.retention_ppm = static_cast<std::uint32_t>(random_.below(300'000));
  if (random_.chance(20)) terms.exclusions = {ins::ExcludedCause::phishing};
  if (peril == ins::Peril::asset)
    terms.sub_limits = {{ins::StorageClass::hot, Amount(terms.limit.units() / 5)},
                        {ins::StorageClass::warm, terms.limit},
                        {ins::StorageClass::cold, terms.limit}};
  return terms;
}

engine::Command InsuranceSimulation::draw_cover() {
  const PoolId pool = any_pool();
  if (covers_ > 0 && random_.chance(12))
    return ins::CancelCover{.code = "C" + std::to_string(1 + random_.below(covers_))};
  const ins::PolicyTerms terms =
      cover_terms(random_.chance(2) ? ins::Peril::asset : kPerils[random_.below(kPerils.size())]);
  const Amount required = engine_->state().insurance.pools.find(pool)->model_capital;
  return ins::BindCover{.code = "C" + std::to_string(++covers_),
                        .pool = pool,
                        .asset = kUsd,
                        .terms = terms,
                        .account = account_of(pool, terms.insured),
                        .technical_premium = up_to(500'00),
                        .model = "m",
                        .capital_before = required,
                        .capital_after = required + Amount(random_.below(4'000'00))};
}

engine::Command InsuranceSimulation::draw_tariff() {
  const PoolId pool = any_pool();
  const auto period = static_cast<std::uint32_t>(1 + random_.below(4));
  if (random_.chance(50))
    return ins::ChargeMembers{
        .pool = pool,
        .asset = kUsd,
        .period = period,
        .members = {{any_owner(), Amount(random_.below(100'000'00)), up_to(10'000'00)}}};
  ins::PublishTariff tariff{.pool = pool,
                            .asset = kUsd,
                            .period = period,
                            .start = after(clock_, days(1 + random_.below(3))),
                            .end = after(clock_, days(10 + random_.below(10))),
                            .model = "m",
                            .volume_ppm = static_cast<std::uint32_t>(random_.below(1'000'001)),
                            .capital = up_to(100'000'00),
                            .cost_of_capital = base::Rate(base::kRateOne / 9),
                            .expense_ratio = base::Rate(base::kRateOne / 3),
                            .target = up_to(500'000'00)};
  for (std::uint64_t id = 1; id <= kOwners; ++id)
    tariff.members.push_back({.member = OwnerId(id),
                              .expected_loss = up_to(90'00),
                              .tail_share = up_to(900'00),
                              .volume = up_to(10'000'00),
                              .collateral = up_to(1'000'00)});
  return tariff;
}

engine::Command InsuranceSimulation::draw_fund() {
  const PoolId pool = any_pool();
  const AccountId account = account_of(pool, any_owner());
  switch (random_.below(5)) {
    case 0:
      return ins::AddSurplus{.pool = pool, .account = account, .amount = up_to(2'000'00)};
    case 1:
      return ins::PayExpense{.pool = pool, .account = account, .amount = up_to(500'00)};
    case 2:
      return ins::ShareSurplus{.pool = pool,
                               .asset = kUsd,
                               .amount = up_to(900'00),
                               .junior_ppm = static_cast<std::uint32_t>(random_.below(1'000'001))};
    case 3:
      return ins::SetReserve{
          .pool = pool,
          .asset = kUsd,
          .kind = random_.chance(70) ? ins::ReserveKind::ibnr : ins::ReserveKind::layer,
          .amount = Amount(random_.below(5'000'00))};
    default:
      return ins::RecordCapital{
          .pool = pool, .asset = kUsd, .required = Amount(random_.below(250'000'00)), .model = "m"};
  }
}

engine::Command InsuranceSimulation::draw_incident() {
  if (incidents_ > 0 && random_.chance(25)) return ins::CloseIncident{.incident = any_incident()};
  if (incidents_ > 0 && random_.chance(20)) {
    const PoolId pool = any_pool();
    return ins::RecordRecovery{.incident = any_incident(),
                               .account = account_of(pool, any_owner()),
                               .amount = up_to(3'000'00)};
  }
  if (incidents_ > 0 && random_.chance(20))
    return ins::DeclareConflict{
        .incident = any_incident(), .owner = any_owner(), .reason = "simulation"};
  ins::DeclareIncident incident{.pool = any_pool(),
                                .code = "I" + std::to_string(++incidents_),
                                .peril = kPerils[random_.below(kPerils.size())],
                                .counterparty = random_.chance(95) ? kExchange : OwnerId(301U),
                                .discovered = Time(clock_)};
  incident.occurred =
      Time(clock_ - static_cast<std::int64_t>(random_.below(4)) * base::kHour.value());
  if (random_.chance(5)) incident.causes = {ins::ExcludedCause::phishing};
  return incident;
}

engine::Command InsuranceSimulation::draw_fact() {
  fact::RecordFact fact;
  fact.source = base::SourceId(static_cast<std::uint32_t>(1 + random_.below(kFeeds)));
  fact.fact_key = "BTC";
  fact.scale = 2;
  fact.value = fact::Value(static_cast<std::int64_t>(
      random_.chance(15) ? random_.below(1'000'00) : 75'00 + random_.below(10'00)));
  fact.observed = Time(clock_);
  fact.accept_deviation = true;
  return fact;
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

// A notice, or what some claim may be waiting for; now and then what it is not.
engine::Command InsuranceSimulation::draw_claim() {
  const ins::ClaimsState& state = engine_->state().claims;
  if (state.claims.size() == 0 || random_.chance(15)) {
    const std::string what = any_incident();
    const ins::Incident* incident = ins::find_incident(state, what);
    // A cover that may answer for it, mostly.
    std::vector<std::string> codes{"C" + std::to_string(1 + random_.below(covers_ + 1))};
    if (incident != nullptr)
      engine_->state().insurance.covers.each([&](const ins::Cover& one) {
        if (one.pool == incident->pool && one.terms.peril == incident->peril &&
            one.terms.start <= incident->occurred)
          codes.push_back(one.code);
      });
    const std::string code =
        codes[codes.size() > 1 && random_.chance(95) ? 1 + random_.below(codes.size() - 1) : 0];
    const ins::Cover* cover = engine_->state().insurance.covers.find(code);
    ins::NotifyClaim notice{.cover = code, .incident = what, .asset = kUsd};
    notice.finding.loss = up_to(5'000'00);
    if (cover != nullptr) notice.finding = finding(*cover);
    return notice;
  }
  const std::uint64_t back = random_.below(std::min<std::size_t>(state.claims.size(), 4));
  const auto number = static_cast<std::uint32_t>(state.claims.size() - back);
  const ins::Claim& claim = *state.claims.find(number);
  const ins::Cover& cover = *engine_->state().insurance.covers.find(claim.cover);
  const ins::ClaimStage stage =
      random_.chance(8) ? static_cast<ins::ClaimStage>(random_.below(8)) : claim.stage;
  if (random_.chance(8)) return ins::AdvanceClaim{.claim = number};
  switch (stage) {
    case ins::ClaimStage::notified:
      if (claim.route == ins::ClaimRoute::parametric)
        return ins::TriggerClaim{.claim = number, .trigger = "below-80"};
      if (random_.chance(5)) return ins::WithdrawClaim{.claim = number};
      return ins::SubmitEvidence{.claim = number, .document = std::string(64, 'e')};
    case ins::ClaimStage::evidenced:
      return ins::AssessClaim{
          .claim = number, .asset = kUsd, .finding = finding(cover), .report = "as found"};
    case ins::ClaimStage::assessed:
    case ins::ClaimStage::disputed:
      return ins::OpenClaimVote{.claim = number};
    case ins::ClaimStage::voting:
      return draw_vote(claim);
    case ins::ClaimStage::decided:
      return draw_dispute(claim);
    case ins::ClaimStage::approved:
      return ins::PayClaim{.claim = number};
    default:
      return ins::ClawBackClaim{.claim = number,
                                .account = account_of(claim.pool, claim.claimant),
                                .recovered = up_to(2'000'00),
                                .document = std::string(64, 'c')};
  }
}

// Seals while there is time, opens afterwards, then counts; with votes of strangers and claimants,
// copied seals, wrong openings and fraud among them.
engine::Command InsuranceSimulation::draw_vote(const ins::Claim& claim) {
  const ins::ClaimBallot* ballot = ins::ballot_of(engine_->state().claims, claim);
  const OwnerId voter = any_owner();
  const bool sealing = ballot == nullptr || clock_ <= ballot->commit_ends.value();
  if (random_.chance(4))
    return ins::PunishVoter{.claim = claim.number,
                            .voter = voter,
                            .burn_ppm = static_cast<std::uint32_t>(random_.below(500'000)),
                            .document = std::string(64, 'd')};
  if (sealing != random_.chance(5)) {
    Seal seal;
    if (random_.chance(70)) {
      seal.support = decision::Support::in_favour;
      seal.amount = up_to(low(claim.finding.loss));
    }
    const OwnerId copied = random_.chance(5) ? any_owner() : voter;
    // Only a seal that is accepted counts; one that is refused leaves the earlier one known.
    seals_.try_emplace({claim.number, voter}, seal);
    const Seal& kept = seals_.at({claim.number, voter});
    return ins::CommitClaimVote{
        .claim = claim.number,
        .voter = voter,
        .commitment =
            ins::commitment_of(kept.support, kept.amount, salt_of(copied), copied, claim.number)};
  }
  if (ballot != nullptr && clock_ > ballot->reveal_ends.value())
    return ins::CloseClaimVote{.claim = claim.number};
  const auto found = seals_.find({claim.number, voter});
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
  const OwnerId who = random_.chance(40) ? claim.claimant : any_owner();
  if (random_.chance(50))
    return ins::ChallengeClaim{.claim = claim.number,
                               .owner = who,
                               .account = account_of(claim.pool, who),
                               .reason = "too much"};
  return ins::AppealClaim{.claim = claim.number,
                          .owner = who,
                          .account = account_of(claim.pool, who),
                          .reason = "too little"};
}

// ---------------------------------------------------------------- governance

// The root is 1, the executive 2; 3 to 5 vote, 4 and 5 as one person, who is owner 3 of the pools.
void InsuranceSimulation::found_governance() {
  const auto add = [&](const std::string& code, std::uint16_t roles, std::uint64_t person) {
    give(principal::CreatePrincipal{.code = code, .roles = roles, .person = person});
  };
  add("executive", principal::kAdmin | principal::kOperator, 0);
  add("anna", principal::kOperator, 0);
  add("boris", principal::kOperator, 3);
  add("boris-again", principal::kOperator, 3);
  decision::Constitute terms;
  terms.rules = {.quorum_numerator = 40, .owner_cap_ppm = 600'000};
  terms.rules.quorum_base =
      random_.chance(50) ? decision::QuorumBase::eligible : decision::QuorumBase::supply;
  terms.voting_delay = base::kHour;
  terms.voting_period = days(2);
  terms.late_quorum_extension = base::kHour * 6;
  terms.timelock_delay = base::kHour * 6;
  terms.grace_period = days(3);
  terms.executive = PrincipalId(2U);
  terms.guardians = {PrincipalId(1U)};
  terms.governed = {
      {.operation = engine::Operation<ins::SetInsuranceRules>::kNumber, .tighten_at_once = false},
      {.operation = engine::Operation<ins::SetClaimRules>::kNumber, .tighten_at_once = false}};
  terms.bootstrap_ends = Time(clock_ + base::kSecond.value());
  give(terms);
  for (std::uint32_t voter = 3; voter <= 5; ++voter)
    give(decision::SetWeight{
        .voter = PrincipalId(voter), .scale = 0, .weight = Amount(30), .owner = {}});
}

engine::Command InsuranceSimulation::to_propose() {
  const PoolId pool = any_pool();
  switch (random_.below(3)) {
    case 0:
      return ins::SetClaimRules{.pool = pool, .asset = kUsd, .rules = claim_rules()};
    case 1:
      return ins::PayExpense{
          .pool = pool, .account = account_of(pool, any_owner()), .amount = up_to(200'00)};
    default: {
      ins::PoolRules rules = engine_->state().insurance.pools.find(pool)->rules;
      rules.gearing_bps = static_cast<std::uint32_t>(15'000 + random_.below(20'000));
      return ins::SetInsuranceRules{.pool = pool, .rules = rules};
    }
  }
}

void InsuranceSimulation::govern() {
  const auto& proposals = engine_->state().governance.proposals;
  const auto who = static_cast<std::uint32_t>(3 + random_.below(3));
  const std::uint64_t back =
      proposals.size() == 0 ? 0 : random_.below(std::min<std::size_t>(proposals.size(), 2));
  const auto id = static_cast<std::uint32_t>(proposals.size() - back);
  const std::uint64_t dice = random_.below(100);
  if (dice < 3) {
    give(decision::ExcludeConflicts{.reason = "simulation"});
  } else if (dice < 7) {
    give(decision::DeclareVoteConflict{.proposal = id, .reason = "simulation"}, who);
  } else if (dice < 10) {
    give(decision::CancelChange{.proposal = id, .reason = "simulation"},
         random_.chance(50) ? 1 : who);
  } else if (dice < 14) {
    give(to_propose());  // alone, where a vote is asked for
  } else if (dice < 34 || id == 0) {
    const engine::CommandRecord proposed = engine::record_of({.command = to_propose()});
    give(decision::ProposeChange{.commands = {{.operation = proposed.operation,
                                               .version = proposed.version,
                                               .content = proposed.content}},
                                 .reason = {}},
         who);
  } else if (dice < 64) {
    give(decision::CastVote{.proposal = id,
                            .support = random_.chance(75) ? decision::Support::in_favour
                                                          : decision::Support::against,
                            .reason = {}},
         who);
  } else if (dice < 80) {
    give(decision::QueueChange{id}, who);
  } else {
    give(decision::ExecuteChange{id}, who);
  }
}

}  // namespace cofferdam::simulation
