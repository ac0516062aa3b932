// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/record_trades.h"

#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/accounts.h"
#include "cofferdam/books/market/cash.h"
#include "cofferdam/books/market/open_interest.h"
#include "cofferdam/books/market/trade_ids.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <optional>

namespace cofferdam::market {

using S = TradeStatus;

TradeScratch::TradeScratch() : ids_(std::make_unique<TradeIds>()) {}

TradeScratch::~TradeScratch() = default;

namespace {

constexpr u128 kCounterMax = static_cast<u128>(1) << 127;

[[nodiscard]] S compare(const Trade& now, const Trade& then) {
  if (now.contract != then.contract) return S::exists_with_different_contract;
  if (now.price != then.price) return S::exists_with_different_price;
  if (now.quantity != then.quantity) return S::exists_with_different_quantity;
  if (now.buyer_pool != then.buyer_pool || now.buyer != then.buyer)
    return S::exists_with_different_buyer;
  if (now.seller_pool != then.seller_pool || now.seller != then.seller)
    return S::exists_with_different_seller;
  if (now.buyer_fee != then.buyer_fee || now.seller_fee != then.seller_fee)
    return S::exists_with_different_fee;
  if (now.time != then.time) return S::exists_with_different_time;
  return S::exists;
}

[[nodiscard]] bool in_range(SignedAmount fee) {
  return fee.magnitude().units() < kValueMax;
}

// What the trade says by itself.
[[nodiscard]] S judge_alone(const Trade& trade, Time now) {
  if (trade.quantity.value() <= 0) return S::quantity_must_be_positive;
  if (trade.price.value() <= 0) return S::price_must_be_positive;
  if (!in_range(trade.buyer_fee) || !in_range(trade.seller_fee)) return S::fee_out_of_range;
  if (trade.buyer_pool == trade.seller_pool && trade.buyer == trade.seller)
    return S::buyer_and_seller_are_the_same;
  if (trade.time > now) return S::time_in_the_future;
  return S::ok;
}

// One of the two participants of a trade.
struct Side {
  PoolId pool;
  OwnerId owner;
  SignedAmount fee;
  Slot participant = base::kNoSlot;
  Slot holding = base::kNoSlot;  // none before the first trade
  Slot base = base::kNoSlot;     // spot: the participant in the base asset
  bool listed = false;
  i128 position = 0;
  i128 open_value = 0;
};

class Batch {
 public:
  Batch(std::span<const Trade> trades, TradeBooks books, ledger::Context& context)
      : trades_(trades),
        market_(books.market),
        ledger_(books.ledger),
        history_(books.history),
        ids_(books.scratch.ids()),
        terms_(books.terms == nullptr || books.terms->terms.size() == 0 ? nullptr : books.terms),
        guard_(books.guard),
        limits_(books.limits),
        payments_(books.payments),
        context_(context) {}

  // takers[i] is the taker of trades[i], whose fees are those of the schedule.
  void charge(std::span<const TradeSide> takers) { takers_ = takers; }

  void run(std::vector<S>& results) {
    ids_.reset();
    results.assign(trades_.size(), S::ok);
    history_.prefetch(trades_);
    for (std::size_t i = 0; i < trades_.size(); ++i) {
      look_ahead(i);
      results[i] = record(trades_[i], i);
      if (results[i] == S::ok) ids_.put(trades_[i].id, i);
    }
  }

 private:
  // Index, holdings and accounts are asked for one after the other, each from what the one before
  // has brought into the cache.
  static constexpr std::size_t kIndexAhead = 12;
  static constexpr std::size_t kHoldingAhead = 8;
  static constexpr std::size_t kAccountAhead = 4;

