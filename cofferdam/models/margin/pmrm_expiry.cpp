// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/pmrm_expiry.h"

#include "cofferdam/models/margin/fixed_black.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cofferdam::rulebook {
namespace {

constexpr std::int64_t kThirtyDays = 30 * base::kSecondsPerDay;

}  // namespace

PmrmExpiry::PmrmExpiry(const Book& book, const PmrmShocks& shocks, const ExpiryFacts& facts,
                       std::vector<std::size_t> options)
    : book_(&book), shocks_(&shocks), facts_(&facts), options_(std::move(options)) {
  const std::int64_t floor = shocks.time_floor.value() / base::kNanosecondsPerSecond;
  const std::int64_t seconds = std::max(facts.seconds, floor);
  const Decimal ratio = Decimal::of_units(static_cast<i128>(kThirtyDays) * kDecimalOne / seconds);
  const base::Rate exponent =
      facts.seconds <= kThirtyDays ? shocks.short_term_power : shocks.long_term_power;
  const Decimal multiple = power(ratio, from_rate(exponent));
  up_ = Decimal::one() + from_rate(shocks.vol_range_up) * multiple;
  down_ = larger(Decimal::one() - from_rate(shocks.vol_range_down) * multiple, Decimal());
}

void PmrmExpiry::discount_options(Decimal vol_up_min) {
  vol_up_min_ = vol_up_min;
  constexpr i128 kYear = 365 * base::kSecondsPerDay;
  // -rate * seconds / 365 days in units, cut toward zero.
  discount_ =
      exponential(scaled<base::Rounding::down>(-rate(), Decimal::of_units(facts_->seconds), kYear));
}

Decimal PmrmExpiry::price(const Contract& contract, Decimal volatility, Decimal forward) const {
  const OptionPrices prices = book_->memo->prices({.seconds = facts_->seconds,
                                                   .volatility = volatility,
                                                   .forward = forward,
                                                   .strike = contract.strike,
                                                   .discount = discount_});
  return contract.kind == InstrumentKind::call ? prices.call : prices.put;
}

void PmrmExpiry::add(Values& values, std::size_t index, Decimal volatility, Decimal forward) const {
  const Holding& holding = book_->holdings[index];
  values.of.push_back(price(book_->of(holding), volatility, forward) * holding.quantity);
  values.sum += values.of.back();
}

PmrmExpiry::Values PmrmExpiry::values(Decimal spot, VolatilityShock shock) const {
  Decimal multiple = Decimal::one();
  Decimal least;
  if (shock == VolatilityShock::up) {
    multiple = up_;
    least = vol_up_min_;
  }
  if (shock == VolatilityShock::down) multiple = down_;
  const Decimal variable = facts_->forward - facts_->forward_fixed;
  const Decimal forward = variable * spot + facts_->forward_fixed;
  Values values;
  for (const std::size_t index : options_) {
    const Decimal volatility = *book_->of(book_->holdings[index]).volatility;
    add(values, index, larger(least, volatility * multiple), forward);
  }
  return values;
}

PmrmExpiry::Values PmrmExpiry::skewed(const PmrmSkew& skew, VolatilityShock shock) const {
  const bool linear = shock == VolatilityShock::skew_linear;
  const Decimal root = square_root(years(facts_->seconds));
  const Decimal cap = linear ? from_rate(skew.linear_slope) * root + from_rate(skew.linear_cap)
                             : from_rate(skew.absolute_slope) * root + from_rate(skew.absolute_cap);
  const Decimal parameter =
      from_rate(skew.volatility_static) + root * from_rate(skew.volatility_slope);
  const Decimal k_star = larger(from_rate(skew.k_min), root * from_rate(skew.width) * parameter);
  Values values;
  for (const std::size_t index : options_) {
    const Contract& contract = book_->of(book_->holdings[index]);
    Decimal k = logarithm(contract.strike / facts_->forward);
    if (!linear) k = absolute(k);
    const Decimal tilt = scaled<base::Rounding::down>(k, cap, k_star.units());
    const Decimal bounded = k.is_negative() ? larger(-cap, tilt) : smaller(cap, tilt);
    const Decimal multiple = larger(Decimal::one() + bounded, Decimal());
    add(values, index, *contract.volatility * multiple, facts_->forward);
  }
  return values;
}

Decimal PmrmExpiry::basis_contingency(Decimal value) const {
  const Decimal up = values(from_rate(shocks_->basis_spot_up), VolatilityShock::none).sum;
  const Decimal down = values(from_rate(shocks_->basis_spot_down), VolatilityShock::none).sum;
  const Decimal worst = smaller(smaller(up - value, down - value), Decimal());
  const Decimal factor =
      from_rate(shocks_->basis_add) + from_rate(shocks_->basis_mult) * years(facts_->seconds);
  return worst * factor;
}

Decimal PmrmExpiry::naked_shorts() const {
  std::map<Decimal, std::pair<Decimal, Decimal>> by_strike;  // longs, shorts, both above zero
  for (const std::size_t index : options_) {
    const Holding& holding = book_->holdings[index];
    auto& [longs, shorts] = by_strike[book_->of(holding).strike];
    if (holding.quantity.is_negative()) shorts -= holding.quantity;
    if (holding.quantity.is_positive()) longs += holding.quantity;
  }
  Decimal naked;
  for (const auto& [strike, sides] : by_strike)
    naked += larger(sides.second - sides.first, Decimal());
  return naked;
}

Decimal PmrmExpiry::size() const {
  Decimal sum;
  for (const std::size_t index : options_) sum += absolute(book_->holdings[index].quantity);
  return sum;
}

Decimal PmrmExpiry::confidence() const {
  Decimal least = facts_->confidence;
  for (const std::size_t index : options_)
    least = smaller(least, book_->of(book_->holdings[index]).confidence);
  return least;
}

PmrmDiscounts discounts(const Pmrm& rules, const PmrmExpiry& expiry) {
  const Decimal rate = expiry.rate() * from_rate(rules.rate_mult) + from_rate(rules.rate_add);
  return {.positive = from_rate(rules.static_discount) *
                      exponential(-(years(expiry.facts().seconds) * rate)),
          .negative = Decimal::one()};
}

PmrmDiscounts discounts(const Pmrm2& rules, const PmrmExpiry& expiry) {
  const Decimal time = years(expiry.facts().seconds);
  const Decimal up =
      expiry.rate() * from_rate(rules.rate_mult_positive) + from_rate(rules.rate_add_positive);
  const Decimal down =
      expiry.rate() * from_rate(rules.rate_mult_negative) + from_rate(rules.rate_add_negative);
  const Decimal negative = from_rate(rules.discount_negative) / exponential(-(time * down));
  return {.positive = from_rate(rules.discount_positive) * exponential(-(time * up)),
          .negative = smaller(Decimal::one() / expiry.option_discount(), negative)};
}

}  // namespace cofferdam::rulebook
