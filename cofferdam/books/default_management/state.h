// SPDX-License-Identifier: Apache-2.0
//
// What the books remember of default management: waterfalls in versions, funds and stakes, the
// cases of accounts under liquidation, losses and who was charged for them. default_management.h
// has the words and the laws.
#pragma once

#include "cofferdam/base/table.h"
#include "cofferdam/books/default_management/fund_shares.h"
#include "cofferdam/books/default_management/waterfall.h"
#include "cofferdam/books/ledger/ledger.h"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::default_management {

using base::AccountId;
using base::AssetId;
using base::ConduitId;
using base::ContractId;
using base::Duration;
using base::OwnerId;
using base::PoolId;
using base::Sequence;
using base::Slot;
using base::Time;
using ledger::Context;

inline constexpr std::size_t kFundsMax = 1024;
inline constexpr std::size_t kCauseMax = 64;

// A layer as it is defined: where its money is. Its amounts are in the waterfall's asset.
struct LayerTerms {
  std::string code;
  LayerKind kind = LayerKind::pool_fund;
  std::uint16_t order = 0;
  AccountId account;
  std::string fund;
  ConduitId conduit;
  Amount reserve;
  std::optional<Amount> cap;
  std::optional<Amount> period_cap;
  Duration period;
  std::optional<Amount> tier_cap;
  Amount weight;
  std::optional<Amount> replenish_to;
  Duration replenish_within;
  std::optional<Amount> attachment;

  friend bool operator==(const LayerTerms&, const LayerTerms&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "unique name within the waterfall");
    visit("kind", self.kind, "what it is");
    visit("order", self.order, "lower numbers come first; equal numbers share pro rata");
    visit("account", self.account, "whose balance it is; none for a fund");
    visit("fund", self.fund, "code of the fund whose money it is; empty for an account");
    visit("conduit", self.conduit, "the way from another pool; none: the money is in this pool");
    visit("reserve", self.reserve, "stays in the layer");
    visit("cap", self.cap, "most for one loss");
    visit("period_cap", self.period_cap, "most in a period");
    visit("period", self.period, "of the cap; counted from its first charge");
    visit("tier_cap", self.tier_cap, "most that this pool may ever draw from it");
    visit("weight", self.weight,
          "share within its order; 0 in all layers of an order: by what each can give");
    visit("replenish_to", self.replenish_to, "level to which it is filled up again");
    visit("replenish_within", self.replenish_within, "and how soon");
    visit("attachment", self.attachment,
          "an excess-of-loss layer bears of a loss only what is above");
  }
};

struct Waterfall {
  struct Key {
    PoolId pool;
    AssetId asset;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t version = 0;
  Time defined;
  std::vector<LayerTerms> layers;

  [[nodiscard]] Key key() const { return {pool, asset, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what losses are counted in");
    visit("version", self.version, "counted from 1; the highest is in force");
    visit("defined", self.defined, "when it was defined");
    visit("layers", self.layers, "the layers");
  }
};

// What a layer has given so far, over all versions that name it.
struct LayerUse {
  struct Key {
    PoolId pool;
    AssetId asset;
    std::string code;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::string code;
  Time period_start;
  Amount period_used;
  Amount used;

  [[nodiscard]] Key key() const { return {pool, asset, code}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "the asset");
    visit("code", self.code, "of the layer");
    visit("period_start", self.period_start, "first charge of the current period");
    visit("period_used", self.period_used, "charged in it");
    visit("used", self.used, "charged so far");
  }
};

// A fund's money is the balance of its account; here stands what is not in the ledger.
struct FundRow {
  using Key = std::string;
  std::string code;
  PoolId pool;
  AssetId asset;
  AccountId account;
  FundRules rules;
  u128 total_shares = 0;
  std::uint32_t rebases = 0;
  Time period_start;
  Amount period_balance;
  Amount period_paid;
  Time opened;

  [[nodiscard]] Key key() const { return code; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "where its money is");
    visit("asset", self.asset, "what it holds");
    visit("account", self.account, "whose balance is its money");
    visit("rules", self.rules, "notice and bounds on what leaves");
    visit("total_shares", self.total_shares, "outstanding, in their smallest unit");
    visit("rebases", self.rebases, "powers of ten that shares were divided by so far");
    visit("period_start", self.period_start, "of the current period of payments");
    visit("period_balance", self.period_balance, "balance at the first payment of it");
    visit("period_paid", self.period_paid, "paid in it");
    visit("opened", self.opened, "when it was opened");
  }
};

struct StakeRow {
  struct Key {
    std::string fund;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::string fund;
  AssetId asset;
  OwnerId owner;
  u128 shares = 0;
  std::uint32_t rebases = 0;
  u128 requested_shares = 0;
  Amount frozen_value;
  Time requested;

