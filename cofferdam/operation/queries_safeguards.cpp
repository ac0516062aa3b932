// SPDX-License-Identifier: Apache-2.0
//
// Queries of what keeps margin steady and positions within bounds: how grids may move and how far
// they have moved, profit that may not leave yet, limits of contracts, sales of collateral.
#include "cofferdam/books/margin/hold_back.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

struct SwingParameters {
  margin::RulebookId rulebook;
  base::ContractId contract;
  std::uint32_t days = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("contract", self.contract, "the contract");
    visit("days", self.days, "the last days on which a grid was published; 0: all that are kept");
  }
};

template <>
struct FieldForms<SwingParameters> {
  static constexpr std::array<std::string_view, 2> kRequired{"rulebook", "contract"};
};

struct FreshFilter {
  base::PoolId pool;
  base::OwnerId owner;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only in this pool");
    visit("owner", self.owner, "only of this owner");
    PageParameters::fields(self.page, visit);
  }
};

namespace {

struct SwingRow {
  std::string grid;
  std::uint32_t days = 0;
  margin::Swing swing;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("grid", self.grid, "in_force, or calculated: as it would be without the safeguards");
    visit("days", self.days, "days with a publication that it was read from");
    margin::Swing::fields(self.swing, visit);
  }
};

Result<Listing> swings(const View& view, const SwingParameters& parameters) {
  const margin::Swings found = margin::swings_of(view.state.safeguards, parameters.rulebook,
                                                 parameters.contract, parameters.days);
  Listing listing = listing_of<SwingRow>();
  listing.rows.push_back(to_json(SwingRow{"in_force", found.days, found.in_force}, view.codec));
  listing.rows.push_back(to_json(SwingRow{"calculated", found.days, found.calculated}, view.codec));
  return listing;
}

Result<Listing> procyclicality(const View& view, const PageParameters& page) {
  return page_of_table<margin::Procyclicality>(view, view.state.safeguards.procyclicalities, page,
                                               kAll, kItself);
}

Result<Listing> stress_grids(const View& view, const PageParameters& page) {
  return page_of_table<margin::StressGrid>(view, view.state.safeguards.stress_grids, page, kAll,
                                           kItself);
}

Result<Listing> holds(const View& view, const PageParameters& page) {
  return page_of_table<margin::Hold>(view, view.state.safeguards.holds, page, kAll, kItself);
}

Result<Listing> maturities(const View& view, const PageParameters& page) {
  return page_of_table<margin::Maturity>(view, view.state.safeguards.maturities, page, kAll,
                                         kItself);
}

Result<Listing> maturing(const View& view, const FreshFilter& filter) {
  return page_of_table<margin::FreshProfit>(
      view, view.state.safeguards.fresh, filter.page,
      [&](const margin::FreshProfit& row) {
        return row.matures > view.time && (filter.pool.is_none() || row.pool == filter.pool) &&
               (filter.owner.is_none() || row.owner == filter.owner);
      },
      kItself);
}

Result<Listing> limits(const View& view, const PageParameters& page) {
  return page_of_table<market::Limit>(view, view.state.limits.limits, page, kAll, kItself);
}

Result<Listing> sales(const View& view, const PageParameters& page) {
  return page_of_table<default_management::CollateralSale>(view, view.state.conversions.sales, page,
                                                           kAll, kItself);
}

Result<Listing> conversions(const View& view, const PageParameters& page) {
  return page_of_table<default_management::ConversionRule>(view, view.state.conversions.rules, page,
                                                           kAll, kItself);
}

}  // namespace

void register_safeguard_queries(Registry& registry) {
  add_query<SwingParameters, SwingRow>(registry, "margin.swings",
                                       "Peak to trough and the largest five-day call of a "
                                       "contract's grids, in force and calculated.",
                                       &swings);
  add_query<PageParameters, margin::Procyclicality>(
      registry, "margin.procyclicality", "How the grids of rulebooks may move.", &procyclicality);
  add_query<PageParameters, margin::StressGrid>(
      registry, "margin.stress-grids", "Grids of periods of stress, by contract.", &stress_grids);
  add_query<PageParameters, margin::Hold>(
      registry, "margin.holds", "What was calculated last, and when the grid rose and came down.",
      &holds);
  add_query<PageParameters, margin::Maturity>(
      registry, "margin.maturities", "How long settled profit stays in pools.", &maturities);
  add_query<FreshFilter, margin::FreshProfit>(
      registry, "margin.maturing", "Settled profit that may not leave its pool yet.", &maturing);
  add_query<PageParameters, market::Limit>(
      registry, "contract.limits", "Bounds of open interest, and listings in quarantine.", &limits);
  add_query<PageParameters, default_management::CollateralSale>(
      registry, "collateral.sales", "Sales of failing accounts' collateral.", &sales);
  add_query<PageParameters, default_management::ConversionRule>(
      registry, "collateral.conversions", "Pools in which collateral is sold before a default.",
      &conversions);
}

}  // namespace cofferdam::operation
