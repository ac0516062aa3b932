// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/option_venue.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/books/default_management/waterfall.h"
#include "cofferdam/models/numerics/thread_pool.h"
#include "cofferdam/models/stress/drill_layers.h"
#include "cofferdam/models/stress/option_venue_parts.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::malformed;
using base::Result;
using base::Rounding;

template <Rounding R>
i128 cents(double coin, double index) {
  const Result<i128> units = base::quantize<R>(coin * index * 100, "value");
  return units ? *units : 0;
}

double intrinsic_coin(const OptionQuote& quote) {
  const double side = quote.type == pricing::OptionType::call ? 1 : -1;
  return std::max(0.0, side * (quote.index - quote.strike)) / quote.index;
}

bool is_short(const VenueAccount& account) {
  return std::any_of(account.position.begin(), account.position.end(),
                     [](const auto& held) { return held.second < 0; });
}

base::Rate rate_of(double value) {
  return base::Rate(*base::quantize<Rounding::half_even>(value, base::kRateScale));
}

base::Price price_of(double value) {
  return base::Price(*base::quantize<Rounding::half_even>(value, 8U));
}

constexpr rulebook::Scales kScales{.amount = kCents, .price = 8, .quantity = 0};

}  // namespace

QuoteIndex index_of(const OptionChain& chain) {
  QuoteIndex quotes;
  for (const OptionQuote& quote : chain.quotes) quotes.emplace(quote.instrument, &quote);
  return quotes;
}

i128 mark_cents(const OptionQuote& quote) {
  return cents<Rounding::half_even>(quote.mark, quote.index);
}

Result<Requirement> requirement_of(const rulebook::Rulebook& rulebook, const OptionChain& chain,
                                   const QuoteIndex& quotes, const VenueAccount& account) {
  rulebook::Market market{.time = chain.time, .underlyings = {}, .instruments = {}};
  rulebook::Portfolio portfolio;
  rulebook::Underlying underlying{.code = account.underlying, .spot = {}, .expiries = {}};
  for (const auto& [code, quantity] : account.position) {
    const auto found = quotes.find(code);
    if (found == quotes.end()) return malformed("instrument", code, "must have a quote");
    const OptionQuote& quote = *found->second;
    underlying.spot = price_of(quote.index);
    const bool is_listed =
        std::any_of(underlying.expiries.begin(), underlying.expiries.end(),
                    [&](const rulebook::Expiry& e) { return e.expiry == quote.expiry; });
    if (!is_listed)
      underlying.expiries.push_back(
          {.expiry = quote.expiry, .forward = price_of(quote.forward), .forward_fixed = {}});
    market.instruments.push_back({.code = code,
                                  .kind = quote.type == pricing::OptionType::call
                                              ? rulebook::InstrumentKind::call
                                              : rulebook::InstrumentKind::put,
                                  .underlying = account.underlying,
                                  .expiry = quote.expiry,
                                  .strike = price_of(quote.strike),
                                  .mark = price_of(quote.mark * quote.index),
                                  .volatility = rate_of(quote.volatility),
                                  .open_interest = {},
                                  .tier = {}});
    portfolio.positions.push_back({.instrument = code, .quantity = base::Quantity(quantity)});
  }
  market.underlyings.push_back(std::move(underlying));
  const Result<rulebook::Book> book = rulebook::resolve(market, portfolio, kScales);
  if (!book) return std::unexpected(book.error());
  const Result<rulebook::Evaluation> evaluation = rulebook::evaluate(rulebook, *book);
  if (!evaluation) return std::unexpected(evaluation.error());
  return Requirement{
      .initial = rulebook::to_scaled<Rounding::ceil>(evaluation->initial, kCents),
      .maintenance = rulebook::to_scaled<Rounding::ceil>(evaluation->maintenance, kCents)};
}

Result<void> judge(const rulebook::Rulebook& rulebook, const OptionChain& chain,
                   const QuoteIndex& quotes, std::vector<VenueAccount>& accounts) {
  numerics::ThreadPool threads;
  std::vector<Result<Requirement>> needs(accounts.size(), Requirement{});
  threads.run(accounts.size(), [&](std::size_t i) {
    if (!accounts[i].position.empty())
      needs[i] = requirement_of(rulebook, chain, quotes, accounts[i]);
  });
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (!needs[i]) return std::unexpected(needs[i].error());
    VenueAccount& account = accounts[i];
    account.initial = needs[i]->initial;
    account.maintenance = needs[i]->maintenance;
    account.equity = account.cash;
    for (const auto& [code, quantity] : account.position)
      account.equity += quantity * mark_cents(*quotes.at(code));
  }
  return {};
}

