// SPDX-License-Identifier: Apache-2.0
//
// Why the add-ons bound what is not a sum over contracts. With V a contract's value now, V_s in a
// scenario, q its quantity:
//
// - Discounts: an expiry whose value is above zero loses (1 - D) of it, which is at most that of
// its
//   longs; one below zero gains (D' - 1) of debt, at most that of its shorts.
// - Basis contingency: the sum over expiries of the worse of two moves is at most the sum over
//   contracts of their own worse one. Skew: an expiry's change, taken as a loss whatever its sign,
//   is at most the sum of its contracts' changes taken so. The rule takes the worst of scenarios,
//   basis and skew; scenarios plus the larger of a contract's other two is at least that.
// - Naked shorts are at most all shorts.
#include "cofferdam/models/margin/grid_pmrm.h"

#include "cofferdam/models/margin/fixed_black.h"
#include "cofferdam/models/margin/pmrm_expiry.h"

#include <algorithm>
#include <map>

namespace cofferdam::rulebook {
namespace {

// One contract of everything, so that values are those of a unit.
Book units_of(const Book& book) {
  Book units = book;
  units.cash = Decimal();
  units.holdings.clear();
  for (std::size_t i = 0; i < book.contracts.size(); ++i)
    if (book.contracts[i].kind != InstrumentKind::spot)
      units.holdings.push_back({.contract = i, .quantity = Decimal::one()});
  return units;
}

struct Sides {
  Decimal longs;
  Decimal shorts;
};

// What both rules give a builder to work with.
struct Rules {
  const std::vector<PmrmScenario>* scenarios = nullptr;
  const PmrmShocks* shocks = nullptr;
  const PmrmSkew* skew = nullptr;     // none in PMRM
  std::optional<Decimal> vol_up_min;  // none in PMRM
  Decimal initial_part;               // of the worst scenario
  Decimal maintenance_part;
  Sides perpetual;  // initial and maintenance contingency, of spot
  Sides naked;      // the same of a short option
};

class Builder {
 public:
  Builder(const Rules& rules, const Book& book) : rules_(rules), book_(units_of(book)) {
    out_.initial_part = rules.initial_part;
    out_.maintenance_part = rules.maintenance_part;
    out_.of.resize(book.contracts.size());
    for (const PmrmScenario& scenario : *rules.scenarios)
      if (!is_skew(scenario)) out_.names.push_back(scenario_name(scenario));
  }

