// SPDX-License-Identifier: Apache-2.0
//
// Queries of live adequacy: cover 1, 2 and all from the books, scenario by scenario, who is short
// in one of them, who would pay, and what breaks a pool.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/value.h"
#include "cofferdam/operation/adequacy.h"
#include "cofferdam/operation/queries.h"

#include <algorithm>
#include <set>

namespace cofferdam::operation {

struct AdequacyParameters {
  base::PoolId pool;
  margin::RulebookId rulebook;
  std::vector<Affiliates> affiliates;
  bool close_out = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment; none: each, and all under one rulebook together");
    visit("rulebook", self.rulebook, "whose scenarios; none: the pool's own");
    visit("affiliates", self.affiliates,
          "groups of owners under one control: [{\"group\": NAME, \"owners\": [ID, ...]}, ...]");
    visit("close_out", self.close_out,
          "closing costs the grids' maintenance add-ons, on top of the scenario");
  }
};

struct ScenarioParameters {
  base::PoolId pool;
  margin::RulebookId rulebook;
  std::vector<Affiliates> affiliates;
  bool close_out = false;
  std::string scenario;
  PageParameters page;

  static constexpr std::array<std::string_view, 1> kRequired{"pool"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("rulebook", self.rulebook, "whose scenarios; none: the pool's own");
    visit("affiliates", self.affiliates, "groups of owners under one control");
    visit("close_out", self.close_out, "closing costs the grids' maintenance add-ons");
    visit("scenario", self.scenario,
          "name or number from 1; none: the one with the least surplus for cover all");
    PageParameters::fields(self.page, visit);
  }
};

namespace {

AdequacyBooks books_of(const View& view) {
  return {view.state, view.time};
}

AdequacyQuestion question_of(const AdequacyParameters& p) {
  return {
      .pool = p.pool, .rulebook = p.rulebook, .affiliates = p.affiliates, .close_out = p.close_out};
}

struct CoverRow {
  base::PoolId pool;
  base::AssetId asset;
  margin::RulebookId rulebook;
  std::string cover;
  bool is_covered = false;
  std::string scenario;
  base::Amount need;
  base::Amount available;
  base::SignedAmount surplus;
  base::Amount uncovered;
  std::uint64_t accounts = 0;
  std::uint64_t accounts_short = 0;
  std::uint64_t unknown = 0;
  margin::Basis basis = margin::Basis::complete;
  base::ContractId culprit;
  std::vector<Defaulter> defaulters;
  std::vector<Payer> payers;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment; none: all under the rulebook, each within its wall");
    visit("asset", self.asset, "what is counted");
    visit("rulebook", self.rulebook, "whose scenarios");
    visit("cover", self.cover, "1, 2 or all: how many groups default at once");
    visit("is_covered", self.is_covered, "in every scenario nobody is left unpaid");
    visit("scenario", self.scenario, "the one with the least surplus");
    visit("need", self.need, "what the defaulters lack there beyond their own stakes");
    visit("available", self.available, "need and surplus: what the layers have for it");
    visit("surplus", self.surplus, "what they could still give, less what nobody pays");
    visit("uncovered", self.uncovered, "what no layer pays: deleveraging and haircuts would");
    visit("accounts", self.accounts, "that were looked at");
    visit("accounts_short", self.accounts_short, "that default there");
    visit("unknown", self.unknown, "accounts whose figures are not complete");
    visit("basis", self.basis, "what the first of them lacks");
    visit("culprit", self.culprit, "and of which contract");
    visit("defaulters", self.defaulters, "largest need first; at most 100");
    visit("payers", self.payers, "layers that are charged there");
  }
};

Result<void> add_covers(const View& view, const StressedPools& pools, base::PoolId pool,
                        Listing& listing) {
  const auto found = covers(books_of(view), pools);
  if (!found) return std::unexpected(found.error());
  const StressedAccount* unknown = pools.first_unknown();
  for (const CoverFinding& each : *found) {
    CoverRow row{.pool = pool,
                 .asset = pools.asset,
                 .rulebook = pools.rulebook->id,
                 .cover = each.cover,
                 .is_covered = each.is_covered(),
                 .scenario = pools.scenarios[each.scenario],
                 .need = each.need,
                 .available = each.available,
                 .surplus = each.surplus,
                 .uncovered = each.uncovered,
                 .accounts = pools.accounts.size(),
                 .accounts_short = each.accounts_short,
                 .unknown = pools.unknown(),
                 .defaulters = each.defaulters,
                 .payers = each.payers};
    if (unknown != nullptr) {
      row.basis = unknown->found.basis;
      row.culprit = unknown->found.culprit;
    }
    listing.rows.push_back(to_json(row, view.codec));
  }
  return {};
}

