// SPDX-License-Identifier: Apache-2.0
//
// Margin: what a participant must have in a pool for the risk that it carries there, as arithmetic
// of the books.
//
// Its words. An *account* is an owner in a pool: its collateral in every asset, its positions and
// its open orders there, and nothing of other pools. A pool's *setting* names the *mode* and the
// asset in which margin is counted. *Equity* is collateral at its haircut value and what the open
// positions would leave at the marks. The *initial* requirement is asked of who takes risk, the
// *maintenance* requirement of who carries it; *free* is equity less the initial requirement, open
// orders at their worst included. A *rulebook* is a set of scenarios; a *grid* is one contract's
// change of value in each of them, by the smallest quantity, with add-ons. *Tiers* are the simplest
// rule: parts of the notional. A *reservation* is an open order that margin is kept for.
//
// Modes. *portfolio*: the worst scenario over the sum of the account's positions. *cross*: every
// contract at its own worst, added up; profit in one backs the others. *isolated*: the same, but a
// contract's unsettled profit backs that contract alone.
//
// Its laws. Nobody takes risk that is not covered: a trade, a reservation or a withdrawal that
// raises an account's risk leaves it covered or is refused. Only what lies inside the pool's wall
// counts. A missing, old or unusable mark, price or grid is no news: no new risk, no withdrawal,
// and nobody's state is changed on it. What is owed to the pool is rounded up, what counts for the
// account is rounded down, each once, where the functions say so. The sums of reservations equal
// the open reservations.
//
// What it must not know: how a grid was made, who liquidates, who pays for a loss, the clock.
#pragma once

#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/margin/ids.h"
#include "cofferdam/books/market/market.h"
#include "cofferdam/books/market/terms.h"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::margin {

using base::Amount;
using base::AssetId;
using base::ContractId;
using base::Duration;
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

inline constexpr std::uint32_t kPpm = 1'000'000;
inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kScenariosMax = 256;
inline constexpr std::size_t kRulebooksMax = 64;
inline constexpr std::size_t kGridsPerCommandMax = 4096;
inline constexpr std::size_t kCollateralAssetsMax = 32;
inline constexpr std::size_t kOrdersPerAccountMax = 1024;
inline constexpr std::size_t kPositionsPerAccountMax = 1024;
// Entries of a grid are exact in JSON numbers, and a thousand positions below 2^62 times them
// add up in 127 bits.
inline constexpr std::int64_t kEntryMax = (std::int64_t{1} << 53) - 1;
inline constexpr i128 kPositionMax = static_cast<i128>(1) << 62;

enum class Mode : std::uint8_t { isolated, cross, portfolio };

struct PoolMargin {
  using Key = PoolId;
  PoolId pool;
  AssetId asset;
  Mode mode = Mode::cross;
  bool in_force = true;
  RulebookId rulebook;
  std::uint32_t profit_ppm = kPpm;
  std::uint32_t call_buffer_ppm = 0;
  std::uint64_t calls = 0;
  std::uint64_t liquidatable = 0;
  Time set;

  [[nodiscard]] Key key() const { return pool; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what margin is counted in");
    visit("mode", self.mode, "isolated, cross or portfolio");
    visit("in_force", self.in_force, "whether risk is refused that is not covered");
    visit("rulebook", self.rulebook, "whose grids count; none: tiers alone");
    visit("profit_ppm", self.profit_ppm, "part of unsettled profit that backs risk");
    visit("call_buffer_ppm", self.call_buffer_ppm,
          "a margin call is made below maintenance and this part of it");
    visit("calls", self.calls, "how often an account has come to a margin call");
    visit("liquidatable", self.liquidatable, "how often an account has become liquidatable");
    visit("set", self.set, "when it was set last");
  }
};

struct Collateral {
  struct Key {
    PoolId pool;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t haircut_ppm = 0;
  std::uint32_t growth_ppm = 0;
  Amount cap;
  SourceId source;
  std::string fact_key;
  bool retired = false;
  Time set;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "the eligible asset");
    visit("haircut_ppm", self.haircut_ppm, "part of its value that does not count");
    visit("growth_ppm", self.growth_ppm, "what every hour of a stale price adds to the haircut");
    visit("cap", self.cap, "what counts of one account at most; 0: no cap");
    visit("source", self.source, "whose price of one whole unit; none: at par");
    visit("fact_key", self.fact_key, "the key of the price at that source");
    visit("retired", self.retired, "it counts no more");
    visit("set", self.set, "when it was set last");
  }
};

