// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/fractions.h"

#include <algorithm>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

constexpr base::u128 kNotionalUnitsMax = base::u128{10} * kDecimalOne;

// Rounds a decimal to whole quanta.
template <Rounding R>
Decimal to_quanta(Decimal value, unsigned scale) {
  if (value.is_void()) return value;
  return from_scaled(to_scaled<R>(value, scale), scale);
}

// a * b, or a / b, in whole quanta without rounding in between.
template <Rounding R>
Decimal product(Decimal a, Decimal b, unsigned scale) {
  const auto divisor = static_cast<i128>(base::power_of_ten(2 * kDecimalScale - scale));
  const Decimal quanta = scaled<R>(a, b, divisor);
  return quanta.is_void() ? quanta : from_scaled(quanta.units(), scale);
}

template <Rounding R>
Decimal quotient(Decimal a, Decimal b, unsigned scale) {
  const auto factor = Decimal::of_units(static_cast<i128>(base::power_of_ten(scale)));
  const Decimal quanta = scaled<R>(a, factor, b.units());
  return quanta.is_void() ? quanta : from_scaled(quanta.units(), scale);
}

Decimal notional_of(const Fractions& rules, const Holding& holding, const Contract& contract) {
  const Decimal size = absolute(holding.quantity) * contract.size;
  if (is_inverse(contract.kind)) return quotient<Rounding::up>(size, *contract.mark, rules.scale);
  return product<Rounding::up>(size, *contract.mark, rules.scale);
}

// Rounded down: what a position is worth is never overstated.
Decimal pnl_of(const Fractions& rules, const Holding& holding, const Contract& contract) {
  if (holding.pnl) return to_quanta<Rounding::floor>(*holding.pnl, rules.scale);
  if (!holding.entry) return Decimal();
  const Decimal size = holding.quantity * contract.size;
  if (is_inverse(contract.kind))
    return quotient<Rounding::floor>(size, *holding.entry, rules.scale) -
           quotient<Rounding::ceil>(size, *contract.mark, rules.scale);
  return product<Rounding::floor>(size, *contract.mark - *holding.entry, rules.scale);
}

Decimal requirement(const Fractions& rules, const FractionEntry& entry, Decimal notional,
                    base::Rate Bracket::* fraction) {
  const auto from = [&](const Bracket& bracket) {
    return from_scaled(static_cast<i128>(bracket.notional_from.units()), rules.scale);
  };
  const auto share = [&](Decimal of, const Bracket& bracket) {
    return product<Rounding::up>(of, from_rate(bracket.*fraction), rules.scale);
  };
  if (rules.rule == BracketRule::whole) {
    const Bracket* reached = &entry.brackets.front();
    for (const Bracket& bracket : entry.brackets)
      if (notional >= from(bracket)) reached = &bracket;
    return share(notional, *reached);
  }
  Decimal sum;
  for (std::size_t i = 0; i < entry.brackets.size(); ++i) {
    if (notional <= from(entry.brackets[i])) break;
    const bool last = i + 1 == entry.brackets.size();
    const Decimal until = last ? notional : smaller(notional, from(entry.brackets[i + 1]));
    sum += share(until - from(entry.brackets[i]), entry.brackets[i]);
  }
  return sum;
}

template <class Entry>
const Entry* entry_of(const std::vector<Entry>& entries, const std::string& code) {
  const Entry* any = nullptr;
  for (const Entry& entry : entries) {
    if (entry.underlying == code) return &entry;
    if (entry.underlying == "*") any = &entry;
  }
  return any;
}

Result<void> add_collateral(const Fractions& rules, const Book& book, const Holding& holding,
                            Evaluation& out) {
  const Contract& contract = book.of(holding);
  const std::string& code = book.of(contract).code;
  const Haircut* haircut = entry_of(rules.collateral, code);
  if (haircut == nullptr)
    return malformed("portfolio.positions.instrument", contract.code,
                     "the rulebook takes no " + code + " as collateral");
  const Decimal value =
      product<Rounding::floor>(holding.quantity * contract.size, *contract.mark, rules.scale);
  const Decimal cut = product<Rounding::up>(value, from_rate(haircut->haircut), rules.scale);
  out.lines.push_back({.name = "collateral haircut",
                       .where = contract.code,
                       .detail = "haircut " + text(from_rate(haircut->haircut)),
                       .initial = cut,
                       .maintenance = cut});
  out.values.push_back(value);
  return {};
}

