// SPDX-License-Identifier: Apache-2.0
//
// What the books remember of insurance pools: their funds, members, tariffs, premiums, reserves,
// tranches, exits and covers. insurance.h has the words and the laws.
#pragma once

#include "cofferdam/base/table.h"
#include "cofferdam/books/default_management/fund_shares.h"
#include "cofferdam/books/insurance/cover.h"
#include "cofferdam/books/insurance/cover_price.h"
#include "cofferdam/books/insurance/tariff.h"
#include "cofferdam/books/insurance/tranche_rows.h"

#include <compare>
#include <optional>
#include <string>

namespace cofferdam::insurance {

// What the pool allows itself. Tightening and loosening are commands with approvals of their own.
struct PoolRules {
  std::uint32_t gearing_bps = 48'000;
  std::uint32_t counterparty_ppm = kPpmOne;
  std::uint32_t insured_ppm = kPpmOne;
  std::uint32_t wrong_way_ppm = 0;
  std::uint32_t own_marks_retention_ppm = 100'000;
  Duration exit_tail;

  friend bool operator==(const PoolRules&, const PoolRules&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("gearing_bps", self.gearing_bps,
          "cover over required capital, in basis points: 48,000 is 4.8");
    visit("counterparty_ppm", self.counterparty_ppm,
          "most cover against one counterparty, in millionths of capacity");
    visit("insured_ppm", self.insured_ppm, "most cover of one insured, the same way");
    visit("wrong_way_ppm", self.wrong_way_ppm,
          "most of the pool's assets that may lie with somebody whom it insures against, in "
          "millionths");
    visit("own_marks_retention_ppm", self.own_marks_retention_ppm,
          "least retention of an insured that sets its own marks or margins");
    visit("exit_tail", self.exit_tail,
          "how long money that left a tranche still answers for incidents from before");
  }
};

// What lies in each fund, as the rows have it.
struct Funds {
  Amount unearned;
  Amount earned;
  Amount expenses;
  Amount case_reserve;
  Amount ibnr_reserve;
  Amount layer;
  Amount junior;
  Amount senior;
  Amount junior_exits;
  Amount senior_exits;
  Amount written_off;
  Amount dust;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("unearned", self.unearned, "premium for time to come");
    visit("earned", self.earned, "premium for time that has passed, and other surplus");
    visit("expenses", self.expenses, "for running the pool");
    visit("case_reserve", self.case_reserve, "set aside for known incidents");
    visit("ibnr_reserve", self.ibnr_reserve, "set aside for incidents not yet reported");
    visit("layer", self.layer, "set aside for the parametric layer");
    visit("junior", self.junior, "of the first-loss tranche");
    visit("senior", self.senior, "of the second-loss tranche");
    visit("junior_exits", self.junior_exits, "of owners who left it and still answer");
    visit("senior_exits", self.senior_exits, "of owners who left it and still answer");
    visit("written_off", self.written_off, "burnt");
    visit("dust", self.dust, "remainders of splits");
  }
};

struct InsurancePool {
  using Key = PoolId;
  PoolId pool;
  AssetId asset;
  OwnerId manager;
  PoolRules rules;
  Funds funds;
  Amount active_cover;
  Amount model_capital;
  std::string model;
  Amount losses_paid;
  Amount recovered;
  Time gate_shut;
  std::uint32_t members = 0;
  std::uint32_t covers = 0;
  std::uint32_t lines = 0;
  std::uint32_t exits = 0;
  std::uint32_t open_exits = 0;
  Time opened;

  [[nodiscard]] Key key() const { return pool; }

  // What may bear losses and is not set aside.
  [[nodiscard]] Amount capital() const { return funds.earned + funds.junior + funds.senior; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what it counts");
    visit("manager", self.manager, "who runs it; never insured by it; 0: none named");
    visit("rules", self.rules, "what it allows itself");
    visit("funds", self.funds, "what lies in each fund");
    visit("active_cover", self.active_cover, "sum of what the covers in force may still pay");
    visit("model_capital", self.model_capital, "required by the model");
    visit("model", self.model, "name and version of that model");
    visit("losses_paid", self.losses_paid, "out of reserves and the layer so far");
    visit("recovered", self.recovered, "of them so far");
    visit("gate_shut", self.gate_shut, "when an exit was last held up by the gate");
    visit("members", self.members, "active");
    visit("covers", self.covers, "in force");
    visit("lines", self.lines, "premium lines so far");
    visit("exits", self.exits, "requests so far");
    visit("open_exits", self.open_exits, "in the queue");
    visit("opened", self.opened, "when");
  }
};

