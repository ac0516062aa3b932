// SPDX-License-Identifier: Apache-2.0
//
// SPAN, the Standard Portfolio Analysis of Risk of the Chicago Mercantile Exchange, with its 16
// scenarios. By underlying (a combined commodity), with the price scan range P and the volatility
// scan range V, after the look-ahead time:
//
//   1-2 price unchanged, 3-6 +-P/3, 7-10 +-2P/3, 11-14 +-P, each with volatility +V and -V;
//   15-16 price +-extreme multiple * P, volatility unchanged, of whose result a part counts
//
//   scan risk = max(0, the greatest of the 16 losses)
//   calendar  = charge * min(long deltas, short deltas) of the expiries
//   credit    = for each spread between two underlyings whose net deltas oppose each other:
//   weighted
//               price risk * deltas consumed * rate, by leg. Weighted price risk = (mean of the
//               active and its paired scenario - mean of scenarios 1 and 2) / |net delta|
//   risk      = max(scan risk + calendar - credits, short option minimum * short options)
//
// maintenance is the sum over underlyings, initial that times a factor. Equity counts options at
// their value, so that the net option value stands against the risk.
#pragma once

#include "cofferdam/models/margin/risk_array.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kSpanScenarios = 16;
inline constexpr std::size_t kSpreadsMax = 256;

struct SpanMarket {
  std::string underlying;
  base::Rate price_scan;
  base::Rate volatility_scan;
  base::Rate calendar_charge;
  base::Rate short_option_minimum;

  static constexpr std::array<std::string_view, 5> kRequired{
      "underlying", "price_scan", "volatility_scan", "calendar_charge", "short_option_minimum"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code");
    visit("price_scan", self.price_scan, "price scan range, in price units");
    visit("volatility_scan", self.volatility_scan, "volatility scan range: 0.05 is 5 points");
    visit("calendar_charge", self.calendar_charge, "for each delta spread between expiries");
    visit("short_option_minimum", self.short_option_minimum, "for each short option contract");
  }
};

struct SpanSpread {
  std::string first;
  std::string second;
  base::Rate first_deltas;
  base::Rate second_deltas;
  base::Rate credit;

  static constexpr std::array<std::string_view, 5> kRequired{"first", "second", "first_deltas",
                                                             "second_deltas", "credit"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("first", self.first, "code of an underlying");
    visit("second", self.second, "code of another");
    visit("first_deltas", self.first_deltas, "of the first in one spread, above 0");
    visit("second_deltas", self.second_deltas, "of the second");
    visit("credit", self.credit, "part of the price risk that is given back, 0 to 1");
  }
};

struct Span {
  std::uint8_t value_scale = 0;
  base::Rate initial_factor;
  base::Duration look_ahead;
  base::Rate extreme_multiple;
  base::Rate extreme_cover;
  std::vector<SpanMarket> markets;
  std::vector<SpanSpread> spreads;

  static constexpr std::array<std::string_view, 7> kRequired{
      "value_scale",   "initial_factor", "look_ahead", "extreme_multiple",
      "extreme_cover", "markets",        "spreads"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("value_scale", self.value_scale, "fraction digits of a risk array's values, 0 to 18");
    visit("initial_factor", self.initial_factor, "initial over maintenance, 1 to 10");
    visit("look_ahead", self.look_ahead, "time that passes in every scenario; commonly 1d");
    visit("extreme_multiple", self.extreme_multiple, "of the scan range; commonly 2 or 3");
    visit("extreme_cover", self.extreme_cover, "part of the extreme result; commonly 0.33");
    visit("markets", self.markets, "1 to 256; an underlying stands once");
    visit("spreads", self.spreads, "in their priority, at most 256");
  }
};

[[nodiscard]] Result<void> check(const Span& rules);
[[nodiscard]] Result<Evaluation> evaluate(const Span& rules, const Book& book);

// "price +1/3, volatility up"; the number counts from 1.
[[nodiscard]] std::string span_scenario_name(std::size_t number);
[[nodiscard]] Result<std::vector<Decimal>> risk_array(const Span& rules, const SpanMarket& market,
                                                      const ContractMarket& contract);

}  // namespace cofferdam::rulebook
