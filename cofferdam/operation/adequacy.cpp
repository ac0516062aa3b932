// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/adequacy.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/operation/adequacy_layers.h"

#include <algorithm>
#include <set>

namespace cofferdam::operation {

namespace dm = default_management;
using base::Amount;
using base::i128;
using base::Result;
using base::SignedAmount;
using base::u128;

namespace {

constexpr std::uint64_t kOne = 1'000'000;
// Beyond what the books can hold; a product that does not fit stands for it.
constexpr i128 kOutOfSight = i128{1} << 120;
constexpr std::size_t kNamedMax = 100;
// Beyond so many answers of waterfalls, cover all is judged where the need is greatest only.
constexpr std::size_t kChargesMax = 50'000;

std::string pool_code(const engine::State& state, base::PoolId pool) {
  const pool::Pool* row = state.pool.pools.find(pool);
  return row == nullptr ? base::to_text(u128{pool.value()}) : row->code;
}

// What the owner's stakes could pay before the common layers of the pool.
u128 stakes_of(const engine::State& state, const margin::PoolMargin& setting, base::OwnerId owner) {
  const dm::State& funds = state.default_management;
  if (funds.stakes.size() == 0) return 0;
  const dm::Waterfall* waterfall = dm::waterfall_of(funds, setting.pool, setting.asset);
  if (waterfall == nullptr) return 0;
  u128 stakes = 0;
  for (const dm::LayerTerms& layer : waterfall->layers) {
    if (layer.kind != dm::LayerKind::defaulter_contribution || layer.fund.empty()) continue;
    const Amount own =
        dm::contribution_of(funds, *funds.funds.find(layer.fund), state.ledger, owner);
    stakes += std::min(own, layer.cap.value_or(Amount::max())).units();
  }
  return stakes;
}

Result<std::map<base::OwnerId, std::string>> groups_of(const AdequacyQuestion& question) {
  if (question.affiliates.size() > kAffiliateGroupsMax)
    return base::malformed("affiliates", std::to_string(question.affiliates.size()),
                           "at most 10,000 groups");
  std::map<base::OwnerId, std::string> groups;
  std::set<std::string> names;
  for (const Affiliates& each : question.affiliates) {
    if (each.group.empty() || each.group.size() > 64 || !names.insert(each.group).second)
      return base::malformed("affiliates.group", each.group,
                             "must be a name of 1 to 64 bytes, once");
    for (const base::OwnerId owner : each.owners)
      if (!groups.emplace(owner, each.group).second)
        return base::malformed("affiliates.owners", base::to_text(owner.value()),
                               "an owner is in one group only");
  }
  return groups;
}

Result<std::vector<const margin::PoolMargin*>> settings_of(const margin::State& state,
                                                           const AdequacyQuestion& question) {
  std::vector<const margin::PoolMargin*> found;
  if (!question.pool.is_none()) {
    const margin::PoolMargin* setting = state.pools.find(question.pool);
    if (setting == nullptr)
      return base::malformed("pool", base::to_text(u128{question.pool.value()}),
                             "must be a pool under margin", "cofferdam margin set-pool");
    found.push_back(setting);
    return found;
  }
  state.pools.each([&](const margin::PoolMargin& row) {
    if (row.rulebook == question.rulebook) found.push_back(&row);
  });
  return found;
}

// A group's part of a scenario.
struct GroupShort {
  std::string name;
  u128 need = 0;  // beyond own stakes
  u128 shortfall = 0;
  std::vector<std::pair<u128, const StressedAccount*>> accounts;
};

std::vector<GroupShort> groups_short(const StressedPools& pools, std::size_t scenario,
                                     std::uint64_t multiple) {
  std::map<std::string_view, GroupShort> by_name;
  for (const StressedAccount& account : pools.accounts) {
    const u128 lacks = pools.shortfall(account, scenario, multiple);
    if (lacks == 0) continue;
    GroupShort& group = by_name[account.group];
    group.name = account.group;
    group.shortfall += lacks;
    group.need += lacks > account.own ? lacks - account.own : 0;
    group.accounts.emplace_back(lacks, &account);
  }
  std::vector<GroupShort> groups;
  for (auto& [name, group] : by_name) {
    std::ranges::stable_sort(group.accounts,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
    groups.push_back(std::move(group));
  }
  std::ranges::stable_sort(groups, [](const GroupShort& a, const GroupShort& b) {
    return a.need != b.need ? a.need > b.need : a.shortfall > b.shortfall;
  });
  return groups;
}

const margin::PoolMargin& setting_in(const StressedPools& pools, base::PoolId pool) {
  return **std::ranges::find_if(
      pools.pools, [&](const margin::PoolMargin* setting) { return setting->pool == pool; });
}

// Whether some pool is left with something that nobody pays, all defaulting.
Result<bool> breaks(const AdequacyBooks& books, const StressedPools& pools, std::size_t scenario,
                    std::uint64_t multiple) {
  LayersInTurn layers(books);
  for (const GroupShort& group : groups_short(pools, scenario, multiple))
    for (const auto& [lacks, account] : group.accounts) {
      const margin::Account& who = account->found.account;
      const auto charge = layers.charge(setting_in(pools, who.pool), who.owner, lacks);
      if (!charge) return std::unexpected(charge.error());
      if (charge->uncovered != 0) return true;
    }
  return false;
}

// By pool, with the layers that were asked there.
std::vector<Unpaid> unpaid_of(const std::map<base::PoolId, Unpaid>& short_in,
                              const std::vector<Payer>& payers) {
  std::vector<Unpaid> found;
  for (const auto& [pool, one] : short_in) {
    if (one.unpaid.is_zero()) continue;
    found.push_back(one);
    for (const Payer& payer : payers)
      if (payer.pool == pool) found.back().layers.push_back(payer.layer);
  }
  return found;
}

}  // namespace

std::uint64_t StressedPools::unknown() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(accounts, [](const StressedAccount& account) {
        return account.found.basis != margin::Basis::complete;
      }));
}

