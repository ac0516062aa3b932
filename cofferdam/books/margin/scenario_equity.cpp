// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/scenario_equity.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/requirement.h"

#include <map>

namespace cofferdam::margin {

namespace {

void blame(ScenarioEquity& found, Basis basis, ContractId contract) {
  if (found.basis != Basis::complete) return;
  found.basis = basis;
  found.culprit = contract;
}

}  // namespace

ScenarioEquity scenario_equity(const Books& books, const PoolMargin& setting,
                               const Rulebook& rulebook, const Account& account) {
  COFFERDAM_CHECK(rulebook.asset == setting.asset, "a rulebook counts in the pool's asset");
  const Explanation explained = explain(books, account, setting.mode);
  ScenarioEquity found{.account = account, .equity = explained.total.equity};
  // What the pool's own rule lacks is no news where another rulebook has the grid.
  const Basis basis = explained.total.basis;
  if (basis != Basis::rule_missing && basis != Basis::grid_expired)
    blame(found, basis, explained.total.culprit);

  std::vector<i128> sums(rulebook.scenarios);
  u128 closing = 0;
  for (const Line& line : explained.lines) {
    const i128 position = line.position.value();
    if (position == 0) continue;
    found.held.push_back({line.contract, line.position});
    const Grid* grid = books.margin.grids.find({rulebook.id, line.contract});
    if (grid == nullptr || grid->entries.size() != sums.size()) {
      blame(found, Basis::rule_missing, line.contract);
      continue;
    }
    if (books.now >= grid->expires) blame(found, Basis::grid_expired, line.contract);
    add_changes(grid->entries, position, sums);
    closing += maintenance_add_on(grid->add_ons, position);
  }
  const unsigned digits =
      unsigned{rulebook.value_scale} - books.ledger.assets.find(setting.asset)->scale;
  const u128 factor = base::power_of_ten(digits);
  found.changes.reserve(sums.size());
  for (const i128 sum : sums)
    found.changes.emplace_back(
        base::div_round<base::Rounding::floor>(sum, static_cast<i128>(factor)));
  found.closing = Amount(base::div_round<base::Rounding::up>(closing, factor));
  return found;
}

std::vector<ScenarioEquity> scenario_equities(const Books& books, const PoolMargin& setting,
                                              const Rulebook& rulebook) {
  std::map<OwnerId, bool> owners;
  books.market.participants.each([&](const market::Participant& row) {
    if (row.pool == setting.pool) owners[row.owner] |= row.outside;
  });
  std::vector<ScenarioEquity> found;
  found.reserve(owners.size());
  for (const auto& [owner, outside] : owners) {
    found.push_back(scenario_equity(books, setting, rulebook, {setting.pool, owner}));
    found.back().outside = outside;
  }
  return found;
}

}  // namespace cofferdam::margin
