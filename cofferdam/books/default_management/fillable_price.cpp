// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fillable_price.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>
#include <optional>

namespace cofferdam::default_management {
namespace {

std::optional<base::Error> fault_of(const FillablePriceInput& input) {
  const auto fail = [](std::string field, std::string value, std::string rule) {
    return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
  };
  for (const auto& [name, scale] : {std::pair{"scale", input.scale},
                                    {"price_scale", input.price_scale},
                                    {"quantity_scale", input.quantity_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  if (input.position.is_zero()) return fail("position", "0", "must not be zero");
  if (input.position_net_notional.is_zero() ||
      input.position_net_notional.is_negative() != input.position.is_negative())
    return fail("position_net_notional", base::to_text(input.position_net_notional.units()),
                "must have the position's sign");
  if (input.total_maintenance_requirement.is_zero())
    return fail("total_maintenance_requirement", "0",
                "must be above zero: an account without one is not liquidated");
  if (input.position_maintenance_requirement > input.total_maintenance_requirement)
    return fail("position_maintenance_requirement",
                base::to_text(input.position_maintenance_requirement.units()),
                "must be at most the total's");
  if (input.bankruptcy_adjustment_ppm < kPpmOne)
    return fail("bankruptcy_adjustment_ppm", std::to_string(input.bankruptcy_adjustment_ppm),
                "must be at least 1000000");
  if (input.spread_to_maintenance_margin_ratio_ppm == 0)
    return fail("spread_to_maintenance_margin_ratio_ppm", "0", "must be above zero");
  if (input.tick_size <= Price())
    return fail("tick_size", base::to_text(input.tick_size.value()), "must be above zero");
  return std::nullopt;
}

}  // namespace

base::Result<FillablePriceOutput> fillable_price(const FillablePriceInput& input) {
  if (auto fault = fault_of(input)) return std::unexpected(*std::move(fault));
  const Ratio one{1, 1};
  const Ratio rating = (one - ratio(integer(input.total_net_collateral.units()),
                                    integer(input.total_maintenance_requirement.units()))) *
                       Ratio{input.bankruptcy_adjustment_ppm, kPpmOne};
  const Ratio bounded = sign_of(rating) < 0 ? Ratio{} : (compare(rating, one) > 0 ? one : rating);
  const Ratio spread = bounded * Ratio{integer(input.position_maintenance_requirement.units()) *
                                           input.spread_to_maintenance_margin_ratio_ppm,
                                       kPpmOne};
  const Ratio quote = Ratio{integer(input.position_net_notional.units()), 1} - spread;
  const Ratio price = quote * Ratio{power_of_ten(input.quantity_scale), power_of_ten(input.scale)} /
                      Ratio{integer(input.position.value()), 1};
  if (sign_of(price) < 0)
    return base::malformed("spread_to_maintenance_margin_ratio_ppm",
                           std::to_string(input.spread_to_maintenance_margin_ratio_ppm),
                           "the price must not be below zero");
  const Integer tick = integer(input.tick_size.value());
  const Ratio scaled = price * Ratio{power_of_ten(input.price_scale), 1};
  const Integer rounded =
      input.position.is_negative() ? floor_to(scaled, tick) : ceil_to(scaled, tick);
  const std::optional<i128> value = to_i128(std::max(rounded, tick));
  if (!value)
    return base::malformed("position_net_notional",
                           base::to_text(input.position_net_notional.units()),
                           "the price must fit 127 bits");
  return FillablePriceOutput{.fillable_price = Price(*value),
                             .exact = exact_text(price),
                             .adjusted_bankruptcy_rating = exact_text(bounded)};
}

}  // namespace cofferdam::default_management