const StressedAccount* StressedPools::first_unknown() const {
  const auto found = std::ranges::find_if(accounts, [](const StressedAccount& account) {
    return account.found.basis != margin::Basis::complete;
  });
  return found == accounts.end() ? nullptr : &*found;
}

u128 StressedPools::shortfall(const StressedAccount& account, std::size_t scenario,
                              std::uint64_t multiple) const {
  i128 change = account.found.changes[scenario].units();
  if (multiple != kOne)
    change = base::try_mul_div<base::Rounding::floor>(change, static_cast<i128>(multiple),
                                                      static_cast<i128>(kOne))
                 .value_or(change < 0 ? -kOutOfSight : kOutOfSight);
  const i128 cost = close_out ? static_cast<i128>(account.found.closing.units()) : 0;
  // Each is far below 2^126.
  const i128 left = account.found.equity.units() + change - cost;
  return left < 0 ? base::magnitude(left) : 0;
}

Result<StressedPools> stressed_pools(const AdequacyBooks& books, const AdequacyQuestion& question) {
  const engine::State& s = books.state;
  const auto groups = groups_of(question);
  if (!groups) return std::unexpected(groups.error());
  auto settings = settings_of(s.margin, question);
  if (!settings) return std::unexpected(settings.error());
  StressedPools found{.pools = *std::move(settings), .close_out = question.close_out};
  if (found.pools.empty())
    return base::malformed("rulebook", base::to_text(u128{question.rulebook.value()}),
                           "must be one that pools count by");
  found.asset = found.pools.front()->asset;
  const margin::RulebookId id =
      question.rulebook.is_none() ? found.pools.front()->rulebook : question.rulebook;
  found.rulebook = s.margin.rulebooks.find(id);
  if (found.rulebook == nullptr)
    return base::malformed("rulebook", "", "the pool counts by tiers alone: there are no scenarios",
                           "name a rulebook whose grids are published");
  if (found.rulebook->asset != found.asset)
    return base::malformed("rulebook", found.rulebook->code,
                           "must count in the asset of the pool's margin");
  for (std::size_t i = 0; i < found.rulebook->scenarios; ++i)
    found.scenarios.push_back(found.rulebook->names.empty() ? std::to_string(i + 1)
                                                            : found.rulebook->names[i]);
  const margin::Books margin_books{s.margin, s.market, s.terms, s.ledger, s.fact, books.now};
  LayersInTurn layers(books);
  u128 money = 0;
  for (const margin::PoolMargin* setting : found.pools) {
    for (margin::ScenarioEquity& each :
         margin::scenario_equities(margin_books, *setting, *found.rulebook)) {
      if (each.outside) {
        found.outside.push_back(std::move(each));
        continue;
      }
      const base::OwnerId owner = each.account.owner;
      const auto group = groups->find(owner);
      const std::string name = base::to_text(owner.value());
      found.accounts.push_back({.found = std::move(each),
                                .name = pool_code(s, setting->pool) + "/" + name,
                                .group = group == groups->end() ? name : group->second,
                                .own = stakes_of(s, *setting, owner)});
    }
    const Result<u128> left = layers.exhaust(*setting);
    if (!left) return std::unexpected(left.error());
    money += *left;
  }
  found.layers = Amount(money);
  return found;
}

std::vector<margin::RulebookId> rulebooks_in_use(const engine::State& state) {
  std::set<margin::RulebookId> found;
  state.margin.pools.each([&](const margin::PoolMargin& row) {
    if (!row.rulebook.is_none()) found.insert(row.rulebook);
  });
  return {found.begin(), found.end()};
}

