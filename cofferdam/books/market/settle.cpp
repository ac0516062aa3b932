// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/settle.h"

#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/accounts.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = SettleStatus;
using ledger::TransferStatus;

[[nodiscard]] bool chosen(const SettleAt& command, const Holding& holding) {
  return command.pool.is_none() || holding.pool == command.pool;
}

template <class F>
void each_listed(const State& state, ContractId contract, F&& f) {
  for (Slot slot = state.turnovers.find(contract)->first_holding; slot != base::kNoSlot;) {
    const Holding& holding = state.holdings.at(slot);
    const Slot next = holding.next_of_contract;
    f(slot, holding);
    slot = next;
  }
}

[[nodiscard]] u128 available(const ledger::Account& collateral) {
  if (collateral.is(ledger::kFrozen) || collateral.is(ledger::kClosed)) return 0;
  return ledger::available_to_debit(collateral).units();
}

// The legs of one settlement. Reference of the postings: the contract.
class Booking {
 public:
  Booking(const Contract& contract, const State& state, ledger::State& ledger,
          ledger::Context& context)
      : contract_(contract), state_(state), ledger_(ledger), context_(context) {}

  [[nodiscard]] bool line(const Holding& holding, const SettleLine& line) {
    const Slot clearing = state_.clearings.find({holding.pool, contract_.id})->open_value;
    const Slot settlement =
        state_.desks.find({holding.pool, contract_.settlement_asset})->settlement;
    const Slot collateral = state_.participants.at(holding.participant).collateral;
    const Amount value(base::magnitude(line.settled));
    const Amount cash(base::magnitude(line.cash));
    if (line.variation < 0)
      return leg(clearing, holding.open_value, value, kSettleValue) &&
             leg(collateral, settlement, cash, kSettleCash);
    return leg(holding.open_value, clearing, value, kSettleValue) &&
           leg(settlement, collateral, cash, kSettleCash);
  }

  [[nodiscard]] bool payment(const ClearingConduit& conduit, Amount cash) {
    const Slot payer = state_.desks.find({conduit.from, conduit.asset})->settlement;
    const Slot paid = state_.desks.find({conduit.to, conduit.asset})->settlement;
    return leg(payer, conduit.sent, cash, kSettleBetweenPools) &&
           leg(conduit.received, paid, cash, kSettleBetweenPools);
  }

  [[nodiscard]] bool dust(const PoolLine& pool) {
    const Desk& desk = *state_.desks.find({pool.pool, contract_.settlement_asset});
    return leg(desk.settlement, desk.dust, Amount(pool.dust), kSettleDust);
  }

 private:
  [[nodiscard]] bool leg(Slot debit, Slot credit, Amount amount, PostingCode code) {
    return ledger::post_leg(ledger_, context_, debit, credit, amount, code, contract_.id.value()) ==
           TransferStatus::ok;
  }

  const Contract& contract_;
  const State& state_;
  ledger::State& ledger_;
  ledger::Context& context_;
};

[[nodiscard]] S pay_between_pools(const Contract& contract, State& state, ledger::State& ledger,
                                  ledger::Context& context, const Settlement& result) {
  Booking booking(contract, state, ledger, context);
  for (const PoolPayment& payment : result.payments) {
    const ClearingConduit::Key key{payment.from, payment.to, contract.settlement_asset};
    if (ensure_conduit(state, ledger, context, key) != Opened::ok) return S::account_id_taken;
    ClearingConduit& conduit = state.conduits.edit(context.changes, key);
    const std::optional<Amount> moved = base::try_add(conduit.moved, Amount(payment.cash));
    if (!moved || !booking.payment(conduit, Amount(payment.cash))) return S::overflows;
    conduit.moved = *moved;
  }
  return S::ok;
}

}  // namespace

S check_state(const Settle& command, const State& state, Time now) {
  const Contract* contract = state.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (!command.pool.is_none() && state.clearings.find({command.pool, command.contract}) == nullptr)
    return S::pool_not_found;
  const Mark* mark = state.marks.find(command.contract);
  if (mark == nullptr) return S::mark_not_found;
  if (contract->mark_age_max != base::Duration()) {
    const std::optional<base::Duration> age = base::try_sub(now, mark->time);
    if (!age || *age > contract->mark_age_max) return S::mark_too_old;
  }
  return S::ok;
}

