// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/evaluate.h"

#include <algorithm>
#include <set>

namespace cofferdam::margin {

namespace {

using Accounts = std::vector<Account>;

class Affected {
 public:
  Affected(const State& state, const Surroundings& around) : state_(state), around_(around) {}

  // Everybody who holds a contract whose mark, grid or tiers have changed.
  void add_by_contract() {
    std::set<ContractId> contracts;
    around_.market.marks.each_touched(
        [&](const market::Mark* /*before*/, const market::Mark* after) {
          if (after != nullptr) contracts.insert(after->contract);
        });
    state_.grids.each_touched([&](const Grid* /*before*/, const Grid* after) {
      if (after != nullptr) contracts.insert(after->contract);
    });
    state_.tiers.each_touched([&](const Tiers* /*before*/, const Tiers* after) {
      if (after != nullptr) contracts.insert(after->contract);
    });
    for (const ContractId contract : contracts) add_holders(contract);
  }

  // Everybody in a pool whose setting, schedule or collateral prices have changed.
  void add_by_pool(PoolId whole) {
    std::set<PoolId> pools;
    if (!whole.is_none()) pools.insert(whole);
    state_.pools.each_touched([&](const PoolMargin* before, const PoolMargin* after) {
      if (after != nullptr && (before == nullptr || before->set != after->set))
        pools.insert(after->pool);
    });
    for (const auto& [key, row] : state_.collateral.rows())
      if (row.set == now_ || price_touched(row)) pools.insert(key.pool);
    if (pools.empty()) return;
    around_.market.participants.each([&](const market::Participant& participant) {
      if (pools.contains(participant.pool) && !participant.outside)
        add({participant.pool, participant.owner});
    });
  }

  void add_touched(bool all) {
    if (!all && state_.standings.size() == 0) return;
    around_.ledger.accounts.each_touched(
        [&](const ledger::Account* /*before*/, const ledger::Account* after) {
          if (after == nullptr || after->owner.is_none()) return;
          if (after->account_class != ledger::AccountClass::collateral &&
              after->account_class != ledger::AccountClass::position &&
              after->account_class != ledger::AccountClass::open_value)
            return;
          const Account account{after->pool, after->owner};
          if (all || state_.standings.find(account) != nullptr) add(account);
        });
  }

  void at(Time now) { now_ = now; }

  [[nodiscard]] Accounts take() {
    std::ranges::sort(accounts_);
    accounts_.erase(std::ranges::unique(accounts_).begin(), accounts_.end());
    return std::move(accounts_);
  }

 private:
  void add(const Account& account) {
    if (setting_of(state_, account.pool) != nullptr) accounts_.push_back(account);
  }

  void add_holders(ContractId contract) {
    const market::Turnover* turnover = around_.market.turnovers.find(contract);
    for (Slot slot = turnover->first_holding; slot != base::kNoSlot;) {
      const market::Holding& holding = around_.market.holdings.at(slot);
      slot = holding.next_of_contract;
      if (!around_.market.participants.at(holding.participant).outside)
        add({holding.pool, holding.owner});
    }
  }

  [[nodiscard]] bool price_touched(const Collateral& row) const {
    if (row.source.is_none() || around_.facts.facts.untouched()) return false;
    bool touched = false;
    around_.facts.facts.each_touched([&](const fact::Fact* /*before*/, const fact::Fact* after) {
      touched |= after != nullptr && after->source == row.source && after->fact_key == row.fact_key;
    });
    return touched;
  }

  const State& state_;
  const Surroundings& around_;
  Time now_;
  Accounts accounts_;
};

void record(State& state, ledger::Context& context, const Account& account,
            const Assessment& found) {
  const PoolMargin& setting = *state.pools.find(account.pool);
  const Health now = health_of_numbers(setting, found.equity, found.maintenance);
  const Health before = health_of(state, account);
  if (now == before) return;
  if (now == Health::healthy) {
    state.standings.erase(context.changes, account);
    return;
  }
  const Standing row{.account = account,
                     .health = now,
                     .since = context.now,
                     .sequence = context.sequence,
                     .asset = setting.asset,
                     .equity = found.equity,
                     .initial = found.initial,
                     .maintenance = found.maintenance};
  PoolMargin& counts = state.pools.edit(context.changes, account.pool);
  // An account that falls through both levels at once has come to both.
  if (before == Health::healthy) ++counts.calls;
  if (now == Health::liquidatable) ++counts.liquidatable;
  if (before == Health::healthy) {
    state.standings.insert(context.changes, row);
  } else {
    state.standings.edit(context.changes, account) = row;
  }
}

}  // namespace

EvaluatePoolStatus check_shape(const EvaluatePool& /*command*/) {
  return EvaluatePoolStatus::ok;
}

EvaluatePoolStatus check_state(const EvaluatePool& command, const State& state) {
  return setting_of(state, command.pool) == nullptr ? EvaluatePoolStatus::margin_not_set
                                                    : EvaluatePoolStatus::ok;
}

void evaluate(State& state, const Surroundings& around, ledger::Context& context, Occasion occasion,
              PoolId whole) {
  if (state.pools.size() == 0) return;
  Affected affected(state, around);
  affected.at(context.now);
  affected.add_by_contract();
  affected.add_by_pool(whole);
  affected.add_touched(occasion == Occasion::settling);
  const Books books{state, around.market, around.ledger, around.facts, context.now};
  for (const Account& account : affected.take()) {
    const Assessment found = assess(books, account);
    if (found.basis == Basis::complete) record(state, context, account, found);
  }
}

}  // namespace cofferdam::margin
