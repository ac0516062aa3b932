// SPDX-License-Identifier: Apache-2.0
//
// Published liquidations against the positions that the trades add up to. A published notional is
// compared with |position x last trade price| just before its time: over all coins for a cross
// account, for an isolated one the coin that comes nearest.
#pragma once

#include "cofferdam/report/listing.h"
#include "cofferdam/report/venue_input.h"

#include <string>
#include <vector>

namespace cofferdam::report {

// Kinds of difference, from none to worst.
enum class LiquidationMatch : std::uint8_t {
  within_1_percent,
  within_5_percent,  // the last trade was not the venue's mark
  position_partly,   // the position is there, its notional differs by more
  position_absent,   // no position: opened before the window, or by omitted trades
};

struct LiquidationComparison {
  base::i128 notional = 0;  // of the positions, at kUsdScale, rounded half even
  LiquidationMatch match = LiquidationMatch::position_absent;
  bool flat_after = false;  // trades up to and including the time close the compared positions
};

// One per published liquidation, in order.
[[nodiscard]] std::vector<LiquidationComparison> compare_liquidations(const VenueInput& input);

[[nodiscard]] Listing liquidation_listing(const VenueInput& input,
                                          const std::vector<LiquidationComparison>& comparisons);
[[nodiscard]] Listing liquidation_summary(const std::vector<LiquidationComparison>& comparisons);

}  // namespace cofferdam::report
