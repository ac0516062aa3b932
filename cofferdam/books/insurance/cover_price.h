// SPDX-License-Identifier: Apache-2.0
//
// What a cover costs, by the rule of a named and versioned parameter set, never below the technical
// premium that the models computed (an input: this room holds integers only).
//
// Nexus Mutual (contracts/modules/staking/StakingProducts.sol; amounts in units of 0.01):
//   drop    = floor(decay a day * seconds / 86,400)
//   base    = max(target, bumped - drop)
//   bumped' = base + floor(bump * cover / capacity)
//   premium = floor((cover * base / 10,000 + surge) * period / 365 days)
//   surge   = S(after) - S(before), S(x) = floor(floor(x 2 x / capacity) / 2) above 90 % of
//   capacity
// Versions: 2.0 (bump 20 %, 0.5 %/day, surge), 2.4.2 (20 %, 2 %/day, surge), 2.11 (5 %, 2 %/day).
//
// Neptune Mutual (contracts/libraries/PolicyHelperV1.sol):
//   utilization = floor(10,000 (commitment + cover) / (vault + floor(reassurance * weight)))
//   rate        = min(ceiling, max(utilization, floor) + 100 * months)
//   fee         = floor(cover * rate * days / 3,650,000)
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::insurance {

enum class CoverPriceRule : std::uint8_t { nexus_2_0, nexus_2_4_2, nexus_2_11, neptune_1 };
enum class CoverPriceStatus : std::uint8_t { priced, beyond_capacity, period_out_of_range };
enum class PriceBound : std::uint8_t { market, technical };

struct CoverPriceInput {
  std::uint8_t scale = 18;
  CoverPriceRule rule = CoverPriceRule::nexus_2_11;
  base::Amount amount;
  std::uint32_t period_days = 365;
  base::Amount technical_premium;
  // Nexus
  base::Amount capacity;
  base::Amount capacity_used;
  std::uint32_t target_price_bps = 100;
  std::uint32_t bumped_price_bps = 0;
  base::Duration since_bump;
  // Neptune
  base::Amount vault;
  base::Amount commitment;
  base::Amount reassurance;
  std::uint32_t reassurance_weight_bps = 10'000;
  std::uint32_t floor_bps = 200;
  std::uint32_t ceiling_bps = 1'200;
  std::uint32_t months = 1;

  static constexpr std::string_view kDoc =
      "The price of a cover under Nexus Mutual's or Neptune Mutual's rule, not below the technical "
      "premium.";
  static constexpr std::string_view kSource =
      "Nexus Mutual, contracts/modules/staking/StakingProducts.sol (2.0, 2.4.2, 2.11); Neptune "
      "Mutual, contracts/libraries/PolicyHelperV1.sol calculatePolicyFeeInternal";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 2 to 18");
    visit("rule", self.rule, "the parameter set");
    visit("amount", self.amount, "of the cover, above 0; nexus: a multiple of 0.01");
    visit("period_days", self.period_days,
          "nexus: 28 to 365; neptune: days from the end of the coverage lag to expiry");
    visit("technical_premium", self.technical_premium,
          "for this cover and period, as the models computed it; 0 for none");
    visit("capacity", self.capacity, "nexus: of the product, a multiple of 0.01, above 0");
    visit("capacity_used", self.capacity_used, "nexus: before this cover, a multiple of 0.01");
    visit("target_price_bps", self.target_price_bps, "nexus: a year, of the amount");
    visit("bumped_price_bps", self.bumped_price_bps, "nexus: after the last cover");
    visit("since_bump", self.since_bump, "nexus: time since then, cut to whole seconds");
    visit("vault", self.vault, "neptune: liquidity of the cover pool");
    visit("commitment", self.commitment, "neptune: covers already promised");
    visit("reassurance", self.reassurance, "neptune: the reassurance fund");
    visit("reassurance_weight_bps", self.reassurance_weight_bps, "neptune: part that counts");
    visit("floor_bps", self.floor_bps, "neptune: least rate, above 0");
    visit("ceiling_bps", self.ceiling_bps, "neptune: most, above the floor");
    visit("months", self.months, "neptune: 1 to 3");
  }
};

struct CoverPriceOutput {
  CoverPriceStatus status = CoverPriceStatus::priced;
  std::uint32_t rate_bps = 0;
  std::uint32_t bumped_price_bps = 0;
  std::uint32_t utilization_bps = 0;
  base::Amount base_premium;
  base::Amount surge_premium;
  base::Amount market_premium;
  base::Amount premium;
  PriceBound bound = PriceBound::market;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("status", self.status, "priced, or why not");
    visit("rate_bps", self.rate_bps, "that this cover pays a year, before surge");
    visit("bumped_price_bps", self.bumped_price_bps, "nexus: what the next cover starts from");
    visit("utilization_bps", self.utilization_bps, "with this cover");
    visit("base_premium", self.base_premium, "nexus: a year; neptune: the fee");
    visit("surge_premium", self.surge_premium, "nexus: a year, for capacity above 90 %");
    visit("market_premium", self.market_premium, "by the rule alone");
    visit("premium", self.premium, "the larger of that and the technical premium");
    visit("bound", self.bound, "which of the two it is");
  }
};

[[nodiscard]] base::Result<CoverPriceOutput> cover_price(const CoverPriceInput& input);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::CoverPriceRule> {
  static constexpr std::array<std::string_view, 4> kNames{"nexus_2_0", "nexus_2_4_2", "nexus_2_11",
                                                          "neptune_1"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::CoverPriceStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"priced", "beyond_capacity",
                                                          "period_out_of_range"};
  static constexpr std::array<std::string_view, 3> kDocs{"", "the cover does not fit what is free",
                                                         "the rule sells no such period"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::PriceBound> {
  static constexpr std::array<std::string_view, 2> kNames{"market", "technical"};
};
