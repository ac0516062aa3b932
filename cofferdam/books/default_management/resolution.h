// SPDX-License-Identifier: Apache-2.0
//
// What the books remember of how a failing account is resolved before anybody's claims are touched:
// the terms of liquidation in a pool, orders and their fills, auctions and their bids, what was
// used of the limits of an interval, what came back after a loss and to whom, and what was called
// to fill layers up again. default_management.h has the words and the laws.
//
// The terms are read whenever they are used; what an auction goes by was copied when it was opened.
// An interval begins with the first use after the one before it has run out.
#pragma once

#include "cofferdam/books/default_management/auction.h"
#include "cofferdam/books/default_management/state.h"

#include <compare>
#include <optional>
#include <string>

namespace cofferdam::default_management {

inline constexpr std::size_t kAssessmentsPerCallMax = 1024;

// What the backstop pays for a position.
enum class BackstopPrice : std::uint8_t { mark, bankruptcy };

struct LiquidationTerms {
  struct Key {
    PoolId pool;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  AuctionParameters auction;
  AccountId fee_account;
  std::uint32_t fee_ppm = 0;
  std::uint32_t spread_max_ppm = kPpmOne;
  Duration interval;
  std::optional<Amount> notional_max;
  std::optional<Amount> fund_loss_max;
  PoolId backstop_pool;
  OwnerId backstop;
  BackstopPrice backstop_price = BackstopPrice::mark;
  std::optional<Amount> backstop_notional_max;
  std::optional<Amount> backstop_loss_max;
  Duration gate_after;
  std::optional<Amount> outflow_max;
  Duration outflow_period;
  std::optional<Amount> assessment_max;
  Duration assessment_period;
  std::uint32_t version = 0;
  Time set;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  // What a command sets.
  template <class Self, class Visitor>
  static void settings(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "settlement asset of the accounts");
    visit("auction", self.auction, "discounts, lengths, buffer and fee of auctions");
    visit("fee_account", self.fee_account, "where penalties go; none: none are taken");
    visit("fee_ppm", self.fee_ppm, "penalty of a fill, in millionths of its value");
    visit("spread_max_ppm", self.spread_max_ppm,
          "how far from the mark a fill may be, in millionths of it");
    visit("interval", self.interval, "of the limits; counted from its first use");
    visit("notional_max", self.notional_max, "most that is liquidated in an interval, at marks");
    visit("fund_loss_max", self.fund_loss_max,
          "most that layers pay for liquidations and auctions in an interval");
    visit("backstop_pool", self.backstop_pool, "pool of the backstop");
    visit("backstop", self.backstop, "owner that takes positions over; none: there is none");
    visit("backstop_price", self.backstop_price, "what it pays for them");
    visit("backstop_notional_max", self.backstop_notional_max, "most that it takes in an interval");
    visit("backstop_loss_max", self.backstop_loss_max,
          "most that it loses against the marks by taking, in an interval");
    visit("gate_after", self.gate_after,
          "how long after a loss is closed nothing leaves the pool yet");
    visit("outflow_max", self.outflow_max, "most that leaves the pool in an outflow period");
    visit("outflow_period", self.outflow_period, "counted from the first payment of it");
    visit("assessment_max", self.assessment_max,
          "most that one owner is called for in an assessment period");
    visit("assessment_period", self.assessment_period, "counted from the first call of it");
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    settings(self, visit);
    visit("version", self.version, "counted from 1");
    visit("set", self.set, "when it was set");
  }
};

// What was used of the limits in the current interval.
struct LimitUse {
  using Key = LiquidationTerms::Key;
  PoolId pool;
  AssetId asset;
  Time begun;
  Amount notional;
  Amount fund_loss;
  Amount backstop_notional;
  Amount backstop_loss;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "settlement asset of the accounts");
    visit("begun", self.begun, "first use of the interval");
    visit("notional", self.notional, "liquidated in it, at marks");
    visit("fund_loss", self.fund_loss, "paid in it by layers");
    visit("backstop_notional", self.backstop_notional, "taken over in it");
    visit("backstop_loss", self.backstop_loss, "lost in it by taking over");
  }
};

enum class OrderStage : std::uint8_t { begun, partly_done, done, failed };
enum class OrderStop : std::uint8_t {
  nothing,
  notional_limit,
  fund_loss_limit,
  layers_exhausted,
  backstop_quota,
};
// What comes next when an order stopped.
enum class NextStep : std::uint8_t { nothing, next_interval, auction, deleveraging };

// The liquidation of one position of a case, over all its fills.
struct LiquidationOrder {
  struct Key {
    std::uint32_t case_number = 0;
    ContractId contract;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t case_number = 0;
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  ContractId contract;
  OrderStage stage = OrderStage::begun;
  OrderStop stopped_by = OrderStop::nothing;
  NextStep next = NextStep::nothing;
  Quantity quantity;
  Quantity filled;
  Quantity backstopped;
  std::uint32_t fills = 0;
  Amount notional;
  Amount fee;
  Amount fund_paid;
  Time begun;
  Time last;

