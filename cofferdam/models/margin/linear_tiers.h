// SPDX-License-Identifier: Apache-2.0
//
// Linear margin by tier, scaled by open interest, as dYdX v4 computes it: integers only, in quanta
// of the quote asset and parts in a million.
//
//   notional = floor(|size| * price), in quanta
//   imf      = base + floor((1,000,000 - base) * (OI - lower) / (upper - lower)), from base to
//              1,000,000; base when the upper cap is 0 or OI <= lower; OI = floor(open interest *
//              price)
//   initial  = ceil(notional * max(imf, the holder's own) / 1,000,000)
//   maintenance = ceil(ceil(notional * base / 1,000,000) * maintenance fraction / 1,000,000)
//
// and neither nets between markets. Source: protocol/x/perpetuals/types/liquidity_tier.go and
// lib/lib.go of dydxprotocol/v4-chain.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kTiersMax = 256;

struct LinearTier {
  std::string name;
  std::uint32_t initial_margin_ppm = 0;
  std::uint32_t maintenance_fraction_ppm = 0;
  base::Amount open_interest_lower_cap;
  base::Amount open_interest_upper_cap;

  static constexpr std::array kRequired{
      std::string_view("name"), std::string_view("initial_margin_ppm"),
      std::string_view("maintenance_fraction_ppm"), std::string_view("open_interest_lower_cap"),
      std::string_view("open_interest_upper_cap")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "which an instrument names as its tier");
    visit("initial_margin_ppm", self.initial_margin_ppm, "of the notional, at most 1,000,000");
    visit("maintenance_fraction_ppm", self.maintenance_fraction_ppm,
          "of the base initial margin, at most 1,000,000");
    visit("open_interest_lower_cap", self.open_interest_lower_cap,
          "open notional up to which the base holds");
    visit("open_interest_upper_cap", self.open_interest_upper_cap,
          "open notional from which margin is the whole notional; 0: never scaled");
  }
};

struct LinearTiers {
  std::uint8_t scale = 0;
  std::vector<LinearTier> tiers;

  static constexpr std::array kRequired{std::string_view("scale"), std::string_view("tiers")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of a quantum of the quote asset, at most 18");
    visit("tiers", self.tiers, "1 to 256");
  }
};

[[nodiscard]] Result<void> check(const LinearTiers& rules);
[[nodiscard]] Result<Evaluation> evaluate(const LinearTiers& rules, const Book& book);

// The initial margin fraction in millionths at this open notional, both in quanta.
[[nodiscard]] std::uint32_t adjusted_initial_margin_ppm(const LinearTier& tier,
                                                        base::u128 open_notional);

}  // namespace cofferdam::rulebook
