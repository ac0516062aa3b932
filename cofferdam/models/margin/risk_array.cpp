// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/risk_array.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/pricing/black.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

pricing::BlackInput black_input(const Contract& contract, const ShockedMarket& at) {
  return {.type = contract.kind == InstrumentKind::call ? pricing::OptionType::call
                                                        : pricing::OptionType::put,
          .forward = at.forward,
          .strike = to_number(contract.strike),
          .volatility = at.volatility,
          .years = at.years};
}

}  // namespace

// Divided in extended precision: one rounding to a double, not two.
double to_number(Decimal value) {
  return static_cast<double>(static_cast<long double>(value.units()) / 1e18L);
}

double to_number(base::Rate rate) {
  return to_number(from_rate(rate));
}

Result<ContractMarket> contract_market(const Book& book, const Contract& contract,
                                       Settlement settlement) {
  ContractMarket made{.contract = &contract, .settlement = settlement};
  if (contract.kind == InstrumentKind::spot)
    return not_margined(contract, "futures, perpetuals and options");
  const bool coin = settlement == Settlement::coin;
  if (!is_option(contract.kind) && coin != is_inverse(contract.kind))
    return malformed("portfolio.positions.instrument", contract.code,
                     coin ? "settles in the quote: this rulebook's accounts settle in coin"
                          : "settles in coin: this rulebook's accounts settle in the quote");
  if (!is_option(contract.kind)) {
    made.now.forward = to_number(*contract.mark);
    return made;
  }
  if (!contract.volatility)
    return malformed("market.instruments.volatility", "", "scenarios need an implied volatility",
                     "of " + contract.code);
  const Result<const ExpiryFacts*> facts = expiry_facts(book, contract);
  if (!facts) return std::unexpected(facts.error());
  made.now = {.forward = to_number((*facts)->forward),
              .volatility = to_number(*contract.volatility),
              .years = static_cast<double>(contract.seconds) / (365.0 * 86'400.0)};
  return made;
}

double value(const ContractMarket& market, const ShockedMarket& at) {
  const Contract& contract = *market.contract;
  const double size = to_number(contract.size);
  if (is_inverse(contract.kind)) return -size / at.forward;
  if (!is_option(contract.kind)) return size * at.forward;
  const double price = pricing::black_price(black_input(contract, at));
  return size * (market.settlement == Settlement::coin ? price / at.forward : price);
}

double delta(const ContractMarket& market, const ShockedMarket& at) {
  const Contract& contract = *market.contract;
  const double size = to_number(contract.size);
  if (is_inverse(contract.kind)) return size / at.forward;
  if (!is_option(contract.kind)) return size;
  return size * pricing::black(black_input(contract, at)).delta;
}

Result<Decimal> to_decimal(double value, unsigned scale, const std::string& what) {
  const Result<i128> units = base::quantize<Rounding::half_even>(value, scale, what);
  if (!units) return std::unexpected(units.error());
  return from_scaled(*units, scale);
}

Result<Decimal> change(const ContractMarket& market, const ShockedMarket& there, double weight,
                       unsigned scale) {
  const double moved = value(market, there) - value(market, market.now);
  return to_decimal(weight * moved, scale, "change of " + market.contract->code);
}

Result<Decimal> holding_value(const Book& book, const Holding& holding,
                              const ContractMarket& market, unsigned scale) {
  const Contract& contract = book.of(holding);
  if (is_option(contract.kind)) {
    // A mark is given in what settles: in coin where coin settles.
    if (contract.mark) return holding.quantity * contract.size * *contract.mark;
    const Result<Decimal> unit =
        to_decimal(value(market, market.now), scale, "value of " + contract.code);
    if (!unit) return unit;
    return holding.quantity * *unit;
  }
  if (!is_inverse(contract.kind)) return linear_pnl(book, holding);
  if (holding.pnl) return *holding.pnl;
  if (!holding.entry) return Decimal();
  const Decimal size = holding.quantity * contract.size;
  return size / *holding.entry - size / *contract.mark;
}

double volatility_multiple(double range, const VolatilityRange& rule, double days) {
  const double power = days <= 30.0 ? rule.short_term_power : rule.long_term_power;
  return std::max(0.0, 1.0 + range * std::pow(30.0 / std::max(days, rule.days_min), power));
}

}  // namespace cofferdam::rulebook
