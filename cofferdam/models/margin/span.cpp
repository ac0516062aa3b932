// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/span.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

struct Scenario {
  int thirds = 0;      // of the price scan range
  int volatility = 0;  // -1, 0, 1 scan ranges
  bool extreme = false;
};

constexpr std::array<Scenario, kSpanScenarios> kScenarios{{{0, 1},
                                                           {0, -1},
                                                           {1, 1},
                                                           {1, -1},
                                                           {-1, 1},
                                                           {-1, -1},
                                                           {2, 1},
                                                           {2, -1},
                                                           {-2, 1},
                                                           {-2, -1},
                                                           {3, 1},
                                                           {3, -1},
                                                           {-3, 1},
                                                           {-3, -1},
                                                           {1, 0, true},
                                                           {-1, 0, true}}};

// One underlying: a combined commodity.
struct Commodity {
  const SpanMarket* rules = nullptr;
  std::array<Decimal, kSpanScenarios> pnl{};
  std::map<base::Time, double> deltas;  // by expiry; of perpetuals under none
  Decimal short_options;
  std::size_t active = 0;
  Decimal scan;
  Decimal calendar;
  Decimal credit;
  double remaining = 0;   // net delta, not yet spread
  double price_risk = 0;  // of one delta
};

const SpanMarket* market_of(const Span& rules, const std::string& code) {
  const auto found = std::find_if(rules.markets.begin(), rules.markets.end(),
                                  [&](const SpanMarket& m) { return m.underlying == code; });
  return found == rules.markets.end() ? nullptr : &*found;
}

class Evaluator {
 public:
  Evaluator(const Span& rules, const Book& book) : rules_(rules), book_(book) {}

