// SPDX-License-Identifier: Apache-2.0
//
// Keeps margin for an open order, and lets it go again when the order is filled, cut or cancelled.
// What was filled is released before its trade is booked, or the trade is judged with the order
// beside it.
#pragma once

#include "cofferdam/books/margin/margin.h"
#include "cofferdam/books/market/limits.h"

namespace cofferdam::margin {

struct ReserveOrder {
  PoolId pool;
  OwnerId owner;
  ContractId contract;
  u128 order = 0;
  OrderSide side = OrderSide::buy;
  Quantity quantity;
  Price price;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("contract", self.contract, "the contract");
    visit("order", self.order, "the venue's id of the order");
    visit("side", self.side, "buy or sell");
    visit("quantity", self.quantity, "what is open of it, positive");
    visit("price", self.price, "its limit; 0: none, it fills at the mark");
  }
};

enum class ReserveOrderStatus : std::uint16_t {
  ok,
  order_must_not_be_zero,
  quantity_out_of_range,
  price_must_not_be_negative,
  margin_not_set,
  contract_not_found,
  contract_does_not_open,
  owner_not_found,
  exists,
  too_many_orders,
  margin_unknown,
  insufficient_margin,
  open_interest_capped,
  contract_quarantined,
};

[[nodiscard]] ReserveOrderStatus check_shape(const ReserveOrder& command);
[[nodiscard]] ReserveOrderStatus check_state(const ReserveOrder& command, const State& state,
                                             const market::State& market,
                                             const market::TermsState& terms,
                                             const ledger::State& ledger, const fact::State& facts,
                                             const ledger::Context& context);
// The same for books with limits of contracts.
[[nodiscard]] ReserveOrderStatus check_state(const ReserveOrder& command, const State& state,
                                             const market::State& market,
                                             const market::TermsState& terms,
                                             const ledger::State& ledger, const fact::State& facts,
                                             const market::LimitState& limits,
                                             const ledger::Context& context);
ReserveOrderStatus apply(const ReserveOrder& command, State& state, ledger::Context& context);

struct ReleaseOrder {
  PoolId pool;
  OwnerId owner;
  ContractId contract;
  u128 order = 0;
  Quantity quantity;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("contract", self.contract, "the contract");
    visit("order", self.order, "the venue's id of the order");
    visit("quantity", self.quantity, "what is no longer open; 0: all of it");
  }
};

enum class ReleaseOrderStatus : std::uint16_t {
  ok,
  quantity_must_not_be_negative,
  order_not_found,
  exceeds_reservation,
};

[[nodiscard]] ReleaseOrderStatus check_shape(const ReleaseOrder& command);
[[nodiscard]] ReleaseOrderStatus check_state(const ReleaseOrder& command, const State& state);
ReleaseOrderStatus apply(const ReleaseOrder& command, State& state, ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::ReserveOrderStatus> {
  static constexpr std::array<std::string_view, 14> kNames{"ok",
                                                           "order_must_not_be_zero",
                                                           "quantity_out_of_range",
                                                           "price_must_not_be_negative",
                                                           "margin_not_set",
                                                           "contract_not_found",
                                                           "contract_does_not_open",
                                                           "owner_not_found",
                                                           "exists",
                                                           "too_many_orders",
                                                           "margin_unknown",
                                                           "insufficient_margin",
                                                           "open_interest_capped",
                                                           "contract_quarantined"};
  static constexpr std::array<std::string_view, 14> kDocs{
      "",
      "an order has an id",
      "a quantity is positive and less than 2^62",
      "a limit is positive, or 0 for none",
      "the pool must have margin in force",
      "the contract must exist",
      "only an active contract takes new orders",
      "the owner is a participant of the pool in the settlement asset",
      "the order was reserved before",
      "an account has at most 1024 open orders in a contract",
      "a mark, price or grid that the account needs is missing or old: no new risk",
      "the account must stay covered with all open orders at their worst",
      "what the order could open stays within the limit of the contract",
      "until the end of its quarantine, only one pool opens positions in the contract"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::margin::ReleaseOrderStatus> {
  static constexpr std::array<std::string_view, 4> kNames{"ok", "quantity_must_not_be_negative",
                                                          "order_not_found", "exceeds_reservation"};
  static constexpr std::array<std::string_view, 4> kDocs{"", "a quantity is positive, or 0 for all",
                                                         "the order is reserved",
                                                         "no more is released than is reserved"};
};
