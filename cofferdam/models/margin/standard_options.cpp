// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/standard_options.h"

#include "cofferdam/models/margin/fixed_black.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using MarketRules = StandardOptionsMarket;

// A margin is signed as in the source: below zero, cash is needed.
struct Margin {
  Decimal initial;
  Decimal maintenance;
};

struct Short {
  Margin isolated;
  Decimal value;
};

struct ExpiryHolding {
  std::size_t underlying = 0;
  base::Time expiry;
  std::vector<std::size_t> options;  // of the holdings
};

class Evaluator {
 public:
  Evaluator(const StandardOptions& rules, const Book& book) : rules_(rules), book_(book) {}

  [[nodiscard]] Result<Evaluation> run() {
    out_.values.resize(book_.holdings.size());
    penalised_.resize(book_.underlyings.size());
    for (std::size_t i = 0; i < book_.holdings.size(); ++i)
      if (Result<void> done = add(i); !done) return std::unexpected(done.error());
    for (const ExpiryHolding& expiry : expiries_)
      if (Result<void> done = add(expiry); !done) return std::unexpected(done.error());
    add_depeg();
    out_.equity = book_.cash;
    for (const Decimal value : out_.values) out_.equity += value;
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Result<const MarketRules*> market(const Contract& contract) const {
    const std::string& code = book_.of(contract).code;
    std::string known;
    for (const MarketRules& market : rules_.markets) {
      if (market.underlying == code) return &market;
      known += (known.empty() ? "" : ", ") + market.underlying;
    }
    return malformed("portfolio.positions.instrument", contract.code,
                     "the rulebook has no parameters for " + code, "it has: " + known);
  }

  // The requirement is what the mark value loses on its way to the margin.
  void line(std::string name, std::string where, std::string detail, Decimal value,
            const Margin& margin) {
    out_.lines.push_back({.name = std::move(name),
                          .where = std::move(where),
                          .detail = std::move(detail),
                          .initial = value - margin.initial,
                          .maintenance = value - margin.maintenance});
  }

  [[nodiscard]] Result<void> add(std::size_t index) {
    const Holding& holding = book_.holdings[index];
    const Contract& contract = book_.of(holding);
    const Result<const MarketRules*> rules = market(contract);
    if (!rules) return std::unexpected(rules.error());
    if (contract.size != Decimal::one())
      return malformed("market.instruments.contract_size", text(contract.size), "must be 1",
                       "of " + contract.code);
    switch (contract.kind) {
      case InstrumentKind::spot:
        add_base(**rules, index);
        return {};
      case InstrumentKind::perpetual:
        add_perpetual(**rules, index);
        return {};
      case InstrumentKind::call:
      case InstrumentKind::put: {
        const auto same = [&](const ExpiryHolding& e) {
          return e.underlying == contract.underlying && e.expiry == contract.expiry;
        };
        auto found = std::find_if(expiries_.begin(), expiries_.end(), same);
        if (found == expiries_.end())
          found = expiries_.insert(found, {contract.underlying, contract.expiry, {}});
        found->options.push_back(index);
        if (holding.quantity.is_negative()) penalised_[contract.underlying] -= holding.quantity;
        return {};
      }
      default:
        return not_margined(contract, "options, perpetuals and base collateral");
    }
  }

  void add_base(const MarketRules& rules, std::size_t index) {
    const Holding& holding = book_.holdings[index];
    const Contract& contract = book_.of(holding);
    const UnderlyingFacts& facts = book_.of(contract);
    const Decimal notional = holding.quantity * facts.spot;
    const Decimal value = notional / book_.stable;
    const Decimal counted = notional * from_rate(rules.base_factor);
    out_.values[index] = value;
    line("base haircut", contract.code, "counts " + text(from_rate(rules.base_factor)), value,
         {.initial = counted * from_rate(rules.base_initial_scale), .maintenance = counted});
    add_confidence(rules, facts.confidence, rules.base_confidence_threshold, notional,
                   Decimal::one(), contract.code);
  }

  void add_perpetual(const MarketRules& rules, std::size_t index) {
    const Holding& holding = book_.holdings[index];
    const Contract& contract = book_.of(holding);
    const UnderlyingFacts& facts = book_.of(contract);
    const Decimal size = absolute(holding.quantity);
    const Decimal notional = size * *contract.mark;
    out_.values[index] = linear_pnl(book_, holding);
    line("perpetual", contract.code, "notional " + text(notional), Decimal(),
         {.initial = -(notional * from_rate(rules.perp_initial)),
          .maintenance = -(notional * from_rate(rules.perp_maintenance))});
    const Decimal confidence = smaller(contract.confidence, facts.confidence);
    add_confidence(rules, confidence, rules.perp_confidence_threshold, facts.spot, size,
                   contract.code);
    penalised_[contract.underlying] += size;
  }

  void add_confidence(const MarketRules& rules, Decimal confidence, base::Rate threshold,
                      Decimal price, Decimal size, const std::string& where) {
    if (threshold.is_zero() || confidence >= from_rate(threshold)) return;
    const Decimal penalty =
        (Decimal::one() - confidence) * from_rate(rules.confidence_factor) * price * size;
    line("oracle confidence", where, "confidence " + text(confidence), Decimal(),
         {.initial = -penalty, .maintenance = Decimal()});
  }

  [[nodiscard]] Result<Decimal> mark(const Contract& contract, const ExpiryFacts& facts) const {
    if (contract.mark) return *contract.mark;
    const OptionPrices prices = book_.memo->prices({.seconds = contract.seconds,
                                                    .volatility = *contract.volatility,
                                                    .forward = facts.forward,
                                                    .strike = contract.strike});
    return contract.kind == InstrumentKind::call ? prices.call : prices.put;
  }

  [[nodiscard]] static Decimal short_fraction(const MarketRules& rules, Decimal out_of_the_money) {
    return larger(from_rate(rules.max_spot) - out_of_the_money, from_rate(rules.min_spot));
  }

  [[nodiscard]] static Margin short_call(const MarketRules& rules, const Contract& contract,
                                         Decimal amount, Decimal spot, Decimal value) {
    const Decimal out = larger(contract.strike - spot, Decimal()) / spot;
    return {.initial = short_fraction(rules, out) * spot * amount + value,
            .maintenance = value + from_rate(rules.mm_call) * spot * amount};
  }

  [[nodiscard]] static Margin short_put(const MarketRules& rules, const Contract& contract,
                                        Decimal amount, Decimal spot, Decimal value) {
    const Decimal out = larger(spot - contract.strike, Decimal()) / spot;
    const Decimal maintenance =
        smaller(from_rate(rules.mm_put) * spot * amount, from_rate(rules.mm_put_mtm) * value) +
        value;
    return {.initial = smaller(short_fraction(rules, out) * spot * amount + value,
                               maintenance * from_rate(rules.mm_offset)),
            .maintenance = maintenance};
  }

  // What the expiry pays when it settles at this price, at most 0.
  [[nodiscard]] Decimal least_payoff(const ExpiryHolding& expiry, Decimal price) const {
    Decimal payoff;
    for (const std::size_t index : expiry.options) {
      const Holding& holding = book_.holdings[index];
      const Contract& contract = book_.of(holding);
      const Decimal difference = price - contract.strike;
      const bool call = contract.kind == InstrumentKind::call;
      if (call && difference.is_positive()) payoff += difference * holding.quantity;
      if (!call && difference.is_negative()) payoff += -difference * holding.quantity;
    }
    return smaller(payoff, Decimal());
  }

  [[nodiscard]] Result<void> add(const ExpiryHolding& expiry) {
    const Contract& first = book_.of(book_.holdings[expiry.options.front()]);
    const MarketRules& rules = **market(first);  // was found when the holding was
    const Result<const ExpiryFacts*> facts = expiry_facts(book_, first);
    if (!facts) return std::unexpected(facts.error());
    const UnderlyingFacts& underlying = book_.underlyings[expiry.underlying];
    Margin isolated;
    Decimal value;
    Decimal net_calls;
    Decimal shorts;
    Decimal loss = least_payoff(expiry, Decimal());
    Decimal confidence = smaller(underlying.confidence, (*facts)->confidence);
    for (const std::size_t index : expiry.options) {
      const Holding& holding = book_.holdings[index];
      const Contract& contract = book_.of(holding);
      const Result<Decimal> price = mark(contract, **facts);
      if (!price) return std::unexpected(price.error());
      const bool call = contract.kind == InstrumentKind::call;
      out_.values[index] = *price * holding.quantity;
      value += out_.values[index];
      if (call) net_calls += holding.quantity;
      loss = smaller(loss, least_payoff(expiry, contract.strike));
      confidence = smaller(confidence, contract.confidence);
      if (!holding.quantity.is_negative()) continue;
      shorts -= holding.quantity;
      const Margin margin =
          call ? short_call(rules, contract, holding.quantity, underlying.spot, out_.values[index])
               : short_put(rules, contract, holding.quantity, underlying.spot, out_.values[index]);
      isolated.initial += margin.initial;
      isolated.maintenance += margin.maintenance;
    }
    Margin bounded{.initial = loss, .maintenance = loss};
    if (net_calls.is_negative()) {
      bounded.initial += from_rate(rules.unpaired_initial) * (*facts)->forward * net_calls;
      bounded.maintenance += from_rate(rules.unpaired_maintenance) * (*facts)->forward * net_calls;
    }
    const Margin margin{.initial = larger(isolated.initial, bounded.initial),
                        .maintenance = larger(isolated.maintenance, bounded.maintenance)};
    const std::string where = underlying.code + " " + time_text(expiry.expiry);
    const bool by_loss = bounded.initial > isolated.initial;
    line("expiry", where,
         std::string(by_loss ? "greatest loss" : "sum of the shorts") + " binds; mark value " +
             text(value),
         value, margin);
    add_confidence(rules, confidence, rules.option_confidence_threshold, underlying.spot, shorts,
                   where);
    return {};
  }

  void add_depeg() {
    const Decimal threshold = from_rate(rules_.depeg_threshold);
    if (book_.stable >= threshold) return;
    const Decimal multiplier = (threshold - book_.stable) * from_rate(rules_.depeg_factor);
    for (std::size_t i = 0; i < penalised_.size(); ++i) {
      if (penalised_[i].is_zero()) continue;
      const Decimal penalty = penalised_[i] * multiplier * book_.underlyings[i].spot;
      line("stable depeg", book_.underlyings[i].code, "stable price " + text(book_.stable),
           Decimal(), {.initial = -penalty, .maintenance = Decimal()});
    }
  }

  const StandardOptions& rules_;
  const Book& book_;
  Evaluation out_;
  std::vector<ExpiryHolding> expiries_;
  std::vector<Decimal> penalised_;  // by underlying: |perpetuals| and short options
};

}  // namespace

