// SPDX-License-Identifier: Apache-2.0
//
// The seeded book of the perpetual's drill, and what is asked of it at one moment.
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/stress/perpetual_venue.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::array<double, 4> kLeverages{100, 25, 10, 3};  // of pools, over and over
constexpr double kLeastSize = 5'000;
constexpr double kMostSize = 1'000'000;
constexpr double kAtTheStart = 0.4;  // of the pairs
constexpr std::size_t kNamedMax = 10;

class Dice {
 public:
  Dice(std::uint64_t seed, std::size_t pair)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        pair_(static_cast<std::uint32_t>(pair)) {}

  // In [0, 1).
  [[nodiscard]] double next() {
    const auto words = numerics::philox_words({pair_, place_++, 1, 0}, key_);
    return static_cast<double>(words[0]) * 0x1p-32;
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t pair_;
  std::uint32_t place_ = 0;
};

i128 part_of(i128 amount, double rate) {
  return *base::quantize<base::Rounding::half_even>(base::to_double(amount) * rate);
}

std::string pool_name(std::size_t p, double leverage) {
  const std::size_t round = p / kLeverages.size();
  return "up-to-" + std::to_string(static_cast<int>(leverage)) + "x" +
         (round == 0 ? "" : "-" + std::to_string(round + 1));
}

// The first minute from `from` on at which a trade may be made.
std::size_t fresh_from(const std::vector<MinuteBar>& bars, std::size_t from,
                       const PerpetualTerms& terms) {
  while (from < bars.size() && bars[from].volume < terms.fresh_volume) ++from;
  return from;
}

std::int64_t owed_by(const PerpetualAccount& account, std::int64_t worth) {
  return std::max<std::int64_t>(0, -account.equity(worth));
}

}  // namespace

std::int64_t contract_worth(std::int64_t price) {
  constexpr std::int64_t kTwice = 2'000'000'000'000;  // 2 x 1e8 x 1e4
  return (kTwice + price) / (2 * price);
}

Result<PerpetualRun> found_perpetual_venue(const std::vector<MinuteBar>& bars,
                                           const PerpetualTerms& terms) {
  PerpetualRun run;
  for (std::size_t p = 0; p < terms.pools; ++p) {
    const double leverage = kLeverages[p % kLeverages.size()];
    const auto initial = static_cast<std::int64_t>(std::llround(1e6 / leverage));
    run.pools.push_back({.name = pool_name(p, leverage),
                         .leverage = leverage,
                         .initial_ppm = initial,
                         .maintenance_ppm = static_cast<std::int64_t>(
                             std::llround(static_cast<double>(initial) * terms.maintenance_part))});
  }
  const std::size_t pairs = terms.accounts / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    Dice dice(terms.seed, i);
    const bool at_start = dice.next() < kAtTheStart;
    const double when = dice.next();
    const std::size_t minute = fresh_from(
        bars, at_start ? 0 : static_cast<std::size_t>(when * static_cast<double>(bars.size())),
        terms);
    if (minute == bars.size()) continue;
    const std::int64_t worth = contract_worth(bars[minute].average);
    const auto size =
        static_cast<std::int64_t>(kLeastSize * std::pow(kMostSize / kLeastSize, dice.next()));
    const std::size_t pool = i % terms.pools;
    for (const std::int64_t side : {1, -1}) {
      // Log-uniform from 1 to the pool's most; never less than the initial margin is paid in.
      const double leverage = std::pow(run.pools[pool].leverage, dice.next());
      const std::int64_t least = (size * worth * run.pools[pool].initial_ppm + 999'999) / 1'000'000;
      const auto asked =
          static_cast<std::int64_t>(std::ceil(static_cast<double>(size * worth) / leverage));
      PerpetualAccount account{.name = (side > 0 ? "long-" : "short-") + std::to_string(i + 1),
                               .pool = pool,
                               .enters = minute,
                               .leverage = leverage,
                               .wanted = side * size};
      account.paid_in = std::max(least, asked);
      ++run.pools[pool].accounts;
      run.pools[pool].paid_in += account.paid_in;
      run.accounts.push_back(std::move(account));
    }
  }
  if (run.accounts.empty())
    return malformed("minutes", std::to_string(bars.size()),
                     "must have one with the volume that a mark needs");
  i128 all = 0;
  for (PerpetualPool& pool : run.pools) {
    all += pool.paid_in;
    pool.fund = pool.fund_start = part_of(pool.paid_in, terms.fund_rate);
    pool.operator_capital = pool.operator_start = part_of(pool.paid_in, terms.operator_rate);
    run.paid_in += pool.fund + pool.operator_capital;
  }
  run.shared = run.shared_start = part_of(all, terms.shared_rate);
  run.paid_in += run.shared;
  return run;
}

