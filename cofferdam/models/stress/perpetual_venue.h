// SPDX-License-Identifier: Apache-2.0
//
// A venue of an inverse perpetual on recorded minutes: a seeded book of longs and shorts in
// segregated pools, carried from minute to minute through a crash and a halt. Who is liquidated and
// at what cost, who cannot pay, which layers pay, whose positions are closed; each pool by itself,
// and the same book with all money in one.
//
// The rules. One contract is worth one dollar, in satoshi round_half_up(1e8 / price). The mark is
// the volume-weighted price of the minute. A minute with less volume than `fresh_volume` is stale:
// the old mark stands, and nothing is opened, liquidated or funded on it. Trades are pairs inside
// one pool, a long and a short of the same size at the mark; each pays in its value divided by its
// leverage, at most the pool's. Funding is paid by one side to the other.
//
// An account below maintenance is liquidated, the worst first, by as much as restores its initial
// margin: sold to the market or bought from it within `participation` of the minute's volume, at
// the mark moved by `slippage` of the way to the minute's worst price. What does not fit waits for
// the next minute. A penalty of what was closed goes to the pool's fund, at most what is left. What
// an account cannot pay is a loss of its pool: the pool's fund bears it, then the operator's
// capital there, then a shared fund up to the pool's cap. While these suffice, a bankrupt position
// goes on being sold; when they do not, the rest is deleveraged: closed at the mark against the
// other side of the pool in BitMEX's order, each paying its part of what is missing and no more
// than it has; what nobody can bear cuts the claims of the pool pro rata.
//
// Laws. Positions sum to zero. What accounts, funds and the market have sums to what was paid in,
// to the satoshi, in every minute. "The market" is the other side of every liquidation: the
// recorded volume, whose margin is not followed.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::stress {

using base::i128;

inline constexpr unsigned kSatoshi = 8;       // scale of every amount of this drill
inline constexpr unsigned kDollarDigits = 4;  // of every price

struct MinuteBar {
  base::Time end;
  std::int64_t high = 0;  // ten-thousandths of a dollar, as are low, close and average
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t average = 0;  // weighted by volume; the close where nothing was traded
  std::int64_t trades = 0;
  std::int64_t volume = 0;  // contracts
};

struct FundingRate {
  base::Time time;
  double rate = 0;  // of the value; above zero longs pay shorts
};

struct PerpetualTerms {
  std::size_t accounts = 4'000;
  std::size_t pools = 4;
  std::uint64_t seed = 1;
  double maintenance_part = 0.5;     // of the initial margin
  std::int64_t penalty_ppm = 2'500;  // of what is closed
  double participation = 0.1;        // of a minute's volume
  double slippage = 0.5;             // of the way from the mark to the minute's worst price
  std::int64_t fresh_volume = 50'000;
  double fund_rate = 0.003;  // of what the pool's accounts pay in
  double operator_rate = 0.001;
  double shared_rate = 0.001;  // of what all pay in
  double shared_cap = 0.5;     // part of the shared fund that one pool may draw
  std::size_t judged = 0;      // minute at whose end a copy of the book is kept, to be asked about
};

struct PerpetualAccount {
  std::string name;
  std::size_t pool = 0;
  std::size_t enters = 0;  // minute at which it may trade
  double leverage = 1;
  std::int64_t wanted = 0;      // contracts; short below zero
  std::int64_t position = 0;    // contracts now
  std::int64_t collateral = 0;  // satoshi
  std::int64_t open_value = 0;  // satoshi still owed on the position
  std::int64_t paid_in = 0;
  bool is_closing = false;
  bool was_liquidated = false;
  bool was_deleveraged = false;
  bool has_failed = false;

  // With `worth` satoshi for one contract: of a long, what a falling price takes away.
  [[nodiscard]] std::int64_t equity(std::int64_t worth) const {
    return collateral + open_value - position * worth;
  }
};