i128 close_out_value(const VenueAccount& account, const QuoteIndex& quotes,
                     const VenueTerms& terms) {
  i128 value = 0;
  for (const auto& [code, quantity] : account.position) {
    const auto found = quotes.find(code);
    if (found == quotes.end()) continue;  // it expired
    const OptionQuote& quote = *found->second;
    const double intrinsic = std::min(intrinsic_coin(quote), quote.mark);
    const double dear = quote.mark + (quote.mark - intrinsic) * terms.absent_ask_rate;
    const double bid = std::min(quote.bid.value_or(intrinsic), quote.mark);
    const double ask = std::max(quote.ask.value_or(dear), quote.mark);
    value += quantity > 0 ? quantity * cents<Rounding::floor>(bid, quote.index)
                          : quantity * cents<Rounding::ceil>(ask, quote.index);
  }
  return value;
}

i128 add_on_of(const VenueAccount& account) {
  const auto most = std::max_element(account.closing_costs.begin(), account.closing_costs.end());
  return most == account.closing_costs.end() ? 0 : *most;
}

void add_liquidity(VenueAccount& account, const QuoteIndex& quotes, const VenueTerms& terms) {
  if (account.position.empty()) {
    account.closing_costs.clear();
    return;
  }
  const i128 cost = account.equity - account.cash - close_out_value(account, quotes, terms);
  account.closing_costs.push_back(std::max<i128>(cost, 0));
  if (account.closing_costs.size() > terms.add_on_look_back)
    account.closing_costs.erase(account.closing_costs.begin());
  if (terms.add_on_rate == 0) return;
  const i128 required =
      *base::quantize<Rounding::ceil>(base::to_double(add_on_of(account)) * terms.add_on_rate);
  account.initial += required;
  account.maintenance += required;
}

namespace {

class Drill {
 public:
  Drill(const rulebook::Rulebook& rulebook, const VenueTerms& terms, bool commingled, VenueRun run)
      : rulebook_(rulebook), terms_(terms), commingled_(commingled), run_(std::move(run)) {}

  [[nodiscard]] Result<VenueRun> carry(const std::vector<OptionChain>& chains) {
    for (const OptionChain& chain : chains)
      if (Result<void> done = moment(chain); !done) return std::unexpected(done.error());
    return std::move(run_);
  }

 private:
  [[nodiscard]] Result<void> moment(const OptionChain& chain) {
    now_ = {.time = chain.time, .index = {}};
    remember(chain);
    expire(chain.time);
    const OptionChain all = known_chain(chain.time);
    const QuoteIndex quotes = index_of(all);
    measure_coverage(quotes);
    if (Result<void> judged = judge(rulebook_, all, quotes, run_.accounts); !judged) return judged;
    for (VenueAccount& account : run_.accounts)
      if (!is_maker(account)) add_liquidity(account, quotes, terms_);
    // The makers take over what is closed; they are judged, not closed, in the same moment.
    for (VenueAccount& account : run_.accounts) {
      account.is_called = !account.position.empty() && account.equity < account.initial;
      if (account.is_called) ++now_.called;
      if (is_maker(account) || account.position.empty()) continue;
      if (account.equity >= account.maintenance) continue;
      if (Result<void> closed = close_out(account, quotes); !closed) return closed;
    }
    last_ = run_.accounts;
    for (const VenueAccount& account : run_.accounts) {
      now_.equity += account.equity;
      now_.initial += std::max<i128>(account.initial, 0);
      now_.maintenance += std::max<i128>(account.maintenance, 0);
    }
    now_.funds = run_.shared;
    for (const VenuePool& pool : run_.pools) now_.funds += pool.fund + pool.operator_capital;
    run_.moments.push_back(now_);
    return {};
  }

  [[nodiscard]] bool is_maker(const VenueAccount& account) const {
    return account.pool + 1 == run_.pools.size();
  }

  // Rows are collected one after another: the last index of an underlying stands for it.
  void remember(const OptionChain& chain) {
    fresh_.clear();
    for (const OptionQuote& quote : chain.quotes) {
      known_[quote.instrument] = quote;
      fresh_.insert(quote.instrument);
      now_.index[quote.underlying] = quote.index;
    }
  }

  void expire(base::Time time) {
    for (VenueAccount& account : run_.accounts) {
      std::erase_if(account.position, [&](const auto& held) {
        const OptionQuote& quote = known_.at(held.first);
        if (quote.expiry > time) return false;
        const double index = now_.index.at(quote.underlying);
        const double side = quote.type == pricing::OptionType::call ? 1 : -1;
        const double payoff = std::max(0.0, side * (index - quote.strike));
        account.cash += held.second * cents<Rounding::half_even>(1, payoff);
        return true;
      });
    }
  }

