// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/coin_options.h"

#include <algorithm>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

Decimal up(Decimal a, Decimal b) {
  return scaled<Rounding::ceil>(a, b, kDecimalOne);
}

Decimal to_quanta(Decimal value, unsigned scale) {
  if (value.is_void()) return value;
  return from_scaled(to_scaled<Rounding::ceil>(value, scale), scale);
}

struct Margin {
  Decimal initial;
  Decimal maintenance;
};

// Of one short contract; the part out of the money is cut, which leaves the margin larger.
Margin short_option(const CoinOptionsMarket& rules, const Contract& contract, Decimal forward) {
  const bool call = contract.kind == InstrumentKind::call;
  const Decimal distance = call ? contract.strike - forward : forward - contract.strike;
  const Decimal out = larger(distance, Decimal()) / forward;
  const Decimal mark = *contract.mark;
  const Decimal initial =
      larger(from_rate(rules.max_fraction) - out, from_rate(rules.min_fraction)) + mark;
  const Decimal least = from_rate(rules.option_maintenance);
  if (call) return {.initial = initial, .maintenance = least + mark};
  const Decimal maintenance = larger(least, up(least, mark)) + mark;
  return {.initial = larger(initial, maintenance), .maintenance = maintenance};
}

class Evaluator {
 public:
  Evaluator(const CoinOptions& rules, const Book& book) : rules_(rules), book_(book) {}

  [[nodiscard]] Result<Evaluation> run() {
    out_.equity = book_.cash;
    for (const Holding& holding : book_.holdings) {
      const Result<const CoinOptionsMarket*> market = market_of(book_.of(holding));
      if (!market) return std::unexpected(market.error());
      Result<void> done = is_option(book_.of(holding).kind) ? add_option(**market, holding)
                                                            : add_future(**market, holding);
      if (!done) return std::unexpected(done.error());
      out_.equity += out_.values.back();
    }
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Result<const CoinOptionsMarket*> market_of(const Contract& contract) const {
    const Contract& first = book_.of(book_.holdings.front());
    if (contract.underlying != first.underlying)
      return malformed("portfolio.positions.instrument", contract.code,
                       "an account holds one coin: " + book_.of(first).code,
                       "margin each coin by itself");
    const std::string& code = book_.of(contract).code;
    for (const CoinOptionsMarket& market : rules_.markets)
      if (market.underlying == code) return &market;
    return malformed("portfolio.positions.instrument", contract.code,
                     "the rulebook has no parameters for " + code);
  }

  void line(const Contract& contract, std::string detail, const Margin& margin, Decimal size) {
    out_.lines.push_back({.name = "position",
                          .where = contract.code,
                          .detail = std::move(detail),
                          .initial = to_quanta(up(margin.initial, size), rules_.scale),
                          .maintenance = to_quanta(up(margin.maintenance, size), rules_.scale)});
  }

  [[nodiscard]] Result<void> add_option(const CoinOptionsMarket& rules, const Holding& holding) {
    const Contract& contract = book_.of(holding);
    if (!contract.mark)
      return malformed("market.instruments.mark", "", "must be given: the mark in coin",
                       "of " + contract.code);
    const Result<const ExpiryFacts*> facts = expiry_facts(book_, contract);
    if (!facts) return std::unexpected(facts.error());
    out_.values.emplace_back();
    if (!holding.quantity.is_negative()) return {};
    const Margin margin = short_option(rules, contract, (*facts)->forward);
    line(contract, "mark " + text(*contract.mark) + ", forward " + text((*facts)->forward), margin,
         -holding.quantity * contract.size);
    return {};
  }

  [[nodiscard]] Result<void> add_future(const CoinOptionsMarket& rules, const Holding& holding) {
    const Contract& contract = book_.of(holding);
    if (!is_inverse(contract.kind))
      return not_margined(contract, "coin-settled options and inverse futures");
    const Decimal size = holding.quantity * contract.size;
    const Decimal value =
        scaled<Rounding::ceil>(absolute(size), Decimal::one(), contract.mark->units());
    const Decimal slope = up(from_rate(rules.future_slope), value);
    line(contract, "value " + text(value),
         {.initial = from_rate(rules.future_initial) + slope,
          .maintenance = from_rate(rules.future_maintenance) + slope},
         value);
    Decimal pnl;
    if (holding.pnl) pnl = *holding.pnl;
    if (holding.entry)
      pnl = scaled<Rounding::floor>(size, Decimal::one(), holding.entry->units()) -
            scaled<Rounding::ceil>(size, Decimal::one(), contract.mark->units());
    out_.values.push_back(pnl);
    return {};
  }

  const CoinOptions& rules_;
  const Book& book_;
  Evaluation out_;
};

}  // namespace

Result<void> check(const CoinOptions& rules) {
  if (rules.scale > kDecimalScale)
    return malformed("coin_options.scale", std::to_string(rules.scale), "must be at most 18");
  if (rules.markets.empty() || rules.markets.size() > kUnderlyingsMax)
    return malformed("coin_options.markets", std::to_string(rules.markets.size()),
                     "must be 1 to 256");
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < rules.markets.size(); ++i) {
    const CoinOptionsMarket& market = rules.markets[i];
    const std::string at = "coin_options.markets[" + std::to_string(i) + "].";
    if (market.underlying.empty() || !seen.insert(market.underlying).second)
      return malformed(at + "underlying", market.underlying, "must be given, and stand once");
    Result<void> done;
    CoinOptionsMarket::fields(
        market, [&](std::string_view name, const auto& field, std::string_view) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, base::Rate>) {
            const Decimal value = from_rate(field);
            if (done && (value.is_negative() || value > Decimal::one()))
              done = malformed(at + std::string(name), text(value), "must be 0 to 1");
          }
        });
    if (!done) return done;
  }
  return {};
}

Result<Evaluation> evaluate(const CoinOptions& rules, const Book& book) {
  return Evaluator(rules, book).run();
}

}  // namespace cofferdam::rulebook