  void look_ahead(std::size_t i) const {
    if (i + kIndexAhead < trades_.size()) {
      const Trade& trade = trades_[i + kIndexAhead];
      market_.holdings.prefetch({trade.contract, trade.buyer_pool, trade.buyer});
      market_.holdings.prefetch({trade.contract, trade.seller_pool, trade.seller});
    }
    if (i + kHoldingAhead < trades_.size())
      each_holding(trades_[i + kHoldingAhead],
                   [&](Slot holding) { market_.holdings.prefetch_row(holding); });
    if (i + kAccountAhead < trades_.size())
      each_holding(trades_[i + kAccountAhead], [&](Slot slot) {
        const Holding& holding = market_.holdings.at(slot);
        ledger_.accounts.prefetch_row(holding.position);
        ledger_.accounts.prefetch_row(holding.open_value);
        market_.participants.prefetch_row(holding.participant);
      });
  }

  template <class F>
  void each_holding(const Trade& trade, F&& f) const {
    for (const Holding::Key& key : {Holding::Key{trade.contract, trade.buyer_pool, trade.buyer},
                                    Holding::Key{trade.contract, trade.seller_pool, trade.seller}})
      if (const Slot slot = market_.holdings.find_slot(key); slot != base::kNoSlot) f(slot);
  }

  [[nodiscard]] S record(const Trade& trade, std::size_t position) {
    if (trade.id == 0) return S::id_must_not_be_zero;
    if (trade.id == base::kU128Max) return S::id_must_not_be_max;
    if (const Trade* earlier = ids_.find(trades_, trade.id)) return compare(trade, *earlier);
    if (const Trade* earlier = history_.find(trade.id)) return compare(trade, *earlier);
    reference_ = trade.id;  // every posting of the trade carries its id
    if (const S status = judge_alone(trade, context_.now); status != S::ok) return status;
    const Contract* contract = market_.contracts.find(trade.contract);
    if (contract == nullptr) return S::contract_not_found;
    if (contract->status == ContractStatus::closed) return S::contract_closed;
    const Terms* terms = terms_ == nullptr ? nullptr : terms_->terms.find(contract->id);
    if (terms != nullptr && terms->expiry != Time() && context_.now >= terms->expiry)
      return S::contract_expired;
    Side buyer{.pool = trade.buyer_pool, .owner = trade.buyer, .fee = trade.buyer_fee};
    Side seller{.pool = trade.seller_pool, .owner = trade.seller, .fee = trade.seller_fee};
    if (!find(*contract, buyer)) return S::buyer_not_found;
    if (!find(*contract, seller)) return S::seller_not_found;
    if (terms != nullptr && terms->instrument == Instrument::spot) {
      if (!find_base(*terms, buyer)) return S::buyer_base_not_found;
      if (!find_base(*terms, seller)) return S::seller_base_not_found;
    }
    if (!active(buyer.pool)) return S::buyer_pool_not_active;
    if (!active(seller.pool)) return S::seller_pool_not_active;
    const i128 quantity = trade.quantity.value();
    if (contract->status == ContractStatus::reduce_only) {
      if (-buyer.position < quantity) return S::buyer_would_not_reduce;
      if (seller.position < quantity) return S::seller_would_not_reduce;
    }
    const std::optional<u128> value = trade_value(*contract, trade.price, trade.quantity);
    if (!value) return S::value_out_of_range;
    if (limits_ != nullptr)
      if (const S status = judge_limits(*contract, terms, buyer, seller, quantity); status != S::ok)
        return status;
    if (!takers_.empty()) {
      const std::optional<S> refusal = charge(*contract, trade, position, *value, buyer, seller);
      if (refusal) return *refusal;
    }
    if (terms != nullptr && pays_at_trade(terms->instrument))
      return pay_and_book(*contract, *terms, trade, buyer, seller, *value);
    const i128 cost = long_sign(contract->kind) * static_cast<i128>(*value);
    const Slot turnover = market_.turnovers.find_slot(contract->id);
    if (!interest_fits(market_.turnovers.at(turnover), buyer, seller, quantity))
      return S::overflows_open_interest;
    if (base::magnitude(buyer.open_value - cost) >= kValueMax ||
        base::magnitude(seller.open_value + cost) >= kValueMax)
      return S::overflows_open_value;
    return open_and_book(*contract, trade, buyer, seller, Amount(*value), turnover);
  }

