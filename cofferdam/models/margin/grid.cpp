// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/grid.h"

#include "cofferdam/models/margin/grid_pmrm.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

constexpr Decimal kHalf = Decimal::of_units(kDecimalOne / 2);

Decimal up(Decimal a, Decimal b) {
  return scaled<Rounding::ceil>(a, b, kDecimalOne);
}

Result<UnitGrids> unit_grids(const DeribitPortfolio& rules, const Book& book) {
  UnitGrids out{.initial_part = from_rate(rules.initial_factor)};
  for (const PriceMove& scenario : rules.scenarios) out.names.push_back(scenario_name(scenario));
  for (const Contract& contract : book.contracts) {
    if (contract.kind == InstrumentKind::spot) {
      out.of.emplace_back();
      continue;
    }
    const Result<ContractMarket> market = contract_market(book, contract, rules.settlement);
    if (!market) return std::unexpected(market.error());
    Result<std::vector<Decimal>> array = risk_array(rules, *market);
    if (!array) return std::unexpected(array.error());
    UnitGrid grid{.changes = *std::move(array)};
    if (is_option(contract.kind)) {
      grid.maintenance_short = up(contract.size, from_rate(rules.option_contingency));
    } else {
      const Decimal worth =
          rules.settlement == Settlement::coin
              ? scaled<Rounding::ceil>(contract.size, Decimal::one(), contract.mark->units())
              : up(contract.size, *contract.mark);
      const Decimal half = up(up(worth, from_rate(rules.future_contingency)), kHalf);
      grid.maintenance_long = grid.maintenance_short = half;
    }
    grid.initial_long = up(grid.maintenance_long, out.initial_part);
    grid.initial_short = up(grid.maintenance_short, out.initial_part);
    out.of.emplace_back(std::move(grid));
  }
  return out;
}

Result<UnitGrids> unit_grids(const Span& rules, const Book& book) {
  UnitGrids out{.initial_part = from_rate(rules.initial_factor)};
  for (std::size_t s = 1; s <= kSpanScenarios; ++s) out.names.push_back(span_scenario_name(s));
  for (const Contract& contract : book.contracts) {
    if (contract.kind == InstrumentKind::spot) {
      out.of.emplace_back();
      continue;
    }
    const std::string& code = book.of(contract).code;
    const auto rule = std::find_if(rules.markets.begin(), rules.markets.end(),
                                   [&](const SpanMarket& m) { return m.underlying == code; });
    if (rule == rules.markets.end())
      return malformed("market.instruments.underlying", code,
                       "the rulebook has no scan ranges for it", "of " + contract.code);
    const Result<ContractMarket> market = contract_market(book, contract, Settlement::quote);
    if (!market) return std::unexpected(market.error());
    Result<std::vector<Decimal>> array = risk_array(rules, *rule, *market);
    if (!array) return std::unexpected(array.error());
    // An option's delta is a double: a little more is on the safe side of it.
    const double margin = is_option(contract.kind) ? 1 + 1e-12 : 1.0;
    const Result<Decimal> deltas = to_decimal(std::fabs(delta(*market, market->now)) * margin,
                                              kDecimalScale, "delta of " + contract.code);
    if (!deltas) return std::unexpected(deltas.error());
    UnitGrid grid{.changes = *std::move(array)};
    const Decimal calendar = up(up(*deltas, from_rate(rule->calendar_charge)), kHalf);
    grid.maintenance_long = grid.maintenance_short = calendar;
    if (is_option(contract.kind)) grid.maintenance_short += from_rate(rule->short_option_minimum);
    grid.initial_long = up(grid.maintenance_long, out.initial_part);
    grid.initial_short = up(grid.maintenance_short, out.initial_part);
    out.of.emplace_back(std::move(grid));
  }
  return out;
}

