// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/expire_contract.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/index_reading.h"
#include "cofferdam/books/market/payoff.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = ExpireContractStatus;

[[nodiscard]] const IndexAverage* average_for(const TermsState& state, const Terms& terms) {
  return state.averages.find(
      {terms.expiry, terms.index, terms.averaging, terms.observation_interval});
}

[[nodiscard]] S as_status(SettleStatus status) {
  switch (status) {
    case SettleStatus::ok:
      return S::ok;
    case SettleStatus::account_id_taken:
      return S::account_id_taken;
    case SettleStatus::collateral_cannot_be_credited:
      return S::collateral_cannot_be_credited;
    default:
      return S::overflows;
  }
}

[[nodiscard]] std::optional<CloseOut> last_value(const Contract& contract, const Terms& terms,
                                                 const IndexAverage& average, Level level) {
  CloseOut close{.contract = contract.id};
  if (terms.instrument == Instrument::option) {
    const auto value = payoff_unit_value(contract, terms, level);
    const auto price = payoff_price(contract, terms, level);
    if (!value || !price) return std::nullopt;
    close.unit_value = *value;
    close.price = *price;
    return close;
  }
  const auto price = rescaled(level.value(), average.scale, contract.price_scale);
  if (!price) return std::nullopt;
  close.price = Price(*price);
  const auto value = unit_value(contract, close.price);
  if (!value) return std::nullopt;
  close.unit_value = *value;
  return close;
}

}  // namespace

std::optional<Level> average_of(const IndexAverage& average) {
  const auto mean =
      base::try_div_round<base::Rounding::half_even>(average.sum, i128{average.observations});
  if (!mean) return std::nullopt;
  return Level(*mean);
}

S check_state(const ExpireContract& command, const TermsState& terms, const State& state,
              Time now) {
  const Contract* contract = state.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::contract_closed;
  const Terms* found = terms.terms.find(command.contract);
  if (found == nullptr || found->expiry == Time()) return S::contract_does_not_expire;
  if (now < found->expiry) return S::not_yet_expired;
  const IndexAverage* average = average_for(terms, *found);
  if (average == nullptr || average->observations < found->observations_min)
    return S::too_few_observations;
  return S::ok;
}

S apply(const ExpireContract& command, TermsState& terms, State& state, ledger::State& ledger,
        ledger::Context& context, Settlement& result) {
  const Terms& found = *terms.terms.find(command.contract);
  const IndexAverage& average = *average_for(terms, found);
  const std::optional<Level> level = average_of(average);
  if (!level) return S::too_few_observations;
  const auto close = last_value(*state.contracts.find(command.contract), found, average, *level);
  if (!close) return S::value_out_of_range;
  const S status = as_status(close_out(*close, state, ledger, context, result));
  if (status != S::ok) return status;
  terms.closings.insert(context.changes, Closing{.contract = command.contract,
                                                 .kind = ClosingKind::expiry,
                                                 .price = close->price,
                                                 .unit_value = close->unit_value,
                                                 .scale = average.scale,
                                                 .index_value = *level,
                                                 .observations = average.observations,
                                                 .time = context.now,
                                                 .sequence = context.sequence});
  return S::ok;
}

}  // namespace cofferdam::market
