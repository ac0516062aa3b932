// SPDX-License-Identifier: Apache-2.0
//
// Recorded minutes of an inverse perpetual: the folder of BitMEX's XBTUSD, with what its files say
// about each other. `xbtusd_1m_2020-03_covid.csv` holds the minutes, `xbtusd_1h_...` hours,
// `xbtusd_trades_near_funding_...` single trades with their values in satoshi. Where the folders
// `funding` and `insurance_fund_facts` stand beside it, they are read too.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/stress/perpetual_venue.h"
#include "cofferdam/report/replay_result.h"

#include <string>
#include <vector>

namespace cofferdam::report {

struct PerpetualRecord {
  std::vector<stress::MinuteBar> minutes;
  std::vector<stress::FundingRate> funding;  // within the minutes; empty: not recorded
  std::vector<Fact> facts;
  Listing funds;  // what venues stated of their insurance funds in those days; may be empty
};

[[nodiscard]] base::Result<PerpetualRecord> read_perpetual_record(const std::string& folder);

// Only the file of minutes, for tests and for other windows.
[[nodiscard]] base::Result<std::vector<stress::MinuteBar>> read_minutes(const std::string& path);

}  // namespace cofferdam::report
