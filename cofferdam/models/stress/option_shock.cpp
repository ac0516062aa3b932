// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/option_shock.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/stress/option_venue_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::Result;
using base::SignedAmount;

constexpr double kStep = 0.005;
constexpr double kTolerance = 1e-4;
constexpr double kDeepest = -0.95;
constexpr double kHighest = 3.0;
constexpr double kVolatilityPerSpot = 0.5;
constexpr std::size_t kNamedMax = 10;

double years_between(base::Time from, base::Time to) {
  constexpr double kYear = 365.0 * 86'400e9;
  return std::max(0.0, static_cast<double>(to.value() - from.value()) / kYear);
}

// What one coin of the option is worth after the move, with half of today's spread against the
// holder; in money, not in coin.
double moved_value(const OptionQuote& quote, base::Time now, MarketMove move, bool is_long) {
  const double price = pricing::black_price({.type = quote.type,
                                             .forward = quote.forward * (1 + move.spot),
                                             .strike = quote.strike,
                                             .volatility = quote.volatility * (1 + move.volatility),
                                             .years = years_between(now, quote.expiry),
                                             .discount = 1});
  double half_spread = 0;
  if (is_long) half_spread = quote.mark - std::min(quote.bid.value_or(0), quote.mark);
  if (!is_long && quote.ask) half_spread = std::max(*quote.ask, quote.mark) - quote.mark;
  const double cost = half_spread * quote.index;
  return is_long ? std::max(0.0, price - cost) : price + cost;
}

i128 moved_equity(const VenueAccount& account, const QuoteIndex& quotes, base::Time now,
                  MarketMove move) {
  double value = 0;
  for (const auto& [code, quantity] : account.position) {
    const auto found = quotes.find(code);
    if (found == quotes.end()) continue;
    value += static_cast<double>(quantity) * moved_value(*found->second, now, move, quantity > 0);
  }
  const Result<i128> units = base::quantize<base::Rounding::floor>(value, kCents);
  return account.cash + (units ? *units : 0);
}

i128 sum(const std::vector<NamedShortfall>& all) {
  i128 total = 0;
  for (const NamedShortfall& one : all) total += one.amount;
  return total;
}

class Search {
 public:
  Search(const ShockScope& scope, i128 resources)
      : scope_(scope), quotes_(index_of(scope.chain)), resources_(resources) {}

  [[nodiscard]] std::vector<NamedShortfall> at(MarketMove move) const {
    std::vector<NamedShortfall> all;
    for (const VenueAccount& account : scope_.venue.accounts) {
      if (scope_.pool && account.pool != *scope_.pool) continue;
      const i128 equity = moved_equity(account, quotes_, scope_.chain.time, move);
      all.push_back({.owner = account.owner, .amount = equity < 0 ? -equity : 0});
    }
    return all;
  }

  [[nodiscard]] bool breaks(double spot) const { return sum(at(move_of(spot))) > resources_; }

  [[nodiscard]] static MarketMove move_of(double spot) {
    return {.spot = spot, .volatility = kVolatilityPerSpot * std::fabs(spot)};
  }

  // The first step in this direction that breaks, narrowed; none to the end of the range.
  [[nodiscard]] std::optional<double> smallest(double direction, double furthest) const {
    double held = 0;
    for (int step = 1;; ++step) {
      const double spot = direction * kStep * step;
      if (std::fabs(spot) > furthest + 1e-12) return std::nullopt;
      if (!breaks(spot)) {
        held = spot;
        continue;
      }
      double broken = spot;
      while (std::fabs(broken - held) > kTolerance) {
        const double middle = (broken + held) / 2;
        (breaks(middle) ? broken : held) = middle;
      }
      return broken;
    }
  }

 private:
  const ShockScope& scope_;
  QuoteIndex quotes_;
  i128 resources_;
};

std::string move_name(MarketMove move) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "spot %+.0f %%, volatility %+.0f %%", move.spot * 100,
                move.volatility * 100);
  return text.data();
}

}  // namespace

std::vector<NamedShortfall> shortfalls(const ShockScope& scope, MarketMove move) {
  return Search(scope, 0).at(move);
}

ReverseStress reverse_stress(const ShockScope& scope, i128 resources) {
  const Search search(scope, resources);
  const std::optional<double> down = search.smallest(-1, -kDeepest);
  const std::optional<double> up = search.smallest(1, kHighest);
  ReverseStress found{.resources = resources, .accounts = {}};
  if (!down && !up) return found;
  const bool takes_down = down && (!up || std::fabs(*down) <= *up);
  found.is_found = true;
  found.spot = takes_down ? *down : *up;
  found.volatility = Search::move_of(found.spot).volatility;
  std::vector<NamedShortfall> all = search.at(Search::move_of(found.spot));
  found.shortfall = sum(all);
  std::erase_if(all, [](const NamedShortfall& one) { return one.amount == 0; });
  std::stable_sort(all.begin(), all.end(), [](const NamedShortfall& a, const NamedShortfall& b) {
    return a.amount > b.amount;
  });
  if (all.size() > kNamedMax) all.resize(kNamedMax);
  found.accounts = std::move(all);
  return found;
}

Result<CoverOutput> venue_cover(const ShockScope& scope, i128 resources) {
  constexpr std::array kSpots{-0.5, -0.3, -0.2, -0.15, -0.1, -0.05, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5};
  constexpr std::array kVolatilities{-0.3, 0.0, 0.5};
  CoverInput input{.scale = kCents,
                   .scenarios = {},
                   .resources = Amount(static_cast<base::u128>(resources)),
                   .members = {}};
  for (const VenueAccount& account : scope.venue.accounts)
    if (!scope.pool || account.pool == *scope.pool)
      input.members.push_back(
          {.member = account.owner, .group = {}, .losses = {}, .margins = {Amount()}});
  const Search search(scope, resources);
  for (const double spot : kSpots) {
    for (const double volatility : kVolatilities) {
      const MarketMove move{spot, volatility};
      input.scenarios.push_back(move_name(move));
      const std::vector<NamedShortfall> all = search.at(move);
      for (std::size_t i = 0; i < all.size(); ++i)
        input.members[i].losses.emplace_back(all[i].amount);
    }
  }
  return cover(input);
}

}  // namespace cofferdam::stress
