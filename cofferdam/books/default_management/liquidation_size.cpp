// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/liquidation_size.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

constexpr i128 kMillionth = base::kRateOne / 1'000'000;
constexpr i128 kTenThousandth = base::kRateOne / 10'000;

using Fault = std::optional<base::Error>;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

Fault rate_fault(const char* name, Rate rate, i128 step, const char* rule) {
  if (rate.is_negative() || rate.value() % step != 0)
    return fail(name, base::format_decimal_short(rate.value(), base::kRateScale), rule);
  return std::nullopt;
}

Fault fault_of_drift(const LiquidationSizeInput& input) {
  const bool perp = input.rule == LiquidationSizeRule::drift_perp;
  if (input.scale != 6) return fail("scale", std::to_string(input.scale), "must be 6");
  if (input.price_scale != 6)
    return fail("price_scale", std::to_string(input.price_scale), "must be 6");
  if (perp && input.quantity_scale != 9)
    return fail("quantity_scale", std::to_string(input.quantity_scale), "must be 9");
  if (input.quantity_scale > 19)
    return fail("quantity_scale", std::to_string(input.quantity_scale), "must be at most 19");
  if (!perp && !input.position.is_negative())
    return fail("position", base::to_text(input.position.value()), "must be a liability: below 0");
  const char* millionths = "must be whole millionths, not below 0";
  const char* ten_thousandths = "must be whole ten-thousandths, not below 0";
  for (const auto& [name, rate] :
       {std::pair{"liquidator_fee_rate", input.liquidator_fee_rate},
        {"fund_fee_rate", input.fund_fee_rate},
        {"asset_liquidation_multiplier", input.asset_liquidation_multiplier},
        {"liability_liquidation_multiplier", input.liability_liquidation_multiplier}})
    if (Fault fault = rate_fault(name, rate, kMillionth, millionths)) return fault;
  for (const auto& [name, rate] :
       {std::pair{"maintenance_margin_rate", input.maintenance_margin_rate},
        {"asset_weight", input.asset_weight},
        {"liability_weight", input.liability_weight}})
    if (Fault fault = rate_fault(name, rate, kTenThousandth, ten_thousandths)) return fault;
  if (input.liability_liquidation_multiplier.is_zero())
    return fail("liability_liquidation_multiplier", "0", "must be above 0");
  return std::nullopt;
}

