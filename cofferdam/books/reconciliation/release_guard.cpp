// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/release_guard.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::reconciliation {

using S = SetGuardStatus;

namespace {

[[nodiscard]] bool is_outside(ledger::AccountClass account_class) {
  return account_class == ledger::AccountClass::custody ||
         account_class == ledger::AccountClass::external;
}

[[nodiscard]] Amount tolerance_of(const Guard& guard, AssetId asset) {
  for (const Tolerance& tolerance : guard.tolerances)
    if (tolerance.asset == asset) return tolerance.amount;
  return {};
}

[[nodiscard]] std::string subject_of(WalletId wallet, AccountId account,
                                     const custody::State& custody) {
  const custody::Wallet* row = custody.wallets.find(wallet);
  return row == nullptr ? "account " + base::to_text(account.value()) : "wallet " + row->code;
}

[[nodiscard]] std::string text_of(const Break& found, const GuardView& view) {
  std::string text = "break " + std::to_string(found.id.value()) + ": " +
                     std::string(base::name_of(found.kind)) + " at " +
                     subject_of(found.wallet, found.account, view.custody);
  if (found.kind == BreakKind::stale_statement) return text;
  const ledger::Asset* asset = view.ledger.assets.find(found.asset);
  if (asset == nullptr) return text;
  return text + ", " + base::format_decimal(found.amount, asset->scale) + " " + asset->code;
}

[[nodiscard]] bool is_old_enough(Time since, Duration age, Time now) {
  const auto reached = base::try_add(since, age);
  return reached && *reached <= now;
}

// What has left each pool in this command, so far as no statement had shown it before.
class Releases {
 public:
  explicit Releases(const GuardView& view) : view_(view) {
    see_intents();
    see_conduits();
    see_outside();
  }

  [[nodiscard]] const std::set<PoolId>& pools() const { return pools_; }

 private:
  void see_intents() {
    if (view_.custody.intents.untouched()) return;
    view_.custody.intents.each_touched(
        [&](const custody::Intent* before, const custody::Intent* after) {
          if (after == nullptr || !after->release || after->state != custody::IntentState::executed)
            return;
          if (before != nullptr && before->state == after->state) return;
          pools_.insert(view_.custody.vaults.find(after->vault)->pool);
        });
  }

  void see_conduits() {
    if (view_.pools.conduits.untouched()) return;
    view_.pools.conduits.each_touched([&](const pool::Conduit* before, const pool::Conduit* after) {
      if (before != nullptr && after != nullptr && after->transferred > before->transferred)
        pools_.insert(after->from);
    });
  }

  // Sums per pool and asset, so that what only changes its custodian is no release.
  void see_outside() {
    bool touched = false;
    view_.ledger.totals.each_touched([&](const ledger::Total*, const ledger::Total* after) {
      touched = touched || (after != nullptr && is_outside(after->account_class) &&
                            view_.state.guards.find(after->pool) != nullptr);
    });
    if (!touched) return;
    std::map<std::pair<PoolId, AssetId>, base::u128> sums;  // modulo 2^128: falls are negative
    view_.ledger.accounts.each_touched(
        [&](const ledger::Account* before, const ledger::Account* after) {
          if (after == nullptr || !is_outside(after->account_class) ||
              after->is(ledger::kLeavesByIntent) || view_.state.holdings.find(after->id) != nullptr)
            return;
          sums[{after->pool, after->asset}] += net(*after) - (before ? net(*before) : 0);
        });
    view_.state.bookings.each_touched([&](const Booking* before, const Booking* after) {
      if (before != nullptr || after == nullptr) return;
      const ledger::Account* account = view_.ledger.accounts.find(after->account);
      if (is_outside(account->account_class) && !account->is(ledger::kLeavesByIntent))
        sums[{account->pool, account->asset}] += static_cast<base::u128>(after->amount.units());
    });
    for (const auto& [where, sum] : sums)
      if (static_cast<base::i128>(sum) < 0) pools_.insert(where.first);
  }

  [[nodiscard]] static base::u128 net(const ledger::Account& account) {
    return account.debits_posted.units() - account.credits_posted.units();
  }

  const GuardView& view_;
  std::set<PoolId> pools_;
};

}  // namespace

S check_shape(const SetGuard& command) {
  const bool ascending = std::adjacent_find(command.tolerances.begin(), command.tolerances.end(),
                                            [](const auto& a, const auto& b) {
                                              return a.asset >= b.asset;
                                            }) == command.tolerances.end();
  const bool small = std::all_of(
      command.tolerances.begin(), command.tolerances.end(), [](const Tolerance& tolerance) {
        return tolerance.amount.units() <= static_cast<base::u128>(kUnitsMax);
      });
  if (command.tolerances.size() > kTolerancesMax || !ascending || !small)
    return S::tolerances_malformed;
  const bool negative = command.age.is_negative() || command.grace.is_negative() ||
                        command.statement_age_max.is_negative();
  return negative ? S::durations_malformed : S::ok;
}

