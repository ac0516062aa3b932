// SPDX-License-Identifier: Apache-2.0
//
// Recorded option chains: a folder of files snap_<UTC>.csv or .csv.gz, each one moment. Columns:
// instrument, currency, type, strike, expiry, underlying_price, index_price, bid_coin, ask_coin,
// mark_coin, mark_iv; others may stand beside them. A blank bid or ask is none.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/stress/option_venue.h"

#include <string>
#include <vector>

namespace cofferdam::report {

inline constexpr std::size_t kChainsMax = 10'000;

// In the order of their times.
[[nodiscard]] base::Result<std::vector<stress::OptionChain>> read_option_chains(
    const std::string& folder);

// One file; `time` is that of its name.
[[nodiscard]] base::Result<stress::OptionChain> read_option_chain(const std::string& path);

}  // namespace cofferdam::report