i128 unaccounted(const PerpetualRun& run) {
  i128 sum = run.shared + run.market_open_value + run.market_paid_in + run.funding_dust;
  std::int64_t position = run.market_position;
  for (const PerpetualPool& pool : run.pools) sum += pool.fund + pool.operator_capital;
  for (const PerpetualAccount& account : run.accounts) {
    sum += account.collateral + account.open_value;
    position += account.position;
  }
  for (const PerpetualLoss& loss : run.losses) sum -= loss.unpaid;
  return position == 0 ? sum - run.paid_in : i128{1} << 100;
}

PerpetualBreak break_perpetual(const std::vector<PerpetualAccount>& accounts,
                               std::optional<std::size_t> pool, std::int64_t price,
                               i128 resources) {
  std::vector<const PerpetualAccount*> scope;
  for (const PerpetualAccount& account : accounts)
    if (account.position != 0 && (!pool || account.pool == *pool)) scope.push_back(&account);
  const auto price_at = [&](std::int64_t steps) { return price * (10'000 + steps) / 10'000; };
  const auto owed_at = [&](std::int64_t steps) {
    const std::int64_t worth = contract_worth(price_at(steps));
    i128 sum = 0;
    for (const PerpetualAccount* account : scope) sum += owed_by(*account, worth);
    return sum;
  };
  // In one direction what is owed grows with the move once it is above zero.
  const auto smallest = [&](std::int64_t furthest) -> std::optional<std::int64_t> {
    if (owed_at(furthest) <= resources) return std::nullopt;
    std::int64_t held = 0, broken = furthest;
    while (std::abs(broken - held) > 1) {
      const std::int64_t middle = (broken + held) / 2;
      (owed_at(middle) > resources ? broken : held) = middle;
    }
    return broken;
  };
  const std::optional<std::int64_t> down = smallest(-9'500);
  const std::optional<std::int64_t> up = smallest(30'000);
  PerpetualBreak found{.resources = resources, .accounts = {}};
  if (!down && !up) return found;
  found.is_found = true;
  found.is_fall = down && (!up || -*down <= *up);
  const std::int64_t steps = found.is_fall ? *down : *up;
  found.price = price_at(steps);
  found.move = static_cast<double>(steps) / 10'000;
  found.shortfall = owed_at(steps);
  for (const PerpetualAccount* account : scope)
    if (const std::int64_t owed = owed_by(*account, contract_worth(found.price)); owed > 0)
      found.accounts.emplace_back(account->name, owed);
  std::sort(found.accounts.begin(), found.accounts.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (found.accounts.size() > kNamedMax) found.accounts.resize(kNamedMax);
  return found;
}

PerpetualCoverage perpetual_coverage(const std::vector<MinuteBar>& bars, std::int64_t rate_ppm,
                                     std::int64_t horizon) {
  PerpetualCoverage out{.horizon = horizon};
  const auto ahead = static_cast<std::size_t>(horizon);
  for (std::size_t t = 0; t + ahead < bars.size(); ++t) {
    std::int64_t low = bars[t + 1].low, high = bars[t + 1].high;
    for (std::size_t k = t + 1; k <= t + ahead; ++k) {
      low = std::min(low, bars[k].low);
      high = std::max(high, bars[k].high);
    }
    const std::int64_t worth = contract_worth(bars[t].average);
    const std::int64_t margin = worth * rate_ppm;  // in millionths of a satoshi
    ++out.observations;
    if ((contract_worth(low) - worth) * 1'000'000 > margin) ++out.long_exceeded;
    if ((worth - contract_worth(high)) * 1'000'000 > margin) ++out.short_exceeded;
  }
  return out;
}

}  // namespace cofferdam::stress
