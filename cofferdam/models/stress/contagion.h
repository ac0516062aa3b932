// SPDX-License-Identifier: Apache-2.0
//
// One shock to a fixed set of accounts, four times: with and without segregated pools, with and
// without funds. What spreads, how far, and who pays.
//
// The price jumps by the shock. Then, in rounds: every account whose equity is below its
// maintenance requirement is closed at the price of the round, all of it; what it cannot pay is a
// deficit. Its scope (its pool, or all where nothing is segregated) pays: first the fund of the
// scope, then accounts on the other side of the closed position, which are closed for the part of
// it that the unpaid deficit makes up and pay by size, at most what they have, then all who have
// something left, pro rata; what nobody has stays unpaid. At the end of a round the price moves by
// impact x net quantity sold / depth, and those who paid may now be below maintenance themselves.
// It ends when a round closes nobody.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

inline constexpr std::size_t kContagionAccountsMax = 20'000;

struct ContagionAccount {
  std::string account;
  std::string pool;
  double position = 0;
  double entry_price = 0;
  double collateral = 0;

  static constexpr std::array<std::string_view, 3> kRequired{"account", "pool", "collateral"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "unique name");
    visit("pool", self.pool, "where its money is");
    visit("position", self.position, "units: long above zero, short below");
    visit("entry_price", self.entry_price, "average price of entry; 0: the price before the shock");
    visit("collateral", self.collateral, "without unrealised profit");
  }
};

struct ContagionFund {
  std::string pool;
  double fund = 0;

  static constexpr std::array<std::string_view, 2> kRequired{"pool", "fund"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "that it stands behind");
    visit("fund", self.fund, "what it holds");
  }
};

struct ContagionInput {
  std::vector<ContagionAccount> accounts;
  std::vector<ContagionFund> funds;
  double price = 0;
  double shock = 0;
  double maintenance_rate = 0.05;
  double impact = 0;
  double depth = 1;

  static constexpr std::array<std::string_view, 3> kRequired{"accounts", "price", "shock"};
  static constexpr std::string_view kDoc =
      "A shock that spreads, with and without segregation and funds: defaults, deleveraging, price "
      "impact, who pays.";
  static constexpr std::string_view kSource =
      "rounds of default after Furfine 2003 and Eisenberg and Noe 2001; price impact of forced "
      "sales "
      "after Cifuentes, Ferrucci and Shin 2005";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("accounts", self.accounts, "1 to 20,000");
    visit("funds", self.funds, "at most one a pool");
    visit("price", self.price, "before the shock");
    visit("shock", self.shock, "as part of the price: -0.2 is a fall by a fifth");
    visit("maintenance_rate", self.maintenance_rate, "of the notional, 0 to 1");
    visit("impact", self.impact, "relative fall of the price when `depth` units are sold");
    visit("depth", self.depth, "units");
  }
};

struct ContagionPool {
  std::string pool;
  std::uint64_t defaults = 0;
  double deficit = 0;
  double fund_used = 0;
  double members_paid = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "its code");
    visit("defaults", self.defaults, "of its accounts");
    visit("deficit", self.deficit, "that they left");
    visit("fund_used", self.fund_used, "of its fund");
    visit("members_paid", self.members_paid, "by its accounts, for their own pool or another");
  }
};

struct ContagionRun {
  bool is_segregated = false;
  bool has_funds = false;
  std::uint64_t rounds = 0;
  std::uint64_t closed = 0;
  std::uint64_t defaults = 0;
  std::uint64_t defaults_by_contagion = 0;
  double price_end = 0;
  double price_impact = 0;
  double deleveraged = 0;
  double deficit = 0;
  double funds_paid = 0;
  double members_paid = 0;
  double unpaid = 0;
  std::uint64_t pools_hit_without_default = 0;
  std::vector<ContagionPool> pools;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("is_segregated", self.is_segregated, "each pool pays for its own");
    visit("has_funds", self.has_funds, "funds pay first");
    visit("rounds", self.rounds, "until nobody was closed any more");
    visit("closed", self.closed, "accounts closed for want of margin");
    visit("defaults", self.defaults, "of them, that left a deficit");
    visit("defaults_by_contagion", self.defaults_by_contagion, "of those, after the first round");
    visit("price_end", self.price_end, "after all sales");
    visit("price_impact", self.price_impact, "of them, against the price after the shock");
    visit("deleveraged", self.deleveraged, "notional closed for others, at the prices of then");
    visit("deficit", self.deficit, "in all");
    visit("funds_paid", self.funds_paid, "of it");
    visit("members_paid", self.members_paid, "of it, by deleveraging and claims");
    visit("unpaid", self.unpaid, "of it: nobody had it");
    visit("pools_hit_without_default", self.pools_hit_without_default,
          "pools without a default whose money paid");
    visit("pools", self.pools, "by code");
  }
};

struct ContagionOutput {
  std::vector<ContagionRun> runs;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("runs", self.runs,
          "all in one without and with funds, then segregated without and with funds");
  }
};

[[nodiscard]] base::Result<ContagionOutput> contagion(const ContagionInput& input);

}  // namespace cofferdam::stress
