// SPDX-License-Identifier: Apache-2.0
//
// What a margined position costs, as one sum: fees, spread, impact, funding, borrowing, expected
// liquidation and the return that the margin forgoes.
//
//   fees           quantity x price x (open_fee_rate + close_fee_rate)
//   spread         quantity x price x half_spread_rate x 2, to get in and out
//   impact         quantity x price x impact_coefficient x daily_volatility
//                                                     x sqrt(quantity / daily_volume) x 2
//   funding        +- quantity x price x sum of funding rates; a long pays positive rates
//   borrow         borrowed x ((1 + r / seconds of a year)^seconds - 1), to three binomial terms
//   liquidation    P(the liquidation price is touched) x quantity x price x (penalty + slippage)
//   opportunity    margin x (alternative_rate - margin_rate) x days / 365
//
// The borrow rate is kinked at the optimal utilisation (Aave v3,
// DefaultReserveInterestRateStrategy; its compounding MathUtils.calculateCompoundedInterest). The
// liquidation price is (E q - C) / (q (1 - m)) for a long and (E q + C) / (q (1 + m)) for a short,
// and the probability of touching it within the horizon is that of a geometric Brownian motion
// without drift in the price (Karatzas and Shreve, first passage). Each part is rounded to the
// scale, half to even, and the total is the sum of the rounded parts.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

inline constexpr std::size_t kCostCasesMax = 1'000;

enum class PositionSide : std::uint8_t { long_, short_ };

struct BorrowTerms {
  double borrowed = 0;
  double total_debt = 0;
  double available_cash = 0;
  double base_rate = 0;
  double slope_below = 0;
  double slope_above = 0;
  double optimal_utilisation = 0.9;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("borrowed", self.borrowed, "by this position");
    visit("total_debt", self.total_debt, "of the lending pool, with this position");
    visit("available_cash", self.available_cash, "left in the lending pool");
    visit("base_rate", self.base_rate, "a year, at no utilisation");
    visit("slope_below", self.slope_below, "added up to the optimal utilisation");
    visit("slope_above", self.slope_above, "added from there to full utilisation");
    visit("optimal_utilisation", self.optimal_utilisation, "where the slope changes");
  }
};

struct MarginCostInput {
  std::uint8_t scale = 2;
  PositionSide side = PositionSide::long_;
  double quantity = 0;
  double price = 0;
  double margin = 0;
  double maintenance_rate = 0;
  double days = 0;
  double open_fee_rate = 0;
  double close_fee_rate = 0;
  double half_spread_rate = 0;
  double impact_coefficient = 0;
  double daily_volume = 0;
  double daily_volatility = 0;
  std::vector<double> funding_rates;
  BorrowTerms borrow;
  double liquidation_penalty_rate = 0;
  double liquidation_slippage_rate = 0;
  double alternative_rate = 0;
  double margin_rate = 0;
  std::vector<double> funding_multiples;
  std::vector<double> volatility_multiples;
  std::vector<double> leverages;

