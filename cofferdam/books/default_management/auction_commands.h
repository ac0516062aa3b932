// SPDX-License-Identifier: Apache-2.0
//
// Dutch auctions of an account under liquidation. What an account costs, how much of it may be
// taken and what it pays for being auctioned is said by `auction`, the function behind the
// calculator; nothing of it is said here again.
//
// The bidder takes the positions of its part at the marks, which changes nobody's value, and cash
// for the difference: of the account's own value what the part is worth less what was bid for it
// (solvent), or what the layers of the waterfall pay for it (insolvent). Quantities are rounded up
// to whole units, so an auction never stands still over a remainder. The value is in cash once
// the contracts are settled at the same marks; a bid that finds too little cash is refused.
#pragma once

#include "cofferdam/books/default_management/resolution_books.h"

namespace cofferdam::default_management {

struct OpenAuction {
  PoolId pool;
  OwnerId owner;
  AssetId asset;

  static constexpr std::string_view kDoc =
      "Opens the auction of an account under liquidation: solvent while it is worth something.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account under liquidation");
    visit("asset", self.asset, "settlement asset of the account");
  }
};

struct BidAuction {
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  OwnerId bidder;
  Rate fraction = Rate(base::kRateOne);
  std::optional<SignedAmount> limit;

  static constexpr std::string_view kDoc =
      "Takes a part of an account in auction, at the price of this moment.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account in auction");
    visit("asset", self.asset, "settlement asset of the account");
    visit("bidder", self.bidder, "a participant of the pool in this asset");
    visit("fraction", self.fraction, "most of the account to take, above 0 and at most 1");
    visit("limit", self.limit,
          "highest price for the whole account that is accepted; below zero: what layers must at "
          "least pay; none: any");
  }
};

struct CloseAuction {
  PoolId pool;
  OwnerId owner;
  AssetId asset;

  static constexpr std::string_view kDoc = "Closes an auction that has come to its end.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account in auction");
    visit("asset", self.asset, "settlement asset of the account");
  }
};

enum class AuctionCommandStatus : std::uint16_t {
  ok,
  fraction_out_of_range,
  account_not_found,
  no_case,
  loss_open,
  no_terms,
  auction_open,
  no_auction,
  marks_not_usable,
  not_computable,
  healthy_again,
  auction_over,
  auction_runs,
  bidder_not_found,
  bidder_is_the_account,
  limit_not_met,
  notional_limit,
  fund_loss_limit,
  layers_do_not_bear_it,
  settle_first,
  trade_refused,
  account_refuses,
};

[[nodiscard]] AuctionCommandStatus check_shape(const OpenAuction& command);
[[nodiscard]] AuctionCommandStatus check_shape(const BidAuction& command);
[[nodiscard]] AuctionCommandStatus check_shape(const CloseAuction& command);
AuctionCommandStatus apply(const OpenAuction& command, ResolutionBooks books, Context& context);
AuctionCommandStatus apply(const BidAuction& command, ResolutionBooks books, Context& context);
AuctionCommandStatus apply(const CloseAuction& command, ResolutionBooks books, Context& context);

// What the calculator is asked for a bid now; nullopt where the marks are not usable.
[[nodiscard]] std::optional<AuctionInput> auction_input(const Auction& auction, const Books& books,
                                                        Rate fraction);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AuctionCommandStatus> {
  static constexpr std::array<std::string_view, 22> kNames{"ok",
                                                           "fraction_out_of_range",
                                                           "account_not_found",
                                                           "no_case",
                                                           "loss_open",
                                                           "no_terms",
                                                           "auction_open",
                                                           "no_auction",
                                                           "marks_not_usable",
                                                           "not_computable",
                                                           "healthy_again",
                                                           "auction_over",
                                                           "auction_runs",
                                                           "bidder_not_found",
                                                           "bidder_is_the_account",
                                                           "limit_not_met",
                                                           "notional_limit",
                                                           "fund_loss_limit",
                                                           "layers_do_not_bear_it",
                                                           "settle_first",
                                                           "trade_refused",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 22> kDocs{
      "",
      "a part of the account is above 0 and at most 1",
      "the owner is a participant of the pool in this asset",
      "the account must be under liquidation",
      "a loss of the account is borne before more of it is sold",
      "terms of liquidation must be set for the pool and the asset",
      "an account is in one auction at a time",
      "the account must be in auction",
      "every position has a mark that is not too old, and margin is counted in this asset",
      "what the auction comes to fits the books",
      "an account that has its margin again is not sold",
      "the auction has come to its end: it is closed, and may be opened again",
      "an auction is closed when it has come to its end",
      "the bidder is a participant of the pool in this asset",
      "nobody bids for the own account",
      "the price of this moment is within the limit",
      "what is liquidated stays within the limit of the interval: bid for less, or in the next one",
      "what layers pay stays within the limit of the interval: the rest goes to deleveraging",
      "layers must bear what the bid is paid: bid for less, or declare the default",
      "the cash of the part must be there: settle the contracts at these marks first",
      "the take-over was refused as a trade, or the bidder is not covered",
      "an account does not allow the payment"};
};
