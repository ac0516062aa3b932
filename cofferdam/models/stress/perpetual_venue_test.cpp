// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/perpetual_venue.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/books/default_management/adl.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace cofferdam::stress {
namespace {

constexpr std::int64_t kDollar = 10'000;

MinuteBar bar(std::int64_t minute, double price, std::int64_t volume = 100'000'000) {
  const auto at = static_cast<std::int64_t>(std::llround(price * kDollar));
  return {.end = base::Time(minute * 60'000'000'000),
          .high = at,
          .low = at,
          .close = at,
          .average = at,
          .trades = volume > 0 ? 1 : 0,
          .volume = volume};
}

std::vector<MinuteBar> path(const std::vector<double>& prices) {
  std::vector<MinuteBar> bars;
  for (std::size_t i = 0; i < prices.size(); ++i)
    bars.push_back(bar(static_cast<std::int64_t>(i) + 1, prices[i]));
  return bars;
}

PerpetualRun run(const std::vector<MinuteBar>& bars, const PerpetualTerms& terms,
                 bool commingled = false) {
  const auto done = run_perpetual_venue(bars, {}, terms, commingled);
  if (!done) throw std::runtime_error(done.error().text());
  return *done;
}

TEST(PerpetualVenue, AContractIsWorthHalfUp) {
  EXPECT_EQ(contract_worth(7'694 * kDollar), 12'997);  // 12997.1406
  EXPECT_EQ(contract_worth(75'135'000), 13'309);       // 13309.3764
  EXPECT_EQ(contract_worth(8'000 * kDollar), 12'500);  // exact
  EXPECT_EQ(contract_worth(160 * kDollar), 625'000);
  EXPECT_EQ(contract_worth(320'000'000), 3'125);
  EXPECT_EQ(contract_worth(300'000 * kDollar), 333);                      // 333.3
  EXPECT_EQ(contract_worth(std::int64_t{2} * 100'000'000 * kDollar), 1);  // half: up
}

TEST(PerpetualVenue, NothingHappensWhereNothingMoves) {
  const PerpetualRun still = run(path(std::vector<double>(10, 8'000)), {.accounts = 200});
  EXPECT_TRUE(still.losses.empty());
  EXPECT_EQ(still.market_position, 0);
  for (const PerpetualMinute& minute : still.minutes) EXPECT_EQ(minute.closed, 0);
}

// A long of N contracts entered at E with collateral N / (E L) has nothing left at
// E L / (L + 1): what the drill says it owes must be the closed form, to the rounding of a
// contract.
TEST(PerpetualVenue, OwesWhatTheClosedFormSays) {
  const PerpetualRun at = run(path({8'000, 8'000}), {.accounts = 100});
  for (const PerpetualAccount& account : at.accounts) {
    if (account.position == 0) continue;
    const double size = static_cast<double>(account.position) * 1e8;
    const double entry = size / 8'000, kept = static_cast<double>(account.collateral);
    for (const double price : {4'000.0, 6'500.0, 9'000.0, 16'000.0}) {
      const double equity = kept + entry - size / price;
      const auto worth = contract_worth(static_cast<std::int64_t>(price * kDollar));
      EXPECT_NEAR(static_cast<double>(account.equity(worth)), equity,
                  0.5 * std::abs(static_cast<double>(account.position)) + 1);
    }
    const double side = account.position > 0 ? 1 : -1;
    const double broke = size / (entry + kept);
    EXPECT_NEAR(side * broke, side * 8'000 * account.leverage / (account.leverage + side),
                8'000 * 1e-4 * account.leverage);
  }
}

TEST(PerpetualVenue, AStaleMarkMovesNothing) {
  std::vector<MinuteBar> bars = path({8'000, 8'000, 4'000, 4'000, 8'000});
  bars[2].volume = bars[3].volume = 10;
  const PerpetualRun halted = run(bars, {.accounts = 400});
  EXPECT_TRUE(halted.losses.empty());
  EXPECT_TRUE(halted.minutes[2].is_stale);
  EXPECT_EQ(halted.minutes[3].mark, 8'000 * kDollar);
  bars[2].volume = 100'000'000;
  const PerpetualRun fresh = run(bars, {.accounts = 400});
  EXPECT_FALSE(fresh.losses.empty());
}

// With no depth at all nobody can be sold, so a bankrupt account waits while its layers suffice.
TEST(PerpetualVenue, WaitsForDepthWhileTheLayersSuffice) {
  const PerpetualTerms terms{
      .accounts = 100, .participation = 0, .fund_rate = 1, .operator_rate = 0, .shared_rate = 0};
  const PerpetualRun waits = run(path({8'000, 7'900, 7'900}), terms);
  EXPECT_TRUE(waits.losses.empty());
  EXPECT_GT(waits.minutes.back().waiting, 0);
}

i128 sum_of(const PerpetualLoss& loss) {
  return loss.by_fund + loss.by_operator + loss.by_shared + loss.by_deleveraging + loss.by_claims +
         loss.unpaid;
}

TEST(PerpetualVenue, ALossIsPaidToTheUnitAndInItsPool) {
  const std::vector<MinuteBar> bars = path({8'000, 7'000, 5'000, 4'000, 7'000, 9'000});
  for (const bool commingled : {false, true}) {
    const PerpetualRun crash = run(bars, {.accounts = 1'000}, commingled);
    ASSERT_FALSE(crash.losses.empty());
    bool deleveraged = false, elsewhere = false;
    for (const PerpetualLoss& loss : crash.losses) {
      EXPECT_EQ(sum_of(loss), loss.deficit) << loss.account;
      EXPECT_EQ(loss.unpaid, 0);
      deleveraged = deleveraged || loss.by_deleveraging > 0;
      elsewhere = elsewhere || loss.strangers > 0;
    }
    EXPECT_TRUE(deleveraged);
    EXPECT_EQ(elsewhere, commingled);
    for (const PerpetualPool& pool : crash.pools) {
      EXPECT_GE(pool.fund, 0);
      if (!commingled && pool.failed == 0) {
        EXPECT_EQ(pool.deleveraging_cost + pool.taken_from_claims, 0);
        EXPECT_EQ(pool.fund, pool.fund_start + pool.penalties);
      }
    }
    EXPECT_EQ(unaccounted(crash), 0);
  }
}

// A deleveraging of one account, a second time by the calculator of the books: the same accounts,
// as many contracts each.
TEST(PerpetualVenue, DeleveragesWhomTheCalculatorNames) {
  namespace dm = default_management;
  const PerpetualTerms terms{.accounts = 40,
                             .pools = 1,
                             .participation = 1,
                             .fund_rate = 0,
                             .operator_rate = 0,
                             .shared_rate = 0};
  const std::vector<MinuteBar> bars = path({8'000, 7'000});
  const auto one = run_perpetual_venue({bars[0]}, {}, terms, false);
  // The same entrants in a record of one minute: those that enter at its start.
  ASSERT_TRUE(one.has_value());
  const PerpetualRun after = run(bars, terms);
  ASSERT_FALSE(after.losses.empty());
  const std::int64_t worth = contract_worth(bars[1].average);
  const auto failed = std::find_if(one->accounts.begin(), one->accounts.end(), [&](const auto& a) {
    return a.name == after.losses.front().account;
  });
  ASSERT_NE(failed, one->accounts.end());
  const double size = static_cast<double>(failed->position) * 1e8;
  const double broke = size / static_cast<double>(failed->open_value + failed->collateral);
  dm::AdlInput input{.scale = kSatoshi,
                     .price_scale = kDollarDigits,
                     .kind = dm::AdlContractKind::inverse,
                     .ranking = dm::AdlRanking::bitmex,
                     .position = base::Quantity(failed->position),
                     .bankruptcy_price = base::Price(std::llround(broke * kDollar)),
                     .mark_price = base::Price(bars[1].average)};
  std::map<std::string, std::int64_t> before;
  for (const PerpetualAccount& account : one->accounts) {
    if (account.position >= 0 || account.equity(worth) <= 0) continue;
    before[account.name] = account.position;
    input.counterparties.push_back({.account = account.name,
                                    .position = base::Quantity(account.position),
                                    .entry_price = base::Price(bars[0].average),
                                    .wallet_balance = base::SignedAmount(account.collateral)});
  }
  const auto named = dm::adl(input);
  ASSERT_TRUE(named.has_value()) << named.error().text();
  ASSERT_FALSE(named->receipts.empty());
  // The first loss of the drill is the first that was deleveraged: its accounts are a prefix.
  const dm::AdlReceipt& best = named->receipts.front();
  const auto hit = std::find_if(after.accounts.begin(), after.accounts.end(),
                                [&](const auto& a) { return a.name == best.account; });
  ASSERT_NE(hit, after.accounts.end());
  EXPECT_TRUE(hit->was_deleveraged);
  EXPECT_NEAR(base::to_double(named->deficit), base::to_double(after.losses.front().deficit),
              static_cast<double>(failed->position));
}

TEST(PerpetualVenue, FundingMovesMoneyFromSideToSide) {
  const std::vector<MinuteBar> bars = path({8'000, 8'000, 8'000});
  const std::vector<FundingRate> funding{{bars[1].end, 0.001}, {bars[2].end, -0.002}};
  const auto paid = run_perpetual_venue(bars, funding, {.accounts = 100}, false);
  ASSERT_TRUE(paid.has_value());
  EXPECT_GE(paid->funding_dust, 0);
  EXPECT_LE(paid->funding_dust, 2 * 101);
  for (const PerpetualAccount& account : paid->accounts) {
    if (account.position == 0 || account.was_liquidated || account.enters != 0) continue;
    const double due = static_cast<double>(account.position) * 12'500 * (0.001 - 0.002);
    EXPECT_NEAR(static_cast<double>(account.paid_in - account.collateral), due, 2);
  }
}

TEST(PerpetualVenue, TheSmallestJumpThatBreaksAPool) {
  const PerpetualRun at = run(path({8'000, 8'000}), {.accounts = 400});
  for (const std::size_t pool : {0U, 1U, 2U, 3U}) {
    const i128 resources = at.pools[pool].fund;
    const PerpetualBreak found = break_perpetual(at.accounts, pool, 8'000 * kDollar, resources);
    ASSERT_TRUE(found.is_found);
    const auto owed = [&](std::int64_t price) {
      i128 sum = 0;
      for (const PerpetualAccount& account : at.accounts)
        if (account.pool == pool && account.position != 0)
          sum += std::max<std::int64_t>(0, -account.equity(contract_worth(price)));
      return sum;
    };
    const std::int64_t step = found.is_fall ? 8'000 : -8'000;
    EXPECT_GT(owed(found.price), resources);
    EXPECT_LE(owed(found.price + step), resources);
    EXPECT_EQ(owed(found.price), found.shortfall);
    // Every smaller jump in the other direction holds, too.
    for (std::int64_t k = 0; k < std::llround(std::abs(found.move) * 10'000); ++k)
      ASSERT_LE(owed(8'000 * kDollar + step * k), resources);
  }
  EXPECT_FALSE(break_perpetual(at.accounts, std::nullopt, 8'000 * kDollar, i128{1} << 90).is_found);
}

TEST(PerpetualVenue, CoverageCountsWhatWasNotEnough) {
  std::vector<MinuteBar> bars = path({8'000, 8'000, 8'000, 8'000});
  bars[2].low = 7'000 * kDollar;  // worth 14286: 14.3 % more than 12500
  const PerpetualCoverage at_10 = perpetual_coverage(bars, 100'000, 1);
  EXPECT_EQ(at_10.observations, 3U);
  EXPECT_EQ(at_10.long_exceeded, 1U);
  EXPECT_EQ(at_10.short_exceeded, 0U);
  EXPECT_EQ(perpetual_coverage(bars, 150'000, 1).long_exceeded, 0U);
  EXPECT_EQ(perpetual_coverage(bars, 100'000, 2).long_exceeded, 2U);
}

// Random markets: the drill ends, and no satoshi is made or lost (checked in every minute inside).
TEST(PerpetualVenue, LosesNoSatoshiInAnyMarket) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    std::vector<MinuteBar> bars;
    double price = 8'000;
    for (std::int64_t t = 1; t <= 60; ++t) {
      price *= 0.85 + 0.01 * static_cast<double>(*rc::gen::inRange(0, 31));
      price = std::clamp(price, 100.0, 100'000.0);
      MinuteBar one = bar(t, price, *rc::gen::inRange(0, 4) == 0 ? 100 : 10'000'000);
      one.low -= one.low / 50;
      one.high += one.high / 50;
      bars.push_back(one);
    }
    const PerpetualTerms terms{.accounts = 120, .seed = seed % 1'000};
    const std::vector<FundingRate> funding{{bars[20].end, 0.003}, {bars[40].end, -0.003}};
    for (const bool commingled : {false, true}) {
      const auto done = run_perpetual_venue(bars, funding, terms, commingled);
      if (!done && done.error().text().find("volume that a mark needs") != std::string::npos)
        return;
      RC_ASSERT(done.has_value());
      RC_ASSERT(unaccounted(*done) == 0);
      for (const PerpetualLoss& loss : done->losses) RC_ASSERT(sum_of(loss) == loss.deficit);
      for (const PerpetualPool& pool : done->pools) RC_ASSERT(pool.fund >= 0);
      RC_ASSERT(done->shared >= 0);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::stress
