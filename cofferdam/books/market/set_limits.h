// SPDX-License-Identifier: Apache-2.0
//
// Says how much of a contract may be open, and whether it is a listing in quarantine.
#pragma once

#include "cofferdam/books/market/limits.h"

namespace cofferdam::market {

struct SetLimits {
  ContractId contract;
  Quantity open_max;
  Time quarantine_until;
  PoolId quarantine_pool;
  Quantity quarantine_open_max;
  base::Duration notice;

  static constexpr std::string_view kDoc =
      "Bounds the open interest of a contract, and keeps a new listing in quarantine.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("open_max", self.open_max, "most that may be open on either side; 0: any");
    visit("quarantine_until", self.quarantine_until, "end of the quarantine; 0: none");
    visit("quarantine_pool", self.quarantine_pool,
          "the only pool that may open positions until then; none: any");
    visit("quarantine_open_max", self.quarantine_open_max,
          "most that may be open until then; 0: as without the quarantine");
    visit("notice", self.notice,
          "how long a change that allows more waits; never shorter than before");
  }
};

enum class SetLimitsStatus : std::uint16_t {
  ok,
  quantity_negative,
  quarantine_needs_an_end,
  notice_must_not_be_negative,
  contract_not_found,
  contract_closed,
  pool_not_found,
  quarantine_ends_in_the_past,
  notice_would_be_shorter,
};

[[nodiscard]] SetLimitsStatus check_shape(const SetLimits& command);
[[nodiscard]] SetLimitsStatus check_state(const SetLimits& command, const LimitState& state,
                                          const State& market, const ledger::State& ledger,
                                          const ledger::Context& context);
SetLimitsStatus apply(const SetLimits& command, LimitState& state, ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::SetLimitsStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "quantity_negative",
                                                          "quarantine_needs_an_end",
                                                          "notice_must_not_be_negative",
                                                          "contract_not_found",
                                                          "contract_closed",
                                                          "pool_not_found",
                                                          "quarantine_ends_in_the_past",
                                                          "notice_would_be_shorter"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a quantity is not negative",
      "a pool or a quantity of a quarantine needs the time of its end",
      "a notice is some time, or none",
      "the contract must exist",
      "a closed contract has no limits to set",
      "the pool of a quarantine must exist",
      "a quarantine ends in the future when it is set",
      "the notice of a contract's limits is never made shorter"};
};