Result<void> check(const StandardOptions& rules) {
  const auto within = [](base::Rate rate, std::int64_t tenths,
                         const std::string& field) -> Result<void> {
    const Decimal value = from_rate(rate);
    if (value.is_negative() || value > Decimal::of_units(kDecimalOne / 10 * tenths))
      return malformed("standard_options." + field, text(value),
                       "must be 0 to " + text(Decimal::of_units(kDecimalOne / 10 * tenths)));
    return {};
  };
  if (Result<void> done = within(rules.depeg_threshold, 10, "depeg_threshold"); !done) return done;
  if (Result<void> done = within(rules.depeg_factor, 30, "depeg_factor"); !done) return done;
  if (rules.markets.empty() || rules.markets.size() > kUnderlyingsMax)
    return malformed("standard_options.markets", std::to_string(rules.markets.size()),
                     "must be 1 to 256");
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < rules.markets.size(); ++i) {
    const MarketRules& market = rules.markets[i];
    const std::string at = "markets[" + std::to_string(i) + "].";
    if (market.underlying.empty() || !seen.insert(market.underlying).second)
      return malformed("standard_options." + at + "underlying", market.underlying,
                       "must be given, and stand once");
    Result<void> done;
    const auto visit = [&](std::string_view name, const auto& field, std::string_view) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, base::Rate>) {
        const bool scale = name.starts_with("unpaired") || name == "mm_offset";
        const bool spot = name == "max_spot" || name == "min_spot";
        if (done) done = within(field, scale ? 30 : spot ? 12 : 10, at + std::string(name));
      }
    };
    MarketRules::fields(market, visit);
    if (!done) return done;
    if (market.perp_maintenance > market.perp_initial)
      return malformed("standard_options." + at + "perp_maintenance",
                       text(from_rate(market.perp_maintenance)), "must not be above perp_initial");
  }
  return {};
}

Result<Evaluation> evaluate(const StandardOptions& rules, const Book& book) {
  return Evaluator(rules, book).run();
}

}  // namespace cofferdam::rulebook
