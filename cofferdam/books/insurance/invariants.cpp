// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/invariants.h"

#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/insurance/funds.h"
#include "cofferdam/books/insurance/tranche.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::insurance {
namespace {

using default_management::integer;
using default_management::Integer;

std::string of_pool(PoolId pool, const std::string& what) {
  return "insurance pool " + base::to_text(u128{pool.value()}) + ": " + what;
}

std::string of_cover(const Cover& cover, const char* what) {
  return "cover " + cover.code + ": " + what;
}

Integer units(Amount amount) {
  return integer(amount.units());
}

// Gains of rows by pool and fund.
using Gains = std::map<std::pair<PoolId, Fund>, Integer>;

template <class Table, class F>
void add_gains(const Table& table, Gains& gains, F&& money_of) {
  table.each_touched([&](const auto* before, const auto* after) {
    if (before != nullptr)
      for (const auto& [fund, amount] : money_of(*before))
        gains[{before->pool, fund}] -= units(amount);
    if (after != nullptr)
      for (const auto& [fund, amount] : money_of(*after))
        gains[{after->pool, fund}] += units(amount);
  });
}

using Money = std::array<std::pair<Fund, Amount>, 1>;

Money money_of(const PremiumLine& line) {
  return {{{Fund::unearned, line.unearned()}}};
}

Money money_of(const Reserve& reserve) {
  const Fund fund = reserve.kind == ReserveKind::incident ? Fund::case_reserve
                    : reserve.kind == ReserveKind::ibnr   ? Fund::ibnr_reserve
                                                          : Fund::layer;
  return {{{fund, reserve.held}}};
}

Money money_of(const Exit& exit) {
  return {{{exits_of(exit.tranche), exit.amount}}};
}

Integer owned(const InsurancePool& pool) {
  const Funds& funds = pool.funds;
  return units(pool.capital()) + units(funds.case_reserve) + units(funds.ibnr_reserve) +
         units(funds.layer) + units(pool.losses_paid) - units(pool.recovered);
}

}  // namespace

std::optional<std::string> check_funds_are_accounts(const State& state,
                                                    const ledger::State& ledger) {
  std::optional<std::string> violation;
  state.pools.each_touched([&](const InsurancePool* before, const InsurancePool* after) {
    if (after == nullptr) {
      violation = of_pool(before->pool, "an insurance pool stays on record");
      return;
    }
    for (std::size_t i = 0; i < kFunds; ++i) {
      const auto fund = static_cast<Fund>(i);
      // The row of the layer follows later what a waterfall took or gave back.
      if (fund == Fund::layer) continue;
      if (money_in(after->funds, fund) != balance_of(ledger, fund, after->pool))
        violation = of_pool(after->pool, "the fund " + std::string(base::name_of(fund)) +
                                             " is not what its account holds");
    }
  });
  return violation;
}

std::optional<std::string> check_rows_are_funds(const State& state) {
  Gains gains;
  const auto of_row = [](const auto& row) { return money_of(row); };
  add_gains(state.lines, gains, of_row);
  add_gains(state.reserves, gains, of_row);
  add_gains(state.exits, gains, of_row);
  state.pools.each_touched([&](const InsurancePool* before, const InsurancePool* after) {
    if (after == nullptr) return;
    for (const Fund fund : {Fund::unearned, Fund::case_reserve, Fund::ibnr_reserve, Fund::layer,
                            Fund::junior_exits, Fund::senior_exits}) {
      const Integer was = before == nullptr ? Integer(0) : units(money_in(before->funds, fund));
      gains[{after->pool, fund}] -= units(money_in(after->funds, fund)) - was;
    }
  });
  for (const auto& [where, gain] : gains)
    if (gain != 0)
      return of_pool(where.first, "the fund " + std::string(base::name_of(where.second)) +
                                      " is not the sum of its rows");
  return std::nullopt;
}

std::optional<std::string> check_premiums_go_forward(const State& state) {
  std::optional<std::string> violation;
  state.lines.each_touched([&](const PremiumLine* before, const PremiumLine* after) {
    if (after == nullptr) {
      violation = of_pool(before->pool, "a premium stays on record");
      return;
    }
    const Integer used = units(after->earned) + units(after->refunded);
    const bool goes_back =
        before != nullptr &&
        (after->amount != before->amount || after->earned < before->earned ||
         after->refunded < before->refunded || after->to_expenses < before->to_expenses);
    if (used > units(after->amount) || after->to_expenses > after->earned || goes_back)
      violation = of_pool(after->pool, "what was charged is earned, refunded or unearned");
    const bool is_open = state.open_lines.find(after->key()) != nullptr;
    if (is_open == (used == units(after->amount)))
      violation = of_pool(after->pool, "a line is open while something of it is unearned");
  });
  return violation;
}

std::optional<std::string> check_reserves_have_bearers(const State& state) {
  std::set<Reserve::Key> touched;
  state.reserves.each_touched([&](const Reserve* before, const Reserve* after) {
    touched.insert((after != nullptr ? *after : *before).key());
  });
  state.sources.each_touched([&](const ReserveSource* before, const ReserveSource* after) {
    const ReserveSource& source = after != nullptr ? *after : *before;
    touched.insert({source.pool, source.kind, source.number});
  });
  for (const Reserve::Key& key : touched) {
    const Reserve* reserve = state.reserves.find(key);
    if (reserve == nullptr) return of_pool(key.pool, "a reserve stays on record");
    if (reserve->recovered > reserve->paid)
      return of_pool(key.pool, "no more is recovered than was paid");
    Integer taken = 0;
    const auto& rows = state.sources.rows();
    for (auto at = rows.lower_bound({key.pool, key.kind, key.number, Fund::unearned, 0});
         at != rows.end() && at->second.pool == key.pool && at->second.kind == key.kind &&
         at->second.number == key.number;
         ++at)
      taken += units(at->second.taken);
    if (taken != units(reserve->held) + units(reserve->paid) - units(reserve->recovered))
      return of_pool(key.pool, "what was set aside came from those who bear it");
  }
  return std::nullopt;
}

