// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/perpetual_venue.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/books/default_management/waterfall.h"
#include "cofferdam/models/stress/drill_layers.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;
using base::Rounding;
using base::u128;

constexpr std::int64_t kMillion = 1'000'000;

std::int64_t part(std::int64_t value, std::int64_t ppm, bool up) {
  const std::int64_t product = value * ppm;
  return (product + (up ? kMillion - 1 : 0)) / kMillion;
}

// BitMEX's score: return on the entry value, times leverage for a winner, divided by it for a
// loser.
double score(const PerpetualAccount& account, std::int64_t worth) {
  const auto value = static_cast<double>(std::abs(account.position * worth));
  const auto profit = static_cast<double>(account.open_value - account.position * worth);
  const auto entry = static_cast<double>(std::max<std::int64_t>(1, std::abs(account.open_value)));
  const double leverage =
      value / static_cast<double>(std::max<std::int64_t>(1, account.equity(worth)));
  return profit > 0 ? profit / entry * leverage : profit / entry / leverage;
}

class Drill {
 public:
  Drill(const std::vector<MinuteBar>& bars, const std::vector<FundingRate>& funding,
        const PerpetualTerms& terms, bool commingled, PerpetualRun run)
      : bars_(bars),
        funding_(funding),
        terms_(terms),
        commingled_(commingled),
        run_(std::move(run)) {
    for (std::size_t i = 0; i < run_.accounts.size(); ++i) entrants_.push_back(i);
    std::sort(entrants_.begin(), entrants_.end(), [&](std::size_t a, std::size_t b) {
      const std::size_t x = run_.accounts[a].enters, y = run_.accounts[b].enters;
      return x != y ? x < y : a < b;
    });
  }

  [[nodiscard]] Result<PerpetualRun> carry() {
    for (std::size_t t = 0; t < bars_.size(); ++t) {
      if (Result<void> done = minute(t); !done) return std::unexpected(done.error());
      if (unaccounted(run_) != 0)
        return malformed("minute", base::format_time(bars_[t].end),
                         "accounts, funds and market must sum to what was paid in");
    }
    return std::move(run_);
  }

 private:
  [[nodiscard]] Result<void> minute(std::size_t t) {
    const MinuteBar& bar = bars_[t];
    const std::int64_t before = run_.minutes.empty() ? bar.average : run_.minutes.back().mark;
    now_ = {.time = bar.end, .mark = before, .is_stale = bar.volume < terms_.fresh_volume};
    if (!now_.is_stale) {
      now_.mark = bar.average;
      worth_ = contract_worth(now_.mark);
      fund_until(bar.end);
      enter(t);
      if (Result<void> done = liquidate(bar); !done) return done;
    }
    now_.funds = run_.shared;
    for (const PerpetualPool& pool : run_.pools) now_.funds += pool.fund + pool.operator_capital;
    for (const PerpetualAccount& account : run_.accounts) {
      if (account.position > 0) now_.open_interest += account.position;
      if (!account.is_closing) continue;
      now_.waiting += std::abs(account.position);
      now_.underwater += std::max<std::int64_t>(0, -account.equity(worth_));
    }
    run_.minutes.push_back(now_);
    if (t == terms_.judged) judge();
    return {};
  }

  void judge() {
    run_.judged_accounts = run_.accounts;
    run_.judged_pools = run_.pools;
    run_.judged_shared = run_.shared;
  }

  void enter(std::size_t t) {
    for (; next_ < entrants_.size(); ++next_) {
      PerpetualAccount& account = run_.accounts[entrants_[next_]];
      if (account.enters > t) return;
      account.collateral = account.paid_in;
      account.position = account.wanted;
      account.open_value = account.wanted * worth_;
      run_.paid_in += account.paid_in;
    }
  }

  // Payers round up and receivers down; what is between them is dust.
  void fund_until(base::Time time) {
    for (; funded_ < funding_.size() && funding_[funded_].time <= time; ++funded_) {
      if (run_.minutes.empty()) continue;  // before anybody had a position
      const double rate = funding_[funded_].rate;
      const auto paid = [&](std::int64_t position) {
        const double due = static_cast<double>(position * worth_) * rate;
        return static_cast<std::int64_t>(std::ceil(due));  // above zero it is paid
      };
      for (PerpetualAccount& account : run_.accounts) {
        const std::int64_t due = paid(account.position);
        account.collateral -= due;
        run_.funding_dust += due;
      }
      const std::int64_t due = paid(run_.market_position);
      run_.market_paid_in -= due;
      run_.funding_dust += due;
    }
  }

  [[nodiscard]] std::int64_t initial_of(const PerpetualAccount& account) const {
    return part(std::abs(account.position) * worth_, run_.pools[account.pool].initial_ppm, true);
  }

