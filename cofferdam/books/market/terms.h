// SPDX-License-Identifier: Apache-2.0
//
// Terms: what a contract is beyond linear or inverse, and what follows from it.
//
// Its words. An *instrument* is what the contract promises: a perpetual, a future that expires, a
// European option, or spot, which is delivered at once. An *index* is the price of the underlying
// outside the venue: the median of what several sources of facts say. A *fee schedule* is what
// maker and taker pay. *Funding* is what longs pay shorts, or shorts longs, to keep a perpetual
// near its index. A *closing* is the end of a contract, by expiry or delisting: all positions are
// settled at one last price and closed. A *reversal* takes a booked trade back by opposite entries.
//
// Its laws. What a contract promises is fixed with its first trade; fees, bounds and funding may
// change, and each change is a version. An option's premium and a spot trade's money move between
// collaterals at the trade, so that neither has open value while it lives; what a closing could not
// collect is the only open value that a closed contract has. Funding moves open value from those
// who pay to those who receive, to the unit; what the rounding leaves belongs to the contract's
// dust holding. A venue's own book is never the only source of an index.
//
// These tables are a room of their own in the state hash, so that books without terms keep theirs.
// What it must not know: margin, and who may trade.
#pragma once

#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/market/market.h"

#include <array>
#include <string>
#include <vector>

namespace cofferdam::market {

using base::Duration;
using base::Rate;
using Level = fact::Value;  // of an index, in the index's scale

inline constexpr std::uint32_t kPpmOne = 1'000'000;
inline constexpr std::uint32_t kBpsOne = 10'000;
inline constexpr std::size_t kIndexCodeMax = 32;
inline constexpr std::size_t kIndexSourcesMax = 32;
inline constexpr std::size_t kIndicesMax = 4096;
inline constexpr std::uint32_t kTermsVersionsMax = 10'000;
// A price that went stale long ago still says something: what it is worth is never cut to nothing,
// which for an inverse contract would have no number.
inline constexpr std::uint32_t kHaircutPpmMax = 950'000;

enum class Instrument : std::uint8_t { perpetual, future, option, spot };
enum class OptionKind : std::uint8_t { call, put };

// What an option pays for one unit of the underlying at the index S and the strike K.
enum class OptionPayoff : std::uint8_t {
  linear,  // max(0, S - K), in the currency of the index
  coin,    // max(0, S - K) / S, in the underlying itself; for a put max(0, K - S) / S
};

// How the payoff of one smallest quantity is rounded to the value asset.
enum class PayoffRounding : std::uint8_t { down, half_up, half_even };

enum class FeeBasis : std::uint8_t {
  value,     // of the trade: price x quantity, for an option its premium
  quantity,  // of the underlying: for options that settle in it
};

struct PriceSource {
  SourceId source;
  std::string fact_key;
  bool own_book = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("source", self.source, "who observes it");
    visit("fact_key", self.fact_key, "the key of its facts");
    visit("own_book", self.own_book, "the venue's own book: never counts as one of the minimum");
  }
};

struct Index {
  using Key = std::string;
  std::string code;
  std::uint32_t version = 0;
  std::uint8_t scale = 0;
  std::uint8_t minimum_sources = 1;
  std::uint32_t deviation_bps_max = 0;
  std::vector<PriceSource> sources;
  Time changed;

  [[nodiscard]] Key key() const { return code; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("version", self.version, "how often it was set");
    visit("scale", self.scale, "decimal digits of its value");
    visit("minimum_sources", self.minimum_sources, "fresh sources that it needs");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest that fresh sources may lie apart, in basis points of the lowest; 0: any");
    visit("sources", self.sources, "who observes it");
    visit("changed", self.changed, "when it was last set");
  }
};

struct Terms {
  using Key = ContractId;
  ContractId contract;
  std::uint32_t version = 0;
  Instrument instrument = Instrument::perpetual;
  std::string index;
  Time expiry;
  Duration averaging;
  Duration observation_interval;
  std::uint32_t observations_min = 0;
  OptionKind option_kind = OptionKind::call;
  OptionPayoff payoff = OptionPayoff::linear;
  PayoffRounding payoff_rounding = PayoffRounding::down;
  std::uint8_t scale = 0;
  Level strike;
  AssetId base_asset;
  Duration funding_interval;
  Rate funding_rate_max;
  Duration mark_age_max;
  std::uint32_t mark_deviation_bps_max = 0;
  Duration haircut_period;
  std::uint32_t haircut_ppm = 0;
  Time changed;

