// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/adl.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

namespace cofferdam::default_management {
namespace {

AdlCounterparty account(std::string name, i128 position, i128 entry, i128 wallet, i128 hedged = 0) {
  return {.account = std::move(name),
          .position = Quantity(position),
          .entry_price = Price(entry),
          .wallet_balance = SignedAmount(wallet),
          .hedged = Quantity(hedged)};
}

// A short of 20, bankrupt at 650, the mark at 700: 50 a contract are missing.
AdlInput short_of_20(AdlRanking ranking) {
  return {.ranking = ranking,
          .position = Quantity(-20),
          .bankruptcy_price = Price(650),
          .mark_price = Price(700)};
}

const AdlReceipt* receipt(const AdlOutput& output, std::string_view name) {
  for (const AdlReceipt& entry : output.receipts)
    if (entry.account == name) return &entry;
  return nullptr;
}

Quantity closed(const AdlOutput& output, std::string_view name) {
  const AdlReceipt* found = receipt(output, name);
  return found == nullptr ? Quantity() : found->closed;
}

// The published example: scores 6 and 5 stand first, with 10 and 20 contracts, so 10 and 10 go.
TEST(Adl, BitmexTakesTheFirstInTheQueue) {
  AdlInput input = short_of_20(AdlRanking::bitmex);
  const i128 sizes[] = {10, 10, 20, 30, 20, 10};
  const i128 entries[] = {600, 400, 680, 550, 500, 650};
  for (int i = 0; i < 6; ++i)
    input.counterparties.push_back(
        account(std::to_string(i + 1), sizes[i], entries[i], 1'000 * sizes[i]));
  const auto output = adl(input);
  ASSERT_TRUE(output.has_value()) << output.error().text();
  ASSERT_EQ(output->receipts.size(), 2U);
  EXPECT_EQ(output->receipts[0].account, "2");
  EXPECT_EQ(output->receipts[0].closed, Quantity(10));
  EXPECT_EQ(output->receipts[0].rank, 1U);
  EXPECT_EQ(output->receipts[0].cost, Amount(500));
  EXPECT_EQ(output->receipts[1].account, "5");
  EXPECT_EQ(output->receipts[1].closed, Quantity(10));
  EXPECT_EQ(output->receipts[1].position_after, Quantity(10));
  // pnl 300/400, leverage 7,000 / (10 x 1,000 + 3,000)
  EXPECT_EQ(output->receipts[0].score, "21/52");
  EXPECT_EQ(output->deficit, Amount(1'000));
  EXPECT_EQ(output->status, AdlStatus::covered);
  EXPECT_TRUE(output->overshoot.is_zero());
}

TEST(Adl, ScoresOfLosersAndShorts) {
  AdlInput input{.ranking = AdlRanking::bitmex,
                 .position = Quantity(1),
                 .bankruptcy_price = Price(800),
                 .mark_price = Price(700)};
  input.counterparties = {account("loser", -1, 600, 1'100), account("winner", -1, 1'000, 1'000)};
  const auto output = adl(input);
  // pnl (1,000 - 700)/1,000 = 3/10, equity 1,300, leverage 7/13.
  EXPECT_EQ(receipt(*output, "winner")->score, "21/130");
  EXPECT_EQ(output->receipts.size(), 1U);
  input.position = Quantity(2);
  // pnl -100/600, equity 1,000, leverage 7/10: -1/6 / 7/10.
  EXPECT_EQ(receipt(*adl(input), "loser")->score, "-5/21");
}

TEST(Adl, BinanceAndHyperliquid) {
  AdlInput input = short_of_20(AdlRanking::binance);
  AdlCounterparty a = account("a", 20, 600, 500);
  a.maintenance_margin = Amount(100);
  input.counterparties = {a, account("b", 20, 690, 5'000)};
  // 2,000 / 500 x 100 / 2,500
  EXPECT_EQ(receipt(*adl(input), "a")->score, "4/25");
  input.counterparties[0].wallet_balance = SignedAmount(-500);  // max(1, wallet) is 1
  EXPECT_EQ(receipt(*adl(input), "a")->score, "400/3");
  input.ranking = AdlRanking::hyperliquid;
  input.counterparties[0].wallet_balance = SignedAmount(500);
  // 7/6 x 14,000/2,500
  EXPECT_EQ(receipt(*adl(input), "a")->score, "98/15");
  EXPECT_EQ(receipt(*adl(input), "a")->score_decimal, "6.533333333333333333");
}

// BTC short of 70,000 USD, bankrupt at 7,000, mark 8,000: 10 - 8.75 = 1.25 BTC.
TEST(Adl, Inverse) {
  AdlInput input{.scale = 8,
                 .price_scale = 1,
                 .kind = AdlContractKind::inverse,
                 .ranking = AdlRanking::pro_rata,
                 .position = Quantity(-70'000),
                 .bankruptcy_price = Price(70'000),
                 .mark_price = Price(80'000)};
  input.counterparties = {account("a", 70'000, 50'000, 1'000'000'000),
                          account("b", 70'000, 60'000, 1'000'000'000)};
  const auto output = adl(input);
  EXPECT_EQ(output->deficit, Amount(125'000'000));
  EXPECT_EQ(closed(*output, "a"), Quantity(35'000));
  EXPECT_EQ(receipt(*output, "b")->cost, Amount(62'500'000));
}

TEST(Adl, HedgesAreBrokenLast) {
  AdlInput input = short_of_20(AdlRanking::hedge_aware);
  input.counterparties = {account("hedged", 100, 500, 100'000, 100),
                          account("naked", 12, 500, 100'000)};
  auto output = adl(input);
  EXPECT_EQ(closed(*output, "naked"), Quantity(12));
  EXPECT_EQ(closed(*output, "hedged"), Quantity(8));
  EXPECT_EQ(receipt(*output, "hedged")->hedge_broken, Quantity(8));
  ASSERT_EQ(output->rankings.size(), kAdlRankings);
  EXPECT_EQ(output->rankings[1].ranking, AdlRanking::pro_rata);
  EXPECT_EQ(output->rankings[1].hedge_broken, Quantity(18));
  EXPECT_EQ(receipt(*output, "naked")->alternatives[1].closed, Quantity(2));
}

// "poor" can bear 1 of 50 each, nobody else can: 950 are cut from claims.
TEST(Adl, WhatNobodyCanBearIsAHaircut) {
  AdlInput input = short_of_20(AdlRanking::pro_rata);
  input.counterparties = {account("poor", 20, 700, 99)};
  input.claims = {{"x", Amount(2'000)}, {"y", Amount(1'000)}};
  const auto output = adl(input);
  EXPECT_EQ(output->status, AdlStatus::haircut);
  EXPECT_EQ(output->closed, Quantity(1));
  EXPECT_EQ(output->closed_at_mark, Quantity(19));
  EXPECT_EQ(output->cost, Amount(50));
  EXPECT_EQ(output->haircut, Amount(950));
  // 950 over 49, 2,000, 1,000: 15.27, 623.16, 311.58.
  EXPECT_EQ(receipt(*output, "poor")->haircut, Amount(15));
  EXPECT_EQ(receipt(*output, "poor")->equity_after, SignedAmount(34));
  EXPECT_EQ(output->claims[0].haircut, Amount(623));
  EXPECT_EQ(output->claims[1].haircut, Amount(312));
}

TEST(Adl, NoDeficitNothingHappens) {
  AdlInput input = short_of_20(AdlRanking::bitmex);
  input.mark_price = Price(650);
  input.counterparties = {account("a", 20, 600, 500)};
  const auto output = adl(input);
  EXPECT_EQ(output->status, AdlStatus::no_deficit);
  EXPECT_TRUE(output->receipts.empty());
  input.mark_price = Price(640);
  EXPECT_EQ(adl(input)->status, AdlStatus::no_deficit);
}

TEST(Adl, MoreThanTheDeficitIsNeverTaken) {
  AdlInput input = short_of_20(AdlRanking::hyperliquid);
  input.counterparties = {account("a", 20, 600, 50'000)};
  input.close_price = Price(649);
  EXPECT_FALSE(adl(input).has_value());
  input.close_price = Price(690);
  const auto output = adl(input);
  EXPECT_EQ(output->cost, Amount(200));
  EXPECT_EQ(output->haircut, Amount(800));
}

AdlInput random_input() {
  AdlInput input{.scale = 2, .price_scale = 1, .quantity_scale = 2};
  input.kind = static_cast<AdlContractKind>(*rc::gen::inRange(0, 2));
  input.ranking = static_cast<AdlRanking>(*rc::gen::inRange(0, 5));
  const bool is_short = *rc::gen::arbitrary<bool>();
  const auto size = *rc::gen::inRange<std::int64_t>(1, 5'000);
  input.position = Quantity(is_short ? -size : size);
  input.bankruptcy_price = Price(*rc::gen::inRange<std::int64_t>(1, 2'000));
  input.mark_price = Price(*rc::gen::inRange<std::int64_t>(1, 2'000));
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    const auto position = *rc::gen::inRange<std::int64_t>(-1'000, 1'000);
    AdlCounterparty entry =
        account("a" + std::to_string(i), position, *rc::gen::inRange<std::int64_t>(1, 2'000),
                *rc::gen::inRange<std::int64_t>(-10'000, 50'000));
    entry.hedged = Quantity(*rc::gen::inRange<std::int64_t>(0, std::abs(position) + 1));
    entry.maintenance_margin = Amount(*rc::gen::inRange<std::uint64_t>(0, 1'000));
    input.counterparties.push_back(entry);
  }
  for (int i = 0; i < *rc::gen::inRange(0, 4); ++i)
    input.claims.push_back(
        {"c" + std::to_string(i), Amount(*rc::gen::inRange<std::uint64_t>(0, 9'999))});
  return input;
}

const AdlCounterparty& named(const AdlInput& input, std::string_view name) {
  return *std::find_if(input.counterparties.begin(), input.counterparties.end(),
                       [&](const auto& entry) { return entry.account == name; });
}

TEST(Adl, EndsConservesAndBankruptsNobody) {
  EXPECT_TRUE(rc::check([] {
    const AdlInput input = random_input();
    const auto output = adl(input);
    RC_ASSERT(output.has_value());
    RC_ASSERT(output->cost + output->haircut + output->uncovered == output->deficit);
    RC_ASSERT(output->overshoot.is_zero());
    RC_ASSERT(output->closed + output->closed_at_mark + output->unclosed ==
              Quantity(static_cast<i128>(input.position.magnitude())));
    Quantity sum;
    Amount cost;
    Amount cut;
    for (const AdlReceipt& entry : output->receipts) {
      const AdlCounterparty& party = named(input, entry.account);
      RC_ASSERT(party.position.is_negative() != input.position.is_negative());
      RC_ASSERT((entry.closed + entry.closed_at_mark).magnitude() <= party.position.magnitude());
      if (!entry.cost.is_zero() || !entry.haircut.is_zero())
        RC_ASSERT(!entry.equity_after.is_negative());
      sum += entry.closed;
      cost += entry.cost;
      cut += entry.haircut;
    }
    for (const AdlHaircut& claim : output->claims) {
      RC_ASSERT(claim.haircut <= claim.claim);
      cut += claim.haircut;
    }
    RC_ASSERT(sum == output->closed);
    RC_ASSERT(cost == output->cost);
    RC_ASSERT(cut == output->haircut);
  }));
}

TEST(Adl, DoesNotDependOnTheOrderOfTheList) {
  EXPECT_TRUE(rc::check([] {
    AdlInput input = random_input();
    const auto before = adl(input);
    std::mt19937 dice(*rc::gen::arbitrary<std::uint32_t>());
    std::shuffle(input.counterparties.begin(), input.counterparties.end(), dice);
    std::shuffle(input.claims.begin(), input.claims.end(), dice);
    RC_ASSERT(before->certificate == adl(input)->certificate);
  }));
}

// No ranking that places as much breaks fewer hedges than the hedge-aware one.
TEST(Adl, NoRankingBreaksFewerHedges) {
  EXPECT_TRUE(rc::check([] {
    const auto output = adl(random_input());
    if (output->rankings.empty()) return;
    const AdlSummary& aware = output->rankings[0];
    for (const AdlSummary& other : output->rankings) {
      RC_ASSERT(other.closed == aware.closed);
      RC_ASSERT(aware.hedge_broken <= other.hedge_broken);
    }
  }));
}

TEST(Adl, MalformedInput) {
  AdlInput input = short_of_20(AdlRanking::bitmex);
  input.counterparties = {account("a", 20, 600, 0), account("a", 20, 600, 0)};
  EXPECT_FALSE(adl(input).has_value());
  input.counterparties = {account("a", 20, 0, 0)};
  EXPECT_FALSE(adl(input).has_value());
  input.counterparties = {account("a", 20, 600, 0, 21)};
  EXPECT_FALSE(adl(input).has_value());
  input.counterparties.clear();
  input.position = Quantity();
  EXPECT_FALSE(adl(input).has_value());
}

}  // namespace
}  // namespace cofferdam::default_management
