// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/tariff_arithmetic.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::insurance {
namespace {

using default_management::integer;
using default_management::Integer;

const Integer kOne = integer(static_cast<u128>(base::kRateOne));

std::optional<Rate> to_rate(const Integer& numerator, const Integer& denominator) {
  const Integer quotient = numerator / denominator;
  const auto value = default_management::to_i128(quotient);
  return value ? std::optional(Rate(*value)) : std::nullopt;
}

// The volume that tiers count, weighted by their factors.
Integer weighted(const std::vector<TariffTier>& tiers, Amount volume) {
  Integer sum = 0;
  for (std::size_t i = 0; i < tiers.size(); ++i)
    sum += integer(volume_in(tiers, i, volume).units()) * tiers[i].factor_ppm;
  return sum;
}

std::optional<Amount> to_amount(const Integer& units) {
  const auto fits = default_management::to_i128(units);
  return fits ? std::optional(Amount(static_cast<u128>(*fits))) : std::nullopt;
}

}  // namespace

Amount volume_in(const std::vector<TariffTier>& tiers, std::size_t tier, Amount volume) {
  if (volume <= tiers[tier].from) return {};
  const Amount end = tier + 1 < tiers.size() ? std::min(volume, tiers[tier + 1].from) : volume;
  return end - tiers[tier].from;
}

std::optional<TariffRate> rate_of(const Tariff& tariff, OwnerId member,
                                  const Contributor& contributor, const ContributionRow& row,
                                  Amount minimum) {
  TariffRate rate{.pool = tariff.pool,
                  .asset = tariff.asset,
                  .period = tariff.period,
                  .version = tariff.version,
                  .member = member,
                  .expected_volume = contributor.volume,
                  .expected_collateral = contributor.collateral,
                  .expected_part = row.expected_part,
                  .capital_part = row.capital_part,
                  .credibility = row.credibility,
                  .relative_loss = row.relative_loss,
                  .raw_modifier = row.raw_modifier,
                  .modifier = row.modifier,
                  .contribution = row.contribution,
                  .reason = row.reason,
                  .minimum = minimum};
  const Integer base = weighted(tariff.tiers, contributor.volume);
  const bool has_volume = base != 0;
  const bool has_collateral = !contributor.collateral.is_zero();
  const auto share = base::try_mul_div<base::Rounding::down>(
      row.contribution, u128{tariff.volume_ppm}, u128{kPpmOne});
  if (!share) return std::nullopt;
  Amount on_volume = has_volume ? *share : Amount();
  Amount on_collateral = has_collateral ? row.contribution - on_volume : Amount();
  if (has_volume && !has_collateral) on_volume = row.contribution;
  if (!has_volume && !has_collateral) rate.fixed = row.contribution;
  for (const TariffTier& tier : tariff.tiers) {
    const auto per_unit = has_volume
                              ? to_rate(integer(on_volume.units()) * tier.factor_ppm * kOne, base)
                              : std::optional(Rate());
    if (!per_unit) return std::nullopt;
    rate.volume_rates.push_back(*per_unit);
  }
  if (has_collateral) {
    const auto per_unit =
        to_rate(integer(on_collateral.units()) * kOne, integer(contributor.collateral.units()));
    if (!per_unit) return std::nullopt;
    rate.collateral_rate = *per_unit;
  }
  return rate;
}

std::optional<Charge> charge_of(const Tariff& tariff, const TariffRate& rate, Amount volume,
                                Amount average_collateral) {
  Integer on_volume = 0;
  for (std::size_t i = 0; i < tariff.tiers.size(); ++i)
    on_volume += integer(volume_in(tariff.tiers, i, volume).units()) *
                 integer(rate.volume_rates[i].magnitude());
  const Integer on_collateral =
      integer(average_collateral.units()) * integer(rate.collateral_rate.magnitude());
  const Integer sum = on_volume + on_collateral;
  const auto volume_part = to_amount(on_volume / kOne);
  const auto collateral_part = to_amount(on_collateral / kOne);
  const auto amount = to_amount((sum + kOne - 1) / kOne + integer(rate.fixed.units()));
  if (!volume_part || !collateral_part || !amount) return std::nullopt;
  return Charge{.volume_part = *volume_part,
                .collateral_part = *collateral_part,
                .amount = std::max(*amount, rate.minimum)};
}

}  // namespace cofferdam::insurance