  static constexpr std::array kRequired{std::string_view("quantity"), std::string_view("price"),
                                        std::string_view("margin"), std::string_view("days")};
  static constexpr std::string_view kDoc =
      "The whole cost of a margined position: fees, spread, impact, funding, borrowing, expected "
      "liquidation, opportunity.";
  static constexpr std::string_view kSource =
      "Aave v3 DefaultReserveInterestRateStrategy and MathUtils; square-root impact (Almgren and "
      "others 2005); first passage of geometric Brownian motion";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of money, 0 to 18");
    visit("side", self.side, "long or short");
    visit("quantity", self.quantity, "of a linear contract, positive");
    visit("price", self.price, "at entry");
    visit("margin", self.margin, "posted for it; positive");
    visit("maintenance_rate", self.maintenance_rate, "of notional, below 1");
    visit("days", self.days, "that it is held");
    visit("open_fee_rate", self.open_fee_rate, "of notional; a rebate is negative");
    visit("close_fee_rate", self.close_fee_rate, "of notional; a rebate is negative");
    visit("half_spread_rate", self.half_spread_rate, "of price, paid at each end");
    visit("impact_coefficient", self.impact_coefficient, "of the square-root law, at each end");
    visit("daily_volume", self.daily_volume, "of the market, in quantity; needed for impact");
    visit("daily_volatility", self.daily_volatility, "standard deviation of a day's return");
    visit("funding_rates", self.funding_rates, "of every interval held; longs pay positive ones");
    visit("borrow", self.borrow, "when money is borrowed for it");
    visit("liquidation_penalty_rate", self.liquidation_penalty_rate, "of notional");
    visit("liquidation_slippage_rate", self.liquidation_slippage_rate, "of notional");
    visit("alternative_rate", self.alternative_rate,
          "a year, that the margin would earn elsewhere");
    visit("margin_rate", self.margin_rate, "a year, that the margin earns here");
    visit("funding_multiples", self.funding_multiples, "a band: the total at these multiples");
    visit("volatility_multiples", self.volatility_multiples,
          "a band: the total at these multiples");
    visit("leverages", self.leverages, "a sweep: the total with margin = notional / leverage");
  }
};

struct MarginCostCase {
  double funding_multiple = 1;
  double volatility_multiple = 1;
  double leverage = 0;
  double liquidation_probability = 0;
  base::SignedAmount liquidation;
  base::SignedAmount total;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("funding_multiple", self.funding_multiple, "of the funding rates");
    visit("volatility_multiple", self.volatility_multiple, "of the daily volatility");
    visit("leverage", self.leverage, "notional / margin");
    visit("liquidation_probability", self.liquidation_probability, "within the days");
    visit("liquidation", self.liquidation, "expected cost of it");
    visit("total", self.total, "whole cost");
  }
};

struct MarginCostOutput {
  std::uint8_t scale = 0;
  base::SignedAmount notional;
  base::SignedAmount fees;
  base::SignedAmount spread;
  base::SignedAmount impact;
  base::SignedAmount funding;
  base::SignedAmount borrow;
  base::SignedAmount liquidation;
  base::SignedAmount opportunity;
  base::SignedAmount total;
  double leverage = 0;
  double utilisation = 0;
  double borrow_rate = 0;
  double liquidation_price = 0;
  double liquidation_probability = 0;
  double bps_of_notional = 0;
  double yearly_rate_on_margin = 0;
  double break_even_move = 0;
  std::vector<MarginCostCase> band;
  std::vector<MarginCostCase> sweep;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of money");
    visit("notional", self.notional, "quantity x price");
    visit("fees", self.fees, "to open and to close");
    visit("spread", self.spread, "to open and to close");
    visit("impact", self.impact, "to open and to close");
    visit("funding", self.funding, "received is negative");
    visit("borrow", self.borrow, "interest");
    visit("liquidation", self.liquidation, "expected");
    visit("opportunity", self.opportunity, "what the margin forgoes");
    visit("total", self.total, "sum of the parts, to the unit");
    visit("leverage", self.leverage, "notional / margin");
    visit("utilisation", self.utilisation, "of the lending pool");
    visit("borrow_rate", self.borrow_rate, "a year");
    visit("liquidation_price", self.liquidation_price, "0: none");
    visit("liquidation_probability", self.liquidation_probability, "touched within the days");
    visit("bps_of_notional", self.bps_of_notional, "total in hundredths of a per cent");
    visit("yearly_rate_on_margin", self.yearly_rate_on_margin, "total / margin x 365 / days");
    visit("break_even_move", self.break_even_move, "of the price, in the position's favour");
    visit("band", self.band, "funding by volatility multiples");
    visit("sweep", self.sweep, "over the leverages");
  }
};

[[nodiscard]] base::Result<MarginCostOutput> margin_cost(const MarginCostInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::PositionSide> {
  static constexpr std::array<std::string_view, 2> kNames{"long", "short"};
};
