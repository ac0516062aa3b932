// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/margin.h"

#include <algorithm>
#include <tuple>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;
using base::SignedAmount;

constexpr std::size_t kReliefInstrumentsMax = 100;

Decimal initial_excess(const Evaluation& e) {
  return e.equity - e.initial;
}

Decimal maintenance_excess(const Evaluation& e) {
  return e.equity - e.maintenance;
}

// What is owed rounds up, what is there rounds down.
class Writer {
 public:
  explicit Writer(const Scales& scales) : scales_(scales) {}

  [[nodiscard]] SignedAmount up(Decimal value) const {
    return SignedAmount(to_scaled<Rounding::ceil>(value, scales_.amount));
  }

  [[nodiscard]] SignedAmount down(Decimal value) const {
    return SignedAmount(to_scaled<Rounding::floor>(value, scales_.amount));
  }

  // Exact: quantities come in this scale, or are sums of such.
  [[nodiscard]] base::Quantity quantity(Decimal value) const {
    return base::Quantity(to_scaled<Rounding::down>(value, scales_.quantity));
  }

  [[nodiscard]] MarginFigures figures(const Evaluation& e) const {
    MarginFigures made{
        .equity = down(e.equity), .initial = up(e.initial), .maintenance = up(e.maintenance)};
    made.initial_excess = made.equity + -made.initial;
    made.maintenance_excess = made.equity + -made.maintenance;
    if (initial_excess(e).is_negative()) made.status = MarginStatus::below_initial;
    if (maintenance_excess(e).is_negative()) made.status = MarginStatus::below_maintenance;
    return made;
  }

 private:
  Scales scales_;
};

// The book with another quantity of a contract; its equity is for the caller to say.
Book with_quantity(Book book, std::size_t contract, Decimal change) {
  const auto found = std::find_if(book.holdings.begin(), book.holdings.end(),
                                  [&](const Holding& h) { return h.contract == contract; });
  if (found == book.holdings.end()) {
    if (!change.is_zero()) book.holdings.push_back({.contract = contract, .quantity = change});
    return book;
  }
  found->quantity += change;
  if (found->quantity.is_zero()) book.holdings.erase(found);
  return book;
}

// Requirements after a trade at the mark, which leaves equity as it was.
Result<Evaluation> at_mark(const Rulebook& rulebook, const Book& book, const Evaluation& before,
                           std::size_t contract, Decimal change) {
  const Book after = with_quantity(book, contract, change);
  for (const Holding& holding : after.holdings) {
    if (holding.contract != contract) continue;
    if (Result<void> done = check_size(after, holding, "quantity"); !done)
      return std::unexpected(done.error());
    if (after.contracts[contract].kind == InstrumentKind::spot && holding.quantity.is_negative())
      return malformed("quantity", text(holding.quantity), "collateral cannot be below zero",
                       "of " + after.contracts[contract].code);
  }
  Result<Evaluation> evaluation = evaluate(rulebook, after);
  if (evaluation) evaluation->equity = before.equity;
  return evaluation;
}

class Explainer {
 public:
  Explainer(const MarginInput& input, const Book& book, const Evaluation& now)
      : input_(input), rulebook_(*input.parameters), book_(book), now_(now), write_(book.scales) {}

  [[nodiscard]] Result<void> run(MarginOutput& out) {
    if (book_.holdings.size() > kExplainedPositionsMax)
      return malformed("portfolio.positions", std::to_string(book_.holdings.size()),
                       "at most 200 can be explained", "set explain to false");
    if (Result<void> done = positions(out); !done) return done;
    if (Result<void> done = trades(out); !done) return done;
    std::sort(out.relief.begin(), out.relief.end(), [](const Relief& a, const Relief& b) {
      return std::tuple(-a.freed_initial, a.instrument, a.quantity) <
             std::tuple(-b.freed_initial, b.instrument, b.quantity);
    });
    return modes(out);
  }

 private:
  void relieve(MarginOutput& out, std::size_t contract, Decimal change, const Evaluation& after) {
    const Decimal initial = now_.initial - after.initial;
    if (!initial.is_positive()) return;
    out.relief.push_back({.instrument = book_.contracts[contract].code,
                          .quantity = write_.quantity(change),
                          .freed_initial = write_.down(initial),
                          .freed_maintenance = write_.down(now_.maintenance - after.maintenance)});
  }

