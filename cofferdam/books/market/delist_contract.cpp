// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/delist_contract.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = DelistContractStatus;

// A slip of a digit is found, a move of the market is not in the way.
constexpr std::uint32_t kDeviationBpsMax = 1'000;

[[nodiscard]] bool deviates(Price price, const MarkStanding& mark) {
  if (mark.standing != Standing::fresh) return false;
  const i128 gap =
      price < mark.price ? mark.price.value() - price.value() : price.value() - mark.price.value();
  const auto bps = base::try_mul_div<base::Rounding::up>(gap, i128{kBpsOne}, mark.price.value());
  return !bps || *bps > kDeviationBpsMax;
}

}  // namespace

S check_shape(const DelistContract& command) {
  if (command.price.is_negative()) return S::price_negative;
  if (command.reason.empty()) return S::reason_missing;
  if (command.reason.size() > ledger::kReasonMax) return S::reason_too_long;
  return S::ok;
}

S check_state(const DelistContract& command, const MarkBooks& books, Time now) {
  const Contract* contract = books.market.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::contract_closed;
  const Terms* terms = books.terms.terms.find(command.contract);
  const bool option = terms != nullptr && terms->instrument == Instrument::option;
  if (command.price.is_zero() && !option) return S::price_must_be_positive;
  if (!command.accept_deviation &&
      deviates(command.price, mark_standing(books, command.contract, now)))
    return S::price_deviates;
  return S::ok;
}

S apply(const DelistContract& command, TermsState& terms, State& state, ledger::State& ledger,
        ledger::Context& context, Settlement& result) {
  CloseOut close{.contract = command.contract, .price = command.price};
  if (!command.price.is_zero()) {
    const auto value = unit_value(*state.contracts.find(command.contract), command.price);
    if (!value) return S::value_out_of_range;
    close.unit_value = *value;
  }
  switch (close_out(close, state, ledger, context, result)) {
    case SettleStatus::ok:
      break;
    case SettleStatus::account_id_taken:
      return S::account_id_taken;
    case SettleStatus::collateral_cannot_be_credited:
      return S::collateral_cannot_be_credited;
    default:
      return S::overflows;
  }
  terms.closings.insert(context.changes, Closing{.contract = command.contract,
                                                 .kind = ClosingKind::delisting,
                                                 .price = command.price,
                                                 .unit_value = close.unit_value,
                                                 .time = context.now,
                                                 .sequence = context.sequence,
                                                 .reason = command.reason});
  return S::ok;
}

}  // namespace cofferdam::market
