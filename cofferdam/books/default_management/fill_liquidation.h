// SPDX-License-Identifier: Apache-2.0
//
// Fills the liquidation of a position: against a member at the price that the venue found, or
// against the backstop at the price that the terms name. A fill takes as much as the position, the
// limits of the interval and the backstop's quota leave; what stopped it and where the rest goes
// stands in the order. A fill that leaves the account less than nothing is made only if the layers
// of the waterfall bear that at once and whole, within the interval's limit; otherwise nothing is
// moved and the order says so. The penalty is taken last, out of what the account has left, so it
// never is what makes an account bankrupt.
#pragma once

#include "cofferdam/books/default_management/resolution_books.h"

namespace cofferdam::default_management {

struct FillLiquidation {
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  ContractId contract;
  Quantity quantity;
  Price price;
  PoolId taker_pool;
  OwnerId taker;

  static constexpr std::string_view kDoc =
      "Closes a position of an account under liquidation, against a member or the backstop.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account under liquidation");
    visit("asset", self.asset, "settlement asset of the account");
    visit("contract", self.contract, "whose position is closed");
    visit("quantity", self.quantity, "most to close; 0: all of it");
    visit("price", self.price, "of the fill; none for the backstop");
    visit("taker_pool", self.taker_pool, "pool of the taker; none: this pool");
    visit("taker", self.taker, "owner that takes the position; none: the backstop");
  }
};

enum class FillLiquidationStatus : std::uint16_t {
  ok,
  quantity_negative,
  price_and_taker_together,
  account_not_found,
  no_case,
  loss_open,
  no_terms,
  no_backstop,
  marks_not_usable,
  healthy_again,
  contract_not_found,
  no_position,
  price_beyond_spread,
  not_computable,
  trade_refused,
  penalty_refused,
};

[[nodiscard]] FillLiquidationStatus check_shape(const FillLiquidation& command);
FillLiquidationStatus apply(const FillLiquidation& command, ResolutionBooks books,
                            Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::FillLiquidationStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"ok",
                                                           "quantity_negative",
                                                           "price_and_taker_together",
                                                           "account_not_found",
                                                           "no_case",
                                                           "loss_open",
                                                           "no_terms",
                                                           "no_backstop",
                                                           "marks_not_usable",
                                                           "healthy_again",
                                                           "contract_not_found",
                                                           "no_position",
                                                           "price_beyond_spread",
                                                           "not_computable",
                                                           "trade_refused",
                                                           "penalty_refused"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "",
      "a quantity is not negative",
      "a taker is named with a price above zero, the backstop with none",
      "the owner is a participant of the pool in this asset",
      "the account must be under liquidation",
      "a loss of the account is borne before more of it is filled",
      "terms of liquidation must be set for the pool and the asset",
      "the terms name a backstop, which is not the account itself",
      "every position has a mark that is not too old, and margin is counted in this asset",
      "an account that has its margin again is not liquidated further",
      "the contract must exist and settle in the asset",
      "the account has a position in the contract",
      "the price is no further from the mark than the terms allow",
      "prices and values of the fill fit the books",
      "the fill was refused as a trade, or the taker is not covered",
      "the account of penalties does not take them"};
};
