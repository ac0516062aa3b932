// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/deribit_portfolio.h"

#include "cofferdam/models/margin/pmrm.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

Decimal rounded_up(Decimal a, Decimal b) {
  return scaled<Rounding::ceil>(a, b, kDecimalOne);
}

struct Contingencies {
  std::map<std::tuple<std::size_t, base::Time, Decimal>, Decimal> by_strike;  // net size
  std::map<std::size_t, std::pair<Decimal, Decimal>> futures;                 // long, short
};

void count(const Book& book, const Holding& holding, Settlement settlement,
           Contingencies& counted) {
  const Contract& contract = book.of(holding);
  const Decimal size = holding.quantity * contract.size;
  if (is_option(contract.kind)) {
    counted.by_strike[{contract.underlying, contract.expiry, contract.strike}] += size;
    return;
  }
  // In what settles: coins, or the quote value.
  const Decimal worth =
      settlement == Settlement::coin ? size / *contract.mark : size * *contract.mark;
  auto& [longs, shorts] = counted.futures[contract.underlying];
  (worth.is_negative() ? shorts : longs) += absolute(worth);
}

class Evaluator {
 public:
  Evaluator(const DeribitPortfolio& rules, const Book& book) : rules_(rules), book_(book) {}

  [[nodiscard]] Result<Evaluation> run() {
    for (const PriceMove& scenario : rules_.scenarios)
      out_.scenarios.push_back({.name = scenario_name(scenario), .pnl = Decimal()});
    out_.equity = book_.cash;
    for (const Holding& holding : book_.holdings)
      if (Result<void> done = add(holding); !done) return std::unexpected(done.error());
    add_scenario();
    add_contingencies();
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Result<void> add(const Holding& holding) {
    const Contract& contract = book_.of(holding);
    const Contract& first = book_.of(book_.holdings.front());
    if (contract.underlying != first.underlying)
      return malformed("portfolio.positions.instrument", contract.code,
                       "an account margins one underlying: " + book_.of(first).code,
                       "margin each settlement currency by itself");
    const Result<ContractMarket> market = contract_market(book_, contract, rules_.settlement);
    if (!market) return std::unexpected(market.error());
    Result<std::vector<Decimal>> array = risk_array(rules_, *market);
    if (!array) return std::unexpected(array.error());
    const Result<Decimal> worth = holding_value(book_, holding, *market, rules_.value_scale);
    if (!worth) return std::unexpected(worth.error());
    for (std::size_t s = 0; s < array->size(); ++s)
      out_.scenarios[s].pnl += holding.quantity * (*array)[s];
    arrays_.push_back(*std::move(array));
    out_.values.push_back(*worth);
    out_.equity += *worth;
    count(book_, holding, rules_.settlement, counted_);
    return {};
  }

  void line(std::string name, std::string where, std::string detail, Decimal maintenance) {
    if (maintenance.is_zero()) return;
    out_.lines.push_back({.name = std::move(name),
                          .where = std::move(where),
                          .detail = std::move(detail),
                          .initial = rounded_up(maintenance, from_rate(rules_.initial_factor)),
                          .maintenance = maintenance});
  }

  void add_scenario() {
    const auto worst = std::min_element(
        out_.scenarios.begin(), out_.scenarios.end(),
        [](const ScenarioOutcome& a, const ScenarioOutcome& b) { return a.pnl < b.pnl; });
    out_.binding = static_cast<std::size_t>(worst - out_.scenarios.begin());
    for (std::size_t i = 0; i < arrays_.size(); ++i)
      out_.binding_pnl.push_back(book_.holdings[i].quantity * arrays_[i][*out_.binding]);
    line("scenario", worst->name, "", larger(-worst->pnl, Decimal()));
  }

  void add_contingencies() {
    for (const auto& [key, net] : counted_.by_strike) {
      if (!net.is_negative()) continue;
      const auto& [underlying, expiry, strike] = key;
      line("net short options",
           book_.underlyings[underlying].code + " " + time_text(expiry) + " " + text(strike),
           text(-net) + " short", rounded_up(-net, from_rate(rules_.option_contingency)));
    }
    for (const auto& [underlying, sides] : counted_.futures) {
      const Decimal offset = smaller(sides.first, sides.second);
      line("offset futures", book_.underlyings[underlying].code, "value " + text(offset),
           rounded_up(offset, from_rate(rules_.future_contingency)));
    }
  }

  const DeribitPortfolio& rules_;
  const Book& book_;
  Evaluation out_;
  std::vector<std::vector<Decimal>> arrays_;
  Contingencies counted_;
};

}  // namespace

