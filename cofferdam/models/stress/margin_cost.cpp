// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/margin_cost.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/vector_functions.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;
using base::SignedAmount;

constexpr double kSecondsOfAYear = 31'536'000;
constexpr double kDaysOfAYear = 365;

struct Range {
  std::string_view field;
  double value;
  double low;
  double high;
  std::string_view rule;
};

struct ListRange {
  std::string_view field;
  const std::vector<double>& list;
  std::size_t most;
  double low;
  double high;
  std::string_view rule;
};

Result<void> check_lists(const MarginCostInput& in) {
  const ListRange ranges[] = {
      {"funding_rates", in.funding_rates, 1'000'000, -1, 1, "must be -1 to 1"},
      {"funding_multiples", in.funding_multiples, kCostCasesMax, 0, 1e6, "must be 0 to 1e6"},
      {"volatility_multiples", in.volatility_multiples, kCostCasesMax, 0, 1e6, "must be 0 to 1e6"},
      {"leverages", in.leverages, kCostCasesMax, 1e-6, 1e6, "must be 1e-6 to 1e6"}};
  for (const ListRange& r : ranges) {
    if (r.list.size() > r.most)
      return malformed(std::string(r.field), std::to_string(r.list.size()),
                       "must be at most " + std::to_string(r.most) + " entries");
    for (std::size_t i = 0; i < r.list.size(); ++i)
      if (!(r.list[i] >= r.low && r.list[i] <= r.high))
        return malformed(std::string(r.field) + "[" + std::to_string(i) + "]",
                         base::number_text(r.list[i]), std::string(r.rule));
  }
  const std::size_t cases = in.funding_multiples.size() * in.volatility_multiples.size();
  if (cases > kCostCasesMax)
    return malformed("funding_multiples", std::to_string(in.funding_multiples.size()),
                     "times " + std::to_string(in.volatility_multiples.size()) +
                         " volatility_multiples: a band has at most 1,000 cases");
  return {};
}

