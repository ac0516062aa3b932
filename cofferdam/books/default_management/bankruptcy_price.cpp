// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/bankruptcy_price.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

std::optional<base::Error> fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

std::optional<base::Error> fault_of_isolated(const BankruptcyPriceInput& input) {
  for (const auto& [name, scale] : {std::pair{"scale", input.scale},
                                    {"price_scale", input.price_scale},
                                    {"quantity_scale", input.quantity_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  if (input.position.is_zero()) return fail("position", "0", "must not be zero");
  if (input.entry_price <= Price())
    return fail("entry_price", base::to_text(input.entry_price.value()), "must be above zero");
  if (input.multiplier == 0) return fail("multiplier", "0", "must be above zero");
  if (input.tick_size <= Price())
    return fail("tick_size", base::to_text(input.tick_size.value()), "must be above zero");
  if (input.maintenance_margin_rate.is_negative() ||
      input.maintenance_margin_rate >= Rate(base::kRateOne))
    return fail("maintenance_margin_rate", base::to_text(input.maintenance_margin_rate.value()),
                "must be at least 0 and below 1");
  return std::nullopt;
}

std::optional<base::Error> fault_of_quote(const BankruptcyPriceInput& input) {
  if (input.scale > base::kScaleMax)
    return fail("scale", std::to_string(input.scale), "must be at most 38");
  if (input.total_maintenance_requirement.is_zero())
    return fail("total_maintenance_requirement", "0",
                "must be above zero: an account without one is not liquidated");
  if (input.delta_maintenance_requirement > SignedAmount())
    return fail("delta_maintenance_requirement",
                base::to_text(input.delta_maintenance_requirement.units()),
                "must not be above zero: a close does not raise the requirement");
  if (input.delta_net_notional.is_zero())
    return fail("delta_net_notional", "0", "must not be zero: nothing is closed");
  if (input.max_liquidation_fee_ppm > kPpmOne)
    return fail("max_liquidation_fee_ppm", std::to_string(input.max_liquidation_fee_ppm),
                "must be at most 1000000");
  return std::nullopt;
}

// The price of an isolated position at which its equity is `share` of its notional; nullopt when no
// price above zero does it. In price units, not rounded.
//   linear   s|q|(P - E) + C = share |q| P        inverse   s|N|(1/E - 1/P) + C = share |N| / P
std::optional<Ratio> price_of_equity(const BankruptcyPriceInput& input, const Ratio& share) {
  const Integer side = input.position.is_negative() ? -1 : 1;
  const Ratio entry{integer(input.entry_price.value()), power_of_ten(input.price_scale)};
  const Ratio size{integer(input.position.magnitude()) * integer(u128{input.multiplier}),
                   power_of_ten(input.quantity_scale)};
  const Ratio margin{integer(input.collateral.units()), power_of_ten(input.scale)};
  const Ratio one_sided{side * share.denominator, share.denominator};
  const Ratio scale{power_of_ten(input.price_scale), 1};
  if (input.form == BankruptcyForm::linear) {
    const Ratio owed = entry * size * Ratio{side, 1} - margin;
    const Ratio slope = (one_sided - share) * size;
    const Ratio price = owed / slope;
    if (sign_of(price) <= 0) return std::nullopt;
    return price * scale;
  }
  const Ratio coin = margin + Ratio{side, 1} * size / entry;
  const Ratio slope = (one_sided + share) * size;
  if (sign_of(coin) == 0) return std::nullopt;
  const Ratio price = slope / coin;
  if (sign_of(price) <= 0) return std::nullopt;
  return price * scale;
}

std::optional<Price> to_tick(const Ratio& price, const BankruptcyPriceInput& input) {
  const Integer tick = integer(input.tick_size.value());
  const Integer rounded =
      input.position.is_negative() ? floor_to(price, tick) : ceil_to(price, tick);
  const std::optional<i128> value = to_i128(rounded);
  if (!value) return std::nullopt;
  return Price(*value);
}

base::Result<BankruptcyPriceOutput> isolated(const BankruptcyPriceInput& input) {
  BankruptcyPriceOutput output;
  if (const auto price = price_of_equity(input, Ratio{0, 1})) {
    output.bankruptcy_price = to_tick(*price, input);
    if (!output.bankruptcy_price)
      return base::malformed("entry_price", base::to_text(input.entry_price.value()),
                             "the bankruptcy price must fit 127 bits");
    const Ratio in_units = *price / Ratio{power_of_ten(input.price_scale), 1};
    output.exact = exact_text(in_units);
    const Ratio size{integer(input.position.value()) * integer(u128{input.multiplier}),
                     power_of_ten(input.quantity_scale)};
    const Ratio value = input.form == BankruptcyForm::linear
                            ? size * in_units
                            : Ratio{Integer(-size.numerator), size.denominator} / in_units;
    const auto units = to_i128(ceil_of(value * Ratio{power_of_ten(input.scale), 1}));
    if (units) output.bankruptcy_quote = SignedAmount(*units);
  }
  if (input.maintenance_margin_rate.is_zero()) return output;
  const Ratio share{integer(input.maintenance_margin_rate.value()), integer(base::kRateOne)};
  if (const auto price = price_of_equity(input, share)) {
    output.liquidation_price = to_tick(*price, input);
    output.liquidation_exact = exact_text(*price / Ratio{power_of_ten(input.price_scale), 1});
  }
  return output;
}

base::Result<BankruptcyPriceOutput> in_quote(const BankruptcyPriceInput& input) {
  const auto too_large = [] {
    return base::malformed("total_net_collateral", "the given values",
                           "the result must fit 127 bits");
  };
  const Ratio cushion =
      ratio(integer(input.total_net_collateral.units()) *
                integer(base::magnitude(input.delta_maintenance_requirement.units())),
            integer(input.total_maintenance_requirement.units()));
  const auto quote =
      to_i128(Integer(-integer(input.delta_net_notional.units()) - floor_of(cushion)));
  if (!quote) return too_large();
  BankruptcyPriceOutput output;
  output.bankruptcy_quote = SignedAmount(*quote);
  const Ratio notional{Integer(-integer(input.delta_net_notional.units())), 1};
  output.exact = exact_text((notional - cushion) / Ratio{power_of_ten(input.scale), 1});
  if (!input.fill_quote) return output;
  output.insurance_fund_delta =
      insurance_fund_delta(*input.fill_quote, SignedAmount(*quote), input.max_liquidation_fee_ppm);
  if (!output.insurance_fund_delta) return too_large();
  const SignedAmount delta = *output.insurance_fund_delta;
  output.liquidation_fee = delta.is_negative() ? Amount() : delta.magnitude();
  output.fund_pays = delta.is_negative() ? delta.magnitude() : Amount();
  if (input.fund_balance) output.fund_suffices = *output.fund_pays <= *input.fund_balance;
  return output;
}

}  // namespace

std::optional<SignedAmount> insurance_fund_delta(SignedAmount fill_quote,
                                                 SignedAmount bankruptcy_quote,
                                                 std::uint32_t max_fee_ppm) {
  const Integer delta = integer(fill_quote.units()) - integer(bankruptcy_quote.units());
  Integer result = delta;
  if (delta > 0) {
    const Integer fee = integer(base::magnitude(fill_quote.units())) * max_fee_ppm / kPpmOne;
    result = std::min(fee, delta);
  }
  const std::optional<i128> units = to_i128(result);
  if (!units) return std::nullopt;
  return SignedAmount(*units);
}

base::Result<BankruptcyPriceOutput> bankruptcy_price(const BankruptcyPriceInput& input) {
  if (input.form == BankruptcyForm::quote) {
    if (auto fault = fault_of_quote(input)) return std::unexpected(*std::move(fault));
    return in_quote(input);
  }
  if (auto fault = fault_of_isolated(input)) return std::unexpected(*std::move(fault));
  return isolated(input);
}

}  // namespace cofferdam::default_management
