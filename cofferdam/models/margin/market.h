// SPDX-License-Identifier: Apache-2.0
//
// A market and a portfolio as they are given to a rulebook. Prices, quantities and amounts are
// decimals in the scales that the enclosing input declares; fractions have 18 digits.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kUnderlyingsMax = 256;
inline constexpr std::size_t kExpiriesMax = 256;  // of one underlying
inline constexpr std::size_t kInstrumentsMax = 10'000;
inline constexpr std::size_t kPositionsMax = 1'000;
inline constexpr std::size_t kExplainedPositionsMax = 200;
inline constexpr std::size_t kTradesMax = 64;
inline constexpr std::size_t kCodeBytesMax = 64;

inline constexpr base::Rate kUnitRate{base::kRateOne};

enum class InstrumentKind : std::uint8_t {
  spot,
  perpetual,
  future,
  inverse_perpetual,
  inverse_future,
  call,
  put,
};

struct Expiry {
  base::Time expiry;
  base::Price forward;
  base::Price forward_fixed;
  base::Rate rate;
  base::Rate confidence = kUnitRate;

  static constexpr std::array kRequired{std::string_view("expiry"), std::string_view("forward")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expiry", self.expiry, "after the time of the market");
    visit("forward", self.forward, "forward price to this expiry");
    visit("forward_fixed", self.forward_fixed,
          "the part of the forward that does not move with spot; default 0");
    visit("rate", self.rate, "continuous interest rate to this expiry; default 0");
    visit("confidence", self.confidence,
          "least confidence of the forward, rate and volatility feeds, 0 to 1; default 1");
  }
};

struct Underlying {
  std::string code;
  base::Price spot;
  base::Rate confidence = kUnitRate;
  std::vector<Expiry> expiries;

  static constexpr std::array kRequired{std::string_view("code"), std::string_view("spot")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "such as BTC, at most 64 bytes");
    visit("spot", self.spot, "index price");
    visit("confidence", self.confidence, "of the spot feed, 0 to 1; default 1");
    visit("expiries", self.expiries, "forwards, at most 256; each expiry once");
  }
};

struct Instrument {
  std::string code;
  InstrumentKind kind = InstrumentKind::perpetual;
  std::string underlying;
  base::Time expiry;
  base::Price strike;
  std::optional<base::Price> mark;
  std::optional<base::Rate> volatility;
  base::Rate confidence = kUnitRate;
  base::Rate contract_size = kUnitRate;
  base::Quantity open_interest;
  std::string tier;

  static constexpr std::array kRequired{std::string_view("code"), std::string_view("kind"),
                                        std::string_view("underlying")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "such as BTC-PERP, at most 64 bytes; stands once");
    visit("kind", self.kind, "what is held");
    visit("underlying", self.underlying, "code of an underlying of this market");
    visit("expiry", self.expiry, "of a future or an option; after the time of the market");
    visit("strike", self.strike, "of an option");
    visit("mark", self.mark,
          "mark price; perpetuals and spot: default spot; futures: default the forward; options: "
          "default the rulebook's own price from the volatility");
    visit("volatility", self.volatility, "implied volatility of an option a year: 0.65 is 65 %");
    visit("confidence", self.confidence, "of the mark or volatility feed, 0 to 1; default 1");
    visit("contract_size", self.contract_size,
          "units of the underlying a contract, of an inverse contract units of the quote; default "
          "1");
    visit("open_interest", self.open_interest, "of the contract, where a rulebook scales by it");
    visit("tier", self.tier, "name of a tier or bracket of the rulebook, where it has such");
  }
};

struct Market {
  base::Time time;
  base::Rate stable_price = kUnitRate;
  std::vector<Underlying> underlyings;
  std::vector<Instrument> instruments;

  static constexpr std::array kRequired{std::string_view("time"), std::string_view("underlyings"),
                                        std::string_view("instruments")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time", self.time, "of valuation");
    visit("stable_price", self.stable_price,
          "price of the settlement asset in the currency of the prices; default 1");
    visit("underlyings", self.underlyings, "1 to 256");
    visit("instruments", self.instruments, "at most 10,000");
  }
};

struct Position {
  std::string instrument;
  base::Quantity quantity;
  std::optional<base::Price> entry_price;
  std::optional<base::SignedAmount> unrealised_pnl;
  std::optional<base::Rate> initial_margin_fraction;

  static constexpr std::array kRequired{std::string_view("instrument"),
                                        std::string_view("quantity")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("instrument", self.instrument, "code of an instrument of the market; stands once");
    visit("quantity", self.quantity, "contracts; long above zero, short below");
    visit("entry_price", self.entry_price,
          "perpetuals and futures: unrealised profit is counted from here");
    visit("unrealised_pnl", self.unrealised_pnl,
          "perpetuals and futures: instead of an entry price");
    visit("initial_margin_fraction", self.initial_margin_fraction,
          "the holder's own, higher choice, where a rulebook allows one");
  }
};

struct Portfolio {
  base::SignedAmount cash;
  std::vector<Position> positions;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cash", self.cash, "balance in the settlement asset, below zero when borrowed");
    visit("positions", self.positions, "at most 1,000");
  }
};

struct Trade {
  std::string instrument;
  base::Quantity quantity;
  std::optional<base::Price> price;

  static constexpr std::array kRequired{std::string_view("instrument"),
                                        std::string_view("quantity")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("instrument", self.instrument, "code of an instrument of the market");
    visit("quantity", self.quantity, "bought above zero, sold below");
    visit("price", self.price, "default: the mark");
  }
};

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::InstrumentKind> {
  static constexpr std::array<std::string_view, 7> kNames{
      "spot", "perpetual", "future", "inverse_perpetual", "inverse_future", "call", "put"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "the underlying itself, as collateral",
      "linear: profit in the settlement asset",
      "linear, with an expiry",
      "counted in the quote, profit in the underlying",
      "inverse, with an expiry",
      "European call",
      "European put"};
};
