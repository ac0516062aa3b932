// SPDX-License-Identifier: Apache-2.0
//
// The pools: compartments of the ledger with a purpose, a policy and a wall.
//
// Its words. A *pool* is an isolated allocation of funds for an activity or an exposure. Its
// *regime* says what kind of pool it is and which *edges* open between owners inside it; an edge is
// (owner class debited, owner class credited, reason code). An *agreement* is the legal text behind
// it. A *conduit* is the declared way between two pools. A *buffer* is house money declared inside
// a client pool, with a cap. An *entitlement* is what an owner is owed by a pool. *Run-off* pays a
// winding-up pool out by class and priority. A *release rule* lets money leave when its condition
// is true. An *image* is everything that belongs to one pool, in a form that does not depend on the
// books that it lies in.
//
// Its laws. Value crosses a wall through a conduit only, and the two halves of a conduit mirror
// each other to the unit. No pool becomes active without an agreement in force. A pool's life goes
// forward: draft, active or frozen, winding up, closed. A pool is closed when every account in it
// is at zero. Entitlements of a pool sum to what it holds against them, exactly. A run-off pays
// exactly what is distributed, nobody more than their entitlement, and no class before the classes
// ahead of it. Facts that are not fresh release nothing.
//
// What it must not know: positions, margin, contracts, prices (it sees facts), who an owner is, how
// the engine finds out that a command is permitted, the clock.
#pragma once

#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/pool/agreement.h"
#include "cofferdam/books/pool/beneficiaries.h"
#include "cofferdam/books/pool/conduit.h"
#include "cofferdam/books/pool/release_rule.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

using base::AccountId;
using base::AssetId;
using base::ConduitId;
using base::OwnerId;
using base::PoolId;
using base::RuleId;
using base::Slot;
using base::Time;
using ledger::Context;
using ledger::OwnerClass;

enum class Regime : std::uint8_t {
  capital,     // an owner's money for one activity or exposure
  individual,  // one client's collateral and positions
  omnibus,     // many clients' collateral and positions
  house,       // the operator's own
  insurance,   // members' reserve, covers, claims
  collateral,  // many sources, for shares: options pools too
  liquidity,   // providers, for shares: the other side of swaps
  order,       // traders' money behind sealed orders
  strategy,    // one owner's floor-keeping strategy
};

inline constexpr std::size_t kRegimes = 9;

// Pools that hold clients' money, in which house money is a declared buffer or an earned fee only.
[[nodiscard]] constexpr bool is_client_regime(Regime regime) {
  return regime == Regime::individual || regime == Regime::omnibus || regime == Regime::order;
}

// Pools of exactly one owner.
[[nodiscard]] constexpr bool is_single_owner_regime(Regime regime) {
  return regime == Regime::individual || regime == Regime::strategy;
}

enum class PoolState : std::uint8_t { draft, active, frozen, winding_up, closed, detached };

struct BufferCap {
  AssetId asset;
  Amount cap;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "the asset");
    visit("cap", self.cap, "most house money that may lie in the pool as a buffer");
  }
};

inline constexpr std::size_t kPoolCodeMax = 32;
inline constexpr std::size_t kPurposeMax = 1024;
inline constexpr std::size_t kBufferCapsMax = 64;
inline constexpr std::size_t kEdgesMax = 256;

struct Pool {
  using Key = PoolId;
  PoolId id;
  std::string code;
  std::string activity;
  std::string exposure;
  Regime regime = Regime::capital;
  PoolState state = PoolState::draft;
  OwnerId owner;
  bool allows_deficit = false;
  std::vector<BufferCap> buffer_caps;
  std::vector<OwnerClass> run_off_order;
  std::uint32_t agreements = 0;
  Time created;
  Time state_since;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the pool");
    visit("code", self.code, "short unique name");
    visit("activity", self.activity, "the trading activity that it is for");
    visit("exposure", self.exposure, "the risk that it is for");
    visit("regime", self.regime, "what kind of pool");
    visit("state", self.state, "draft, active, frozen, winding_up, closed or detached");
    visit("owner", self.owner, "the one owner of an individual or strategy pool");
    visit("allows_deficit", self.allows_deficit, "whether it may be short, on a deficit account");
    visit("buffer_caps", self.buffer_caps, "most house money inside, per asset; none: nothing");
    visit("run_off_order", self.run_off_order, "owner classes in the order of payment in run-off");
    visit("agreements", self.agreements, "how many agreements were attached");
    visit("created", self.created, "when it was made");
    visit("state_since", self.state_since, "when its state last changed");
  }
};

struct State {
  base::Table<Pool> pools;
  ledger::NameIndex<PoolId> pool_names;
  base::OrderedTable<Agreement> agreements;
  base::Table<Conduit> conduits;
  ledger::NameIndex<ConduitId> conduit_names;
  base::OrderedTable<Breach> breaches;
  base::Table<Beneficiaries> beneficiaries;
  base::Table<ReleaseRule> rules;
  ledger::NameIndex<RuleId> rule_names;
  base::OrderedTable<Release> releases;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.pools);
    f(self.pool_names);
    f(self.agreements);
    f(self.conduits);
    f(self.conduit_names);
    f(self.breaches);
    f(self.beneficiaries);
    f(self.rules);
    f(self.rule_names);
    f(self.releases);
  }
};

[[nodiscard]] const Pool* find_pool(const State& state, std::string_view code);
[[nodiscard]] const Conduit* find_conduit(const State& state, std::string_view code);
[[nodiscard]] const ReleaseRule* find_rule(const State& state, std::string_view code);

// The ways that a pool's life may go; everything else is refused.
[[nodiscard]] bool may_become(PoolState from, PoolState to);

// Writes the state of a pool and what its compartment accepts in it:
//
//   state       accounts  transfers
//   draft       yes       no         the books are laid out
//   active      yes       yes
//   frozen      no        no         a conduit does not touch it either
//   winding_up  no        no         only distribute_run_off and conduits for distribution pay
//   closed      no        no
//   detached    no        no         it lives in other books now
void enter(State& state, ledger::State& ledger, Context& context, PoolId pool, PoolState to);

// The edges that a regime opens unless the pool names its own; docs and tests read it from here.
[[nodiscard]] std::vector<ledger::Edge> default_edges(Regime regime);

// Clients first, the house last.
[[nodiscard]] std::vector<OwnerClass> default_run_off_order();

// The cap on house money of an asset in a pool; zero where none is declared.
[[nodiscard]] Amount buffer_cap(const Pool& pool, AssetId asset);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::Regime> {
  static constexpr std::array<std::string_view, cofferdam::pool::kRegimes> kNames{
      "capital",    "individual", "omnibus", "house",   "insurance",
      "collateral", "liquidity",  "order",   "strategy"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::PoolState> {
  static constexpr std::array<std::string_view, 6> kNames{"draft",      "active", "frozen",
                                                          "winding_up", "closed", "detached"};
};
