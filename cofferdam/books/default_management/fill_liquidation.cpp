// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fill_liquidation.h"

#include "cofferdam/books/default_management/closing_price.h"
#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::default_management {

using S = FillLiquidationStatus;

namespace {

// All that a fill is made of, once its command has been found good.
struct Fill {
  Case at;
  Failing failing;
  LiquidationTerms terms;
  Standing before;
  market::Contract contract;
  market::Mark mark;
  i128 position = 0;
  Close close;
  bool by_backstop = false;
  OrderStop stopped_by = OrderStop::nothing;
  LimitUse use;  // what this fill adds
  Amount fee;
  u128 filled = 0;
};

u128 size_of(i128 position) {
  return base::magnitude(position);
}

// What one unit of the position brings the failing account against the mark, in value units.
std::optional<i128> gain_by_unit(const Fill& fill) {
  const auto at_price = market::unit_value(fill.contract, fill.close.price);
  if (!at_price) return std::nullopt;
  const i128 up = static_cast<i128>(*at_price) - static_cast<i128>(fill.mark.unit_value);
  const bool with = (market::long_sign(fill.contract.kind) > 0) == (fill.position > 0);
  return with ? up : -up;
}

// The most whose value, so much by the unit and rounded up, stays within the room.
u128 quantity_within(Amount room, u128 by_unit, const market::Contract& contract) {
  if (by_unit == 0 || room == Amount::max()) return ~u128{0};
  const Integer most = integer(room.units()) * integer(contract.settle_factor) / integer(by_unit);
  return to_u128(most).value_or(~u128{0});
}

Amount in_asset(u128 quantity, u128 by_unit, const market::Contract& contract) {
  const Integer units =
      ceil_of(ratio(integer(quantity) * integer(by_unit), integer(contract.settle_factor)));
  return Amount(to_u128(units).value_or(~u128{0}));
}

// Cuts the quantity to what the limits leave, and says by which one.
S cut_to_limits(Fill& fill, const ResolutionState& state, Time now) {
  const LimitUse used = use_now(state, fill.terms, now);
  const auto cut = [&](u128 most, OrderStop by) {
    if (most >= fill.close.quantity) return;
    fill.close.quantity = most;
    fill.stopped_by = by;
  };
  const u128 unit = fill.mark.unit_value;
  cut(quantity_within(room_under(fill.terms.notional_max, used.notional), unit, fill.contract),
      OrderStop::notional_limit);
  u128 loss_by_unit = 0;
  if (fill.by_backstop) {
    const auto gain = gain_by_unit(fill);
    if (!gain) return S::not_computable;
    loss_by_unit = *gain > 0 ? static_cast<u128>(*gain) : 0;
    const Amount notional_left =
        room_under(fill.terms.backstop_notional_max, used.backstop_notional);
    const Amount loss_left = room_under(fill.terms.backstop_loss_max, used.backstop_loss);
    cut(quantity_within(notional_left, unit, fill.contract), OrderStop::backstop_quota);
    cut(quantity_within(loss_left, loss_by_unit, fill.contract), OrderStop::backstop_quota);
  }
  fill.use.notional = in_asset(fill.close.quantity, unit, fill.contract);
  if (fill.by_backstop) {
    fill.use.backstop_notional = fill.use.notional;
    fill.use.backstop_loss = in_asset(fill.close.quantity, loss_by_unit, fill.contract);
  }
  return S::ok;
}

// Whether a price is worse for the account than the mark by more than the terms allow.
bool is_beyond_spread(const Fill& fill) {
  const Integer mark = integer(fill.mark.price.value());
  const Integer price = integer(fill.close.price.value());
  const Integer worse = fill.position > 0 ? Integer(mark - price) : Integer(price - mark);
  return worse * kPpmOne > mark * fill.terms.spread_max_ppm;
}

S read_account(const FillLiquidation& command, const Books& books, const ResolutionState& state,
               Fill& fill) {
  fill.failing = {command.pool, command.owner, command.asset};
  if (books.market.participants.find({command.pool, command.owner, command.asset}) == nullptr)
    return S::account_not_found;
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  if (at == nullptr) return S::no_case;
  fill.at = *at;
  if (has_open_loss(books.defaults, at->number)) return S::loss_open;
  const LiquidationTerms* terms = state.terms.find({command.pool, command.asset});
  if (terms == nullptr) return S::no_terms;
  fill.terms = *terms;
  fill.by_backstop = command.taker.is_none();
  if (fill.by_backstop && (terms->backstop.is_none() || (terms->backstop_pool == command.pool &&
                                                         terms->backstop == command.owner)))
    return S::no_backstop;
  const auto standing = standing_of(books, fill.failing);
  if (!standing) return S::marks_not_usable;
  fill.before = *standing;
  return standing->liquidatable || standing->value.is_negative() ? S::ok : S::healthy_again;
}

S read_position(const FillLiquidation& command, const Books& books, Fill& fill) {
  const market::Contract* contract = books.market.contracts.find(command.contract);
  if (contract == nullptr || contract->settlement_asset != command.asset)
    return S::contract_not_found;
  fill.contract = *contract;
  for (const market::PositionLine& line : open_positions(books, fill.failing))
    if (line.contract == command.contract) fill.position = line.position.value();
  if (fill.position == 0) return S::no_position;
  fill.mark = *books.market.marks.find(command.contract);
  fill.close = {.contract = command.contract,
                .position = fill.position,
                .quantity = size_of(fill.position),
                .price = command.price,
                .other_pool = command.taker_pool.is_none() ? command.pool : command.taker_pool,
                .other = command.taker};
  if (!command.quantity.is_zero())
    fill.close.quantity = std::min(fill.close.quantity, size_of(command.quantity.value()));
  if (!fill.by_backstop) return is_beyond_spread(fill) ? S::price_beyond_spread : S::ok;
  fill.close.other_pool = fill.terms.backstop_pool;
  fill.close.other = fill.terms.backstop;
  fill.close.price = fill.mark.price;
  if (fill.terms.backstop_price == BackstopPrice::mark) return S::ok;
  const auto price = closing_price(*contract, fill.mark, fill.position, fill.before.value);
  if (!price) return S::not_computable;
  fill.close.price = *price;
  return S::ok;
}

// What the account is then short of is borne by layers, if the fill itself made it more.
S bear_shortfall(Fill& fill, ResolutionBooks books, Context& context) {
  const auto after = equity_at_marks(reading(books, context.now), fill.failing.pool,
                                     fill.failing.owner, fill.failing.asset);
  if (!after) return S::marks_not_usable;
  if (!after->is_negative() || *after >= fill.before.value) return S::ok;
  const LimitUse used = use_now(books.resolution, fill.terms, context.now);
  if (after->magnitude() > room_under(fill.terms.fund_loss_max, used.fund_loss)) {
    fill.stopped_by = OrderStop::fund_loss_limit;
    return S::ok;
  }
  fill.use.fund_loss = after->magnitude();
  if (!bear_at_once(after->magnitude(), fill.at, "liquidation", books, context))
    fill.stopped_by = OrderStop::layers_exhausted;
  return S::ok;
}

S take_fee(Fill& fill, ResolutionBooks books, Context& context) {
  if (fill.terms.fee_account.is_none() || fill.terms.fee_ppm == 0) return S::ok;
  const auto after = equity_at_marks(reading(books, context.now), fill.failing.pool,
                                     fill.failing.owner, fill.failing.asset);
  if (!after) return S::marks_not_usable;
  if (after->is_negative()) return S::ok;
  const auto value = market::trade_value(fill.contract, fill.close.price,
                                         Quantity(static_cast<i128>(fill.close.quantity)));
  if (!value) return S::not_computable;
  const Integer fee =
      integer(*value) * fill.terms.fee_ppm / kPpmOne / integer(fill.contract.settle_factor);
  const Amount asked(to_u128(fee).value_or(0));
  fill.fee = std::min({asked, after->magnitude(), cash_of(books, fill.failing)});
  const Slot to = books.trades.ledger.accounts.find_slot(fill.terms.fee_account);
  return pay_from(fill.failing, to, fill.fee, kLiquidationFee, books, context, fill.at.number)
             ? S::ok
             : S::penalty_refused;
}

// The trade, what layers add and the penalty; taken back whole where a layer cannot.
S make(Fill& fill, ResolutionBooks books, Context& context) {
  if (fill.close.quantity == 0) return S::ok;
  const base::Changes::Mark mark = context.changes.mark();
  const std::size_t postings = context.postings.size();
  const OrderStop stopped_before = fill.stopped_by;
  if (!book_close(fill.close, fill.failing, books, context, 1)) return S::trade_refused;
  if (const S status = bear_shortfall(fill, books, context); status != S::ok) return status;
  if (fill.stopped_by != stopped_before) {
    context.changes.rollback(mark);
    context.postings.resize(postings);
    fill.use = LimitUse();
    return S::ok;
  }
  fill.filled = fill.close.quantity;
  if (const S status = take_fee(fill, books, context); status != S::ok) return status;
  use_limits(books.resolution, fill.terms, fill.use, context);
  return S::ok;
}

NextStep next_of(const Fill& fill) {
  switch (fill.stopped_by) {
    case OrderStop::nothing:
      return NextStep::nothing;
    case OrderStop::notional_limit:
      return NextStep::next_interval;
    case OrderStop::fund_loss_limit:
    case OrderStop::layers_exhausted:
      return NextStep::deleveraging;
    case OrderStop::backstop_quota:
      break;
  }
  return fill.before.value > SignedAmount() ? NextStep::auction : NextStep::deleveraging;
}

void record(const Fill& fill, ResolutionState& state, Context& context) {
  const LiquidationOrder::Key key{fill.at.number, fill.close.contract};
  if (state.orders.find(key) == nullptr)
    state.orders.insert(
        context.changes,
        LiquidationOrder{.case_number = fill.at.number,
                         .pool = fill.failing.pool,
                         .owner = fill.failing.owner,
                         .asset = fill.failing.asset,
                         .contract = fill.close.contract,
                         .quantity = Quantity(static_cast<i128>(size_of(fill.position))),
                         .begun = context.now});
  LiquidationOrder& order = state.orders.edit(context.changes, key);
  const Quantity filled(static_cast<i128>(fill.filled));
  order.filled = Quantity(order.filled.value() + filled.value());
  if (fill.by_backstop) order.backstopped = Quantity(order.backstopped.value() + filled.value());
  order.fills += fill.filled == 0 ? 0 : 1;
  order.notional += fill.use.notional;
  order.fee += fill.fee;
  order.fund_paid += fill.use.fund_loss;
  order.stopped_by = fill.stopped_by;
  order.next = next_of(fill);
  order.last = context.now;
  const bool waits =
      fill.stopped_by == OrderStop::nothing || fill.stopped_by == OrderStop::notional_limit;
  if (fill.filled == size_of(fill.position))
    order.stage = OrderStage::done;
  else if (fill.filled == 0 && !waits)
    order.stage = OrderStage::failed;
  else
    order.stage = order.filled.is_zero() ? OrderStage::begun : OrderStage::partly_done;
}

}  // namespace

S check_shape(const FillLiquidation& command) {
  if (command.quantity.is_negative()) return S::quantity_negative;
  const bool priced = command.price > Price();
  const bool has_taker = !command.taker.is_none();
  const bool unpriced = command.price == Price() && command.taker_pool.is_none();
  return (has_taker ? priced : unpriced) ? S::ok : S::price_and_taker_together;
}

S apply(const FillLiquidation& command, ResolutionBooks books, Context& context) {
  Fill fill;
  const Books before = reading(books, context.now);
  if (const S s = read_account(command, before, books.resolution, fill); s != S::ok) return s;
  if (const S s = read_position(command, before, fill); s != S::ok) return s;
  if (const S s = cut_to_limits(fill, books.resolution, context.now); s != S::ok) return s;
  if (const S s = make(fill, books, context); s != S::ok) return s;
  record(fill, books.resolution, context);
  return S::ok;
}

}  // namespace cofferdam::default_management
