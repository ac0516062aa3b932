// SPDX-License-Identifier: Apache-2.0
//
// Queries of margin: what an account has and must have, in which mode and why; what a trade that
// has not happened would do to it; settings, schedules, grids and reservations.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/market/value.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

struct OwnerParameters {
  base::PoolId pool;
  base::OwnerId owner;
  std::optional<margin::Mode> mode;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("mode", self.mode, "isolated, cross or portfolio; left out: the pool's own");
  }
};

template <>
struct FieldForms<OwnerParameters> {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "owner"};
};

struct WhatIfParameters {
  base::PoolId pool;
  base::OwnerId owner;
  base::ContractId contract;
  margin::OrderSide side = margin::OrderSide::buy;
  base::Quantity quantity;
  base::Price price;
  base::SignedAmount fee;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("contract", self.contract, "the contract");
    visit("side", self.side, "buy or sell");
    visit("quantity", self.quantity, "of the trade that has not happened");
    visit("price", self.price, "at which; 0: at the mark");
    visit("fee", self.fee, "in the settlement asset; negative is a rebate");
  }
};

template <>
struct FieldForms<WhatIfParameters> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "owner", "contract", "side",
                                                             "quantity"};
};

namespace {

margin::Books books_of(const View& view) {
  const engine::State& s = view.state;
  return {s.margin, s.market, s.terms, s.ledger, s.fact, view.time};
}

std::string scenario_name(const View& view, const margin::Assessment& found, base::PoolId pool) {
  if (found.scenario < 0) return {};
  const margin::PoolMargin& setting = *view.state.margin.pools.find(pool);
  const margin::Rulebook& rulebook = *view.state.margin.rulebooks.find(setting.rulebook);
  const auto at = static_cast<std::size_t>(found.scenario);
  return rulebook.names.empty() ? std::to_string(found.scenario + 1) : rulebook.names[at];
}

struct AccountMargin {
  base::PoolId pool;
  base::OwnerId owner;
  base::AssetId asset;
  margin::Mode mode = margin::Mode::cross;
  margin::Health health = margin::Health::healthy;
  margin::Basis basis = margin::Basis::complete;
  base::ContractId culprit;
  base::SignedAmount equity;
  base::SignedAmount backing;
  base::Amount initial;
  base::Amount orders;
  base::Amount maintenance;
  base::SignedAmount free;
  base::SignedAmount withdrawable;
  base::SignedAmount distance;
  std::optional<std::int64_t> distance_ppm;
  std::string scenario;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "what margin is counted in");
    visit("mode", self.mode, "isolated, cross or portfolio");
    visit("health", self.health, "as recorded: healthy, margin_call or liquidatable");
    visit("basis", self.basis, "complete, or what is missing for a full answer");
    visit("culprit", self.culprit, "the contract that is not complete");
    visit("equity", self.equity, "haircut collateral and unsettled profit and loss");
    visit("backing", self.backing, "the part of it that backs risk");
    visit("initial", self.initial, "initial requirement of the positions");
    visit("orders", self.orders, "what open orders add to it, at their worst");
    visit("maintenance", self.maintenance, "maintenance requirement of the positions");
    visit("free", self.free, "what backs risk, less the initial requirement with orders");
    visit("withdrawable", self.withdrawable, "the same without unsettled profit");
    visit("distance", self.distance, "to liquidation: equity less maintenance");
    visit("distance_ppm", self.distance_ppm, "the same in parts in a million of the equity");
    visit("scenario", self.scenario, "the scenario that binds, where one does");
  }
};