  [[nodiscard]] Result<Evaluation> run() {
    out_.equity = book_.cash;
    for (const Holding& holding : book_.holdings)
      if (Result<void> done = add(holding); !done) return std::unexpected(done.error());
    for (auto& [underlying, commodity] : commodities_) {
      scan(commodity);
      if (Result<void> done = spread_expiries(commodity); !done)
        return std::unexpected(done.error());
    }
    for (const SpanSpread& spread : rules_.spreads)
      if (Result<void> done = credit(spread); !done) return std::unexpected(done.error());
    describe();
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Result<void> add(const Holding& holding) {
    const Contract& contract = book_.of(holding);
    Commodity& commodity = commodities_[contract.underlying];
    commodity.rules = market_of(rules_, book_.of(contract).code);
    if (commodity.rules == nullptr)
      return malformed("portfolio.positions.instrument", contract.code,
                       "the rulebook has no scan ranges for " + book_.of(contract).code);
    const Result<ContractMarket> market = contract_market(book_, contract, Settlement::quote);
    if (!market) return std::unexpected(market.error());
    Result<std::vector<Decimal>> array = risk_array(rules_, *commodity.rules, *market);
    if (!array) return std::unexpected(array.error());
    const Result<Decimal> worth = holding_value(book_, holding, *market, rules_.value_scale);
    if (!worth) return std::unexpected(worth.error());
    for (std::size_t s = 0; s < kSpanScenarios; ++s)
      commodity.pnl[s] += holding.quantity * (*array)[s];
    commodity.deltas[contract.expiry] += to_number(holding.quantity) * delta(*market, market->now);
    if (is_option(contract.kind) && holding.quantity.is_negative())
      commodity.short_options -= holding.quantity;
    arrays_.push_back(*std::move(array));
    out_.values.push_back(*worth);
    out_.equity += *worth;
    return {};
  }

  // The first of the worst, in the order of the scenarios.
  static void scan(Commodity& commodity) {
    for (std::size_t s = 1; s < kSpanScenarios; ++s)
      if (commodity.pnl[s] < commodity.pnl[commodity.active]) commodity.active = s;
    commodity.scan = larger(-commodity.pnl[commodity.active], Decimal());
    const auto loss = [&](std::size_t s) { return -to_number(commodity.pnl[s]); };
    const std::size_t active = commodity.active;
    const double paired =
        kScenarios[active].extreme ? loss(active) : (loss(active) + loss(active ^ 1U)) / 2;
    const double time = (loss(0) + loss(1)) / 2;
    for (const auto& [expiry, delta] : commodity.deltas) commodity.remaining += delta;
    const double net = std::fabs(commodity.remaining);
    if (net > 0) commodity.price_risk = std::max(0.0, paired - time) / net;
  }

  // Money for a figure of doubles: a charge rounds up, a credit down.
  template <Rounding R>
  [[nodiscard]] Result<Decimal> money(double value, const char* what) const {
    const Result<i128> units = base::quantize<R>(value, rules_.value_scale, what);
    if (!units) return std::unexpected(units.error());
    return from_scaled(*units, rules_.value_scale);
  }

  [[nodiscard]] Result<void> spread_expiries(Commodity& commodity) const {
    double longs = 0;
    double shorts = 0;
    for (const auto& [expiry, delta] : commodity.deltas) (delta > 0 ? longs : shorts) += delta;
    const double spreads = std::min(longs, -shorts);
    const Result<Decimal> charge = money<Rounding::ceil>(
        spreads * to_number(commodity.rules->calendar_charge), "calendar charge");
    if (!charge) return std::unexpected(charge.error());
    commodity.calendar = *charge;
    return {};
  }

  [[nodiscard]] Commodity* commodity_of(const std::string& code) {
    for (auto& [underlying, commodity] : commodities_)
      if (book_.underlyings[underlying].code == code) return &commodity;
    return nullptr;
  }

  [[nodiscard]] Result<void> credit(const SpanSpread& spread) {
    Commodity* first = commodity_of(spread.first);
    Commodity* second = commodity_of(spread.second);
    if (first == nullptr || second == nullptr || first->remaining * second->remaining >= 0)
      return {};
    const double each_first = to_number(spread.first_deltas);
    const double each_second = to_number(spread.second_deltas);
    const double spreads = std::min(std::fabs(first->remaining) / each_first,
                                    std::fabs(second->remaining) / each_second);
    const auto leg = [&](Commodity& commodity, double deltas) -> Result<void> {
      const double given = commodity.price_risk * deltas * to_number(spread.credit);
      const Result<Decimal> amount = money<Rounding::floor>(given, "inter-commodity credit");
      if (!amount) return std::unexpected(amount.error());
      commodity.credit += *amount;
      commodity.remaining -= std::copysign(deltas, commodity.remaining);
      return {};
    };
    if (Result<void> done = leg(*first, spreads * each_first); !done) return done;
    return leg(*second, spreads * each_second);
  }

  void line(std::string name, std::string where, std::string detail, Decimal maintenance) {
    if (maintenance.is_zero()) return;
    out_.lines.push_back({.name = std::move(name),
                          .where = std::move(where),
                          .detail = std::move(detail),
                          .initial = scaled<Rounding::ceil>(
                              maintenance, from_rate(rules_.initial_factor), kDecimalOne),
                          .maintenance = maintenance});
  }

  void describe() {
    Decimal worst;
    for (const auto& [underlying, commodity] : commodities_) {
      const std::string& code = book_.underlyings[underlying].code;
      const std::string prefix = commodities_.size() == 1 ? "" : code + ": ";
      if (!out_.binding || commodity.scan > worst) {
        out_.binding = out_.scenarios.size() + commodity.active;
        worst = commodity.scan;
      }
      for (std::size_t s = 0; s < kSpanScenarios; ++s)
        out_.scenarios.push_back(
            {.name = prefix + span_scenario_name(s + 1), .pnl = commodity.pnl[s]});
      line("scan risk", code, span_scenario_name(commodity.active + 1), commodity.scan);
      line("calendar spread", code, "", commodity.calendar);
      const Decimal before = commodity.scan + commodity.calendar;
      line("inter-commodity credit", code, "", -smaller(commodity.credit, before));
      const Decimal risk = before - smaller(commodity.credit, before);
      const Decimal least = scaled<Rounding::ceil>(
          commodity.short_options, from_rate(commodity.rules->short_option_minimum), kDecimalOne);
      line("short option minimum", code, text(commodity.short_options) + " short",
           larger(least - risk, Decimal()));
    }
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      const std::size_t underlying = book_.of(book_.holdings[i]).underlying;
      out_.binding_pnl.push_back(book_.holdings[i].quantity *
                                 arrays_[i][commodities_.at(underlying).active]);
    }
  }

  const Span& rules_;
  const Book& book_;
  Evaluation out_;
  std::vector<std::vector<Decimal>> arrays_;
  std::map<std::size_t, Commodity> commodities_;
};

Result<void> check_market(const SpanMarket& market, const std::string& at) {
  const auto not_below_zero = [&](base::Rate rate, const char* name) -> Result<void> {
    if (rate.is_negative())
      return malformed(at + name, text(from_rate(rate)), "must not be below zero");
    return {};
  };
  if (from_rate(market.price_scan) <= Decimal())
    return malformed(at + "price_scan", text(from_rate(market.price_scan)), "must be above zero");
  if (Result<void> done = not_below_zero(market.volatility_scan, "volatility_scan"); !done)
    return done;
  if (Result<void> done = not_below_zero(market.calendar_charge, "calendar_charge"); !done)
    return done;
  return not_below_zero(market.short_option_minimum, "short_option_minimum");
}