S check_state(const SetGuard& command, const State& /*state*/, const pool::State& pools,
              const ledger::State& ledger) {
  if (pools.pools.find(command.pool) == nullptr) return S::pool_not_found;
  for (const Tolerance& tolerance : command.tolerances)
    if (ledger.assets.find(tolerance.asset) == nullptr) return S::asset_not_found;
  return S::ok;
}

S apply(const SetGuard& command, State& state, Context& context) {
  const Guard guard{.pool = command.pool,
                    .freezes = command.freezes,
                    .tolerances = command.tolerances,
                    .age = command.age,
                    .grace = command.grace,
                    .statement_age_max = command.statement_age_max,
                    .since = context.now};
  if (state.guards.find(command.pool) != nullptr)
    state.guards.edit(context.changes, command.pool) = guard;
  else
    state.guards.insert(context.changes, guard);
  return S::ok;
}

std::vector<Stale> stale_statements(const Guard& guard, const GuardView& view) {
  std::vector<Stale> stale;
  if (guard.statement_age_max == Duration()) return stale;
  const auto look = [&](AccountId account, AssetId asset, WalletId wallet, Time newest) {
    const auto due = base::try_add(newest, guard.statement_age_max);
    if (due && *due < view.now) stale.push_back({account, asset, wallet, *due});
  };
  // Before the first statement the time runs from the beginning, or from when it was asked for.
  view.custody.wallets.each([&](const custody::Wallet& wallet) {
    if (wallet.pool != guard.pool) return;
    for (const custody::WalletAsset& held : wallet.assets) {
      const Holding* holding = view.state.holdings.find(held.custody_account);
      const bool stated = holding != nullptr && !holding->last_statement.is_none();
      look(held.custody_account, held.asset, wallet.id,
           stated ? holding->as_of : std::max(wallet.created, guard.since));
    }
  });
  view.state.holdings.each([&](const Holding& holding) {
    if (holding.pool != guard.pool || !holding.wallet.is_none()) return;
    look(holding.account, holding.asset, WalletId(),
         holding.last_statement.is_none() ? std::max(holding.began, guard.since) : holding.as_of);
  });
  return stale;
}

std::optional<Freeze> freeze_of(PoolId pool, const GuardView& view) {
  const Guard* guard = view.state.guards.find(pool);
  if (guard == nullptr || !guard->freezes) return std::nullopt;
  std::map<AssetId, base::u128> sums;
  const auto& rows = view.state.open_breaks.rows();
  for (auto at = rows.lower_bound({pool, AccountId(), BreakId()});
       at != rows.end() && at->second.pool == pool; ++at) {
    const Break& found = *view.state.breaks.find(at->second.id);
    if (found.kind == BreakKind::stale_statement) return Freeze{found.id, text_of(found, view)};
    if (!is_old_enough(found.since, guard->age, view.now)) continue;
    base::u128& sum = sums[found.asset];
    sum += found.amount.magnitude().units();
    if (sum > tolerance_of(*guard, found.asset).units())
      return Freeze{found.id, text_of(found, view)};
  }
  const std::vector<Stale> stale = stale_statements(*guard, view);
  if (stale.empty()) return std::nullopt;
  return Freeze{BreakId(), "stale statement at " + subject_of(stale.front().wallet,
                                                              stale.front().account, view.custody)};
}

std::optional<std::string> find_frozen_release(const GuardView& view) {
  if (view.state.guards.size() == 0) return std::nullopt;
  const Releases releases(view);
  for (const PoolId pool : releases.pools())
    if (const auto freeze = freeze_of(pool, view))
      return "pool " + view.pools.pools.find(pool)->code + ", " + freeze->text;
  return std::nullopt;
}

void mark_stale_statements(const Books& books, const pool::State& pools) {
  const GuardView view{books.state, books.custody, pools, books.ledger, books.context.now};
  std::vector<Stale> unmarked;
  books.state.guards.each([&](const Guard& guard) {
    for (const Stale& stale : stale_statements(guard, view)) {
      const auto& rows = books.state.open_breaks.rows();
      bool marked = false;
      for (auto at = rows.lower_bound({guard.pool, stale.account, BreakId()});
           at != rows.end() && at->second.pool == guard.pool &&
           at->second.account == stale.account && !marked;
           ++at)
        marked = books.state.breaks.find(at->second.id)->kind == BreakKind::stale_statement;
      if (!marked && unmarked.size() < kStalePerTickMax) unmarked.push_back(stale);
    }
  });
  for (const Stale& stale : unmarked)
    open_break(books,
               {.account = stale.account, .kind = BreakKind::stale_statement, .since = stale.since},
               "the newest statement is older than the pool's policy allows");
}

}  // namespace cofferdam::reconciliation