std::string scenario_name(const PriceMove& scenario) {
  const Decimal percent = from_rate(scenario.move) * Decimal::of_units(kDecimalOne * 100);
  return "price " + std::string(percent.is_negative() ? "" : "+") + text(percent) +
         " %, volatility " + std::string(base::name_of(scenario.volatility));
}

Result<std::vector<Decimal>> risk_array(const DeribitPortfolio& rules,
                                        const ContractMarket& market) {
  const VolatilityRange range{.up = to_number(rules.vol_range_up),
                              .down = to_number(rules.vol_range_down),
                              .short_term_power = to_number(rules.short_term_power),
                              .long_term_power = to_number(rules.long_term_power),
                              .days_min = static_cast<double>(rules.time_floor.value()) / 86'400e9};
  const double days = market.now.years * 365.0;
  std::vector<Decimal> array;
  for (const PriceMove& scenario : rules.scenarios) {
    ShockedMarket there = market.now;
    there.forward *= 1.0 + to_number(scenario.move);
    if (scenario.volatility == VolatilityMove::up)
      there.volatility = std::max(to_number(rules.vol_up_min),
                                  there.volatility * volatility_multiple(range.up, range, days));
    if (scenario.volatility == VolatilityMove::down)
      there.volatility *= volatility_multiple(-range.down, range, days);
    const Result<Decimal> moved =
        change(market, there, to_number(scenario.dampening), rules.value_scale);
    if (!moved) return std::unexpected(moved.error());
    array.push_back(*moved);
  }
  return array;
}

Result<void> check(const DeribitPortfolio& rules) {
  const std::string at = "deribit_portfolio.";
  if (rules.value_scale < 6 || rules.value_scale > kDecimalScale)
    return malformed(at + "value_scale", std::to_string(rules.value_scale), "must be 6 to 18");
  if (rules.scenarios.empty() || rules.scenarios.size() > kScenariosMax)
    return malformed(at + "scenarios", std::to_string(rules.scenarios.size()), "must be 1 to 256");
  for (std::size_t i = 0; i < rules.scenarios.size(); ++i) {
    const PriceMove& one = rules.scenarios[i];
    const std::string here = at + "scenarios[" + std::to_string(i) + "].";
    const Decimal move = from_rate(one.move);
    if (move <= -Decimal::one() || move > Decimal::of_units(kDecimalOne * 100))
      return malformed(here + "move", text(move), "must be above -1 and at most 100");
    const Decimal dampening = from_rate(one.dampening);
    if (dampening.is_negative() || dampening > Decimal::one())
      return malformed(here + "dampening", text(dampening), "must be 0 to 1");
  }
  Result<void> done;
  DeribitPortfolio::fields(rules, [&](std::string_view name, const auto& field, std::string_view) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, base::Rate>) {
      const Decimal value = from_rate(field);
      const Decimal least = name == "initial_factor" ? Decimal::one() : Decimal();
      if (done && (value < least || value > Decimal::of_units(kDecimalOne * 10)))
        done = malformed(at + std::string(name), text(value), "must be " + text(least) + " to 10");
    }
  });
  if (!done) return done;
  if (rules.time_floor < base::kSecond || rules.time_floor > base::kDay * 400)
    return malformed(at + "time_floor", base::format_duration(rules.time_floor),
                     "must be a second to 400 days");
  return {};
}

Result<Evaluation> evaluate(const DeribitPortfolio& rules, const Book& book) {
  return Evaluator(rules, book).run();
}

}  // namespace cofferdam::rulebook