  [[nodiscard]] Key key() const { return {fund, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund");
    visit("asset", self.asset, "what the fund holds");
    visit("owner", self.owner, "opaque id of the holder");
    visit("shares", self.shares, "held, before rebases that came after the last change");
    visit("rebases", self.rebases, "of the fund when the stake was last changed");
    visit("requested_shares", self.requested_shares, "in notice");
    visit("frozen_value", self.frozen_value, "of them, at the request");
    visit("requested", self.requested, "time of the request");
  }
};

enum class CaseStage : std::uint8_t { liquidating, restored, defaulted, closed };

// An account under liquidation.
struct Case {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  CaseStage stage = CaseStage::liquidating;
  SignedAmount equity;
  Time begun;
  Time ended;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
    visit("stage", self.stage, "liquidating, restored, defaulted or closed");
    visit("equity", self.equity, "in the asset, when liquidation began");
    visit("begun", self.begun, "when liquidation began");
    visit("ended", self.ended, "when it was restored or closed");
  }
};

// What an account is short of beyond all it has. `amount` never changes; the rest says who bore it.
struct Loss {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  std::uint32_t case_number = 0;
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  std::string cause;
  Amount amount;
  Amount charged;
  Amount deleveraged;
  Amount haircut;
  Amount recovered;
  std::uint32_t waterfall = 0;
  std::string certificate;
  Time born;
  Time closed;

  [[nodiscard]] Key key() const { return number; }

  [[nodiscard]] Amount outstanding() const {
    return amount - charged - deleveraged - haircut - recovered;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("case", self.case_number, "of the account that failed");
    visit("pool", self.pool, "where it was born");
    visit("owner", self.owner, "of the account that failed");
    visit("asset", self.asset, "what it is counted in");
    visit("cause", self.cause, "in a word");
    visit("amount", self.amount, "when it was declared");
    visit("charged", self.charged, "borne by layers");
    visit("deleveraged", self.deleveraged, "borne by closed positions");
    visit("haircut", self.haircut, "borne by claims of the pool");
    visit("recovered", self.recovered, "gone because prices came back");
    visit("waterfall", self.waterfall, "version that it was allocated by; 0: not yet");
    visit("certificate", self.certificate, "SHA-256 of the allocation");
    visit("born", self.born, "when it was declared");
    visit("closed", self.closed, "when nothing of it was left");
  }
};

// What one layer bore of one loss.
struct Charge {
  struct Key {
    std::uint32_t loss = 0;
    std::string layer;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t loss = 0;
  std::string layer;
  AssetId asset;
  AccountId account;
  Amount amount;

  [[nodiscard]] Key key() const { return {loss, layer}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("layer", self.layer, "code of the layer");
    visit("asset", self.asset, "of the loss");
    visit("account", self.account, "that paid");
    visit("amount", self.amount, "what it bore");
  }
};

// What one account gave up for one loss: by a closed position or a cut claim.
struct Receipt {
  struct Key {
    std::uint32_t loss = 0;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t loss = 0;
  std::uint32_t number = 0;
  AssetId asset;
  ContractId contract;
  OwnerId owner;
  std::uint32_t rank = 0;
  std::string score;
  Quantity closed;
  Quantity closed_at_mark;
  Price price;
  Amount cost;
  Amount haircut;
  std::string certificate;
  Time time;

  [[nodiscard]] Key key() const { return {loss, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("number", self.number, "counted from 1 within the loss");
    visit("asset", self.asset, "of the loss");
    visit("contract", self.contract, "whose position or claim it was");
    visit("owner", self.owner, "who was hit");
    visit("rank", self.rank, "in the ranking; 0: the rule has none");
    visit("score", self.score, "exact, where the rule has scores");
    visit("closed", self.closed, "quantity closed at the price");
    visit("closed_at_mark", self.closed_at_mark, "quantity closed at the mark");
    visit("price", self.price, "of the close");
    visit("cost", self.cost, "given up against the mark");
    visit("haircut", self.haircut, "of the claim");
    visit("certificate", self.certificate, "SHA-256 of the allocation");
    visit("time", self.time, "when");
  }
};

struct State {
  base::OrderedTable<Waterfall> waterfalls;
  base::OrderedTable<LayerUse> uses;
  base::OrderedTable<FundRow> funds;
  base::OrderedTable<StakeRow> stakes;
  base::OrderedTable<Case> cases;
  base::OrderedTable<Loss> losses;
  base::OrderedTable<Charge> charges;
  base::OrderedTable<Receipt> receipts;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.waterfalls);
    f(self.uses);
    f(self.funds);
    f(self.stakes);
    f(self.cases);
    f(self.losses);
    f(self.charges);
    f(self.receipts);
  }
};

// The version in force; null where none is.
[[nodiscard]] const Waterfall* waterfall_of(const State& state, PoolId pool, AssetId asset);

// The case of an account that is neither restored nor closed; null where there is none.
[[nodiscard]] const Case* open_case(const State& state, PoolId pool, OwnerId owner, AssetId asset);

// The first loss of a pool that is not closed; null where there is none.
[[nodiscard]] const Loss* open_loss(const State& state, PoolId pool);

// Reason codes of the postings of this room.
enum PostingCode : std::uint16_t {
  kFundStake = 901,
  kFundPayment = 902,
  kLayerCharge = 911,
  kClaimHaircut = 912,
  kTickReturn = 913,
};

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::CaseStage> {
  static constexpr std::array<std::string_view, 4> kNames{"liquidating", "restored", "defaulted",
                                                          "closed"};
};
