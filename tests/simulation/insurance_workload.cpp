// SPDX-License-Identifier: Apache-2.0
//
// What the pools are founded with, and the commands that are drawn for them. Most make sense where
// the pools stand; the rest is refused.
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
  give(
      ins::SetInsuranceRules{.pool = pool, .rules = {.gearing_bps = 20'000, .exit_tail = days(1)}});
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

PoolId InsuranceSimulation::any_pool() {
  return PoolId(random_.chance(75) ? 1U : 2U);
}

// One that is out and free, if there is one.
std::uint32_t InsuranceSimulation::any_exit(PoolId pool) {
  const auto& exits = engine_->state().insurance.exits.rows();
  if (!random_.chance(20))
    for (const auto& [key, exit] : exits)
      if (key.pool == pool && exit.stage == ins::ExitStage::out && exit.free.value() <= clock_)
        return exit.number;
  return static_cast<std::uint32_t>(1 + random_.below(5));
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
  if (dice < 9) return draw_capital();
  if (dice < 17) return draw_cover();
  if (dice < 20) return draw_tariff();
  if (dice < 25) return draw_fund();
  if (dice < 33) return draw_incident();
  if (dice < 38) return draw_fact();
  if (dice < 39) return draw_member();
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
      return ins::PayExit{pool, any_exit(pool)};
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

// Leaves, or comes back.
engine::Command InsuranceSimulation::draw_member() {
  const PoolId pool = any_pool();
  const OwnerId member = any_owner();
  if (random_.chance(50)) return ins::RetireMember{.pool = pool, .member = member};
  return ins::AdmitMember{.pool = pool,
                          .member = member,
                          .name = "member-" + base::to_text(member.value()),
                          .account = account_of(pool, member)};
}

engine::Command InsuranceSimulation::draw_fund() {
  const PoolId pool = any_pool();
  const AccountId account = account_of(pool, any_owner());
  switch (random_.below(6)) {
    case 5:
      return ins::RecordPublication{.code = "capital",
                                    .calculator = "mcr",
                                    .model_version = "m",
                                    .parameters = random_.chance(90) ? "{}" : std::string(40, '['),
                                    .books_sequence = engine_->sequence(),
                                    .field = "stored",
                                    .value = "1"};
    case 0:
      return ins::AddSurplus{.pool = pool, .account = account, .amount = up_to(2'000'00)};
    case 1:
      return ins::PayExpense{.pool = pool, .account = account, .amount = up_to(500'00)};
    case 2:
      return ins::ShareSurplus{.pool = pool,
                               .asset = kUsd,
                               .amount = up_to(random_.chance(50) ? 900'00 : 9'00),
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

// The oldest proposal that may still come to something.
const decision::GovernanceProposal* InsuranceSimulation::proposal_at_hand() const {
  const decision::GovernanceState& state = engine_->state().governance;
  for (const auto& [id, open] : state.open.rows()) {
    const decision::GovernanceProposal& proposal = *state.proposals.find(id);
    const auto now = decision::state_of(state, proposal, Time(clock_));
    if (now != decision::GovernorState::defeated && now != decision::GovernorState::expired)
      return &proposal;
  }
  return nullptr;
}

void InsuranceSimulation::govern() {
  const auto& proposals = engine_->state().governance.proposals;
  const auto who = static_cast<std::uint32_t>(3 + random_.below(3));
  const std::uint64_t back =
      proposals.size() == 0 ? 0 : random_.below(std::min<std::size_t>(proposals.size(), 2));
  auto id = static_cast<std::uint32_t>(proposals.size() - back);
  const std::uint64_t dice = random_.below(100);
  if (dice >= 30 && random_.chance(80)) {
    if (const decision::GovernanceProposal* proposal = proposal_at_hand()) {
      id = proposal->id;
      const auto state = decision::state_of(engine_->state().governance, *proposal, Time(clock_));
      if (state == decision::GovernorState::succeeded)
        return void(give(decision::QueueChange{id}, who));
      if (state == decision::GovernorState::active)
        return void(give(
            decision::CastVote{
                .proposal = id, .support = decision::Support::in_favour, .reason = {}},
            who));
      if (state == decision::GovernorState::queued)
        return void(give(decision::ExecuteChange{id}, who));
    }
  }
  if (dice < 2) {
    give(decision::ExcludeConflicts{.reason = "simulation"});
  } else if (dice < 4) {
    give(decision::ReviewConflicts{.reason = "simulation"});
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