  [[nodiscard]] std::int64_t maintenance_of(const PerpetualAccount& account) const {
    return part(std::abs(account.position) * worth_, run_.pools[account.pool].maintenance_ppm,
                true);
  }

  [[nodiscard]] Result<void> liquidate(const MinuteBar& bar) {
    std::vector<std::size_t> closing;
    for (std::size_t i = 0; i < run_.accounts.size(); ++i) {
      PerpetualAccount& account = run_.accounts[i];
      if (account.position == 0) continue;
      if (!account.is_closing && account.equity(worth_) < maintenance_of(account)) {
        account.is_closing = true;
        ++now_.liquidated;
        if (!account.was_liquidated) ++run_.pools[account.pool].liquidated;
        account.was_liquidated = true;
      }
      if (account.is_closing) closing.push_back(i);
    }
    // The least equity for its maintenance requirement first.
    std::sort(closing.begin(), closing.end(), [&](std::size_t a, std::size_t b) {
      const PerpetualAccount& x = run_.accounts[a];
      const PerpetualAccount& y = run_.accounts[b];
      const i128 of_x = i128{x.equity(worth_)} * maintenance_of(y);
      const i128 of_y = i128{y.equity(worth_)} * maintenance_of(x);
      return of_x != of_y ? of_x < of_y : a < b;
    });
    const auto depth = static_cast<std::int64_t>(
        std::floor(static_cast<double>(bar.volume) * terms_.participation));
    std::array<std::int64_t, 2> left{depth, depth};  // sales and purchases
    for (const std::size_t i : closing) {
      PerpetualAccount& account = run_.accounts[i];
      if (account.position == 0) continue;  // deleveraged meanwhile
      if (Result<void> done = work_off(account, bar, left[account.position > 0 ? 0 : 1]); !done)
        return done;
    }
    return {};
  }

  [[nodiscard]] Result<void> work_off(PerpetualAccount& account, const MinuteBar& bar,
                                      std::int64_t& depth) {
    const std::int64_t equity = account.equity(worth_);
    if (equity >= initial_of(account)) {
      account.is_closing = false;
      return {};
    }
    if (equity < 0 && -equity > resources(account.pool)) return deleverage(account, -equity);
    const std::int64_t initial = run_.pools[account.pool].initial_ppm;
    const std::int64_t size = std::abs(account.position);
    // Closing x at the mark leaves initial_ppm (size - x) covered, the penalty being paid.
    const std::int64_t slope = std::max<std::int64_t>(1, (initial - terms_.penalty_ppm) * worth_);
    const i128 missing = i128{size} * worth_ * initial - i128{equity} * kMillion;
    const auto needed =
        static_cast<std::int64_t>(std::min<i128>(size, (missing + slope - 1) / slope));
    const std::int64_t quantity = std::min(needed, depth);
    if (quantity <= 0) return {};
    depth -= quantity;
    sell(account, bar, quantity);
    if (account.position != 0) {
      account.is_closing = account.equity(worth_) < initial_of(account);
      return {};
    }
    account.is_closing = false;
    return account.collateral < 0 ? bear(account, -account.collateral, {}, 0) : Result<void>{};
  }

  // To the market, or for a short from it.
  void sell(PerpetualAccount& account, const MinuteBar& bar, std::int64_t quantity) {
    const std::int64_t worst = account.position > 0 ? bar.low : bar.high;
    const auto slipped = static_cast<std::int64_t>(
        std::llround(static_cast<double>(worst - bar.average) * terms_.slippage));
    const std::int64_t fill = contract_worth(bar.average + slipped);
    const std::int64_t side = account.position > 0 ? 1 : -1;
    settle(account, quantity, fill);
    run_.market_position += side * quantity;
    run_.market_open_value += i128{side * quantity} * fill;
    now_.closed += quantity;
    now_.close_out += i128{side * quantity} * (fill - worth_);
    const std::int64_t penalty =
        std::clamp<std::int64_t>(part(quantity * worth_, terms_.penalty_ppm, false), 0,
                                 std::max<std::int64_t>(0, account.equity(worth_)));
    account.collateral -= penalty;
    run_.pools[account.pool].fund += penalty;
    run_.pools[account.pool].penalties += penalty;
  }

  // Closes a part of the position at a worth; its open value becomes collateral.
  static void settle(PerpetualAccount& account, std::int64_t quantity, std::int64_t worth) {
    const std::int64_t side = account.position > 0 ? 1 : -1;
    const std::int64_t size = std::abs(account.position);
    const auto released = static_cast<std::int64_t>(i128{account.open_value} * quantity / size);
    account.collateral += released - side * quantity * worth;
    account.open_value -= released;
    account.position -= side * quantity;
  }