  [[nodiscard]] Result<void> positions(MarginOutput& out) {
    for (std::size_t i = 0; i < book_.holdings.size(); ++i) {
      const Holding& holding = book_.holdings[i];
      const Result<Evaluation> after =
          at_mark(rulebook_, book_, now_, holding.contract, -holding.quantity);
      if (!after) return std::unexpected(after.error());
      const bool has_pnl = i < now_.binding_pnl.size();
      out.positions.push_back(
          {.instrument = book_.of(holding).code,
           .quantity = write_.quantity(holding.quantity),
           .value = write_.down(now_.values[i]),
           .scenario_pnl = has_pnl ? write_.down(now_.binding_pnl[i]) : SignedAmount(),
           .freed_initial = write_.down(now_.initial - after->initial),
           .freed_maintenance = write_.down(now_.maintenance - after->maintenance)});
      relieve(out, holding.contract, -holding.quantity, *after);
    }
    return {};
  }

  [[nodiscard]] Result<void> trades(MarginOutput& out) {
    if (!input_.relief_quantity) return {};
    const Decimal size = from_scaled(input_.relief_quantity->value(), book_.scales.quantity);
    if (!size.is_positive()) return malformed("relief_quantity", text(size), "must be above zero");
    if (book_.contracts.size() > kReliefInstrumentsMax)
      return malformed("market.instruments", std::to_string(book_.contracts.size()),
                       "at most 100 can be tried for relief");
    for (std::size_t contract = 0; contract < book_.contracts.size(); ++contract) {
      if (book_.contracts[contract].kind == InstrumentKind::spot) continue;
      for (const Decimal change : {size, -size}) {
        if (closes(contract, change)) continue;
        // An instrument that this rulebook does not margin frees nothing.
        const Result<Evaluation> after = at_mark(rulebook_, book_, now_, contract, change);
        if (after) relieve(out, contract, change, *after);
      }
    }
    return {};
  }

  // Whether the trade was tried already, as the closing of a position.
  [[nodiscard]] bool closes(std::size_t contract, Decimal change) const {
    return std::any_of(book_.holdings.begin(), book_.holdings.end(), [&](const Holding& h) {
      return h.contract == contract && h.quantity == -change;
    });
  }

  struct Sum {
    Decimal initial;
    Decimal maintenance;
    Decimal value;
    Decimal needed_initial;
    Decimal needed_maintenance;
  };

  [[nodiscard]] static Decimal missing(Decimal requirement, Decimal value) {
    return larger(requirement - value, Decimal());
  }

  void add_mode(MarginOutput& out, MarginMode mode, const Sum& sum) const {
    out.modes.push_back({.mode = mode,
                         .initial = write_.up(sum.initial),
                         .maintenance = write_.up(sum.maintenance),
                         .cash_needed_initial = write_.up(sum.needed_initial),
                         .cash_needed_maintenance = write_.up(sum.needed_maintenance)});
  }

  [[nodiscard]] Result<void> modes(MarginOutput& out) {
    Book book = book_;
    book.cash = Decimal();
    for (Holding& holding : book.holdings) {
      const InstrumentKind kind = book.of(holding).kind;
      const bool profits = is_linear_future(kind) || is_inverse(kind);
      if (profits && !holding.entry && !holding.pnl) holding.pnl = Decimal();
    }
    Sum isolated;
    Book single = book;
    for (const Holding& holding : book.holdings) {
      single.holdings = {holding};
      const Result<Evaluation> alone = evaluate(rulebook_, single);
      if (!alone) return std::unexpected(alone.error());
      isolated.initial += alone->initial;
      isolated.maintenance += alone->maintenance;
      isolated.value += alone->equity;
      isolated.needed_initial += missing(alone->initial, alone->equity);
      isolated.needed_maintenance += missing(alone->maintenance, alone->equity);
    }
    Sum cross = isolated;
    cross.needed_initial = missing(cross.initial, cross.value);
    cross.needed_maintenance = missing(cross.maintenance, cross.value);
    const Result<Evaluation> all = evaluate(rulebook_, book);
    if (!all) return std::unexpected(all.error());
    const Sum portfolio{.initial = all->initial,
                        .maintenance = all->maintenance,
                        .value = all->equity,
                        .needed_initial = missing(all->initial, all->equity),
                        .needed_maintenance = missing(all->maintenance, all->equity)};
    add_mode(out, MarginMode::isolated, isolated);
    add_mode(out, MarginMode::cross, cross);
    add_mode(out, MarginMode::portfolio, portfolio);
    return {};
  }

  const MarginInput& input_;
  const Rulebook& rulebook_;
  const Book& book_;
  const Evaluation& now_;
  Writer write_;
};

