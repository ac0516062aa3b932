// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/insurance.h"

#include "cofferdam/engine/replay.h"
#include "cofferdam/engine/state.h"

#include <filesystem>
#include <map>
#include <set>

namespace cofferdam::simulation {

namespace ins = insurance;
using base::Amount;
using base::AssetId;
using base::PoolId;
using base::u128;

namespace {

[[nodiscard]] std::uint16_t number_of(const engine::Command& command) {
  return std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, command);
}

[[nodiscard]] std::string name_of(const engine::Command& command) {
  return std::string(
      std::visit([]<class C>(const C&) { return engine::Operation<C>::kName; }, command));
}

[[nodiscard]] u128 lies_in(const engine::State& state, PoolId pool, ins::Fund fund) {
  const ledger::Account* row = state.ledger.accounts.find(ins::fund_account(fund, pool));
  return row == nullptr ? 0 : row->credits_posted.units() - row->debits_posted.units();
}

// Asked of the ledger and the covers, not of what the pool has counted of them.
[[nodiscard]] bool is_adequate(const engine::State& state, const ins::InsurancePool& pool) {
  u128 active = 0;
  state.insurance.covers.each([&](const ins::Cover& cover) {
    if (cover.pool == pool.pool && cover.stage == ins::CoverStage::bound)
      active += (cover.aggregate() - cover.paid).units();
  });
  u128 capital = 0;
  for (const ins::Fund fund : {ins::Fund::earned, ins::Fund::junior, ins::Fund::senior})
    capital += lies_in(state, pool.pool, fund);
  return capital >= pool.model_capital.units() &&
         capital >= active * ins::kBpsOne / pool.rules.gearing_bps;
}

[[nodiscard]] Amount set_apart(const engine::State& state, PoolId pool) {
  return Amount(lies_in(state, pool, ins::Fund::junior_exits) +
                lies_in(state, pool, ins::Fund::senior_exits));
}

}  // namespace

void InsuranceStatistics::add(const InsuranceStatistics& other) {
  commands += other.commands;
  dry_runs += other.dry_runs;
  power_cuts += other.power_cuts;
  paid_claims += other.paid_claims;
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i] += other.accepted[i];
  for (std::size_t i = 0; i < refused.size(); ++i) refused[i] += other.refused[i];
}

InsuranceSimulation::InsuranceSimulation(InsuranceSettings settings)
    : settings_(std::move(settings)), random_(settings_.seed ^ 0x1452'0A4C'0000'0000ULL) {
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
  std::filesystem::create_directories(settings_.scratch);
}

InsuranceSimulation::~InsuranceSimulation() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
}

void InsuranceSimulation::fail(const std::string& text) {
  if (!failure_) failure_ = "step " + std::to_string(step_) + ": " + text;
}

void InsuranceSimulation::open() {
  engine_.reset();
  engine::Options options;
  options.segment_bytes = 256 << 10;
  options.index_table_ids = 256;
  options.snapshot_every_bytes = 64 << 10;
  options.query_index = false;
  options.background = false;
  options.clock = [this] { return clock_; };
  auto opened = engine::Engine::open(disk_, settings_.scratch, options);
  if (!opened) return fail("does not open: " + opened.error().text());
  engine_ = std::move(*opened);
}

std::optional<std::string> InsuranceSimulation::run() {
  open();
  if (!failure_) found();
  for (step_ = 1; step_ <= settings_.steps && !failure_; ++step_) step();
  if (!failure_) {
    for (const auto& [number, claim] : engine_->state().claims.claims.rows())
      if (!claim.paid.is_zero()) ++statistics_.paid_claims;
    cut_power();
  }
  if (!failure_) replay_all();
  return failure_;
}

void InsuranceSimulation::step() {
  pass_time();
  if (random_.chance(1)) cut_power();
  if (failure_) return;
  if (random_.chance(12))
    govern();
  else
    give(draw());
}

// Everything that was acknowledged is there again, and nothing else.
void InsuranceSimulation::cut_power() {
  ++statistics_.power_cuts;
  const auto before = engine::state_hash(engine_->state());
  engine_.reset();
  disk_.crash(random_.next());
  open();
  if (!failure_ && engine::state_hash(engine_->state()) != before)
    fail("other books after a power cut");
}

void InsuranceSimulation::replay_all() {
  const auto now = engine::state_hash(engine_->state());
  if (const auto closed = engine_->close(); !closed) return fail(closed.error().text());
  const auto replayed = engine::replay(disk_, settings_.scratch, {.index_table_ids = 256});
  if (!replayed) return fail("does not replay: " + replayed.error().text());
  if (engine::state_hash(*replayed->state) != now) fail("a replay comes to other books");
}

