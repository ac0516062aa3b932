// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of requirements, free of the books.
//
// Tiers follow dYdX v4 (protocol/x/perpetuals/types/liquidity_tier.go and lib/lib.go): the notional
// and the open interest in the settlement asset, rounded down; the initial part rises with open
// interest from open_lower to open_upper and is cut to whole millionths before it is used; the
// requirement rounded up; maintenance is a part of the initial requirement at its base part, which
// open interest does not raise, rounded up as well.
#pragma once

#include "cofferdam/books/margin/margin.h"

#include <optional>
#include <span>

namespace cofferdam::margin {

// A position and what its open orders could make of it: anything from low to high.
struct Range {
  i128 position = 0;
  i128 low = 0;
  i128 high = 0;

  [[nodiscard]] bool has_orders() const { return low != position || high != position; }
};

// The initial part at an open interest, in whole millionths.
[[nodiscard]] std::uint32_t scaled_initial_ppm(const TierTerms& terms, u128 open_interest);

struct TierRequirement {
  u128 initial = 0;
  u128 maintenance = 0;
};

// nullopt when a product does not fit.
[[nodiscard]] std::optional<TierRequirement> tier_requirement(const TierTerms& terms, u128 notional,
                                                              u128 open_interest);

// Losses by scenario of a set of positions: losses[s] = -sum of position x entry. Exact, and free
// of overflow while positions stay below kPositionMax and are at most kPositionsPerAccountMax.
void add_changes(std::span<const std::int64_t> entries, i128 position, std::span<i128> changes);

// The same with open orders at their worst in every scenario.
void add_worst_changes(std::span<const std::int64_t> entries, const Range& range,
                       std::span<i128> changes);

struct WorstCase {
  u128 loss = 0;               // zero where no scenario loses
  std::int32_t scenario = -1;  // the first that loses most; -1: none loses
};

[[nodiscard]] WorstCase worst_of(std::span<const i128> changes);

// Add-ons in the rulebook's scale; of a range, of its worse end.
[[nodiscard]] u128 initial_add_on(const AddOns& add_ons, i128 position);
[[nodiscard]] u128 maintenance_add_on(const AddOns& add_ons, i128 position);
[[nodiscard]] u128 initial_add_on(const AddOns& add_ons, const Range& range);

// (loss x part + add-ons) in units of the asset, rounded up once; nullopt when it does not fit.
[[nodiscard]] std::optional<u128> grid_requirement(u128 loss, std::uint32_t ppm, u128 add_ons,
                                                   u128 scale_factor);

}  // namespace cofferdam::margin
