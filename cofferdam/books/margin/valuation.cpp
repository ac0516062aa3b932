// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/valuation.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/mark_standing.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using base::Rounding;

[[nodiscard]] std::optional<u128> product(u128 a, u128 b) {
  u128 result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// One unit of `asset` at a price of one whole in whole margin assets, price / 10^scale.
[[nodiscard]] bool set_price(Conversion& conversion, u128 price, unsigned price_scale,
                             unsigned asset_scale, unsigned margin_scale) {
  const unsigned below = price_scale + asset_scale;
  if (below > margin_scale) {
    if (below - margin_scale > base::kScaleMax) return false;
    conversion.numerator = price;
    conversion.denominator = base::power_of_ten(below - margin_scale);
    return true;
  }
  const auto numerator = product(price, base::power_of_ten(margin_scale - below));
  conversion.numerator = numerator.value_or(0);
  return numerator.has_value();
}

// What a price that is too old has lost: one growth for every hour that has begun since.
[[nodiscard]] std::uint32_t grown(const Collateral& row, Duration beyond) {
  const std::int64_t hours = beyond.value() / base::kHour.value() + 1;
  const std::int64_t most = kPpm - row.haircut_ppm;
  if (row.growth_ppm == 0) return row.haircut_ppm;
  const std::int64_t steps = std::min<std::int64_t>(hours, most / row.growth_ppm + 1);
  return static_cast<std::uint32_t>(row.haircut_ppm +
                                    std::min<std::int64_t>(most, steps * row.growth_ppm));
}

}  // namespace

std::optional<u128> Conversion::value_of_claim(u128 units) const {
  if (cap != 0) units = std::min(units, cap);
  const auto up = product(numerator, static_cast<u128>(kPpm - haircut_ppm));
  const auto down = product(denominator, static_cast<u128>(kPpm));
  if (!up || !down) return std::nullopt;
  return base::try_mul_div<Rounding::down>(units, *up, *down);
}

std::optional<u128> Conversion::value_of_debt(u128 units) const {
  return base::try_mul_div<Rounding::up>(units, numerator, denominator);
}

std::optional<i128> Conversion::value_of(i128 units) const {
  const auto value =
      units < 0 ? value_of_debt(base::magnitude(units)) : value_of_claim(static_cast<u128>(units));
  if (!value || *value > static_cast<u128>(base::kI128Max)) return std::nullopt;
  return units < 0 ? -static_cast<i128>(*value) : static_cast<i128>(*value);
}

Conversion conversion_of(const Books& books, const PoolMargin& setting, AssetId asset,
                         const Collateral* row) {
  Conversion result{.asset = asset};
  const unsigned asset_scale = books.ledger.assets.find(asset)->scale;
  const unsigned margin_scale = books.ledger.assets.find(setting.asset)->scale;
  if (row != nullptr) {
    result.haircut_ppm = row->retired ? kPpm : row->haircut_ppm;
    result.cap = row->cap.units();
  }
  if (row == nullptr || row->source.is_none()) {
    if (!set_price(result, 1, 0, asset_scale, margin_scale)) result.basis = Basis::out_of_range;
    return result;
  }
  const fact::Observation seen = read_fact(books.facts, row->source, row->fact_key, books.now);
  if (seen.fact == nullptr || seen.fact->value.value() <= 0) {
    result.basis = Basis::price_missing;
    return result;
  }
  const fact::Source& source = *books.facts.sources.find(row->source);
  if (seen.reading != fact::Reading::fresh) {
    result.basis = Basis::price_unusable;
    const auto age = base::try_sub(books.now, seen.fact->observed);
    if (!row->retired && age && *age > source.staleness)
      result.haircut_ppm = grown(*row, Duration(age->value() - source.staleness.value()));
  }
  if (!set_price(result, seen.fact->value.magnitude(), source.scale, asset_scale, margin_scale))
    result.basis = Basis::out_of_range;
  return result;
}

MarkReading read_mark(const Books& books, const market::Contract& contract, Pricing pricing) {
  const market::MarkStanding mark =
      market::mark_standing({books.market, books.terms, books.facts}, contract.id, books.now);
  const bool better = pricing == Pricing::better;
  MarkReading reading{.price = mark.price,
                      .unit_long = better ? mark.unit_value_high : mark.unit_value_low,
                      .unit_short = better ? mark.unit_value_low : mark.unit_value_high,
                      .may_raise = mark.may_raise_risk()};
  if (mark.standing == market::Standing::absent) {
    reading.basis = Basis::mark_missing;
  } else if (better ? !mark.may_liquidate() : !mark.may_raise_risk()) {
    reading.basis = Basis::mark_unusable;
  }
  return reading;
}

}  // namespace cofferdam::margin