struct TierTerms {
  std::uint32_t initial_ppm = 0;
  std::uint32_t maintenance_ppm = 0;
  Amount open_lower;
  Amount open_upper;

  friend bool operator==(const TierTerms&, const TierTerms&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_ppm", self.initial_ppm, "initial requirement, of the notional");
    visit("maintenance_ppm", self.maintenance_ppm,
          "maintenance requirement, of the initial requirement");
    visit("open_lower", self.open_lower,
          "open interest from which the initial requirement rises, in the settlement asset");
    visit("open_upper", self.open_upper,
          "open interest at which it is the whole notional; 0: it does not rise");
  }
};

// A change that asks less waits for the notice; until it takes effect, `before` is asked.
struct Tiers {
  using Key = ContractId;
  ContractId contract;
  TierTerms terms;
  std::optional<TierTerms> before;
  Time effective;
  Duration notice;
  Time set;

  [[nodiscard]] Key key() const { return contract; }

  [[nodiscard]] const TierTerms& at(Time now) const {
    return before && now < effective ? *before : terms;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    TierTerms::fields(self.terms, visit);
    visit("before", self.before, "what is asked until the terms take effect");
    visit("effective", self.effective, "when the terms take effect");
    visit("notice", self.notice, "how long a change that asks less waits");
    visit("set", self.set, "when they were set last");
  }
};

struct Rulebook {
  using Key = RulebookId;
  RulebookId id;
  std::string code;
  std::string version;
  AssetId asset;
  std::uint8_t value_scale = 0;
  std::uint16_t scenarios = 0;
  std::uint32_t initial_ppm = kPpm;
  std::uint32_t maintenance_ppm = kPpm;
  std::uint32_t step_ppm = 0;
  bool whole = false;
  Duration life;
  Duration late_max;
  std::vector<std::string> names;
  Time set;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the rulebook");
    visit("code", self.code, "short unique name");
    visit("version", self.version, "of the rules that its grids are made by");
    visit("asset", self.asset, "what the entries of its grids count");
    visit("value_scale", self.value_scale, "decimal digits of an entry");
    visit("scenarios", self.scenarios, "entries of every grid");
    visit("initial_ppm", self.initial_ppm, "initial requirement, of the worst scenario's loss");
    visit("maintenance_ppm", self.maintenance_ppm,
          "maintenance requirement, of the worst scenario's loss");
    visit("step_ppm", self.step_ppm,
          "furthest step of an entry between versions, of the largest before; 0: any");
    visit("whole", self.whole,
          "a publication covers every contract with open interest that has a grid");
    visit("life", self.life, "a grid counts for this long after its computation");
    visit("late_max", self.late_max, "a grid may be this old when it is published");
    visit("names", self.names, "of the scenarios, for readers; may be left out");
    visit("set", self.set, "when it was set last");
  }
};

// Of the smallest quantity of a contract, in the rulebook's scale. Add-ons are of every unit of the
// position, whatever the scenario; size_add of every unit beyond size_free, in both requirements.
struct AddOns {
  std::int64_t initial_long = 0;
  std::int64_t initial_short = 0;
  std::int64_t maintenance_long = 0;
  std::int64_t maintenance_short = 0;
  std::int64_t size_add = 0;
  Quantity size_free;

  friend bool operator==(const AddOns&, const AddOns&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_long", self.initial_long, "initial contingency of every unit held long");
    visit("initial_short", self.initial_short, "initial contingency of every unit held short");
    visit("maintenance_long", self.maintenance_long, "maintenance contingency of a long unit");
    visit("maintenance_short", self.maintenance_short, "maintenance contingency of a short unit");
    visit("size_add", self.size_add, "added for every unit beyond size_free");
    visit("size_free", self.size_free, "position from which size_add counts");
  }
};

struct Grid {
  struct Key {
    RulebookId rulebook;
    ContractId contract;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  RulebookId rulebook;
  ContractId contract;
  std::uint64_t version = 0;
  Time computed;
  Time expires;
  Sequence sequence = 0;
  AddOns add_ons;
  std::vector<std::int64_t> entries;

