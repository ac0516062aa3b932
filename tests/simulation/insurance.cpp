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

InsuranceSimulation::InsuranceSimulation(SimulationSettings settings)
    : SimulatedBooks(std::move(settings), 0x1452'0A4C'0000'0000ULL) {}

void InsuranceSimulation::step() {
  pass_time();
  if (random_.chance(1)) cut_power();
  if (failure_) return;
  if (random_.chance(12))
    govern();
  else
    give(draw());
}

void InsuranceSimulation::end() {
  for (const auto& [number, claim] : engine_->state().claims.claims.rows())
    if (!claim.paid.is_zero()) ++statistics_.noted;
}

void InsuranceSimulation::before_command() {
  apart_.clear();
  for (const PoolId pool : {PoolId(1U), PoolId(2U)})
    apart_[pool] = set_apart(engine_->state(), pool);
}

void InsuranceSimulation::check(const engine::Command& command, const engine::Reply& reply) {
  if (!reply.ok()) return;
  check_one_pool(reply);
  check_gate(command);
  check_claims();
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
