// SPDX-License-Identifier: Apache-2.0
//
// Bounds and arithmetic of the mirror's plain form. Where numbers fit 64 bits, a division costs a
// fraction of one of 128; the results are the same.
#pragma once

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/requirement.h"

#include <limits>

namespace cofferdam::margin {

// Numbers of the plain form: products of two stay in 127 bits with room for a thousand of them.
inline constexpr i128 kPlainMax = static_cast<i128>(1) << 58;
inline constexpr i128 kPlainSumMax = static_cast<i128>(1) << 118;

[[nodiscard]] constexpr bool is_plain(i128 value) {
  return -kPlainMax < value && value < kPlainMax;
}

[[nodiscard]] constexpr std::uint64_t size_of(std::int64_t quantity) {
  return static_cast<std::uint64_t>(quantity < 0 ? -quantity : quantity);
}

[[nodiscard]] constexpr u128 divided_up(u128 value, u128 by) {
  return (value + by - 1) / by;
}

[[nodiscard]] constexpr i128 divided_down(i128 value, i128 by) {
  const auto short_value = static_cast<std::int64_t>(value);
  const auto short_by = static_cast<std::int64_t>(by);
  if (short_value != value || short_by != by)
    return base::div_round<base::Rounding::floor>(value, by);
  const std::int64_t quotient = short_value / short_by;
  return quotient - (short_value % short_by < 0 ? 1 : 0);
}

// As grid_requirement().
[[nodiscard]] inline std::optional<u128> plain_requirement(std::uint64_t loss, std::uint32_t ppm,
                                                           std::uint64_t add_ons,
                                                           std::uint64_t scale_factor) {
  constexpr std::uint64_t kShort = std::numeric_limits<std::uint64_t>::max();
  const u128 numerator = static_cast<u128>(loss) * ppm + static_cast<u128>(add_ons) * kPpm;
  const u128 divisor = static_cast<u128>(scale_factor) * kPpm;
  if (numerator + divisor > kShort) return grid_requirement(loss, ppm, add_ons, scale_factor);
  return (static_cast<std::uint64_t>(numerator) + static_cast<std::uint64_t>(divisor) - 1) /
         static_cast<std::uint64_t>(divisor);
}

// As health_of_numbers().
[[nodiscard]] inline Health plain_health(const PoolMargin& setting, i128 equity, u128 maintenance) {
  constexpr u128 kShort = u128{1} << 31;
  if (maintenance >= kShort * kPpm || setting.call_buffer_ppm > kPpm)
    return health_of_numbers(setting, SignedAmount(equity), Amount(maintenance));
  const auto least = static_cast<std::int64_t>(maintenance);
  if (equity < least) return Health::liquidatable;
  // Whole millions by themselves, so that the product fits 64 bits.
  const std::int64_t millions = least / kPpm;
  const std::int64_t buffer = millions * setting.call_buffer_ppm +
                              (least % kPpm * setting.call_buffer_ppm + kPpm - 1) / kPpm;
  return equity - least < buffer ? Health::margin_call : Health::healthy;
}

}  // namespace cofferdam::margin
