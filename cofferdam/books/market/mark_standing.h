// SPDX-License-Identifier: Apache-2.0
//
// How far a mark may be relied on, now: a pure function of the books and the time.
//
//   absent     no mark was recorded. Nothing can be valued: no new risk, no withdrawal, no
//              liquidation.
//   stale      the mark is older than the terms allow, or its index has too few fresh sources.
//              No new risk, no withdrawal, never a liquidation; the price loses a haircut that
//              grows with every period of staleness that has begun.
//   deviating  the mark lies further from the index than the terms allow, an option's mark lies
//              outside the bounds that no price of an option leaves, or the sources of the index
//              contradict each other. Positions may only be reduced, and each side is valued at
//              the price that is worse for it. A liquidation is judged at the price that is better.
//   fresh      none of these.
//
// Bounds of an option's mark at the index S and strike K, without interest: a call is worth from
// max(0, S - K) to S, a put from max(0, K - S) to K; in coin all of it divided by S. The terms'
// deviation widens the bounds on either side, since the index is not the forward of the expiry.
//
// A contract without terms has no index: its mark is fresh or, by the contract's own age, stale.
#pragma once

#include "cofferdam/books/market/index_reading.h"

#include <optional>

namespace cofferdam::market {

struct MarkBooks {
  const State& market;
  const TermsState& terms;
  const fact::State& facts;
};

struct MarkStanding {
  Standing standing = Standing::absent;
  Price price;                    // as recorded; zero when absent
  Price low;                      // long positions are valued at it where the worse price counts
  Price high;                     // short positions are valued at it
  u128 unit_value = 0;            // of one smallest quantity at `price`, in the value asset
  u128 unit_value_low = 0;        // at `low`: for longs, whose better price is `high`
  u128 unit_value_high = 0;       // at `high`: for shorts
  std::uint32_t haircut_ppm = 0;  // of a stale price: low = price x (1 - h), high = price x (1 + h)
  Duration age;                   // of the mark

  [[nodiscard]] bool may_raise_risk() const { return standing == Standing::fresh; }

  // Opposite to a position that is open, at `low` and `high`.
  [[nodiscard]] bool may_reduce() const { return standing != Standing::absent; }

  [[nodiscard]] bool may_withdraw() const { return standing == Standing::fresh; }

  [[nodiscard]] bool may_liquidate() const {
    return standing == Standing::fresh || standing == Standing::deviating;
  }
};

// Requires that the contract exists (checked).
[[nodiscard]] MarkStanding mark_standing(const MarkBooks& books, ContractId contract, Time now);

}  // namespace cofferdam::market