  template <class Full>
  [[nodiscard]] Result<UnitGrids> run(const Full& full) {
    std::map<const ExpiryFacts*, std::vector<std::size_t>> expiries;
    for (std::size_t i = 0; i < book_.holdings.size(); ++i) {
      const Contract& contract = book_.of(book_.holdings[i]);
      if (contract.kind == InstrumentKind::perpetual) {
        add_perpetual(contract, book_.holdings[i].contract);
        continue;
      }
      if (!is_option(contract.kind) || !contract.volatility)
        return not_margined(contract, "perpetuals, and options with a volatility");
      const Result<const ExpiryFacts*> facts = expiry_facts(book_, contract);
      if (!facts) return std::unexpected(facts.error());
      expiries[*facts].push_back(i);
    }
    for (auto& [facts, options] : expiries) {
      PmrmExpiry expiry(book_, *rules_.shocks, *facts, std::move(options));
      if (rules_.vol_up_min) expiry.discount_options(*rules_.vol_up_min);
      add_options(expiry, discounts(full, expiry));
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] static bool is_skew(const PmrmScenario& scenario) {
    return scenario.volatility >= VolatilityShock::skew_linear;
  }

  [[nodiscard]] Decimal doubt(Decimal confidence, Decimal spot) const {
    if (confidence >= from_rate(rules_.shocks->confidence_threshold)) return Decimal();
    return (Decimal::one() - confidence) * from_rate(rules_.shocks->confidence_margin) * spot;
  }

  void add_perpetual(const Contract& contract, std::size_t index) {
    const UnderlyingFacts& facts = book_.of(contract);
    UnitGrid& grid = out_.of[index].emplace();
    for (const PmrmScenario& scenario : *rules_.scenarios) {
      if (is_skew(scenario)) continue;
      const Decimal moved = (from_rate(scenario.spot) - Decimal::one()) * *contract.mark;
      grid.changes.push_back(moved * from_rate(scenario.dampening));
    }
    const Decimal doubts = doubt(smaller(contract.confidence, facts.confidence), facts.spot);
    grid.initial_long = grid.initial_short = facts.spot * rules_.perpetual.longs + doubts;
    grid.maintenance_long = grid.maintenance_short = facts.spot * rules_.perpetual.shorts;
  }

  // Of each option: the loss by discounts in the worst scenario.
  void raise(std::vector<Sides>& discounted, const PmrmExpiry::Values& then,
             const PmrmDiscounts& by, Decimal dampening) const {
    for (std::size_t i = 0; i < then.of.size(); ++i) {
      const Decimal value = then.of[i] * dampening;
      discounted[i].longs = larger(discounted[i].longs, value * (Decimal::one() - by.positive));
      discounted[i].shorts = larger(discounted[i].shorts, value * (by.negative - Decimal::one()));
    }
  }

  void add_options(const PmrmExpiry& expiry, const PmrmDiscounts& by) {
    const std::vector<std::size_t>& options = expiry.options();
    const PmrmExpiry::Values now = expiry.values(Decimal::one(), VolatilityShock::none);
    std::vector<Sides> discounted(options.size());
    std::vector<Sides> others = basis(expiry, now);
    for (const std::size_t index : options) out_.of[book_.holdings[index].contract].emplace();
    for (const PmrmScenario& scenario : *rules_.scenarios) {
      const Decimal dampening = from_rate(scenario.dampening);
      const PmrmExpiry::Values then =
          is_skew(scenario) ? expiry.skewed(*rules_.skew, scenario.volatility)
                            : expiry.values(from_rate(scenario.spot), scenario.volatility);
      raise(discounted, then, by, dampening);
      for (std::size_t i = 0; i < options.size(); ++i) {
        const Decimal moved = (then.of[i] - now.of[i]) * dampening;
        if (!is_skew(scenario)) {
          out_.of[book_.holdings[options[i]].contract]->changes.push_back(moved);
          continue;
        }
        others[i].longs = larger(others[i].longs, absolute(moved));
        others[i].shorts = larger(others[i].shorts, absolute(moved));
      }
    }
    for (std::size_t i = 0; i < options.size(); ++i)
      finish(options[i], expiry,
             {.longs = discounted[i].longs + others[i].longs,
              .shorts = discounted[i].shorts + others[i].shorts});
  }

  [[nodiscard]] std::vector<Sides> basis(const PmrmExpiry& expiry,
                                         const PmrmExpiry::Values& now) const {
    const Decimal factor = from_rate(rules_.shocks->basis_add) +
                           from_rate(rules_.shocks->basis_mult) * years(expiry.facts().seconds);
    std::vector<Sides> sides(now.of.size());
    for (const base::Rate spot : {rules_.shocks->basis_spot_up, rules_.shocks->basis_spot_down}) {
      const PmrmExpiry::Values then = expiry.values(from_rate(spot), VolatilityShock::none);
      for (std::size_t i = 0; i < sides.size(); ++i) {
        const Decimal moved = (then.of[i] - now.of[i]) * factor;
        sides[i].longs = larger(sides[i].longs, -moved);
        sides[i].shorts = larger(sides[i].shorts, moved);
      }
    }
    return sides;
  }

  void finish(std::size_t index, const PmrmExpiry& expiry, const Sides& extra) {
    const Contract& contract = book_.of(book_.holdings[index]);
    const UnderlyingFacts& facts = book_.of(contract);
    UnitGrid& grid = *out_.of[book_.holdings[index].contract];
    const Decimal doubts = doubt(smaller(expiry.confidence(), facts.confidence), facts.spot);
    grid.initial_long = extra.longs * rules_.initial_part + doubts;
    grid.initial_short =
        extra.shorts * rules_.initial_part + facts.spot * rules_.naked.longs + doubts;
    grid.maintenance_long = extra.longs * rules_.maintenance_part;
    grid.maintenance_short =
        extra.shorts * rules_.maintenance_part + facts.spot * rules_.naked.shorts;
  }

  const Rules& rules_;
  Book book_;
  UnitGrids out_;
};

Decimal pegged(base::Rate factor, const PmrmShocks& shocks, Decimal stable) {
  const Decimal threshold = from_rate(shocks.peg_threshold);
  Decimal value = from_rate(factor);
  if (stable < threshold) value += (threshold - stable) * from_rate(shocks.peg_factor);
  return value;
}

}  // namespace

Result<UnitGrids> unit_grids(const Pmrm& rules, const Book& book) {
  const Decimal factor = pegged(rules.initial_factor, rules.shocks, book.stable);
  const Decimal perpetual = from_rate(rules.perp_percent);
  const Decimal naked = from_rate(rules.option_percent);
  const Rules given{.scenarios = &rules.scenarios,
                    .shocks = &rules.shocks,
                    .initial_part = factor,
                    .maintenance_part = Decimal::one(),
                    .perpetual = {.longs = perpetual * factor, .shorts = perpetual},
                    .naked = {.longs = naked * factor, .shorts = naked}};
  return Builder(given, book).run(rules);
}

Result<UnitGrids> unit_grids(const Pmrm2& rules, const Book& book) {
  const Decimal perpetual = from_rate(rules.perp_maintenance);
  const Decimal naked = from_rate(rules.option_maintenance);
  const Rules given{
      .scenarios = &rules.scenarios,
      .shocks = &rules.shocks,
      .skew = &rules.skew,
      .vol_up_min = from_rate(rules.vol_up_min),
      .initial_part = pegged(rules.initial_factor, rules.shocks, book.stable),
      .maintenance_part = from_rate(rules.maintenance_factor),
      .perpetual = {.longs = perpetual + from_rate(rules.perp_initial), .shorts = perpetual},
      .naked = {.longs = naked + from_rate(rules.option_initial), .shorts = naked}};
  return Builder(given, book).run(rules);
}

}  // namespace cofferdam::rulebook