Result<void> check(const MarginCostInput& in) {
  constexpr double kMost = 1e15;
  constexpr double kTiny = 1e-15;
  const Range ranges[] = {
      {"quantity", in.quantity, kTiny, kMost, "must be 1e-15 to 1e15"},
      {"price", in.price, kTiny, kMost, "must be 1e-15 to 1e15"},
      {"margin", in.margin, kTiny, kMost, "must be 1e-15 to 1e15"},
      {"days", in.days, 1e-9, 36'500, "must be 1e-9 to 36,500"},
      {"maintenance_rate", in.maintenance_rate, 0, 0.999999, "must be 0 to 0.999999"},
      {"open_fee_rate", in.open_fee_rate, -1, 1, "must be -1 to 1"},
      {"close_fee_rate", in.close_fee_rate, -1, 1, "must be -1 to 1"},
      {"half_spread_rate", in.half_spread_rate, 0, 1, "must be 0 to 1"},
      {"impact_coefficient", in.impact_coefficient, 0, 1000, "must be 0 to 1,000"},
      {"daily_volume", in.daily_volume, 0, kMost, "must be 0 to 1e15"},
      {"daily_volatility", in.daily_volatility, 0, 10, "must be 0 to 10"},
      {"liquidation_penalty_rate", in.liquidation_penalty_rate, 0, 1, "must be 0 to 1"},
      {"liquidation_slippage_rate", in.liquidation_slippage_rate, 0, 1, "must be 0 to 1"},
      {"alternative_rate", in.alternative_rate, -1, 100, "must be -1 to 100"},
      {"margin_rate", in.margin_rate, -1, 100, "must be -1 to 100"},
      {"borrow.borrowed", in.borrow.borrowed, 0, kMost, "must be 0 to 1e15"},
      {"borrow.total_debt", in.borrow.total_debt, 0, kMost, "must be 0 to 1e15"},
      {"borrow.available_cash", in.borrow.available_cash, 0, kMost, "must be 0 to 1e15"},
      {"borrow.base_rate", in.borrow.base_rate, 0, 100, "must be 0 to 100"},
      {"borrow.slope_below", in.borrow.slope_below, 0, 100, "must be 0 to 100"},
      {"borrow.slope_above", in.borrow.slope_above, 0, 100, "must be 0 to 100"},
      {"borrow.optimal_utilisation", in.borrow.optimal_utilisation, 1e-6, 1 - 1e-6,
       "must be 0.000001 to 0.999999"},
  };
  for (const Range& r : ranges)
    if (!(r.value >= r.low && r.value <= r.high))
      return malformed(std::string(r.field), base::number_text(r.value), std::string(r.rule));
  if (in.scale > 18) return malformed("scale", std::to_string(in.scale), "must be 0 to 18");
  if (in.impact_coefficient > 0 && in.daily_volume == 0)
    return malformed("daily_volume", "0", "must be positive for an impact");
  if (in.borrow.borrowed > in.borrow.total_debt)
    return malformed("borrow.borrowed", base::number_text(in.borrow.borrowed),
                     "must be part of total_debt");
  return check_lists(in);
}

double liquidation_price(const MarginCostInput& in, double margin) {
  const double value = in.price * in.quantity;
  const double at = in.side == PositionSide::long_
                        ? (value - margin) / (in.quantity * (1 - in.maintenance_rate))
                        : (value + margin) / (in.quantity * (1 + in.maintenance_rate));
  return std::max(at, 0.0);
}

// That a price without drift touches the barrier within the time: ln(price) drifts by -s^2/2.
double touch_probability(const MarginCostInput& in, double barrier, double volatility) {
  const bool is_long = in.side == PositionSide::long_;
  if (is_long ? barrier >= in.price : barrier <= in.price) return 1;
  if (barrier <= 0 || volatility == 0) return 0;
  const double distance = std::fabs(std::log(barrier / in.price));
  const double deviation = volatility * std::sqrt(in.days);
  const double drift = -volatility * volatility / 2 * in.days;
  const double toward = is_long ? -drift : drift;  // along the way to the barrier
  const double direct = numerics::normal_distribution((toward - distance) / deviation);
  const double mirrored = std::exp(2 * toward * distance / (deviation * deviation)) *
                          numerics::normal_distribution((-toward - distance) / deviation);
  return std::min(1.0, direct + mirrored);
}

double utilisation_of(const BorrowTerms& borrow) {
  const double all = borrow.total_debt + borrow.available_cash;
  return all > 0 ? borrow.total_debt / all : 0;
}

double borrow_rate(const BorrowTerms& b) {
  const double used = utilisation_of(b);
  if (used <= b.optimal_utilisation)
    return b.base_rate + b.slope_below * used / b.optimal_utilisation;
  return b.base_rate + b.slope_below +
         b.slope_above * (used - b.optimal_utilisation) / (1 - b.optimal_utilisation);
}

// (1 + r)^n - 1 by the second, to three terms of the binomial series.
double compounded(double yearly, double days) {
  const double n = days * 86'400;
  const double r = yearly / kSecondsOfAYear;
  return n * r + n * (n - 1) * r * r / 2 + n * (n - 1) * (n - 2) * r * r * r / 6;
}

struct Parts {
  double liquidation_probability = 0;
  SignedAmount fees, spread, impact, funding, borrow, liquidation, opportunity, total;
};

struct Case {
  double margin = 0;
  double funding_multiple = 1;
  double volatility_multiple = 1;
};

Result<Parts> parts_of(const MarginCostInput& in, const Case& of) {
  const double notional = in.quantity * in.price;
  const double volatility = in.daily_volatility * of.volatility_multiple;
  double funding = 0;
  for (const double rate : in.funding_rates) funding += rate;
  Parts parts;
  parts.liquidation_probability =
      touch_probability(in, liquidation_price(in, of.margin), volatility);
  const double impact = in.daily_volume > 0 ? 2 * in.impact_coefficient * volatility *
                                                  std::sqrt(in.quantity / in.daily_volume)
                                            : 0;
  const double side = in.side == PositionSide::long_ ? 1 : -1;

  // Each with the answer's field, for what does not fit.
  struct Part {
    double value;
    SignedAmount Parts::* member;
    const char* field;
  };

  const Part values[] = {
      {notional * (in.open_fee_rate + in.close_fee_rate), &Parts::fees, "fees"},
      {notional * 2 * in.half_spread_rate, &Parts::spread, "spread"},
      {notional * impact, &Parts::impact, "impact"},
      {notional * side * funding * of.funding_multiple, &Parts::funding, "funding"},
      {in.borrow.borrowed * compounded(borrow_rate(in.borrow), in.days), &Parts::borrow, "borrow"},
      {parts.liquidation_probability * notional *
           (in.liquidation_penalty_rate + in.liquidation_slippage_rate),
       &Parts::liquidation, "liquidation"},
      {of.margin * (in.alternative_rate - in.margin_rate) * in.days / kDaysOfAYear,
       &Parts::opportunity, "opportunity"},
  };
  base::i128 total = 0;
  for (const auto& [value, member, field] : values) {
    const Result<base::i128> units =
        base::quantize<base::Rounding::half_even>(value, in.scale, field);
    if (!units) return std::unexpected(units.error());
    parts.*member = SignedAmount(*units);
    if (__builtin_add_overflow(total, *units, &total))
      return malformed(
          "total", base::number_text(value),
          "with this in " + std::string(field) + " it must fit a signed 128-bit integer");
  }
  parts.total = SignedAmount(total);
  return parts;
}

Result<MarginCostCase> case_of(const MarginCostInput& in, const Case& of) {
  const Result<Parts> parts = parts_of(in, of);
  if (!parts) return std::unexpected(parts.error());
  return MarginCostCase{.funding_multiple = of.funding_multiple,
                        .volatility_multiple = of.volatility_multiple,
                        .leverage = in.quantity * in.price / of.margin,
                        .liquidation_probability = parts->liquidation_probability,
                        .liquidation = parts->liquidation,
                        .total = parts->total};
}

Result<void> add_cases(const MarginCostInput& in, MarginCostOutput& out) {
  const std::vector<double> once{1.0};
  const bool has_band = !in.funding_multiples.empty() || !in.volatility_multiples.empty();
  const auto& fundings = in.funding_multiples.empty() ? once : in.funding_multiples;
  const auto& volatilities = in.volatility_multiples.empty() ? once : in.volatility_multiples;
  for (const double funding : fundings) {
    for (const double volatility : volatilities) {
      if (!has_band) break;
      Result<MarginCostCase> one = case_of(in, {in.margin, funding, volatility});
      if (!one) return std::unexpected(one.error());
      out.band.push_back(*one);
    }
  }
  for (const double leverage : in.leverages) {
    Result<MarginCostCase> one = case_of(in, {in.quantity * in.price / leverage, 1, 1});
    if (!one) return std::unexpected(one.error());
    out.sweep.push_back(*one);
  }
  return {};
}

}  // namespace

