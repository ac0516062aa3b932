// SPDX-License-Identifier: Apache-2.0
//
// The sale of a failing account's other collateral, before anybody else pays.
//
// A case is counted in one settlement asset. What the account has in other assets of the pool's
// collateral schedule is sold for it, to members who pay at least its price less the haircut,
// rounded up to the settlement asset's unit, so that no remainder arises. No more is sold than is
// missing. Where a pool asks for it, a default is declared only when nothing is left to sell: then
// no layer is charged while collateral remains. What has no usable price does not hold a default
// up, nor does what nobody buys within a time. What the account owes or may owe in the other asset
// stays there.
//
// These tables are a room of their own in the state hash.
#pragma once

#include "cofferdam/books/default_management/resolution_books.h"

namespace cofferdam::default_management {

// Whether the collateral of failing accounts of a pool is sold first.
struct ConversionRule {
  using Key = PoolId;
  PoolId pool;
  bool in_force = true;
  Duration within;
  Time set;

  [[nodiscard]] Key key() const { return pool; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("in_force", self.in_force, "whether other collateral is sold before a default");
    visit("within", self.within,
          "how long after the liquidation has begun a default waits for it; 0: until it is sold");
    visit("set", self.set, "when it was set last");
  }
};

// An amount of an asset of its own, beside those of the struct around it.
struct CollateralPart {
  AssetId asset;
  Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "the asset");
    visit("amount", self.amount, "how much of it");
  }
};

struct CollateralSale {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  std::uint32_t case_number = 0;
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  CollateralPart sold;
  Amount proceeds;
  Amount least;
  u128 numerator = 0;
  u128 denominator = 1;
  OwnerId buyer;
  Time time;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("case_number", self.case_number, "the case of the account");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "the account that failed");
    visit("asset", self.asset, "what was paid for it");
    visit("sold", self.sold, "what was sold");
    visit("proceeds", self.proceeds, "how much");
    visit("least", self.least, "the haircut value, rounded up: what had to be paid");
    visit("numerator", self.numerator, "price less haircut of one smallest unit, above ...");
    visit("denominator", self.denominator, "... this");
    visit("buyer", self.buyer, "who bought it");
    visit("time", self.time, "when");
  }
};

struct ConversionState {
  base::Table<ConversionRule> rules;
  base::OrderedTable<CollateralSale> sales;

  // The tables in their order in snapshots and in the state hash.
  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.rules);
    f(self.sales);
  }
};

enum ConversionCode : std::uint16_t { kConversionSold = 931, kConversionPaid = 932 };

// An asset of a failing account as it can be sold now.
struct Convertible {
  AssetId sold;
  Amount quantity;     // all that is there and not owed
  u128 numerator = 0;  // one smallest unit is worth numerator / denominator, less the haircut
  u128 denominator = 1;
  [[nodiscard]] std::optional<Amount> value_of(Amount amount) const;  // rounded up
};

// nullopt: not eligible, no usable price, or nothing there.
[[nodiscard]] std::optional<Convertible> convertible_of(const Books& books, const Failing& failing,
                                                        AssetId sold);

// The first asset that a default has to wait for; none where the pool does not ask for it.
[[nodiscard]] AssetId asset_to_convert(const ConversionState& state, const Books& books,
                                       const Failing& failing);

// A sale brings at least its haircut value, and once made it stays.
[[nodiscard]] std::optional<std::string> check_collateral_sales(const ConversionState& state);

}  // namespace cofferdam::default_management
