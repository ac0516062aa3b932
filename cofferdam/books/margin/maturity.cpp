// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/maturity.h"

#include "cofferdam/base/decimal.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using S = SetMaturityStatus;

constexpr Duration kPeriodMax = base::kDay * 366;

// The end of the part in which it was settled, and a period.
[[nodiscard]] Time matures_at(Duration period, Time now) {
  const std::int64_t part = std::max<std::int64_t>(period.value() / kMaturityParts, 1);
  const std::int64_t since = now.value() % part;
  const std::int64_t left = since < 0 ? -since : part - since;
  const auto end = base::try_add(now, Duration(left));
  return end ? base::try_add(*end, period).value_or(Time::max()) : Time::max();
}

// Calls f(key, row) for the rows of an account, in the order of their time.
template <class F>
void each_row(const SafeguardState& state, const market::Participant::Key& account, F&& f) {
  const auto& rows = state.fresh.rows();
  for (auto at = rows.lower_bound({account.pool, account.owner, account.asset, Time()});
       at != rows.end() && at->first.pool == account.pool && at->first.owner == account.owner &&
       at->first.asset == account.asset;
       ++at)
    f(at->second);
}

[[nodiscard]] std::vector<FreshProfit> rows_of(const SafeguardState& state,
                                               const market::Participant::Key& account) {
  std::vector<FreshProfit> rows;
  each_row(state, account, [&](const FreshProfit& row) { rows.push_back(row); });
  return rows;
}

void forget_mature(SafeguardState& state, const market::Participant::Key& account,
                   ledger::Context& context) {
  for (const FreshProfit& row : rows_of(state, account))
    if (row.matures <= context.now) state.fresh.erase(context.changes, row.key());
}

void add_profit(SafeguardState& state, const market::Participant::Key& account, Amount amount,
                ledger::Context& context) {
  const Maturity* maturity = state.maturities.find(account.pool);
  if (maturity == nullptr || maturity->period == Duration()) return;
  const FreshProfit row{.pool = account.pool,
                        .owner = account.owner,
                        .asset = account.asset,
                        .matures = matures_at(maturity->period, context.now),
                        .amount = amount};
  if (state.fresh.find(row.key()) == nullptr)
    state.fresh.insert(context.changes, row);
  else
    state.fresh.edit(context.changes, row.key()).amount += amount;
}

void take_loss(SafeguardState& state, const market::Participant::Key& account, Amount amount,
               ledger::Context& context) {
  std::vector<FreshProfit> rows = rows_of(state, account);
  std::ranges::reverse(rows);
  for (const FreshProfit& row : rows) {
    if (amount.is_zero()) return;
    const Amount taken = std::min(amount, row.amount);
    amount -= taken;
    if (taken == row.amount)
      state.fresh.erase(context.changes, row.key());
    else
      state.fresh.edit(context.changes, row.key()).amount -= taken;
  }
}

// The participant whose collateral an account is; nothing where it is another account.
[[nodiscard]] std::optional<market::Participant::Key> whose(const ledger::Account& account,
                                                            const market::State& market,
                                                            const ledger::State& ledger) {
  if (account.account_class != ledger::AccountClass::collateral) return std::nullopt;
  const market::Participant::Key key{account.pool, account.owner, account.asset};
  const market::Participant* row = market.participants.find(key);
  if (row == nullptr || row->outside) return std::nullopt;
  return &ledger.accounts.at(row->collateral) == &account ? std::optional(key) : std::nullopt;
}

[[nodiscard]] i128 available(const ledger::Account& account) {
  return static_cast<i128>(account.credits_posted.units()) -
         static_cast<i128>(account.debits_posted.units()) -
         static_cast<i128>(account.debits_pending.units());
}

// What an account's collateral is short of for what is not mature, in words.
[[nodiscard]] std::optional<std::string> lack_of(const SafeguardState& state,
                                                 const market::State& market,
                                                 const ledger::State& ledger,
                                                 const ledger::Account& account, Time now) {
  const auto key = whose(account, market, ledger);
  if (!key) return std::nullopt;
  const Amount kept = immature(state, *key, now);
  if (available(account) >= static_cast<i128>(kept.units())) return std::nullopt;
  const ledger::Asset& asset = *ledger.assets.find(key->asset);
  return "profit maturity: " + base::format_decimal(kept, asset.scale) + " " + asset.code +
         " of the profit of owner " + base::to_text(key->owner.value()) +
         " may not leave its pool yet";
}

}  // namespace

S check_shape(const SetMaturity& command) {
  return command.period.is_negative() || command.period > kPeriodMax ? S::period_out_of_range
                                                                     : S::ok;
}

S check_state(const SetMaturity& command, const SafeguardState& /*state*/,
              const ledger::State& ledger) {
  return ledger.compartments.find(command.pool) == nullptr ? S::pool_not_found : S::ok;
}

S apply(const SetMaturity& command, SafeguardState& state, ledger::Context& context) {
  const Maturity row{.pool = command.pool, .period = command.period, .set = context.now};
  if (state.maturities.find(command.pool) == nullptr)
    state.maturities.insert(context.changes, row);
  else
    state.maturities.edit(context.changes, command.pool) = row;
  return S::ok;
}

void follow_settlements(SafeguardState& state, const market::State& market,
                        const ledger::State& ledger, std::span<const ledger::Transfer> postings,
                        ledger::Context& context) {
  if (state.maturities.size() == 0) return;
  for (const ledger::Transfer& leg : postings) {
    if (leg.code != market::kSettleCash || leg.amount.is_zero()) continue;
    if (const auto payer = whose(*ledger.accounts.find(leg.debit_account), market, ledger)) {
      forget_mature(state, *payer, context);
      take_loss(state, *payer, leg.amount, context);
    }
    if (const auto paid = whose(*ledger.accounts.find(leg.credit_account), market, ledger)) {
      forget_mature(state, *paid, context);
      add_profit(state, *paid, leg.amount, context);
    }
  }
}

Amount immature(const SafeguardState& state, const market::Participant::Key& account, Time now) {
  Amount sum;
  each_row(state, account, [&](const FreshProfit& row) {
    if (row.matures > now) sum += row.amount;
  });
  return sum;
}

std::optional<std::string> find_immature_withdrawal(const SafeguardState& state,
                                                    const market::State& market,
                                                    const ledger::State& ledger, Time now) {
  std::optional<std::string> found;
  if (state.fresh.size() == 0) return found;
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    if (found || before == nullptr || after == nullptr || available(*after) >= available(*before))
      return;
    found = lack_of(state, market, ledger, *after, now);
  });
  return found;
}

std::optional<std::string> find_immature_purchase(const SafeguardState& state,
                                                  const market::State& market,
                                                  const ledger::State& ledger,
                                                  std::span<const ledger::Transfer> purchases,
                                                  Time now) {
  if (state.fresh.size() == 0) return std::nullopt;
  for (const ledger::Transfer& leg : purchases) {
    const ledger::Account& payer = *ledger.accounts.find(leg.debit_account);
    if (auto lack = lack_of(state, market, ledger, payer, now)) return lack;
  }
  return std::nullopt;
}

bool MaturityGuard::may_have_paid(const ledger::Account& payer) {
  return state_.fresh.size() == 0 || !lack_of(state_, market_, ledger_, payer, now_);
}

}  // namespace cofferdam::margin
