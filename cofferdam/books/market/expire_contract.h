// SPDX-License-Identifier: Apache-2.0
//
// Ends a contract at its expiry. The last value is the average of the index over the window before
// the expiry: the sum of its observations over their number, rounded half to even to the scale of
// the index. A future is settled at that, rounded half to even to its price scale; an option pays
// what its terms promise (payoff.h). Too few observations: nothing happens, and the venue delists
// the contract at a price that it answers for.
#pragma once

#include "cofferdam/books/market/close_out.h"

namespace cofferdam::market {

struct ExpireContract {
  ContractId contract;

  static constexpr std::string_view kDoc =
      "Settles and closes a contract at the average of its index before its expiry.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
  }
};

enum class ExpireContractStatus : std::uint16_t {
  ok,
  contract_not_found,
  contract_closed,
  contract_does_not_expire,
  not_yet_expired,
  too_few_observations,
  value_out_of_range,
  overflows,
  account_id_taken,
  collateral_cannot_be_credited,
};

[[nodiscard]] ExpireContractStatus check_state(const ExpireContract& command,
                                               const TermsState& terms, const State& state,
                                               Time now);
ExpireContractStatus apply(const ExpireContract& command, TermsState& terms, State& state,
                           ledger::State& ledger, ledger::Context& context, Settlement& result);

// The average of an index, rounded half to even; nullopt without observations.
[[nodiscard]] std::optional<Level> average_of(const IndexAverage& average);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::ExpireContractStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "contract_not_found",
                                                           "contract_closed",
                                                           "contract_does_not_expire",
                                                           "not_yet_expired",
                                                           "too_few_observations",
                                                           "value_out_of_range",
                                                           "overflows",
                                                           "account_id_taken",
                                                           "collateral_cannot_be_credited"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "the contract must exist",
      "a contract is closed once",
      "the terms of the contract have an expiry",
      "the expiry has come",
      "the index was observed often enough in the window before the expiry",
      "the last value of one smallest quantity fits the value asset",
      "values and their sums stay below 2^120 units",
      "an id reserved for the market's own accounts is used by another account",
      "a collateral account that would be paid is neither frozen nor closed nor at its ceiling"};
};
