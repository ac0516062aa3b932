// SPDX-License-Identifier: Apache-2.0
//
// Safeguards of margin over time: what keeps requirements from falling too fast when markets are
// calm and from rising too fast when they are not, and what keeps fresh profit in the pool.
//
// Its words. A *calculated* grid is what the model has published; the grid *in force* is what the
// books count by. The *stressed* grid of a contract comes from a period of stress, or from a long
// look-back; it is the *floor*. The *buffer* is what is asked on top of the calculated grid and may
// be used up while that rises. The options are those of Commission Delegated Regulation (EU)
// 153/2013, article 28(1): (a) a buffer, (b) a weight of stressed observations, (c) a floor by a
// long look-back. Profit *matures*: what a settlement has paid may back risk at once, and may leave
// the pool when its time has passed.
//
// Its laws. A grid in force is never below the calculated one, entry by entry, so that tightening
// acts at once (within the rulebook's step). It comes down by a bounded step at a time, and not
// before the notice since the last rise has passed; where a scenario changes its side, the same is
// said of what one unit of either side is asked for. With a floor the stressed scenarios stand in
// the grid beside the calculated ones, so that no portfolio, hedged or not, is asked for less than
// they say. Losses take profit that is not mature first.
//
// These tables are a room of their own in the state hash, so that books without safeguards keep
// theirs. What it must not know: how grids and stressed grids are made, and the clock.
#pragma once

#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

inline constexpr std::uint32_t kGridDaysMax = 400;
inline constexpr std::uint32_t kMaturityParts = 8;

// How the grids of a rulebook move from one publication to the next.
struct Procyclicality {
  using Key = RulebookId;
  RulebookId rulebook;
  std::uint32_t buffer_ppm = 0;
  std::uint32_t rebuild_ppm = 0;
  std::uint32_t stress_weight_ppm = 0;
  bool floor = false;
  std::uint32_t loosen_ppm = 0;
  Duration period;
  Duration notice;
  Time set;

  [[nodiscard]] Key key() const { return rulebook; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("buffer_ppm", self.buffer_ppm, "asked on top of the calculated grid");
    visit("rebuild_ppm", self.rebuild_ppm,
          "most that the buffer grows again in a period, of the whole; 0: it is never used up");
    visit("stress_weight_ppm", self.stress_weight_ppm,
          "weight of the stressed grid in the calculated one");
    visit("floor", self.floor, "whether the stressed scenarios stand beside the calculated ones");
    visit("loosen_ppm", self.loosen_ppm,
          "most that an entry comes down in a period, of what it was; 0: any");
    visit("period", self.period, "least time between two steps; 0: every publication is one");
    visit("notice", self.notice, "how long after a rise nothing comes down");
    visit("set", self.set, "when it was set last");
  }
};

struct StressGrid {
  struct Key {
    RulebookId rulebook;
    ContractId contract;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  RulebookId rulebook;
  ContractId contract;
  std::uint64_t version = 0;
  std::string origin;
  Time set;
  std::vector<std::int64_t> entries;

  [[nodiscard]] Key key() const { return {rulebook, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("contract", self.contract, "the contract");
    visit("version", self.version, "counted from 1");
    visit("origin", self.origin, "the period or look-back that it was made from");
    visit("set", self.set, "when it was published");
    visit("entries", self.entries, "change of value of the smallest quantity, by scenario");
  }
};

// Where a contract's grid stands between what is calculated and what is in force.
struct Hold {
  using Key = StressGrid::Key;
  RulebookId rulebook;
  ContractId contract;
  Time tightened;
  Time loosened;
  Time rebuilt;
  std::vector<std::int64_t> calculated;

  [[nodiscard]] Key key() const { return {rulebook, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("contract", self.contract, "the contract");
    visit("tightened", self.tightened, "when the calculated grid last rose above what was asked");
    visit("loosened", self.loosened, "when an entry last came down; 0: never");
    visit("rebuilt", self.rebuilt, "when the buffer last grew again; 0: never");
    visit("calculated", self.calculated, "the last publication, with the weight of the stressed");
  }
};

// What one smallest quantity was asked for on a day (UTC), the worse of long and short.
struct GridDay {
  struct Key {
    RulebookId rulebook;
    ContractId contract;
    std::int32_t day = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  RulebookId rulebook;
  ContractId contract;
  std::int32_t day = 0;
  std::int64_t highest = 0;
  std::int64_t lowest = 0;
  std::int64_t calculated_highest = 0;
  std::int64_t calculated_lowest = 0;

  [[nodiscard]] Key key() const { return {rulebook, contract, day}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("contract", self.contract, "the contract");
    visit("day", self.day, "days since 1970-01-01");
    visit("highest", self.highest, "highest initial requirement in force on that day");
    visit("lowest", self.lowest, "lowest of it");
    visit("calculated_highest", self.calculated_highest, "the same as it was calculated");
    visit("calculated_lowest", self.calculated_lowest, "lowest as it was calculated");
  }
};

struct Maturity {
  using Key = PoolId;
  PoolId pool;
  Duration period;
  Time set;

  [[nodiscard]] Key key() const { return pool; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("period", self.period, "how long settled profit stays in the pool; 0: it may leave");
    visit("set", self.set, "when it was set last");
  }
};

// Settled profit that may not leave the pool before its time.
struct FreshProfit {
  struct Key {
    PoolId pool;
    OwnerId owner;
    AssetId asset;
    Time matures;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  OwnerId owner;
  AssetId asset;
  Time matures;
  Amount amount;

  [[nodiscard]] Key key() const { return {pool, owner, asset, matures}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "of the collateral that it was paid into");
    visit("matures", self.matures, "from then on it may leave");
    visit("amount", self.amount, "what is left of it after losses");
  }
};

struct SafeguardState {
  base::Table<Procyclicality> procyclicalities;
  base::OrderedTable<StressGrid> stress_grids;
  base::OrderedTable<Hold> holds;
  base::OrderedTable<GridDay> days;
  base::Table<Maturity> maturities;
  base::OrderedTable<FreshProfit> fresh;

  // The tables in their order in snapshots and in the state hash.
  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.procyclicalities);
    f(self.stress_grids);
    f(self.holds);
    f(self.days);
    f(self.maturities);
    f(self.fresh);
  }
};

}  // namespace cofferdam::margin
