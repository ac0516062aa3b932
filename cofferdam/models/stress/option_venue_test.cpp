// SPDX-License-Identifier: Apache-2.0
//
// A market made of Black-76 prices that falls by a quarter: money is conserved to the cent, losses
// stay behind their pool's wall, and the smallest breaking move breaks and the next smaller does
// not.
#include "cofferdam/models/stress/option_venue.h"

#include "cofferdam/models/stress/option_shock.h"

#include <cmath>
#include <gmock/gmock.h>

namespace cofferdam::stress {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kStart = 1'769'904'000'000'000'000;  // 2026-02-01T00:00:00Z

OptionChain chain_at(std::int64_t hours, double index, double volatility) {
  OptionChain chain{.time = base::Time(kStart + hours * kHour), .quotes = {}};
  for (const std::int64_t days : {3, 30, 60}) {
    const base::Time expiry(kStart + days * 24 * kHour);
    if (expiry <= chain.time) continue;
    const double years =
        static_cast<double>(expiry.value() - chain.time.value()) / (8760.0 * kHour);
    for (int strike = 40'000; strike <= 140'000; strike += 5'000) {
      for (const auto type : {pricing::OptionType::call, pricing::OptionType::put}) {
        const double price = pricing::black_price({.type = type,
                                                   .forward = index,
                                                   .strike = static_cast<double>(strike),
                                                   .volatility = volatility,
                                                   .years = years,
                                                   .discount = 1}) /
                             index;
        const bool is_call = type == pricing::OptionType::call;
        chain.quotes.push_back({.instrument = "BTC-" + std::to_string(days) + "D-" +
                                              std::to_string(strike) + (is_call ? "-C" : "-P"),
                                .underlying = "BTC",
                                .type = type,
                                .strike = static_cast<double>(strike),
                                .expiry = expiry,
                                .forward = index,
                                .index = index,
                                .bid = price > 0.001 ? std::optional(price * 0.98) : std::nullopt,
                                .ask = price * 1.02 + 0.0001,
                                .mark = price,
                                .volatility = volatility});
      }
    }
  }
  return chain;
}

std::vector<OptionChain> a_crash() {
  return {chain_at(0, 90'000, 0.5), chain_at(6, 88'000, 0.55), chain_at(12, 80'000, 0.8),
          chain_at(80, 52'000, 1.5), chain_at(90, 54'000, 1.3)};
}

base::Rate parts(int per_mille) {
  return base::Rate(per_mille * base::kRateOne / 1000);
}

rulebook::StandardOptions thin_parameters() {
  rulebook::StandardOptionsMarket market;
  market.underlying = "BTC";
  market.max_spot = market.min_spot = market.mm_call = market.mm_put = parts(30);
  market.mm_put_mtm = parts(1000);
  market.unpaired_initial = market.unpaired_maintenance = market.mm_offset = parts(1000);
  rulebook::StandardOptions options;
  options.markets = {market};
  return options;
}

// Margin that is far too small, so that accounts fail: 3 % of the index for each short option.
rulebook::Rulebook thin() {
  return {.name = "thin",
          .kind = rulebook::RulebookKind::standard_options,
          .source = "made up",
          .version = "1",
          .rounding = "none",
          .known_differences = {},
          .standard_options = thin_parameters()};
}

i128 money(const VenueRun& run) {
  i128 sum = run.shared;
  for (const VenuePool& pool : run.pools) sum += pool.fund + pool.operator_capital;
  for (const VenueAccount& account : run.accounts) sum += account.cash;
  return sum;
}

std::map<std::string, std::int64_t> positions(const VenueRun& run) {
  std::map<std::string, std::int64_t> sums;
  for (const VenueAccount& account : run.accounts)
    for (const auto& [code, quantity] : account.position) sums[code] += quantity;
  std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
  return sums;
}

constexpr VenueTerms kTerms{.accounts = 60,
                            .pools = 4,
                            .seed = 7,
                            .fund_rate = 0.0005,
                            .operator_rate = 0.0002,
                            .shared_rate = 0.0002};

TEST(OptionVenue, EverySideHasAnother) {
  const auto run = found_venue(thin(), a_crash().front(), kTerms);
  ASSERT_TRUE(run.has_value()) << run.error().text();
  EXPECT_TRUE(positions(*run).empty());
  EXPECT_EQ(run->accounts.size(), 61U);
  for (const VenueAccount& account : run->accounts) EXPECT_GE(account.equity, account.initial);
}

TEST(OptionVenue, ConservesMoneyAndKeepsLossesBehindTheWall) {
  const auto start = found_venue(thin(), a_crash().front(), kTerms);
  ASSERT_TRUE(start.has_value()) << start.error().text();
  for (const bool commingled : {false, true}) {
    const auto run = run_venue(thin(), a_crash(), kTerms, commingled);
    ASSERT_TRUE(run.has_value()) << run.error().text();
    EXPECT_EQ(money(*run), money(*start));
    EXPECT_TRUE(positions(*run).empty());
    ASSERT_FALSE(run->defaults.empty());
    i128 deficit = 0, of_pools = 0, cut = 0, from_claims = 0;
    std::size_t strangers = 0;
    for (const VenueDefault& loss : run->defaults) {
      EXPECT_EQ(loss.deficit, loss.by_pool_fund + loss.by_operator + loss.by_shared_fund +
                                  loss.by_claims + loss.unpaid);
      EXPECT_EQ(loss.certificate.size(), 64U);
      deficit += loss.deficit;
      from_claims += loss.by_claims;
      strangers += loss.strangers;
    }
    for (const VenuePool& pool : run->pools) {
      of_pools += pool.deficit;
      cut += pool.taken_from_claims;
      if (commingled || pool.defaults > 0) continue;
      EXPECT_EQ(pool.fund, pool.fund_start + pool.penalties);
      EXPECT_EQ(pool.operator_capital, pool.operator_start);
      EXPECT_EQ(pool.taken_from_claims, 0);
    }
    EXPECT_EQ(deficit, of_pools);
    EXPECT_EQ(cut, from_claims);
    EXPECT_EQ(strangers > 0, commingled);
  }
}

TEST(OptionVenue, IsMadeFromItsSeed) {
  const auto one = run_venue(thin(), a_crash(), kTerms, false);
  const auto two = run_venue(thin(), a_crash(), kTerms, false);
  ASSERT_TRUE(one.has_value() && two.has_value());
  ASSERT_EQ(one->defaults.size(), two->defaults.size());
  for (std::size_t i = 0; i < one->defaults.size(); ++i)
    EXPECT_EQ(one->defaults[i].certificate, two->defaults[i].certificate);
  VenueTerms other = kTerms;
  other.seed = 8;
  const auto three = run_venue(thin(), a_crash(), other, false);
  EXPECT_NE(three->moments.front().initial, one->moments.front().initial);
}

TEST(OptionVenue, RefusesChainsOutOfOrder) {
  std::vector<OptionChain> chains = a_crash();
  std::swap(chains[1], chains[2]);
  EXPECT_EQ(run_venue(thin(), chains, kTerms, false).error().field, "chains[2]");
  EXPECT_EQ(run_venue(thin(), {chains[0]}, kTerms, false).error().field, "chains");
}

TEST(ReverseStress, FindsTheSmallestMoveThatBreaks) {
  const OptionChain chain = a_crash().front();
  const auto run = found_venue(thin(), chain, kTerms);
  ASSERT_TRUE(run.has_value());
  const i128 resources = 500'000'00;
  const ShockScope all{*run, chain, std::nullopt};
  const ReverseStress found = reverse_stress(all, resources);
  ASSERT_TRUE(found.is_found);
  EXPECT_GT(found.shortfall, resources);
  ASSERT_FALSE(found.accounts.empty());
  EXPECT_GT(found.accounts.front().amount, 0);
  const double smaller = found.spot * (1 - 0.001 / std::fabs(found.spot));
  i128 sum = 0;
  for (const NamedShortfall& one : shortfalls(all, {smaller, std::fabs(smaller) / 2}))
    sum += one.amount;
  EXPECT_LE(sum, resources);
  // The other direction holds at the same size.
  sum = 0;
  for (const NamedShortfall& one : shortfalls(all, {-smaller, std::fabs(smaller) / 2}))
    sum += one.amount;
  EXPECT_LE(sum, resources);
}

TEST(ReverseStress, AShortPutOwesItsPayoffAndNoMore) {
  const OptionChain chain = chain_at(0, 90'000, 0.5);
  VenueRun run;
  run.accounts.push_back({.owner = "seller",
                          .pool = 0,
                          .underlying = "BTC",
                          .style = "",
                          .position = {{"BTC-60D-80000-P", -10}},
                          .cash = 1'000'00});
  const ShockScope scope{run, chain, std::nullopt};
  const auto all = shortfalls(scope, {-0.95, 0});
  ASSERT_EQ(all.size(), 1U);
  // Nearly worthless index: ten times the strike less a twentieth of 90,000, less cash; half a
  // spread of the mark on top.
  const double payoff = 10 * (80'000 - 4'500);
  EXPECT_NEAR(static_cast<double>(all[0].amount) / 100, payoff - 1000, 0.01 * payoff);
}

}  // namespace
}  // namespace cofferdam::stress