  [[nodiscard]] bool shares_with(const PerpetualAccount& account, std::size_t pool) const {
    return commingled_ || account.pool == pool;
  }

  [[nodiscard]] i128 shared_cap() const {
    return *base::quantize<Rounding::floor>(base::to_double(run_.shared_start) * terms_.shared_cap);
  }

  [[nodiscard]] std::pair<i128, i128> own_layers(std::size_t pool) const {
    i128 fund = 0, capital = 0;
    for (std::size_t p = 0; p < run_.pools.size(); ++p) {
      if (!commingled_ && p != pool) continue;
      fund += run_.pools[p].fund;
      capital += run_.pools[p].operator_capital;
    }
    return {fund, capital};
  }

  [[nodiscard]] i128 resources(std::size_t pool) const {
    const auto [fund, capital] = own_layers(pool);
    const i128 shared = commingled_
                            ? run_.shared
                            : std::min(run_.shared, shared_cap() - run_.pools[pool].shared_used);
    return fund + capital + std::max<i128>(0, shared);
  }

  [[nodiscard]] default_management::WaterfallInput waterfall_of(const PerpetualAccount& account,
                                                                i128 deficit) const {
    const PerpetualPool& pool = run_.pools[account.pool];
    const auto [fund, capital] = own_layers(account.pool);
    DrillLoss loss{.pool = pool.name,
                   .owner = account.name,
                   .cause = "liquidation",
                   .deficit = deficit,
                   .fund = fund,
                   .operator_capital = capital,
                   .shared = run_.shared,
                   .shared_cap = std::nullopt};
    if (!commingled_)
      loss.shared_cap = DrillLoss::SharedCap{.cap = shared_cap(), .used = pool.shared_used};
    return drill_waterfall(loss, kSatoshi);
  }

  // From the pool, or where all is one from every pool in proportion to what it holds.
  void take(std::size_t pool, i128 sum, i128 PerpetualPool::* from) {
    if (!commingled_) {
      run_.pools[pool].*from -= sum;
      return;
    }
    std::vector<u128> weights;
    for (const PerpetualPool& one : run_.pools) weights.push_back(static_cast<u128>(one.*from));
    const std::vector<u128> parts = split(sum, weights);
    for (std::size_t p = 0; p < parts.size(); ++p)
      run_.pools[p].*from -= static_cast<i128>(parts[p]);
  }

  [[nodiscard]] static std::vector<u128> split(i128 sum, const std::vector<u128>& weights) {
    if (sum == 0) return std::vector<u128>(weights.size());
    auto parts = base::allocate(static_cast<u128>(sum), weights);
    COFFERDAM_CHECK(parts.has_value(), "there is a weight above zero");
    return std::move(*parts);
  }

  // The loss is booked, its layers pay into the account, and what they leave is asked of `rest`:
  // first of those that were deleveraged, then of claims.
  using Contributors = std::vector<std::pair<std::size_t, std::int64_t>>;  // account, contracts

  [[nodiscard]] Result<void> bear(PerpetualAccount& account, i128 deficit,
                                  const Contributors& contributors, std::int64_t size) {
    PerpetualPool& pool = run_.pools[account.pool];
    if (!account.has_failed) ++pool.failed;
    account.has_failed = true;
    pool.deficit += deficit;
    now_.deficit += deficit;
    const Result<default_management::WaterfallOutput> plan =
        default_management::waterfall(waterfall_of(account, deficit));
    if (!plan) return std::unexpected(plan.error());
    PerpetualLoss loss{.time = now_.time,
                       .account = account.name,
                       .pool = account.pool,
                       .deficit = deficit,
                       .certificate = plan->certificate};
    for (const default_management::LayerCharge& charge : plan->charges) {
      const auto paid = static_cast<i128>(charge.charged.units());
      if (charge.code == "fund") loss.by_fund = paid;
      if (charge.code == "operator") loss.by_operator = paid;
      if (charge.code == "shared") loss.by_shared = paid;
    }
    take(account.pool, loss.by_fund, &PerpetualPool::fund);
    take(account.pool, loss.by_operator, &PerpetualPool::operator_capital);
    run_.shared -= loss.by_shared;
    pool.shared_used += loss.by_shared;
    const auto rest = static_cast<i128>(plan->uncovered.units());
    charge_contributors(rest, contributors, size, loss);
    charge_claims(rest - loss.by_deleveraging, loss);
    // What nobody could pay is forgiven, and counted.
    account.collateral += static_cast<std::int64_t>(deficit);
    run_.losses.push_back(std::move(loss));
    return {};
  }

  void hit(PerpetualAccount& account, i128 cost, PerpetualLoss& loss) const {
    account.collateral -= static_cast<std::int64_t>(cost);
    if (account.pool != loss.pool) ++loss.strangers;
  }

