// SPDX-License-Identifier: Apache-2.0
//
// The other side of a deficit: what each counterparty has, can bear, and scores. Part of adl.
#pragma once

#include "cofferdam/books/default_management/adl.h"
#include "cofferdam/books/default_management/exact.h"

#include <optional>
#include <vector>

namespace cofferdam::default_management {

// The terms under which values are counted, in units of the amount's scale.
struct AdlTerms {
  const AdlInput& input;

  // Value of a quantity (without sign) at a price: +: worth more when the price rises.
  [[nodiscard]] Ratio value(const Integer& quantity, Price price) const;
  // What one quantity closed at the price gives up against the mark, for the side that faces the
  // bankrupt position; below zero when it gains.
  [[nodiscard]] Ratio cost_of_one(Price price) const;
};

struct Opponent {
  const AdlCounterparty* account = nullptr;
  base::u128 size = 0;      // of the position
  base::u128 unhedged = 0;  // of it
  base::u128 bearable = 0;  // of it, at the close price
  Ratio profit;
  Ratio equity;
};

// The counterparties of the other side, by account.
[[nodiscard]] std::vector<Opponent> opponents_of(const AdlTerms& terms, const Ratio& cost_of_one);

// nullopt: the ranking has no scores, or the account has no equity to be ranked by.
[[nodiscard]] std::optional<Ratio> score_of(const AdlTerms& terms, const Opponent& opponent,
                                            AdlRanking ranking);

// Indexes of the opponents, the first to be closed first.
[[nodiscard]] std::vector<std::size_t> order_of(const std::vector<std::optional<Ratio>>& scores);

// Quantities to be closed at the close price, at most `quantity` in sum.
[[nodiscard]] std::vector<base::u128> closings(const std::vector<Opponent>& opponents,
                                               const std::vector<std::size_t>& order,
                                               AdlRanking ranking, base::u128 quantity);

[[nodiscard]] constexpr bool has_scores(AdlRanking ranking) {
  return ranking != AdlRanking::hedge_aware && ranking != AdlRanking::pro_rata;
}

}  // namespace cofferdam::default_management