  [[nodiscard]] Key key() const { return {case_number, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("case", self.case_number, "of the account under liquidation");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
    visit("contract", self.contract, "whose position is liquidated");
    visit("stage", self.stage, "begun, partly_done, done or failed");
    visit("stopped_by", self.stopped_by, "what the last fill met");
    visit("next", self.next, "where what is left goes");
    visit("quantity", self.quantity, "open when it began, without its sign");
    visit("filled", self.filled, "closed by fills, the backstop's included");
    visit("backstopped", self.backstopped, "of it, taken over by the backstop");
    visit("fills", self.fills, "how many there were");
    visit("notional", self.notional, "of the fills, at the marks");
    visit("fee", self.fee, "penalties taken");
    visit("fund_paid", self.fund_paid, "what layers added");
    visit("begun", self.begun, "first fill that was asked for");
    visit("last", self.last, "latest fill that was asked for");
  }
};

enum class AuctionStage : std::uint8_t { open, taken, healthy, ended, restarted, case_over };

struct Auction {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  std::uint32_t case_number = 0;
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  bool insolvent = false;
  AuctionStage stage = AuctionStage::open;
  AuctionParameters parameters;
  SignedAmount value_at_start;
  SignedAmount margin_at_start;
  Amount fee;
  Amount reserved;
  Amount paid_by_layers;
  Amount to_bidders;
  std::uint32_t bids = 0;
  Time started;
  Time ended;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("case", self.case_number, "of the account under liquidation");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
    visit("insolvent", self.insolvent, "layers pay bidders");
    visit("stage", self.stage, "open, or how it ended");
    visit("parameters", self.parameters, "that it goes by");
    visit("value_at_start", self.value_at_start, "of the account at the marks");
    visit("margin_at_start", self.margin_at_start, "that, less the maintenance requirement");
    visit("fee", self.fee, "penalty taken at the start");
    visit("reserved", self.reserved, "paid into the account by bidders: R");
    visit("paid_by_layers", self.paid_by_layers, "by layers of the waterfall");
    visit("to_bidders", self.to_bidders, "what bidders gained against the marks");
    visit("bids", self.bids, "how many were taken");
    visit("started", self.started, "when it was opened");
    visit("ended", self.ended, "when it ended");
  }
};

struct AuctionBid {
  struct Key {
    std::uint32_t auction = 0;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t auction = 0;
  std::uint32_t number = 0;
  AssetId asset;
  OwnerId bidder;
  Rate wanted;
  Rate fraction;
  SignedAmount value;
  SignedAmount margin;
  SignedAmount price;
  Amount paid;
  Amount from_layers;
  Amount gained;
  Amount notional;
  std::uint32_t loss = 0;
  Time time;

  [[nodiscard]] Key key() const { return {auction, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("auction", self.auction, "number of the auction");
    visit("number", self.number, "counted from 1 within the auction");
    visit("asset", self.asset, "settlement asset of the account");
    visit("bidder", self.bidder, "who took the part");
    visit("wanted", self.wanted, "part of the account that was bid for");
    visit("fraction", self.fraction, "part that was taken");
    visit("value", self.value, "of the account at the marks, before");
    visit("margin", self.margin, "that, less the maintenance requirement");
    visit("price", self.price, "of the whole account then; below zero layers pay");
    visit("paid", self.paid, "by the bidder, for the part");
    visit("from_layers", self.from_layers, "what layers paid for it");
    visit("gained", self.gained, "cash to the bidder: value of the part, less paid, plus layers");
    visit("notional", self.notional, "of the positions taken, at the marks");
    visit("loss", self.loss, "number of the loss that layers bore; 0: none");
    visit("time", self.time, "when");
  }
};

// Money that came back after a loss was borne.
struct Recovery {
  struct Key {
    std::uint32_t loss = 0;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t loss = 0;
  std::uint32_t number = 0;
  AssetId asset;
  AccountId account;
  Amount amount;
  std::string certificate;
  Time time;

  [[nodiscard]] Key key() const { return {loss, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("number", self.number, "counted from 1 within the loss");
    visit("asset", self.asset, "of the loss");
    visit("account", self.account, "where the money was");
    visit("amount", self.amount, "how much");
    visit("certificate", self.certificate, "SHA-256 of who got what");
    visit("time", self.time, "when");
  }
};

enum class PayerKind : std::uint8_t { layer, deleveraged, haircut };

// What one payer of a loss got back, over all recoveries.
struct Return {
  struct Key {
    std::uint32_t loss = 0;
    PayerKind kind = PayerKind::layer;
    std::string payer;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t loss = 0;
  PayerKind kind = PayerKind::layer;
  std::string payer;
  AssetId asset;
  AccountId account;
  std::uint16_t order = 0;
  Amount borne;
  Amount returned;