Result<CoverFinding> cover_in(const AdequacyBooks& books, const StressedPools& pools,
                              std::size_t scenario, std::size_t count, std::uint64_t multiple) {
  std::vector<GroupShort> groups = groups_short(pools, scenario, multiple);
  if (groups.size() > count) groups.resize(count);
  CoverFinding found{.scenario = scenario};
  LayersInTurn layers(books);
  u128 need = 0, uncovered = 0;
  std::map<base::PoolId, Unpaid> short_in;
  for (GroupShort& group : groups) {
    if (found.defaulters.size() < kNamedMax)
      found.defaulters.push_back({group.name, Amount(group.shortfall)});
    for (const auto& [lacks, account] : group.accounts) {
      const margin::Account& who = account->found.account;
      const auto charge = layers.charge(setting_in(pools, who.pool), who.owner, lacks);
      if (!charge) return std::unexpected(charge.error());
      need += lacks > account->own ? lacks - account->own : 0;
      uncovered += charge->uncovered;
      Unpaid& here = short_in[who.pool];
      here.pool = who.pool;
      here.unpaid += Amount(charge->uncovered);
      if (here.owners.size() < kNamedMax) here.owners.push_back(who.owner);
      ++found.accounts_short;
    }
  }
  found.payers = layers.payers();
  found.unpaid = unpaid_of(short_in, found.payers);
  u128 left = 0;
  for (const margin::PoolMargin* setting : pools.pools) {
    const Result<u128> more = layers.exhaust(*setting);
    if (!more) return std::unexpected(more.error());
    left += *more;
  }
  found.need = Amount(need);
  found.available = Amount(need + left > uncovered ? need + left - uncovered : 0);
  found.uncovered = Amount(uncovered);
  found.surplus = SignedAmount(static_cast<i128>(left) - static_cast<i128>(uncovered));
  return found;
}

Result<std::vector<CoverFinding>> covers(const AdequacyBooks& books, const StressedPools& pools) {
  std::vector<CoverFinding> found;
  for (const auto& [name, count] : {std::pair{"1", std::size_t{1}}, std::pair{"2", std::size_t{2}},
                                    std::pair{"all", pools.accounts.size()}}) {
    CoverFinding worst;
    bool is_first = true;
    const bool is_all = count > 2;
    std::size_t greatest = 0;
    u128 most = 0;
    std::size_t charges = 0;
    for (std::size_t s = 0; is_all && s < pools.scenarios.size(); ++s) {
      u128 need = 0;
      for (const GroupShort& group : groups_short(pools, s, kOne)) {
        need += group.need;
        charges += group.accounts.size();
      }
      if (need > most) most = need, greatest = s;
    }
    for (std::size_t s = 0; s < pools.scenarios.size(); ++s) {
      if (charges > kChargesMax && s != greatest) continue;
      Result<CoverFinding> one = cover_in(books, pools, s, count);
      if (!one) return std::unexpected(one.error());
      // What one pool leaves unpaid another pool's money does not make up for.
      const bool is_worse = one->is_covered() != worst.is_covered() ? !one->is_covered()
                                                                    : one->surplus < worst.surplus;
      if (is_first || is_worse) worst = *std::move(one);
      is_first = false;
    }
    worst.cover = name;
    found.push_back(std::move(worst));
  }
  return found;
}

Result<std::vector<BreakingPoint>> breaking_points(const AdequacyBooks& books,
                                                   const StressedPools& pools) {
  std::vector<BreakingPoint> found;
  for (std::size_t s = 0; s < pools.scenarios.size(); ++s) {
    const Result<bool> now = breaks(books, pools, s, 0);
    const Result<bool> far = breaks(books, pools, s, kMultipleMax);
    if (!now || !far) return std::unexpected(now ? far.error() : now.error());
    BreakingPoint point{.scenario = s, .exists = *now || *far};
    if (!*now && *far) {
      // Of what is lacked, convex in the multiple, there is one such point. Where some accounts
      // recover while others fail there may be more; this is one of them all the same.
      std::uint64_t holds = 0, fails = kMultipleMax;
      while (fails - holds > 1) {
        const std::uint64_t middle = holds + (fails - holds) / 2;
        const Result<bool> there = breaks(books, pools, s, middle);
        if (!there) return std::unexpected(there.error());
        (*there ? fails : holds) = middle;
      }
      point.multiple = fails;
    }
    if (point.exists) {
      Result<CoverFinding> there = cover_in(books, pools, s, pools.accounts.size(), point.multiple);
      if (!there) return std::unexpected(there.error());
      point.finding = *std::move(there);
    }
    found.push_back(std::move(point));
  }
  std::ranges::stable_sort(found, [](const BreakingPoint& a, const BreakingPoint& b) {
    if (a.exists != b.exists) return a.exists;
    return a.multiple < b.multiple;
  });
  return found;
}

}  // namespace cofferdam::operation
