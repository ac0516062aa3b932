// SPDX-License-Identifier: Apache-2.0
//
// Lets a contract trade freely, only against open positions, or not at all.
#pragma once

#include "cofferdam/books/market/market.h"

namespace cofferdam::market {

struct ChangeContract {
  ContractId contract;
  ContractStatus status = ContractStatus::active;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("status", self.status, "active, reduce_only or closed");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ChangeContractStatus : std::uint16_t {
  ok,
  reason_too_long,
  contract_not_found,
  already_closed,
  no_change,
  positions_open,
};

[[nodiscard]] ChangeContractStatus check_shape(const ChangeContract& command);
[[nodiscard]] ChangeContractStatus check_state(const ChangeContract& command, const State& state);
ChangeContractStatus apply(const ChangeContract& command, State& state, ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::ChangeContractStatus> {
  static constexpr std::array<std::string_view, 6> kNames{
      "ok",        "reason_too_long", "contract_not_found", "already_closed",
      "no_change", "positions_open"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "",
      "a reason has at most 1024 bytes",
      "the contract must exist",
      "a closed contract stays closed",
      "the contract has this status already",
      "a contract is closed when no position is open"};
};
