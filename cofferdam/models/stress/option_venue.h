// SPDX-License-Identifier: Apache-2.0
//
// A venue of options on recorded chains: a seeded book of accounts in segregated pools, carried
// from snapshot to snapshot. Who is asked for margin, who is closed out and at what cost, who
// cannot pay, and which layers pay: each pool by itself, and the same book with all money in one.
//
// The rules. A quantity is a whole number of coins. The value of one coin of an option is its mark
// (or bid, or ask) in coin times the index of its row, in cents: marks half to even, bids down,
// asks up. A missing bid is worth the intrinsic value, a missing ask costs the mark and
// `absent_ask_rate` of its time value; no bid is above the mark and no ask below it. Requirements
// come from a margin rulebook, and on top of it, where asked for, a liquidity add-on. An account
// whose equity is below its initial requirement is called; below maintenance it is closed out at
// once, all of it, to the market makers: longs at the bid, shorts at the ask, with a penalty of
// what is left at most. An expired option pays its intrinsic value at the index of the first
// snapshot after its expiry. What a closed account cannot pay is a loss of its pool: the pool's own
// fund bears it first, then the operator's capital in that pool, then a shared fund up to the
// pool's cap, then the claims of the pool pro rata. Nobody pays in new money and nobody trades: it
// is a drill and not a forecast.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/time.h"
#include "cofferdam/models/margin/rulebook.h"
#include "cofferdam/models/pricing/black.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::stress {

using base::i128;

inline constexpr unsigned kCents = 2;  // scale of every amount of the drill

struct OptionQuote {
  std::string instrument;
  std::string underlying;
  pricing::OptionType type = pricing::OptionType::call;
  double strike = 0;
  base::Time expiry;
  double forward = 0;
  double index = 0;
  std::optional<double> bid;  // in coin, as are ask and mark
  std::optional<double> ask;
  double mark = 0;
  double volatility = 0;
};

struct OptionChain {
  base::Time time;
  std::vector<OptionQuote> quotes;
};

struct VenueTerms {
  std::size_t accounts = 600;
  std::size_t pools = 4;
  std::uint64_t seed = 1;
  double fund_rate = 0.03;      // of the pool's initial requirements at the start
  double operator_rate = 0.01;  // the same
  double shared_rate = 0.02;    // of all initial requirements
  double shared_cap = 0.5;      // part of the shared fund that one pool may draw
  double penalty_rate = 0.01;   // of the closed positions' absolute value
  double absent_ask_rate = 0.5;
  // The liquidity add-on: what closing would have cost at the quotes of the moment, the most of the
  // last so many snapshots; this part of it is required beside what the rulebook asks.
  std::size_t add_on_look_back = 4;
  double add_on_rate = 0;
};

struct VenueAccount {
  std::string owner;
  std::size_t pool = 0;
  std::string underlying;
  std::string style;                             // how its positions were chosen
  std::map<std::string, std::int64_t> position;  // coins by instrument; short below zero
  i128 cash = 0;
  // At the snapshot that was judged last.
  i128 equity = 0;
  i128 initial = 0;
  i128 maintenance = 0;
  std::vector<i128> closing_costs;  // what closing would have brought less than the mark, oldest
                                    // first, of the last `add_on_look_back` snapshots
  bool is_called = false;
  bool was_closed = false;
};

struct VenueDefault {
  base::Time time;
  std::string owner;
  std::size_t pool = 0;
  i128 deficit = 0;
  i128 by_pool_fund = 0;
  i128 by_operator = 0;
  i128 by_shared_fund = 0;
  i128 by_claims = 0;
  i128 unpaid = 0;            // what not even the claims could bear
  std::size_t claimants = 0;  // accounts that bore a part
  std::size_t strangers = 0;  // of them, in pools other than the defaulter's
  std::string certificate;
};

struct VenuePool {
  std::string name;
  std::size_t accounts = 0;
  i128 initial = 0;  // requirements at the start
  i128 fund_start = 0;
  i128 operator_start = 0;
  i128 fund = 0;
  i128 operator_capital = 0;
  i128 shared_used = 0;
  std::size_t closed = 0;
  std::size_t defaults = 0;
  i128 deficit = 0;
  i128 penalties = 0;
  i128 taken_from_claims = 0;  // of accounts of this pool
};

struct VenueMoment {
  base::Time time;
  std::map<std::string, double> index;  // by underlying
  i128 equity = 0;
  i128 initial = 0;
  i128 maintenance = 0;
  i128 funds = 0;  // of the pools and shared
  std::size_t called = 0;
  std::size_t closed = 0;
  i128 close_out_cost = 0;
  i128 deficit = 0;
  std::size_t stale = 0;  // held instruments without a quote
};

// What an account with short options lost from one snapshot to the next, closed out there, and what
// had been required of it.
struct VenueObservation {
  base::Time time;  // of the later snapshot
  std::size_t account = 0;
  i128 loss = 0;
  i128 initial = 0;
  i128 maintenance = 0;
  i128 marked_loss = 0;  // the same at the mark: without the cost of closing
  i128 add_on = 0;       // the liquidity add-on of the earlier snapshot, whether it was required
                         // or not; `initial` and `maintenance` are without it
};

// How often a requirement covered what came, from one snapshot to the next, with closing out.
struct VenueCoverage {
  std::size_t observations = 0;
  std::size_t initial_exceeded = 0;
  std::size_t maintenance_exceeded = 0;
};

struct VenueRun {
  std::vector<VenueMoment> moments;
  std::vector<VenuePool> pools;
  std::vector<VenueDefault> defaults;
  VenueCoverage coverage;
  std::vector<VenueObservation> observations;
  i128 shared_start = 0;
  i128 shared = 0;
  std::vector<VenueAccount> accounts;
};

// The book at the first chain, with the money that its requirements ask for.
[[nodiscard]] base::Result<VenueRun> found_venue(const rulebook::Rulebook& rulebook,
                                                 const OptionChain& chain, const VenueTerms& terms);

// From the first chain to the last. Commingled: one fund and one set of claims for all pools.
[[nodiscard]] base::Result<VenueRun> run_venue(const rulebook::Rulebook& rulebook,
                                               const std::vector<OptionChain>& chains,
                                               const VenueTerms& terms, bool commingled);

// Cents of one coin of an option, half to even.
[[nodiscard]] i128 mark_cents(const OptionQuote& quote);

// The requirement of these positions on this chain; positions without a quote are refused.
struct Requirement {
  i128 initial = 0;
  i128 maintenance = 0;
};

[[nodiscard]] base::Result<Requirement> requirement_of(
    const rulebook::Rulebook& rulebook, const OptionChain& chain,
    const std::map<std::string, const OptionQuote*>& quotes, const VenueAccount& account);

}  // namespace cofferdam::stress
