// SPDX-License-Identifier: Apache-2.0
//
// What an account has and what it must have: equity, requirements, and what they are made of.
//
// Arithmetic. Collateral of an asset counts what is booked less what is held for outgoing
// transfers. The variation of a position is its value at the mark plus its open value; the
// variations of one settlement asset are added up exactly and rounded down once. Collateral and
// variation of an asset are added, and a sum above zero counts at the asset's price less its
// haircut, rounded down; a sum below zero at its price, rounded up in magnitude. A grid's
// requirement is (worst loss x part + add-ons) in the rulebook's scale, rounded up once to the
// asset; in cross and isolated mode once by contract. Tiers follow dYdX v4 to the unit (see
// tiers.h).
#pragma once

#include "cofferdam/books/margin/margin.h"

#include <optional>

namespace cofferdam::margin {

// Why an account cannot be assessed, or only in part. Anything but `complete` is no news: no new
// risk, no withdrawal, no change of the recorded state.
enum class Basis : std::uint8_t {
  complete,
  no_setting,
  mark_missing,
  mark_unusable,
  price_missing,
  price_unusable,
  rule_missing,  // neither grid nor tiers for a contract that is held
  grid_expired,
  not_eligible,  // a position settles in an asset that the pool does not count
  out_of_range,
};

// A change that has not happened: added to what the books say. Position and open value of one
// contract, as a trade would move them; cash in the contract's settlement asset, or in `asset`
// where there is no contract; an open order.
struct Change {
  ContractId contract;
  i128 position = 0;
  i128 open_value = 0;
  AssetId asset;
  i128 cash = 0;
  AssetId other_asset;  // what spot delivers
  i128 other_cash = 0;
  i128 buys = 0;
  i128 sells = 0;
  Price price;  // of the order; 0: none
};

// Where a mark deviates, each side has a worse price and a better one: risk is taken on at the
// worse, and nobody is called or liquidated but at the better.
enum class Pricing : std::uint8_t { worse, better };

struct Line {
  ContractId contract;
  Quantity position;
  Quantity buys;
  Quantity sells;
  std::optional<Price> mark;
  SignedAmount unsettled;     // in the setting's asset, rounded down
  Amount initial;             // by itself, without orders
  Amount maintenance;         // by itself
  SignedAmount contribution;  // to the binding scenario: positive adds to the requirement
};

struct CollateralLine {
  AssetId asset;
  Amount held;
  Amount counted;  // what the cap leaves
  std::uint32_t haircut_ppm = 0;
  SignedAmount value;  // with unsettled profit and loss in the asset, in the setting's asset
};

struct Assessment {
  Basis basis = Basis::complete;
  ContractId culprit;  // which contract, where the basis is of one
  AssetId asset;       // what everything below counts
  Mode mode = Mode::cross;
  SignedAmount equity;
  SignedAmount backing;              // the part of it that backs risk
  SignedAmount withdrawable_equity;  // no unsettled profit in it
  Amount initial;                    // of the positions
  Amount outlay;                     // with orders, as if no profit backed any of it
  Amount orders;                     // what open orders add to it
  Amount maintenance;
  std::int32_t scenario = -1;  // the binding one of the initial requirement; -1: none
  bool has_risk = false;       // a position or an open order

  // What backs risk, less the initial requirement with open orders.
  [[nodiscard]] SignedAmount free() const;
  // The same without unsettled profit.
  [[nodiscard]] SignedAmount withdrawable() const;

  [[nodiscard]] bool covered() const { return !free().is_negative(); }
};

// As the pool's setting says.
[[nodiscard]] Assessment assess(const Books& books, const Account& account,
                                const Change& change = {}, Pricing pricing = Pricing::worse);

// The same with what it is made of, in any mode.
struct Explanation {
  Assessment total;
  std::vector<Line> lines;
  std::vector<CollateralLine> collateral;
};

[[nodiscard]] Explanation explain(const Books& books, const Account& account, Mode mode,
                                  const Change& change = {});

// Shorthands for who acts on the state of an account: nothing where it cannot be assessed.
[[nodiscard]] std::optional<SignedAmount> equity(const Books& books, const Account& account);

struct Requirement {
  Amount initial;
  Amount maintenance;
};

[[nodiscard]] std::optional<Requirement> requirement(const Books& books, const Account& account);

// liquidatable below maintenance, margin_call below maintenance and the setting's buffer.
[[nodiscard]] Health health_of_numbers(const PoolMargin& setting, SignedAmount equity,
                                       Amount maintenance);

// What the assessment says of the account now; nothing where it cannot be assessed.
[[nodiscard]] std::optional<Health> health_now(const Books& books, const Account& account);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::Basis> {
  static constexpr std::array<std::string_view, 10> kNames{
      "complete",       "no_setting",   "mark_missing", "mark_unusable", "price_missing",
      "price_unusable", "rule_missing", "grid_expired", "not_eligible",  "out_of_range"};
};
