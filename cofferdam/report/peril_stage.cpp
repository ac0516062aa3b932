// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/peril_stage.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/crypto/sha256.h"
#include "cofferdam/report/listing.h"

#include <algorithm>

namespace cofferdam::report {

namespace ins = insurance;
using base::AccountId;
using base::Amount;
using base::OwnerId;
using base::Time;

namespace {

constexpr std::uint64_t kMembers = 5;
constexpr OwnerId kSponsor{9U};
constexpr AccountId kSponsorAccount{19U};
constexpr AccountId kCustody{1U};
constexpr std::int64_t kHour = base::kHour.value();
constexpr std::int64_t kDay = base::kDay.value();
// 2026-01-05T00:00:00Z, which is day 0 of every case.
constexpr Time kDayZero{20'458 * kDay};

[[nodiscard]] base::Duration hours(std::int64_t number) {
  return base::kHour * number;
}

[[nodiscard]] std::string salt_of(std::uint64_t voter) {
  return crypto::to_hex(crypto::sha256("salt of voter " + std::to_string(voter))).substr(0, 32);
}

[[nodiscard]] ins::ClaimRules rules(base::SourceId source) {
  ins::ClaimRules out;
  out.electorate = ins::Electorate::stakes;
  out.bearers_vote = true;
  out.ballot.quorum_numerator = 20;
  out.ballot.quorum_counts = decision::QuorumCounts::all;
  out.ballot.owner_cap_ppm = 300'000;
  out.routes = {{ins::Peril::extreme_volatility, ins::ClaimRoute::parametric},
                {ins::Peril::exchange_insolvency, ins::ClaimRoute::dispute}};
  out.triggers = {{.code = "fall-20",
                   .peril = ins::Peril::extreme_volatility,
                   .source = source,
                   .fact_key = "fall",
                   .value = fact::Value(2'000),
                   .payout_ppm = 400'000},
                  {.code = "fall-30",
                   .peril = ins::Peril::extreme_volatility,
                   .source = source,
                   .fact_key = "fall",
                   .value = fact::Value(3'000),
                   .payout_ppm = 1'000'000}};
  out.evidence_within = hours(240);
  out.assess_within = hours(120);
  out.vote_within = hours(48);
  out.commit_period = hours(72);
  out.reveal_period = hours(48);
  out.extension = hours(12);
  out.extension_most = hours(24);
  out.dispute_within = hours(48);
  out.cooldown = hours(24);
  out.payment_within = hours(720);
  out.recovery_within = hours(720);
  out.bond = Amount(5'000'00);
  return out;
}

[[nodiscard]] std::string name_of(const engine::Command& command) {
  return std::visit([]<class C>(const C&) { return std::string(engine::Operation<C>::kName); },
                    command);
}

}  // namespace

PerilStage::PerilStage(engine::Engine& engine, ins::Peril peril)
    : engine_(engine),
      driver_(engine, "peril-" + std::string(base::name_of(peril)), result_),
      now_(kDayZero.value() + 9 * kHour) {
  run_.peril = peril;
}

std::string PerilStage::text(Amount amount) const {
  return grouped(base::format_decimal(amount, 2));
}

Time PerilStage::time_of(std::int64_t day, std::int64_t hour) const {
  return Time(kDayZero.value() + day * kDay + hour * kHour);
}

void PerilStage::at(std::int64_t day, std::int64_t hour, std::int64_t minute) {
  const Time to(time_of(day, hour).value() + minute * kHour / 60);
  COFFERDAM_CHECK(to >= now_, "the clock of a case never goes back");
  now_ = to;
}

void PerilStage::past_deadline() {
  if (claim() != nullptr) now_ = std::max(now_, Time(claim()->deadline.value() + 1));
}

const ins::Claim* PerilStage::claim() const {
  return engine_.state().claims.claims.find(claim_);
}

bool PerilStage::give(engine::Command& command, std::string& outcome) {
  const std::string step = std::to_string(++commands_);
  const auto reply = driver_.give_all(step, now_, std::move(command));
  if (reply) {
    outcome = "ok";
    return true;
  }
  outcome = reply.error().value;
  if (reply.error().kind != base::ErrorKind::refused) error_ = reply.error();
  return false;
}

void PerilStage::act(CasePhase phase, engine::Command command, std::string told) {
  if (error_) return;
  const std::string name = name_of(command);
  std::string outcome;
  if (!give(command, outcome)) {
    if (!error_)
      error_ = base::Error{.kind = base::ErrorKind::refused,
                           .field = name,
                           .value = outcome,
                           .rule = "this command of the case must be accepted"};
    return;
  }
  note(phase, name, outcome, std::move(told));
}

void PerilStage::refused(CasePhase phase, engine::Command command, std::string_view status,
                         std::string told) {
  if (error_) return;
  const std::string name = name_of(command);
  std::string outcome;
  if (give(command, outcome) || outcome != status) {
    if (!error_)
      error_ = base::Error{.kind = base::ErrorKind::refused,
                           .field = name,
                           .value = outcome,
                           .rule = "this command of the case must be refused"};
    return;
  }
  note(phase, name, outcome, std::move(told));
}

CaseMoney PerilStage::money() const {
  CaseMoney out;
  const ins::InsurancePool* row = state().insurance.pools.find(pool_);
  if (row == nullptr) return out;
  out.ibnr = row->funds.ibnr_reserve;
  out.earned = row->funds.earned;
  out.junior = row->funds.junior;
  out.junior_exits = row->funds.junior_exits;
  out.senior = row->funds.senior;
  out.reserve = row->funds.case_reserve;
  out.dust = row->funds.dust;
  if (const ledger::Account* account = state().ledger.accounts.find(kInsuredAccount))
    out.insured = account->credits_posted - account->debits_posted;
  return out;
}

void PerilStage::note(CasePhase phase, std::string command, std::string outcome, std::string told) {
  if (told.empty()) return;
  const ins::Claim* row = claim();
  run_.steps.push_back({.phase = phase,
                        .time = now_,
                        .command = std::move(command),
                        .outcome = std::move(outcome),
                        .told = std::move(told),
                        .stage = row == nullptr ? "" : std::string(base::name_of(row->stage)),
                        .money = money()});
}

// ---------------------------------------------------------------- founding

void PerilStage::found() {
  if (engine_.sequence() != 0) {
    error_ = base::Error{.kind = base::ErrorKind::malformed,
                         .field = "books",
                         .value = books_folder(engine_),
                         .rule = "a worked case founds books of its own",
                         .hint = "name a folder that does not exist, with --books"};
    return;
  }
  if (const auto done = driver_.found(now_); !done) {
    error_ = done.error();
    return;
  }
  const CasePhase p = CasePhase::before;
  act(p, ledger::CreateAsset{.code = "USD", .scale = 2}, {});
  act(p, fact::DeclareSource{.code = "index", .staleness = hours(1), .scale = 4}, {});
  found_pool();
  found_members();
  found_capital();
  found_rules();
}

void PerilStage::found_pool() {
  using O = ledger::OwnerClass;
  const CasePhase p = CasePhase::before;
  act(p,
      pool::CreatePool{
          .code = "mutual",
          .activity = "cover of members",
          .regime = pool::Regime::insurance,
          .edges = std::vector<ledger::Edge>{{O::pool, O::member, 0}, {O::member, O::pool, 0}}},
      {});
  act(p,
      pool::AttachAgreement{.pool = pool_,
                            .title = "Rules of the mutual",
                            .document = crypto::to_hex(crypto::sha256("Rules of the mutual")),
                            .parties = {"the members"},
                            .law = "assumed"},
      {});
  pool::ActivatePool activate;
  activate.pool = pool_;
  act(p, activate, {});
  act(p,
      ins::OpenInsurance{.pool = pool_,
                         .asset = asset_,
                         .manager = OwnerId(99U),
                         .rules = {},
                         .junior_notice = hours(240),
                         .senior_notice = hours(120)},
      {});
}

void PerilStage::found_members() {
  using O = ledger::OwnerClass;
  const CasePhase p = CasePhase::before;
  ledger::CreateAccounts accounts;
  accounts.accounts.push_back({.id = kCustody,
                               .pool = pool_,
                               .asset = asset_,
                               .account_class = ledger::AccountClass::custody,
                               .owner_class = O::pool,
                               .code = 1});
  ledger::CreateTransfers deposits;
  const auto open = [&](AccountId account, OwnerId owner) {
    accounts.accounts.push_back({.id = account,
                                 .pool = pool_,
                                 .asset = asset_,
                                 .account_class = ledger::AccountClass::collateral,
                                 .owner_class = O::member,
                                 .owner = owner,
                                 .code = 2,
                                 .flags = ledger::kDebitsMustNotExceedCredits});
    deposits.transfers.push_back({.id = base::TransferId(100 + owner.value()),
                                  .debit_account = kCustody,
                                  .credit_account = account,
                                  .amount = Amount(3'000'000'00),
                                  .pool = pool_,
                                  .asset = asset_,
                                  .code = 1});
  };
  for (std::uint64_t id = 1; id <= kMembers; ++id) open(account_of(id), OwnerId(id));
  open(kSponsorAccount, kSponsor);
  act(p, accounts, {});
  act(p, ins::DeclareHolding{.pool = pool_, .account = kCustody, .custodian = OwnerId(500U)}, {});
  act(p, deposits, {});
  for (std::uint64_t id = 1; id <= kMembers; ++id)
    act(p,
        ins::AdmitMember{.pool = pool_,
                         .member = OwnerId(id),
                         .name = "member-" + std::to_string(id),
                         .account = account_of(id)},
        {});
}

void PerilStage::found_capital() {
  const CasePhase p = CasePhase::before;
  act(p, ins::AddSurplus{.pool = pool_, .account = kSponsorAccount, .amount = Amount(250'000'00)},
      {});
  const auto stake = [&](ins::TrancheKind tranche, std::uint64_t owner) {
    act(p,
        ins::SubscribeTranche{.pool = pool_,
                              .tranche = tranche,
                              .owner = OwnerId(owner),
                              .account = account_of(owner),
                              .amount = Amount((owner - 1) * 100'000'00)},
        {});
  };
  for (std::uint64_t owner = 2; owner <= 5; ++owner) stake(ins::TrancheKind::junior, owner);
  for (std::uint64_t owner = 2; owner <= 4; ++owner) stake(ins::TrancheKind::senior, owner);
  act(p,
      ins::ShareSurplus{
          .pool = pool_, .asset = asset_, .amount = Amount(100'01), .junior_ppm = 333'333},
      "A mutual is founded: 250,000.00 of surplus, 1,000,000.00 in the junior tranche, 600,000.00 "
      "in the senior one. 100.01 of the surplus are shared out; the cent that no part gets is "
      "dust.");
}

void PerilStage::found_rules() {
  const CasePhase p = CasePhase::before;
  act(p, ins::SetPrices{.pool = pool_, .peril = run_.peril, .capacity_bps = 40'000}, {});
  act(p, ins::SetClaimRules{.pool = pool_, .asset = asset_, .rules = rules(source_)}, {});
}

// ---------------------------------------------------------------- moves

void PerilStage::bind(const std::string& code, ins::PolicyTerms terms) {
  terms.peril = run_.peril;
  terms.insured = OwnerId(1U);
  terms.counterparty = OwnerId(300U);
  terms.start = time_of(2, 9);
  terms.end = time_of(367, 9);
  terms.reporting = hours(720);
  run_.terms = terms;
  cover_ = code;
  act(CasePhase::before,
      ins::BindCover{.code = code,
                     .pool = pool_,
                     .asset = asset_,
                     .terms = terms,
                     .account = kInsuredAccount,
                     .technical_premium = Amount(500'00),
                     .model = "assumed",
                     .capital_before = Amount(),
                     .capital_after = Amount()},
      {});
  const ins::Cover* cover = state().insurance.covers.find(code);
  if (cover == nullptr) return;
  run_.premium = cover->premium;
  note(CasePhase::before, "cover.bind", "ok",
       "The cover is bound for a year; member 1 pays a premium of " + text(cover->premium) + ".");
}

void PerilStage::incident(const std::string& code, Time occurred, Time discovered,
                          std::string told) {
  incident_ = code;
  claim_ = 0;
  ++incidents_;
  act(CasePhase::notice,
      ins::DeclareIncident{.pool = pool_,
                           .code = code,
                           .peril = run_.peril,
                           .counterparty = OwnerId(300U),
                           .occurred = occurred,
                           .discovered = discovered},
      std::move(told));
}

void PerilStage::notify(ins::Finding finding, std::string told) {
  claim_ = incidents_;
  act(CasePhase::notice,
      ins::NotifyClaim{
          .cover = cover_, .incident = incident_, .asset = asset_, .finding = std::move(finding)},
      std::move(told));
}

void PerilStage::evidence(const std::string& what, std::string told) {
  act(CasePhase::evidence,
      ins::SubmitEvidence{
          .claim = claim_, .document = crypto::to_hex(crypto::sha256(what)), .note = what},
      std::move(told));
}

void PerilStage::assess(ins::Finding finding, const std::string& report, std::string told) {
  act(CasePhase::assessment,
      ins::AssessClaim{
          .claim = claim_, .asset = asset_, .finding = std::move(finding), .report = report},
      std::move(told));
}

void PerilStage::ballot(const std::vector<CaseVote>& votes, std::string told) {
  const CasePhase p = CasePhase::vote;
  act(p, ins::OpenClaimVote{.claim = claim_}, "A ballot opens; what each voter weighs is frozen.");
  for (const CaseVote& vote : votes) {
    now_ = Time(now_.value() + kHour);
    act(p,
        ins::CommitClaimVote{
            .claim = claim_,
            .voter = OwnerId(vote.voter),
            .commitment = ins::commitment_of(vote.support, vote.amount, salt_of(vote.voter),
                                             OwnerId(vote.voter), claim_)},
        "Member " + std::to_string(vote.voter) + " seals a vote.");
  }
  if (error_) return;
  const auto ballot = [&] { return *ins::ballot_of(state().claims, *claim()); };
  now_ = Time(ballot().commit_ends.value() + 1);
  for (const CaseVote& vote : votes) {
    const std::string choice = vote.support == decision::Support::in_favour
                                   ? "for " + text(vote.amount)
                                   : std::string("against");
    act(p,
        ins::RevealClaimVote{.claim = claim_,
                             .asset = asset_,
                             .voter = OwnerId(vote.voter),
                             .support = vote.support,
                             .amount = vote.amount,
                             .salt = salt_of(vote.voter),
                             .reason = vote.reason},
        "Member " + std::to_string(vote.voter) + " opens it: " + choice + ". \"" + vote.reason +
            "\"");
    now_ = Time(now_.value() + kHour);
  }
  if (error_) return;
  now_ = Time(ballot().reveal_ends.value() + 1);
  act(p, ins::CloseClaimVote{.claim = claim_}, std::move(told));
}

void PerilStage::note_sum(const std::string& title) {
  if (error_ || claim() == nullptr) return;
  const ins::ClaimOutcomeOutput out =
      ins::outcome_of(state().claims, state().insurance, state().ledger, *claim());
  run_.sums.push_back({.title = title, .steps = out.steps, .payout = out.payout});
}

void PerilStage::advance(std::string told) {
  past_deadline();
  act(CasePhase::cooldown, ins::AdvanceClaim{.claim = claim_}, std::move(told));
}

void PerilStage::pay(std::string told) {
  past_deadline();
  act(CasePhase::payment, ins::PayClaim{.claim = claim_}, std::move(told));
}

void PerilStage::recover(AccountId account, Amount amount, std::string told) {
  act(CasePhase::recovery,
      ins::RecordRecovery{.incident = incident_,
                          .account = account,
                          .amount = amount,
                          .document = crypto::to_hex(crypto::sha256("recovery"))},
      std::move(told));
}

void PerilStage::close(std::string told) {
  act(CasePhase::recovery, ins::CloseIncident{.incident = incident_}, std::move(told));
}

base::Result<CaseRun> PerilStage::finish() {
  if (error_) return std::unexpected(*error_);
  for (const auto& [number, row] : state().claims.incidents.rows()) {
    run_.paid += row.paid;
    run_.recovered += row.recovered;
  }
  if (const auto done = driver_.finish(); !done) return std::unexpected(done.error());
  run_.journal = journal_facts(engine_, books_folder(engine_));
  return run_;
}

base::Result<CaseRun> run_peril_case(engine::Engine& engine, ins::Peril peril) {
  PerilStage stage(engine, peril);
  stage.found();
  switch (peril) {
    case ins::Peril::exchange_insolvency:
      play_exchange_insolvency(stage);
      break;
    case ins::Peril::exploit:
      play_exploit(stage);
      break;
    case ins::Peril::extreme_volatility:
      play_extreme_volatility(stage);
      break;
    case ins::Peril::asset:
      play_asset(stage);
      break;
  }
  return stage.finish();
}

}  // namespace cofferdam::report
