// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/evaluate.h"

#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/market/accounts.h"

#include <algorithm>
#include <set>

namespace cofferdam::margin {

namespace {

using Accounts = std::vector<Account>;

constexpr std::size_t kAssessedTogether = 64;

// What a command has touched, as far as margin depends on it.
struct Touched {
  std::set<ContractId> contracts;  // with another mark, grid or tiers
  std::set<PoolId> pools;          // with another setting, schedule or collateral price
  Accounts accounts;
  bool counts_anew = false;  // what a pool counts has changed
};

[[nodiscard]] bool carries_margin(const ledger::Account& account) {
  return !account.owner.is_none() && (account.account_class == ledger::AccountClass::collateral ||
                                      account.account_class == ledger::AccountClass::position ||
                                      account.account_class == ledger::AccountClass::open_value);
}

void find_contracts(const State& state, const Books& books, Touched& touched) {
  const auto add = [&](const auto* /*before*/, const auto* after) {
    if (after != nullptr) touched.contracts.insert(after->contract);
  };
  books.market.marks.each_touched(add);
  state.grids.each_touched(add);
  state.tiers.each_touched(add);
}

[[nodiscard]] bool price_touched(const Collateral& row, const Books& books) {
  bool touched = false;
  if (row.source.is_none()) return touched;
  books.facts.facts.each_touched([&](const fact::Fact* /*before*/, const fact::Fact* after) {
    touched |= after != nullptr && after->source == row.source && after->fact_key == row.fact_key;
  });
  return touched;
}

void find_pools(const State& state, const Books& books, Touched& touched) {
  state.pools.each_touched([&](const PoolMargin* before, const PoolMargin* after) {
    if (after == nullptr || (before != nullptr && before->set == after->set)) return;
    touched.pools.insert(after->pool);
    touched.counts_anew = true;
  });
  state.collateral.each_touched([&](const Collateral* /*before*/, const Collateral* after) {
    if (after == nullptr) return;
    touched.pools.insert(after->pool);
    touched.counts_anew = true;
  });
  if (books.facts.facts.untouched()) return;
  for (const auto& [key, row] : state.collateral.rows())
    if (price_touched(row, books)) touched.pools.insert(key.pool);
}

// Calls f(row) for every account that this command has touched and that margin counts.
template <class F>
void each_account(const State& state, const Books& books, F&& f) {
  books.ledger.accounts.each_touched(
      [&](const ledger::Account* before, const ledger::Account* after) {
        const ledger::Account& row = after != nullptr ? *after : *before;
        if (carries_margin(row) && state.pools.find(row.pool) != nullptr) f(row);
      });
}

void find_accounts(const State& state, const Books& books, Touched& touched) {
  each_account(state, books, [&](const ledger::Account& row) {
    touched.accounts.push_back({row.pool, row.owner});
  });
  books.market.participants.each_touched(
      [&](const market::Participant* before, const market::Participant* after) {
        const market::Participant& row = after != nullptr ? *after : *before;
        if (state.pools.find(row.pool) != nullptr)
          touched.accounts.push_back({row.pool, row.owner});
      });
  std::ranges::sort(touched.accounts);
  touched.accounts.erase(std::ranges::unique(touched.accounts).begin(), touched.accounts.end());
}

// Holdings are numbered in their accounts' ids and never erased.
[[nodiscard]] Mirror::Note note_of(const ledger::Account& row, const market::State& market) {
  Mirror::Note note{.account = {row.pool, row.owner}};
  if (row.account_class == ledger::AccountClass::collateral) return note;
  const base::u128 id = row.id.value();
  const std::uint64_t slot = base::low64(id) - 1;
  const bool numbered =
      row.id == market::account_id(market::AccountKind::position, base::low64(id)) ||
      row.id == market::account_id(market::AccountKind::open_value, base::low64(id));
  if (!numbered || slot >= market.holdings.slot_end() ||
      !market.holdings.present(static_cast<Slot>(slot))) {
    note.everything = true;
    return note;
  }
  note.holding = static_cast<Slot>(slot);
  note.contract = market.holdings.at(note.holding).contract;
  return note;
}

void note_touched(const State& state, const Books& books, Mirror& mirror) {
  if (!mirror.is_made()) return;
  each_account(state, books,
               [&](const ledger::Account& row) { mirror.note(note_of(row, books.market)); });
  books.market.participants.each_touched(
      [&](const market::Participant* before, const market::Participant* after) {
        // One that was there has at most a new holding, whose accounts are new.
        if (before != nullptr && after != nullptr) return;
        const market::Participant& row = after != nullptr ? *after : *before;
        mirror.note({.account = {row.pool, row.owner}, .everything = true});
      });
  state.grids.each_touched([&](const Grid* before, const Grid* after) {
    const Grid& row = after != nullptr ? *after : *before;
    mirror.note_grid(row.rulebook, row.contract);
  });
  state.standings.each_touched([&](const Standing* before, const Standing* after) {
    mirror.note({.account = (after != nullptr ? *after : *before).account});
  });
}

[[nodiscard]] bool stands_for_outside(const Books& books, const PoolMargin& setting,
                                      const Account& account) {
  const market::Participant* row =
      books.market.participants.find({account.pool, account.owner, setting.asset});
  return row != nullptr && row->outside;
}

[[nodiscard]] Assessment look_at(const State& state, const Books& books, const Account& account) {
  const PoolMargin* setting = state.pools.find(account.pool);
  if (setting == nullptr || stands_for_outside(books, *setting, account))
    return {.basis = Basis::no_setting};
  return assess(books, account, {}, Pricing::better);
}

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
  return state.pools.find(command.pool) == nullptr ? EvaluatePoolStatus::margin_not_set
                                                   : EvaluatePoolStatus::ok;
}

void evaluate(State& state, const Books& books, ledger::Context& context, Scratch& scratch,
              Occasion occasion, PoolId whole) {
  if (state.pools.size() == 0) return;
  Touched touched;
  find_contracts(state, books, touched);
  find_pools(state, books, touched);
  if (occasion == Occasion::settling || state.standings.size() != 0)
    find_accounts(state, books, touched);
  if (!whole.is_none()) touched.pools.insert(whole);
  Mirror& mirror = scratch.mirror();
  if (touched.counts_anew) mirror.forget();
  Accounts accounts;
  if (!touched.contracts.empty() || !touched.pools.empty()) {
    note_touched(state, books, mirror);
    mirror.begin(books);
    mirror.add_holders(touched.contracts);
    for (const PoolId pool : touched.pools) mirror.add_pool(pool);
    accounts = mirror.suspects();
  }
  for (const Account& account : touched.accounts)
    if (occasion == Occasion::settling || state.standings.find(account) != nullptr)
      accounts.push_back(account);
  std::ranges::sort(accounts);
  accounts.erase(std::ranges::unique(accounts).begin(), accounts.end());
  // Many at once where prices have moved far; they are recorded in their order.
  std::vector<Assessment> found(accounts.size());
  mirror.in_ranges(accounts.size(), kAssessedTogether, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) found[i] = look_at(state, books, accounts[i]);
  });
  for (std::size_t i = 0; i < accounts.size(); ++i)
    if (found[i].basis == Basis::complete) record(state, context, accounts[i], found[i]);
  // The command may yet be taken back: whatever it touched is read again before it is next used.
  note_touched(state, books, mirror);
  if (touched.counts_anew) mirror.forget();
}

}  // namespace cofferdam::margin