  // Each pays for the contracts that were closed with it, and never more than it has.
  void charge_contributors(i128 rest, const Contributors& contributors, std::int64_t size,
                           PerpetualLoss& loss) {
    if (rest == 0 || contributors.empty()) return;
    std::vector<u128> weights;
    std::int64_t alone = size;  // what found no other side
    for (const auto& [index, contracts] : contributors) {
      weights.push_back(static_cast<u128>(contracts));
      alone -= contracts;
    }
    weights.push_back(static_cast<u128>(alone));
    const std::vector<u128> parts = split(rest, weights);
    for (std::size_t k = 0; k < contributors.size(); ++k) {
      PerpetualAccount& account = run_.accounts[contributors[k].first];
      const i128 has = std::max<std::int64_t>(0, account.equity(worth_));
      const i128 cost = std::min(static_cast<i128>(parts[k]), has);
      hit(account, cost, loss);
      loss.by_deleveraging += cost;
      run_.pools[account.pool].deleveraging_cost += cost;
    }
  }

  // Claims are what accounts have above zero.
  void charge_claims(i128 rest, PerpetualLoss& loss) {
    if (rest == 0) return;
    std::vector<u128> claims;
    i128 all = 0;
    for (const PerpetualAccount& account : run_.accounts) {
      const i128 claim =
          shares_with(account, loss.pool) ? std::max<std::int64_t>(0, account.equity(worth_)) : 0;
      claims.push_back(static_cast<u128>(claim));
      all += claim;
    }
    loss.by_claims = std::min(rest, all);
    loss.unpaid = rest - loss.by_claims;
    const std::vector<u128> parts = split(loss.by_claims, claims);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == 0) continue;
      hit(run_.accounts[i], static_cast<i128>(parts[i]), loss);
      run_.pools[run_.accounts[i].pool].taken_from_claims += static_cast<i128>(parts[i]);
    }
  }

  // The whole position is closed at the mark against the other side, best score first; what finds
  // no other side is sold to the market at the mark.
  [[nodiscard]] Result<void> deleverage(PerpetualAccount& account, i128 deficit) {
    const std::int64_t side = account.position > 0 ? 1 : -1;
    std::vector<std::pair<double, std::size_t>> others;
    for (std::size_t i = 0; i < run_.accounts.size(); ++i) {
      const PerpetualAccount& other = run_.accounts[i];
      if (other.position * side >= 0 || !shares_with(other, account.pool)) continue;
      if (other.equity(worth_) > 0) others.emplace_back(-score(other, worth_), i);
    }
    std::sort(others.begin(), others.end());
    const i128 missing = std::max<i128>(0, deficit - resources(account.pool));
    const std::int64_t size = std::abs(account.position);
    std::int64_t left = size;
    Contributors contributors;
    for (const auto& [rank, index] : others) {
      if (left == 0) break;
      PerpetualAccount& other = run_.accounts[index];
      // No more than its equity can bear of what is missing.
      const i128 bearable = missing == 0 ? i128{left} : i128{other.equity(worth_)} * size / missing;
      const auto quantity = static_cast<std::int64_t>(
          std::min<i128>(std::min(left, std::abs(other.position)), bearable));
      if (quantity == 0) continue;
      settle(other, quantity, worth_);
      if (other.position == 0) other.is_closing = false;
      if (!other.was_deleveraged) ++run_.pools[other.pool].deleveraged;
      other.was_deleveraged = true;
      ++now_.deleveraged;
      contributors.emplace_back(index, quantity);
      left -= quantity;
    }
    settle(account, size, worth_);
    account.is_closing = false;
    run_.market_position += side * left;
    run_.market_open_value += i128{side * left} * worth_;
    return bear(account, deficit, contributors, size);
  }

  const std::vector<MinuteBar>& bars_;
  const std::vector<FundingRate>& funding_;
  const PerpetualTerms& terms_;
  bool commingled_;
  PerpetualRun run_;
  PerpetualMinute now_;
  std::int64_t worth_ = 1;
  std::size_t next_ = 0;
  std::size_t funded_ = 0;
  std::vector<std::size_t> entrants_;
};

}  // namespace

Result<PerpetualRun> run_perpetual_venue(const std::vector<MinuteBar>& bars,
                                         const std::vector<FundingRate>& funding,
                                         const PerpetualTerms& terms, bool commingled) {
  for (std::size_t i = 1; i < bars.size(); ++i)
    if (bars[i].end <= bars[i - 1].end)
      return malformed("minutes[" + std::to_string(i) + "]", base::format_time(bars[i].end),
                       "must be later than the one before");
  Result<PerpetualRun> run = found_perpetual_venue(bars, terms);
  if (!run) return run;
  return Drill(bars, funding, terms, commingled, std::move(*run)).carry();
}

}  // namespace cofferdam::stress