std::optional<std::string> check_cover_within_gate(const State& state) {
  std::optional<std::string> violation;
  state.pools.each_touched([&](const InsurancePool* before, const InsurancePool* after) {
    if (after == nullptr) return;
    const Amount was = before == nullptr ? Amount() : before->active_cover;
    if (after->active_cover > was && !is_gate_open(*after))
      violation = of_pool(after->pool, "no cover is bound while capital is below what is required");
  });
  return violation;
}

std::optional<std::string> check_capital_stays(const State& state) {
  // What came from owners who left is theirs and not the pool's.
  std::map<PoolId, Integer> of_exits;
  state.sources.each_touched([&](const ReserveSource* before, const ReserveSource* after) {
    const ReserveSource& source = after != nullptr ? *after : *before;
    if (source.exit == 0) return;
    of_exits[source.pool] += units(after == nullptr ? Amount() : after->taken) -
                             units(before == nullptr ? Amount() : before->taken);
  });
  std::optional<std::string> violation;
  state.pools.each_touched([&](const InsurancePool* before, const InsurancePool* after) {
    if (before == nullptr || after == nullptr || is_gate_open(*after)) return;
    const auto exits = of_exits.find(after->pool);
    const Integer gone = exits == of_exits.end() ? Integer(0) : exits->second;
    // What left in a command that then met a loss was free before it.
    const Amount required = std::min(required_capital(*before), required_capital(*after));
    const Integer free =
        before->capital() > required ? units(before->capital() - required) : Integer(0);
    if (owned(*after) - gone + free < owned(*before))
      violation = of_pool(after->pool, "no capital leaves while it is below what is required");
    if (after->funds.layer > before->funds.layer)
      violation =
          of_pool(after->pool, "no layer is promised while capital is below what is required");
  });
  return violation;
}

std::optional<std::string> check_covers_stand(const State& state) {
  std::optional<std::string> violation;
  std::map<PoolId, Integer> gains;
  const auto active = [](const Cover& cover) {
    return cover.stage == CoverStage::bound ? units(cover.remaining()) : Integer(0);
  };
  state.covers.each_touched([&](const Cover* before, const Cover* after) {
    if (after == nullptr) {
      violation = of_cover(*before, "a cover stays on record");
      return;
    }
    if (after->paid > after->aggregate())
      violation = of_cover(*after, "it pays at most its aggregate limit");
    if (before != nullptr && (before->terms != after->terms || before->paid > after->paid ||
                              before->account != after->account))
      violation = of_cover(*after, "its terms never change");
    if (before != nullptr && before->stage != CoverStage::bound && after->stage != before->stage)
      violation = of_cover(*after, "what ended stays ended");
    gains[after->pool] += active(*after) - (before == nullptr ? Integer(0) : active(*before));
  });
  if (violation) return violation;
  state.pools.each_touched([&](const InsurancePool* before, const InsurancePool* after) {
    if (after == nullptr) return;
    const Amount was = before == nullptr ? Amount() : before->active_cover;
    gains[after->pool] -= units(after->active_cover) - units(was);
  });
  for (const auto& [pool, gain] : gains)
    if (gain != 0) return of_pool(pool, "active cover is what its covers may still pay");
  return std::nullopt;
}

std::optional<std::string> check_tariffs_stand(const State& state) {
  std::optional<std::string> violation;
  state.tariffs.each_touched([&](const Tariff* before, const Tariff* after) {
    if (before == nullptr && after->start <= after->published)
      violation = of_pool(after->pool, "a tariff is published before its period begins");
    if (before == nullptr) return;
    Tariff same = after == nullptr ? Tariff{} : *after;
    same.charged = before->charged;
    if (same.key() != before->key() || same.need != before->need || same.total != before->total ||
        same.tiers != before->tiers || same.start != before->start || same.end != before->end)
      violation = of_pool(before->pool, "a tariff never changes");
  });
  state.rates.each_touched([&](const TariffRate* before, const TariffRate*) {
    if (before != nullptr) violation = of_pool(before->pool, "a rate never changes");
  });
  state.contributions.each_touched([&](const Contribution* before, const Contribution*) {
    if (before != nullptr) violation = of_pool(before->pool, "a charge stays as it is");
  });
  return violation;
}

std::optional<std::string> check_no_own_cover(const State& state) {
  std::optional<std::string> violation;
  state.covers.each_touched([&](const Cover* before, const Cover* after) {
    if (before != nullptr || after == nullptr) return;
    const InsurancePool* pool = state.pools.find(after->pool);
    if (pool == nullptr || pool->manager.is_none()) return;
    if (after->terms.insured == pool->manager || after->terms.counterparty == pool->manager)
      violation = of_cover(*after, "a pool is not insured by itself");
  });
  return violation;
}

}  // namespace cofferdam::insurance
