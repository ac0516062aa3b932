// SPDX-License-Identifier: Apache-2.0
//
// The calculator `surface`: a chain of quotes in; forwards, a smile for each expiry, what in the
// chain is arbitrage, and how well the surface fits it out.
#pragma once

#include "cofferdam/models/pricing/option_calculator.h"
#include "cofferdam/models/pricing/svi.h"

#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::pricing {

inline constexpr std::size_t kQuotesMax = 50'000;
inline constexpr std::size_t kExpiriesMax = 200;
inline constexpr std::size_t kFuturesMax = 200;
inline constexpr std::size_t kPointsMax = 10'000;
inline constexpr std::size_t kFindingsMax = 1'000;

enum class QuotePrice : std::uint8_t { mark, mid };

struct OptionQuote {
  OptionType type = OptionType::call;
  double strike = 0;
  base::Time expiry;
  std::optional<double> underlying;
  std::optional<double> bid;
  std::optional<double> ask;
  std::optional<double> mark;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("type", self.type, "call or put");
    visit("strike", self.strike, "above 0");
    visit("expiry", self.expiry, "after valuation_time");
    visit("underlying", self.underlying, "forward at the moment of the quote, where it was given");
    visit("bid", self.bid, "above 0; none where nobody bids");
    visit("ask", self.ask, "above 0; none where nobody asks");
    visit("mark", self.mark, "0 or more");
  }
};

struct FutureQuote {
  base::Time expiry;
  double price = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expiry", self.expiry, "of the future; also that of options");
    visit("price", self.price, "above 0");
  }
};

struct SurfacePointInput {
  base::Time expiry;
  double strike = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expiry", self.expiry, "after valuation_time");
    visit("strike", self.strike, "above 0");
  }
};

struct SurfaceInput {
  base::Time valuation_time;
  Settlement settlement = Settlement::linear;
  QuotePrice price = QuotePrice::mark;
  std::vector<OptionQuote> quotes;
  std::vector<FutureQuote> futures;
  std::vector<SurfacePointInput> points;

  static constexpr std::string_view kDoc =
      "A volatility surface fitted to a chain of option quotes, expiry by expiry, with the forward "
      "curve, the arbitrage found in the chain, and the quality of the fit.";
  static constexpr std::string_view kSource =
      "J. Gatheral, A parsimonious arbitrage-free implied volatility parameterization, 2004; "
      "J. Gatheral and A. Jacquier, Arbitrage-free SVI volatility surfaces, 2014; S. De Marco and "
      "C. Martini, Quasi-explicit calibration of Gatheral's SVI model, 2009";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("valuation_time", self.valuation_time, "the moment of the quotes");
    visit("settlement", self.settlement, "of the quotes: linear, or inverse (in coin)");
    visit("price", self.price, "what is fitted: mark, or mid of bid and ask");
    visit("quotes", self.quotes, "1 to 50,000 of at most 200 expiries; not discounted");
    visit("futures", self.futures, "at most 200; the first choice for a forward");
    visit("points", self.points, "at most 10,000 at which the surface is asked");
  }
};

enum class ForwardSource : std::uint8_t { future, quoted, parity };

enum class ChainFault : std::uint8_t {
  crossed_quote,
  below_intrinsic,
  above_bound,
  vertical_spread,
  butterfly,
  calendar,
};

struct ChainFinding {
  ChainFault fault = ChainFault::crossed_quote;
  OptionType type = OptionType::call;
  base::Time expiry;
  double strike = 0;
  double size = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fault", self.fault, "which rule the chain breaks");
    visit("type", self.type, "of the options");
    visit("expiry", self.expiry, "of the options; the later one of a calendar");
    visit("strike", self.strike, "of the option, or the middle or upper one");
    visit("size", self.size,
          "what the trade earns over the forward; of a calendar the missing total variance");
  }
};