  // Every option that somebody holds, at its last quote.
  [[nodiscard]] OptionChain known_chain(base::Time time) {
    OptionChain chain{.time = time, .quotes = {}};
    std::set<std::string> held;
    for (const VenueAccount& account : run_.accounts)
      for (const auto& [code, quantity] : account.position) held.insert(code);
    for (const std::string& code : held) {
      chain.quotes.push_back(known_.at(code));
      if (!fresh_.contains(code)) ++now_.stale;
    }
    return chain;
  }

  // Positions as they were judged last, closed out now, against the requirements of then.
  void measure_coverage(const QuoteIndex& quotes) {
    for (std::size_t i = 0; i < last_.size(); ++i) {
      const VenueAccount& before = last_[i];
      if (is_maker(before) || !is_short(before)) continue;
      const i128 cash = run_.accounts[i].cash;  // with what has expired meanwhile
      VenueAccount alive = before;
      std::erase_if(alive.position, [&](const auto& held) { return !quotes.contains(held.first); });
      const i128 loss = before.equity - (cash + close_out_value(alive, quotes, terms_));
      ++run_.coverage.observations;
      if (loss > before.initial) ++run_.coverage.initial_exceeded;
      if (loss > before.maintenance) ++run_.coverage.maintenance_exceeded;
      i128 marked = cash;
      for (const auto& [code, quantity] : alive.position)
        marked += quantity * mark_cents(*quotes.at(code));
      const i128 required =
          *base::quantize<Rounding::ceil>(base::to_double(add_on_of(before)) * terms_.add_on_rate);
      run_.observations.push_back({.time = now_.time,
                                   .account = i,
                                   .loss = loss,
                                   .initial = before.initial - required,
                                   .maintenance = before.maintenance - required,
                                   .marked_loss = before.equity - marked,
                                   .add_on = add_on_of(before)});
    }
  }

  [[nodiscard]] Result<void> close_out(VenueAccount& account, const QuoteIndex& quotes) {
    VenueAccount* maker = nullptr;
    for (VenueAccount& other : run_.accounts)
      if (is_maker(other) && other.underlying == account.underlying) maker = &other;
    const i128 closed_at = close_out_value(account, quotes, terms_);
    i128 marked = 0, size = 0;
    for (const auto& [code, quantity] : account.position) {
      const i128 value = quantity * mark_cents(*quotes.at(code));
      marked += value;
      size += value < 0 ? -value : value;
      if ((maker->position[code] += quantity) == 0) maker->position.erase(code);
    }
    account.position.clear();
    account.was_closed = true;
    account.cash += closed_at;
    maker->cash -= closed_at;
    maker->equity += marked - closed_at;
    account.equity = account.cash;
    account.initial = account.maintenance = 0;
    account.is_called = false;
    now_.close_out_cost += marked - closed_at;
    ++now_.closed;
    VenuePool& pool = run_.pools[account.pool];
    ++pool.closed;
    if (account.cash > 0) {
      const i128 asked =
          *base::quantize<Rounding::floor>(base::to_double(size) * terms_.penalty_rate);
      const i128 penalty = std::min(asked, account.cash);
      account.cash -= penalty;
      account.equity = account.cash;
      pool.fund += penalty;
      pool.penalties += penalty;
      return {};
    }
    if (account.cash == 0) return {};
    return bear(account);
  }

  [[nodiscard]] i128 shared_cap() const {
    return *base::quantize<Rounding::floor>(base::to_double(run_.shared_start) * terms_.shared_cap);
  }

  [[nodiscard]] default_management::WaterfallInput waterfall_of(const VenueAccount& account,
                                                                i128 deficit) const {
    const VenuePool& pool = run_.pools[account.pool];
    i128 fund = pool.fund, own = pool.operator_capital;
    if (commingled_) {
      fund = own = 0;
      for (const VenuePool& one : run_.pools) {
        fund += one.fund;
        own += one.operator_capital;
      }
    }
    DrillLoss loss{.pool = pool.name,
                   .owner = account.owner,
                   .cause = "close-out",
                   .deficit = deficit,
                   .fund = fund,
                   .operator_capital = own,
                   .shared = run_.shared,
                   .shared_cap = std::nullopt};
    if (!commingled_)
      loss.shared_cap = DrillLoss::SharedCap{.cap = shared_cap(), .used = pool.shared_used};
    return drill_waterfall(loss, kCents);
  }