enum class MemberStanding : std::uint8_t { active, retired };

struct Member {
  struct Key {
    PoolId pool;
    OwnerId member;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  OwnerId member;
  std::string name;
  AccountId account;
  MemberStanding standing = MemberStanding::active;
  Amount contributed;
  Time admitted;
  Time retired;

  [[nodiscard]] Key key() const { return {pool, member}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("member", self.member, "opaque id of the owner");
    visit("name", self.name, "by which members know it");
    visit("account", self.account, "of the member in this pool: contributions come from it");
    visit("standing", self.standing, "active or retired");
    visit("contributed", self.contributed, "charged so far");
    visit("admitted", self.admitted, "when");
    visit("retired", self.retired, "when it left");
  }
};

enum class LineKind : std::uint8_t { contribution, cover };

// A premium that is earned day by day over its period.
struct PremiumLine {
  struct Key {
    PoolId pool;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t number = 0;
  LineKind kind = LineKind::contribution;
  Amount amount;
  Amount earned;
  Amount refunded;
  Rate expense_ratio;
  Amount to_expenses;
  Time start;
  Time end;

  [[nodiscard]] Key key() const { return {pool, number}; }

  [[nodiscard]] Amount unearned() const { return amount - earned - refunded; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("number", self.number, "counted from 1 within the pool");
    visit("kind", self.kind, "contribution or cover");
    visit("amount", self.amount, "charged");
    visit("earned", self.earned, "of it so far");
    visit("refunded", self.refunded, "of it");
    visit("expense_ratio", self.expense_ratio, "part of what is earned that runs the pool");
    visit("to_expenses", self.to_expenses, "of what was earned");
    visit("start", self.start, "first moment that it is for");
    visit("end", self.end, "first moment that it is no longer for");
  }
};

// Lines with something unearned: those that a look at the pool walks.
struct OpenLine {
  using Key = PremiumLine::Key;
  PoolId pool;
  std::uint32_t number = 0;

  [[nodiscard]] Key key() const { return {pool, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("number", self.number, "of the line");
  }
};

enum class ReserveKind : std::uint8_t { incident, ibnr, layer };

// Money set aside for one thing, and for no other.
struct Reserve {
  struct Key {
    PoolId pool;
    ReserveKind kind = ReserveKind::incident;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  ReserveKind kind = ReserveKind::incident;
  std::uint32_t number = 0;
  Time occurred;
  Amount held;
  Amount paid;
  Amount recovered;

  [[nodiscard]] Key key() const { return {pool, kind, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("kind", self.kind, "incident, ibnr or layer");
    visit("number", self.number, "of the incident; 0 for the others");
    visit("occurred", self.occurred, "when the incident was: who bears it depends on that");
    visit("held", self.held, "set aside now");
    visit("paid", self.paid, "out of it so far");
    visit("recovered", self.recovered, "of what was paid, given back to who bore it");
  }
};

// Where the money of a reserve came from: to give back what is left and what is recovered to those
// who bore it. Taken = held + paid - recovered, over all sources of a reserve.
struct ReserveSource {
  struct Key {
    PoolId pool;
    ReserveKind kind = ReserveKind::incident;
    std::uint32_t number = 0;
    Fund fund = Fund::earned;
    std::uint32_t exit = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  ReserveKind kind = ReserveKind::incident;
  std::uint32_t number = 0;
  Fund fund = Fund::earned;
  std::uint32_t exit = 0;
  Amount taken;

  [[nodiscard]] Key key() const { return {pool, kind, number, fund, exit}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("kind", self.kind, "of the reserve");
    visit("number", self.number, "of the reserve");
    visit("fund", self.fund, "where the money came from");
    visit("exit", self.exit, "whose part of it, when it came from the exit queue; else 0");
    visit("taken", self.taken, "and not given back");
  }
};

// An incident that was reported and is not settled: exits that answer for it wait.
struct OpenIncident {
  struct Key {
    PoolId pool;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  std::uint32_t number = 0;
  Time occurred;

  [[nodiscard]] Key key() const { return {pool, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("number", self.number, "of the incident");
    visit("occurred", self.occurred, "when it was");
  }
};

// With whom the assets of one custody account lie.
struct Holding {
  struct Key {
    PoolId pool;
    AccountId account;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AccountId account;
  OwnerId custodian;
  Time declared;

