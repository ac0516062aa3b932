// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/change_contract.h"

namespace cofferdam::market {

namespace {

using S = ChangeContractStatus;

constexpr std::size_t kReasonMax = 1024;

}  // namespace

S check_shape(const ChangeContract& command) {
  return command.reason.size() > kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const ChangeContract& command, const State& state) {
  const Contract* contract = state.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::already_closed;
  if (contract->status == command.status) return S::no_change;
  if (command.status == ContractStatus::closed &&
      !state.turnovers.find(command.contract)->long_open.is_zero())
    return S::positions_open;
  return S::ok;
}

S apply(const ChangeContract& command, State& state, ledger::Context& context) {
  state.contracts.edit(context.changes, command.contract).status = command.status;
  return S::ok;
}

}  // namespace cofferdam::market
