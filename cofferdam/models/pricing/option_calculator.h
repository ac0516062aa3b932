// SPDX-License-Identifier: Apache-2.0
//
// The calculators `option` and `implied-vol`: prices and sensitivities of European options, and the
// volatilities of given prices, in the units of textbooks or of Deribit.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"
#include "cofferdam/models/pricing/black.h"
#include "cofferdam/models/pricing/implied_volatility.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::pricing {

inline constexpr std::size_t kOptionsMax = 100'000;
inline constexpr double kVolatilityMax = 1000;  // 100,000 % a year
inline constexpr double kYearsMax = 200;
inline constexpr double kRateMax = 10;  // 1000 % a year, either sign

enum class OptionModel : std::uint8_t { black_76, black_scholes };
enum class Settlement : std::uint8_t { linear, inverse };
enum class GreekUnits : std::uint8_t { per_unit, deribit };

// Years from one time to another: seconds over 365 days, the convention of crypto venues. An error
// when the expiry has passed.
[[nodiscard]] base::Result<double> years_until(base::Time expiry, base::Time valuation_time,
                                               std::string_view field);

// Of the time fields of a line: exactly one is given.
struct Tenor {
  std::optional<base::Time> expiry;
  std::optional<double> years;
};

[[nodiscard]] base::Result<double> years_of(const Tenor& tenor,
                                            const std::optional<base::Time>& valuation_time,
                                            const std::string& at);

struct OptionLine {
  OptionType type = OptionType::call;
  double forward = 0;
  double spot = 0;
  double strike = 0;
  double volatility = 0;
  std::optional<base::Time> expiry;
  std::optional<double> years;
  double rate = 0;
  double yield = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("type", self.type, "call or put");
    visit("forward", self.forward, "black_76: price for delivery at expiry, above 0");
    visit("spot", self.spot, "black_scholes: price now, above 0");
    visit("strike", self.strike, "above 0");
    visit("volatility", self.volatility, "a year: 0.5 is 50 %; 0 to 1000");
    visit("expiry", self.expiry, "the moment, not before valuation_time; or years instead");
    visit("years", self.years, "to expiry, 0 to 200; a venue's year has 365 days");
    visit("rate", self.rate, "of interest, a year, continuously compounded");
    visit("yield", self.yield, "black_scholes: of the asset, a year, continuously compounded");
  }
};

struct OptionInput {
  OptionModel model = OptionModel::black_76;
  Settlement settlement = Settlement::linear;
  GreekUnits units = GreekUnits::per_unit;
  std::optional<base::Time> valuation_time;
  std::vector<OptionLine> options;

  static constexpr std::string_view kDoc =
      "Prices and sensitivities of European options: Black-76 on a forward or Black-Scholes on a "
      "spot price, linear or settled in coin.";
  static constexpr std::string_view kSource =
      "F. Black, The pricing of commodity contracts, 1976; F. Black and M. Scholes, The pricing of "
      "options and corporate liabilities, 1973; coin prices and units as Deribit lists them";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("model", self.model, "black_76 (from a forward) or black_scholes (from a spot price)");
    visit(
        "settlement", self.settlement,
        "linear: price in the money of the strike; inverse: in coin, that price over the forward");
    visit("units", self.units,
          "per_unit: vega and rho per 1.00, theta per year; deribit: vega per point of "
          "volatility, theta per day of 365, rho per 1 % of interest");
    visit("valuation_time", self.valuation_time, "needed where a line gives its expiry");
    visit("options", self.options, "1 to 100,000");
  }
};

struct OptionFigures {
  double price = 0;
  double price_coin = 0;
  double delta = 0;
  double net_delta = 0;
  double gamma = 0;
  double vega = 0;
  double theta = 0;
  double rho = 0;
  double intrinsic = 0;
  double forward = 0;
  double discount = 0;
  double years = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("price", self.price, "in the money of the strike");
    visit("price_coin", self.price_coin, "inverse: price over the forward, in coin; else 0");
    visit("delta", self.delta, "per unit of the forward (black_76) or the spot (black_scholes)");
    visit("net_delta", self.net_delta,
          "inverse: delta less price_coin, the coin that hedges the coin price; else delta");
    visit("gamma", self.gamma, "change of delta per unit of the same price");
    visit("vega", self.vega, "in the money of the strike, per unit of volatility");
    visit("theta", self.theta, "in the money of the strike, per unit of calendar time");
    visit("rho", self.rho,
          "per unit of interest: the forward held (black_76) or the spot (black_scholes)");
    visit("intrinsic", self.intrinsic, "discounted gain of exercise, never negative");
    visit("forward", self.forward, "that was used");
    visit("discount", self.discount, "exp(-rate years)");
    visit("years", self.years, "that were used");
  }
};

struct OptionOutput {
  std::vector<OptionFigures> options;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("options", self.options, "one for each line, in order");
  }
};

[[nodiscard]] base::Result<OptionOutput> option_figures(const OptionInput& input);

struct ImpliedLine {
  OptionType type = OptionType::call;
  double price = 0;
  double forward = 0;
  double strike = 0;
  std::optional<base::Time> expiry;
  std::optional<double> years;
  double rate = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("type", self.type, "call or put");
    visit("price", self.price, "linear: in the money of the strike; inverse: in coin; 0 or more");
    visit("forward", self.forward, "price for delivery at expiry, above 0");
    visit("strike", self.strike, "above 0");
    visit("expiry", self.expiry, "the moment, not before valuation_time; or years instead");
    visit("years", self.years, "to expiry, 0 to 200");
    visit("rate", self.rate, "of interest, a year, continuously compounded");
  }
};

struct ImpliedVolInput {
  Settlement settlement = Settlement::linear;
  std::optional<base::Time> valuation_time;
  std::vector<ImpliedLine> options;

  static constexpr std::string_view kDoc =
      "The volatility that each price implies by Black-76, with a status where there is none.";
  static constexpr std::string_view kSource =
      "the inverse of F. Black, The pricing of commodity contracts, 1976; steps of fourth order "
      "after P. Jaeckel, Let's Be Rational, 2015";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("settlement", self.settlement, "of the prices: linear, or inverse (in coin)");
    visit("valuation_time", self.valuation_time, "needed where a line gives its expiry");
    visit("options", self.options, "1 to 100,000");
  }
};

struct ImpliedFigures {
  ImpliedStatus status = ImpliedStatus::solved;
  double volatility = 0;
  double uncertainty = 0;
  double years = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("status", self.status, "solved, or why there is no volatility");
    visit("volatility", self.volatility, "a year: 0.5 is 50 %");
    visit("uncertainty", self.uncertainty,
          "by how much half a unit in the last place of the price as a double moves it");
    visit("years", self.years, "that were used");
  }
};

struct ImpliedVolOutput {
  std::vector<ImpliedFigures> options;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("options", self.options, "one for each line, in order");
  }
};

[[nodiscard]] base::Result<ImpliedVolOutput> implied_figures(const ImpliedVolInput& input);

// Errors of single numbers, shared with the surface.
[[nodiscard]] base::Result<void> check_price_field(double value, const std::string& field);
[[nodiscard]] base::Result<void> check_between(double value, double low, double high,
                                               const std::string& field, std::string_view rule);

}  // namespace cofferdam::pricing

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::OptionModel> {
  static constexpr std::array<std::string_view, 2> kNames{"black_76", "black_scholes"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::Settlement> {
  static constexpr std::array<std::string_view, 2> kNames{"linear", "inverse"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::GreekUnits> {
  static constexpr std::array<std::string_view, 2> kNames{"per_unit", "deribit"};
};
