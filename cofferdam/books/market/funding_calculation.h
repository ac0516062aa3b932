// SPDX-License-Identifier: Apache-2.0
//
// Funding: what longs pay to shorts, or shorts to longs, so that a perpetual stays near its index.
//
//   payment of a position = |position| x unit value x rate
//
// where the unit value is that of one smallest quantity at the mark. At a positive rate longs pay
// and shorts receive, in a linear and in an inverse contract alike. The product of unit value and
// rate is kept whole, in 10^-18 value units; what a position pays is rounded up to a value unit,
// what one receives down. Payers therefore never pay less than receivers get: the difference is the
// dust, fewer units than there are positions.
//
// The rate of an interval, as BitMEX publishes it: F = P + clamp(I - P, -c, c), where P is the
// average premium, I = (interest of the quote - interest of the base) / fundings a day, rounded
// half to even at 10^-18, and c is 0.05 %. dYdX v4 funds by an index instead (x/perpetuals/funding
// GetFundingIndexDelta, lib BaseToQuoteQuantums, x/subaccounts GetSettledSubaccountWithPerpetuals):
//   delta = trunc(trunc(seconds x rate_ppm x price x 10^(price exponent + atomic resolution
//           - quote resolution)) / 28,800)
//   settlement = floor(-delta x position / 1,000,000)
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/books/market/market.h"

#include <optional>
#include <vector>

namespace cofferdam::market {

using base::Rate;

// At most `most` either way; zero: not bounded.
[[nodiscard]] Rate clamped(Rate rate, Rate most);

// unit value x rate, in 10^-18 value units of one smallest quantity: what a long pays; nullopt when
// it does not fit.
[[nodiscard]] std::optional<i128> funding_per_unit(u128 unit_value, Rate rate);

// What a funding adds to a position's open value: negative is paid. nullopt at 2^120 and more.
[[nodiscard]] std::optional<i128> funding_of(i128 position, i128 per_unit);

inline constexpr std::size_t kFundingPositionsMax = 100'000;

enum class FundingMethod : std::uint8_t { rate, premium, dydx };

struct FundingInput {
  FundingMethod method = FundingMethod::rate;
  Rate funding_rate;
  Rate premium;
  Rate interest_quote;
  Rate interest_base;
  std::uint32_t fundings_per_day = 3;
  Rate interest_clamp{500'000'000'000'000};
  Rate funding_rate_max;
  ContractKind kind = ContractKind::linear;
  std::uint8_t price_scale = 0;
  Price mark_price;
  std::uint8_t quantity_scale = 0;
  std::uint64_t multiplier = 1;
  std::uint8_t multiplier_scale = 0;
  std::uint8_t scale = 0;
  std::int64_t funding_rate_ppm = 0;
  std::uint32_t seconds = 0;
  std::uint64_t price = 0;
  std::int8_t price_exponent = 0;
  std::int8_t atomic_resolution = 0;
  std::int8_t quote_resolution = -6;
  std::vector<base::Quantity> positions;

  static constexpr std::string_view kDoc =
      "Funding of a perpetual: the rate of an interval and what each position pays or receives.";
  static constexpr std::string_view kSource =
      "BitMEX, Perpetual Contracts Guide: F = P + clamp(I - P, 0.05%, -0.05%), funding = position "
      "value x rate; dYdX v4, protocol/x/perpetuals/funding GetFundingIndexDelta";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("method", self.method, "rate: it is given; premium: from premium and interest; dydx");
    visit("funding_rate", self.funding_rate, "rate: of the interval; positive: longs pay");
    visit("premium", self.premium, "premium: average premium index P of the interval");
    visit("interest_quote", self.interest_quote, "premium: a day's interest of the quote currency");
    visit("interest_base", self.interest_base, "premium: a day's interest of the base currency");
    visit("fundings_per_day", self.fundings_per_day, "premium: 1 to 86,400");
    visit("interest_clamp", self.interest_clamp, "premium: I - P is clamped to it, either way");
    visit("funding_rate_max", self.funding_rate_max,
          "rate, premium: the rate is clamped to it, either way; 0: not bounded");
    visit("kind", self.kind, "rate, premium: linear or inverse");
    visit("price_scale", self.price_scale, "rate, premium: fraction digits of the mark price");
    visit("mark_price", self.mark_price, "rate, premium: at which positions are valued");
    visit("quantity_scale", self.quantity_scale, "fraction digits of the positions; dydx: 0");
    visit("multiplier", self.multiplier, "rate, premium: of one contract");
    visit("multiplier_scale", self.multiplier_scale, "rate, premium: digits of the multiplier");
    visit("scale", self.scale, "fraction digits of the payments; dydx: 6 for USDC");
    visit("funding_rate_ppm", self.funding_rate_ppm, "dydx: rate of 8 hours, in millionths");
    visit("seconds", self.seconds, "dydx: since the last funding");
    visit("price", self.price, "dydx: of the oracle, an integer");
    visit("price_exponent", self.price_exponent, "dydx: power of ten of the price, -40 to 40");
    visit("atomic_resolution", self.atomic_resolution,
          "dydx: power of ten of one base quantum, -40 to 40");
    visit("quote_resolution", self.quote_resolution,
          "dydx: power of ten of one quote quantum, -40 to 40; -6 for USDC");
    visit("positions", self.positions, "long positive; dydx: in base quantums; at most 100,000");
  }
};

struct FundingOutput {
  Rate funding_rate;
  i128 index_delta = 0;
  std::vector<base::SignedAmount> payments;
  Amount paid;
  Amount received;
  base::SignedAmount dust;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("funding_rate", self.funding_rate,
          "of the interval, after every clamp; dydx: of 8 hours");
    visit("index_delta", self.index_delta,
          "what a long of one smallest quantity pays: in 10^-18 smallest units of the payments; "
          "dydx: in millionths of a quote quantum");
    visit("payments", self.payments, "one for each position; negative is paid");
    visit("paid", self.paid, "by all who pay");
    visit("received", self.received, "by all who receive");
    visit("dust", self.dust, "paid less received; of positions that cancel: what rounding leaves");
  }
};

[[nodiscard]] base::Result<FundingOutput> funding(const FundingInput& input);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::FundingMethod> {
  static constexpr std::array<std::string_view, 3> kNames{"rate", "premium", "dydx"};
};
