// SPDX-License-Identifier: Apache-2.0
//
// Ends a contract before its time, or one that cannot expire for want of observations: everybody is
// settled at a price that the venue answers for. Where the contract has a mark or an index that is
// fresh, a price far from it is refused unless the command insists. Zero is a price only for an
// option, which may be worth nothing.
#pragma once

#include "cofferdam/books/market/close_out.h"
#include "cofferdam/books/market/mark_standing.h"

namespace cofferdam::market {

struct DelistContract {
  ContractId contract;
  Price price;
  bool accept_deviation = false;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Settles and closes a contract at a price that is given.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("price", self.price, "the last price, in the contract's price scale");
    visit("accept_deviation", self.accept_deviation,
          "settle at a price further from the mark than a tenth of it");
    visit("reason", self.reason, "why, 1 to 1024 bytes");
  }
};

enum class DelistContractStatus : std::uint16_t {
  ok,
  price_negative,
  reason_missing,
  reason_too_long,
  contract_not_found,
  contract_closed,
  price_must_be_positive,
  price_deviates,
  value_out_of_range,
  overflows,
  account_id_taken,
  collateral_cannot_be_credited,
};

[[nodiscard]] DelistContractStatus check_shape(const DelistContract& command);
[[nodiscard]] DelistContractStatus check_state(const DelistContract& command,
                                               const MarkBooks& books, Time now);
DelistContractStatus apply(const DelistContract& command, TermsState& terms, State& state,
                           ledger::State& ledger, ledger::Context& context, Settlement& result);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::DelistContractStatus> {
  static constexpr std::array<std::string_view, 12> kNames{"ok",
                                                           "price_negative",
                                                           "reason_missing",
                                                           "reason_too_long",
                                                           "contract_not_found",
                                                           "contract_closed",
                                                           "price_must_be_positive",
                                                           "price_deviates",
                                                           "value_out_of_range",
                                                           "overflows",
                                                           "account_id_taken",
                                                           "collateral_cannot_be_credited"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "",
      "the last price is not negative",
      "a delisting says why",
      "a reason has at most 1024 bytes",
      "the contract must exist",
      "a contract is closed once",
      "the last price is positive, unless the contract is an option",
      "the last price is within a tenth of a fresh mark, or the command accepts that it is not",
      "the last value of one smallest quantity fits the value asset",
      "values and their sums stay below 2^120 units",
      "an id reserved for the market's own accounts is used by another account",
      "a collateral account that would be paid is neither frozen nor closed nor at its ceiling"};
};
