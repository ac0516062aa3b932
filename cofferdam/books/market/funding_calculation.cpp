// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/funding_calculation.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <string>
#include <utility>

namespace cofferdam::market {

namespace {

using base::Rounding;
using base::SignedAmount;

constexpr i128 kSecondsOf8Hours = 28'800;
constexpr i128 kMillion = 1'000'000;
constexpr int kExponentMax = 40;
constexpr std::uint8_t kInputScaleMax = 18;
constexpr std::uint32_t kFundingsPerDayMax = 86'400;

[[nodiscard]] std::unexpected<base::Error> too_large(const std::string& field, std::string value) {
  return base::malformed(field, std::move(value), "values and payments stay below 2^120 units");
}

[[nodiscard]] std::string text_of(Rate rate) {
  return base::format_decimal_short(rate.value(), base::kRateScale);
}

[[nodiscard]] std::unexpected<base::Error> too_large_position(const FundingInput& input,
                                                              std::size_t i) {
  return too_large("positions[" + std::to_string(i) + "]",
                   base::format_decimal_short(input.positions[i].value(), input.quantity_scale));
}

[[nodiscard]] std::optional<i128> product(i128 a, i128 b) {
  i128 result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

[[nodiscard]] base::Result<Rate> premium_rate(const FundingInput& input) {
  if (input.fundings_per_day == 0 || input.fundings_per_day > kFundingsPerDayMax)
    return base::malformed("fundings_per_day", std::to_string(input.fundings_per_day),
                           "must be 1 to 86,400");
  if (input.interest_clamp.is_negative())
    return base::malformed("interest_clamp", text_of(input.interest_clamp), "must not be negative");
  const auto spread = base::try_sub(input.interest_quote, input.interest_base);
  if (!spread) return too_large("interest_quote", text_of(input.interest_quote));
  const Rate interest(
      base::div_round<Rounding::half_even>(spread->value(), i128{input.fundings_per_day}));
  const auto gap = base::try_sub(interest, input.premium);
  if (!gap) return too_large("premium", text_of(input.premium));
  const Rate pulled = std::clamp(*gap, -input.interest_clamp, input.interest_clamp);
  const auto rate = base::try_add(input.premium, pulled);
  if (!rate) return too_large("premium", text_of(input.premium));
  return *rate;
}

[[nodiscard]] base::Result<u128> unit_of(const FundingInput& input) {
  for (const auto& [name, scale] : {std::pair{"price_scale", input.price_scale},
                                    std::pair{"quantity_scale", input.quantity_scale},
                                    std::pair{"multiplier_scale", input.multiplier_scale}})
    if (scale > kInputScaleMax)
      return base::malformed(name, std::to_string(scale), "must be 0 to 18");
  if (input.multiplier == 0) return base::malformed("multiplier", "0", "must be at least 1");
  if (input.mark_price.value() <= 0)
    return base::malformed("mark_price",
                           base::format_decimal_short(input.mark_price.value(), input.price_scale),
                           "must be positive");
  const Scales scales{.price = input.price_scale,
                      .quantity = input.quantity_scale,
                      .multiplier = input.multiplier_scale,
                      .settlement = 0};
  Contract contract{.kind = input.kind};
  const auto factor = value_factor(input.kind, scales, input.scale, input.multiplier);
  if (!factor)
    return base::malformed("scale", std::to_string(input.scale),
                           "the value of one smallest quantity must fit it",
                           "a linear contract needs price_scale + quantity_scale + "
                           "multiplier_scale digits");
  contract.value_factor = *factor;
  const auto unit = unit_value(contract, input.mark_price);
  if (!unit)
    return too_large("mark_price",
                     base::format_decimal_short(input.mark_price.value(), input.price_scale));
  return *unit;
}

[[nodiscard]] std::optional<i128> dydx_index_delta(const FundingInput& input) {
  const auto timed = product(i128{input.seconds}, i128{input.funding_rate_ppm});
  if (!timed) return std::nullopt;
  const auto priced = product(*timed, i128{input.price});
  if (!priced) return std::nullopt;
  const int exponent = input.price_exponent + input.atomic_resolution - input.quote_resolution;
  if (exponent == 0 || *priced == 0) return *priced / kSecondsOf8Hours;
  const unsigned digits = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  if (digits > base::kScaleMax) {
    if (exponent < 0) return 0;
    return std::nullopt;
  }
  const i128 power = static_cast<i128>(base::power_of_ten(digits));
  const auto quote = exponent < 0 ? std::optional<i128>(*priced / power) : product(*priced, power);
  if (!quote) return std::nullopt;
  return *quote / kSecondsOf8Hours;
}

[[nodiscard]] bool add_payment(FundingOutput& output, i128 payment) {
  auto& side = payment < 0 ? output.paid : output.received;
  const auto sum = base::try_add(side, Amount(base::magnitude(payment)));
  if (!sum || sum->units() >= kValueMax) return false;
  side = *sum;
  output.payments.push_back(SignedAmount(payment));
  return true;
}

[[nodiscard]] base::Result<FundingOutput> dydx_funding(const FundingInput& input) {
  for (const auto& [name, exponent] : {std::pair{"price_exponent", input.price_exponent},
                                       std::pair{"atomic_resolution", input.atomic_resolution},
                                       std::pair{"quote_resolution", input.quote_resolution}})
    if (exponent < -kExponentMax || exponent > kExponentMax)
      return base::malformed(name, std::to_string(exponent), "must be -40 to 40");
  if (input.quantity_scale != 0)
    return base::malformed("quantity_scale", std::to_string(input.quantity_scale),
                           "positions are in whole base quantums: must be 0");
  FundingOutput output;
  const auto rate = product(i128{input.funding_rate_ppm}, base::kRateOne / kMillion);
  const auto delta = dydx_index_delta(input);
  if (!rate || !delta) return too_large("funding_rate_ppm", std::to_string(input.funding_rate_ppm));
  output.funding_rate = Rate(*rate);
  output.index_delta = *delta;
  for (std::size_t i = 0; i < input.positions.size(); ++i) {
    const auto ppm = product(*delta, input.positions[i].value());
    if (!ppm || *ppm == base::kI128Min ||
        !add_payment(output, base::div_round<Rounding::floor>(-*ppm, kMillion)))
      return too_large_position(input, i);
  }
  return output;
}

}  // namespace

Rate clamped(Rate rate, Rate most) {
  if (most.is_zero()) return rate;
  return std::clamp(rate, -most, most);
}

std::optional<i128> funding_per_unit(u128 unit_value, Rate rate) {
  if (unit_value >= kValueMax) return std::nullopt;
  return product(static_cast<i128>(unit_value), rate.value());
}

std::optional<i128> funding_of(i128 position, i128 per_unit) {
  if (position == 0 || per_unit == 0) return 0;
  const bool pays = (position > 0) == (per_unit > 0);
  const u128 size = base::magnitude(position);
  const u128 each = base::magnitude(per_unit);
  const u128 one = static_cast<u128>(base::kRateOne);
  const auto payment = pays ? base::try_mul_div<Rounding::up>(size, each, one)
                            : base::try_mul_div<Rounding::down>(size, each, one);
  if (!payment || *payment >= kValueMax) return std::nullopt;
  const i128 units = static_cast<i128>(*payment);
  return pays ? -units : units;
}

base::Result<FundingOutput> funding(const FundingInput& input) {
  if (input.positions.size() > kFundingPositionsMax)
    return base::malformed("positions", std::to_string(input.positions.size()),
                           "there are at most 100,000");
  if (input.scale > base::kScaleMax)
    return base::malformed("scale", std::to_string(input.scale), "must be 0 to 38");
  FundingOutput output;
  if (input.method == FundingMethod::dydx) {
    auto result = dydx_funding(input);
    if (!result) return result;
    output = *std::move(result);
  } else {
    if (input.funding_rate_max.is_negative())
      return base::malformed("funding_rate_max", text_of(input.funding_rate_max),
                             "must not be negative");
    const base::Result<Rate> rate =
        input.method == FundingMethod::premium ? premium_rate(input) : input.funding_rate;
    if (!rate) return std::unexpected(rate.error());
    output.funding_rate = clamped(*rate, input.funding_rate_max);
    const base::Result<u128> unit = unit_of(input);
    if (!unit) return std::unexpected(unit.error());
    const auto per_unit = funding_per_unit(*unit, output.funding_rate);
    if (!per_unit) return too_large("funding_rate", text_of(output.funding_rate));
    output.index_delta = *per_unit;
    for (std::size_t i = 0; i < input.positions.size(); ++i) {
      const auto payment = funding_of(input.positions[i].value(), *per_unit);
      if (!payment || !add_payment(output, *payment)) return too_large_position(input, i);
    }
  }
  output.dust = SignedAmount(static_cast<i128>(output.paid.units()) -
                             static_cast<i128>(output.received.units()));
  return output;
}

}  // namespace cofferdam::market