  [[nodiscard]] S judge_limits(const Contract& contract, const Terms* terms, const Side& buyer,
                               const Side& seller, i128 quantity) const {
    if (!is_limited(*limits_, contract.id, terms)) return S::ok;
    const Turnover& turnover = *market_.turnovers.find(contract.id);
    if (!interest_fits(turnover, buyer, seller, quantity)) return S::overflows_open_interest;
    const Interest after = interest_after(turnover, buyer, seller, quantity);
    const LimitBreach breach =
        find_limit_breach(*limits_, contract.id, context_.now, turnover.long_open.value(),
                          after.longs, {buyer.pool, buyer.position, buyer.position + quantity},
                          {seller.pool, seller.position, seller.position - quantity});
    if (breach == LimitBreach::open_interest) return S::open_interest_capped;
    return breach == LimitBreach::quarantine ? S::contract_quarantined : S::ok;
  }

  [[nodiscard]] bool find(const Contract& contract, Side& side) const {
    side.holding = market_.holdings.find_slot({contract.id, side.pool, side.owner});
    if (side.holding == base::kNoSlot) {
      side.participant =
          market_.participants.find_slot({side.pool, side.owner, contract.settlement_asset});
      return side.participant != base::kNoSlot;
    }
    const Holding& holding = market_.holdings.at(side.holding);
    side.participant = holding.participant;
    side.listed = holding.listed;
    side.position = net_credit(ledger_.accounts.at(holding.position));
    side.open_value = net_credit(ledger_.accounts.at(holding.open_value));
    return true;
  }

  [[nodiscard]] bool active(PoolId pool) const {
    const ledger::Compartment* compartment = ledger_.compartments.find(pool);
    return compartment != nullptr && compartment->accepts_transfers;
  }

  [[nodiscard]] static Interest interest_after(const Turnover& turnover, const Side& buyer,
                                               const Side& seller, i128 quantity) {
    Interest open{turnover.long_open.value(), turnover.short_open.value()};
    open.move(buyer.position, buyer.position + quantity);
    open.move(seller.position, seller.position - quantity);
    return open;
  }

  [[nodiscard]] static bool interest_fits(const Turnover& turnover, const Side& buyer,
                                          const Side& seller, i128 quantity) {
    if (static_cast<u128>(quantity) >= kValueMax) return false;
    const Interest open = interest_after(turnover, buyer, seller, quantity);
    return static_cast<u128>(open.longs) < kValueMax && static_cast<u128>(open.shorts) < kValueMax;
  }

  // Opening and fees may be refused half way: unless nothing of the kind can happen, what this
  // trade did is then taken back.
  [[nodiscard]] S open_and_book(const Contract& contract, const Trade& trade, Side& buyer,
                                Side& seller, Amount value, Slot turnover) {
    const AssetId asset = contract.settlement_asset;
    if (buyer.listed && seller.listed && fee_is_certain(buyer, asset) &&
        fee_is_certain(seller, asset)) {
      if (!room_in_ledger(buyer) || !room_in_ledger(seller)) return S::overflows_ledger;
      if (const S status = judge_cover(contract, trade, buyer, seller, value, Fees::due);
          status != S::ok)
        return status;
      COFFERDAM_CHECK(move_fee(buyer, asset) && move_fee(seller, asset), "the fees are certain");
    } else {
      const ledger::Changes::Mark mark = context_.changes.mark();
      const std::size_t postings = context_.postings.size();
      S status = prepare(contract, buyer, seller);
      if (status == S::ok) status = judge_cover(contract, trade, buyer, seller, value, Fees::paid);
      if (status != S::ok) {
        context_.changes.rollback(mark);
        context_.postings.resize(postings);
        return status;
      }
    }
    // After this point the trade must succeed.
    book(contract, buyer, seller, Amount(trade.quantity.magnitude()), value);
    count(trade, buyer, seller, turnover);
    return S::ok;
  }

