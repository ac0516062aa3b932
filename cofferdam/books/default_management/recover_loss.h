// SPDX-License-Identifier: Apache-2.0
//
// Money that is recovered after a loss was borne goes back to those who bore it, last hit first:
// claims that were cut, then positions that were closed, then the layers of the waterfall from the
// last order to the first, the defaulter's own contribution with them. Those of one rank share pro
// rata by what they still miss, by largest remainder. Nobody gets back more than was borne; each
// recovery has a certificate over who got what. What a layer gets back is free again under the cap
// that its tier has on it.
#pragma once

#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/market/market.h"
#include "cofferdam/books/pool/pool.h"

#include <vector>

namespace cofferdam::default_management {

struct RecoverLoss {
  std::uint32_t loss = 0;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc =
      "Returns money recovered after a default to those who bore its loss, last hit first.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("account", self.account, "where the money is: outside, the operator's or the failed one");
    visit("amount", self.amount, "how much");
  }
};

enum class RecoverLossStatus : std::uint16_t {
  ok,
  amount_zero,
  loss_not_found,
  loss_open,
  account_not_found,
  account_not_allowed,
  more_than_was_borne,
  no_way_back,
  account_refuses,
};

// One payer of a loss, and what it would get of an amount.
struct ReturnPart {
  Return payer;
  Amount gets;
};

// Everybody who bore the loss, in the order of repayment, with the part of the amount. What is left
// when all are whole is not in any part.
[[nodiscard]] std::vector<ReturnPart> plan_returns(const State& state,
                                                   const ResolutionState& resolution,
                                                   const market::State& market,
                                                   const ledger::State& ledger, const Loss& loss,
                                                   Amount amount);

[[nodiscard]] RecoverLossStatus check_shape(const RecoverLoss& command);
[[nodiscard]] RecoverLossStatus check_state(const RecoverLoss& command,
                                            const ResolutionState& resolution, const State& state,
                                            const market::State& market,
                                            const ledger::State& ledger, const pool::State& pools);
RecoverLossStatus apply(const RecoverLoss& command, ResolutionState& resolution, State& state,
                        const market::State& market, ledger::State& ledger, pool::State& pools,
                        Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::RecoverLossStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "amount_zero",
                                                          "loss_not_found",
                                                          "loss_open",
                                                          "account_not_found",
                                                          "account_not_allowed",
                                                          "more_than_was_borne",
                                                          "no_way_back",
                                                          "account_refuses"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a recovery is of something",
      "the loss must exist",
      "a loss is borne before anything of it comes back",
      "the account must exist",
      "the account is of the loss's pool and asset, and outside, the operator's or the failed "
      "owner's",
      "no more comes back than was borne",
      "a payer in another pool needs an open conduit that leads there, in this asset",
      "an account or conduit on the way does not allow it"};
};
