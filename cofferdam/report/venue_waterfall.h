// SPDX-License-Identifier: Apache-2.0
//
// The waterfall of a replayed pool: own capital of the venue, a fund, a layer of the insurance pool
// that bears what is above its attachment; behind them deleveraging and cut claims, by command. The
// files name none of these. Their sizes are assumed here, in one place, and said in every report.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_input.h"

#include <array>

namespace cofferdam::report {

// In USD.
inline constexpr std::uint64_t kOwnCapitalUsd = 25;
inline constexpr std::uint64_t kLayerAttachmentUsd = 50;
inline constexpr std::uint64_t kLayerLimitUsd = 200;  // of one loss
inline constexpr std::uint64_t kLayerYearUsd = 600;   // of all losses of a year

[[nodiscard]] constexpr base::Amount whole_usd(std::uint64_t dollars) {
  return base::Amount(base::u128{dollars} * 1'000'000);
}

// Where the insurance pool's layer is.
struct VenueLayer {
  base::AccountId account;
  base::AccountId custody;
};

// Codes of the layers, in their order.
inline constexpr std::array<const char*, 3> kLayerNames{"own", "fund", "parametric"};

struct VenueWaterfall {
  std::string code;  // of the pool; names the fund and the steps too
  base::PoolId pool;
  base::AssetId asset;
  base::AccountId custody;
  base::AccountId source;  // what own capital and the fund are first paid from
  base::AccountId own;
  base::AccountId fund;
  base::ConduitId conduit;
  VenueLayer layer;
  base::Amount fund_begins_with;
};

// Accounts `own` and `fund`, the edges that pay them, and the conduit's way are the caller's.
[[nodiscard]] std::vector<ledger::AccountEvent> waterfall_accounts(const VenueWaterfall& waterfall);
[[nodiscard]] Result<void> open_waterfall(Driver& driver, base::Time time,
                                          const VenueWaterfall& waterfall);

// What a layer paid of a loss; a charge never changes.
[[nodiscard]] base::Amount charged_to(Driver& driver, std::uint32_t loss, const char* layer);

// The insurance pool's money is in transit until custody follows.
[[nodiscard]] Result<void> follow_custody(Driver& driver, base::Time time,
                                          const VenueWaterfall& waterfall, std::uint32_t loss);

}  // namespace cofferdam::report
