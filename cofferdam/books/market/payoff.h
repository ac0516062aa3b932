// SPDX-License-Identifier: Apache-2.0
//
// What an option pays at expiry, and the bounds that its price never leaves.
//
// Per unit of the underlying at the index S and the strike K: a call max(0, S - K), a put
// max(0, K - S); in coin, as Deribit lists its inverse options, the same divided by S. What is paid
// is position x unit value, the unit value being that of one smallest quantity in the value asset,
// rounded once as the terms say: longs receive exactly what shorts pay.
#pragma once

#include "cofferdam/books/market/terms.h"

#include <optional>

namespace cofferdam::market {

// The payoff of one smallest quantity in the value asset; zero out of the money; nullopt when it
// does not fit. `level` is positive and in the scale of the terms.
[[nodiscard]] std::optional<u128> payoff_unit_value(const Contract& contract, const Terms& terms,
                                                    Level level);

// The payoff as a price of the contract, rounded half to even, for people to read.
[[nodiscard]] std::optional<Price> payoff_price(const Contract& contract, const Terms& terms,
                                                Level level);

struct PriceBounds {
  i128 low = 0;
  i128 high = 0;
};

// The least and the greatest price of an option without interest, in the contract's price scale,
// each widened by `bps` basis points of the index; the least is not below zero.
[[nodiscard]] std::optional<PriceBounds> option_bounds(const Contract& contract, const Terms& terms,
                                                       Level level, std::uint32_t bps);

}  // namespace cofferdam::market
