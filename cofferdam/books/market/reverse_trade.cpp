// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/reverse_trade.h"

#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/cash.h"
#include "cofferdam/books/market/open_interest.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = ReverseTradeStatus;

[[nodiscard]] S check_reason(const std::string& reason) {
  if (reason.empty()) return S::reason_missing;
  if (reason.size() > ledger::kReasonMax) return S::reason_too_long;
  return S::ok;
}

struct Side {
  PoolId pool;
  OwnerId owner;
  SignedAmount fee;
  Slot participant = base::kNoSlot;
  Slot holding = base::kNoSlot;
};

// One trade that is taken back.
class Reversal {
 public:
  Reversal(const Trade& trade, const ReverseBooks& books, ledger::Context& context)
      : trade_(trade),
        market_(books.trades.market),
        ledger_(books.trades.ledger),
        terms_(books.terms),
        context_(context),
        contract_(*market_.contracts.find(trade.contract)),
        value_(*trade_value(contract_, trade.price, trade.quantity)),
        buyer_{.pool = trade.buyer_pool, .owner = trade.buyer, .fee = trade.buyer_fee},
        seller_{.pool = trade.seller_pool, .owner = trade.seller, .fee = trade.seller_fee} {}

  [[nodiscard]] S run(std::optional<TradeHistory::Charged> charged) {
    if (!active(buyer_.pool) || !active(seller_.pool)) return S::pool_not_active;
    if (charged) set_fees(*charged);
    for (Side* side : {&buyer_, &seller_}) {
      side->participant =
          market_.participants.find_slot({side->pool, side->owner, contract_.settlement_asset});
      COFFERDAM_CHECK(side->participant != base::kNoSlot, "a booked trade has two participants");
    }
    if (const S status = return_fees(); status != S::ok) return status;
    const Terms* terms = terms_.terms.find(contract_.id);
    if (terms != nullptr && pays_at_trade(terms->instrument)) {
      if (const S status = return_price(); status != S::ok) return status;
      if (terms->instrument == Instrument::spot) return return_delivery(*terms);
      return return_positions();
    }
    if (const S status = return_positions(); status != S::ok) return status;
    return return_open_values();
  }

 private:
  [[nodiscard]] bool active(PoolId pool) const {
    const ledger::Compartment* compartment = ledger_.compartments.find(pool);
    return compartment != nullptr && compartment->accepts_transfers;
  }

  void set_fees(const TradeHistory::Charged& charged) {
    const FeeSchedule* schedule = fees_at(terms_, contract_.id, charged.sequence);
    const auto fee = [&](TradeSide side) {
      const Liquidity liquidity = side == charged.taker ? Liquidity::taker : Liquidity::maker;
      return *fee_of(schedule, contract_, liquidity, value_, trade_.quantity.magnitude());
    };
    buyer_.fee = fee(TradeSide::buyer);
    seller_.fee = fee(TradeSide::seller);
  }

  [[nodiscard]] bool leg(Slot debit, Slot credit, Amount amount, PostingCode code) {
    return ledger::post_leg(ledger_, context_, debit, credit, amount, code, trade_.id) ==
           ledger::TransferStatus::ok;
  }

  // Rebates come back before fees go back, as the one may have paid the other.
  [[nodiscard]] S return_fees() {
    for (const bool rebates : {true, false})
      for (const Side* side : {&buyer_, &seller_}) {
        if (side->fee.is_zero() || side->fee.is_negative() != rebates) continue;
        const Slot collateral = market_.participants.at(side->participant).collateral;
        const Slot fees = market_.desks.find({side->pool, contract_.settlement_asset})->fee;
        if (!leg(rebates ? collateral : fees, rebates ? fees : collateral, side->fee.magnitude(),
                 kReverseFee))
          return S::fee_not_covered;
      }
    return S::ok;
  }

  [[nodiscard]] static S as_status(Paid paid, S not_covered) {
    switch (paid) {
      case Paid::ok:
        return S::ok;
      case Paid::not_covered:
        return not_covered;
      case Paid::cannot_be_credited:
        return S::collateral_cannot_be_credited;
      case Paid::account_id_taken:
        return S::account_id_taken;
      case Paid::overflows:
        return S::overflows;
    }
    return S::overflows;
  }

  [[nodiscard]] S return_price() {
    Payment payment = price_of(contract_, value_);
    payment.payer = buyer_.participant;
    payment.payee = seller_.participant;
    payment.code = kReversePremium;
    payment.reference = trade_.id;
    return as_status(pay_back(payment, market_, ledger_, context_), S::premium_not_covered);
  }

  [[nodiscard]] S return_delivery(const Terms& terms) {
    const std::optional<Amount> delivered =
        delivered_by(contract_, ledger_.assets.find(terms.base_asset)->scale, trade_.quantity);
    const auto participant = [&](const Side& side) {
      return market_.participants.find_slot({side.pool, side.owner, terms.base_asset});
    };
    const Payment delivery{.payer = participant(seller_),
                           .payee = participant(buyer_),
                           .paid = *delivered,
                           .received = *delivered,
                           .code = kReverseDelivery,
                           .reference = trade_.id};
    return as_status(pay_back(delivery, market_, ledger_, context_), S::delivery_not_covered);
  }

