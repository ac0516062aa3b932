// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/close_out.h"

#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = SettleStatus;

class Closer {
 public:
  Closer(const Contract& contract, u128 unit_value, const State& state, ledger::State& ledger,
         ledger::Context& context)
      : contract_(contract),
        unit_value_(unit_value),
        state_(state),
        ledger_(ledger),
        context_(context) {}

  // The position goes back to the pool's clearing account, and with it the value that it had.
  [[nodiscard]] bool close(const Holding& holding) {
    const i128 position = net_credit(ledger_.accounts.at(holding.position));
    if (position == 0) return true;
    const Clearing& clearing = *state_.clearings.find({holding.pool, holding.contract});
    const std::optional<i128> value = position_value(contract_.kind, position, unit_value_);
    if (!value) return false;
    return move(holding.position, clearing.position, position, kClosePosition) &&
           move(clearing.open_value, holding.open_value, *value, kCloseValue);
  }

 private:
  // From one account to the other; a negative amount the other way.
  [[nodiscard]] bool move(Slot from, Slot to, i128 amount, PostingCode code) {
    const bool back = amount < 0;
    return ledger::post_leg(ledger_, context_, back ? to : from, back ? from : to,
                            Amount(base::magnitude(amount)), code,
                            contract_.id.value()) == ledger::TransferStatus::ok;
  }

  const Contract& contract_;
  u128 unit_value_;
  const State& state_;
  ledger::State& ledger_;
  ledger::Context& context_;
};

}  // namespace

S close_out(const CloseOut& close, State& state, ledger::State& ledger, ledger::Context& context,
            Settlement& result) {
  const SettleAt at{.contract = close.contract, .unit_value = close.unit_value};
  if (const S status = calculate(at, state, ledger, result); status != S::ok) return status;
  if (const S status = book(at, state, ledger, context, result); status != S::ok) return status;
  Closer closer(*state.contracts.find(close.contract), close.unit_value, state, ledger, context);
  for (Slot slot = state.turnovers.find(close.contract)->first_holding; slot != base::kNoSlot;
       slot = state.holdings.at(slot).next_of_contract)
    if (!closer.close(state.holdings.at(slot))) return S::overflows;
  unlist_flat(close.contract, state, ledger, context);
  Turnover& turnover = state.turnovers.edit(context.changes, close.contract);
  turnover.long_open = Quantity();
  turnover.short_open = Quantity();
  turnover.last_settlement = context.now;
  turnover.last_settlement_price = close.price;
  state.contracts.edit(context.changes, close.contract).status = ContractStatus::closed;
  return S::ok;
}

}  // namespace cofferdam::market