  [[nodiscard]] Key key() const { return contract; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("version", self.version, "how often its terms were set");
    visit("instrument", self.instrument, "perpetual, future, option or spot");
    visit("index", self.index, "code of the index of the underlying; empty for none");
    visit("expiry", self.expiry, "when it expires; 0 for never");
    visit("averaging", self.averaging, "window before the expiry over which the index is averaged");
    visit("observation_interval", self.observation_interval, "least time between observations");
    visit("observations_min", self.observations_min, "observations that an expiry needs");
    visit("option_kind", self.option_kind, "call or put");
    visit("payoff", self.payoff, "linear, or coin: divided by the index");
    visit("payoff_rounding", self.payoff_rounding, "of one smallest quantity's payoff");
    visit("scale", self.scale, "decimal digits of the strike: the index's");
    visit("strike", self.strike, "of an option, in the scale of the index");
    visit("base_asset", self.base_asset, "spot: what is delivered for the settlement asset");
    visit("funding_interval", self.funding_interval, "least time between fundings; 0 for none");
    visit("funding_rate_max", self.funding_rate_max,
          "largest rate of one interval; 0: not bounded");
    visit("mark_age_max", self.mark_age_max, "an older mark is stale; 0: as the contract says");
    visit("mark_deviation_bps_max", self.mark_deviation_bps_max,
          "furthest that the mark may lie from the index, or an option's from its bounds, in basis "
          "points of the index; 0: not bounded");
    visit("haircut_period", self.haircut_period, "a stale price loses the haircut once a period");
    visit("haircut_ppm", self.haircut_ppm, "what it loses, in millionths");
    visit("changed", self.changed, "when they were last set");
  }
};

// What maker and taker pay, from a record of the journal on. Old schedules stay: a trade that is
// taken back later gets back the fees that it paid.
struct FeeSchedule {
  struct Key {
    ContractId contract;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  ContractId contract;
  std::uint32_t version = 0;
  Sequence since = 0;
  std::int32_t maker_ppm = 0;
  std::int32_t taker_ppm = 0;
  FeeBasis basis = FeeBasis::value;
  std::uint32_t cap_ppm = 0;

  [[nodiscard]] Key key() const { return {contract, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("version", self.version, "version of the terms that set it");
    visit("since", self.since, "journal record from which it holds");
    visit("maker_ppm", self.maker_ppm,
          "of the side that rested, in millionths; negative: a rebate");
    visit("taker_ppm", self.taker_ppm, "of the side that came, in millionths");
    visit("basis", self.basis, "what the fee is a part of");
    visit("cap_ppm", self.cap_ppm, "at most this part of the trade's value; 0: no cap");
  }
};

// What a contract has been funded.
struct Funding {
  using Key = ContractId;
  ContractId contract;
  i128 cumulative = 0;
  Rate last_rate;
  Price last_price;
  Time last_time;
  std::uint64_t fundings = 0;
  u128 paid = 0;
  u128 dust = 0;

  [[nodiscard]] Key key() const { return contract; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit(
        "cumulative", self.cumulative,
        "what a long of one smallest quantity has paid since the beginning, in 10^-18 value units");
    visit("last_rate", self.last_rate, "of the last funding, after the clamp");
    visit("last_price", self.last_price, "at which positions were valued in it");
    visit("last_time", self.last_time, "when it was due");
    visit("fundings", self.fundings, "how many there were");
    visit("paid", self.paid, "all that was ever paid, in value units");
    visit("dust", self.dust, "what rounding left of it, in value units");
  }
};

// The sum of an index over the window before an expiry; contracts with the same terms share it.
struct IndexAverage {
  struct Key {
    Time expiry;
    std::string index;
    Duration averaging;
    Duration observation_interval;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  Time expiry;
  std::string index;
  Duration averaging;
  Duration observation_interval;
  i128 sum = 0;
  std::uint32_t observations = 0;
  std::uint8_t scale = 0;
  Level lowest;
  Level highest;
  Time first;
  Time last;