// Asks of one pool, or of each under a rulebook and, where there are several, of all together.
template <class Add>
Result<void> for_each_question(const View& view, const AdequacyParameters& parameters,
                               const Add& add) {
  if (!parameters.pool.is_none()) return add(question_of(parameters));
  std::vector<margin::RulebookId> rulebooks = rulebooks_in_use(view.state);
  if (!parameters.rulebook.is_none()) rulebooks = {parameters.rulebook};
  for (const margin::RulebookId rulebook : rulebooks) {
    AdequacyQuestion question = question_of(parameters);
    question.rulebook = rulebook;
    std::vector<base::PoolId> pools;
    view.state.margin.pools.each([&](const margin::PoolMargin& row) {
      if (row.rulebook == rulebook) pools.push_back(row.pool);
    });
    if (pools.size() != 1) pools.emplace_back();
    for (const base::PoolId pool : pools) {
      question.pool = pool;
      if (auto done = add(question); !done) return done;
    }
  }
  return {};
}

Result<Listing> show(const View& view, const AdequacyParameters& parameters) {
  Listing listing = listing_of<CoverRow>();
  const auto done =
      for_each_question(view, parameters, [&](const AdequacyQuestion& question) -> Result<void> {
        const auto pools = stressed_pools(books_of(view), question);
        if (!pools) return std::unexpected(pools.error());
        return add_covers(view, *pools, question.pool, listing);
      });
  if (!done) return std::unexpected(done.error());
  return listing;
}

struct ScenarioRow {
  base::AssetId asset;
  std::string scenario;
  bool is_covered = false;
  base::Amount positive;
  base::Amount shortfall;
  std::uint64_t accounts_short = 0;
  base::Amount need_1;
  base::Amount need_2;
  base::Amount need_all;
  base::Amount available;
  base::SignedAmount surplus;
  base::Amount uncovered;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what is counted");
    visit("scenario", self.scenario, "its name");
    visit("is_covered", self.is_covered, "nobody is left unpaid, whoever is short");
    visit("positive", self.positive, "equity of accounts that have some left");
    visit("shortfall", self.shortfall, "what the others lack");
    visit("accounts_short", self.accounts_short, "how many");
    visit("need_1", self.need_1, "beyond own stakes: of the one group that lacks most");
    visit("need_2", self.need_2, "of the two");
    visit("need_all", self.need_all, "of all");
    visit("available", self.available, "need and surplus, all defaulting");
    visit("surplus", self.surplus, "what they could still give, less what nobody pays");
    visit("uncovered", self.uncovered, "what no layer pays");
  }
};

Result<Listing> scenarios(const View& view, const AdequacyParameters& parameters) {
  const auto pools = stressed_pools(books_of(view), question_of(parameters));
  if (!pools) return std::unexpected(pools.error());
  Listing listing = listing_of<ScenarioRow>();
  for (std::size_t s = 0; s < pools->scenarios.size(); ++s) {
    ScenarioRow row{.asset = pools->asset, .scenario = pools->scenarios[s]};
    base::u128 positive = 0, lacks = 0;
    for (const StressedAccount& account : pools->accounts) {
      const base::u128 one = pools->shortfall(account, s);
      lacks += one;
      const base::i128 left =
          account.found.equity.units() + account.found.changes[s].units() -
          (pools->close_out ? static_cast<base::i128>(account.found.closing.units()) : 0);
      if (left > 0) positive += static_cast<base::u128>(left);
    }
    row.positive = base::Amount(positive);
    row.shortfall = base::Amount(lacks);
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, pools->accounts.size()}) {
      const auto found = cover_in(books_of(view), *pools, s, count);
      if (!found) return std::unexpected(found.error());
      (count == 1 ? row.need_1 : count == 2 ? row.need_2 : row.need_all) = found->need;
      if (count < 3 && count != pools->accounts.size()) continue;
      row.need_all = found->need;
      row.available = found->available;
      row.surplus = found->surplus;
      row.uncovered = found->uncovered;
      row.accounts_short = found->accounts_short;
      row.is_covered = found->is_covered();
    }
    listing.rows.push_back(to_json(row, view.codec));
  }
  return listing;
}

Result<std::size_t> scenario_of(const View& view, const StressedPools& pools,
                                const std::string& name) {
  if (name.empty()) {
    const auto found = covers(books_of(view), pools);
    if (!found) return std::unexpected(found.error());
    return found->back().scenario;
  }
  const auto known = std::ranges::find(pools.scenarios, name);
  if (known != pools.scenarios.end())
    return static_cast<std::size_t>(known - pools.scenarios.begin());
  const Result<std::uint64_t> number = base::parse_u64(name, "scenario");
  if (number && *number >= 1 && *number <= pools.scenarios.size())
    return static_cast<std::size_t>(*number - 1);
  return base::malformed("scenario", name,
                         "must be the name of a scenario of the rulebook, or its number from 1");
}