// What one contract needs by itself, long and short; nothing moves in a scenario.
Result<UnitGrids> unit_grids_alone(const Rulebook& rulebook, const Book& book) {
  UnitGrids out{.names = {"unchanged"}};
  Book single = book;
  single.cash = Decimal();
  for (std::size_t i = 0; i < book.contracts.size(); ++i) {
    if (book.contracts[i].kind == InstrumentKind::spot) {
      out.of.emplace_back();
      continue;
    }
    UnitGrid grid{.changes = {Decimal()}};
    for (const Decimal quantity : {Decimal::one(), -Decimal::one()}) {
      single.holdings = {Holding{.contract = i, .quantity = quantity}};
      const Result<Evaluation> alone = evaluate(rulebook, single);
      if (!alone) return std::unexpected(alone.error());
      const bool is_long = quantity.is_positive();
      (is_long ? grid.initial_long : grid.initial_short) = alone->initial;
      (is_long ? grid.maintenance_long : grid.maintenance_short) = alone->maintenance;
    }
    out.of.emplace_back(std::move(grid));
  }
  return out;
}

bool has_one_bracket(const Fractions& rules) {
  return std::all_of(rules.contracts.begin(), rules.contracts.end(),
                     [](const FractionEntry& entry) { return entry.brackets.size() == 1; });
}

Result<void> one_underlying(const Book& book) {
  const Contract* first = nullptr;
  for (const Contract& contract : book.contracts) {
    if (contract.kind == InstrumentKind::spot) continue;
    if (first == nullptr) first = &contract;
    if (contract.underlying != first->underlying)
      return malformed("market.instruments", contract.code,
                       "a grid of scenarios is of one underlying: " + book.of(*first).code,
                       "publish each underlying under a rulebook of its own");
  }
  return {};
}

class Rounder {
 public:
  Rounder(Decimal smallest, unsigned value_scale, const std::string& code)
      : smallest_(smallest),
        divisor_(static_cast<i128>(base::power_of_ten(2 * kDecimalScale - value_scale))),
        code_(code) {}

  // Down; whether anything was cut is remembered.
  [[nodiscard]] Result<std::int64_t> entry(Decimal change) {
    const auto low = scaled<Rounding::floor>(change, smallest_, divisor_);
    const auto high = scaled<Rounding::ceil>(change, smallest_, divisor_);
    was_cut_ = was_cut_ || low != high;
    return fitting(low);
  }

  [[nodiscard]] Result<std::int64_t> add_on(Decimal amount, bool of_short) const {
    const auto high = scaled<Rounding::ceil>(amount, smallest_, divisor_);
    const bool more = of_short && was_cut_;
    return fitting(more ? high + Decimal::of_units(1) : high);
  }

 private:
  [[nodiscard]] Result<std::int64_t> fitting(Decimal units) const {
    if (units.is_void() || absolute(units).units() > kGridEntryMax)
      return malformed("value_scale", text(units), "an entry must be below 2^53",
                       "give fewer digits, for " + code_);
    return static_cast<std::int64_t>(units.units());
  }

  Decimal smallest_;
  i128 divisor_;
  const std::string& code_;
  bool was_cut_ = false;
};

Result<GridContract> rounded(const UnitGrid& grid, const std::string& code, Decimal smallest,
                             unsigned value_scale) {
  GridContract out{.contract = code};
  Rounder rounder(smallest, value_scale, code);
  for (const Decimal change : grid.changes) {
    const Result<std::int64_t> entry = rounder.entry(change);
    if (!entry) return std::unexpected(entry.error());
    out.entries.push_back(*entry);
  }
  const auto put = [&](std::int64_t& field, Decimal amount, bool of_short) -> Result<void> {
    const Result<std::int64_t> made = rounder.add_on(amount, of_short);
    if (!made) return std::unexpected(made.error());
    field = *made;
    return {};
  };
  if (Result<void> done = put(out.initial_long, grid.initial_long, false); !done)
    return std::unexpected(done.error());
  if (Result<void> done = put(out.initial_short, grid.initial_short, true); !done)
    return std::unexpected(done.error());
  if (Result<void> done = put(out.maintenance_long, grid.maintenance_long, false); !done)
    return std::unexpected(done.error());
  if (Result<void> done = put(out.maintenance_short, grid.maintenance_short, true); !done)
    return std::unexpected(done.error());
  return out;
}