AccountMargin account_row(const View& view, const margin::Account& account,
                          const margin::Assessment& found) {
  AccountMargin row{.pool = account.pool,
                    .owner = account.owner,
                    .asset = found.asset,
                    .mode = found.mode,
                    .health = margin::health_of(view.state.margin, account),
                    .basis = found.basis,
                    .culprit = found.culprit,
                    .equity = found.equity,
                    .backing = found.backing,
                    .initial = found.initial,
                    .orders = found.orders,
                    .maintenance = found.maintenance,
                    .free = found.free(),
                    .withdrawable = found.withdrawable(),
                    .scenario = scenario_name(view, found, account.pool)};
  row.distance =
      base::SignedAmount(found.equity.units() - static_cast<base::i128>(found.maintenance.units()));
  if (found.equity.units() > 0 && !found.maintenance.is_zero())
    row.distance_ppm = static_cast<std::int64_t>(
        base::try_mul_div<base::Rounding::floor>(row.distance.units(), base::i128{1'000'000},
                                                 found.equity.units())
            .value_or(0));
  return row;
}

Result<margin::Mode> mode_of(const View& view, const OwnerParameters& parameters) {
  const margin::PoolMargin* setting = view.state.margin.pools.find(parameters.pool);
  if (setting == nullptr) return not_found("margin of pool", parameters.pool.value());
  return parameters.mode.value_or(setting->mode);
}

Result<Listing> account(const View& view, const OwnerParameters& parameters) {
  const Result<margin::Mode> mode = mode_of(view, parameters);
  if (!mode) return std::unexpected(mode.error());
  const margin::Account key{parameters.pool, parameters.owner};
  return single(account_row(view, key, margin::explain(books_of(view), key, *mode).total),
                view.codec);
}

Result<Listing> modes(const View& view, const OwnerParameters& parameters) {
  const Result<margin::Mode> mode = mode_of(view, parameters);
  if (!mode) return std::unexpected(mode.error());
  const margin::Account key{parameters.pool, parameters.owner};
  Listing listing = listing_of<AccountMargin>();
  for (const auto each : {margin::Mode::isolated, margin::Mode::cross, margin::Mode::portfolio})
    listing.rows.push_back(to_json(
        account_row(view, key, margin::explain(books_of(view), key, each).total), view.codec));
  return listing;
}

struct PositionMargin {
  base::ContractId contract;
  base::AssetId asset;
  base::Quantity position;
  base::Quantity buys;
  base::Quantity sells;
  std::optional<base::Price> mark;
  base::SignedAmount unsettled;
  base::Amount initial;
  base::Amount maintenance;
  base::SignedAmount contribution;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("asset", self.asset, "what the amounts count");
    visit("position", self.position, "long is positive");
    visit("buys", self.buys, "open buy orders");
    visit("sells", self.sells, "open sell orders");
    visit("mark", self.mark, "what it is valued at; null: nothing");
    visit("unsettled", self.unsettled, "profit and loss at the mark, rounded down");
    visit("initial", self.initial, "initial requirement of this contract alone");
    visit("maintenance", self.maintenance, "maintenance requirement of this contract alone");
    visit("contribution", self.contribution,
          "what it loses in the account's binding scenario; negative: it gains and offsets");
  }
};

Result<Listing> positions(const View& view, const OwnerParameters& parameters) {
  const Result<margin::Mode> mode = mode_of(view, parameters);
  if (!mode) return std::unexpected(mode.error());
  const auto found = margin::explain(books_of(view), {parameters.pool, parameters.owner}, *mode);
  Listing listing = listing_of<PositionMargin>();
  for (const margin::Line& line : found.lines)
    listing.rows.push_back(to_json(PositionMargin{.contract = line.contract,
                                                  .asset = found.total.asset,
                                                  .position = line.position,
                                                  .buys = line.buys,
                                                  .sells = line.sells,
                                                  .mark = line.mark,
                                                  .unsettled = line.unsettled,
                                                  .initial = line.initial,
                                                  .maintenance = line.maintenance,
                                                  .contribution = line.contribution},
                                   view.codec));
  return listing;
}

struct CollateralValue {
  base::AssetId asset;
  base::Amount held;
  base::Amount counted;
  std::uint32_t haircut_ppm = 0;
  std::string value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "the asset");
    visit("held", self.held, "booked and not held for outgoing transfers");
    visit("counted", self.counted, "what the cap leaves of it");
    visit("haircut_ppm", self.haircut_ppm, "part of its value that does not count now");
    visit("value", self.value,
          "of it and of what is unsettled in the asset, in the pool's margin asset");
  }
};

