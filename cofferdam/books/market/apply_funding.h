// SPDX-License-Identifier: Apache-2.0
//
// Funds a perpetual, in one command for all its holders. The rate is given, or read from a fact; it
// is clamped to what the terms allow and applied at the mark, which must be fresh. Payments move
// open value (funding_calculation.h): no cash moves before the next settlement, so that nobody's
// funding waits for somebody's collateral. What rounding leaves goes to the pools' dust holdings,
// shared by the number of their positions, largest remainder first.
#pragma once

#include "cofferdam/books/market/funding_calculation.h"
#include "cofferdam/books/market/mark_standing.h"

namespace cofferdam::market {

struct ApplyFunding {
  ContractId contract;
  Rate rate;
  SourceId source;
  std::string fact_key;
  Time time;

  static constexpr std::string_view kDoc =
      "Moves funding between the longs and the shorts of a perpetual.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("rate", self.rate, "of this interval; positive: longs pay; 0 when a fact says it");
    visit("source", self.source, "whose fact says the rate; none: it is given");
    visit("fact_key", self.fact_key, "the key of that fact");
    visit("time", self.time, "when the funding is due; 0 for the time of booking");
  }
};

enum class ApplyFundingStatus : std::uint16_t {
  ok,
  rate_given_twice,
  fact_key_without_source,
  contract_not_found,
  contract_closed,
  contract_not_funded,
  time_in_the_future,
  too_early,
  rate_fact_not_fresh,
  mark_not_fresh,
  overflows,
  too_many_holders,
  account_id_taken,
};

[[nodiscard]] ApplyFundingStatus check_shape(const ApplyFunding& command);
[[nodiscard]] ApplyFundingStatus check_state(const ApplyFunding& command, const MarkBooks& books,
                                             Time now);

struct FundingBooks {
  State& market;
  TermsState& terms;
  ledger::State& ledger;
  const fact::State& facts;
};

ApplyFundingStatus apply(const ApplyFunding& command, const FundingBooks& books,
                         ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::ApplyFundingStatus> {
  static constexpr std::array<std::string_view, 13> kNames{"ok",
                                                           "rate_given_twice",
                                                           "fact_key_without_source",
                                                           "contract_not_found",
                                                           "contract_closed",
                                                           "contract_not_funded",
                                                           "time_in_the_future",
                                                           "too_early",
                                                           "rate_fact_not_fresh",
                                                           "mark_not_fresh",
                                                           "overflows",
                                                           "too_many_holders",
                                                           "account_id_taken"};
  static constexpr std::array<std::string_view, 13> kDocs{
      "",
      "the rate is given or read from a fact, not both",
      "a key of facts comes with its source",
      "the contract must exist",
      "a closed contract is not funded",
      "the terms of the contract have a funding interval",
      "a funding is not due after the time of booking",
      "the interval of the terms has passed since the last funding",
      "the fact that says the rate exists and is fresh",
      "the mark at which positions are valued is fresh",
      "payments and open values stay below 2^120 units",
      "a contract has at most 100000 holders at a time",
      "an id reserved for the market's own accounts is used by another account"};
};
