// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/book.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;

// 10^15 units of the quote, and the quantities and prices that lead there, leave a thousand
// positions in some fifty scenarios far below 2^127 units of 10^-18.
constexpr Decimal kPriceMax = Decimal::of_units(kDecimalOne * 1'000'000'000'000);
constexpr Decimal kQuantityMax = Decimal::of_units(kDecimalOne * 1'000'000'000'000'000);
constexpr Decimal kNotionalMax = Decimal::of_units(kDecimalOne * 1'000'000'000'000'000);
constexpr Decimal kVolatilityMax = Decimal::of_units(kDecimalOne * 50);
constexpr Decimal kRateMax = Decimal::of_units(kDecimalOne * 10);
constexpr std::int64_t kSecondsMax = 50LL * 366 * base::kSecondsPerDay;

class Resolver {
 public:
  Resolver(const Market& market, const Portfolio& portfolio, const Scales& scales)
      : market_(market), portfolio_(portfolio), scales_(scales) {}

  [[nodiscard]] Result<Book> run() {
    book_.scales = scales_;
    if (Result<void> done = scales(); !done) return std::unexpected(done.error());
    if (Result<void> done = underlyings(); !done) return std::unexpected(done.error());
    if (Result<void> done = instruments(); !done) return std::unexpected(done.error());
    if (Result<void> done = positions(); !done) return std::unexpected(done.error());
    return std::move(book_);
  }

 private:
  [[nodiscard]] Decimal price(base::Price value) const {
    return from_scaled(value.value(), scales_.price);
  }

  [[nodiscard]] Decimal quantity(base::Quantity value) const {
    return from_scaled(value.value(), scales_.quantity);
  }

  [[nodiscard]] static Result<void> positive_price(Decimal value, const std::string& field) {
    if (value.is_void() || value > kPriceMax)
      return malformed(field, text(value), "must be at most 10^12");
    if (!value.is_positive()) return malformed(field, text(value), "must be above zero");
    return {};
  }

  [[nodiscard]] static Result<void> part(Decimal value, const std::string& field) {
    if (value.is_negative() || value > Decimal::one())
      return malformed(field, text(value), "must be 0 to 1");
    return {};
  }

  [[nodiscard]] static Result<void> code(const std::string& code, const std::string& field) {
    if (code.empty() || code.size() > kCodeBytesMax)
      return malformed(field, code, "must have 1 to 64 bytes");
    return {};
  }

  [[nodiscard]] Result<void> scales() {
    const auto check = [](unsigned scale, const char* field) -> Result<void> {
      if (scale > kDecimalScale)
        return malformed(field, std::to_string(scale), "must be at most 18");
      return {};
    };
    if (Result<void> done = check(scales_.amount, "scale"); !done) return done;
    if (Result<void> done = check(scales_.price, "price_scale"); !done) return done;
    if (Result<void> done = check(scales_.quantity, "quantity_scale"); !done) return done;
    book_.stable = from_rate(market_.stable_price);
    return positive_price(book_.stable, "market.stable_price");
  }

  [[nodiscard]] Result<std::int64_t> seconds_to(base::Time expiry, const std::string& field) const {
    if (expiry <= market_.time)
      return malformed(field, base::format_time(expiry), "must be after the time of the market",
                       "what has expired is settled, not margined");
    const std::int64_t seconds =
        (expiry.value() - market_.time.value()) / base::kNanosecondsPerSecond;
    if (seconds > kSecondsMax || seconds < 0)
      return malformed(field, base::format_time(expiry), "must be within 50 years");
    return seconds;
  }

  [[nodiscard]] Result<void> underlyings() {
    if (market_.underlyings.empty() || market_.underlyings.size() > kUnderlyingsMax)
      return malformed("market.underlyings", std::to_string(market_.underlyings.size()),
                       "must be 1 to 256");
    for (std::size_t i = 0; i < market_.underlyings.size(); ++i) {
      const Underlying& from = market_.underlyings[i];
      const std::string at = "market.underlyings[" + std::to_string(i) + "]";
      UnderlyingFacts facts{.code = from.code,
                            .spot = price(from.spot),
                            .confidence = from_rate(from.confidence),
                            .expiries = {}};
      if (Result<void> done = code(from.code, at + ".code"); !done) return done;
      if (!underlying_by_code_.emplace(from.code, i).second)
        return malformed(at + ".code", from.code, "must stand once");
      if (Result<void> done = positive_price(facts.spot, at + ".spot"); !done) return done;
      if (Result<void> done = part(facts.confidence, at + ".confidence"); !done) return done;
      if (Result<void> done = expiries(from, facts, at); !done) return done;
      book_.underlyings.push_back(std::move(facts));
    }
    return {};
  }

  [[nodiscard]] Result<void> expiries(const Underlying& from, UnderlyingFacts& facts,
                                      const std::string& at) const {
    if (from.expiries.size() > kExpiriesMax)
      return malformed(at + ".expiries", std::to_string(from.expiries.size()),
                       "must be at most 256");
    for (std::size_t i = 0; i < from.expiries.size(); ++i) {
      const Expiry& expiry = from.expiries[i];
      const std::string here = at + ".expiries[" + std::to_string(i) + "]";
      const Result<std::int64_t> seconds = seconds_to(expiry.expiry, here + ".expiry");
      if (!seconds) return std::unexpected(seconds.error());
      for (const ExpiryFacts& other : facts.expiries)
        if (other.expiry == expiry.expiry)
          return malformed(here + ".expiry", base::format_time(expiry.expiry), "must stand once");
      const ExpiryFacts made{.expiry = expiry.expiry,
                             .seconds = *seconds,
                             .forward = price(expiry.forward),
                             .forward_fixed = price(expiry.forward_fixed),
                             .rate = from_rate(expiry.rate),
                             .confidence = from_rate(expiry.confidence)};
      if (Result<void> done = positive_price(made.forward, here + ".forward"); !done) return done;
      if (made.forward_fixed.is_negative() || made.forward_fixed > made.forward)
        return malformed(here + ".forward_fixed", text(made.forward_fixed),
                         "must be 0 to the forward");
      if (absolute(made.rate) > kRateMax)
        return malformed(here + ".rate", text(made.rate), "must be -10 to 10 (1,000 % a year)");
      if (Result<void> done = part(made.confidence, here + ".confidence"); !done) return done;
      facts.expiries.push_back(made);
    }
    return {};
  }

  [[nodiscard]] Result<void> instruments() {
    if (market_.instruments.size() > kInstrumentsMax)
      return malformed("market.instruments", std::to_string(market_.instruments.size()),
                       "must be at most 10,000");
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < market_.instruments.size(); ++i) {
      const Instrument& from = market_.instruments[i];
      const std::string at = "market.instruments[" + std::to_string(i) + "]";
      if (Result<void> done = code(from.code, at + ".code"); !done) return done;
      if (!seen.insert(from.code).second)
        return malformed(at + ".code", from.code, "must stand once");
      Result<Contract> contract = instrument(from, at);
      if (!contract) return std::unexpected(contract.error());
      contract_by_code_.emplace(from.code, book_.contracts.size());
      book_.contracts.push_back(*std::move(contract));
    }
    return {};
  }

  [[nodiscard]] Result<Contract> instrument(const Instrument& from, const std::string& at) const {
    const auto underlying = underlying_by_code_.find(from.underlying);
    if (underlying == underlying_by_code_.end())
      return malformed(at + ".underlying", from.underlying,
                       "must be the code of an underlying of this market");
    Contract made{.code = from.code,
                  .kind = from.kind,
                  .underlying = underlying->second,
                  .confidence = from_rate(from.confidence),
                  .size = from_rate(from.contract_size),
                  .open_interest = quantity(from.open_interest),
                  .tier = from.tier};
    if (Result<void> done = part(made.confidence, at + ".confidence"); !done)
      return std::unexpected(done.error());
    if (Result<void> done = positive_price(made.size, at + ".contract_size"); !done)
      return std::unexpected(done.error());
    if (made.open_interest.is_negative() || made.open_interest > kQuantityMax ||
        made.open_interest.is_void())
      return malformed(at + ".open_interest", text(made.open_interest), "must be 0 to 10^15");
    if (Result<void> done = terms(from, made, at); !done) return std::unexpected(done.error());
    if (Result<void> done = prices(from, made, at); !done) return std::unexpected(done.error());
    return made;
  }

  // Expiry and strike, which some kinds must have and the others must not.
  [[nodiscard]] Result<void> terms(const Instrument& from, Contract& made,
                                   const std::string& at) const {
    const bool expires = is_option(from.kind) || from.kind == InstrumentKind::future ||
                         from.kind == InstrumentKind::inverse_future;
    if (!expires && from.expiry != base::Time())
      return malformed(at + ".expiry", base::format_time(from.expiry),
                       "only futures and options have an expiry");
    if (expires) {
      if (from.expiry == base::Time())
        return malformed(at + ".expiry", "", "must be given for a future or an option");
      const Result<std::int64_t> seconds = seconds_to(from.expiry, at + ".expiry");
      if (!seconds) return std::unexpected(seconds.error());
      made.expiry = from.expiry;
      made.seconds = *seconds;
      const std::vector<ExpiryFacts>& expiries = book_.underlyings[made.underlying].expiries;
      for (std::size_t i = 0; i < expiries.size(); ++i)
        if (expiries[i].expiry == from.expiry) made.facts = i;
    }
    made.strike = price(from.strike);
    if (is_option(from.kind)) return positive_price(made.strike, at + ".strike");
    if (!made.strike.is_zero())
      return malformed(at + ".strike", text(made.strike), "only options have a strike");
    return {};
  }

  [[nodiscard]] Result<void> prices(const Instrument& from, Contract& made,
                                    const std::string& at) const {
    const UnderlyingFacts& underlying = book_.underlyings[made.underlying];
    if (from.volatility) {
      made.volatility = from_rate(*from.volatility);
      if (!is_option(from.kind))
        return malformed(at + ".volatility", text(*made.volatility), "only options have one");
      if (!made.volatility->is_positive() || *made.volatility > kVolatilityMax)
        return malformed(at + ".volatility", text(*made.volatility),
                         "must be above 0 and at most 50 (5,000 % a year)");
    }
    if (from.mark) {
      made.mark = price(*from.mark);
      const bool may_be_zero = is_option(from.kind) && made.mark->is_zero();
      if (may_be_zero) return {};
      return positive_price(*made.mark, at + ".mark");
    }
    if (is_option(from.kind)) {
      if (!made.volatility)
        return malformed(at + ".volatility", "", "an option needs a volatility or a mark");
      return {};
    }
    const bool dated = made.expiry != base::Time();
    if (dated && !made.facts)
      return malformed(at + ".mark", "",
                       "a future needs a mark, or a forward to its expiry in the market");
    made.mark = dated ? underlying.expiries[*made.facts].forward : underlying.spot;
    return {};
  }

  [[nodiscard]] Result<void> positions() {
    if (portfolio_.positions.size() > kPositionsMax)
      return malformed("portfolio.positions", std::to_string(portfolio_.positions.size()),
                       "must be at most 1,000");
    book_.cash = from_scaled(portfolio_.cash.units(), scales_.amount);
    if (book_.cash.is_void() || absolute(book_.cash) > kNotionalMax)
      return malformed("portfolio.cash", text(book_.cash), "must be within 10^15");
    std::unordered_set<std::size_t> seen;
    for (std::size_t i = 0; i < portfolio_.positions.size(); ++i) {
      const Position& from = portfolio_.positions[i];
      const std::string at = "portfolio.positions[" + std::to_string(i) + "]";
      const auto contract = contract_by_code_.find(from.instrument);
      if (contract == contract_by_code_.end())
        return malformed(at + ".instrument", from.instrument,
                         "must be the code of an instrument of the market");
      if (!seen.insert(contract->second).second)
        return malformed(at + ".instrument", from.instrument, "must stand once");
      Result<Holding> made = holding(from, contract->second, at);
      if (!made) return std::unexpected(made.error());
      if (Result<void> done = check_size(book_, *made, at + ".quantity"); !done) return done;
      if (!made->quantity.is_zero()) book_.holdings.push_back(*std::move(made));
    }
    return {};
  }

  [[nodiscard]] Result<Holding> holding(const Position& from, std::size_t contract,
                                        const std::string& at) const {
    Holding made{.contract = contract, .quantity = quantity(from.quantity)};
    const InstrumentKind kind = book_.contracts[contract].kind;
    const bool has_pnl = is_linear_future(kind) || is_inverse(kind);
    if (!has_pnl && (from.entry_price || from.unrealised_pnl))
      return malformed(at, from.instrument,
                       "an entry price or a profit is counted for perpetuals and futures only");
    if (from.entry_price && from.unrealised_pnl)
      return malformed(at, from.instrument, "give an entry price or a profit, not both");
    if (kind == InstrumentKind::spot && made.quantity.is_negative())
      return malformed(at + ".quantity", text(made.quantity), "collateral cannot be below zero");
    if (from.entry_price) {
      made.entry = price(*from.entry_price);
      if (Result<void> done = positive_price(*made.entry, at + ".entry_price"); !done)
        return std::unexpected(done.error());
    }
    if (from.unrealised_pnl) {
      made.pnl = from_scaled(from.unrealised_pnl->units(), scales_.amount);
      if (made.pnl->is_void() || absolute(*made.pnl) > kNotionalMax)
        return malformed(at + ".unrealised_pnl", text(*made.pnl), "must be within 10^15");
    }
    if (from.initial_margin_fraction) {
      made.initial_fraction = from_rate(*from.initial_margin_fraction);
      if (Result<void> done = part(*made.initial_fraction, at + ".initial_margin_fraction"); !done)
        return std::unexpected(done.error());
    }
    return made;
  }

  const Market& market_;
  const Portfolio& portfolio_;
  Scales scales_;
  Book book_;
  std::unordered_map<std::string_view, std::size_t> underlying_by_code_;
  std::unordered_map<std::string_view, std::size_t> contract_by_code_;
};

}  // namespace

