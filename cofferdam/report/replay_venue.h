// SPDX-License-Identifier: Apache-2.0
//
// Replays the days of a derivatives venue: hyperliquid_2023, or days that generate_venue.h has
// written. Deposits, withdrawals and trades are booked in the order of their time, every contract
// is settled at 00:00 UTC, at the day's mark or, where none is given, at the last trade.
//
// What a publisher has left out is named, never guessed at in silence:
//  - The market makers are one participant, outside, whose collateral is a declared claim on the
//    world (class external), not custody. It makes the settlement of everybody else's profit
//    possible; what it must have been at least is reported.
//  - A withdrawal beyond what the books know of is met in three steps: settle at the last trades;
//    pay what is there; book the rest as received from a source that the files do not show (class
//    external too), and list it as a break.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_input.h"

namespace cofferdam::report {

// Declared collateral of the market makers, in USD. Large against the 240,177 USD of deposits of
// hyperliquid_2023; the report says how much of it was ever needed.
inline constexpr std::uint64_t kMarketMakerFundingUsd = 1'000'000;

// Reason code of what was received from a source that the files do not show.
inline constexpr std::uint16_t kOmittedReceipt = 1001;

[[nodiscard]] Result<ReplayResult> replay_venue(const std::string& folder,
                                                const std::string& dataset, engine::Engine& engine,
                                                const ReplayOptions& options);

}  // namespace cofferdam::report
