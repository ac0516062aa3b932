// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/requirement.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using base::Rounding;

[[nodiscard]] u128 add_on(i128 position, std::int64_t per_long, std::int64_t per_short,
                          const AddOns& add_ons) {
  const u128 size = base::magnitude(position);
  const u128 free = add_ons.size_free.magnitude();
  const u128 unit = static_cast<u128>(position > 0 ? per_long : per_short);
  u128 sum = size * unit;
  if (size > free) sum += (size - free) * static_cast<u128>(add_ons.size_add);
  return sum;
}

}  // namespace

std::uint32_t scaled_initial_ppm(const TierTerms& terms, u128 open_interest) {
  const u128 lower = terms.open_lower.units();
  const u128 upper = terms.open_upper.units();
  if (upper == 0 || open_interest <= lower) return terms.initial_ppm;
  if (open_interest >= upper) return kPpm;
  const auto rise = base::try_mul_div<Rounding::down>(static_cast<u128>(kPpm - terms.initial_ppm),
                                                      open_interest - lower, upper - lower);
  COFFERDAM_CHECK(rise.has_value(), "a part of a part fits");
  return terms.initial_ppm + static_cast<std::uint32_t>(*rise);
}

std::optional<TierRequirement> tier_requirement(const TierTerms& terms, u128 notional,
                                                u128 open_interest) {
  const auto part = [](u128 of, std::uint32_t ppm) {
    return base::try_mul_div<Rounding::up>(of, static_cast<u128>(ppm), static_cast<u128>(kPpm));
  };
  const auto initial = part(notional, scaled_initial_ppm(terms, open_interest));
  const auto base_initial = part(notional, terms.initial_ppm);
  if (!initial || !base_initial) return std::nullopt;
  const auto maintenance = part(*base_initial, terms.maintenance_ppm);
  if (!maintenance) return std::nullopt;
  return TierRequirement{*initial, *maintenance};
}

void add_changes(std::span<const std::int64_t> entries, i128 position, std::span<i128> changes) {
  const auto quantity = static_cast<std::int64_t>(position);
  if (quantity == 0) return;
  for (std::size_t s = 0; s < changes.size(); ++s)
    changes[s] += static_cast<i128>(quantity) * entries[s];
}

void add_worst_changes(std::span<const std::int64_t> entries, const Range& range,
                       std::span<i128> changes) {
  const auto low = static_cast<std::int64_t>(range.low);
  const auto high = static_cast<std::int64_t>(range.high);
  for (std::size_t s = 0; s < changes.size(); ++s)
    changes[s] += static_cast<i128>(entries[s] < 0 ? high : low) * entries[s];
}

WorstCase worst_of(std::span<const i128> changes) {
  WorstCase worst;
  i128 least = 0;
  for (std::size_t s = 0; s < changes.size(); ++s) {
    if (changes[s] >= least) continue;
    least = changes[s];
    worst.scenario = static_cast<std::int32_t>(s);
  }
  worst.loss = base::magnitude(least);
  return worst;
}

u128 initial_add_on(const AddOns& add_ons, i128 position) {
  return add_on(position, add_ons.initial_long, add_ons.initial_short, add_ons);
}

u128 maintenance_add_on(const AddOns& add_ons, i128 position) {
  return add_on(position, add_ons.maintenance_long, add_ons.maintenance_short, add_ons);
}

u128 initial_add_on(const AddOns& add_ons, const Range& range) {
  return std::max(initial_add_on(add_ons, range.low), initial_add_on(add_ons, range.high));
}

std::optional<u128> grid_requirement(u128 loss, std::uint32_t ppm, u128 add_ons,
                                     u128 scale_factor) {
  u128 numerator = 0;
  u128 added = 0;
  u128 divisor = 0;
  if (__builtin_mul_overflow(loss, static_cast<u128>(ppm), &numerator) ||
      __builtin_mul_overflow(add_ons, static_cast<u128>(kPpm), &added) ||
      __builtin_add_overflow(numerator, added, &numerator) ||
      __builtin_mul_overflow(scale_factor, static_cast<u128>(kPpm), &divisor))
    return std::nullopt;
  return base::try_div_round<Rounding::up>(numerator, divisor);
}

}  // namespace cofferdam::margin
