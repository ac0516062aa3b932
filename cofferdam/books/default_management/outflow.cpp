// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/outflow.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/time.h"

#include <map>

namespace cofferdam::default_management {
namespace {

using Where = LiquidationTerms::Key;

bool is_outside(ledger::AccountClass account_class) {
  return account_class == ledger::AccountClass::custody ||
         account_class == ledger::AccountClass::external;
}

// What left, modulo 2^128: what came in is negative. Custody that follows a conduit has left with
// the transfer that it follows.
std::map<Where, u128> outflows(const ResolutionState& resolution, const ledger::State& ledger,
                               const pool::State& pools) {
  std::map<Where, u128> sums;
  const auto is_limited = [&](const Where& where) {
    const LiquidationTerms* terms = resolution.terms.find(where);
    return terms != nullptr && terms->outflow_max;
  };
  const auto net = [](const ledger::Account& account) {
    return account.debits_posted.units() - account.credits_posted.units();
  };
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    if (after == nullptr || !is_outside(after->account_class)) return;
    const Where where{after->pool, after->asset};
    if (is_limited(where)) sums[where] += (before ? net(*before) : 0) - net(*after);
  });
  pools.conduits.each_touched([&](const pool::Conduit* before, const pool::Conduit* after) {
    if (before == nullptr || after == nullptr) return;
    const u128 sent = (after->transferred - before->transferred).units();
    const u128 followed = (after->settled - before->settled).units();
    if (is_limited({after->from, after->asset}))
      sums[{after->from, after->asset}] += sent - followed;
    if (is_limited({after->to, after->asset})) sums[{after->to, after->asset}] += followed;
  });
  return sums;
}

}  // namespace

std::optional<std::string> limit_outflows(ResolutionState& resolution, const ledger::State& ledger,
                                          const pool::State& pools, Context& context) {
  if (resolution.terms.size() == 0) return std::nullopt;
  for (const auto& [where, sum] : outflows(resolution, ledger, pools)) {
    if (static_cast<i128>(sum) <= 0) continue;
    const LiquidationTerms& terms = *resolution.terms.find(where);
    const Outflow* row = resolution.outflows.find(where);
    const bool runs =
        row != nullptr && context.now.value() - row->begun.value() < terms.outflow_period.value();
    Outflow use =
        runs ? *row : Outflow{.pool = where.pool, .asset = where.asset, .begun = context.now};
    const Amount room = room_under(terms.outflow_max, use.left);
    if (Amount(sum) > room) {
      const auto scale = ledger.assets.find(where.asset)->scale;
      return "outflow limit: " + base::format_decimal(room.units(), scale) +
             " may still leave the pool in this period, which began at " +
             base::format_time(use.begun);
    }
    use.left += Amount(sum);
    if (row == nullptr)
      resolution.outflows.insert(context.changes, use);
    else
      resolution.outflows.edit(context.changes, where) = use;
  }
  return std::nullopt;
}

}  // namespace cofferdam::default_management