struct StressedRow {
  base::PoolId pool;
  base::OwnerId owner;
  base::AssetId asset;
  std::string group;
  std::string scenario;
  base::SignedAmount equity;
  base::SignedAmount change;
  base::Amount closing;
  base::SignedAmount left;
  base::Amount shortfall;
  base::Amount own;
  margin::Basis basis = margin::Basis::complete;
  base::ContractId culprit;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "what is counted");
    visit("group", self.group, "under whose control it is");
    visit("scenario", self.scenario, "its name");
    visit("equity", self.equity, "now");
    visit("change", self.change, "of its positions in the scenario");
    visit("closing", self.closing, "the grids' maintenance add-ons of its positions");
    visit("left", self.left, "equity with the change, less closing where asked for");
    visit("shortfall", self.shortfall, "what is missing to zero");
    visit("own", self.own, "its stakes that pay before the common layers");
    visit("basis", self.basis, "complete, or what is missing for a full answer");
    visit("culprit", self.culprit, "the contract that is not complete");
  }
};

Result<Listing> accounts(const View& view, const ScenarioParameters& parameters) {
  const auto pools = stressed_pools(books_of(view), {.pool = parameters.pool,
                                                     .rulebook = parameters.rulebook,
                                                     .affiliates = parameters.affiliates,
                                                     .close_out = parameters.close_out});
  if (!pools) return std::unexpected(pools.error());
  const Result<std::size_t> scenario = scenario_of(view, *pools, parameters.scenario);
  if (!scenario) return std::unexpected(scenario.error());
  const Result<std::uint64_t> start = start_of(parameters.page);
  if (!start) return std::unexpected(start.error());
  std::vector<StressedRow> rows;
  for (const StressedAccount& account : pools->accounts) {
    const margin::ScenarioEquity& found = account.found;
    StressedRow row{.pool = found.account.pool,
                    .owner = found.account.owner,
                    .asset = pools->asset,
                    .group = account.group,
                    .scenario = pools->scenarios[*scenario],
                    .equity = found.equity,
                    .change = found.changes[*scenario],
                    .closing = found.closing,
                    .shortfall = base::Amount(pools->shortfall(account, *scenario)),
                    .own = base::Amount(account.own),
                    .basis = found.basis,
                    .culprit = found.culprit};
    const base::i128 cost = pools->close_out ? static_cast<base::i128>(found.closing.units()) : 0;
    row.left = base::SignedAmount(row.equity.units() + row.change.units() - cost);
    rows.push_back(row);
  }
  std::ranges::stable_sort(rows, {}, &StressedRow::left);
  Listing listing = listing_of<StressedRow>();
  for (std::uint64_t at = *start; at < rows.size(); ++at) {
    if (listing.rows.size() == parameters.page.limit) {
      listing.next = std::to_string(at);
      break;
    }
    listing.rows.push_back(to_json(rows[at], view.codec));
  }
  return listing;
}

struct ContractMove {
  base::ContractId contract;
  std::optional<base::Price> mark;
  std::optional<std::int64_t> change_ppm;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("mark", self.mark, "now");
    visit("change_ppm", self.change_ppm,
          "of what a unit held long is worth, of its worth at the mark, in millionths; null where "
          "it settles in another asset");
  }
};

// A multiple of an entry against what a unit is worth.
std::optional<std::int64_t> change_of(const market::Contract& contract, base::u128 unit,
                                      std::int64_t entry, std::uint64_t multiple,
                                      unsigned value_scale) {
  const unsigned have = contract.value_scale;
  const base::u128 up = base::power_of_ten(have > value_scale ? have - value_scale : 0);
  const base::u128 down = base::power_of_ten(value_scale > have ? value_scale - have : 0);
  base::u128 divisor = 0;
  if (__builtin_mul_overflow(unit, down, &divisor) ||
      divisor > static_cast<base::u128>(base::kI128Max))
    return std::nullopt;
  const auto ppm = base::try_mul_div<base::Rounding::half_even>(
      base::i128{entry} * static_cast<base::i128>(multiple), static_cast<base::i128>(up),
      static_cast<base::i128>(divisor));
  if (!ppm || base::magnitude(*ppm) >= base::u128{1} << 62) return std::nullopt;
  return static_cast<std::int64_t>(*ppm);
}