  [[nodiscard]] Key key() const { return {rulebook, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("contract", self.contract, "the contract");
    visit("version", self.version, "counted from 1");
    visit("computed", self.computed, "as of when its maker saw the market");
    visit("expires", self.expires, "from then on it counts no more");
    visit("sequence", self.sequence, "journal record that brought it");
    AddOns::fields(self.add_ons, visit);
    visit("entries", self.entries, "change of value of the smallest quantity, by scenario");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Grid::Key& key) {
  return base::hash_key((std::uint64_t{key.rulebook.value()} << 32) | key.contract.value());
}

// An owner in a pool.
struct Account {
  PoolId pool;
  OwnerId owner;
  friend auto operator<=>(const Account&, const Account&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Account& key) {
  return base::hash_key(key.owner.value() ^
                        base::make_u128(0, key.pool.value()) * 0x9e3779b97f4a7c15ULL);
}

enum class OrderSide : std::uint8_t { buy, sell };

struct Reservation {
  struct Key {
    PoolId pool;
    OwnerId owner;
    ContractId contract;
    u128 order = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  OwnerId owner;
  ContractId contract;
  u128 order = 0;
  OrderSide side = OrderSide::buy;
  Quantity quantity;
  Price price;
  Time reserved;

  [[nodiscard]] Key key() const { return {pool, owner, contract, order}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("contract", self.contract, "the contract");
    visit("order", self.order, "the venue's id of the order");
    visit("side", self.side, "buy or sell");
    visit("quantity", self.quantity, "what is still open of it");
    visit("price", self.price, "its limit; 0: none, it fills at the mark");
    visit("reserved", self.reserved, "when it was reserved");
  }
};

// The open reservations of an account in a contract.
struct Reserved {
  struct Key {
    PoolId pool;
    OwnerId owner;
    ContractId contract;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  OwnerId owner;
  ContractId contract;
  Quantity buys;
  Quantity sells;
  std::uint32_t orders = 0;

  [[nodiscard]] Key key() const { return {pool, owner, contract}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("contract", self.contract, "the contract");
    visit("buys", self.buys, "sum of the open buy orders");
    visit("sells", self.sells, "sum of the open sell orders");
    visit("orders", self.orders, "how many");
  }
};

enum class Health : std::uint8_t { healthy, margin_call, liquidatable };

// The recorded state of an account that is not healthy; a healthy account has no row.
struct Standing {
  using Key = Account;
  Account account;
  Health health = Health::healthy;
  Time since;
  Sequence sequence = 0;
  AssetId asset;
  SignedAmount equity;
  Amount initial;
  Amount maintenance;

  [[nodiscard]] Key key() const { return account; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    Account::fields(self.account, visit);
    visit("health", self.health, "margin_call or liquidatable");
    visit("since", self.since, "when it came to this state");
    visit("sequence", self.sequence, "the record that brought it there");
    visit("asset", self.asset, "what margin is counted in there");
    visit("equity", self.equity, "as it was then");
    visit("initial", self.initial, "initial requirement of the positions then");
    visit("maintenance", self.maintenance, "maintenance requirement then");
  }
};

struct State {
  base::Table<PoolMargin> pools;
  base::OrderedTable<Collateral> collateral;
  base::Table<Tiers> tiers;
  base::Table<Rulebook> rulebooks;
  base::Table<Grid> grids;
  base::OrderedTable<Reservation> reservations;
  base::OrderedTable<Reserved> reserved;
  base::OrderedTable<Standing> standings;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.pools);
    f(self.collateral);
    f(self.tiers);
    f(self.rulebooks);
    f(self.grids);
    f(self.reservations);
    f(self.reserved);
    f(self.standings);
  }
};

// What margin is read from, at a time.
struct Books {
  const State& margin;
  const market::State& market;
  const market::TermsState& terms;
  const ledger::State& ledger;
  const fact::State& facts;
  Time now;
};

[[nodiscard]] const Rulebook* find_rulebook(const State& state, std::string_view code);

// The setting of a pool whose rule is in force; null where there is none.
[[nodiscard]] const PoolMargin* setting_of(const State& state, PoolId pool);

// The recorded state: what the last mark, grid or movement that concerned the account came to.
[[nodiscard]] Health health_of(const State& state, const Account& account);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::Mode> {
  static constexpr std::array<std::string_view, 3> kNames{"isolated", "cross", "portfolio"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::margin::OrderSide> {
  static constexpr std::array<std::string_view, 2> kNames{"buy", "sell"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::margin::Health> {
  static constexpr std::array<std::string_view, 3> kNames{"healthy", "margin_call", "liquidatable"};
};