Result<void> check_spread(const Span& rules, const SpanSpread& spread, const std::string& at) {
  if (spread.first == spread.second || market_of(rules, spread.first) == nullptr ||
      market_of(rules, spread.second) == nullptr)
    return malformed(at + "second", spread.second,
                     "a spread is between two different markets of the rulebook");
  if (!from_rate(spread.first_deltas).is_positive() ||
      !from_rate(spread.second_deltas).is_positive())
    return malformed(at + "first_deltas", text(from_rate(spread.first_deltas)),
                     "the deltas of a spread must be above zero");
  const Decimal credit = from_rate(spread.credit);
  if (credit.is_negative() || credit > Decimal::one())
    return malformed(at + "credit", text(credit), "must be 0 to 1");
  return {};
}

}  // namespace

std::string span_scenario_name(std::size_t number) {
  const Scenario& one = kScenarios[number - 1];
  const std::string sign = one.thirds < 0 ? "-" : "+";
  if (one.extreme) return std::to_string(number) + ": price " + sign + "extreme";
  const int thirds = std::abs(one.thirds);
  const std::string size = thirds == 3 ? "1" : std::to_string(thirds) + "/3";
  return std::to_string(number) + ": price " + (thirds == 0 ? "unchanged" : sign + size) +
         ", volatility " + (one.volatility > 0 ? "up" : "down");
}

Result<std::vector<Decimal>> risk_array(const Span& rules, const SpanMarket& market,
                                        const ContractMarket& contract) {
  const double scan = to_number(market.price_scan);
  const double ahead = static_cast<double>(rules.look_ahead.value()) / (365.0 * 86'400e9);
  std::vector<Decimal> array;
  for (const Scenario& one : kScenarios) {
    ShockedMarket there = contract.now;
    const double move =
        one.extreme ? one.thirds * to_number(rules.extreme_multiple) : one.thirds / 3.0;
    there.forward += move * scan;
    if (!(there.forward > 0))
      return malformed("span.markets.price_scan", text(from_rate(market.price_scan)),
                       "leaves no price above zero in a scenario", "of " + contract.contract->code);
    there.volatility =
        std::max(0.0, there.volatility + one.volatility * to_number(market.volatility_scan));
    there.years = std::max(0.0, there.years - ahead);
    const double weight = one.extreme ? to_number(rules.extreme_cover) : 1.0;
    const Result<Decimal> moved = change(contract, there, weight, rules.value_scale);
    if (!moved) return std::unexpected(moved.error());
    array.push_back(*moved);
  }
  return array;
}

Result<void> check(const Span& rules) {
  if (rules.value_scale > kDecimalScale)
    return malformed("span.value_scale", std::to_string(rules.value_scale), "must be 0 to 18");
  const auto within = [](base::Rate rate, std::int64_t least, std::int64_t most,
                         const char* name) -> Result<void> {
    const Decimal value = from_rate(rate);
    if (value < Decimal::of_units(kDecimalOne * least) ||
        value > Decimal::of_units(kDecimalOne * most))
      return malformed(std::string("span.") + name, text(value),
                       "must be " + std::to_string(least) + " to " + std::to_string(most));
    return {};
  };
  if (Result<void> done = within(rules.initial_factor, 1, 10, "initial_factor"); !done) return done;
  if (Result<void> done = within(rules.extreme_multiple, 0, 10, "extreme_multiple"); !done)
    return done;
  if (Result<void> done = within(rules.extreme_cover, 0, 1, "extreme_cover"); !done) return done;
  if (rules.look_ahead.is_negative() || rules.look_ahead > base::kDay * 30)
    return malformed("span.look_ahead", base::format_duration(rules.look_ahead),
                     "must be 0 to 30 days");
  if (rules.markets.empty() || rules.markets.size() > kUnderlyingsMax)
    return malformed("span.markets", std::to_string(rules.markets.size()), "must be 1 to 256");
  if (rules.spreads.size() > kSpreadsMax)
    return malformed("span.spreads", std::to_string(rules.spreads.size()), "must be at most 256");
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < rules.markets.size(); ++i) {
    const std::string at = "span.markets[" + std::to_string(i) + "].";
    const SpanMarket& market = rules.markets[i];
    if (market.underlying.empty() || !seen.insert(market.underlying).second)
      return malformed(at + "underlying", market.underlying, "must be given, and stand once");
    if (Result<void> done = check_market(market, at); !done) return done;
  }
  for (std::size_t i = 0; i < rules.spreads.size(); ++i)
    if (Result<void> done =
            check_spread(rules, rules.spreads[i], "span.spreads[" + std::to_string(i) + "].");
        !done)
      return done;
  return {};
}

Result<Evaluation> evaluate(const Span& rules, const Book& book) {
  return Evaluator(rules, book).run();
}

}  // namespace cofferdam::rulebook