  [[nodiscard]] Result<void> bear(VenueAccount& account) {
    const i128 deficit = -account.cash;
    account.cash = account.equity = 0;
    VenuePool& pool = run_.pools[account.pool];
    ++pool.defaults;
    pool.deficit += deficit;
    now_.deficit += deficit;
    const Result<default_management::WaterfallOutput> plan =
        default_management::waterfall(waterfall_of(account, deficit));
    if (!plan) return std::unexpected(plan.error());
    VenueDefault loss{.time = now_.time,
                      .owner = account.owner,
                      .pool = account.pool,
                      .deficit = deficit,
                      .certificate = plan->certificate};
    for (const default_management::LayerCharge& charge : plan->charges) {
      const auto paid = static_cast<i128>(charge.charged.units());
      if (charge.code == "fund") loss.by_pool_fund = paid;
      if (charge.code == "operator") loss.by_operator = paid;
      if (charge.code == "shared") loss.by_shared_fund = paid;
    }
    take(account.pool, loss.by_pool_fund, &VenuePool::fund);
    take(account.pool, loss.by_operator, &VenuePool::operator_capital);
    run_.shared -= loss.by_shared_fund;
    pool.shared_used += loss.by_shared_fund;
    charge_claims(account.pool, static_cast<i128>(plan->uncovered.units()), loss);
    run_.defaults.push_back(std::move(loss));
    return {};
  }

  // From the pool, or where all is one from every pool in proportion to what it holds.
  void take(std::size_t pool, i128 amount, i128 VenuePool::* from) {
    if (!commingled_) {
      run_.pools[pool].*from -= amount;
      return;
    }
    std::vector<base::u128> weights;
    for (const VenuePool& one : run_.pools)
      weights.emplace_back(static_cast<base::u128>(one.*from));
    const std::vector<base::u128> parts = split(amount, weights);
    for (std::size_t p = 0; p < parts.size(); ++p)
      run_.pools[p].*from -= static_cast<i128>(parts[p]);
  }

  [[nodiscard]] static std::vector<base::u128> split(i128 amount,
                                                     const std::vector<base::u128>& weights) {
    if (amount == 0) return std::vector<base::u128>(weights.size());
    auto parts = base::allocate(static_cast<base::u128>(amount), weights);
    COFFERDAM_CHECK(parts.has_value(), "there is a weight above zero");
    return std::move(*parts);
  }

  // Claims are what accounts of the pool have above zero: cash and the value of positions.
  void charge_claims(std::size_t pool, i128 rest, VenueDefault& loss) {
    std::vector<base::u128> claims;
    i128 all = 0;
    for (const VenueAccount& account : run_.accounts) {
      const bool bears = (commingled_ || account.pool == pool) && account.equity > 0;
      const i128 claim = bears ? account.equity : 0;
      claims.emplace_back(static_cast<base::u128>(claim));
      all += claim;
    }
    loss.by_claims = std::min(rest, all);
    loss.unpaid = rest - loss.by_claims;
    if (loss.by_claims == 0) return;
    const std::vector<base::u128> parts = split(loss.by_claims, claims);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == 0) continue;
      VenueAccount& account = run_.accounts[i];
      const auto part = static_cast<i128>(parts[i]);
      account.cash -= part;
      account.equity -= part;
      run_.pools[account.pool].taken_from_claims += part;
      ++loss.claimants;
      if (account.pool != pool) ++loss.strangers;
    }
  }

  const rulebook::Rulebook& rulebook_;
  const VenueTerms& terms_;
  bool commingled_;
  VenueRun run_;
  VenueMoment now_;
  std::map<std::string, OptionQuote> known_;
  std::set<std::string> fresh_;
  std::vector<VenueAccount> last_;
};

}  // namespace

Result<VenueRun> run_venue(const rulebook::Rulebook& rulebook,
                           const std::vector<OptionChain>& chains, const VenueTerms& terms,
                           bool commingled) {
  if (chains.size() < 2)
    return malformed("chains", std::to_string(chains.size()), "must be at least two");
  for (std::size_t i = 1; i < chains.size(); ++i)
    if (chains[i].time <= chains[i - 1].time)
      return malformed("chains[" + std::to_string(i) + "]", base::format_time(chains[i].time),
                       "must be later than the one before");
  Result<VenueRun> run = found_venue(rulebook, chains.front(), terms);
  if (!run) return run;
  return Drill(rulebook, terms, commingled, std::move(*run)).carry(chains);
}

}  // namespace cofferdam::stress