Result<Listing> collateral(const View& view, const OwnerParameters& parameters) {
  const Result<margin::Mode> mode = mode_of(view, parameters);
  if (!mode) return std::unexpected(mode.error());
  const auto found = margin::explain(books_of(view), {parameters.pool, parameters.owner}, *mode);
  Listing listing = listing_of<CollateralValue>();
  const unsigned scale = view.codec.names.scale_of(found.total.asset).value_or(0);
  for (const margin::CollateralLine& line : found.collateral)
    listing.rows.push_back(
        to_json(CollateralValue{.asset = line.asset,
                                .held = line.held,
                                .counted = line.counted,
                                .haircut_ppm = line.haircut_ppm,
                                .value = base::format_decimal(line.value, scale)},
                view.codec));
  return listing;
}

struct WhatIf {
  margin::Cover verdict = margin::Cover::ok;
  margin::Basis basis = margin::Basis::complete;
  base::AssetId asset;
  base::SignedAmount equity_before;
  base::SignedAmount equity_after;
  base::Amount initial_before;
  base::Amount initial_after;
  base::Amount maintenance_before;
  base::Amount maintenance_after;
  base::SignedAmount free_before;
  base::SignedAmount free_after;
  std::string scenario_before;
  std::string scenario_after;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("verdict", self.verdict, "ok, unknown or insufficient: what the trade would meet");
    visit("basis", self.basis, "complete, or what is missing for a full answer");
    visit("asset", self.asset, "what the amounts count");
    visit("equity_before", self.equity_before, "equity now");
    visit("equity_after", self.equity_after, "equity after the trade");
    visit("initial_before", self.initial_before, "initial requirement with open orders now");
    visit("initial_after", self.initial_after, "the same after the trade");
    visit("maintenance_before", self.maintenance_before, "maintenance requirement now");
    visit("maintenance_after", self.maintenance_after, "the same after the trade");
    visit("free_before", self.free_before, "free now");
    visit("free_after", self.free_after, "free after the trade");
    visit("scenario_before", self.scenario_before, "the scenario that binds now");
    visit("scenario_after", self.scenario_after, "the scenario that would bind");
  }
};

Result<margin::Change> change_of(const View& view, const WhatIfParameters& parameters) {
  const market::State& market = view.state.market;
  const market::Contract* contract = market.contracts.find(parameters.contract);
  if (contract == nullptr) return not_found("contract", parameters.contract.value());
  base::Price price = parameters.price;
  if (price.is_zero()) {
    const market::Mark* mark = market.marks.find(parameters.contract);
    if (mark == nullptr) return not_found("mark of contract", parameters.contract.value());
    price = mark->price;
  }
  const auto value = market::trade_value(*contract, price, parameters.quantity);
  if (!value)
    return std::unexpected(base::malformed("quantity", base::to_text(parameters.quantity.value()),
                                           "the trade is worth something, less than 2^120 units",
                                           "give a positive quantity and price"));
  const int sign = parameters.side == margin::OrderSide::buy ? 1 : -1;
  return margin::Change{
      .contract = contract->id,
      .position = sign * parameters.quantity.value(),
      .open_value = -sign * market::long_sign(contract->kind) * static_cast<base::i128>(*value),
      .cash = -parameters.fee.units()};
}