  void count(const Trade& trade, const Side& buyer, const Side& seller, Slot turnover) {
    Turnover& row = market_.turnovers.edit(context_.changes, turnover);
    const Interest open = interest_after(row, buyer, seller, trade.quantity.value());
    row.long_open = Quantity(open.longs);
    row.short_open = Quantity(open.shorts);
    ++row.trades;
    row.last_price = trade.price;
    row.last_trade = context_.now;
  }

  enum class Fees : std::uint8_t { due, paid };

  [[nodiscard]] S judge_cover(const Contract& contract, const Trade& trade, const Side& buyer,
                              const Side& seller, Amount value, Fees fees) const {
    if (guard_ == nullptr) return S::ok;
    const i128 cost = long_sign(contract.kind) * static_cast<i128>(value.units());
    const auto change_of = [&](const Side& side, int sign) {
      return SideChange{.pool = side.pool,
                        .owner = side.owner,
                        .contract = contract.id,
                        .position = sign * trade.quantity.value(),
                        .open_value = -sign * cost,
                        .asset = contract.settlement_asset,
                        .cash = fees == Fees::due ? -side.fee.units() : 0,
                        .moved = fees == Fees::paid ? -side.fee.units() : 0};
    };
    if (!guard_->covers(change_of(buyer, 1))) return S::buyer_margin_insufficient;
    if (!guard_->covers(change_of(seller, -1))) return S::seller_margin_insufficient;
    return S::ok;
  }

  [[nodiscard]] S prepare(const Contract& contract, Side& buyer, Side& seller) {
    for (Side* side : {&buyer, &seller}) {
      const Found found = ensure_holding(market_, ledger_, context_, contract, side->participant);
      if (found.opened == Opened::too_many_holders) return S::too_many_holders;
      if (found.opened == Opened::account_id_taken) return S::account_id_taken;
      side->holding = found.slot;
    }
    if (!room_in_ledger(buyer) || !room_in_ledger(seller)) return S::overflows_ledger;
    return move_fees(contract.settlement_asset, buyer, seller);
  }

  // Fees before rebates, so that the one may pay the other.
  [[nodiscard]] S move_fees(AssetId asset, const Side& buyer, const Side& seller) {
    if (!buyer.fee.is_negative() && !move_fee(buyer, asset)) return S::buyer_fee_not_covered;
    if (!seller.fee.is_negative() && !move_fee(seller, asset)) return S::seller_fee_not_covered;
    if (buyer.fee.is_negative() && !move_fee(buyer, asset)) return S::buyer_fee_not_covered;
    if (seller.fee.is_negative() && !move_fee(seller, asset)) return S::seller_fee_not_covered;
    return S::ok;
  }

  // A fee that its collateral covers and that nothing which the other side's fee does can stop.
  [[nodiscard]] bool fee_is_certain(const Side& side, AssetId asset) const {
    if (side.fee.is_zero()) return true;
    if (side.fee.is_negative()) return false;
    const Slot payer = market_.participants.at(side.participant).collateral;
    const Slot paid = market_.desks.find({side.pool, asset})->fee;
    const ledger::Account& collateral = ledger_.accounts.at(payer);
    const ledger::Account& fees = ledger_.accounts.at(paid);
    return !fees.is(ledger::kHasCeiling | ledger::kCreditsMustNotExceedDebits) &&
           room_in_total(payer) && room_in_total(paid) &&
           ledger::can_book(ledger_, collateral, fees, side.fee.magnitude(), ledger::Leg::posted) ==
               ledger::TransferStatus::ok;
  }

