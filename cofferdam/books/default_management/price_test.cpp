// SPDX-License-Identifier: Apache-2.0
//
// Bankruptcy and fillable prices against the figures of the source's own tests
// (dydxprotocol/v4-chain, protocol/x/clob/keeper/liquidations_test.go) and against equities that
// are computed a second way.
#include "cofferdam/books/default_management/bankruptcy_price.h"
#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/default_management/fillable_price.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

i128 quote(i128 tnc, i128 dnnv, i128 dmmr, u128 tmmr) {
  const auto output = bankruptcy_price({.form = BankruptcyForm::quote,
                                        .delta_net_notional = SignedAmount(dnnv),
                                        .total_net_collateral = SignedAmount(tnc),
                                        .delta_maintenance_requirement = SignedAmount(dmmr),
                                        .total_maintenance_requirement = Amount(tmmr)});
  return output ? output->bankruptcy_quote->units() : -1;
}

constexpr i128 kDollar = 1'000'000;

// 0.1 BTC at $50,000, maintenance 10 %: notional $5,000, requirement $500.
TEST(BankruptcyQuote, CasesOfTheSource) {
  EXPECT_EQ(quote(499 * kDollar, -5'000 * kDollar, -500 * kDollar, 500 * kDollar), 4'501 * kDollar);
  EXPECT_EQ(quote(499 * kDollar, 5'000 * kDollar, -500 * kDollar, 500 * kDollar), -5'499 * kDollar);
  EXPECT_EQ(quote(0, -5'000 * kDollar, -500 * kDollar, 500 * kDollar), 5'000 * kDollar);
  EXPECT_EQ(quote(0, -2'500 * kDollar, -250 * kDollar, 500 * kDollar), 2'500 * kDollar);
  EXPECT_EQ(quote(-100 * kDollar, -5'000 * kDollar, -500 * kDollar, 500 * kDollar),
            5'100 * kDollar);
  EXPECT_EQ(quote(-100 * kDollar, 5'000 * kDollar, -500 * kDollar, 500 * kDollar),
            -4'900 * kDollar);
  // $200 of BTC and $300 of ETH, $10 of collateral: a tenth of each is the requirement.
  EXPECT_EQ(quote(10 * kDollar, -300 * kDollar, -30 * kDollar, 50 * kDollar), 294 * kDollar);
  EXPECT_EQ(quote(10 * kDollar, 300 * kDollar, -30 * kDollar, 50 * kDollar), -306 * kDollar);
}

// "Rounds up from 2,775.11 quote quantums", "rounded down": 21,347 of 100,000,000 for $13.
TEST(BankruptcyQuote, RoundsTowardPlusInfinity) {
  const i128 notional = 50'000 * kDollar;
  const i128 delta = notional * 21'347 / 100'000'000;
  const i128 requirement = notional / 10 - (notional - delta) / 10;
  EXPECT_EQ(quote(notional - 13 * kDollar, -delta, -requirement, 5'000 * kDollar), 2'776);
  EXPECT_EQ(quote(13 * kDollar - notional, delta, -requirement, 5'000 * kDollar), -2'775);
}

TEST(BankruptcyQuote, WhatAFillMeansForTheFund) {
  BankruptcyPriceInput input{.form = BankruptcyForm::quote,
                             .delta_net_notional = SignedAmount(-5'000),
                             .total_net_collateral = SignedAmount(499),
                             .delta_maintenance_requirement = SignedAmount(-500),
                             .total_maintenance_requirement = Amount(500),
                             .fill_quote = SignedAmount(4'999)};
  // 0.5 % of 4,999 is 24.995; 498 would be left.
  EXPECT_EQ(bankruptcy_price(input)->liquidation_fee, Amount(24));
  input.fill_quote = SignedAmount(4'510);  // 9 are left
  EXPECT_EQ(bankruptcy_price(input)->liquidation_fee, Amount(9));
  input.fill_quote = SignedAmount(4'400);
  input.fund_balance = Amount(100);
  const auto output = bankruptcy_price(input);
  EXPECT_EQ(output->insurance_fund_delta, SignedAmount(-101));
  EXPECT_EQ(output->fund_pays, Amount(101));
  EXPECT_EQ(output->fund_suffices, false);
}

TEST(BankruptcyPrice, Linear) {
  BankruptcyPriceInput input{.scale = 2,
                             .price_scale = 1,
                             .quantity_scale = 0,
                             .position = Quantity(3),
                             .entry_price = Price(1'000),
                             .collateral = SignedAmount(10'000),
                             .maintenance_margin_rate = Rate(base::kRateOne / 100)};
  // 100 - 100/3 = 66.66..; liquidation: 200 / (3 x 0.99) = 67.34..
  auto output = bankruptcy_price(input);
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->bankruptcy_price, Price(667));
  EXPECT_EQ(output->exact, "200/3");
  EXPECT_EQ(output->liquidation_price, Price(674));
  EXPECT_EQ(output->bankruptcy_quote, SignedAmount(20'000));
  input.position = Quantity(-3);
  output = bankruptcy_price(input);
  EXPECT_EQ(output->bankruptcy_price, Price(1'333));
  EXPECT_EQ(output->exact, "400/3");
  EXPECT_EQ(output->liquidation_price, Price(1'320));  // 400 / 3.03 = 132.01..
  input.position = Quantity(1);
  input.collateral = SignedAmount(10'000);
  EXPECT_FALSE(bankruptcy_price(input)->bankruptcy_price.has_value());  // pays all of it
}

// 10,000 USD long at 50,000 with 0.01 BTC: 1 / (1/50,000 + 0.01/10,000) = 47,619.04..
TEST(BankruptcyPrice, Inverse) {
  BankruptcyPriceInput input{.form = BankruptcyForm::inverse,
                             .scale = 8,
                             .price_scale = 1,
                             .position = Quantity(10'000),
                             .entry_price = Price(500'000),
                             .collateral = SignedAmount(1'000'000),
                             .tick_size = Price(5)};
  auto output = bankruptcy_price(input);
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->exact, "1000000/21");
  EXPECT_EQ(output->bankruptcy_price, Price(476'195));
  input.position = Quantity(-10'000);
  output = bankruptcy_price(input);
  EXPECT_EQ(output->exact, "1000000/19");  // 52,631.57..
  EXPECT_EQ(output->bankruptcy_price, Price(526'315));
  input.collateral = SignedAmount(20'000'000);  // covers any price
  EXPECT_FALSE(bankruptcy_price(input)->bankruptcy_price.has_value());
}

// At the rounded price nothing is missing; one tick beyond it something is.
TEST(BankruptcyPrice, TheTickBeforeIsTheLastThatCostsNobodyElse) {
  EXPECT_TRUE(rc::check([] {
    const auto size = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
    const auto entry = *rc::gen::inRange<std::int64_t>(1, 10'000'000);
    const auto margin = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    const bool is_short = *rc::gen::arbitrary<bool>();
    const auto output = bankruptcy_price({.position = Quantity(is_short ? -size : size),
                                          .entry_price = Price(entry),
                                          .collateral = SignedAmount(margin)});
    RC_ASSERT(output.has_value());
    const auto equity = [&](i128 price) {
      return (is_short ? -1 : 1) * i128{size} * (price - entry) + margin;
    };
    if (!output->bankruptcy_price) {
      RC_ASSERT(!is_short && equity(0) >= 0);
      return;
    }
    const i128 price = output->bankruptcy_price->value();
    RC_ASSERT(equity(price) >= 0);
    RC_ASSERT(equity(price + (is_short ? 1 : -1)) < 0);
  }));
}

std::string fillable(i128 position, i128 notional, u128 pmmr, i128 tnc, u128 tmmr,
                     std::uint32_t ba = 1'000'000, std::uint32_t smmr = 100'000) {
  const auto output = fillable_price({.position = Quantity(position),
                                      .position_net_notional = SignedAmount(notional),
                                      .position_maintenance_requirement = Amount(pmmr),
                                      .total_net_collateral = SignedAmount(tnc),
                                      .total_maintenance_requirement = Amount(tmmr),
                                      .bankruptcy_adjustment_ppm = ba,
                                      .spread_to_maintenance_margin_ratio_ppm = smmr});
  return output ? output->exact : output.error().text();
}

// In quote quantums per base quantum, as the source writes them.
TEST(FillablePrice, CasesOfTheSource) {
  const i128 n = 5'000 * kDollar;
  const u128 m = 500 * kDollar;
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m), "49999/100");
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m, 2'000'000), "24999/50");
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m, 1'000'000, 200'000), "24999/50");
  EXPECT_EQ(fillable(-10'000'000, -n, m, 499 * kDollar, m), "50001/100");
  EXPECT_EQ(fillable(10'000'000, n, m, 0, m), "495");
  EXPECT_EQ(fillable(-10'000'000, -n, m, 0, m), "505");
  EXPECT_EQ(fillable(10'000'000, n, m, -500 * kDollar, m), "495");
  EXPECT_EQ(fillable(-10'000'000, -n, m, -500 * kDollar, m), "505");
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m, 4'294'967'295U), "495");
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m, 1'000'000, 1), "4999999999/10000000");
  EXPECT_EQ(fillable(10'000'000, n, m, 499 * kDollar, m, 1'000'000, 1'000'000), "4999/10");
  EXPECT_EQ(fillable(100'000'000, 300 * kDollar, 30 * kDollar, 10 * kDollar, 50 * kDollar),
            "372/125");
}

TEST(FillablePrice, ToTheTickAgainstWhoCloses) {
  FillablePriceInput input{.scale = 0,
                           .price_scale = 2,
                           .position = Quantity(3),
                           .position_net_notional = SignedAmount(100),
                           .position_maintenance_requirement = Amount(10),
                           .total_net_collateral = SignedAmount(10),
                           .total_maintenance_requirement = Amount(10)};
  EXPECT_EQ(fillable_price(input)->fillable_price, Price(3'334));  // 33.33.. sold: up
  input.position = Quantity(-3);
  input.position_net_notional = SignedAmount(-100);
  EXPECT_EQ(fillable_price(input)->fillable_price, Price(3'333));  // bought: down
  input.tick_size = Price(50);
  EXPECT_EQ(fillable_price(input)->fillable_price, Price(3'300));
}

TEST(Exact, NumbersOf128BitsGoThrough) {
  for (const i128 value : {base::kI128Min, base::kI128Min + 1, i128{-1}, i128{0}, base::kI128Max})
    EXPECT_EQ(to_i128(integer(value)), value);
  EXPECT_EQ(to_u128(integer(base::kU128Max)), base::kU128Max);
  EXPECT_FALSE(to_u128(integer(base::kU128Max) + 1).has_value());
  EXPECT_FALSE(to_i128(integer(base::kI128Min) - 1).has_value());
  EXPECT_EQ(floor_of(ratio(-7, 2)), -4);
  EXPECT_EQ(ceil_of(ratio(-7, 2)), -3);
  EXPECT_EQ(floor_to(ratio(-7, 2), 5), -5);
  EXPECT_EQ(ceil_to(ratio(7, -2), 5), 0);
  EXPECT_EQ(decimal_text(ratio(-1, 3)), "-0.333333333333333333");
  EXPECT_EQ(decimal_text(ratio(1'200, 100)), "12");
}

}  // namespace
}  // namespace cofferdam::default_management