Result<Listing> what_if(const View& view, const WhatIfParameters& parameters) {
  if (view.state.margin.pools.find(parameters.pool) == nullptr)
    return not_found("margin of pool", parameters.pool.value());
  const Result<margin::Change> change = change_of(view, parameters);
  if (!change) return std::unexpected(change.error());
  const margin::Books books = books_of(view);
  const margin::Account key{parameters.pool, parameters.owner};
  const margin::Assessment before = margin::assess(books, key);
  const margin::Assessment after = margin::assess(books, key, *change);
  const auto with_orders = [](const margin::Assessment& found) {
    return found.initial + found.orders;
  };
  return single(WhatIf{.verdict = margin::cover(books, key, *change),
                       .basis = after.basis,
                       .asset = after.asset,
                       .equity_before = before.equity,
                       .equity_after = after.equity,
                       .initial_before = with_orders(before),
                       .initial_after = with_orders(after),
                       .maintenance_before = before.maintenance,
                       .maintenance_after = after.maintenance,
                       .free_before = before.free(),
                       .free_after = after.free(),
                       .scenario_before = scenario_name(view, before, parameters.pool),
                       .scenario_after = scenario_name(view, after, parameters.pool)},
                view.codec);
}

struct StandingFilter {
  base::PoolId pool;
  std::optional<margin::Health> health;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only in this pool");
    visit("health", self.health, "only in this state");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> standings(const View& view, const StandingFilter& filter) {
  return page_of_table<margin::Standing>(
      view, view.state.margin.standings, filter.page,
      [&](const margin::Standing& row) {
        return (filter.pool.is_none() || row.account.pool == filter.pool) &&
               (!filter.health || row.health == *filter.health);
      },
      kItself);
}

Result<Listing> pools(const View& view, const PageParameters& page) {
  return page_of_table<margin::PoolMargin>(view, view.state.margin.pools, page, kAll, kItself);
}

Result<Listing> schedule(const View& view, const PageParameters& page) {
  return page_of_table<margin::Collateral>(view, view.state.margin.collateral, page, kAll, kItself);
}

Result<Listing> tiers(const View& view, const PageParameters& page) {
  return page_of_table<margin::Tiers>(view, view.state.margin.tiers, page, kAll, kItself);
}

Result<Listing> rulebooks(const View& view, const PageParameters& page) {
  return page_of_table<margin::Rulebook>(view, view.state.margin.rulebooks, page, kAll, kItself);
}

Result<Listing> grids(const View& view, const PageParameters& page) {
  return page_of_table<margin::Grid>(view, view.state.margin.grids, page, kAll, kItself);
}

Result<Listing> orders(const View& view, const PageParameters& page) {
  return page_of_table<margin::Reservation>(view, view.state.margin.reservations, page, kAll,
                                            kItself);
}

}  // namespace

void register_margin_queries(Registry& registry) {
  add_query<OwnerParameters, AccountMargin>(
      registry, "margin.account", "What an account has and must have, and what is free.", &account);
  add_query<OwnerParameters, AccountMargin>(
      registry, "margin.modes", "The same account in the three modes side by side.", &modes);
  add_query<OwnerParameters, PositionMargin>(
      registry, "margin.positions", "What each contract asks, and adds to the binding scenario.",
      &positions);
  add_query<OwnerParameters, CollateralValue>(
      registry, "margin.collateral", "What each asset of an account counts for.", &collateral);
  add_query<WhatIfParameters, WhatIf>(registry, "margin.what-if",
                                      "What a trade that has not happened would do to an account.",
                                      &what_if);
  add_query<StandingFilter, margin::Standing>(
      registry, "margin.calls", "Accounts in a margin call or liquidatable.", &standings);
  add_query<PageParameters, margin::PoolMargin>(
      registry, "margin.pools", "Pools under margin, with counts of calls.", &pools);
  add_query<PageParameters, margin::Collateral>(registry, "margin.schedule",
                                                "What assets count for as collateral.", &schedule);
  add_query<PageParameters, margin::Tiers>(registry, "margin.tiers",
                                           "Margin of contracts as parts of the notional.", &tiers);
  add_query<PageParameters, margin::Rulebook>(
      registry, "margin.rulebooks", "Sets of scenarios and the bounds of their grids.", &rulebooks);
  add_query<PageParameters, margin::Grid>(registry, "margin.grids",
                                          "The grids in force, with their entries.", &grids);
  add_query<PageParameters, margin::Reservation>(registry, "order.list",
                                                 "Open orders that margin is kept for.", &orders);
}

}  // namespace cofferdam::operation