// Holdings without position and open value leave the list, so that it stays as long as what is
// held, not as what was ever traded.
void unlist_flat(ContractId contract, State& state, const ledger::State& ledger,
                 ledger::Context& context) {
  Slot before = base::kNoSlot;
  std::uint32_t gone = 0;
  each_listed(state, contract, [&](Slot slot, const Holding& holding) {
    if (net_credit(ledger.accounts.at(holding.position)) != 0 ||
        net_credit(ledger.accounts.at(holding.open_value)) != 0) {
      before = slot;
      return;
    }
    Holding& flat = state.holdings.edit(context.changes, slot);
    const Slot next = flat.next_of_contract;
    flat.listed = false;
    flat.next_of_contract = base::kNoSlot;
    if (before == base::kNoSlot) {
      state.turnovers.edit(context.changes, contract).first_holding = next;
    } else {
      state.holdings.edit(context.changes, before).next_of_contract = next;
    }
    ++gone;
  });
  if (gone > 0) state.turnovers.edit(context.changes, contract).holders -= gone;
}

S check_state(const Settle& command, const State& state, const TermsState& terms, Time now) {
  if (terms.closings.find(command.contract) != nullptr)
    return command.pool.is_none() ||
                   state.clearings.find({command.pool, command.contract}) != nullptr
               ? S::ok
               : S::pool_not_found;
  const Terms* found = terms.terms.find(command.contract);
  if (found != nullptr && pays_at_trade(found->instrument)) return S::paid_at_trade;
  return check_state(command, state, now);
}

namespace {

// What a closed contract's positions are worth does not matter: it has none.
[[nodiscard]] SettleAt at_the_mark(const Settle& command, const State& state) {
  const Mark* mark = state.marks.find(command.contract);
  return {command.contract, command.pool, mark == nullptr ? 0 : mark->unit_value};
}

}  // namespace

S calculate(const Settle& command, const State& state, const ledger::State& ledger,
            Settlement& result) {
  return calculate(at_the_mark(command, state), state, ledger, result);
}

S calculate(const SettleAt& command, const State& state, const ledger::State& ledger,
            Settlement& result) {
  const Contract& contract = *state.contracts.find(command.contract);
  std::vector<SettleInput> inputs;
  inputs.reserve(state.turnovers.find(contract.id)->holders);
  each_listed(state, contract.id, [&](Slot, const Holding& holding) {
    if (!chosen(command, holding)) return;
    const Slot collateral = state.participants.at(holding.participant).collateral;
    inputs.push_back(SettleInput{.pool = holding.pool,
                                 .owner = holding.owner,
                                 .position = net_credit(ledger.accounts.at(holding.position)),
                                 .open_value = net_credit(ledger.accounts.at(holding.open_value)),
                                 .available = available(ledger.accounts.at(collateral))});
  });
  const SettleTerms terms{.kind = contract.kind,
                          .unit_value = command.unit_value,
                          .settle_factor = contract.settle_factor};
  switch (settle_calculation(terms, inputs, result)) {
    case SettleCalculationStatus::ok:
      return S::ok;
    case SettleCalculationStatus::overflows:
      return S::overflows;
    case SettleCalculationStatus::does_not_balance:
      // Over all pools the clearing accounts sum to zero, so this is a pool settled alone.
      COFFERDAM_CHECK(!command.pool.is_none(), "positions and open values of all pools cancel");
      return S::pool_not_self_contained;
  }
  return S::overflows;
}

S apply(const Settle& command, State& state, ledger::State& ledger, ledger::Context& context,
        Settlement& result) {
  const SettleAt at = at_the_mark(command, state);
  if (const S status = calculate(at, state, ledger, result); status != S::ok) return status;
  if (const S status = book(at, state, ledger, context, result); status != S::ok) return status;
  unlist_flat(command.contract, state, ledger, context);
  Turnover& turnover = state.turnovers.edit(context.changes, command.contract);
  turnover.last_settlement = context.now;
  if (const Mark* mark = state.marks.find(command.contract))
    turnover.last_settlement_price = mark->price;
  return S::ok;
}

S book(const SettleAt& command, State& state, ledger::State& ledger, ledger::Context& context,
       const Settlement& result) {
  const Contract& contract = *state.contracts.find(command.contract);
  Booking booking(contract, state, ledger, context);
  const auto book_lines = [&](bool losers) {
    bool booked = true;
    std::size_t i = 0;
    each_listed(state, contract.id, [&](Slot, const Holding& holding) {
      if (!chosen(command, holding)) return;
      const SettleLine& line = result.lines[i++];
      if (booked && (line.variation < 0) == losers) booked = booking.line(holding, line);
    });
    return booked;
  };
  if (!book_lines(true)) return S::overflows;
  if (const S status = pay_between_pools(contract, state, ledger, context, result); status != S::ok)
    return status;
  if (!book_lines(false)) return S::collateral_cannot_be_credited;
  for (const PoolLine& pool : result.pools)
    if (!booking.dust(pool)) return S::overflows;
  return S::ok;
}

}  // namespace cofferdam::market