Result<std::unordered_map<std::size_t, Decimal>> smallest_quantities(const GridInput& input,
                                                                     const Book& book) {
  std::unordered_map<std::size_t, Decimal> smallest;
  for (std::size_t i = 0; i < input.smallest_quantities.size(); ++i) {
    const SmallestQuantity& one = input.smallest_quantities[i];
    const std::string at = "smallest_quantities[" + std::to_string(i) + "].";
    const std::optional<std::size_t> contract = find_contract(book, one.instrument);
    if (!contract)
      return malformed(at + "instrument", one.instrument,
                       "must be the code of an instrument of the market");
    const Decimal quantity = from_scaled(one.quantity.value(), input.quantity_scale);
    if (!quantity.is_positive() || quantity > Decimal::of_units(kDecimalOne * 1'000'000))
      return malformed(at + "quantity", text(quantity), "must be above 0 and at most 1,000,000");
    if (!smallest.emplace(*contract, quantity).second)
      return malformed(at + "instrument", one.instrument, "must stand once");
  }
  return smallest;
}

std::uint32_t parts_per_million(Decimal part) {
  return static_cast<std::uint32_t>(
      base::div_round<Rounding::ceil>(part.units(), kDecimalOne / 1'000'000));
}

}  // namespace

Result<UnitGrids> unit_grids(const Rulebook& rulebook, const Book& book) {
  const auto one = one_underlying(book);
  switch (rulebook.kind) {
    case RulebookKind::deribit_portfolio:
      if (!one) return std::unexpected(one.error());
      return unit_grids(*rulebook.deribit_portfolio, book);
    case RulebookKind::span:
      if (!one) return std::unexpected(one.error());
      return unit_grids(*rulebook.span, book);
    case RulebookKind::pmrm:
      if (!one) return std::unexpected(one.error());
      return unit_grids(*rulebook.pmrm, book);
    case RulebookKind::pmrm_2:
      if (!one) return std::unexpected(one.error());
      return unit_grids(*rulebook.pmrm_2, book);
    case RulebookKind::fractions:
      if (!has_one_bracket(*rulebook.fractions))
        return malformed("parameters.fractions.contracts", "",
                         "brackets by size are no grid: a grid has one fraction");
      return unit_grids_alone(rulebook, book);
    case RulebookKind::linear_tiers:
    case RulebookKind::standard_options:
      return unit_grids_alone(rulebook, book);
    case RulebookKind::coin_options:
    case RulebookKind::naked_options:
      break;
  }
  return malformed("rulebook", rulebook.name,
                   "its equity leaves options' value out: it has no grid",
                   "the calculator margin takes it");
}

Result<GridOutput> margin_grid(const GridInput& input) {
  if (!input.parameters)
    return malformed("rulebook", input.rulebook, "give the name of a rulebook, or parameters");
  if (Result<void> done = check(*input.parameters); !done) {
    base::Error error = done.error();
    error.field = "parameters." + error.field;
    return std::unexpected(std::move(error));
  }
  if (input.value_scale > kDecimalScale)
    return malformed("value_scale", std::to_string(input.value_scale), "must be at most 18");
  if (input.market.instruments.empty() || input.market.instruments.size() > kGridContractsMax)
    return malformed("market.instruments", std::to_string(input.market.instruments.size()),
                     "must be 1 to 4,096");
  const Result<Book> book = resolve(
      input.market, Portfolio{},
      {.amount = input.scale, .price = input.price_scale, .quantity = input.quantity_scale});
  if (!book) return std::unexpected(book.error());
  const auto smallest = smallest_quantities(input, *book);
  if (!smallest) return std::unexpected(smallest.error());
  const Result<UnitGrids> grids = unit_grids(*input.parameters, *book);
  if (!grids) return std::unexpected(grids.error());
  GridOutput out{.rulebook = input.parameters->name,
                 .version = input.parameters->version,
                 .value_scale = input.value_scale,
                 .initial_ppm = parts_per_million(grids->initial_part),
                 .maintenance_ppm = parts_per_million(grids->maintenance_part),
                 .names = grids->names};
  for (std::size_t i = 0; i < grids->of.size(); ++i) {
    if (!grids->of[i]) continue;
    const auto found = smallest->find(i);
    const Decimal unit = found == smallest->end() ? Decimal::one() : found->second;
    Result<GridContract> grid =
        rounded(*grids->of[i], book->contracts[i].code, unit, input.value_scale);
    if (!grid) return std::unexpected(grid.error());
    out.grids.push_back(*std::move(grid));
  }
  return out;
}

}  // namespace cofferdam::rulebook
