// SPDX-License-Identifier: Apache-2.0
//
// Sizes against the figures of the source's own tests (drift-labs/protocol-v2,
// programs/drift/src/math/liquidation/tests.rs) and against a search over every size.
#include "cofferdam/books/default_management/liquidation_size.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

constexpr i128 kPercent = base::kRateOne / 100;

LiquidationSizeInput perp(u128 shortage) {
  return {.rule = LiquidationSizeRule::drift_perp,
          .scale = 6,
          .price_scale = 6,
          .quantity_scale = 9,
          .position = Quantity(1'000'000'000'000),
          .price = Price(100'000'000),
          .equity = SignedAmount(1'000'000'000'000),
          .margin_shortage = Amount(shortage),
          .maintenance_margin_rate = Rate(10 * kPercent)};
}

TEST(LiquidationSizeDrift, PerpCasesOfTheSource) {
  LiquidationSizeInput input = perp(10'000'000);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(1'000'000'000));
  input.quote_price = Price(990'000);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(1'010'101'010));
  input.quote_price = Price(1'010'000);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(990'099'009));
  input.quote_price.reset();
  input.liquidator_fee_rate = Rate(kPercent);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(1'111'111'111));
  input.fund_fee_rate = Rate(kPercent);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(1'250'000'000));
}

// 10 at 100, ratio 5 %, liquidator 1 %, shortage 20 = 2 % of it: 2 % of room, of which 95 %.
TEST(LiquidationSizeDrift, TheFundsFeeLeavesRoom) {
  LiquidationSizeInput input = perp(20'000'000);
  input.position = Quantity(10'000'000'000);
  input.maintenance_margin_rate = Rate(5 * kPercent);
  input.liquidator_fee_rate = Rate(kPercent);
  input.fund_fee_rate = Rate(5 * kPercent);
  EXPECT_EQ(liquidation_size(input)->fund_fee_rate, Rate(19 * kPercent / 10));
  input.margin_shortage = Amount(100'000'000);
  EXPECT_EQ(liquidation_size(input)->fund_fee_rate, Rate());
}

TEST(LiquidationSizeDrift, SpotCasesOfTheSource) {
  LiquidationSizeInput input = perp(10'000'000);
  input.rule = LiquidationSizeRule::drift_spot;
  input.position = Quantity(-1'000'000'000'000);
  input.asset_weight = Rate(80 * kPercent);
  input.liability_weight = Rate(120 * kPercent);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(250'000'000));
  input.fund_fee_rate = Rate(kPercent);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(257'731'958));
  input.asset_liquidation_multiplier = Rate(110 * kPercent);
  input.liability_liquidation_multiplier = Rate(90 * kPercent);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(475'669'504));
  input.fund_fee_rate = Rate();
  EXPECT_EQ(liquidation_size(input)->size, Quantity(449'984'250));
}

// The least size, found by trying every one of them in exact integers.
TEST(LiquidationSize, NoSmallerSizeRestoresHealth) {
  EXPECT_TRUE(rc::check([] {
    const auto position = *rc::gen::inRange<std::int64_t>(1, 300);
    const auto price = *rc::gen::inRange<std::int64_t>(1, 10'000);
    const auto rate = *rc::gen::inRange<std::int64_t>(0, 1'000);      // parts in 10,000
    const auto liquidator = *rc::gen::inRange<std::int64_t>(0, 200);  // parts in 10,000
    const auto fund = *rc::gen::inRange<std::int64_t>(0, 200);        // parts in 10,000
    const auto equity = *rc::gen::inRange<std::int64_t>(-1'000, 100'000);
    const auto requirement = *rc::gen::inRange<std::int64_t>(0, 100'000);
    const auto step = [](std::int64_t parts) { return Rate(i128{parts} * (kPercent / 100)); };
    const auto output =
        liquidation_size({.position = Quantity(position),
                          .price = Price(price),
                          .equity = SignedAmount(equity),
                          .maintenance_requirement = Amount(static_cast<u128>(requirement)),
                          .maintenance_margin_rate = step(rate),
                          .liquidator_fee_rate = step(liquidator),
                          .fund_fee_rate = step(fund)});
    RC_ASSERT(output.has_value());
    std::int64_t least = position;
    for (std::int64_t x = 0; x < position; ++x) {
      if (equity * 10'000 - x * price * (liquidator + fund) >=
          requirement * 10'000 - x * price * rate) {
        least = x;
        break;
      }
    }
    RC_ASSERT(output->size == Quantity(least));
    // Penalties never bankrupt.
    RC_ASSERT(output->equity_after >= std::min(SignedAmount(equity), SignedAmount()));
    const i128 fees = static_cast<i128>(output->liquidator_fee.units() + output->fund_fee.units());
    RC_ASSERT(output->equity_after.units() == equity - fees);
  }));
}

TEST(LiquidationSize, LimitsOfAnInterval) {
  LiquidationSizeInput input{.position = Quantity(-1'000),
                             .price = Price(10),
                             .equity = SignedAmount(0),
                             .maintenance_requirement = Amount(1'000),
                             .maintenance_margin_rate = Rate(10 * kPercent),
                             .lot_size = Quantity(7)};
  EXPECT_EQ(liquidation_size(input)->bound, SizeBound::position);
  input.limits = LiquidationLimits{.max_position_portion_ppm = 100'000};
  EXPECT_EQ(liquidation_size(input)->size, Quantity(98));  // 100 down to the lot
  EXPECT_EQ(liquidation_size(input)->bound, SizeBound::limit);
  input.limits->min_position_notional = Amount(3'000);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(294));
  input.limits->notional_left = Amount(20);
  EXPECT_EQ(liquidation_size(input)->size, Quantity(7));  // never below a lot
  input.limits->min_position_notional = Amount(10'000);
  input.limits->notional_left.reset();
  EXPECT_EQ(liquidation_size(input)->size, Quantity(1'000));
}

TEST(LiquidationSize, AHealthyAccountIsLeftAlone) {
  const auto output = liquidation_size({.position = Quantity(5),
                                        .price = Price(10),
                                        .equity = SignedAmount(10),
                                        .maintenance_requirement = Amount(10),
                                        .maintenance_margin_rate = Rate(10 * kPercent)});
  EXPECT_EQ(output->size, Quantity());
  EXPECT_EQ(output->bound, SizeBound::none);
  EXPECT_TRUE(output->healthy);
}

TEST(LiquidationSize, MalformedInput) {
  EXPECT_FALSE(liquidation_size({.price = Price(1)}).has_value());
  EXPECT_FALSE(liquidation_size({.position = Quantity(1)}).has_value());
  LiquidationSizeInput input = perp(1);
  input.liquidator_fee_rate = Rate(1);  // not a millionth
  EXPECT_FALSE(liquidation_size(input).has_value());
}

}  // namespace
}  // namespace cofferdam::default_management
