// SPDX-License-Identifier: Apache-2.0
//
// The end of a contract: everybody is settled at one last value of one smallest quantity, and all
// positions are closed at it. What a loser could not pay stays in open values, to the unit and
// named, as after any settlement; all other open values are zero. The contract is closed for good.
#pragma once

#include "cofferdam/books/market/settle.h"
#include "cofferdam/books/market/terms.h"

namespace cofferdam::market {

struct CloseOut {
  ContractId contract;
  Price price;  // for people to read; what counts is the unit value
  u128 unit_value = 0;
};

// One command for all holders: whole or not at all.
[[nodiscard]] SettleStatus close_out(const CloseOut& close, State& state, ledger::State& ledger,
                                     ledger::Context& context, Settlement& result);

}  // namespace cofferdam::market
