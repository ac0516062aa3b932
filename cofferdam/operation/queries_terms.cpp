// SPDX-License-Identifier: Apache-2.0
//
// Queries over the terms of contracts: what they promise, what their prices are worth now, what
// they were funded, how they ended.
#include "cofferdam/books/market/mark_standing.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

Result<Listing> terms_list(const View& view, const PageParameters& page) {
  return page_of_table<market::Terms>(view, view.state.terms.terms, page, kAll, kItself);
}

Result<Listing> fee_list(const View& view, const PageParameters& page) {
  return page_of_table<market::FeeSchedule>(view, view.state.terms.fees, page, kAll, kItself);
}

Result<Listing> funding_list(const View& view, const PageParameters& page) {
  return page_of_table<market::Funding>(view, view.state.terms.fundings, page, kAll, kItself);
}

Result<Listing> average_list(const View& view, const PageParameters& page) {
  return page_of_table<market::IndexAverage>(view, view.state.terms.averages, page, kAll, kItself);
}

Result<Listing> closing_list(const View& view, const PageParameters& page) {
  return page_of_table<market::Closing>(view, view.state.terms.closings, page, kAll, kItself);
}

Result<Listing> reversal_list(const View& view, const PageParameters& page) {
  return page_of_table<market::TradeReversal>(view, view.state.terms.reversals, page, kAll,
                                              kItself);
}

// An index with what it reads now.
struct IndexRow {
  std::string code;
  std::uint32_t version = 0;
  std::uint8_t scale = 0;
  market::Standing standing = market::Standing::absent;
  std::optional<market::Level> value;
  std::optional<market::Level> low;
  std::optional<market::Level> high;
  std::uint8_t fresh = 0;
  std::uint8_t minimum_sources = 0;
  std::uint32_t deviation_bps_max = 0;
  std::vector<market::PriceSource> sources;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("version", self.version, "how often it was set");
    visit("scale", self.scale, "decimal digits of its value");
    visit("standing", self.standing, "fresh, stale, deviating or absent");
    visit("value", self.value, "median of the fresh sources");
    visit("low", self.low, "lowest of the fresh sources");
    visit("high", self.high, "highest of the fresh sources");
    visit("fresh", self.fresh, "fresh sources that are not the venue's own book");
    visit("minimum_sources", self.minimum_sources, "how many it needs");
    visit("deviation_bps_max", self.deviation_bps_max, "furthest that they may lie apart");
    visit("sources", self.sources, "who observes it");
  }
};

Result<Listing> index_list(const View& view, const PageParameters& page) {
  return page_of_table<IndexRow>(
      view, view.state.terms.indices, page, kAll, [&](const market::Index& index) {
        const market::IndexReading reading = market::read_index(index, view.state.fact, view.time);
        IndexRow row{.code = index.code,
                     .version = index.version,
                     .scale = index.scale,
                     .standing = reading.standing,
                     .fresh = reading.fresh,
                     .minimum_sources = index.minimum_sources,
                     .deviation_bps_max = index.deviation_bps_max,
                     .sources = index.sources};
        if (!reading.value.is_zero()) {
          row.value = reading.value;
          row.low = reading.low;
          row.high = reading.high;
        }
        return row;
      });
}

struct StandingParameters {
  base::Time as_of;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("as_of", self.as_of, "judge at this time; none: at the time of the books");
    PageParameters::fields(self.page, visit);
  }
};

// The mark of a contract as it may be relied on.
struct StandingRow {
  base::ContractId contract;
  market::Standing standing = market::Standing::absent;
  std::optional<base::Price> price;
  std::optional<base::Price> low;
  std::optional<base::Price> high;
  std::uint32_t haircut_ppm = 0;
  base::Duration age;
  bool may_raise_risk = false;
  bool may_reduce = false;
  bool may_withdraw = false;
  bool may_liquidate = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("standing", self.standing, "fresh, stale, deviating or absent");
    visit("price", self.price, "the mark as recorded");
    visit("low", self.low, "what longs are valued at where the worse price counts");
    visit("high", self.high, "what shorts are valued at");
    visit("haircut_ppm", self.haircut_ppm, "what a stale mark has lost, in millionths");
    visit("age", self.age, "of the mark");
    visit("may_raise_risk", self.may_raise_risk, "positions may grow");
    visit("may_reduce", self.may_reduce, "positions may shrink");
    visit("may_withdraw", self.may_withdraw, "who holds it may withdraw");
    visit("may_liquidate", self.may_liquidate, "who holds it may be liquidated over it");
  }
};

Result<Listing> mark_standing(const View& view, const StandingParameters& parameters) {
  const base::Time now = parameters.as_of == base::Time() ? view.time : parameters.as_of;
  const market::MarkBooks books{view.state.market, view.state.terms, view.state.fact};
  return page_of_table<StandingRow>(
      view, view.state.market.contracts, parameters.page,
      [](const market::Contract& contract) {
        return contract.status != market::ContractStatus::closed;
      },
      [&](const market::Contract& contract) {
        const market::MarkStanding mark = market::mark_standing(books, contract.id, now);
        StandingRow row{.contract = contract.id,
                        .standing = mark.standing,
                        .haircut_ppm = mark.haircut_ppm,
                        .age = mark.age,
                        .may_raise_risk = mark.may_raise_risk(),
                        .may_reduce = mark.may_reduce(),
                        .may_withdraw = mark.may_withdraw(),
                        .may_liquidate = mark.may_liquidate()};
        if (mark.standing != market::Standing::absent) {
          row.price = mark.price;
          row.low = mark.low;
          row.high = mark.high;
        }
        return row;
      });
}

}  // namespace

void register_terms_queries(Registry& registry) {
  add_query<PageParameters, market::Terms>(registry, "terms.list",
                                           "What contracts are: the terms in force.", &terms_list);
  add_query<PageParameters, market::FeeSchedule>(
      registry, "fee-schedule.list", "Fee schedules of contracts, with those of before.",
      &fee_list);
  add_query<PageParameters, IndexRow>(registry, "index.list", "Indices and what they read now.",
                                      &index_list);
  add_query<PageParameters, market::IndexAverage>(
      registry, "index-average.list", "Averages of indices before expiries.", &average_list);
  add_query<StandingParameters, StandingRow>(
      registry, "mark.standing", "How far the marks of open contracts may be relied on.",
      &mark_standing);
  add_query<PageParameters, market::Funding>(registry, "funding.list",
                                             "What perpetuals were funded.", &funding_list);
  add_query<PageParameters, market::Closing>(
      registry, "closing.list", "Contracts that expired or were delisted.", &closing_list);
  add_query<PageParameters, market::TradeReversal>(registry, "trade-reversal.list",
                                                   "Trades that were taken back.", &reversal_list);
}

}  // namespace cofferdam::operation
