// SPDX-License-Identifier: Apache-2.0
//
// Takes a booked trade back, by entries that are the exact opposite of its own; the trade itself
// stays in the journal and its id stays used. Position, open value, premium or delivery, dust and
// fees all return as they were booked: fees that the schedule had set are those of the schedule in
// force when the trade was booked. What the position has made since then stays where settlements
// and fundings put it: the open value that comes back says what is owed for it, and the next
// settlement collects that.
//
// An amendment is a reversal and, in the same command, the trade as it should have been, under an
// id of its own: another price, quantity, fee or side. Both happen or neither.
#pragma once

#include "cofferdam/books/market/record_trades.h"

namespace cofferdam::market {

struct BustTrade {
  ContractId contract;
  u128 trade = 0;
  std::string reason;

  static constexpr std::string_view kDoc = "Takes a trade back by opposite entries; fees return.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract of the trade");
    visit("trade", self.trade, "id of the trade");
    visit("reason", self.reason, "why, 1 to 1024 bytes");
  }
};

struct AmendTrade {
  ContractId contract;
  u128 trade = 0;
  u128 id = 0;
  Price price;
  Quantity quantity;
  PoolId buyer_pool;
  OwnerId buyer;
  PoolId seller_pool;
  OwnerId seller;
  SignedAmount buyer_fee;
  SignedAmount seller_fee;
  Time time;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Takes a trade back and books it as it should have been.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract of the trade");
    visit("trade", self.trade, "id of the trade");
    visit("id", self.id, "id of the trade in its place, used once for ever");
    visit("price", self.price, "in the contract's price scale");
    visit("quantity", self.quantity, "in the contract's quantity scale, positive");
    visit("buyer_pool", self.buyer_pool, "pool of the buyer");
    visit("buyer", self.buyer, "owner that buys");
    visit("seller_pool", self.seller_pool, "pool of the seller");
    visit("seller", self.seller, "owner that sells");
    visit("buyer_fee", self.buyer_fee, "in the settlement asset; negative is a rebate");
    visit("seller_fee", self.seller_fee, "in the settlement asset; negative is a rebate");
    visit("time", self.time, "when it was made; 0 for the time of booking");
    visit("reason", self.reason, "why, 1 to 1024 bytes");
  }
};

enum class ReverseTradeStatus : std::uint16_t {
  ok,
  reason_missing,
  reason_too_long,
  trade_not_found,
  trade_in_another_contract,
  already_reversed,
  contract_closed,
  pool_not_active,
  fee_not_covered,
  premium_not_covered,
  delivery_not_covered,
  collateral_cannot_be_credited,
  overflows,
  too_many_holders,
  account_id_taken,
  replacement_id_used,
  replacement_refused,
};

[[nodiscard]] ReverseTradeStatus check_shape(const BustTrade& command);
[[nodiscard]] ReverseTradeStatus check_shape(const AmendTrade& command);

struct ReverseBooks {
  TradeBooks trades;  // with terms
  TermsState& terms;
};

// What was booked before a refusal is left to the caller's rollback.
ReverseTradeStatus apply(const BustTrade& command, const ReverseBooks& books,
                         ledger::Context& context);
ReverseTradeStatus apply(const AmendTrade& command, const ReverseBooks& books,
                         ledger::Context& context);

// The trade that an amendment books in the place of the one that it takes back.
[[nodiscard]] Trade replacement_of(const AmendTrade& command);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::ReverseTradeStatus> {
  static constexpr std::array<std::string_view, 17> kNames{"ok",
                                                           "reason_missing",
                                                           "reason_too_long",
                                                           "trade_not_found",
                                                           "trade_in_another_contract",
                                                           "already_reversed",
                                                           "contract_closed",
                                                           "pool_not_active",
                                                           "fee_not_covered",
                                                           "premium_not_covered",
                                                           "delivery_not_covered",
                                                           "collateral_cannot_be_credited",
                                                           "overflows",
                                                           "too_many_holders",
                                                           "account_id_taken",
                                                           "replacement_id_used",
                                                           "replacement_refused"};
  static constexpr std::array<std::string_view, 17> kDocs{
      "",
      "a reversal says why",
      "a reason has at most 1024 bytes",
      "the trade was booked",
      "the trade was made in the contract that is named",
      "a trade is taken back once",
      "the trades of a closed contract stay",
      "the pools of both sides accept transfers",
      "the pool's fees return a fee, the collateral a rebate",
      "the seller's collateral returns the premium, or the price of spot",
      "the buyer's collateral in the base asset returns the quantity of spot",
      "a collateral account that would be paid is neither frozen nor closed nor at its ceiling",
      "values and their sums stay below 2^120 units",
      "a contract has at most 100000 holders at a time",
      "an id reserved for the market's own accounts is used by another account",
      "the id of the trade in its place was not used before",
      "the trade in its place could be booked by itself"};
};