  [[nodiscard]] bool move_fee(const Side& side, AssetId asset) {
    if (side.fee.is_zero()) return true;
    const Slot collateral = market_.participants.at(side.participant).collateral;
    const Slot fees = market_.desks.find({side.pool, asset})->fee;
    const bool rebate = side.fee.is_negative();
    return ledger::post_leg(ledger_, context_, rebate ? fees : collateral,
                            rebate ? collateral : fees, side.fee.magnitude(), kTradeFee,
                            reference_) == ledger::TransferStatus::ok;
  }

  // A trade adds less than 2^121 to a counter: below 2^127 none overflows.
  [[nodiscard]] bool room_in_total(Slot account) const {
    const ledger::Total& total = ledger_.totals.at(ledger_.accounts.at(account).total);
    return total.debits_posted.units() < kCounterMax && total.credits_posted.units() < kCounterMax;
  }

  [[nodiscard]] bool room_in_ledger(const Side& side) const {
    const Holding& holding = market_.holdings.at(side.holding);
    const Clearing& clearing = *market_.clearings.find({holding.pool, holding.contract});
    return room_in_total(holding.position) && room_in_total(holding.open_value) &&
           room_in_total(clearing.position) && room_in_total(clearing.open_value);
  }

  [[nodiscard]] bool find_base(const Terms& terms, Side& side) const {
    side.base = market_.participants.find_slot({side.pool, side.owner, terms.base_asset});
    return side.base != base::kNoSlot;
  }

  // The fees of the schedule in force, or why they cannot be charged.
  [[nodiscard]] std::optional<S> charge(const Contract& contract, const Trade& trade,
                                        std::size_t position, u128 value, Side& buyer,
                                        Side& seller) const {
    if (terms_ == nullptr) return std::nullopt;
    const FeeSchedule* schedule = fees_at(*terms_, contract.id, context_.sequence);
    const bool buyer_takes = takers_[position] == TradeSide::buyer;
    const u128 quantity = trade.quantity.magnitude();
    const auto fee = [&](bool takes) {
      return fee_of(schedule, contract, takes ? Liquidity::taker : Liquidity::maker, value,
                    quantity);
    };
    const auto buying = fee(buyer_takes);
    const auto selling = fee(!buyer_takes);
    if (!buying || !selling) return S::fee_out_of_range;
    buyer.fee = *buying;
    seller.fee = *selling;
    return std::nullopt;
  }

  // Any leg of collateral may be refused: then what this trade did is taken back.
  [[nodiscard]] S pay_and_book(const Contract& contract, const Terms& terms, const Trade& trade,
                               Side& buyer, Side& seller, u128 value) {
    const Slot turnover = market_.turnovers.find_slot(contract.id);
    const bool option = terms.instrument == Instrument::option;
    if (option &&
        !interest_fits(market_.turnovers.at(turnover), buyer, seller, trade.quantity.value()))
      return S::overflows_open_interest;
    if (const S status = judge_paid(contract, terms, trade, buyer, seller, value); status != S::ok)
      return status;
    const ledger::Changes::Mark mark = context_.changes.mark();
    const std::size_t postings = context_.postings.size();
    S status = option ? book_option(contract, trade, buyer, seller, value)
                      : book_spot(contract, terms, trade, buyer, seller, value);
    if (status == S::ok) status = judge_payers(std::span(context_.postings).subspan(postings));
    if (status != S::ok) {
      context_.changes.rollback(mark);
      context_.postings.resize(postings);
      return status;
    }
    if (option) {
      count(trade, buyer, seller, turnover);
    } else {
      // Nothing stays open: the positions before and after are the same.
      Turnover& row = market_.turnovers.edit(context_.changes, turnover);
      ++row.trades;
      row.last_price = trade.price;
      row.last_trade = context_.now;
    }
    return S::ok;
  }