struct PerpetualPool {
  std::string name;
  double leverage = 1;               // the most of an account
  std::int64_t initial_ppm = 0;      // of the value: one over the leverage
  std::int64_t maintenance_ppm = 0;  // the same
  std::size_t accounts = 0;
  i128 paid_in = 0;
  i128 fund_start = 0;
  i128 operator_start = 0;
  i128 fund = 0;
  i128 operator_capital = 0;
  i128 shared_used = 0;
  i128 penalties = 0;
  std::size_t liquidated = 0;
  std::size_t failed = 0;
  i128 deficit = 0;
  std::size_t deleveraged = 0;  // accounts of this pool whose positions were closed for others
  i128 deleveraging_cost = 0;
  i128 taken_from_claims = 0;
};

struct PerpetualLoss {
  base::Time time;
  std::string account;
  std::size_t pool = 0;
  i128 deficit = 0;
  i128 by_fund = 0;
  i128 by_operator = 0;
  i128 by_shared = 0;
  i128 by_deleveraging = 0;
  i128 by_claims = 0;
  i128 unpaid = 0;
  std::size_t strangers = 0;  // accounts of other pools that bore a part
  std::string certificate;
};

struct PerpetualMinute {
  base::Time time;
  std::int64_t mark = 0;  // ten-thousandths of a dollar
  bool is_stale = false;
  std::int64_t open_interest = 0;  // contracts held long by accounts
  std::int64_t closed = 0;         // contracts liquidated
  std::int64_t waiting = 0;        // contracts of accounts under liquidation, after this minute
  std::size_t liquidated = 0;      // accounts that came under liquidation
  std::size_t deleveraged = 0;     // accounts hit
  i128 deficit = 0;
  i128 funds = 0;       // of pools, operator and shared
  i128 close_out = 0;   // cost of closing against the mark
  i128 underwater = 0;  // sum of what accounts under liquidation owe at the mark
};

struct PerpetualRun {
  std::vector<PerpetualMinute> minutes;
  std::vector<PerpetualPool> pools;
  std::vector<PerpetualLoss> losses;
  std::vector<PerpetualAccount> accounts;
  i128 shared_start = 0;
  i128 shared = 0;
  std::int64_t market_position = 0;
  i128 market_open_value = 0;
  i128 market_paid_in = 0;  // funding that it received, less what it paid
  i128 paid_in = 0;
  i128 funding_dust = 0;
  std::vector<PerpetualAccount> judged_accounts;
  std::vector<PerpetualPool> judged_pools;
  i128 judged_shared = 0;
};

// Satoshi of one contract: round_half_up(1e8 / price).
[[nodiscard]] std::int64_t contract_worth(std::int64_t price);

// Accounts, pools and their money; nobody has traded yet.
[[nodiscard]] base::Result<PerpetualRun> found_perpetual_venue(const std::vector<MinuteBar>& bars,
                                                               const PerpetualTerms& terms);

[[nodiscard]] base::Result<PerpetualRun> run_perpetual_venue(
    const std::vector<MinuteBar>& bars, const std::vector<FundingRate>& funding,
    const PerpetualTerms& terms, bool commingled);

// What is in the venue less what was paid in: zero, or a law is broken.
[[nodiscard]] i128 unaccounted(const PerpetualRun& run);

// Of a venue at one price: what its accounts would owe if the price jumped there, and could not
// pay.
struct PerpetualBreak {
  bool is_found = false;
  bool is_fall = true;
  std::int64_t price = 0;
  double move = 0;
  i128 shortfall = 0;
  i128 resources = 0;
  std::vector<std::pair<std::string, i128>> accounts;  // largest first, at most ten
};

// The smallest jump, down or up, after which accounts of the pool (of all: none) owe more than
// `resources`; in steps of 0.01 %, down to -95 % and up to +300 %.
[[nodiscard]] PerpetualBreak break_perpetual(const std::vector<PerpetualAccount>& accounts,
                                             std::optional<std::size_t> pool, std::int64_t price,
                                             i128 resources);

// How often a margin rate was not enough for a position opened at the mark and closed at the worst
// price of the following minutes.
struct PerpetualCoverage {
  std::int64_t horizon = 0;  // minutes
  std::size_t observations = 0;
  std::size_t long_exceeded = 0;
  std::size_t short_exceeded = 0;
};

[[nodiscard]] PerpetualCoverage perpetual_coverage(const std::vector<MinuteBar>& bars,
                                                   std::int64_t rate_ppm, std::int64_t horizon);

}  // namespace cofferdam::stress
