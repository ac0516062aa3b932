// SPDX-License-Identifier: Apache-2.0
//
// The files of a venue's days, read whole. trades.csv: time, user, coin, side (Bid or Ask), px, sz,
// and perhaps counterparty, fee, counterparty_fee. deposits_withdrawals.csv: time, user, delta_usd.
// Perhaps also accounts.csv (user, pool, kind: client or house), marks.csv (time, coin, px),
// liquidations.csv (time, user, liquidated_ntl_pos, liquidated_account_value, leverage_type). Each
// may be gzipped. Without a counterparty, every trade is against `kMarketMakers`.
//
// Scales are those of the data: of each coin the most fraction digits that a price and a size have,
// so that nothing is rounded.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cofferdam::report {

inline constexpr std::string_view kMarketMakers = "market-makers";
inline constexpr unsigned kUsdScale = 6;

struct VenueCoin {
  std::string code;
  unsigned price_scale = 0;
  unsigned size_scale = 0;
};

struct VenueUser {
  std::string name;
  std::string pool;  // empty: the one client pool
  bool house = false;
};

struct VenueTrade {
  base::Time time;
  std::uint32_t user = 0;
  std::uint32_t counterparty = 0;
  std::uint32_t coin = 0;
  bool buys = false;
  base::i128 price = 0;
  base::i128 size = 0;
  base::i128 fee = 0;
  base::i128 counterparty_fee = 0;
};

struct VenueUpdate {
  base::Time time;
  std::uint32_t user = 0;
  base::i128 delta = 0;  // at kUsdScale
};

struct VenueMark {
  base::Time time;
  std::uint32_t coin = 0;
  base::i128 price = 0;
};

enum class Leverage : std::uint8_t { cross, isolated };

struct VenueLiquidation {
  base::Time time;
  std::uint32_t user = 0;
  base::i128 notional = 0;       // at kUsdScale
  base::i128 account_value = 0;  // at kUsdScale
  Leverage leverage = Leverage::cross;
};

struct VenueInput {
  std::vector<VenueCoin> coins;  // in order of first trade
  std::vector<VenueUser> users;  // 0 is kMarketMakers
  std::vector<VenueTrade> trades;
  std::vector<VenueUpdate> updates;
  std::vector<VenueMark> marks;
  std::vector<VenueLiquidation> liquidations;
};

[[nodiscard]] base::Result<VenueInput> read_venue(const std::string& folder);

}  // namespace cofferdam::report
