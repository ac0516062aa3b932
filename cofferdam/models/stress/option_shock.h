// SPDX-License-Identifier: Apache-2.0
//
// One move of the market over a venue of options: what every account would be worth, which would
// owe, whether the prefunded layers hold, and the smallest move that exhausts them, with the names
// of those who would do it.
//
// A move multiplies the index and every forward by 1 + spot and every volatility by 1 + volatility;
// options are priced anew by Black-76 and close-out costs half a spread more than today. Shortfalls
// are of accounts by themselves; `scope` says which pool's accounts and layers are looked at.
#pragma once

#include "cofferdam/models/stress/cover.h"
#include "cofferdam/models/stress/option_venue.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::stress {

struct MarketMove {
  double spot = 0;
  double volatility = 0;
};

struct NamedShortfall {
  std::string owner;
  i128 amount = 0;
};

struct ReverseStress {
  bool is_found = false;
  double spot = 0;        // the smallest move that exhausts the layers
  double volatility = 0;  // that goes with it
  i128 shortfall = 0;     // there
  i128 resources = 0;
  std::vector<NamedShortfall> accounts;  // largest first, at most ten
};

// All accounts where `pool` is none.
struct ShockScope {
  const VenueRun& venue;
  const OptionChain& chain;
  std::optional<std::size_t> pool;
};

// In cents, of each account of the scope in their order; zero for those that could pay.
[[nodiscard]] std::vector<NamedShortfall> shortfalls(const ShockScope& scope, MarketMove move);

// Looks down to -95 % and up to +300 % in steps of half a per cent, then bisects to 0.01 %; of the
// two directions the smaller move is returned. Volatility rises by half of the spot move's size.
[[nodiscard]] ReverseStress reverse_stress(const ShockScope& scope, i128 resources);

// Cover 1, 2 and all over spot moves of +-5 to +-50 % with volatility down, unchanged and up.
[[nodiscard]] base::Result<CoverOutput> venue_cover(const ShockScope& scope, i128 resources);

}  // namespace cofferdam::stress