  [[nodiscard]] Key key() const { return {expiry, index, averaging, observation_interval}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expiry", self.expiry, "end of the window");
    visit("index", self.index, "code of the index");
    visit("averaging", self.averaging, "length of the window");
    visit("observation_interval", self.observation_interval, "least time between observations");
    visit("sum", self.sum, "of the observations, in the index's smallest units");
    visit("observations", self.observations, "how many there are");
    visit("scale", self.scale, "decimal digits of the index");
    visit("lowest", self.lowest, "of the observations");
    visit("highest", self.highest, "of the observations");
    visit("first", self.first, "time of the first observation");
    visit("last", self.last, "time of the last observation");
  }
};

enum class ClosingKind : std::uint8_t { expiry, delisting };

struct Closing {
  using Key = ContractId;
  ContractId contract;
  ClosingKind kind = ClosingKind::expiry;
  Price price;
  u128 unit_value = 0;
  std::uint8_t scale = 0;
  Level index_value;
  std::uint32_t observations = 0;
  Time time;
  Sequence sequence = 0;
  std::string reason;

  [[nodiscard]] Key key() const { return contract; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("kind", self.kind, "expiry or delisting");
    visit("price", self.price, "the last price; of an option its payoff, rounded half to even");
    visit("unit_value", self.unit_value, "of one smallest quantity, in value units: what was paid");
    visit("scale", self.scale, "decimal digits of the index");
    visit("index_value", self.index_value, "average of the index, rounded half to even");
    visit("observations", self.observations, "of the index that were averaged");
    visit("time", self.time, "when it was closed");
    visit("sequence", self.sequence, "journal record that closed it");
    visit("reason", self.reason, "of a delisting");
  }
};

// A trade that was taken back.
struct TradeReversal {
  using Key = base::Reference;
  base::Reference trade;
  ContractId contract;
  Sequence by = 0;
  base::Reference replacement;
  std::string reason;

  [[nodiscard]] Key key() const { return trade; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("trade", self.trade, "id of the trade");
    visit("contract", self.contract, "its contract");
    visit("by", self.by, "journal record that took it back");
    visit("replacement", self.replacement, "id of the trade booked in its place; 0 for none");
    visit("reason", self.reason, "why");
  }
};

struct TermsState {
  base::OrderedTable<Index> indices;
  base::Table<Terms> terms;
  base::OrderedTable<FeeSchedule> fees;
  base::Table<Funding> fundings;
  base::OrderedTable<IndexAverage> averages;
  base::Table<Closing> closings;
  base::Table<TradeReversal> reversals;

  // The tables in their order in snapshots and in the state hash.
  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.indices);
    f(self.terms);
    f(self.fees);
    f(self.fundings);
    f(self.averages);
    f(self.closings);
    f(self.reversals);
  }
};

// An option's premium and a spot trade's price are paid at the trade.
[[nodiscard]] constexpr bool pays_at_trade(Instrument instrument) {
  return instrument == Instrument::option || instrument == Instrument::spot;
}

[[nodiscard]] constexpr bool expires(Instrument instrument) {
  return instrument == Instrument::future || instrument == Instrument::option;
}

// Whether two versions of a contract's terms promise the same to who holds it: the index belongs to
// the promise of what expires at it.
[[nodiscard]] bool same_promise(const Terms& a, const Terms& b);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::Instrument> {
  static constexpr std::array<std::string_view, 4> kNames{"perpetual", "future", "option", "spot"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::OptionKind> {
  static constexpr std::array<std::string_view, 2> kNames{"call", "put"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::OptionPayoff> {
  static constexpr std::array<std::string_view, 2> kNames{"linear", "coin"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::PayoffRounding> {
  static constexpr std::array<std::string_view, 3> kNames{"down", "half_up", "half_even"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::FeeBasis> {
  static constexpr std::array<std::string_view, 2> kNames{"value", "quantity"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::ClosingKind> {
  static constexpr std::array<std::string_view, 2> kNames{"expiry", "delisting"};
};
