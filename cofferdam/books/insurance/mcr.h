// SPDX-License-Identifier: Apache-2.0
//
// The minimum capital requirement of Nexus Mutual (contracts/modules/capital/Pool.sol, _updateMCR
// and calculateCurrentMCR): a gearing on active cover towards which the stored figure moves by
// bounded steps.
//
//   desired = floor(active cover * 10,000 / gearing)
//   change  = min(floor(increment * elapsed seconds / 86,400), adjustment), in basis points
//   current = min(floor(stored * (10,000 + change) / 10,000), desired) upward,
//             max(floor(stored * (10,000 - change) / 10,000), desired) downward
//
// An update within the least time between updates changes nothing unless it is forced, as after a
// payout. The stored figure moves towards the desired one of before the update.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::insurance {

struct McrInput {
  std::uint8_t scale = 18;
  base::Amount stored;
  base::Amount desired;
  base::Duration elapsed;
  base::Amount active_cover;
  base::Amount capital;
  bool forced = false;
  std::uint32_t gearing_bps = 48'000;
  std::uint32_t increment_bps_per_day = 500;
  std::uint32_t adjustment_bps = 100;
  base::Duration least_between = base::kHour;

  static constexpr std::string_view kDoc =
      "The minimum capital requirement that follows active cover by bounded steps, and its ratio "
      "to "
      "capital.";
  static constexpr std::string_view kSource =
      "Nexus Mutual, contracts/modules/capital/Pool.sol: _updateMCR, calculateCurrentMCR, "
      "getMCRRatio";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("stored", self.stored, "the requirement at the last update");
    visit("desired", self.desired, "what it was moving to");
    visit("elapsed", self.elapsed, "since the last update; cut to whole seconds");
    visit("active_cover", self.active_cover, "sum of the covers now, in the same asset");
    visit("capital", self.capital, "value of the pool now");
    visit("forced", self.forced, "update although too early, as after a payout");
    visit("gearing_bps", self.gearing_bps, "cover over capital, in basis points: 48,000 is 4.8");
    visit("increment_bps_per_day", self.increment_bps_per_day, "pace of the movement");
    visit("adjustment_bps", self.adjustment_bps, "most in one update");
    visit("least_between", self.least_between, "least time between updates");
  }
};

struct McrOutput {
  base::Amount current;
  std::uint32_t change_bps = 0;
  bool updated = false;
  base::Amount stored;
  base::Amount desired;
  base::Rate capital_ratio;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("current", self.current, "the requirement now");
    visit("change_bps", self.change_bps, "that it may have moved since the last update");
    visit("updated", self.updated, "whether an update now is written");
    visit("stored", self.stored, "after that");
    visit("desired", self.desired, "after that: active cover over gearing");
    visit("capital_ratio", self.capital_ratio,
          "capital over the current requirement, cut to four digits as the source does; 0 without "
          "a requirement");
  }
};

[[nodiscard]] base::Result<McrOutput> mcr(const McrInput& input);

}  // namespace cofferdam::insurance
