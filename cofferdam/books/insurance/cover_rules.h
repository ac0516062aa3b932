// SPDX-License-Identifier: Apache-2.0
//
// Whether the terms of a cover make sense by themselves, and what a pool may still promise.
#pragma once

#include "cofferdam/books/insurance/cover_commands.h"
#include "cofferdam/books/insurance/funds.h"

namespace cofferdam::insurance {

// The first rule that the terms break; ok where they break none.
[[nodiscard]] CoverStatus shape_of(const PolicyTerms& terms);

// The price set in force; null where none is.
[[nodiscard]] const PriceSet* prices_of(const State& state, PoolId pool, Peril peril);

// What may be promised against a peril in all, and what is promised; in units of 0.01, as the price
// rules count.
struct Capacity {
  Amount most;
  Amount used;
};

[[nodiscard]] Capacity capacity_of(const State& state, const ledger::State& ledger,
                                   const PriceSet& prices);

// The price of a promise of `amount` now, by the price set in force.
[[nodiscard]] base::Result<CoverPriceOutput> price_now(const State& state,
                                                       const ledger::State& ledger,
                                                       const PriceSet& prices, Amount amount,
                                                       Time start, Time end,
                                                       Amount technical_premium, Time now);

}  // namespace cofferdam::insurance