  // Of what was paid, once all has moved. Fees are no payments.
  [[nodiscard]] S judge_payers(std::span<const ledger::Transfer> legs) const {
    if (payments_ == nullptr) return S::ok;
    for (const ledger::Transfer& leg : legs) {
      if (leg.code != kTradePremium && leg.code != kTradeDelivery) continue;
      if (payments_->may_have_paid(*ledger_.accounts.find(leg.debit_account))) continue;
      return leg.code == kTradePremium ? S::buyer_profit_not_mature : S::seller_profit_not_mature;
    }
    return S::ok;
  }

  // Of what is paid for at the trade, before anything moves.
  [[nodiscard]] S judge_paid(const Contract& contract, const Terms& terms, const Trade& trade,
                             const Side& buyer, const Side& seller, u128 value) const {
    if (guard_ == nullptr) return S::ok;
    const Payment price = price_of(contract, value);
    i128 delivered = 0;
    if (terms.instrument == Instrument::spot) {
      const std::optional<Amount> amount =
          delivered_by(contract, ledger_.assets.find(terms.base_asset)->scale, trade.quantity);
      if (!amount || amount->units() >= kValueMax) return S::value_out_of_range;
      delivered = static_cast<i128>(amount->units());
    }
    const auto change_of = [&](const Side& side, int sign) {
      const u128 cash = (sign > 0 ? price.paid : price.received).units();
      SideChange change{.pool = side.pool,
                        .owner = side.owner,
                        .asset = contract.settlement_asset,
                        .cash = -sign * static_cast<i128>(cash) - side.fee.units()};
      if (terms.instrument == Instrument::spot) {
        change.other = terms.base_asset;
        change.delivered = sign * delivered;
      } else {
        change.contract = contract.id;
        change.position = sign * trade.quantity.value();
      }
      return change;
    };
    if (!guard_->covers(change_of(buyer, 1))) return S::buyer_margin_insufficient;
    if (!guard_->covers(change_of(seller, -1))) return S::seller_margin_insufficient;
    return S::ok;
  }

  [[nodiscard]] S book_option(const Contract& contract, const Trade& trade, Side& buyer,
                              Side& seller, u128 value) {
    for (Side* side : {&buyer, &seller}) {
      const Found found = ensure_holding(market_, ledger_, context_, contract, side->participant);
      if (found.opened == Opened::too_many_holders) return S::too_many_holders;
      if (found.opened == Opened::account_id_taken) return S::account_id_taken;
      side->holding = found.slot;
    }
    if (!room_in_ledger(buyer) || !room_in_ledger(seller)) return S::overflows_ledger;
    if (const S status = pay_price(contract, buyer, seller, value); status != S::ok) return status;
    if (const S status = move_fees(contract.settlement_asset, buyer, seller); status != S::ok)
      return status;
    book_positions(contract, buyer, seller, Amount(trade.quantity.magnitude()));
    return S::ok;
  }

  [[nodiscard]] S book_spot(const Contract& contract, const Terms& terms, const Trade& trade,
                            const Side& buyer, const Side& seller, u128 value) {
    if (const S status = pay_price(contract, buyer, seller, value); status != S::ok) return status;
    const std::optional<Amount> delivered =
        delivered_by(contract, ledger_.assets.find(terms.base_asset)->scale, trade.quantity);
    if (!delivered) return S::value_out_of_range;
    const Payment delivery{.payer = seller.base,
                           .payee = buyer.base,
                           .paid = *delivered,
                           .received = *delivered,
                           .code = kTradeDelivery,
                           .reference = reference_};
    if (const S status =
            as_status(market::pay(delivery, market_, ledger_, context_), S::delivery_not_covered);
        status != S::ok)
      return status;
    return move_fees(contract.settlement_asset, buyer, seller);
  }

