// SPDX-License-Identifier: Apache-2.0
//
// Rule-based margin of coin-settled options and inverse futures, position by position: Deribit's
// standard margin. In units of the underlying, with U the price of the option's forward and m its
// mark in coin:
//
//   short call  initial     max(max_fraction - max(0, K - U) / U, min_fraction) + m
//               maintenance option_maintenance + m
//   short put   initial     max(max(max_fraction - max(0, U - K) / U, min_fraction) + m,
//   maintenance)
//               maintenance max(option_maintenance, option_maintenance * m) + m
//   future      fraction + slope * |value| of the value, initial and maintenance
//
// each times the size and rounded up to quanta of the coin. Longs of options need nothing. Because
// a short's mark is part of its margin, equity leaves options' value out: it is what Deribit calls
// the margin balance.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

struct CoinOptionsMarket {
  std::string underlying;
  base::Rate max_fraction;
  base::Rate min_fraction;
  base::Rate option_maintenance;
  base::Rate future_initial;
  base::Rate future_maintenance;
  base::Rate future_slope;

  static constexpr std::array<std::string_view, 7> kRequired{
      "underlying",     "max_fraction",       "min_fraction", "option_maintenance",
      "future_initial", "future_maintenance", "future_slope"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code");
    visit("max_fraction", self.max_fraction, "of a short option at the money");
    visit("min_fraction", self.min_fraction, "of a short option far out of the money");
    visit("option_maintenance", self.option_maintenance, "of a short option");
    visit("future_initial", self.future_initial, "of the value of a future");
    visit("future_maintenance", self.future_maintenance, "of the value of a future");
    visit("future_slope", self.future_slope, "added to both for each coin of value");
  }
};

struct CoinOptions {
  std::uint8_t scale = 0;
  std::vector<CoinOptionsMarket> markets;

  static constexpr std::array<std::string_view, 2> kRequired{"scale", "markets"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of a quantum of the coin, at most 18");
    visit("markets", self.markets, "1 to 256; an underlying stands once");
  }
};

[[nodiscard]] Result<void> check(const CoinOptions& rules);
[[nodiscard]] Result<Evaluation> evaluate(const CoinOptions& rules, const Book& book);

}  // namespace cofferdam::rulebook