  [[nodiscard]] S list(Side& side) {
    side.holding = market_.holdings.find_slot({contract_.id, side.pool, side.owner});
    COFFERDAM_CHECK(side.holding != base::kNoSlot, "a booked trade has two holdings");
    return ensure_listed(market_, context_, side.holding) == Opened::ok ? S::ok
                                                                        : S::too_many_holders;
  }

  [[nodiscard]] i128 position(const Side& side) const {
    return net_credit(ledger_.accounts.at(market_.holdings.at(side.holding).position));
  }

  [[nodiscard]] S return_positions() {
    for (Side* side : {&buyer_, &seller_})
      if (const S status = list(*side); status != S::ok) return status;
    const i128 quantity = trade_.quantity.value();
    const Turnover before = *market_.turnovers.find(contract_.id);
    Interest open{before.long_open.value(), before.short_open.value()};
    open.move(position(buyer_), position(buyer_) - quantity);
    open.move(position(seller_), position(seller_) + quantity);
    if (base::magnitude(open.longs) >= kValueMax) return S::overflows;
    const Amount amount(trade_.quantity.magnitude());
    if (!leg(market_.holdings.at(buyer_.holding).position, clearing(buyer_).position, amount,
             kReversePosition) ||
        !leg(clearing(seller_).position, market_.holdings.at(seller_.holding).position, amount,
             kReversePosition))
      return S::overflows;
    Turnover& turnover = market_.turnovers.edit(context_.changes, contract_.id);
    turnover.long_open = Quantity(open.longs);
    turnover.short_open = Quantity(open.shorts);
    return S::ok;
  }

  [[nodiscard]] const Clearing& clearing(const Side& side) const {
    return *market_.clearings.find({side.pool, contract_.id});
  }

  [[nodiscard]] S return_open_values() {
    const Amount value(value_);
    const auto give = [&](const Side& side, bool to_member) {
      const Slot member = market_.holdings.at(side.holding).open_value;
      const Slot pool = clearing(side).open_value;
      return leg(to_member ? pool : member, to_member ? member : pool, value, kReverseValue) &&
             base::magnitude(net_credit(ledger_.accounts.at(member))) < kValueMax;
    };
    const bool linear = long_sign(contract_.kind) > 0;
    return give(buyer_, linear) && give(seller_, !linear) ? S::ok : S::overflows;
  }

  const Trade& trade_;
  State& market_;
  ledger::State& ledger_;
  TermsState& terms_;
  ledger::Context& context_;
  const Contract contract_;
  u128 value_;
  Side buyer_;
  Side seller_;
};

struct Booked {
  Trade trade;
  std::optional<TradeHistory::Charged> charged;
};

[[nodiscard]] std::optional<Booked> find(u128 id, const ReverseBooks& books) {
  const Trade probe{.id = id};
  books.trades.history.prefetch({&probe, 1});
  const Trade* trade = books.trades.history.find(id);
  if (trade == nullptr) return std::nullopt;
  Booked found{.trade = *trade};
  found.charged = books.trades.history.charged();
  return found;
}

[[nodiscard]] S reverse(const TradeReversal& row, const Booked& found, const ReverseBooks& books,
                        ledger::Context& context) {
  if (found.trade.contract != row.contract) return S::trade_in_another_contract;
  if (books.terms.reversals.find(row.trade) != nullptr) return S::already_reversed;
  if (books.trades.market.contracts.find(row.contract)->status == ContractStatus::closed)
    return S::contract_closed;
  books.terms.reversals.insert(context.changes, row);
  return Reversal(found.trade, books, context).run(found.charged);
}

}  // namespace

S check_shape(const BustTrade& command) {
  return check_reason(command.reason);
}

S check_shape(const AmendTrade& command) {
  return check_reason(command.reason);
}

Trade replacement_of(const AmendTrade& command) {
  return Trade{.id = command.id,
               .contract = command.contract,
               .price = command.price,
               .quantity = command.quantity,
               .buyer_pool = command.buyer_pool,
               .buyer = command.buyer,
               .seller_pool = command.seller_pool,
               .seller = command.seller,
               .buyer_fee = command.buyer_fee,
               .seller_fee = command.seller_fee,
               .time = command.time};
}

S apply(const BustTrade& command, const ReverseBooks& books, ledger::Context& context) {
  const std::optional<Booked> found = find(command.trade, books);
  if (!found) return S::trade_not_found;
  return reverse({.trade = base::Reference(command.trade),
                  .contract = command.contract,
                  .by = context.sequence,
                  .reason = command.reason},
                 *found, books, context);
}

S apply(const AmendTrade& command, const ReverseBooks& books, ledger::Context& context) {
  const std::optional<Booked> found = find(command.trade, books);
  if (!found) return S::trade_not_found;
  const S status = reverse({.trade = base::Reference(command.trade),
                            .contract = command.contract,
                            .by = context.sequence,
                            .replacement = base::Reference(command.id),
                            .reason = command.reason},
                           *found, books, context);
  if (status != S::ok) return status;
  if (find(command.id, books)) return S::replacement_id_used;
  const Trade trade = replacement_of(command);
  std::vector<TradeStatus> results;
  market::apply(std::span(&trade, 1), books.trades, context, results);
  return results.front() == TradeStatus::ok ? S::ok : S::replacement_refused;
}

}  // namespace cofferdam::market