struct SurfaceSlice {
  base::Time expiry;
  double years = 0;
  double forward = 0;
  ForwardSource forward_source = ForwardSource::quoted;
  std::uint32_t quotes_used = 0;
  std::uint32_t quotes_left_out = 0;
  bool fitted = false;
  double a = 0;
  double b = 0;
  double rho = 0;
  double m = 0;
  double sigma = 0;
  double atm_volatility = 0;
  double atm_skew = 0;
  double error_rms = 0;
  double error_max = 0;
  double within_spread = 0;
  double density_factor_min = 0;
  double calendar_min = 0;
  double wing_slope = 0;
  bool butterfly_free = false;
  bool calendar_free = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expiry", self.expiry, "of the slice");
    visit("years", self.years, "to it, of 365 days");
    visit("forward", self.forward, "price for delivery then");
    visit(
        "forward_source", self.forward_source,
        "future: as given; quoted: median of the quotes' underlying; parity: median of K + C - P");
    visit("quotes_used", self.quotes_used, "out of the money, with a volatility");
    visit("quotes_left_out", self.quotes_left_out, "in the money, unpriced, or arbitrage");
    visit("fitted", self.fitted, "false with fewer than 5 strikes used: no smile is claimed");
    visit("a", self.a, "raw SVI: w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))");
    visit("b", self.b, "raw SVI");
    visit("rho", self.rho, "raw SVI");
    visit("m", self.m, "raw SVI");
    visit("sigma", self.sigma, "raw SVI");
    visit("atm_volatility", self.atm_volatility, "at the forward, a year");
    visit("atm_skew", self.atm_skew, "d volatility / dk at the forward");
    visit("error_rms", self.error_rms, "in volatility, over the quotes used");
    visit("error_max", self.error_max, "in volatility, over the quotes used");
    visit("within_spread", self.within_spread,
          "share of the used quotes with bid and ask whose model price lies between them");
    visit("density_factor_min", self.density_factor_min, "least g(k); below 0 is a butterfly");
    visit("calendar_min", self.calendar_min, "least rise of total variance over the slice before");
    visit("wing_slope", self.wing_slope, "b (1 + |rho|); Lee's bound is 2");
    visit("butterfly_free", self.butterfly_free, "g >= 0 where looked, and the bound holds");
    visit("calendar_free", self.calendar_free, "total variance nowhere falls, where looked");
  }
};

struct SurfacePoint {
  double forward = 0;
  double volatility = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("forward", self.forward, "at that expiry");
    visit("volatility", self.volatility, "a year; nan when no slice is fitted");
  }
};

struct SurfaceOutput {
  std::vector<SurfaceSlice> slices;
  std::vector<ChainFinding> findings;
  std::uint32_t findings_all = 0;
  std::uint32_t quotes_used = 0;
  double error_rms = 0;
  bool arbitrage_free = false;
  std::vector<SurfacePoint> points;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("slices", self.slices, "by expiry");
    visit("findings", self.findings, "arbitrage in the chain, the first 1,000");
    visit("findings_all", self.findings_all, "how many there are");
    visit("quotes_used", self.quotes_used, "of all slices");
    visit("error_rms", self.error_rms, "in volatility, over the quotes used of all slices");
    visit(
        "arbitrage_free", self.arbitrage_free,
        "of the fitted surface: every fitted slice passes both checks; false when none is fitted");
    visit("points", self.points, "one for each asked, in order");
  }
};

[[nodiscard]] base::Result<SurfaceOutput> surface_figures(const SurfaceInput& input);

}  // namespace cofferdam::pricing

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::QuotePrice> {
  static constexpr std::array<std::string_view, 2> kNames{"mark", "mid"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::ForwardSource> {
  static constexpr std::array<std::string_view, 3> kNames{"future", "quoted", "parity"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::ChainFault> {
  static constexpr std::array<std::string_view, 6> kNames{"crossed_quote", "below_intrinsic",
                                                          "above_bound",   "vertical_spread",
                                                          "butterfly",     "calendar"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "the bid is above the ask",
      "the ask (or the mark) is under the gain of exercise",
      "the bid (or the mark) is over the forward (call) or the strike (put)",
      "two strikes traded against each other earn more than they can lose",
      "three strikes: the middle one is bid above the line between the asks of the others",
      "total variance at the same moneyness is lower at the later expiry"};
};