Fault fault_of(const LiquidationSizeInput& input) {
  for (const auto& [name, scale] : {std::pair{"scale", input.scale},
                                    {"price_scale", input.price_scale},
                                    {"quantity_scale", input.quantity_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  if (input.position.is_zero()) return fail("position", "0", "must not be zero");
  if (input.price <= Price())
    return fail("price", base::to_text(input.price.value()), "must be above zero");
  if (input.quote_price && *input.quote_price <= Price())
    return fail("quote_price", base::to_text(input.quote_price->value()), "must be above zero");
  if (input.lot_size <= Quantity())
    return fail("lot_size", base::to_text(input.lot_size.value()), "must be above zero");
  for (const auto& [name, rate] :
       {std::pair{"maintenance_margin_rate", input.maintenance_margin_rate},
        {"liquidator_fee_rate", input.liquidator_fee_rate},
        {"fund_fee_rate", input.fund_fee_rate},
        {"buffer_rate", input.buffer_rate}})
    if (Fault fault = rate_fault(name, rate, 1, "must not be below 0")) return fault;
  if (input.limits && input.limits->max_position_portion_ppm > kPpmOne)
    return fail("limits.max_position_portion_ppm",
                std::to_string(input.limits->max_position_portion_ppm), "must be at most 1000000");
  if (input.rule != LiquidationSizeRule::smallest) return fault_of_drift(input);
  return std::nullopt;
}

Ratio rate_of(Rate rate) {
  return {integer(rate.value()), integer(base::kRateOne)};
}

// Of a size, in units of the amount's scale.
Ratio notional_of(const LiquidationSizeInput& input, const Integer& size) {
  return {size * integer(input.price.value()) * power_of_ten(input.scale),
          power_of_ten(input.price_scale) * power_of_ten(input.quantity_scale)};
}

Ratio shortage_of(const LiquidationSizeInput& input) {
  if (input.margin_shortage) return {integer(input.margin_shortage->units()), 1};
  const Ratio target = Ratio{integer(input.maintenance_requirement.units()), 1} *
                       (Ratio{1, 1} + rate_of(input.buffer_rate));
  const Ratio missing = target - Ratio{integer(input.equity.units()), 1};
  return sign_of(missing) > 0 ? missing : Ratio{};
}

Integer in_millionths(Rate rate) {
  return integer(static_cast<i128>(rate.value() / kMillionth));
}

Integer in_ten_thousandths(Rate rate) {
  return integer(static_cast<i128>(rate.value() / kTenThousandth));
}

// What the rule asks for, and the fund's fee in it.
struct Asked {
  std::optional<Ratio> size;  // nullopt: no size restores health
  Rate fund_fee_rate;
};

Asked smallest(const LiquidationSizeInput& input, const Ratio& shortage) {
  const Ratio freed =
      rate_of(input.maintenance_margin_rate) * (Ratio{1, 1} + rate_of(input.buffer_rate));
  const Ratio net = freed - rate_of(input.liquidator_fee_rate) - rate_of(input.fund_fee_rate);
  if (sign_of(net) <= 0) return {std::nullopt, input.fund_fee_rate};
  return {shortage / (notional_of(input, 1) * net), input.fund_fee_rate};
}

Asked drift_perp(const LiquidationSizeInput& input, const Integer& shortage) {
  const Integer million = 1'000'000;
  const Integer margin_ratio = in_ten_thousandths(input.maintenance_margin_rate) * 100;
  const Integer liquidator_fee = in_millionths(input.liquidator_fee_rate);
  if (margin_ratio <= liquidator_fee) return {std::nullopt, Rate()};
  const Integer oracle = integer(input.price.value());
  const Integer quote = input.quote_price ? integer(input.quote_price->value()) : million;
  const Integer price = oracle * quote / million;
  if (price == 0) return {std::nullopt, Rate()};
  // min(max fee, 95 % of (ratio - liquidator's fee - shortage / notional)), floor 0.
  const Integer base_size = integer(input.position.magnitude());
  const Integer part = shortage * power_of_ten(9) / base_size * million / price;
  const Integer room = std::max(Integer(margin_ratio - liquidator_fee - part), Integer(0));
  const Integer implied = room * 19 / 20;
  const Integer fee = std::min(in_millionths(input.fund_fee_rate), implied);
  const Rate fee_rate(*to_i128(fee) * kMillionth);
  const Integer divisor =
      price * Integer(margin_ratio - liquidator_fee) / million - oracle * fee / million;
  if (divisor <= 0) return {std::nullopt, fee_rate};
  return {Ratio{Integer(shortage * power_of_ten(9) / divisor), 1}, fee_rate};
}

Asked drift_spot(const LiquidationSizeInput& input, const Integer& shortage) {
  const Integer million = 1'000'000;
  const Integer asset_weight = in_ten_thousandths(input.asset_weight);
  const Integer liability_weight = in_ten_thousandths(input.liability_weight);
  const Integer asset_multiplier = in_millionths(input.asset_liquidation_multiplier);
  const Integer liability_multiplier = in_millionths(input.liability_liquidation_multiplier);
  if (asset_weight >= liability_weight) return {std::nullopt, Rate()};
  const Integer price = integer(input.price.value());
  const Integer token_amount = integer(input.position.magnitude());
  // The fund's fee: what the weights leave after the shortage, as a part of the liability's weight.
  const Integer weight = liability_weight * 100;
  const Integer used = asset_weight * 100 * asset_multiplier / liability_multiplier;
  const Integer part =
      shortage * million * power_of_ten(input.quantity_scale) / token_amount / price;
  const Integer room =
      std::max(Integer(std::max(Integer(weight - used), Integer(0)) - part), Integer(0));
  const Integer fee =
      std::min(in_millionths(input.fund_fee_rate), Integer(room * million / weight));
  const Rate fee_rate(*to_i128(fee) * kMillionth);
  const unsigned decimals = input.quantity_scale;
  const Integer numerator_scale = decimals > 6 ? power_of_ten(decimals - 6) : Integer(1);
  const Integer denominator_scale = decimals > 6 ? Integer(1) : power_of_ten(6 - decimals);
  const Integer liability_component = liability_weight * 10;
  const Integer asset_component = asset_weight * 10 * asset_multiplier / liability_multiplier;
  if (asset_component >= liability_component) return {std::nullopt, fee_rate};
  const Integer divisor = price * Integer(liability_component - asset_component) -
                          price * fee / million * liability_weight * 10;
  if (divisor <= 0) return {std::nullopt, fee_rate};
  const Integer size =
      shortage * numerator_scale * million * 10'000 * 10 / divisor / denominator_scale;
  return {Ratio{std::max(size, Integer(1)), 1}, fee_rate};
}

// The most that the limits let through; nullopt: all of it.
std::optional<Integer> most_allowed(const LiquidationSizeInput& input) {
  if (!input.limits) return std::nullopt;
  const Integer position = integer(input.position.magnitude());
  const Integer lot = integer(input.lot_size.value());
  const Integer notional = floor_of(notional_of(input, position));
  Integer most = std::max(integer(input.limits->min_position_notional.units()),
                          Integer(notional * input.limits->max_position_portion_ppm / kPpmOne));
  if (input.limits->notional_left)
    most = std::min(most, integer(input.limits->notional_left->units()));
  if (notional <= most || position <= lot) return std::nullopt;
  const Integer size = floor_to(Ratio{most, 1} / notional_of(input, 1), lot);
  return std::clamp(size, std::min(lot, position), position);
}

base::Result<LiquidationSizeOutput> with_amounts(const LiquidationSizeInput& input,
                                                 LiquidationSizeOutput output) {
  const Integer size = integer(output.size.value());
  const Ratio notional = notional_of(input, size);
  const Integer fund_max = floor_of(notional * rate_of(output.fund_fee_rate));
  const Integer liquidator_max = floor_of(notional * rate_of(input.liquidator_fee_rate));
  const Integer has = std::max(integer(input.equity.units()), Integer(0));
  const Integer liquidator_fee = std::min(liquidator_max, has);
  const Integer fund_fee = std::min(fund_max, Integer(has - liquidator_fee));
  const Ratio requirement = Ratio{integer(input.maintenance_requirement.units()), 1} -
                            notional * rate_of(input.maintenance_margin_rate);
  const Ratio left = sign_of(requirement) > 0 ? requirement : Ratio{};
  const Integer equity = integer(input.equity.units()) - liquidator_fee - fund_fee;
  const Ratio target = left * (Ratio{1, 1} + rate_of(input.buffer_rate));
  const auto units = to_u128(floor_of(notional));
  const auto after = to_i128(equity);
  const auto required = to_u128(ceil_of(left));
  if (!units || !after || !required)
    return base::malformed("position", base::to_text(input.position.value()),
                           "amounts must fit 128 bits");
  output.notional = Amount(*units);
  output.liquidator_fee = Amount(*to_u128(liquidator_fee));
  output.fund_fee = Amount(*to_u128(fund_fee));
  output.equity_after = SignedAmount(*after);
  output.maintenance_requirement_after = Amount(*required);
  output.healthy = compare(Ratio{equity, 1}, target) >= 0;
  return output;
}

}  // namespace

base::Result<LiquidationSizeOutput> liquidation_size(const LiquidationSizeInput& input) {
  if (Fault fault = fault_of(input)) return std::unexpected(*std::move(fault));
  const Ratio shortage = shortage_of(input);
  const Integer shortage_units = ceil_of(shortage);
  const auto units = to_u128(shortage_units);
  if (!units)
    return base::malformed("maintenance_requirement", "the given values",
                           "the shortage must fit 128 bits");
  LiquidationSizeOutput output;
  output.margin_shortage = Amount(*units);
  output.fund_fee_rate = input.fund_fee_rate;
  if (shortage_units == 0) return with_amounts(input, output);
  Asked asked;
  switch (input.rule) {
    case LiquidationSizeRule::smallest:
      asked = smallest(input, shortage);
      break;
    case LiquidationSizeRule::drift_perp:
      asked = drift_perp(input, shortage_units);
      break;
    case LiquidationSizeRule::drift_spot:
      asked = drift_spot(input, shortage_units);
      break;
  }
  output.fund_fee_rate = asked.fund_fee_rate;
  const Integer position = integer(input.position.magnitude());
  Integer size = position;
  output.bound = SizeBound::position;
  if (asked.size) {
    output.exact_size = exact_text(*asked.size / Ratio{power_of_ten(input.quantity_scale), 1});
    const Integer wanted = ceil_to(*asked.size, integer(input.lot_size.value()));
    if (wanted < position) {
      size = wanted;
      output.bound = SizeBound::health;
    }
  }
  if (const auto most = most_allowed(input); most && *most < size) {
    size = *most;
    output.bound = SizeBound::limit;
  }
  output.size = Quantity(*to_i128(size));
  return with_amounts(input, output);
}

}  // namespace cofferdam::default_management
