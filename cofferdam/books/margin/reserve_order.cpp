// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/reserve_order.h"

#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

// Adds to the sums of the account in the contract, or takes away; an empty row goes.
void change_sums(State& state, ledger::Context& context, const Reservation& order, i128 quantity,
                 int orders) {
  const Reserved::Key key{order.pool, order.owner, order.contract};
  if (state.reserved.find(key) == nullptr)
    state.reserved.insert(
        context.changes,
        Reserved{.pool = order.pool, .owner = order.owner, .contract = order.contract});
  Reserved& row = state.reserved.edit(context.changes, key);
  Quantity& sum = order.side == OrderSide::buy ? row.buys : row.sells;
  sum = Quantity(sum.value() + quantity);
  row.orders = static_cast<std::uint32_t>(static_cast<int>(row.orders) + orders);
  if (row.orders == 0) state.reserved.erase(context.changes, key);
}

[[nodiscard]] Reservation::Key key_of(const ReleaseOrder& command) {
  return {command.pool, command.owner, command.contract, command.order};
}

[[nodiscard]] Change change_of(const ReserveOrder& command) {
  Change change{.contract = command.contract, .price = command.price};
  (command.side == OrderSide::buy ? change.buys : change.sells) = command.quantity.value();
  return change;
}

}  // namespace

ReserveOrderStatus check_shape(const ReserveOrder& command) {
  using S = ReserveOrderStatus;
  if (command.order == 0) return S::order_must_not_be_zero;
  if (command.quantity.value() <= 0 || command.quantity.value() >= kPositionMax)
    return S::quantity_out_of_range;
  if (command.price.is_negative()) return S::price_must_not_be_negative;
  return S::ok;
}

ReserveOrderStatus check_state(const ReserveOrder& command, const State& state,
                               const market::State& market, const market::TermsState& terms,
                               const ledger::State& ledger, const fact::State& facts,
                               const ledger::Context& context) {
  using S = ReserveOrderStatus;
  if (setting_of(state, command.pool) == nullptr) return S::margin_not_set;
  const market::Contract* contract = market.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status != market::ContractStatus::active) return S::contract_does_not_open;
  if (market.participants.find({command.pool, command.owner, contract->settlement_asset}) ==
      nullptr)
    return S::owner_not_found;
  if (state.reservations.find({command.pool, command.owner, command.contract, command.order}) !=
      nullptr)
    return S::exists;
  const Reserved* reserved = state.reserved.find({command.pool, command.owner, command.contract});
  if (reserved != nullptr && reserved->orders >= kOrdersPerAccountMax) return S::too_many_orders;
  const Books books{state, market, terms, ledger, facts, context.now};
  switch (cover(books, Account{command.pool, command.owner}, change_of(command))) {
    case Cover::ok:
      return S::ok;
    case Cover::unknown:
      return S::margin_unknown;
    case Cover::insufficient:
      return S::insufficient_margin;
  }
  return S::insufficient_margin;
}

ReserveOrderStatus check_state(const ReserveOrder& command, const State& state,
                               const market::State& market, const market::TermsState& terms,
                               const ledger::State& ledger, const fact::State& facts,
                               const market::LimitState& limits, const ledger::Context& context) {
  using S = ReserveOrderStatus;
  const S status = check_state(command, state, market, terms, ledger, facts, context);
  if (status != S::ok ||
      !market::is_limited(limits, command.contract, terms.terms.find(command.contract)))
    return status;
  const market::Holding* holding =
      market.holdings.find({command.contract, command.pool, command.owner});
  const i128 before =
      holding == nullptr ? 0 : market::net_credit(ledger.accounts.at(holding->position));
  const i128 quantity = command.quantity.value();
  const i128 after = command.side == OrderSide::buy ? before + quantity : before - quantity;
  const i128 closes = std::max<i128>(command.side == OrderSide::buy ? -before : before, 0);
  const i128 open = market.turnovers.find(command.contract)->long_open.value();
  const market::SideMove side{command.pool, before, after};
  switch (market::find_limit_breach(limits, command.contract, context.now, open,
                                    open + std::max<i128>(quantity - closes, 0), side, side)) {
    case market::LimitBreach::none:
      return S::ok;
    case market::LimitBreach::open_interest:
      return S::open_interest_capped;
    case market::LimitBreach::quarantine:
      return S::contract_quarantined;
  }
  return S::ok;
}

ReserveOrderStatus apply(const ReserveOrder& command, State& state, ledger::Context& context) {
  const Reservation row{.pool = command.pool,
                        .owner = command.owner,
                        .contract = command.contract,
                        .order = command.order,
                        .side = command.side,
                        .quantity = command.quantity,
                        .price = command.price,
                        .reserved = context.now};
  state.reservations.insert(context.changes, row);
  change_sums(state, context, row, row.quantity.value(), 1);
  return ReserveOrderStatus::ok;
}

ReleaseOrderStatus check_shape(const ReleaseOrder& command) {
  return command.quantity.is_negative() ? ReleaseOrderStatus::quantity_must_not_be_negative
                                        : ReleaseOrderStatus::ok;
}

ReleaseOrderStatus check_state(const ReleaseOrder& command, const State& state) {
  const Reservation* row = state.reservations.find(key_of(command));
  if (row == nullptr) return ReleaseOrderStatus::order_not_found;
  return command.quantity > row->quantity ? ReleaseOrderStatus::exceeds_reservation
                                          : ReleaseOrderStatus::ok;
}

ReleaseOrderStatus apply(const ReleaseOrder& command, State& state, ledger::Context& context) {
  const Reservation row = *state.reservations.find(key_of(command));
  const Quantity released = command.quantity.is_zero() ? row.quantity : command.quantity;
  const bool ends = released == row.quantity;
  change_sums(state, context, row, -released.value(), ends ? -1 : 0);
  if (ends) {
    state.reservations.erase(context.changes, row.key());
  } else {
    state.reservations.edit(context.changes, row.key()).quantity = row.quantity - released;
  }
  return ReleaseOrderStatus::ok;
}

}  // namespace cofferdam::margin