engine::Reply InsuranceSimulation::give(engine::Command command, std::uint32_t principal) {
  if (failure_) return {};
  ++statistics_.commands;
  const engine::Request request{.id = base::CommandId(++ids_),
                                .principal = base::PrincipalId(principal),
                                .command = std::move(command)};
  std::optional<engine::Reply> dry;
  const auto before = engine::state_hash(engine_->state());
  if (random_.chance(10)) {
    auto tried = engine_->dry_run(request);
    if (!tried) return fail(tried.error().text()), engine::Reply();
    if (engine::state_hash(engine_->state()) != before) fail("a dry run leaves a trace");
    dry = std::move(*tried);
    ++statistics_.dry_runs;
  }
  apart_.clear();
  for (const PoolId pool : {PoolId(1U), PoolId(2U)})
    apart_[pool] = set_apart(engine_->state(), pool);
  auto reply = engine_->execute(request);
  if (!reply) return fail(reply.error().text()), engine::Reply();
  if (dry && (dry->shape != reply->shape || dry->outcome.status != reply->outcome.status ||
              dry->outcome.door != reply->outcome.door ||
              dry->outcome.postings.size() != reply->outcome.postings.size()))
    fail("a dry run is not the run");
  if (!reply->ok() && engine::state_hash(engine_->state()) != before)
    fail(name_of(request.command) + " was refused and left a trace");
  check(request.command, *reply);
  return *reply;
}

void InsuranceSimulation::check(const engine::Command& command, const engine::Reply& reply) {
  const std::uint16_t number = number_of(command);
  ++(reply.ok() ? statistics_.accepted : statistics_.refused)[number % 512];
  // The one law that a well-meant command may meet is told by its door, not by an alarm.
  if (reply.outcome.door == engine::DoorStatus::law_broken)
    return fail(name_of(command) + " breaks a law: " + reply.outcome.law);
  if (!reply.ok()) return;
  check_money();
  check_one_pool(reply);
  check_gate(command);
  check_claims();
}

// In every pool and asset claims equal the money: all balances together are nothing.
void InsuranceSimulation::check_money() {
  std::map<std::pair<PoolId, AssetId>, u128> sums;
  engine_->state().ledger.accounts.each([&](const ledger::Account& account) {
    sums[{account.pool, account.asset}] +=
        account.credits_posted.units() - account.debits_posted.units();
  });
  for (const auto& [where, sum] : sums)
    if (sum != 0) return fail("a pool's claims are not its money");
}

// Nothing that is decided in one pool moves anything in another one.
void InsuranceSimulation::check_one_pool(const engine::Reply& reply) {
  std::set<PoolId> pools;
  const auto& accounts = engine_->state().ledger.accounts;
  for (const ledger::Transfer& leg : reply.outcome.postings)
    for (const base::AccountId id : {leg.debit_account, leg.credit_account})
      pools.insert(accounts.find(id)->pool);
  if (pools.size() > 1) fail("a command moves money in two pools");
}

// No cover is bound, and no exit set apart, with less capital than is required.
void InsuranceSimulation::check_gate(const engine::Command& command) {
  const engine::State& state = engine_->state();
  if (const auto* bound = std::get_if<ins::BindCover>(&command))
    if (!is_adequate(state, *state.insurance.pools.find(bound->pool)))
      return fail("a cover was bound through the gate");
  const bool only_exits = std::holds_alternative<ins::AdvanceInsurance>(command) ||
                          std::holds_alternative<ins::RequestExit>(command) ||
                          std::holds_alternative<ins::PayExit>(command);
  if (!only_exits) return;
  state.insurance.pools.each([&](const ins::InsurancePool& pool) {
    if (set_apart(state, pool.pool) > apart_[pool.pool] && !is_adequate(state, pool))
      fail("an exit went through the gate");
  });
}

// Paid: at most approved, at most the limit for one incident, at most the aggregate for a cover.
void InsuranceSimulation::check_claims() {
  const engine::State& state = engine_->state();
  std::map<std::string, u128> by_cover;
  std::map<std::pair<std::string, std::uint32_t>, u128> by_incident;
  for (const auto& [number, claim] : state.claims.claims.rows()) {
    if (claim.paid > claim.approved) return fail("a claim was paid more than was approved");
    const u128 kept = (claim.paid - claim.clawed_back).units();
    by_cover[claim.cover] += kept;
    by_incident[{claim.cover, claim.incident}] += kept;
  }
  for (const auto& [code, paid] : by_cover)
    if (paid > state.insurance.covers.find(code)->aggregate().units())
      return fail("a cover paid beyond its aggregate");
  for (const auto& [key, paid] : by_incident)
    if (paid > state.insurance.covers.find(key.first)->terms.limit.units())
      return fail("a cover paid beyond its limit for one incident");
}

}  // namespace cofferdam::simulation
