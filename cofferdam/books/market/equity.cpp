// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/equity.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using base::Rounding;

[[nodiscard]] std::optional<i128> sum(i128 a, i128 b) {
  i128 result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<Price> entry_price(const Contract& contract, i128 position, i128 open_value) {
  if (position == 0 || open_value == 0) return std::nullopt;
  const bool owes = (position < 0) != (open_value < 0);
  if (owes != (contract.kind == ContractKind::linear)) return std::nullopt;
  const u128 size = base::magnitude(position);
  const u128 value = base::magnitude(open_value);
  std::optional<u128> price;
  if (contract.kind == ContractKind::linear) {
    u128 divisor = 0;
    if (__builtin_mul_overflow(size, contract.value_factor, &divisor)) return std::nullopt;
    price = base::try_div_round<Rounding::half_even>(value, divisor);
  } else {
    price = base::try_mul_div<Rounding::half_even>(size, contract.value_factor, value);
  }
  if (!price || *price > static_cast<u128>(base::kI128Max)) return std::nullopt;
  return Price(static_cast<i128>(*price));
}

std::optional<Equity> equity(const State& state, const ledger::State& ledger,
                             const Participant::Key& key) {
  const Participant* participant = state.participants.find(key);
  if (participant == nullptr) return std::nullopt;
  const i128 collateral = net_credit(ledger.accounts.at(participant->collateral));
  Equity result{.asset = key.asset, .collateral = Amount(static_cast<u128>(collateral))};
  for (Slot slot = participant->first_holding; slot != base::kNoSlot;
       slot = state.holdings.at(slot).next_of_participant) {
    const Holding& holding = state.holdings.at(slot);
    const Contract& contract = *state.contracts.find(holding.contract);
    PositionLine line{.contract = holding.contract};
    const i128 position = net_credit(ledger.accounts.at(holding.position));
    line.position = Quantity(position);
    line.open_value = net_credit(ledger.accounts.at(holding.open_value));
    if (position == 0 && line.open_value == 0) continue;
    line.entry_price = entry_price(contract, position, line.open_value).value_or(Price());
    std::optional<i128> value = position == 0 ? std::optional<i128>(0) : std::nullopt;
    if (const Mark* mark = state.marks.find(holding.contract)) {
      line.mark = mark->price;
      value = position_value(contract.kind, position, mark->unit_value);
      if (!value) return std::nullopt;
    }
    if (value) {
      line.variation = sum(*value, line.open_value);
      if (!line.variation) return std::nullopt;
      line.unsettled = SignedAmount(base::div_round<Rounding::floor>(
          *line.variation, static_cast<i128>(contract.settle_factor)));
      const auto unsettled = base::try_add(result.unsettled, line.unsettled);
      if (!unsettled) return std::nullopt;
      result.unsettled = *unsettled;
    } else {
      result.complete = false;
    }
    result.positions.push_back(line);
  }
  const auto total = base::try_add(SignedAmount(collateral), result.unsettled);
  if (!total) return std::nullopt;
  result.equity = *total;
  return result;
}

}  // namespace cofferdam::market