Result<void> add_contract(const Fractions& rules, const Book& book, const Holding& holding,
                          Evaluation& out) {
  const Contract& contract = book.of(holding);
  const std::string& code = book.of(contract).code;
  const FractionEntry* entry = entry_of(rules.contracts, code);
  if (entry == nullptr)
    return malformed("portfolio.positions.instrument", contract.code,
                     "the rulebook has no fractions for " + code);
  const Decimal notional = notional_of(rules, holding, contract);
  Decimal initial = requirement(rules, *entry, notional, &Bracket::initial);
  if (holding.initial_fraction)
    initial =
        larger(initial, product<Rounding::up>(notional, *holding.initial_fraction, rules.scale));
  out.lines.push_back({.name = "position",
                       .where = contract.code,
                       .detail = "notional " + text(notional),
                       .initial = initial,
                       .maintenance = requirement(rules, *entry, notional, &Bracket::maintenance)});
  out.values.push_back(pnl_of(rules, holding, contract));
  return {};
}

Result<void> check_brackets(const FractionEntry& entry, const std::string& at) {
  if (entry.brackets.empty() || entry.brackets.size() > kBracketsMax)
    return malformed(at + ".brackets", std::to_string(entry.brackets.size()), "must be 1 to 64");
  base::Amount before;
  for (std::size_t i = 0; i < entry.brackets.size(); ++i) {
    const Bracket& bracket = entry.brackets[i];
    const std::string here = at + ".brackets[" + std::to_string(i) + "]";
    const bool rises = i == 0 ? bracket.notional_from.is_zero() : bracket.notional_from > before;
    if (!rises || bracket.notional_from.units() > kNotionalUnitsMax)
      return malformed(here + ".notional_from", base::to_text(bracket.notional_from.units()),
                       "must be 0 in the first bracket, and rise, to at most 10^19 quanta");
    before = bracket.notional_from;
    const Decimal initial = from_rate(bracket.initial);
    const Decimal maintenance = from_rate(bracket.maintenance);
    if (!initial.is_positive() || initial > Decimal::one())
      return malformed(here + ".initial", text(initial), "must be above 0 and at most 1");
    if (maintenance.is_negative() || maintenance > initial)
      return malformed(here + ".maintenance", text(maintenance),
                       "must be 0 to the initial fraction");
  }
  return {};
}

}  // namespace

Result<void> check(const Fractions& rules) {
  if (rules.scale > kDecimalScale)
    return malformed("fractions.scale", std::to_string(rules.scale), "must be at most 18");
  if (rules.contracts.empty() || rules.contracts.size() > kFractionEntriesMax)
    return malformed("fractions.contracts", std::to_string(rules.contracts.size()),
                     "must be 1 to 1,000");
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < rules.contracts.size(); ++i) {
    const std::string at = "fractions.contracts[" + std::to_string(i) + "]";
    const FractionEntry& entry = rules.contracts[i];
    if (entry.underlying.empty() || !seen.insert(entry.underlying).second)
      return malformed(at + ".underlying", entry.underlying, "must be given, and stand once");
    if (Result<void> done = check_brackets(entry, at); !done) return done;
  }
  seen.clear();
  for (std::size_t i = 0; i < rules.collateral.size(); ++i) {
    const std::string at = "fractions.collateral[" + std::to_string(i) + "]";
    const Haircut& entry = rules.collateral[i];
    if (entry.underlying.empty() || !seen.insert(entry.underlying).second)
      return malformed(at + ".underlying", entry.underlying, "must be given, and stand once");
    const Decimal haircut = from_rate(entry.haircut);
    if (haircut.is_negative() || haircut > Decimal::one())
      return malformed(at + ".haircut", text(haircut), "must be 0 to 1");
  }
  return {};
}

Result<Evaluation> evaluate(const Fractions& rules, const Book& book) {
  Evaluation out;
  const bool any_inverse =
      std::any_of(book.holdings.begin(), book.holdings.end(),
                  [&](const Holding& holding) { return is_inverse(book.of(holding).kind); });
  for (const Holding& holding : book.holdings) {
    const Contract& contract = book.of(holding);
    const bool collateral = contract.kind == InstrumentKind::spot;
    if (is_option(contract.kind)) return not_margined(contract, "perpetuals and futures");
    if (any_inverse && !is_inverse(contract.kind))
      return malformed("portfolio.positions.instrument", contract.code,
                       "inverse contracts settle in the underlying: margin them by themselves");
    Result<void> done = collateral ? add_collateral(rules, book, holding, out)
                                   : add_contract(rules, book, holding, out);
    if (!done) return std::unexpected(done.error());
  }
  out.equity = to_quanta<Rounding::floor>(book.cash, rules.scale);
  for (const Decimal value : out.values) out.equity += value;
  return closed(std::move(out));
}

}  // namespace cofferdam::rulebook
