// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/deleverage.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/closing_price.h"
#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/default_management/split.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <map>

namespace cofferdam::default_management {

using S = DeleverageStatus;

namespace {

// Ids of the trades that close positions: this in the upper half, the record and a count below.
constexpr std::uint64_t kCloseIds = 0xC0FF'E2DA'0000'0A01;
constexpr unsigned kCloseCountBits = 20;
static_assert(2 * kCounterpartiesMax < (std::size_t{1} << kCloseCountBits));

S check_loss(std::uint32_t number, const State& state) {
  const Loss* loss = state.losses.find(number);
  if (loss == nullptr) return S::loss_not_found;
  const bool allocated =
      loss->waterfall != 0 || waterfall_of(state, loss->pool, loss->asset) == nullptr;
  if (!allocated) return S::not_allocated;
  return loss->outstanding().is_zero() ? S::loss_closed : S::ok;
}

std::optional<market::PositionLine> line_of(const market::Equity& equity, ContractId contract) {
  for (const market::PositionLine& line : equity.positions)
    if (line.contract == contract && !line.position.is_zero()) return line;
  return std::nullopt;
}

// What a member has: all it has less this line is the wallet, the line is the profit.
std::optional<AdlCounterparty> counterparty(const Books& books, const market::Holding& holding,
                                            const market::Mark& mark, Quantity hedged) {
  const market::Participant& member = books.market.participants.at(holding.participant);
  const auto equity = market::equity(books.market, books.ledger, member.key());
  if (!equity || !equity->complete) return std::nullopt;
  const auto line = line_of(*equity, holding.contract);
  if (!line) return std::nullopt;
  AdlCounterparty party{.account = base::to_text(holding.owner.value()),
                        .position = line->position,
                        .entry_price = line->entry_price.is_zero() ? mark.price : line->entry_price,
                        .wallet_balance = equity->equity + -line->unsettled,
                        .unrealised_profit = line->unsettled};
  const auto size = static_cast<i128>(line->position.magnitude());
  party.hedged = std::clamp(hedged, Quantity(), Quantity(size));
  const margin::Books at{books.margin, books.market, books.terms,
                         books.ledger, books.facts,  books.now};
  if (const auto needed = margin::requirement(at, {holding.pool, holding.owner}))
    party.maintenance_margin = needed->maintenance;
  return party;
}

std::map<OwnerId, Quantity> hedges_of(const Deleverage& command) {
  std::map<OwnerId, Quantity> hedges;
  for (const Hedge& hedge : command.hedges) hedges[hedge.owner] = hedge.hedged;
  return hedges;
}

// The members of the loss's pool that hold the contract, but not the account that failed.
template <class F>
void each_member(const Books& books, const Loss& loss, ContractId contract, F&& f) {
  const market::Turnover* turnover = books.market.turnovers.find(contract);
  Slot slot = turnover == nullptr ? base::kNoSlot : turnover->first_holding;
  while (slot != base::kNoSlot) {
    const market::Holding& holding = books.market.holdings.at(slot);
    slot = holding.next_of_contract;
    if (holding.pool == loss.pool && holding.owner != loss.owner) f(holding);
  }
}

market::Trade close(const Loss& loss, ContractId contract, bool buys, Quantity quantity,
                    Price price, OwnerId other) {
  market::Trade trade{.contract = contract, .price = price, .quantity = quantity};
  trade.buyer_pool = loss.pool;
  trade.seller_pool = loss.pool;
  trade.buyer = buys ? loss.owner : other;
  trade.seller = buys ? other : loss.owner;
  return trade;
}

OwnerId owner_of(const std::string& text) {
  u128 value = 0;
  for (const char digit : text) value = value * 10 + static_cast<u128>(digit - '0');
  return OwnerId(value);
}

// What closing at a whole tick brought in beyond the deficit goes back to those who were closed, by
// their closed quantities; what each gave up is written down without it.
S give_back(Amount surplus, DeleveragePlan& made, const Deleverage& command, const Loss& loss,
            market::TradeBooks books, Context& context) {
  std::vector<u128> weights;
  std::vector<u128> caps;
  for (const AdlReceipt& hit : made.output.receipts) {
    weights.push_back(hit.closed.magnitude());
    caps.push_back(hit.cost.units());
  }
  const Split split = split_by_weight(surplus.units(), weights, caps);
  const u128 factor = books.market.contracts.find(command.contract)->settle_factor;
  const market::Holding& failed =
      *books.market.holdings.find({command.contract, loss.pool, loss.owner});
  for (std::size_t i = 0; i < split.parts.size(); ++i) {
    AdlReceipt& hit = made.output.receipts[i];
    const market::Holding& other =
        *books.market.holdings.find({command.contract, loss.pool, owner_of(hit.account)});
    u128 units = 0;
    if (__builtin_mul_overflow(split.parts[i], factor, &units)) return S::not_computable;
    const auto status = ledger::post_leg(books.ledger, context, failed.open_value, other.open_value,
                                         Amount(units), kTickReturn, loss.number);
    if (status != ledger::TransferStatus::ok) return S::posting_refused;
    hit.cost -= Amount(split.parts[i]);
  }
  return S::ok;
}

void record_receipts(const DeleveragePlan& made, const Deleverage& command, const Loss& loss,
                     State& state, Context& context) {
  std::uint32_t number = 0;
  state.receipts.each([&](const Receipt& row) { number += row.loss == loss.number ? 1 : 0; });
  for (const AdlReceipt& hit : made.output.receipts) {
    if (hit.closed.is_zero() && hit.closed_at_mark.is_zero()) continue;
    state.receipts.insert(context.changes, Receipt{.loss = loss.number,
                                                   .number = ++number,
                                                   .asset = loss.asset,
                                                   .contract = command.contract,
                                                   .owner = owner_of(hit.account),
                                                   .rank = hit.rank,
                                                   .score = hit.score_decimal,
                                                   .closed = hit.closed,
                                                   .closed_at_mark = hit.closed_at_mark,
                                                   .price = made.output.close_price,
                                                   .cost = hit.cost,
                                                   .certificate = made.output.certificate,
                                                   .time = context.now});
  }
}

std::vector<market::Trade> trades_of(const DeleveragePlan& made, const Deleverage& command,
                                     const Loss& loss, Sequence sequence) {
  std::vector<market::Trade> trades;
  const bool buys = made.input.position.is_negative();
  for (const AdlReceipt& hit : made.output.receipts) {
    const OwnerId other = owner_of(hit.account);
    if (!hit.closed.is_zero())
      trades.push_back(
          close(loss, command.contract, buys, hit.closed, made.output.close_price, other));
    if (!hit.closed_at_mark.is_zero())
      trades.push_back(
          close(loss, command.contract, buys, hit.closed_at_mark, made.input.mark_price, other));
  }
  std::uint64_t count = 0;
  for (market::Trade& trade : trades)
    trade.id = base::make_u128(kCloseIds, (sequence << kCloseCountBits) | ++count);
  return trades;
}

S book_trades(const std::vector<market::Trade>& trades, market::TradeBooks books,
              Context& context) {
  std::vector<market::TradeStatus> results;
  for (std::size_t begin = 0; begin < trades.size(); begin += ledger::kBatchEventsMax) {
    const std::size_t count = std::min(ledger::kBatchEventsMax, trades.size() - begin);
    market::apply(std::span(trades).subspan(begin, count), books, context, results);
    for (const market::TradeStatus status : results)
      if (status != market::TradeStatus::ok) return S::trade_refused;
  }
  return S::ok;
}

Amount missing(const std::optional<SignedAmount>& equity) {
  return equity && equity->is_negative() ? equity->magnitude() : Amount();
}

// Prices that have come back take their part of the loss first.
void note_recovery(State& state, Context& context, std::uint32_t number, Amount still_missing) {
  Loss& loss = state.losses.edit(context.changes, number);
  if (still_missing < loss.outstanding()) loss.recovered += loss.outstanding() - still_missing;
}

Books books_of(const DeleverageBooks& books, Time now) {
  return {books.defaults, books.trades.market, books.terms, books.trades.ledger,
          books.margin,   books.facts,         now};
}

// One contract's part of the cut.
struct Cut {
  Slot debtor = base::kNoSlot;  // row of the failed account's open value
  u128 owed = 0;                // in value units
  u128 factor = 1;              // value units in one unit of the asset
  std::vector<const market::Holding*> winners;
  std::vector<u128> claims;
};

Cut cut_of(const Books& books, const Loss& loss, const market::Holding& failed) {
  const market::Contract& contract = *books.market.contracts.find(failed.contract);
  Cut cut{.debtor = failed.open_value, .factor = contract.settle_factor};
  const i128 open_value = market::net_credit(books.ledger.accounts.at(failed.open_value));
  cut.owed = open_value < 0 ? base::magnitude(open_value) : 0;
  const market::Mark* mark = books.market.marks.find(failed.contract);
  each_member(books, loss, failed.contract, [&](const market::Holding& holding) {
    const i128 position = market::net_credit(books.ledger.accounts.at(holding.position));
    const u128 unit = mark == nullptr ? 0 : mark->unit_value;
    const auto value = market::position_value(contract.kind, position, unit);
    const i128 open = market::net_credit(books.ledger.accounts.at(holding.open_value));
    i128 variation = 0;
    if (!value || __builtin_add_overflow(*value, open, &variation) || variation <= 0) return;
    cut.winners.push_back(&holding);
    cut.claims.push_back(static_cast<u128>(variation));
  });
  return cut;
}

u128 ceil_div(u128 n, u128 d) {
  return n / d + (n % d == 0 ? 0 : 1);
}

// Writes off up to `units` of the asset; how many were, and that every posting was allowed.
struct Written {
  Amount units;
  bool allowed = true;
};

Written write_off(const Cut& cut, Amount units, const Loss& loss, ContractId contract, State& state,
                  ledger::State& ledger, Context& context) {
  const u128 all = ceil_div(cut.owed, cut.factor);
  const u128 wanted = units.units() >= all ? cut.owed : units.units() * cut.factor;
  const base::CappedAllocation split = base::allocate_capped(wanted, cut.claims);
  std::uint32_t number = 0;
  state.receipts.each([&](const Receipt& row) { number += row.loss == loss.number ? 1 : 0; });
  u128 taken = 0;
  for (std::size_t i = 0; i < cut.winners.size(); ++i) {
    if (split.parts[i] == 0) continue;
    const auto status = ledger::post_leg(ledger, context, cut.winners[i]->open_value, cut.debtor,
                                         Amount(split.parts[i]), kClaimHaircut, loss.number);
    if (status != ledger::TransferStatus::ok) return {.units = Amount(), .allowed = false};
    taken += split.parts[i];
    state.receipts.insert(context.changes, Receipt{.loss = loss.number,
                                                   .number = ++number,
                                                   .asset = loss.asset,
                                                   .contract = contract,
                                                   .owner = cut.winners[i]->owner,
                                                   .haircut = Amount(split.parts[i] / cut.factor),
                                                   .time = context.now});
  }
  return {.units = Amount(taken == cut.owed ? all : taken / cut.factor)};
}

}  // namespace

S check_shape(const Deleverage& command) {
  if (command.hedges.size() > kCounterpartiesMax) return S::too_many_hedges;
  return hedges_of(command).size() == command.hedges.size() ? S::ok : S::too_many_hedges;
}

S check_shape(const CutClaims& /*command*/) {
  return S::ok;
}

S plan(const Deleverage& command, const Books& books, DeleveragePlan& result) {
  if (const S status = check_loss(command.loss, books.defaults); status != S::ok) return status;
  const Loss& loss = *books.defaults.losses.find(command.loss);
  const auto usable = equity_at_marks(books, loss.pool, loss.owner, loss.asset);
  if (!usable) return S::marks_not_usable;
  const market::Contract* contract = books.market.contracts.find(command.contract);
  if (contract == nullptr || contract->settlement_asset != loss.asset) return S::contract_not_found;
  const auto equity =
      market::equity(books.market, books.ledger, {loss.pool, loss.owner, loss.asset});
  const auto line = line_of(*equity, command.contract);
  if (!line) return S::no_position;
  const market::Mark& mark = *books.market.marks.find(command.contract);
  AdlInput& input = result.input;
  input.scale = books.ledger.assets.find(loss.asset)->scale;
  input.price_scale = contract->price_scale;
  input.quantity_scale =
      static_cast<std::uint8_t>(contract->quantity_scale + contract->multiplier_scale);
  input.kind = contract->kind == market::ContractKind::linear ? AdlContractKind::linear
                                                              : AdlContractKind::inverse;
  input.multiplier = contract->multiplier;
  input.ranking = command.ranking;
  input.position = line->position;
  input.mark_price = mark.price;
  const auto price = closing_price(*contract, mark, line->position.value(), *usable);
  if (!price) return S::not_computable;
  input.bankruptcy_price = *price;
  const std::map<OwnerId, Quantity> hedges = hedges_of(command);
  each_member(books, loss, command.contract, [&](const market::Holding& holding) {
    const auto hedge = hedges.find(holding.owner);
    if (auto party =
            counterparty(books, holding, mark, hedge == hedges.end() ? Quantity() : hedge->second))
      input.counterparties.push_back(*std::move(party));
  });
  const base::Result<AdlOutput> output = adl(input);
  if (!output) return S::not_computable;
  result.output = *output;
  return S::ok;
}

S apply(const Deleverage& command, DeleverageBooks books, Context& context) {
  DeleveragePlan made;
  const Books before = books_of(books, context.now);
  if (const S status = plan(command, before, made); status != S::ok) return status;
  const Loss loss = *books.defaults.losses.find(command.loss);
  const auto equity = [&] {
    return missing(equity_at_marks(before, loss.pool, loss.owner, loss.asset));
  };
  note_recovery(books.defaults, context, command.loss, equity());
  const std::vector<market::Trade> trades = trades_of(made, command, loss, context.sequence);
  if (const S status = book_trades(trades, books.trades, context); status != S::ok) return status;
  const auto after = equity_at_marks(before, loss.pool, loss.owner, loss.asset);
  if (after && *after > SignedAmount())
    if (const S status = give_back(after->magnitude(), made, command, loss, books.trades, context);
        status != S::ok)
      return status;
  record_receipts(made, command, loss, books.defaults, context);
  Loss& row = books.defaults.losses.edit(context.changes, command.loss);
  const Amount left = std::min(equity(), row.outstanding());
  row.deleveraged += row.outstanding() - left;
  close_if_borne(books.defaults, context, command.loss);
  return S::ok;
}

S check_state(const CutClaims& command, const State& state, const market::State& market,
              const market::TermsState& terms, const ledger::State& ledger,
              const margin::State& margin, const fact::State& facts, const Context& context) {
  if (const S status = check_loss(command.loss, state); status != S::ok) return status;
  const Loss& loss = *state.losses.find(command.loss);
  const Books books{state, market, terms, ledger, margin, facts, context.now};
  if (!equity_at_marks(books, loss.pool, loss.owner, loss.asset)) return S::marks_not_usable;
  const auto equity = market::equity(market, ledger, {loss.pool, loss.owner, loss.asset});
  for (const market::PositionLine& line : equity->positions)
    if (!line.position.is_zero()) return S::positions_open;
  return S::ok;
}

S apply(const CutClaims& command, State& state, const market::State& market,
        const market::TermsState& terms, ledger::State& ledger, const margin::State& margin,
        const fact::State& facts, Context& context) {
  const Loss loss = *state.losses.find(command.loss);
  const Books books{state, market, terms, ledger, margin, facts, context.now};
  note_recovery(state, context, command.loss,
                missing(equity_at_marks(books, loss.pool, loss.owner, loss.asset)));
  Amount left = state.losses.find(command.loss)->outstanding();
  const market::Participant& failed =
      *market.participants.find({loss.pool, loss.owner, loss.asset});
  for (Slot slot = failed.first_holding; slot != base::kNoSlot && !left.is_zero();
       slot = market.holdings.at(slot).next_of_participant) {
    const market::Holding& holding = market.holdings.at(slot);
    const Cut cut = cut_of(books, loss, holding);
    if (cut.owed == 0 || cut.claims.empty()) continue;
    const Written written = write_off(cut, left, loss, holding.contract, state, ledger, context);
    if (!written.allowed) return S::posting_refused;
    left -= std::min(left, written.units);
  }
  Loss& row = state.losses.edit(context.changes, command.loss);
  row.haircut += row.outstanding() - left;
  close_if_borne(state, context, command.loss);
  return S::ok;
}

}  // namespace cofferdam::default_management
