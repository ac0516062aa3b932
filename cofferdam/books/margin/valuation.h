// SPDX-License-Identifier: Apache-2.0
//
// What an amount of an asset is worth in a pool's margin asset, and what may be relied on for it.
#pragma once

#include "cofferdam/books/margin/assess.h"

#include <optional>

namespace cofferdam::margin {

// An eligible asset, as it is to be counted now.
struct Conversion {
  Basis basis = Basis::complete;
  AssetId asset;
  u128 numerator = 0;  // one unit is worth numerator / denominator units of the margin asset
  u128 denominator = 1;
  std::uint32_t haircut_ppm = 0;  // the schedule's, with what a stale price has added
  u128 cap = 0;                   // 0: none

  // What a sum above zero counts: at the price less the haircut, rounded down.
  [[nodiscard]] std::optional<u128> value_of_claim(u128 units) const;
  // What a sum below zero takes away, by its magnitude: at the price, rounded up.
  [[nodiscard]] std::optional<u128> value_of_debt(u128 units) const;
  [[nodiscard]] std::optional<i128> value_of(i128 units) const;
};

// By a row of the schedule; nullptr: the margin asset itself, at par and without a haircut.
[[nodiscard]] Conversion conversion_of(const Books& books, const PoolMargin& setting, AssetId asset,
                                       const Collateral* row);

// Calls f(asset, row) for every asset that the pool counts: those of the schedule and, where they
// do not name it, the margin asset.
template <class F>
void each_asset(const State& state, const PoolMargin& setting, F&& f) {
  bool named = false;
  const auto& rows = state.collateral.rows();
  for (auto at = rows.lower_bound({setting.pool, AssetId()});
       at != rows.end() && at->first.pool == setting.pool; ++at) {
    named |= at->first.asset == setting.asset;
    f(at->first.asset, &at->second);
  }
  if (!named) f(setting.asset, static_cast<const Collateral*>(nullptr));
}

// A mark as margin relies on it.
struct MarkReading {
  Basis basis = Basis::complete;
  Price price;
  u128 unit_long = 0;  // value of one smallest quantity of a long position
  u128 unit_short = 0;
  bool may_raise = false;  // new risk may be taken on; there is then one price and no better
};

[[nodiscard]] MarkReading read_mark(const Books& books, const market::Contract& contract,
                                    Pricing pricing);

}  // namespace cofferdam::margin
