// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/invariants.h"

#include "cofferdam/books/ledger/invariants.h"

#include <map>

namespace cofferdam::market {

namespace {

using ledger::Account;
using ledger::AccountClass;
using ledger::Total;

// Credits less debits modulo 2^128: sums of these are zero exactly when the books cancel.
[[nodiscard]] u128 net(const Account& account) {
  return account.credits_posted.units() - account.debits_posted.units();
}

[[nodiscard]] u128 net(const ledger::State& ledger, PoolId pool, AssetId asset, AccountClass c) {
  const Total* total = ledger.totals.find({pool, asset, c});
  return total == nullptr ? 0 : total->credits_posted.units() - total->debits_posted.units();
}

[[nodiscard]] std::string number(u128 value) {
  return base::to_text(value);
}

}  // namespace

std::optional<std::string> check_pool_cleared(const ledger::State& ledger) {
  std::optional<std::string> violation;
  ledger.totals.each_touched([&](const Total*, const Total* after) {
    if (after == nullptr || violation) return;
    if (after->account_class != AccountClass::position &&
        after->account_class != AccountClass::open_value &&
        after->account_class != AccountClass::clearing)
      return;
    const auto of = [&](AccountClass c) { return net(ledger, after->pool, after->asset, c); };
    if (of(AccountClass::position) + of(AccountClass::open_value) + of(AccountClass::clearing) != 0)
      violation = "pool " + number(after->pool.value()) + ": members and clearing of asset " +
                  number(after->asset.value()) + " do not sum to zero";
  });
  return violation;
}

std::optional<std::string> check_pools_cancel(const ledger::State& ledger) {
  if (!ledger::touched_class(ledger, AccountClass::clearing)) return std::nullopt;
  std::map<AssetId, u128> moved;
  ledger.accounts.each_touched([&](const Account* before, const Account* after) {
    const Account* either = after == nullptr ? before : after;
    if (either == nullptr || either->account_class != AccountClass::clearing) return;
    u128& sum = moved[either->asset];
    if (after != nullptr) sum += net(*after);
    if (before != nullptr) sum -= net(*before);
  });
  for (const auto& [asset, sum] : moved)
    if (sum != 0)
      return "the clearing accounts of all pools in asset " + number(asset.value()) +
             " do not sum to zero";
  return std::nullopt;
}

std::optional<std::string> check_collateral_covered(const ledger::State& ledger) {
  if (!ledger::touched_class(ledger, AccountClass::collateral)) return std::nullopt;
  std::optional<std::string> violation;
  ledger.accounts.each_touched([&](const Account*, const Account* after) {
    if (after == nullptr || violation || after->account_class != AccountClass::collateral) return;
    if (after->debits_posted > after->credits_posted)
      violation = "collateral account " + number(after->id.value()) + " is below zero";
  });
  return violation;
}

std::optional<std::string> check_settlement_empty(const ledger::State& ledger) {
  if (!ledger::touched_class(ledger, AccountClass::settlement)) return std::nullopt;
  std::optional<std::string> violation;
  ledger.accounts.each_touched([&](const Account*, const Account* after) {
    if (after == nullptr || violation || after->account_class != AccountClass::settlement) return;
    if (net(*after) != 0)
      violation = "settlement account " + number(after->id.value()) + " is not empty";
  });
  return violation;
}

std::optional<std::string> check_conduits_mirror(const State& state, const ledger::State& ledger) {
  std::optional<std::string> violation;
  state.conduits.each_touched([&](const ClearingConduit*, const ClearingConduit* after) {
    if (after == nullptr || violation) return;
    const u128 moved = after->moved.units();
    if (net(ledger.accounts.at(after->sent)) != moved ||
        net(ledger.accounts.at(after->received)) + moved != 0)
      violation = "the halves of the clearing conduit from pool " + number(after->from.value()) +
                  " to pool " + number(after->to.value()) + " do not mirror each other";
  });
  return violation;
}

std::optional<std::string> check_long_is_short(const State& state) {
  std::optional<std::string> violation;
  state.turnovers.each_touched([&](const Turnover*, const Turnover* after) {
    if (after == nullptr || violation) return;
    if (after->long_open != after->short_open || after->long_open.is_negative())
      violation = "contract " + number(after->contract.value()) + ": longs and shorts differ";
  });
  return violation;
}

std::optional<std::string> check_closed_is_flat(const State& state, const TermsState& terms) {
  std::optional<std::string> violation;
  const auto look_at = [&](ContractId contract) {
    const Turnover* turnover = state.turnovers.find(contract);
    const Contract* row = state.contracts.find(contract);
    if (!turnover->long_open.is_zero() || !turnover->short_open.is_zero() ||
        row->status != ContractStatus::closed)
      violation = "contract " + number(contract.value()) + " was closed and is open";
  };
  terms.closings.each_touched([&](const Closing* before, const Closing* after) {
    if (before != nullptr) violation = "the closing of a contract was changed";
    if (after != nullptr) look_at(after->contract);
  });
  terms.reversals.each_touched([&](const TradeReversal* before, const TradeReversal*) {
    if (before != nullptr) violation = "the reversal of a trade was changed";
  });
  if (terms.closings.size() == 0) return violation;
  state.turnovers.each_touched([&](const Turnover*, const Turnover* after) {
    if (after != nullptr && terms.closings.find(after->contract) != nullptr)
      look_at(after->contract);
  });
  return violation;
}

std::optional<std::string> check_promises_are_kept(const State& state, const TermsState& terms) {
  std::optional<std::string> violation;
  terms.terms.each_touched([&](const Terms* before, const Terms* after) {
    if (before == nullptr) return;
    if (after == nullptr ||
        (state.turnovers.find(before->contract)->trades > 0 && !same_promise(*before, *after)))
      violation = "contract " + number(before->contract.value()) + " changed what it promises";
  });
  return violation;
}

std::optional<std::string> check_open_interest_is_limited(const State& market,
                                                          const TermsState& terms,
                                                          const LimitState& limits) {
  std::optional<std::string> violation;
  if (limits.limits.size() == 0 || !terms.reversals.untouched()) return violation;
  market.turnovers.each_touched([&](const Turnover* before, const Turnover* after) {
    if (before == nullptr || after == nullptr || after->long_open <= before->long_open) return;
    const Limit* limit = limits.limits.find(after->contract);
    if (limit == nullptr) return;
    // A batch of trades is booked at one time, under the limits of that time.
    const auto most = limit->at(after->last_trade).most_open(after->last_trade);
    if (most && after->long_open > *most)
      violation = "the open interest of contract " + std::to_string(after->contract.value()) +
                  " must stay within its limit";
  });
  return violation;
}

}  // namespace cofferdam::market