// What the trades have made at the mark, one after the other.
Result<Evaluation> after_trades(const MarginInput& input, Book book, Evaluation now) {
  if (input.what_if.size() > kTradesMax)
    return malformed("what_if", std::to_string(input.what_if.size()), "must be at most 64");
  for (std::size_t i = 0; i < input.what_if.size(); ++i) {
    const Trade& trade = input.what_if[i];
    const std::string at = "what_if[" + std::to_string(i) + "]";
    const std::optional<std::size_t> contract = find_contract(book, trade.instrument);
    if (!contract)
      return malformed(at + ".instrument", trade.instrument,
                       "must be the code of an instrument of the market");
    const Decimal quantity = from_scaled(trade.quantity.value(), book.scales.quantity);
    std::optional<Decimal> price;
    if (trade.price) price = from_scaled(trade.price->value(), book.scales.price);
    if (quantity.is_void() || (price && (price->is_void() || price->is_negative())))
      return malformed(at, trade.instrument, "quantity and price must fit, the price not below 0");
    if (price) {
      const Holding traded{.contract = *contract, .quantity = quantity, .entry = price};
      if (Result<void> done = check_size(book, traded, at); !done)
        return std::unexpected(done.error());
    }
    Result<Evaluation> after = at_mark(*input.parameters, book, now, *contract, quantity);
    if (!after) return std::unexpected(after.error());
    if (price) {
      const Result<Decimal> profit =
          trade_profit(*input.parameters, book, *contract, quantity, *price);
      if (!profit) return std::unexpected(profit.error());
      after->equity += *profit;
      if (after->equity.is_void())
        return malformed(at + ".price", text(*price), "makes a profit that does not fit");
    }
    book = with_quantity(std::move(book), *contract, quantity);
    now = *std::move(after);
  }
  return now;
}

void describe(const Evaluation& now, const Writer& write, MarginOutput& out) {
  out.figures = write.figures(now);
  if (now.binding) out.binding_scenario = now.scenarios[*now.binding].name;
  for (const Line& line : now.lines)
    out.lines.push_back({.name = line.name,
                         .where = line.where,
                         .detail = line.detail,
                         .initial = write.up(line.initial),
                         .maintenance = write.up(line.maintenance)});
  for (const ScenarioOutcome& scenario : now.scenarios)
    out.scenarios.push_back({.name = scenario.name, .pnl = write.down(scenario.pnl)});
}

}  // namespace

Result<Decimal> trade_profit(const Rulebook& rulebook, const Book& book, std::size_t contract,
                             Decimal quantity, Decimal price) {
  const Contract& traded = book.contracts[contract];
  const Decimal size = quantity * traded.size;
  if (is_inverse(traded.kind)) {
    if (!price.is_positive())
      return malformed("what_if.price", text(price), "must be above zero", "of " + traded.code);
    return size / price - size / *traded.mark;
  }
  if (traded.mark) return size * (*traded.mark - price);
  // An option that the rulebook prices itself: one contract alone shows its price.
  Book single = book;
  single.cash = Decimal();
  single.holdings = {Holding{.contract = contract, .quantity = Decimal::one()}};
  const Result<Evaluation> one = evaluate(rulebook, single);
  if (!one) return std::unexpected(one.error());
  return quantity * (one->equity - traded.size * price);
}

Result<MarginOutput> margin(const MarginInput& input) {
  if (!input.parameters)
    return malformed("rulebook", input.rulebook, "give the name of a rulebook, or parameters");
  const Rulebook& rulebook = *input.parameters;
  if (Result<void> done = check(rulebook); !done) {
    base::Error error = done.error();
    error.field = "parameters." + error.field;
    return std::unexpected(std::move(error));
  }
  const Result<Book> book = resolve(
      input.market, input.portfolio,
      {.amount = input.scale, .price = input.price_scale, .quantity = input.quantity_scale});
  if (!book) return std::unexpected(book.error());
  Result<Evaluation> now = evaluate(rulebook, *book);
  if (!now) return std::unexpected(now.error());
  MarginOutput out{.rulebook = rulebook.name, .version = rulebook.version};
  const Writer write(book->scales);
  describe(*now, write, out);
  if (!input.what_if.empty()) {
    const Result<Evaluation> after = after_trades(input, *book, *now);
    if (!after) return std::unexpected(after.error());
    out.what_if = write.figures(*after);
  }
  if (input.explain)
    if (Result<void> done = Explainer(input, *book, *now).run(out); !done)
      return std::unexpected(done.error());
  return out;
}

}  // namespace cofferdam::rulebook