Result<MarginCostOutput> margin_cost(const MarginCostInput& in) {
  if (Result<void> checked = check(in); !checked) return std::unexpected(checked.error());
  const Result<Parts> parts = parts_of(in, {in.margin, 1, 1});
  if (!parts) return std::unexpected(parts.error());
  const double notional = in.quantity * in.price;
  const Result<base::i128> units =
      base::quantize<base::Rounding::half_even>(notional, in.scale, "notional");
  if (!units) return std::unexpected(units.error());
  const double total = base::to_double(parts->total, in.scale);
  MarginCostOutput out{.scale = in.scale,
                       .notional = SignedAmount(*units),
                       .fees = parts->fees,
                       .spread = parts->spread,
                       .impact = parts->impact,
                       .funding = parts->funding,
                       .borrow = parts->borrow,
                       .liquidation = parts->liquidation,
                       .opportunity = parts->opportunity,
                       .total = parts->total,
                       .leverage = notional / in.margin,
                       .utilisation = utilisation_of(in.borrow),
                       .borrow_rate = borrow_rate(in.borrow),
                       .liquidation_price = liquidation_price(in, in.margin),
                       .liquidation_probability = parts->liquidation_probability,
                       .bps_of_notional = total / notional * 1e4,
                       .yearly_rate_on_margin = total / in.margin * kDaysOfAYear / in.days,
                       .break_even_move = total / notional,
                       .band = {},
                       .sweep = {}};
  if (Result<void> added = add_cases(in, out); !added) return std::unexpected(added.error());
  return out;
}

}  // namespace cofferdam::stress
