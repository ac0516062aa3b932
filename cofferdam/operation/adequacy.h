// SPDX-License-Identifier: Apache-2.0
//
// Live adequacy: whether the layers that stand behind a pool would pay what accounts could not, in
// every scenario of a rulebook whose grids are in the books. Nothing is estimated here: equity,
// grids and layers are whole numbers of the books, and who would pay is asked of the waterfall
// itself, one default after the other.
//
//   shortfall(account, scenario) = max(0, -(equity + change of its positions [- cost of closing]))
//   need(k, scenario)  = what the k groups with the largest shortfalls lack beyond their own stakes
//   surplus            = what the layers could still give, less what nobody pays
//   available          = need + surplus
//
// A group is an owner with all its accounts, or the affiliates that the question names. What one
// account of a group has left does not pay for another. Every pool pays by its own waterfall, so
// that over several pools the walls between them hold; money that two of them name pays once.
//
// Reverse stress asks for the least multiple of a scenario's changes at which, all defaulting, some
// pool is left with something that no layer pays: asked of the waterfalls as the covers are, so
// that one pool's money makes up for nothing in another. Beyond a multiple of one the entries of
// grids are drawn out in a straight line.
#pragma once

#include "cofferdam/books/default_management/waterfall.h"
#include "cofferdam/books/margin/scenario_equity.h"
#include "cofferdam/engine/state.h"

#include <map>
#include <string>
#include <vector>

namespace cofferdam::operation {

inline constexpr std::size_t kAffiliateGroupsMax = 10'000;
// In millionths: a hundred times a scenario's changes.
inline constexpr std::uint64_t kMultipleMax = 100'000'000;

struct Affiliates {
  std::string group;
  std::vector<base::OwnerId> owners;

  static constexpr std::array<std::string_view, 2> kRequired{"group", "owners"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("group", self.group, "name of those who are under one control");
    visit("owners", self.owners, "who they are; in one group only");
  }
};

// The books that it is asked of, and as of when.
struct AdequacyBooks {
  const engine::State& state;
  base::Time now;
};

struct AdequacyQuestion {
  base::PoolId pool;            // none: all pools under one rulebook
  margin::RulebookId rulebook;  // none: the pool's own
  std::vector<Affiliates> affiliates;
  bool close_out = false;
};

struct StressedAccount {
  margin::ScenarioEquity found;
  std::string name;   // POOL/OWNER
  std::string group;  // the owner, or its affiliates' name
  // Its stakes in funds that stand behind its pool, which pay before what is common.
  base::u128 own = 0;
};

struct StressedPools {
  std::vector<const margin::PoolMargin*> pools;
  const margin::Rulebook* rulebook = nullptr;
  base::AssetId asset;
  std::vector<std::string> scenarios;
  std::vector<StressedAccount> accounts;  // outside accounts are left out
  std::vector<margin::ScenarioEquity> outside;
  base::Amount layers;  // what all layers could give now
  bool close_out = false;

  [[nodiscard]] std::uint64_t unknown() const;
  [[nodiscard]] const StressedAccount* first_unknown() const;
  // At a multiple of the scenario's changes, in millionths.
  [[nodiscard]] base::u128 shortfall(const StressedAccount& account, std::size_t scenario,
                                     std::uint64_t multiple = 1'000'000) const;
};

// The pools under margin with a rulebook that the question is of: one, or all that count by it.
[[nodiscard]] base::Result<StressedPools> stressed_pools(const AdequacyBooks& books,
                                                         const AdequacyQuestion& question);

// The rulebooks that pools under margin count by, each once.
[[nodiscard]] std::vector<margin::RulebookId> rulebooks_in_use(const engine::State& state);

struct Payer {
  base::PoolId pool;
  std::string layer;
  default_management::LayerKind kind = default_management::LayerKind::pool_fund;
  base::Amount charged;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "whose waterfall names the layer");
    visit("layer", self.layer, "code of the layer");
    visit("kind", self.kind, "what it is");
    visit("charged", self.charged, "what it would bear");
  }
};

struct Defaulter {
  std::string group;
  base::Amount shortfall;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("group", self.group, "owner, or name of affiliates");
    visit("shortfall", self.shortfall, "what its accounts lack, before its own stakes");
  }
};

// What its layers do not pay in one pool.
struct Unpaid {
  base::PoolId pool;
  base::Amount unpaid;
  std::vector<std::string> layers;
  std::vector<base::OwnerId> owners;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("unpaid", self.unpaid, "what no layer pays");
    visit("layers", self.layers,
          "that gave what they could, in the order in which they were asked");
    visit("owners", self.owners, "whose accounts there default, at most 100");
  }
};

struct CoverFinding {
  std::string cover;  // 1, 2, all
  std::size_t scenario = 0;
  std::uint64_t accounts_short = 0;
  base::Amount need;
  base::Amount available;
  base::SignedAmount surplus;
  base::Amount uncovered;
  std::vector<Defaulter> defaulters;
  std::vector<Payer> payers;
  std::vector<Unpaid> unpaid;  // by pool, those where something is left

  [[nodiscard]] bool is_covered() const { return uncovered.is_zero(); }
};

// For cover 1, 2 and all, in the scenario with the least surplus; the first of equals.
[[nodiscard]] base::Result<std::vector<CoverFinding>> covers(const AdequacyBooks& books,
                                                             const StressedPools& pools);

// What `count` groups come to in one scenario.
[[nodiscard]] base::Result<CoverFinding> cover_in(const AdequacyBooks& books,
                                                  const StressedPools& pools, std::size_t scenario,
                                                  std::size_t count,
                                                  std::uint64_t multiple = 1'000'000);

struct BreakingPoint {
  std::size_t scenario = 0;
  bool exists = false;         // below kMultipleMax
  std::uint64_t multiple = 0;  // in millionths
  CoverFinding finding;        // there
};

// For every scenario; those that break first come first.
[[nodiscard]] base::Result<std::vector<BreakingPoint>> breaking_points(const AdequacyBooks& books,
                                                                       const StressedPools& pools);

}  // namespace cofferdam::operation
