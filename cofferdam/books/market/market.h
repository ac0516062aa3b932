// SPDX-License-Identifier: Apache-2.0
//
// The market: contracts, trades, marks and their settlement, cleared between segregated pools.
//
// Its words. A *contract* is traded at a price per unit of its quantity and settled in one asset;
// it is *linear* (worth quantity x price) or *inverse* (a number of quote units, worth quantity /
// price of the coin that it settles in). A *participant* is an owner in a pool with a collateral
// account in a settlement asset. A *holding* is a participant's two accounts in a contract: the
// *position* (net credit is long), counted in the contract's smallest quantity, and the *open
// value*, the price still owed on it, counted in the contract's value asset. A *mark* is the
// recorded price at which positions are valued. The *unit value* of a price is what one smallest
// quantity is worth at it, in the value asset; a position is valued as position x unit value, so
// that values add up exactly whatever the rounding of one unit. *Settlement* turns open value into
// collateral: variation = value of the position at the mark + open value.
//
// Its laws. Every trade is two, each against the clearing account of its own pool: in every pool
// members' positions and the clearing account sum to zero, and the clearing accounts of all pools
// sum to zero; the same for open values. Collateral never goes below zero. A settlement pays out
// at most what it has collected, pool by pool; what a value finer than the settlement asset leaves
// goes to the pool's dust account; what cannot be paid stays in open value on both sides, to the
// unit, and is named. A pool's own winners wait before other pools do: a shortfall reaches another
// pool only when the pool of its birth has nothing left to give.
//
// Scales. With quantity scale q, price scale p and multiplier m / 10^s, the value asset of a linear
// contract has the scale q + p + s, or the settlement asset's where that is finer, and every value
// is exact. For an inverse contract the scale is declared, at least the settlement asset's, and
// the contract says how a trade's value is rounded (ValueRounding).
//
// What it must not know: margin, who may trade, where prices come from, how a missing payment is
// made good, the clock, the disk. Where earlier trades are kept is behind `TradeHistory`.
#pragma once

#include "cofferdam/base/number.h"
#include "cofferdam/books/ledger/ledger.h"

#include <string>

namespace cofferdam::market {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ContractId;
using base::i128;
using base::OwnerId;
using base::PoolId;
using base::Price;
using base::Quantity;
using base::Sequence;
using base::SignedAmount;
using base::Slot;
using base::SourceId;
using base::Time;
using base::u128;

// Bounds that leave room for sums in 127 bits: a trade's value, a position, an open value and the
// open interest of a contract stay below 2^120 units.
inline constexpr u128 kValueMax = static_cast<u128>(1) << 120;

// Most participants that hold something in one contract, so that one command can settle it.
inline constexpr std::uint32_t kHoldersPerContractMax = 100'000;

enum class ContractKind : std::uint8_t { linear, inverse };
enum class ContractStatus : std::uint8_t { active, reduce_only, closed };

// How the value of a trade is rounded to the value asset. Marks always value by the unit.
enum class ValueRounding : std::uint8_t {
  exact,            // linear contracts: nothing to round
  unit_half_up,     // quantity x round_half_up(value of one smallest quantity): BitMEX's rule
  total_half_even,  // the exact value of the trade rounded once, ties to even
  total_down,       // the exact value of the trade rounded once, toward zero
};

struct Contract {
  using Key = ContractId;
  ContractId id;
  std::string code;
  ContractKind kind = ContractKind::linear;
  ContractStatus status = ContractStatus::active;
  ValueRounding rounding = ValueRounding::exact;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  std::uint8_t multiplier_scale = 0;
  std::uint8_t value_scale = 0;
  std::uint64_t multiplier = 1;
  AssetId settlement_asset;
  AssetId position_asset;
  AssetId value_asset;
  u128 value_factor = 0;   // unit value = price x factor (linear), factor / price (inverse)
  u128 settle_factor = 1;  // value units in one smallest unit of the settlement asset
  base::Duration mark_age_max;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the contract");
    visit("code", self.code, "short unique name, also of its position asset");
    visit("kind", self.kind, "linear or inverse");
    visit("status", self.status, "active, reduce_only or closed");
    visit("rounding", self.rounding, "how the value of a trade is rounded");
    visit("price_scale", self.price_scale, "decimal digits of a price");
    visit("quantity_scale", self.quantity_scale, "decimal digits of a quantity");
    visit("multiplier_scale", self.multiplier_scale, "decimal digits of the multiplier");
    visit("value_scale", self.value_scale, "decimal digits of open value");
    visit("multiplier", self.multiplier, "underlying (linear) or quote (inverse) of one contract");
    visit("settlement_asset", self.settlement_asset, "what variation is paid in");
    visit("position_asset", self.position_asset, "what positions are counted in");
    visit("value_asset", self.value_asset, "what open values are counted in");
    visit("value_factor", self.value_factor, "derived: from a price to its unit value");
    visit("settle_factor", self.settle_factor, "derived: value units in one settlement unit");
    visit("mark_age_max", self.mark_age_max, "oldest mark that may settle; 0 for any");
    visit("created", self.created, "when it was declared");
  }
};

