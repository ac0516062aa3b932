// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/cover_price.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <optional>
#include <string>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::Rounding;
using base::u128;

constexpr u128 kBps = 10'000;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

struct NexusRates {
  u128 bump_bps = 0;
  u128 decay_bps_per_day = 0;
  bool surges = false;
};

NexusRates rates_of(CoverPriceRule rule) {
  switch (rule) {
    case CoverPriceRule::nexus_2_0:
      return {2'000, 50, true};
    case CoverPriceRule::nexus_2_4_2:
      return {2'000, 200, true};
    case CoverPriceRule::nexus_2_11:
    case CoverPriceRule::neptune_1:
      break;
  }
  return {500, 200, false};
}

std::unexpected<base::Error> too_large(std::string field) {
  return base::malformed(std::move(field), "", "a product is beyond 128 bits");
}

// The surge on the first `units` above its start, a year: twice the share of capacity, linearly.
std::optional<u128> surge_on(u128 units, u128 capacity, u128 one) {
  const auto doubled = base::try_mul_div<Rounding::down>(units, 2 * one, 1);
  if (!doubled) return std::nullopt;
  const auto area = base::try_mul_div<Rounding::down>(*doubled, units, capacity);
  if (!area) return std::nullopt;
  return *area / 2 / 100;
}

base::Result<CoverPriceOutput> by_nexus(const CoverPriceInput& in) {
  const u128 one = base::power_of_ten(in.scale);
  const u128 unit = one / 100;
  const std::array amounts{std::pair{"amount", in.amount}, std::pair{"capacity", in.capacity},
                           std::pair{"capacity_used", in.capacity_used}};
  for (const auto& [name, amount] : amounts)
    if (amount.units() % unit != 0)
      return base::malformed(name, base::format_decimal(amount.units(), in.scale),
                             "must be a multiple of 0.01");
  if (in.capacity.is_zero()) return base::malformed("capacity", "0", "must be above 0");
  if (in.since_bump.value() < 0) return base::malformed("since_bump", "", "must not be negative");
  CoverPriceOutput out;
  if (in.period_days < 28 || in.period_days > 365) {
    out.status = CoverPriceStatus::period_out_of_range;
    return out;
  }
  const u128 cover = in.amount.units() / unit;
  const u128 capacity = in.capacity.units() / unit;
  const u128 before = in.capacity_used.units() / unit;
  if (before > capacity || cover > capacity - before) {
    out.status = CoverPriceStatus::beyond_capacity;
    return out;
  }
  const NexusRates rates = rates_of(in.rule);
  const auto seconds = static_cast<u128>(in.since_bump.value() / kNanoseconds);
  const u128 drop = rates.decay_bps_per_day * seconds / 86'400;
  const u128 rate = in.bumped_price_bps < in.target_price_bps + drop ? in.target_price_bps
                                                                     : in.bumped_price_bps - drop;
  out.rate_bps = static_cast<std::uint32_t>(rate);
  // cover is at most capacity, so the bump is at most its ratio.
  out.bumped_price_bps = static_cast<std::uint32_t>(
      rate + base::mul_div<Rounding::down>(rates.bump_bps, cover, capacity));
  out.utilization_bps =
      static_cast<std::uint32_t>(base::mul_div<Rounding::down>(kBps, before + cover, capacity));
  const auto yearly = base::try_mul_div<Rounding::down>(in.amount, rate, kBps);
  if (!yearly) return too_large("amount");
  out.base_premium = *yearly;
  const auto start = base::try_mul_div<Rounding::down>(capacity, u128{9'000}, kBps);
  if (rates.surges && before + cover > *start) {
    const auto whole = surge_on(before + cover - *start, capacity, one);
    const auto skipped =
        before > *start ? surge_on(before - *start, capacity, one) : std::optional<u128>(0);
    if (!whole || !skipped) return too_large("capacity");
    out.surge_premium = Amount(*whole - *skipped);
  }
  const auto sum = base::try_add(out.base_premium, out.surge_premium);
  if (!sum) return too_large("amount");
  const auto market = base::try_mul_div<Rounding::down>(*sum, in.period_days, 365);
  if (!market) return too_large("amount");
  out.market_premium = *market;
  return out;
}

base::Result<CoverPriceOutput> by_neptune(const CoverPriceInput& in) {
  if (in.floor_bps == 0 || in.ceiling_bps <= in.floor_bps)
    return base::malformed("ceiling_bps", std::to_string(in.ceiling_bps),
                           "must be above the floor, and the floor above 0");
  if (in.reassurance_weight_bps > kBps)
    return base::malformed("reassurance_weight_bps", std::to_string(in.reassurance_weight_bps),
                           "at most 10,000: 100 %");
  CoverPriceOutput out;
  if (in.months < 1 || in.months > 3 || in.period_days > 100) {
    out.status = CoverPriceStatus::period_out_of_range;
    return out;
  }
  // The source asks for strictly more than the cover.
  if (in.vault <= in.commitment || in.vault.units() - in.commitment.units() <= in.amount.units()) {
    out.status = CoverPriceStatus::beyond_capacity;
    return out;
  }
  const auto helped =
      base::try_mul_div<Rounding::down>(in.reassurance, in.reassurance_weight_bps, kBps);
  const auto liquidity = helped ? base::try_add(in.vault, *helped) : std::nullopt;
  if (!liquidity) return too_large("reassurance");
  const u128 promised = in.commitment.units() + in.amount.units();  // below the vault
  const u128 used = base::mul_div<Rounding::down>(kBps, promised, liquidity->units());
  out.utilization_bps = static_cast<std::uint32_t>(used);
  const u128 rate = std::max<u128>(used, in.floor_bps) + u128{in.months} * 100;
  out.rate_bps = static_cast<std::uint32_t>(std::min<u128>(rate, in.ceiling_bps));
  const auto fee =
      base::try_mul_div<Rounding::down>(in.amount, u128{out.rate_bps} * in.period_days, 365 * kBps);
  if (!fee) return too_large("amount");
  out.base_premium = *fee;
  out.market_premium = *fee;
  return out;
}

}  // namespace

base::Result<CoverPriceOutput> cover_price(const CoverPriceInput& in) {
  if (in.scale < 2 || in.scale > 18)
    return base::malformed("scale", std::to_string(in.scale), "must lie from 2 to 18");
  if (in.amount.is_zero()) return base::malformed("amount", "0", "must be above 0");
  base::Result<CoverPriceOutput> out =
      in.rule == CoverPriceRule::neptune_1 ? by_neptune(in) : by_nexus(in);
  if (!out || out->status != CoverPriceStatus::priced) return out;
  out->bound =
      in.technical_premium > out->market_premium ? PriceBound::technical : PriceBound::market;
  out->premium = std::max(in.technical_premium, out->market_premium);
  return out;
}

}  // namespace cofferdam::insurance
