// SPDX-License-Identifier: Apache-2.0
//
// Shares of a fund against the figures of the source's own tests (drift-labs/protocol-v2,
// programs/drift/src/math/insurance/tests.rs), and the laws under random events.
#include "cofferdam/books/default_management/fund_calculator.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

namespace cofferdam::default_management {
namespace {

constexpr u128 kDollar = 1'000'000;

Fund fund(u128 balance, i128 shares) {
  return {.balance = Amount(balance), .total_shares = Shares(shares)};
}

std::uint32_t rebased(i128 shares, u128 balance) {
  Fund f = fund(balance, shares);
  return rebase(f);
}

TEST(FundShares, RebaseCasesOfTheSource) {
  EXPECT_EQ(rebased(10'000, 10'000), 0U);
  EXPECT_EQ(rebased(20'000, 10'000), 0U);
  EXPECT_EQ(rebased(60'078, 606), 0U);
  EXPECT_EQ(rebased(60'078, 600), 1U);
  EXPECT_EQ(rebased(60'078'000'000, 600 * kDollar + 19'234), 1U);
  EXPECT_EQ(rebased(60'078'000'000, 601 * kDollar + 19'234), 0U);
  EXPECT_EQ(rebased(800'000'078'000'000, 1), 13U);
  EXPECT_EQ(rebased(99'999, 100), 1U);
  EXPECT_EQ(rebased(100'000, 100), 2U);
  EXPECT_EQ(rebased(100'001, 100), 2U);
  EXPECT_EQ(rebased(1'242'418'900'000, 1), 11U);
  EXPECT_EQ(rebased(12'412, 83'295'723'895'729'080), 0U);
}

i128 lost(u128 balance, i128 total, i128 asked, u128 frozen) {
  Fund f = fund(balance, total);
  Stake s{
      .shares = Shares(asked), .requested_shares = Shares(asked), .frozen_value = Amount(frozen)};
  return cancel(f, s).shares.value();
}

TEST(FundShares, ForfeitCasesOfTheSource) {
  const i128 q = 1'000'000;
  EXPECT_EQ(lost(1'000 * kDollar, 1'000 * q, 100 * q, 100 * kDollar - 1), 2);
  EXPECT_EQ(lost(1'100 * kDollar, 1'100 * q, 100 * q, 100 * kDollar - 1), 2);
  EXPECT_EQ(lost(1'100 * kDollar, 1'000 * q, 100 * q, 100 * kDollar - 1), 10'000'001);
  EXPECT_EQ(lost(1'100 * kDollar, 1'000 * q, 100 * q, 200 * kDollar), 0);
  EXPECT_EQ(lost(2'100 * kDollar, 2'000 * q, 100 * q, 100 * kDollar - 1), 5'000'001);
  EXPECT_EQ(lost(21'000 * kDollar, 2'000 * q, 100 * q, 100 * kDollar - 1), 90'909'092);
  EXPECT_EQ(lost(1'000 * kDollar, 1'000 * q, 1'000 * q - 1, 1'000 * kDollar - 1), 0);
}

Stake held(i128 shares, std::uint32_t rebases) {
  Stake s;
  s.shares = Shares(shares);
  s.rebases = rebases;
  return s;
}

TEST(FundShares, StakesOfBeforeARebaseAreCountedAsTheFundCountsNow) {
  // An answer of this calculator, asked again: ann's 3,000,000,000 are 30 of the 60 since the
  // rebase.
  Fund f = fund(100, 60);
  f.rebases = 8;
  FundSharesInput input{.fund = f,
                        .holders = {{.owner = "ann", .stake = held(3'000'000'000, 0)},
                                    {.owner = "cyd", .stake = held(30, 8)}}};
  const auto output = fund_shares(input);
  EXPECT_TRUE(output.has_value()) << output.error().text();
  for (const i128 shares : {i128{3'100'000'000}, i128{6'100'000'000}}) {
    input.holders[0].stake = held(shares, 0);
    input.holders[1].stake.shares = shares < 6'000'000'000 ? Shares(30) : Shares();
    const auto refused = fund_shares(input);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().field,
              shares < 6'000'000'000 ? "holders.cyd.stake.shares" : "holders.ann.stake.shares");
  }
}

TEST(FundShares, ARequestThatRebasingLeavesNothingOfIsOpenStill) {
  // 1,000 shares of one unit of money are divided by 100: of the 5 in notice nothing is left.
  Fund f = fund(1, 1'000);
  Stake s = held(500, 0);
  s.requested_shares = Shares(5);
  EXPECT_EQ(request(f, s, Shares(1), base::Time()).status, FundStatus::request_open);
  EXPECT_EQ(cancel(f, s).status, FundStatus::ok);
  EXPECT_EQ(s.shares, Shares(5));
  EXPECT_EQ(request(f, s, Shares(1), base::Time()).status, FundStatus::ok);
}

TEST(FundShares, ANoticeOfCenturiesHasRun) {
  // The times lie further apart than 64 bits of nanoseconds count.
  constexpr std::int64_t kCentury = 36'525LL * 86'400 * base::kNanosecondsPerSecond;
  Fund f = fund(10, 10);
  Stake s = held(5, 0);
  s.requested_shares = Shares(5);
  s.frozen_value = Amount(5);
  s.requested = base::Time(-2 * kCentury);
  EXPECT_EQ(redeem({}, f, s, base::Time(2 * kCentury)).amount, Amount(5));
}

TEST(FundShares, NamesWhatIsWrong) {
  FundSharesInput input;
  input.rules.period = base::Duration(-1);
  EXPECT_EQ(fund_shares(input).error().field, "rules.period");
  input = {};
  input.fund.rebases = 4'294'967'295;
  EXPECT_EQ(fund_shares(input).error().field, "fund.rebases");
  input = {.fund = fund(100, 60), .holders = {{.owner = "a", .stake = held(5, 1)}}};
  EXPECT_EQ(fund_shares(input).error().field, "holders.a.stake.rebases");
  input.holders[0].stake = held(-5, 0);
  EXPECT_EQ(fund_shares(input).error().field, "holders.a.stake.shares");
  input.holders[0].stake = held(5, 0);
  input.holders[0].stake.requested_shares = Shares(6);
  EXPECT_EQ(fund_shares(input).error().field, "holders.a.stake.requested_shares");
}

TEST(FundShares, LossesBiteInTheNoticeGainsDoNot) {
  FundSharesInput input{.fund = fund(0, 0)};
  const auto at = [](std::int64_t day) {
    return base::Time(day * 86'400 * base::kNanosecondsPerSecond);
  };
  input.events = {
      {.kind = FundEventKind::stake, .time = at(0), .owner = "a", .amount = Amount(1'000)},
      {.kind = FundEventKind::stake, .time = at(0), .owner = "b", .amount = Amount(1'000)},
      {.kind = FundEventKind::request, .time = at(1), .owner = "a", .shares = Shares(1'000)},
      {.kind = FundEventKind::redeem, .time = at(13), .owner = "a"},
      {.kind = FundEventKind::gain, .time = at(13), .amount = Amount(500)},
      {.kind = FundEventKind::redeem, .time = at(14), .owner = "a"},
      {.kind = FundEventKind::request, .time = at(14), .owner = "b", .amount = Amount(1'499)},
      {.kind = FundEventKind::loss, .time = at(20), .amount = Amount(700)},
      {.kind = FundEventKind::redeem, .time = at(27), .owner = "b"}};
  const auto output = fund_shares(input);
  ASSERT_TRUE(output.has_value()) << output.error().text();
  const auto& steps = output->steps;
  EXPECT_EQ(steps[3].status, FundStatus::notice_runs);
  EXPECT_EQ(steps[5].amount, Amount(1'000));  // the gain stays with b
  EXPECT_EQ(steps[5].share_price, Rate(base::kRateOne / 10 * 15));
  EXPECT_EQ(steps[6].shares, Shares(999));
  EXPECT_EQ(steps[6].amount, Amount(1'498));
  EXPECT_EQ(steps[8].amount, Amount(799));  // 800 x 999 / 1,000, not the 1,498 that were frozen
  EXPECT_EQ(output->fund.balance, Amount(1));
  EXPECT_EQ(output->fund.total_shares, Shares(1));
}

TEST(FundShares, ADrainedFundKeepsItsShares) {
  FundSharesInput input{.fund = fund(0, 0)};
  input.rules.notice = base::Duration();
  input.events = {{.kind = FundEventKind::stake, .owner = "a", .amount = Amount(1'000'000)},
                  {.kind = FundEventKind::loss, .amount = Amount(5'000'000)},
                  {.kind = FundEventKind::stake, .owner = "b", .amount = Amount(1'000'000)}};
  const auto output = fund_shares(input);
  EXPECT_EQ(output->steps[1].amount, Amount(999'999));
  EXPECT_EQ(output->steps[2].rebases, 5U);
  // 10 shares for the unit that stayed, 10 for each of the million.
  EXPECT_EQ(output->steps[2].shares, Shares(10'000'000));
  EXPECT_EQ(output->fund.total_shares, Shares(10'000'010));
}

TEST(FundShares, WhatMayLeaveIsBounded) {
  FundSharesInput input{.fund = fund(0, 0)};
  input.rules = {.notice = base::Duration(),
                 .minimum_balance = Amount(300),
                 .period = base::Duration(base::kNanosecondsPerSecond),
                 .period_limit_ppm = 500'000};
  input.events = {{.kind = FundEventKind::stake, .owner = "operator", .amount = Amount(1'000)},
                  {.kind = FundEventKind::request, .owner = "operator", .shares = Shares(800)},
                  {.kind = FundEventKind::redeem, .owner = "operator"},
                  {.kind = FundEventKind::cancel, .owner = "operator"},
                  {.kind = FundEventKind::request, .owner = "operator", .shares = Shares(600)},
                  {.kind = FundEventKind::redeem, .owner = "operator"},
                  {.kind = FundEventKind::cancel, .owner = "operator"},
                  {.kind = FundEventKind::request, .owner = "operator", .shares = Shares(500)},
                  {.kind = FundEventKind::redeem, .owner = "operator"}};
  const auto output = fund_shares(input);
  EXPECT_EQ(output->steps[2].status, FundStatus::below_minimum);
  EXPECT_EQ(output->steps[5].status, FundStatus::exceeds_period_limit);
  EXPECT_EQ(output->steps[8].status, FundStatus::ok);
  EXPECT_EQ(output->fund.balance, Amount(500));
}

// Whatever happens: money in less money out is the balance, holders never own more than all shares,
// what all of them could ask is covered, and no stake or redemption takes value from those who
// stay.
TEST(FundShares, LawsUnderRandomEvents) {
  EXPECT_TRUE(rc::check([] {
    Fund f;
    std::map<int, Stake> holders;
    const FundRules rules{.notice = base::Duration(3)};
    i128 money = 0;
    for (int i = 0; i < 60; ++i) {
      Stake& holder = holders[*rc::gen::inRange(0, 4)];
      const base::Time now(i);
      const u128 amount = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
      const Fund before = f;
      switch (*rc::gen::inRange(0, 6)) {
        case 0:
          if (stake(f, holder, Amount(amount)).status == FundStatus::ok)
            money += static_cast<i128>(amount);
          break;
        case 1:
          (void)request(f, holder, Shares(static_cast<i128>(amount % 5'000) + 1), now);
          break;
        case 2:
          (void)cancel(f, holder);
          break;
        case 3: {
          const FundResult paid = redeem(rules, f, holder, now);
          if (paid.status == FundStatus::ok) {
            money -= static_cast<i128>(paid.amount.units());
            // The price of what stays does not fall.
            if (before.rebases == f.rebases && !f.total_shares.is_zero())
              RC_ASSERT(f.balance.units() * before.total_shares.magnitude() >=
                        before.balance.units() * f.total_shares.magnitude());
          }
          break;
        }
        case 4: {
          const Amount loss = std::min(Amount(amount), drawable(f));
          f.balance -= loss;
          money -= static_cast<i128>(loss.units());
          break;
        }
        default:
          f.balance += Amount(amount / 100);
          money += static_cast<i128>(amount / 100);
      }
      RC_ASSERT(money == static_cast<i128>(f.balance.units()));
      Shares sum;
      Amount claims;
      for (auto& [owner, s] : holders) {
        Stake seen = s;
        rebase(f, seen);
        RC_ASSERT(!seen.shares.is_negative());
        RC_ASSERT(seen.requested_shares <= seen.shares);
        sum += seen.shares;
        claims += value_of(f, seen.shares);
      }
      RC_ASSERT(sum <= f.total_shares);
      RC_ASSERT(claims <= f.balance);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::default_management
