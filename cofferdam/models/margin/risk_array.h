// SPDX-License-Identifier: Apache-2.0
//
// Risk arrays: what one contract, held long, changes by in each of a list of shocks. Prices come
// from Black's formula in doubles; a change is rounded once, to the nearest of its scale, and from
// there on everything is exact. So the requirement of a portfolio is a sum of whole numbers, the
// same here and in the books that are given the arrays as a grid.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <functional>
#include <string>
#include <vector>

namespace cofferdam::rulebook {

enum class Settlement : std::uint8_t { quote, coin };

// The double next to a decimal.
[[nodiscard]] double to_number(Decimal value);
[[nodiscard]] double to_number(base::Rate rate);

// The state of one contract's market in a shock.
struct ShockedMarket {
  double forward = 0;  // of the contract's own expiry; of a perpetual, its mark
  double volatility = 0;
  double years = 0;
};

struct ContractMarket {
  const Contract* contract = nullptr;
  Settlement settlement = Settlement::quote;
  ShockedMarket now;
};

// Forward, volatility and time as they are. Options need a volatility and a forward.
[[nodiscard]] Result<ContractMarket> contract_market(const Book& book, const Contract& contract,
                                                     Settlement settlement);

// Of one contract held long, in the settlement asset. Futures count from zero: only differences of
// theirs mean anything.
[[nodiscard]] double value(const ContractMarket& market, const ShockedMarket& at);

// Delta to the forward in units of the underlying, contract size included.
[[nodiscard]] double delta(const ContractMarket& market, const ShockedMarket& at);

// weight * (value there - value now), to the nearest of the scale; at most 18.
[[nodiscard]] Result<Decimal> change(const ContractMarket& market, const ShockedMarket& there,
                                     double weight, unsigned scale);

// What a holding adds to equity: an option its mark, in coin where coin settles; anything else its
// profit. Rounded to the nearest of the scale.
[[nodiscard]] Result<Decimal> holding_value(const Book& book, const Holding& holding,
                                            const ContractMarket& market, unsigned scale);

[[nodiscard]] Result<Decimal> to_decimal(double value, unsigned scale, const std::string& what);

// 1 +- range * (30 days / max(time, floor))^power, the short power up to 30 days.
struct VolatilityRange {
  double up = 0;
  double down = 0;
  double short_term_power = 0;
  double long_term_power = 0;
  double days_min = 0;
};

[[nodiscard]] double volatility_multiple(double range, const VolatilityRange& rule, double days);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::Settlement> {
  static constexpr std::array<std::string_view, 2> kNames{"quote", "coin"};
};