struct Participant {
  struct Key {
    PoolId pool;
    OwnerId owner;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  OwnerId owner;
  AssetId asset;
  Slot collateral = base::kNoSlot;
  Slot first_holding = base::kNoSlot;  // newest first, through Holding::next_of_participant
  bool outside = false;

  [[nodiscard]] Key key() const { return {pool, owner, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the collateral");
    visit("collateral", self.collateral, "row of the collateral account");
    visit("first_holding", self.first_holding, "row of the newest holding");
    visit("outside", self.outside, "stands for counterparties whose own trades are not recorded");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Participant::Key& key) {
  return base::hash_key(
      key.owner.value() ^
      base::make_u128(0, (std::uint64_t{key.pool.value()} << 32) | key.asset.value()) *
          0x9e3779b97f4a7c15ULL);
}

struct Holding {
  struct Key {
    ContractId contract;
    PoolId pool;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  ContractId contract;
  PoolId pool;
  OwnerId owner;
  Slot participant = base::kNoSlot;
  Slot position = base::kNoSlot;
  Slot open_value = base::kNoSlot;
  Slot next_of_participant = base::kNoSlot;
  Slot next_of_contract = base::kNoSlot;
  bool listed = false;  // in the contract's list; a settlement takes flat holdings off it

  [[nodiscard]] Key key() const { return {contract, pool, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("participant", self.participant, "row of the participant");
    visit("position", self.position, "row of the position account");
    visit("open_value", self.open_value, "row of the open-value account");
    visit("next_of_participant", self.next_of_participant, "the participant's next holding");
    visit("next_of_contract", self.next_of_contract, "the contract's next holding");
    visit("listed", self.listed, "whether it is in the contract's list");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Holding::Key& key) {
  return base::hash_key(
      key.owner.value() ^
      base::make_u128(0, (std::uint64_t{key.pool.value()} << 32) | key.contract.value()) *
          0x9e3779b97f4a7c15ULL);
}

// A pool's own side of a contract.
struct Clearing {
  struct Key {
    PoolId pool;
    ContractId contract;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  ContractId contract;
  Slot position = base::kNoSlot;
  Slot open_value = base::kNoSlot;

  [[nodiscard]] Key key() const { return {pool, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("contract", self.contract, "the contract");
    visit("position", self.position, "row of the clearing account of positions");
    visit("open_value", self.open_value, "row of the clearing account of open values");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Clearing::Key& key) {
  return base::hash_key((std::uint64_t{key.pool.value()} << 32) | key.contract.value());
}

// A pool's accounts in a settlement asset.
struct Desk {
  struct Key {
    PoolId pool;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  Slot settlement = base::kNoSlot;
  Slot dust = base::kNoSlot;
  Slot fee = base::kNoSlot;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "the settlement asset");
    visit("settlement", self.settlement, "row of the account that variation runs through");
    visit("dust", self.dust, "row of the account of remainders");
    visit("fee", self.fee, "row of the account of trading fees");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Desk::Key& key) {
  return base::hash_key((std::uint64_t{key.pool.value()} << 32) | key.asset.value());
}

// The conduit that variation takes from one pool to another: what the one half was credited, the
// other half was debited.
struct ClearingConduit {
  struct Key {
    PoolId from;
    PoolId to;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId from;
  PoolId to;
  AssetId asset;
  Slot sent = base::kNoSlot;      // in the pool `from`: net credit, what it owes to the other
  Slot received = base::kNoSlot;  // in the pool `to`: net debit, what the other owes to it
  Amount moved;                   // by all settlements so far

  [[nodiscard]] Key key() const { return {from, to, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("from", self.from, "pool that pays");
    visit("to", self.to, "pool that is paid");
    visit("asset", self.asset, "the settlement asset");
    visit("sent", self.sent, "row of the half in the paying pool");
    visit("received", self.received, "row of the half in the paid pool");
    visit("moved", self.moved, "all that was ever moved");
  }
};

struct Mark {
  using Key = ContractId;
  ContractId contract;
  Price price;
  u128 unit_value = 0;
  Time time;
  SourceId source;
  Sequence sequence = 0;

  [[nodiscard]] Key key() const { return contract; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("price", self.price, "the mark");
    visit("unit_value", self.unit_value, "value of one smallest quantity, in the value asset");
    visit("time", self.time, "when it was observed");
    visit("source", self.source, "who observed it; none when not named");
    visit("sequence", self.sequence, "journal record that set it");
  }
};

// What a contract adds up to over all pools.
struct Turnover {
  using Key = ContractId;
  ContractId contract;
  Quantity long_open;   // sum of the long positions
  Quantity short_open;  // sum of the short positions, positive: equal to long_open
  Slot first_holding = base::kNoSlot;
  std::uint32_t holders = 0;  // holdings in the list
  std::uint64_t trades = 0;
  Price last_price;
  Time last_trade;
  Time last_settlement;
  Price last_settlement_price;

  [[nodiscard]] Key key() const { return contract; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("long_open", self.long_open, "sum of the long positions");
    visit("short_open", self.short_open, "sum of the short positions");
    visit("first_holding", self.first_holding, "row of the first holding of the list");
    visit("holders", self.holders, "holdings in the list");
    visit("trades", self.trades, "trades recorded");
    visit("last_price", self.last_price, "price of the last recorded trade");
    visit("last_trade", self.last_trade, "when it was recorded");
    visit("last_settlement", self.last_settlement, "when it was last settled");
    visit("last_settlement_price", self.last_settlement_price, "the mark of that settlement");
  }
};

struct State {
  base::Table<Contract> contracts;
  base::Table<Participant> participants;
  base::Table<Holding> holdings;
  base::Table<Clearing> clearings;
  base::Table<Desk> desks;
  base::OrderedTable<ClearingConduit> conduits;
  base::Table<Mark> marks;
  base::Table<Turnover> turnovers;

  // The tables in their order in snapshots and in the state hash.
  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.contracts);
    f(self.participants);
    f(self.holdings);
    f(self.clearings);
    f(self.desks);
    f(self.conduits);
    f(self.marks);
    f(self.turnovers);
  }
};

[[nodiscard]] const Contract* find_contract(const State& state, std::string_view code);

// Reason codes of the postings of this room.
enum PostingCode : std::uint16_t {
  kTradePosition = 801,
  kTradeValue = 802,
  kTradeFee = 803,
  kSettleValue = 811,
  kSettleCash = 812,
  kSettleBetweenPools = 813,
  kSettleDust = 814,
  kTradePremium = 804,
  kTradeDelivery = 805,
  kFundingValue = 821,
  kClosePosition = 831,
  kCloseValue = 832,
  kReversePosition = 841,
  kReverseValue = 842,
  kReverseFee = 843,
  kReversePremium = 844,
  kReverseDelivery = 845,
};

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::ContractKind> {
  static constexpr std::array<std::string_view, 2> kNames{"linear", "inverse"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::ContractStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"active", "reduce_only", "closed"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::ValueRounding> {
  static constexpr std::array<std::string_view, 4> kNames{"exact", "unit_half_up",
                                                          "total_half_even", "total_down"};
};
