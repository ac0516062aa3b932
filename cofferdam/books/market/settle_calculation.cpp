// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/settle_calculation.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace cofferdam::market {

namespace {

using base::Rounding;
using S = SettleCalculationStatus;

constexpr i128 kSumMax = static_cast<i128>(kValueMax);

// The lines of one pool, as a range of the order by pool and owner.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Calculation {
 public:
  Calculation(const SettleTerms& terms, std::span<const SettleInput> inputs, Settlement& result)
      : terms_(terms), inputs_(inputs), lines_(result.lines), result_(result) {}

  [[nodiscard]] S run() {
    result_.payments.clear();
    result_.pools.clear();
    lines_.assign(inputs_.size(), SettleLine{});
    sort();
    if (const S status = find_variations(); status != S::ok) return status;
    collect();
    share_between_pools();
    for (std::size_t p = 0; p < ranges_.size(); ++p) pay_winners(p);
    pay_between_pools();
    return S::ok;
  }

 private:
  void sort() {
    order_.resize(inputs_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(inputs_[a].pool, inputs_[a].owner) <
             std::tie(inputs_[b].pool, inputs_[b].owner);
    });
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const PoolId pool = inputs_[order_[i]].pool;
      if (i == 0 || result_.pools.back().pool != pool) {
        result_.pools.push_back(PoolLine{.pool = pool});
        ranges_.push_back(Range{i, i});
      }
      ranges_.back().end = i + 1;
    }
  }

  // Bounding the sum of the sizes bounds every sum that follows.
  [[nodiscard]] S find_variations() {
    i128 sum = 0;
    i128 sizes = 0;
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      for (std::size_t i = ranges_[p].begin; i < ranges_[p].end; ++i) {
        const SettleInput& input = inputs_[order_[i]];
        SettleLine& line = lines_[order_[i]];
        line.pool = input.pool;
        line.owner = input.owner;
        const std::optional<i128> value =
            position_value(terms_.kind, input.position, terms_.unit_value);
        if (!value || base::magnitude(*value) >= kValueMax ||
            base::magnitude(input.open_value) >= kValueMax)
          return S::overflows;
        line.variation = *value + input.open_value;
        const i128 size = line.variation < 0 ? -line.variation : line.variation;
        if (size >= kSumMax - sizes) return S::overflows;
        sizes += size;
        sum += line.variation;
        result_.pools[p].variation += line.variation;
      }
    }
    return sum == 0 ? S::ok : S::does_not_balance;
  }

  // Losers first, out of the collateral that is there.
  void collect() {
    const u128 k = terms_.settle_factor;
    collected_.assign(ranges_.size(), 0);
    cash_.assign(ranges_.size(), 0);
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      for (std::size_t i = ranges_[p].begin; i < ranges_[p].end; ++i) {
        SettleLine& line = lines_[order_[i]];
        if (line.variation >= 0) continue;
        const u128 loss = base::magnitude(line.variation);
        const u128 due = base::div_round<Rounding::up>(loss, k);
        const u128 available = inputs_[order_[i]].available;
        const u128 paid = std::min(due, available);
        // All units that a short loser pays count in full: paid * k is below the loss.
        const u128 settled = available < due ? paid * k : loss;
        line.outcome = available < due ? SettleOutcome::paid_in_part : SettleOutcome::paid;
        line.settled = -static_cast<i128>(settled);
        line.left = line.variation - line.settled;
        line.cash = -static_cast<i128>(paid);
        collected_[p] += settled;
        cash_[p] += paid;
        result_.pools[p].unpaid += loss - settled;
      }
    }
  }

  void share_between_pools() {
    u128 sent = 0;
    std::vector<u128> claims(ranges_.size(), 0);
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      PoolLine& pool = result_.pools[p];
      const u128 size = base::magnitude(pool.variation);
      if (pool.variation < 0) {
        pool.sent = std::min(size, collected_[p]);
        pool.debt = size - pool.sent;
        sent += pool.sent;
      } else {
        claims[p] = size;
      }
    }
    const base::CappedAllocation shares = base::allocate_capped(sent, claims);
    COFFERDAM_CHECK(shares.left == 0, "pools do not send more than pools are owed");
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      result_.pools[p].received = shares.parts[p];
      result_.pools[p].shortfall = claims[p] - shares.parts[p];
    }
  }

  void pay_winners(std::size_t p) {
    PoolLine& pool = result_.pools[p];
    std::vector<u128> claims;
    for (std::size_t i = ranges_[p].begin; i < ranges_[p].end; ++i)
      if (lines_[order_[i]].variation > 0)
        claims.push_back(static_cast<u128>(lines_[order_[i]].variation));
    const u128 available = collected_[p] - pool.sent + pool.received;
    const base::CappedAllocation shares = base::allocate_capped(available, claims);
    COFFERDAM_CHECK(shares.left == 0, "a pool has no more than its winners are owed");
    std::size_t winner = 0;
    for (std::size_t i = ranges_[p].begin; i < ranges_[p].end; ++i) {
      SettleLine& line = lines_[order_[i]];
      if (line.variation <= 0) continue;
      line.settled = static_cast<i128>(shares.parts[winner++]);
      line.left = line.variation - line.settled;
      line.outcome = line.left == 0 ? SettleOutcome::received : SettleOutcome::received_in_part;
      const u128 cash = static_cast<u128>(line.settled) / terms_.settle_factor;
      line.cash = static_cast<i128>(cash);
      pool.winners_short += static_cast<u128>(line.left);
      cash_paid(p, cash);
    }
  }

  // May run below zero until the other pools have paid: two's complement keeps the difference.
  void cash_paid(std::size_t p, u128 cash) { cash_[p] -= cash; }

  // A pool is paid floor(received / k) and pays at most ceil(sent / k): in the order of their
  // numbers, each payer pays the first pools that still wait.
  void pay_between_pools() {
    const u128 k = terms_.settle_factor;
    std::size_t payer = 0;
    u128 left = 0;
    const auto budget = [&](std::size_t p) {
      return base::div_round<Rounding::up>(result_.pools[p].sent, k);
    };
    if (!ranges_.empty()) left = budget(0);
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      u128 waiting = result_.pools[p].received / k;
      while (waiting > 0) {
        while (left == 0) left = budget(++payer);
        const u128 cash = std::min(waiting, left);
        result_.payments.push_back(PoolPayment{
            .from = result_.pools[payer].pool, .to = result_.pools[p].pool, .cash = cash});
        result_.pools[payer].cash_sent += cash;
        result_.pools[p].cash_received += cash;
        cash_[payer] -= cash;
        cash_[p] += cash;
        left -= cash;
        waiting -= cash;
      }
    }
    for (std::size_t p = 0; p < ranges_.size(); ++p) {
      COFFERDAM_CHECK(cash_[p] <= static_cast<u128>(base::kI128Max), "a pool pays what it has");
      result_.pools[p].dust = cash_[p];
    }
  }

  const SettleTerms& terms_;
  std::span<const SettleInput> inputs_;
  std::vector<SettleLine>& lines_;
  Settlement& result_;
  std::vector<std::size_t> order_;
  std::vector<Range> ranges_;    // of result_.pools
  std::vector<u128> collected_;  // value units
  std::vector<u128> cash_;       // settlement units held for the pool
};

}  // namespace

SettleCalculationStatus settle_calculation(const SettleTerms& terms,
                                           std::span<const SettleInput> inputs,
                                           Settlement& result) {
  COFFERDAM_CHECK(terms.settle_factor >= 1, "a settlement unit holds at least one value unit");
  return Calculation(terms, inputs, result).run();
}

}  // namespace cofferdam::market
