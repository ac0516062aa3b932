// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/cover_rules.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <set>

namespace cofferdam::insurance {

using S = CoverStatus;

namespace {

constexpr std::int64_t kPeriodMost = 366 * base::kDay.value();

S period_of(const PolicyTerms& terms) {
  const bool is_period = terms.start.value() >= 0 && terms.end > terms.start &&
                         (terms.end - terms.start).value() <= kPeriodMost;
  if (!is_period || terms.reporting.is_negative() || terms.waiting.is_negative())
    return S::period_malformed;
  return S::ok;
}

S sub_limits_of(const PolicyTerms& terms) {
  if ((terms.peril == Peril::asset) == terms.sub_limits.empty()) return S::sub_limits_malformed;
  std::set<StorageClass> seen;
  for (const StorageLimit& part : terms.sub_limits)
    if (part.limit.is_zero() || part.limit > terms.limit || !seen.insert(part.storage).second)
      return S::sub_limits_malformed;
  return S::ok;
}

S retroactive_of(const PolicyTerms& terms) {
  if (terms.retroactive > terms.start || terms.retroactive.value() < 0)
    return S::retroactive_malformed;
  const bool is_given = terms.retroactive != Time();
  return is_given && terms.basis == CoverBasis::losses_occurring ? S::retroactive_malformed
                                                                      : S::ok;
}

template <class T>
bool stands_once(const std::vector<T>& terms) {
  return std::set<T>(terms.begin(), terms.end()).size() == terms.size();
}

S parties_of(const PolicyTerms& terms) {
  if (terms.insured.is_none()) return S::insured_missing;
  const bool needs_counterparty =
      terms.peril == Peril::exchange_insolvency || terms.peril == Peril::exploit;
  if (needs_counterparty && terms.counterparty.is_none()) return S::counterparty_missing;
  return terms.counterparty == terms.insured ? S::insures_itself : S::ok;
}

// Price rules count in hundredths of the asset.
Amount hundredths(Amount amount, std::uint8_t scale, bool is_rounded_up) {
  const u128 unit = base::power_of_ten(scale) / 100;
  const u128 more = is_rounded_up && amount.units() % unit != 0 ? unit : 0;
  return Amount(amount.units() - amount.units() % unit + more);
}

std::uint32_t days_of(Time start, Time end) {
  const std::int64_t length = (end - start).value();
  const std::int64_t day = base::kDay.value();
  return static_cast<std::uint32_t>(length / day + (length % day != 0 ? 1 : 0));
}

}  // namespace

S shape_of(const PolicyTerms& terms) {
  if (const S s = period_of(terms); s != S::ok) return s;
  const bool is_aggregate = terms.aggregate_limit.is_zero() || terms.aggregate_limit >= terms.limit;
  if (terms.limit.is_zero() || !is_aggregate) return S::limit_malformed;
  if (const S s = sub_limits_of(terms); s != S::ok) return s;
  if (terms.retention_ppm >= kPpmOne || terms.deductible >= terms.limit)
    return S::retention_malformed;
  if (const S s = retroactive_of(terms); s != S::ok) return s;
  if (!stands_once(terms.exclusions) || !stands_once(terms.warranties)) return S::term_twice;
  return parties_of(terms);
}

const PriceSet* prices_of(const State& state, PoolId pool, Peril peril) {
  const auto& rows = state.prices.rows();
  auto after = rows.upper_bound({pool, peril, ~std::uint32_t{0}});
  if (after == rows.begin()) return nullptr;
  --after;
  const PriceSet& found = after->second;
  return found.pool == pool && found.peril == peril ? &found : nullptr;
}

Capacity capacity_of(const State& state, const ledger::State& ledger, const PriceSet& prices) {
  const InsurancePool& pool = *state.pools.find(prices.pool);
  const std::uint8_t scale = ledger.assets.find(pool.asset)->scale;
  const PerilUse* use = state.perils.find({prices.pool, prices.peril});
  const auto most = base::try_mul_div<base::Rounding::down>(
      pool.capital(), u128{prices.capacity_bps}, u128{kBpsOne});
  return {.most = hundredths(most.value_or(pool.capital()), scale, false),
          .used = use == nullptr ? Amount() : hundredths(use->active, scale, true)};
}

base::Result<CoverPriceOutput> price_now(const State& state, const ledger::State& ledger,
                                         const PriceSet& prices, Amount amount, Time start,
                                         Time end, Amount technical_premium, Time now) {
  const Capacity capacity = capacity_of(state, ledger, prices);
  const PerilUse* use = state.perils.find({prices.pool, prices.peril});
  const std::uint32_t days = days_of(start, end);
  CoverPriceInput in{
      .scale = ledger.assets.find(state.pools.find(prices.pool)->asset)->scale,
      .rule = prices.rule,
      .amount = amount,
      .period_days = days,
      .technical_premium = technical_premium,
      .capacity = capacity.most,
      .capacity_used = capacity.used,
      .target_price_bps = prices.target_price_bps,
      .vault = capacity.most,
      .commitment = capacity.used,
      .floor_bps = prices.floor_bps,
      .ceiling_bps = prices.ceiling_bps,
      .months = std::clamp<std::uint32_t>((days + 29) / 30, 1, 4),
  };
  if (use != nullptr && use->bumped != Time()) {
    in.bumped_price_bps = use->bumped_price_bps;
    in.since_bump = now - use->bumped;
  }
  return cover_price(in);
}

}  // namespace cofferdam::insurance