  [[nodiscard]] Key key() const { return {loss, kind, payer}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    visit("kind", self.kind, "layer, deleveraged or haircut");
    visit("payer", self.payer, "code of the layer, or number of the receipt");
    visit("asset", self.asset, "of the loss");
    visit("account", self.account, "that is paid");
    visit("order", self.order, "of the layer in the waterfall");
    visit("borne", self.borne, "what it bore of the loss");
    visit("returned", self.returned, "what has come back of it");
  }
};

// What one payer owes to a layer that is filled up again.
struct Assessment {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  PoolId pool;
  AssetId asset;
  std::string layer;
  OwnerId owner;
  bool own_capital = false;
  Amount amount;
  Amount paid;
  Time called;
  Time due;
  Time settled;

  [[nodiscard]] Key key() const { return number; }

  [[nodiscard]] Amount open() const { return amount - paid; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("pool", self.pool, "whose waterfall names the layer");
    visit("asset", self.asset, "what it holds");
    visit("layer", self.layer, "code of the layer");
    visit("owner", self.owner, "who was called");
    visit("own_capital", self.own_capital, "the operator's own money, not a member's");
    visit("amount", self.amount, "that was called");
    visit("paid", self.paid, "of it");
    visit("called", self.called, "when");
    visit("due", self.due, "by when");
    visit("settled", self.settled, "when it was paid in full");
  }
};

// What an owner was called for in the current period.
struct AssessmentUse {
  struct Key {
    PoolId pool;
    AssetId asset;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  OwnerId owner;
  Time begun;
  Amount called;

  [[nodiscard]] Key key() const { return {pool, asset, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "whose waterfall names the layer");
    visit("asset", self.asset, "what it holds");
    visit("owner", self.owner, "who was called");
    visit("begun", self.begun, "first call of the period");
    visit("called", self.called, "in it");
  }
};

// What has left a pool in the current outflow period.
struct Outflow {
  using Key = LiquidationTerms::Key;
  PoolId pool;
  AssetId asset;
  Time begun;
  Amount left;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what left it");
    visit("begun", self.begun, "first payment of the period");
    visit("left", self.left, "paid in it to the outside and to other pools");
  }
};

struct ResolutionState {
  base::OrderedTable<LiquidationTerms> terms;
  base::OrderedTable<LimitUse> limits;
  base::OrderedTable<LiquidationOrder> orders;
  base::OrderedTable<Auction> auctions;
  base::OrderedTable<AuctionBid> bids;
  base::OrderedTable<Recovery> recoveries;
  base::OrderedTable<Return> returns;
  base::OrderedTable<Assessment> assessments;
  base::OrderedTable<AssessmentUse> assessment_uses;
  base::OrderedTable<Outflow> outflows;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.terms);
    f(self.limits);
    f(self.orders);
    f(self.auctions);
    f(self.bids);
    f(self.recoveries);
    f(self.returns);
    f(self.assessments);
    f(self.assessment_uses);
    f(self.outflows);
  }
};

// The open auction of a case; null where there is none.
[[nodiscard]] const Auction* open_auction(const ResolutionState& state, std::uint32_t case_number);

// What is left of a bound of which so much was used.
[[nodiscard]] Amount room_under(const std::optional<Amount>& bound, Amount used);

// The use of the limits as of now: empty where an interval has run out.
[[nodiscard]] LimitUse use_now(const ResolutionState& state, const LiquidationTerms& terms,
                               Time now);

// Adds to the use of the interval that runs now, or begins the next.
void use_limits(ResolutionState& state, const LiquidationTerms& terms, const LimitUse& more,
                Context& context);

// Reason codes of the postings of this part.
enum ResolutionCode : std::uint16_t {
  kLiquidationFee = 921,
  kAuctionPayment = 922,
  kRecoveryReturn = 923,
  kAssessmentPayment = 924,
};

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::BackstopPrice> {
  static constexpr std::array<std::string_view, 2> kNames{"mark", "bankruptcy"};
  static constexpr std::array<std::string_view, 2> kDocs{
      "the recorded mark", "where nothing of the account is left, to the tick"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::OrderStage> {
  static constexpr std::array<std::string_view, 4> kNames{"begun", "partly_done", "done", "failed"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::OrderStop> {
  static constexpr std::array<std::string_view, 5> kNames{
      "nothing", "notional_limit", "fund_loss_limit", "layers_exhausted", "backstop_quota"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::NextStep> {
  static constexpr std::array<std::string_view, 4> kNames{"nothing", "next_interval", "auction",
                                                          "deleveraging"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AuctionStage> {
  static constexpr std::array<std::string_view, 6> kNames{"open",  "taken",     "healthy",
                                                          "ended", "restarted", "case_over"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "bids are taken",
      "bidders have taken what there was to take",
      "the account has its margin again",
      "its time is over: an insolvent one may follow",
      "its value fell below what it may be sold by: it is opened again",
      "the liquidation has ended"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::PayerKind> {
  static constexpr std::array<std::string_view, 3> kNames{"layer", "deleveraged", "haircut"};
};
