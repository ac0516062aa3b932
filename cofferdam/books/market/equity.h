// SPDX-License-Identifier: Apache-2.0
//
// What a participant has: collateral and, at the recorded marks, what its positions would leave.
#pragma once

#include "cofferdam/books/market/market.h"

#include <optional>
#include <vector>

namespace cofferdam::market {

struct PositionLine {
  ContractId contract;
  Quantity position;
  i128 open_value = 0;            // in value units
  Price entry_price;              // of a position that is not flat, rounded half even
  std::optional<Price> mark;      // absent: no mark was recorded
  std::optional<i128> variation;  // value at the mark + open value, in value units
  SignedAmount unsettled;         // the same in the settlement asset, rounded down
};

struct Equity {
  AssetId asset;
  Amount collateral;
  SignedAmount unsettled;  // sum of the lines
  SignedAmount equity;
  bool complete = true;  // every position that is not flat has a mark
  std::vector<PositionLine> positions;
};

// The price at which the open value of a position would be zero: open value / position, for an
// inverse contract position / open value; nullopt when flat, when open value and position do not
// have opposite signs of value, or when it does not fit.
[[nodiscard]] std::optional<Price> entry_price(const Contract& contract, i128 position,
                                               i128 open_value);

// nullopt when there is no such participant or a sum does not fit.
[[nodiscard]] std::optional<Equity> equity(const State& state, const ledger::State& ledger,
                                           const Participant::Key& participant);

}  // namespace cofferdam::market