  [[nodiscard]] Key key() const { return {pool, account}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("account", self.account, "of class custody in it");
    visit("custodian", self.custodian, "with whom its assets lie; the same ids as counterparties");
    visit("declared", self.declared, "when");
  }
};

// How covers against a peril are priced, in versions.
struct PriceSet {
  struct Key {
    PoolId pool;
    Peril peril = Peril::exchange_insolvency;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  Peril peril = Peril::exchange_insolvency;
  std::uint32_t version = 0;
  CoverPriceRule rule = CoverPriceRule::nexus_2_11;
  std::uint32_t capacity_bps = kBpsOne;
  std::uint32_t target_price_bps = 100;
  std::uint32_t floor_bps = 200;
  std::uint32_t ceiling_bps = 1'200;
  Rate expense_ratio;
  Time set;

  [[nodiscard]] Key key() const { return {pool, peril, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("peril", self.peril, "that it prices");
    visit("version", self.version, "counted from 1; the highest is in force");
    visit("rule", self.rule, "the named rule, with its bump and decay");
    visit("capacity_bps", self.capacity_bps,
          "most cover against the peril, in basis points of capital");
    visit("target_price_bps", self.target_price_bps, "nexus: a year, of the limit");
    visit("floor_bps", self.floor_bps, "neptune: least rate");
    visit("ceiling_bps", self.ceiling_bps, "neptune: most");
    visit("expense_ratio", self.expense_ratio, "part of the premium for running the pool");
    visit("set", self.set, "when");
  }
};

// Cover in force against a peril, and where its price stands.
struct PerilUse {
  struct Key {
    PoolId pool;
    Peril peril = Peril::exchange_insolvency;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  Peril peril = Peril::exchange_insolvency;
  Amount active;
  std::uint32_t bumped_price_bps = 0;
  Time bumped;

  [[nodiscard]] Key key() const { return {pool, peril}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("peril", self.peril, "the peril");
    visit("active", self.active, "what covers in force against it may still pay");
    visit("bumped_price_bps", self.bumped_price_bps, "after the last cover");
    visit("bumped", self.bumped, "when that was");
  }
};

enum class ExposureSide : std::uint8_t { counterparty, insured };

// Cover in force against one counterparty or of one insured.
struct Exposure {
  struct Key {
    PoolId pool;
    ExposureSide side = ExposureSide::counterparty;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  ExposureSide side = ExposureSide::counterparty;
  OwnerId owner;
  Amount active;

  [[nodiscard]] Key key() const { return {pool, side, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("side", self.side, "counterparty or insured");
    visit("owner", self.owner, "who");
    visit("active", self.active, "what covers in force may still pay");
  }
};

// The covers in force by the end of their period.
struct CoverEnd {
  struct Key {
    PoolId pool;
    Time end;
    std::string cover;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  Time end;
  std::string cover;

  [[nodiscard]] Key key() const { return {pool, end, cover}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("end", self.end, "first moment no longer covered");
    visit("cover", self.cover, "code of the cover");
  }
};

struct State {
  base::OrderedTable<InsurancePool> pools;
  base::OrderedTable<Member> members;
  base::OrderedTable<Tariff> tariffs;
  base::OrderedTable<TariffRate> rates;
  base::OrderedTable<Contribution> contributions;
  base::OrderedTable<PremiumLine> lines;
  base::OrderedTable<OpenLine> open_lines;
  base::OrderedTable<Reserve> reserves;
  base::OrderedTable<ReserveSource> sources;
  base::OrderedTable<OpenIncident> open_incidents;
  base::OrderedTable<Tranche> tranches;
  base::OrderedTable<TrancheStake> stakes;
  base::OrderedTable<Exit> exits;
  base::OrderedTable<Holding> holdings;
  base::OrderedTable<PriceSet> prices;
  base::OrderedTable<PerilUse> perils;
  base::OrderedTable<Exposure> exposures;
  base::OrderedTable<CoverEnd> cover_ends;
  base::OrderedTable<Cover> covers;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.pools);
    f(self.members);
    f(self.tariffs);
    f(self.rates);
    f(self.contributions);
    f(self.lines);
    f(self.open_lines);
    f(self.reserves);
    f(self.sources);
    f(self.open_incidents);
    f(self.tranches);
    f(self.stakes);
    f(self.exits);
    f(self.holdings);
    f(self.prices);
    f(self.perils);
    f(self.exposures);
    f(self.cover_ends);
    f(self.covers);
  }
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::MemberStanding> {
  static constexpr std::array<std::string_view, 2> kNames{"active", "retired"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::LineKind> {
  static constexpr std::array<std::string_view, 2> kNames{"contribution", "cover"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ReserveKind> {
  static constexpr std::array<std::string_view, 3> kNames{"incident", "ibnr", "layer"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ExposureSide> {
  static constexpr std::array<std::string_view, 2> kNames{"counterparty", "insured"};
};
