// SPDX-License-Identifier: Apache-2.0
//
// What no layer bears: deleveraging of a position that is still open, then a haircut of claims.
//
// Deleveraging closes the failed account's position in a contract against members of its own pool,
// at the price at which the account has exactly nothing left, rounded to a tick so that nothing is
// missing; what the tick brings in beyond that goes back to those who were closed, so that they
// give up the deficit and not a unit more. What nobody can bear is closed at the mark. The cut
// takes what is still missing out of the open values of those who won in the same contracts, pro
// rata by what they won. Prices that have come back since the loss was declared reduce it first.
// Every account hit gets a receipt.
#pragma once

#include "cofferdam/books/default_management/adl.h"
#include "cofferdam/books/default_management/liquidation.h"
#include "cofferdam/books/market/record_trades.h"

namespace cofferdam::default_management {

struct Hedge {
  OwnerId owner;
  Quantity hedged;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "a member of the pool");
    visit("hedged", self.hedged, "part of its position that offsets another exposure");
  }
};

struct Deleverage {
  std::uint32_t loss = 0;
  ContractId contract;
  AdlRanking ranking = AdlRanking::hedge_aware;
  std::vector<Hedge> hedges;

  static constexpr std::string_view kDoc =
      "Closes a failed account's position against the other side, for its deficit and no more.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("contract", self.contract, "whose position is closed");
    visit("ranking", self.ranking, "whose positions on the other side are closed first");
    visit("hedges", self.hedges, "what is known of hedges, for hedge_aware; at most 100,000");
  }
};

struct CutClaims {
  std::uint32_t loss = 0;

  static constexpr std::string_view kDoc =
      "Takes what is left of a loss out of the claims of those who won, pro rata.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
  }
};

enum class DeleverageStatus : std::uint16_t {
  ok,
  too_many_hedges,
  loss_not_found,
  not_allocated,
  loss_closed,
  marks_not_usable,
  contract_not_found,
  no_position,
  positions_open,
  not_computable,
  trade_refused,
  posting_refused,
};

[[nodiscard]] DeleverageStatus check_shape(const Deleverage& command);
[[nodiscard]] DeleverageStatus check_shape(const CutClaims& command);

// What the deleveraging of a loss would be; the same function serves dry runs and queries.
struct DeleveragePlan {
  AdlInput input;
  AdlOutput output;
};

[[nodiscard]] DeleverageStatus plan(const Deleverage& command, const Books& books,
                                    DeleveragePlan& result);

// What is written; the history is asked whether an id of a trade was used.
struct DeleverageBooks {
  State& defaults;
  market::TradeBooks trades;  // with the terms of contracts
  const market::TermsState& terms;
  const margin::State& margin;
  const fact::State& facts;
};

DeleverageStatus apply(const Deleverage& command, DeleverageBooks books, Context& context);

[[nodiscard]] DeleverageStatus check_state(const CutClaims& command, const State& state,
                                           const market::State& market,
                                           const market::TermsState& terms,
                                           const ledger::State& ledger, const margin::State& margin,
                                           const fact::State& facts, const Context& context);
DeleverageStatus apply(const CutClaims& command, State& state, const market::State& market,
                       const market::TermsState& terms, ledger::State& ledger,
                       const margin::State& margin, const fact::State& facts, Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::DeleverageStatus> {
  static constexpr std::array<std::string_view, 12> kNames{"ok",
                                                           "too_many_hedges",
                                                           "loss_not_found",
                                                           "not_allocated",
                                                           "loss_closed",
                                                           "marks_not_usable",
                                                           "contract_not_found",
                                                           "no_position",
                                                           "positions_open",
                                                           "not_computable",
                                                           "trade_refused",
                                                           "posting_refused"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "",
      "at most 100000 hedges are named, each owner once",
      "the loss must exist",
      "layers bear a loss before positions are closed for it",
      "nothing of the loss is left",
      "every position has a mark that is not too old",
      "the contract must exist and settle in the asset of the loss",
      "the failed account has a position in the contract",
      "claims are cut when the failed account has no position left",
      "prices and values of the close fit the books",
      "a close was refused as a trade",
      "an account does not allow the cut"};
};