  [[nodiscard]] S pay_price(const Contract& contract, const Side& buyer, const Side& seller,
                            u128 value) {
    Payment payment = price_of(contract, value);
    payment.payer = buyer.participant;
    payment.payee = seller.participant;
    payment.reference = reference_;
    return as_status(market::pay(payment, market_, ledger_, context_), S::premium_not_covered);
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
        return S::overflows_ledger;
    }
    return S::overflows_ledger;
  }

  void leg(Slot debit, Slot credit, Amount amount, PostingCode code) {
    const ledger::TransferStatus status =
        ledger::post_leg(ledger_, context_, debit, credit, amount, code, reference_);
    COFFERDAM_CHECK(status == ledger::TransferStatus::ok,
                    "the market's own accounts have no limits, and their counters were checked");
  }

  void book(const Contract& contract, const Side& buyer, const Side& seller, Amount quantity,
            Amount value) {
    const Holding& longer = market_.holdings.at(buyer.holding);
    const Holding& shorter = market_.holdings.at(seller.holding);
    const Clearing& buying = *market_.clearings.find({buyer.pool, contract.id});
    const Clearing& selling = *market_.clearings.find({seller.pool, contract.id});
    book_positions(contract, buyer, seller, quantity);
    if (long_sign(contract.kind) > 0) {
      leg(longer.open_value, buying.open_value, value, kTradeValue);
      leg(selling.open_value, shorter.open_value, value, kTradeValue);
    } else {
      leg(buying.open_value, longer.open_value, value, kTradeValue);
      leg(shorter.open_value, selling.open_value, value, kTradeValue);
    }
  }

  void book_positions(const Contract& contract, const Side& buyer, const Side& seller,
                      Amount quantity) {
    const Holding& longer = market_.holdings.at(buyer.holding);
    const Holding& shorter = market_.holdings.at(seller.holding);
    leg(market_.clearings.find({buyer.pool, contract.id})->position, longer.position, quantity,
        kTradePosition);
    leg(shorter.position, market_.clearings.find({seller.pool, contract.id})->position, quantity,
        kTradePosition);
  }

  std::span<const Trade> trades_;
  std::span<const TradeSide> takers_;
  State& market_;
  ledger::State& ledger_;
  TradeHistory& history_;
  TradeIds& ids_;
  const TermsState* terms_;
  TradeGuard* guard_;
  const LimitState* limits_;
  PaymentGuard* payments_;
  ledger::Context& context_;
  u128 reference_ = 0;
};

[[nodiscard]] RecordTradesStatus check_size(std::size_t events) {
  if (events == 0) return RecordTradesStatus::no_events;
  if (events > ledger::kBatchEventsMax) return RecordTradesStatus::too_many_events;
  return RecordTradesStatus::ok;
}

}  // namespace

Trade without_fees(const ClearedTrade& trade) {
  return Trade{.id = trade.id,
               .contract = trade.contract,
               .price = trade.price,
               .quantity = trade.quantity,
               .buyer_pool = trade.buyer_pool,
               .buyer = trade.buyer,
               .seller_pool = trade.seller_pool,
               .seller = trade.seller,
               .time = trade.time};
}

RecordTradesStatus check_shape(const RecordTrades& command) {
  return check_size(command.trades.size());
}

RecordTradesStatus check_shape(const ClearTrades& command) {
  return check_size(command.trades.size());
}

void apply(std::span<const Trade> trades, TradeBooks books, ledger::Context& context,
           std::vector<TradeStatus>& results) {
  Batch(trades, books, context).run(results);
}

void apply(std::span<const ClearedTrade> trades, TradeBooks books, ledger::Context& context,
           std::vector<TradeStatus>& results) {
  std::vector<Trade> bare;
  std::vector<TradeSide> takers;
  bare.reserve(trades.size());
  takers.reserve(trades.size());
  for (const ClearedTrade& trade : trades) {
    bare.push_back(without_fees(trade));
    takers.push_back(trade.taker);
  }
  Batch batch(bare, books, context);
  batch.charge(takers);
  batch.run(results);
}

}  // namespace cofferdam::market
