// SPDX-License-Identifier: Apache-2.0
//
// What a publisher's list of liquidations and the trades say together, before any book is kept.
//
//  - Who takes over: the trades that close a liquidated account bear its second. Where the files
//    hold the other side too (the same second, coin, price and size), its account is the venue's
//    backstop: the one that is the other side of the most of them.
//  - At which marks: a published notional and account value, with the prices at which everything
//    was closed, say what the venue's marks were. One coin: notional over size. Several: the prices
//    of the close moved against the account by one proportion, so that its value at the marks is
//    the published one. Where that misses the published notional by more than a thousandth, the
//    liquidation was of a part of the account, or is told differently, and no mark is drawn.
#pragma once

#include "cofferdam/report/venue_input.h"

#include <optional>
#include <vector>

namespace cofferdam::report {

struct VenueTakeovers {
  struct Liquidation {
    std::vector<std::size_t> trades;  // that close it, numbers in the input
    std::vector<VenueMark> marks;     // the publisher's, of the coins that are closed
  };

  std::optional<std::uint32_t> backstop;
  std::vector<Liquidation> liquidations;            // as in the input
  std::vector<std::optional<std::size_t>> mirrors;  // by trade that closes: the backstop's row
  std::vector<bool> is_mirror;                      // by trade
  std::size_t closing = 0;
  std::size_t mirrored = 0;
};

[[nodiscard]] VenueTakeovers find_takeovers(const VenueInput& input);

}  // namespace cofferdam::report
