// SPDX-License-Identifier: Apache-2.0
//
// A Dutch auction of an account, by the rules of Derive's v2 (src/liquidation/DutchAuction.sol).
// All figures are signed as there: a maintenance margin below zero is what the account is short of.
//
//   buffer margin    BM = MM + (MM - MtM) b
//   discount         fast: from d0 to d1 over the first seconds; slow: from d1 to 0
//   solvent bid      (MtM - R) d for the whole of it; R is cash reserved from earlier bids
//   largest part     f = BM / (BM - MtM d - R (1 - d))
//   insolvent bid    from min(MtM, 0) down to MM: the fund pays the bidder
//
// A product with a rate and a division are cut toward zero to the unit or to 10^-18, one after the
// other, as the source does; seconds are whole. In the slow auction d1 x seconds is cut to a whole
// number before it is divided by the length, so the discount falls in small steps.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string_view>

namespace cofferdam::default_management {

struct AuctionParameters {
  Rate starting_discount = Rate(base::kRateOne / 100 * 95);
  Rate fast_cutoff_discount = Rate(base::kRateOne / 100 * 70);
  base::Duration fast_length = base::Duration(900 * base::kNanosecondsPerSecond);
  base::Duration slow_length = base::Duration(43'200 * base::kNanosecondsPerSecond);
  base::Duration insolvent_length = base::Duration(3'600 * base::kNanosecondsPerSecond);
  Rate buffer_margin_rate = Rate(base::kRateOne / 100 * 15);
  Rate liquidator_fee_rate = Rate(base::kRateOne / 10);
  SignedAmount mark_to_market_cutoff;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("starting_discount", self.starting_discount, "part of the value asked at the start");
    visit("fast_cutoff_discount", self.fast_cutoff_discount, "part asked after the fast auction");
    visit("fast_length", self.fast_length, "of the fast auction");
    visit("slow_length", self.slow_length, "of the slow auction");
    visit("insolvent_length", self.insolvent_length, "of the insolvent auction");
    visit("buffer_margin_rate", self.buffer_margin_rate, "b: how far beyond maintenance to go");
    visit("liquidator_fee_rate", self.liquidator_fee_rate, "of the fee taken at the start");
    visit("mark_to_market_cutoff", self.mark_to_market_cutoff,
          "below this value all of the account may be taken at once");
  }
};

struct AuctionInput {
  std::uint8_t scale = 18;
  AuctionParameters parameters;
  bool insolvent = false;
  base::Duration elapsed;
  SignedAmount mark_to_market;
  SignedAmount maintenance_margin;
  Amount reserved_cash;
  Rate bid_fraction = Rate(base::kRateOne);
  std::optional<Amount> fund_cash;

  static constexpr std::string_view kDoc =
      "What an account costs in a Dutch auction now, how much of it may be taken, and who pays.";
  static constexpr std::string_view kSource =
      "Derive v2, src/liquidation/DutchAuction.sol: _getBufferMargin, _getDiscountPercentage, "
      "_getSolventAuctionBidPrice, _getInsolventAuctionBidPrice, _getMaxProportion, "
      "_getLiquidationFee; parameters of scripts/config-mainnet.sol";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38; 18 as in the source");
    visit("parameters", self.parameters, "those of Derive's mainnet when left out");
    visit("insolvent", self.insolvent,
          "the auction has been started or turned into an insolvent one");
    visit("elapsed", self.elapsed, "since its start; cut to whole seconds");
    visit("mark_to_market", self.mark_to_market,
          "MtM: value of the account, reserved cash included");
    visit("maintenance_margin", self.maintenance_margin,
          "MM: MtM less the maintenance requirement; below zero in liquidation");
    visit("reserved_cash", self.reserved_cash, "R: paid into the account by earlier bids");
    visit("bid_fraction", self.bid_fraction, "of the account as it now is, above 0 and at most 1");
    visit("fund_cash", self.fund_cash,
          "what the fund can pay in an insolvent auction; null: enough");
  }
};

enum class AuctionStatus : std::uint8_t { solvent, solvent_ended, insolvent, healthy, restart };

struct AuctionOutput {
  AuctionStatus status = AuctionStatus::solvent;
  SignedAmount buffer_margin;
  Rate discount;
  SignedAmount bid_price;
  Rate max_fraction;
  Rate fraction;
  Amount cash_from_bidder;
  Amount cash_to_bidder;
  Amount fund_pays;
  Amount socialised;
  Amount liquidator_fee;
  bool ends = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("status", self.status, "what the auction is now");
    visit("buffer_margin", self.buffer_margin, "BM");
    visit("discount", self.discount, "d: the part of the value asked now; 0 in an insolvent one");
    visit("bid_price", self.bid_price,
          "for the whole account; below zero the fund pays the bidder");
    visit("max_fraction", self.max_fraction, "most that may be taken: it restores the buffer");
    visit("fraction", self.fraction, "taken by this bid");
    visit("cash_from_bidder", self.cash_from_bidder, "paid into the account");
    visit("cash_to_bidder", self.cash_to_bidder, "owed to the bidder for taking it");
    visit("fund_pays", self.fund_pays, "of it, what the fund has");
    visit("socialised", self.socialised, "of it, what is spread over all who hold cash");
    visit("liquidator_fee", self.liquidator_fee,
          "taken for the fund when a solvent auction of this account starts");
    visit("ends", self.ends, "the bid ends the auction");
  }
};

[[nodiscard]] base::Result<AuctionOutput> auction(const AuctionInput& input);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AuctionStatus> {
  static constexpr std::array<std::string_view, 5> kNames{"solvent", "solvent_ended", "insolvent",
                                                          "healthy", "restart"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "bidders pay", "its time is over: it may be turned into an insolvent one",
      "the fund pays bidders", "it can be ended: the margin is restored",
      "it must be ended and started again: its value fell below zero or below the reserved cash"};
};