struct BreakRow {
  base::PoolId pool;
  base::AssetId asset;
  std::string scenario;
  bool breaks = false;
  std::optional<std::uint64_t> multiple_ppm;
  base::Amount layers;
  base::Amount need;
  base::Amount uncovered;
  std::uint64_t accounts_short = 0;
  std::vector<Defaulter> defaulters;
  std::vector<ContractMove> moves;
  std::uint64_t unknown = 0;
  std::vector<Unpaid> unpaid;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment; none: all under the rulebook");
    visit("asset", self.asset, "what is counted");
    visit("scenario", self.scenario, "whose changes are taken in multiples");
    visit("breaks", self.breaks, "at some multiple up to a hundred");
    visit("multiple_ppm", self.multiple_ppm,
          "the least that breaks, in millionths: 1000000 is the scenario itself");
    visit("layers", self.layers, "what all layers hold now, of all pools that are asked of");
    visit("need", self.need, "what accounts lack there beyond their own stakes");
    visit("uncovered", self.uncovered, "what no layer pays there");
    visit("accounts_short", self.accounts_short, "how many accounts default there");
    visit("defaulters", self.defaulters, "who, largest need first; at most 100");
    visit("moves", self.moves, "what happens to the contracts that they hold");
    visit("unknown", self.unknown, "accounts whose figures are not complete");
    visit("unpaid", self.unpaid,
          "by pool: what is left, which layers gave, whose accounts default");
  }
};

// The move of every contract that somebody short holds.
std::vector<ContractMove> moves_at(const View& view, const StressedPools& pools,
                                   const BreakingPoint& point) {
  std::set<base::ContractId> held;
  for (const StressedAccount& account : pools.accounts)
    if (pools.shortfall(account, point.scenario, point.multiple) > 0)
      for (const margin::HeldContract& each : account.found.held) held.insert(each.contract);
  std::vector<ContractMove> moves;
  for (const base::ContractId id : held) {
    ContractMove move{.contract = id};
    const market::Contract& contract = *view.state.market.contracts.find(id);
    const market::Mark* mark = view.state.market.marks.find(id);
    const margin::Grid* grid = view.state.margin.grids.find({pools.rulebook->id, id});
    if (mark != nullptr) move.mark = mark->price;
    const auto unit = mark == nullptr ? std::nullopt : market::unit_value(contract, mark->price);
    if (unit && *unit != 0 && grid != nullptr && point.scenario < grid->entries.size() &&
        contract.settlement_asset == pools.asset)
      move.change_ppm = change_of(contract, *unit, grid->entries[point.scenario], point.multiple,
                                  pools.rulebook->value_scale);
    moves.push_back(std::move(move));
  }
  return moves;
}

Result<void> add_breaks(const View& view, const AdequacyQuestion& question, Listing& listing) {
  const auto pools = stressed_pools(books_of(view), question);
  if (!pools) return std::unexpected(pools.error());
  const auto points = breaking_points(books_of(view), *pools);
  if (!points) return std::unexpected(points.error());
  for (const BreakingPoint& point : *points) {
    BreakRow row{.pool = question.pool,
                 .asset = pools->asset,
                 .scenario = pools->scenarios[point.scenario],
                 .breaks = point.exists,
                 .layers = pools->layers,
                 .unknown = pools->unknown()};
    if (point.exists) {
      row.multiple_ppm = point.multiple;
      row.need = point.finding.need;
      row.uncovered = point.finding.uncovered;
      row.accounts_short = point.finding.accounts_short;
      row.defaulters = point.finding.defaulters;
      row.moves = moves_at(view, *pools, point);
      row.unpaid = point.finding.unpaid;
    }
    listing.rows.push_back(to_json(row, view.codec));
  }
  return {};
}

Result<Listing> reverse(const View& view, const AdequacyParameters& parameters) {
  Listing listing = listing_of<BreakRow>();
  const auto done =
      for_each_question(view, parameters, [&](const AdequacyQuestion& question) -> Result<void> {
        return add_breaks(view, question, listing);
      });
  if (!done) return std::unexpected(done.error());
  return listing;
}

}  // namespace

void register_adequacy_queries(Registry& registry) {
  add_query<AdequacyParameters, CoverRow>(
      registry, "adequacy.show",
      "Cover 1, 2 and all from the books: what is needed, what is there, who would pay.", &show);
  add_query<AdequacyParameters, ScenarioRow>(
      registry, "adequacy.scenarios",
      "Every scenario of the grids in force: what accounts lack and what the layers leave unpaid.",
      &scenarios);
  add_query<ScenarioParameters, StressedRow>(
      registry, "adequacy.accounts", "The accounts in one scenario, those with least left first.",
      &accounts);
  add_query<AdequacyParameters, BreakRow>(
      registry, "adequacy.reverse",
      "Reverse stress: the multiple of each scenario that exhausts the layers, with accounts and "
      "moves.",
      &reverse);
}

}  // namespace cofferdam::operation