Result<Book> resolve(const Market& market, const Portfolio& portfolio, const Scales& scales) {
  return Resolver(market, portfolio, scales).run();
}

std::optional<std::size_t> find_contract(const Book& book, std::string_view code) {
  for (std::size_t i = 0; i < book.contracts.size(); ++i)
    if (book.contracts[i].code == code) return i;
  return std::nullopt;
}

Result<void> check_size(const Book& book, const Holding& holding, std::string_view field) {
  const Contract& contract = book.of(holding);
  const UnderlyingFacts& underlying = book.of(contract);
  Decimal price = larger(underlying.spot, contract.strike);
  if (contract.mark) price = larger(price, *contract.mark);
  if (contract.facts) price = larger(price, underlying.expiries[*contract.facts].forward);
  if (holding.entry) price = larger(price, *holding.entry);
  const Decimal size = absolute(holding.quantity);
  const bool inverse = is_inverse(contract.kind);
  const Decimal notional =
      inverse ? size * contract.size : size * larger(price, Decimal::one()) * contract.size;
  if (size.is_void() || size > kQuantityMax || notional.is_void() || notional > kNotionalMax)
    return malformed(std::string(field), text(holding.quantity),
                     "quantity times price must be at most 10^15");
  return {};
}

Result<const ExpiryFacts*> expiry_facts(const Book& book, const Contract& contract) {
  const UnderlyingFacts& underlying = book.of(contract);
  if (!contract.facts)
    return malformed(
        "market.underlyings", underlying.code,
        "must list the expiry " + base::format_time(contract.expiry) + " with its forward",
        "for " + contract.code);
  return &underlying.expiries[*contract.facts];
}

Decimal linear_pnl(const Book& book, const Holding& holding) {
  if (holding.pnl) return *holding.pnl;
  if (!holding.entry) return Decimal();
  const Contract& contract = book.of(holding);
  return holding.quantity * contract.size * (*contract.mark - *holding.entry);
}

std::string time_text(base::Time time) {
  return base::format_time(time);
}

std::string text(Decimal value) {
  if (value.is_void()) return "too large";
  return base::format_decimal_short(base::SignedAmount(value.units()), kDecimalScale);
}

}  // namespace cofferdam::rulebook
