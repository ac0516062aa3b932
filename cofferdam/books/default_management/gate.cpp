// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/gate.h"

#include "cofferdam/base/decimal.h"

#include <map>
#include <set>

namespace cofferdam::default_management {
namespace {

bool is_outside(ledger::AccountClass account_class) {
  return account_class == ledger::AccountClass::custody ||
         account_class == ledger::AccountClass::external;
}

// Until when a loss keeps the gate of its pool closed.
Time closed_until(const Loss& loss, const ResolutionState& resolution) {
  if (!loss.outstanding().is_zero()) return Time::max();
  const LiquidationTerms* terms = resolution.terms.find({loss.pool, loss.asset});
  if (terms == nullptr) return loss.closed;
  return base::try_add(loss.closed, terms->gate_after).value_or(Time::max());
}

// Pools whose gate is closed: the record that closes the last loss opens it, or time does.
std::set<PoolId> closed_gates(const State& state, const ResolutionState& resolution, Time now) {
  std::set<PoolId> closed;
  for (const auto& [number, loss] : state.losses.rows())
    if (closed_until(loss, resolution) > now) closed.insert(loss.pool);
  return closed;
}

std::string text_of(const State& state, PoolId pool) {
  const Loss* open = open_loss(state, pool);
  if (open == nullptr) return "a loss was borne lately: nothing leaves its pool yet";
  return "loss " + std::to_string(open->number) +
         " is open: nothing leaves its pool until it is borne";
}

std::optional<std::string> over_conduits(const State& state, const std::set<PoolId>& closed,
                                         const pool::State& pools) {
  std::optional<std::string> found;
  pools.conduits.each_touched([&](const pool::Conduit* before, const pool::Conduit* after) {
    if (before == nullptr || after == nullptr || after->transferred <= before->transferred) return;
    if (closed.contains(after->from)) found = text_of(state, after->from);
  });
  return found;
}

// What a pool has outside falls by payments and not by moves between its custodians.
std::optional<std::string> to_the_outside(const State& state, const std::set<PoolId>& closed,
                                          const ledger::State& ledger) {
  std::map<std::pair<PoolId, AssetId>, u128> sums;  // modulo 2^128: falls are negative
  const auto net = [](const ledger::Account& account) {
    return account.debits_posted.units() - account.credits_posted.units();
  };
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    if (after == nullptr || !is_outside(after->account_class) || !closed.contains(after->pool))
      return;
    sums[{after->pool, after->asset}] += net(*after) - (before ? net(*before) : 0);
  });
  for (const auto& [where, sum] : sums)
    if (static_cast<i128>(sum) < 0) return text_of(state, where.first);
  return std::nullopt;
}

std::optional<std::string> out_of_funds(const State& state, const ledger::State& ledger) {
  std::set<AccountId> ruled;  // paid by shares or charged in this command
  state.funds.each_touched([&](const FundRow*, const FundRow* after) {
    if (after != nullptr) ruled.insert(after->account);
  });
  state.charges.each_touched([&](const Charge*, const Charge* after) {
    if (after != nullptr) ruled.insert(after->account);
  });
  for (const auto& [code, fund] : state.funds.rows()) {
    if (ruled.contains(fund.account)) continue;
    bool fell = false;
    ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
      if (before == nullptr || after == nullptr || after->id != fund.account) return;
      fell = after->debits_posted > before->debits_posted ||
             after->debits_pending > before->debits_pending;
    });
    if (fell) return "fund " + code + ": its money leaves by its shares or for a loss only";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_gated_movement(const State& state,
                                               const ResolutionState& resolution,
                                               const ledger::State& ledger,
                                               const pool::State& pools, Time now) {
  if (state.funds.size() != 0)
    if (auto taken = out_of_funds(state, ledger)) return taken;
  if (state.losses.size() == 0) return std::nullopt;
  const std::set<PoolId> closed = closed_gates(state, resolution, now);
  if (closed.empty()) return std::nullopt;
  if (auto found = over_conduits(state, closed, pools)) return found;
  return to_the_outside(state, closed, ledger);
}

std::optional<Time> gated_until(const State& state, const ResolutionState& resolution, PoolId pool,
                                Time now) {
  std::optional<Time> until;
  for (const auto& [number, loss] : state.losses.rows()) {
    const Time at = closed_until(loss, resolution);
    if (loss.pool == pool && at > now && (!until || at > *until)) until = at;
  }
  return until;
}

}  // namespace cofferdam::default_management
