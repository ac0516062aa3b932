// SPDX-License-Identifier: Apache-2.0
//
// The rules of published systems, by hand from their sources, and the split of contributions.
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/insurance/contribution.h"
#include "cofferdam/books/insurance/cover_price.h"
#include "cofferdam/books/insurance/mcr.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::Rate;
using base::u128;

Amount ether(std::uint64_t n) {
  return Amount(u128{n} * 1'000'000'000'000'000'000ULL);
}

TEST(Mcr, MovesByBoundedSteps) {
  McrInput in{.stored = ether(10'000), .desired = ether(12'000), .active_cover = ether(48'000)};

  struct Step {
    std::int64_t hours;
    std::uint32_t bps;
  };

  // 500 bps a day: 2 h are 41, 4 h 83, and 100 are the most.
  for (const Step s : {Step{2, 41}, Step{4, 83}, Step{5, 100}, Step{500, 100}}) {
    in.elapsed = base::Duration(s.hours * base::kHour.value());
    const auto out = mcr(in);
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(out->change_bps, s.bps);
    EXPECT_EQ(out->current, ether(10'000 + s.bps));
    EXPECT_TRUE(out->updated);
    EXPECT_EQ(out->stored, out->current);
    EXPECT_EQ(out->desired, ether(10'000));
  }
  in.desired = ether(9'990);
  EXPECT_EQ(mcr(in)->current, ether(9'990));  // never past the target
  in.elapsed = base::kMinute;
  EXPECT_FALSE(mcr(in)->updated);
  EXPECT_EQ(mcr(in)->stored, ether(10'000));
  in.forced = true;
  EXPECT_TRUE(mcr(in)->updated);
  in.capital = ether(15'000);
  EXPECT_EQ(mcr(in)->capital_ratio, Rate(base::kRateOne * 3 / 2));
  in.gearing_bps = 0;
  EXPECT_FALSE(mcr(in).has_value());
}

// By the formulas of StakingProducts.sol with capacity 1,000, cover 100, used 850, target 3 %.
TEST(CoverPrice, NexusVersionsDiffer) {
  CoverPriceInput in{.rule = CoverPriceRule::nexus_2_0,
                     .amount = ether(100),
                     .period_days = 365,
                     .capacity = ether(1'000),
                     .capacity_used = ether(850),
                     .target_price_bps = 300,
                     .bumped_price_bps = 550,
                     .since_bump = base::Duration(2 * base::kDay.value())};
  const auto old = cover_price(in);
  ASSERT_TRUE(old.has_value()) << old.error().text();
  EXPECT_EQ(old->rate_bps, 450U);  // 5.5 % less 0.5 % a day
  EXPECT_EQ(old->bumped_price_bps, 650U);
  EXPECT_EQ(old->base_premium.units(), u128{4'500'000'000'000'000'000ULL});
  // 50 above 900: 50 * 2 * 50 / 1,000 / 2 = 2.5.
  EXPECT_EQ(old->surge_premium.units(), u128{2'500'000'000'000'000'000ULL});
  EXPECT_EQ(old->premium.units(), u128{7'000'000'000'000'000'000ULL});
  in.rule = CoverPriceRule::nexus_2_4_2;
  EXPECT_EQ(cover_price(in)->rate_bps, 300U);  // 2 % a day: back at the target
  in.rule = CoverPriceRule::nexus_2_11;
  const auto now = cover_price(in);
  EXPECT_EQ(now->bumped_price_bps, 350U);  // a tenth of 5 %
  EXPECT_TRUE(now->surge_premium.is_zero());
  EXPECT_EQ(now->premium, ether(3));
  in.technical_premium = ether(4);
  EXPECT_EQ(cover_price(in)->premium, ether(4));
  EXPECT_EQ(cover_price(in)->bound, PriceBound::technical);
  in.capacity_used = ether(901);
  EXPECT_EQ(cover_price(in)->status, CoverPriceStatus::beyond_capacity);
  in.period_days = 27;
  EXPECT_EQ(cover_price(in)->status, CoverPriceStatus::period_out_of_range);
}

TEST(CoverPrice, NeptuneByHand) {
  CoverPriceInput in{.scale = 6,
                     .rule = CoverPriceRule::neptune_1,
                     .amount = Amount(u128{10'000'000'000}),
                     .period_days = 60,
                     .vault = Amount(u128{500'000'000'000}),
                     .commitment = Amount(u128{20'000'000'000}),
                     .reassurance = Amount(u128{200'000'000'000}),
                     .reassurance_weight_bps = 5'000,
                     .floor_bps = 200,
                     .ceiling_bps = 1'200,
                     .months = 2};
  const auto out = cover_price(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->utilization_bps, 500U);  // 30,000 of 600,000
  EXPECT_EQ(out->rate_bps, 700U);
  EXPECT_EQ(out->premium.units(), u128{10'000'000'000} * 700 * 60 / 3'650'000);
  in.commitment = Amount(u128{490'000'000'000});
  EXPECT_EQ(cover_price(in)->status, CoverPriceStatus::beyond_capacity);
  in.months = 4;
  EXPECT_EQ(cover_price(in)->status, CoverPriceStatus::period_out_of_range);
}

ContributionInput pool() {
  return {.scale = 2,
          .members = {{.name = "a",
                       .expected_loss = Amount(u128{100'000}),
                       .tail_share = Amount(u128{6'000'000}),
                       .exposure = Amount(u128{1'000}),
                       .losses = Amount(u128{30}),
                       .volume = Amount(u128{1'000'000'000})},
                      {.name = "b",
                       .expected_loss = Amount(u128{100'000}),
                       .tail_share = Amount(u128{4'000'000}),
                       .exposure = Amount(u128{1'000}),
                       .losses = Amount(u128{10})}},
          .capital = Amount(u128{10'000'000}),
          .cost_of_capital = Rate(base::kRateOne / 10),
          .expense_ratio = Rate(base::kRateOne / 5),
          .fund = Amount(u128{9'000'000}),
          .target = Amount(u128{10'000'000}),
          .periods_to_target = 10,
          .credibility_constant = Amount(u128{3'000})};
}

// E = 2,000.00, r K = 10,000.00; 12,000/1.1/0.8 = 13,636.37 up; top-up 1,000.00.
TEST(Contribution, ByHand) {
  const auto out = contribution(pool());
  ASSERT_TRUE(out.has_value()) << out.error().text();
  EXPECT_EQ(out->technical.units(), u128{1'363'638});
  EXPECT_EQ(out->top_up.units(), 100'000);
  EXPECT_EQ(out->need.units(), u128{1'463'638});
  EXPECT_EQ(out->total, out->need);
  // Expected parts 1,250.00 each, and 60 % and 40 % of the rest.
  EXPECT_EQ(out->members[0].expected_part.units(), u128{125'000});
  EXPECT_EQ(out->members[0].capital_part.units(), u128{728'183});
  EXPECT_EQ(out->members[1].capital_part.units(), u128{485'455});
  // Z = 1/4, R = 1.5 and 0.5.
  EXPECT_EQ(out->members[0].credibility, Rate(base::kRateOne / 4));
  EXPECT_EQ(out->members[0].modifier, Rate(base::kRateOne * 9 / 8));
  EXPECT_EQ(out->members[1].modifier, Rate(base::kRateOne * 7 / 8));
  EXPECT_EQ(out->members[0].of_volume.value(),
            static_cast<base::i128>(out->members[0].contribution.units()) * 1'000'000'000);
}

TEST(Contribution, FloorsHoldAndTheRestIsSplitAgain) {
  ContributionInput in = pool();
  in.members.push_back({.name = "small", .expected_loss = Amount(u128{10})});
  in.minimum = Amount(u128{5'000});
  auto out = contribution(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->members[2].contribution.units(), u128{5'000});
  EXPECT_EQ(out->members[2].reason, ContributionReason::minimum);
  EXPECT_EQ(out->total, out->need);
  in.members[1].open_claim = true;
  in.members[1].last_contribution = Amount(u128{900'000});
  out = contribution(in);
  EXPECT_EQ(out->members[1].contribution.units(), u128{900'000});
  EXPECT_EQ(out->members[1].reason, ContributionReason::open_claim);
  EXPECT_EQ(out->total, out->need);
}

TEST(Contribution, TheStepAndTheBoundsHold) {
  ContributionInput in = pool();
  in.credibility_constant = Amount();
  in.members[0].losses = Amount(u128{1'000'000});
  const auto out = contribution(in);
  EXPECT_EQ(out->members[0].modifier, Rate(base::kRateOne * 5 / 4));
  EXPECT_EQ(out->members[1].modifier, Rate(base::kRateOne * 3 / 4));
  in.modifier_step = Rate(base::kRateOne);
  EXPECT_EQ(contribution(in)->members[1].modifier, Rate(base::kRateOne / 2));
}

TEST(Contribution, SumsToTheNeedAndIsMonotoneInLosses) {
  rc::check([] {
    ContributionInput in;
    const auto amount = [] { return Amount(u128{*rc::gen::inRange<std::uint64_t>(0, 1u << 30)}); };
    const auto n = *rc::gen::inRange(1, 8);
    for (int i = 0; i < n; ++i)
      in.members.push_back({.name = std::to_string(i),
                            .expected_loss = Amount(amount().units() + 1),
                            .tail_share = amount(),
                            .exposure = amount(),
                            .losses = amount()});
    in.capital = amount();
    in.cost_of_capital = Rate(base::kRateOne / 8);
    in.expense_ratio = Rate(base::kRateOne / 10);
    in.fund = amount();
    in.target = amount();
    in.credibility_constant = amount();
    const auto out = contribution(in);
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->total == out->need);
    const Amount before = out->members[0].contribution;
    in.members[0].losses = Amount(in.members[0].losses.units() * 2);
    const auto worse = contribution(in);
    RC_ASSERT(worse.has_value());
    RC_ASSERT(worse->members[0].contribution >= before);
  });
}

TEST(Contribution, RefusesWhatHasNoAnswer) {
  ContributionInput in = pool();
  in.members.clear();
  EXPECT_FALSE(contribution(in).has_value());
  in = pool();
  in.expense_ratio = Rate(base::kRateOne);
  EXPECT_FALSE(contribution(in).has_value());
  in = pool();
  for (Contributor& m : in.members) m.expected_loss = m.tail_share = Amount();
  EXPECT_FALSE(contribution(in).has_value());
}

TEST(Contribution, WhatIsBeyond128BitsIsNamed) {
  ContributionInput in = pool();
  in.scale = 2;
  in.members[1].exposure = Amount::max();
  auto out = contribution(in);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().field, "members[1].exposure");
  EXPECT_EQ(out.error().value, base::format_decimal(Amount::max(), 2));
  in = pool();
  in.capital = Amount::max();
  in.cost_of_capital = Rate(2 * base::kRateOne);
  out = contribution(in);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().field, "capital");
}

TEST(Contribution, AMemberStandsOnce) {
  ContributionInput in = pool();
  in.members.push_back(in.members[0]);
  auto out = contribution(in);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().field, "members.name");
  EXPECT_EQ(out.error().value, in.members[0].name);
  EXPECT_EQ(out.error().rule, "must be a name, once");
  in.members.back().name = "";
  EXPECT_EQ(contribution(in).error().field, "members.name");
  in.members.back().name = "c";
  in.members.back().last_modifier = Rate();
  out = contribution(in);
  EXPECT_EQ(out.error().field, "members.last_modifier");
  EXPECT_EQ(out.error().value, "0");
}

}  // namespace
}  // namespace cofferdam::insurance
