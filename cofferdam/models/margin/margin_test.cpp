// SPDX-License-Identifier: Apache-2.0
//
// The explanation of a requirement: what closing, trading and splitting would do.
#include "cofferdam/models/margin/margin.h"

#include "cofferdam/models/margin/fixed_black.h"
#include "cofferdam/models/margin/test_rulebooks.h"

#include <gtest/gtest.h>

namespace cofferdam::rulebook {
namespace {

using base::SignedAmount;

MarginInput perpetuals() {
  return read_input(testing::Json::parse(R"({
    "rulebook": "imf-mmf", "scale": 6, "price_scale": 2, "quantity_scale": 3,
    "market": {"time": "2026-01-05T08:00:00Z",
      "underlyings": [{"code": "BTC", "spot": "50000.00"}, {"code": "ETH", "spot": "2000.00"}],
      "instruments": [{"code": "B", "kind": "perpetual", "underlying": "BTC"},
                      {"code": "E", "kind": "perpetual", "underlying": "ETH"},
                      {"code": "BTC", "kind": "spot", "underlying": "BTC"}]},
    "portfolio": {"cash": "6000", "positions": [
      {"instrument": "B", "quantity": "1", "entry_price": "51000.00"},
      {"instrument": "E", "quantity": "-2", "entry_price": "2100.00"}]}})"));
}

SignedAmount units(std::int64_t whole) {
  return SignedAmount(static_cast<i128>(whole) * 1'000'000);
}

TEST(Margin, TheWorkedExampleHolds) {
  const auto file = source_root() / "examples" / "calculators" / "margin.json";
  const testing::Json example = testing::read_json_file(file.string());
  const MarginInput input = read_input(example.at("input"));
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  const testing::JsonWriter writer(
      {.amount = input.scale, .price = input.price_scale, .quantity = input.quantity_scale});
  EXPECT_EQ(writer.write(*output).dump(1), example.at("output").dump(1));
}

TEST(Margin, FiguresAddUp) {
  const Result<MarginOutput> output = margin(perpetuals());
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->figures.equity, units(6000 - 1000 + 200));
  EXPECT_EQ(output->figures.initial, units(5000 + 400));
  EXPECT_EQ(output->figures.maintenance, units(2500 + 200));
  EXPECT_EQ(output->figures.initial_excess, units(-200));
  EXPECT_EQ(output->figures.maintenance_excess, units(2500));
  EXPECT_EQ(output->figures.status, MarginStatus::below_initial);
}

TEST(Margin, ReliefIsBestFirst) {
  MarginInput input = perpetuals();
  input.relief_quantity = base::Quantity(100);  // a tenth
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  ASSERT_EQ(output->relief.size(), 4U);  // two closes, a sale of B, a purchase of E
  EXPECT_EQ(output->relief[0].instrument, "B");
  EXPECT_EQ(output->relief[0].quantity.value(), -1000);
  EXPECT_EQ(output->relief[0].freed_initial, units(5000));
  EXPECT_EQ(output->relief[1].freed_initial, units(500));
  EXPECT_EQ(output->relief[2].freed_initial, units(400));
  EXPECT_EQ(output->relief[3].freed_initial, units(20));
}

TEST(Margin, ModesKeepProfitApartOrShareIt) {
  const Result<MarginOutput> output = margin(perpetuals());
  ASSERT_TRUE(output) << output.error().text();
  ASSERT_EQ(output->modes.size(), 3U);
  EXPECT_EQ(output->modes[0].cash_needed_initial, units(6000 + 200));
  EXPECT_EQ(output->modes[1].cash_needed_initial, units(5400 + 800));
  EXPECT_EQ(output->modes[2].initial, units(5400));
  EXPECT_EQ(output->modes[2].cash_needed_initial, units(6200));
}

TEST(Margin, IsolatedProfitHelpsNobodyElse) {
  MarginInput input = perpetuals();
  input.portfolio.positions[1].entry_price = base::Price(900'000);  // a profit of 14,000
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->modes[0].cash_needed_initial, units(6000));
  EXPECT_EQ(output->modes[1].cash_needed_initial, units(0));
}

TEST(Margin, WhatIfTradesAtTheirPrice) {
  MarginInput input = perpetuals();
  input.what_if = {
      {.instrument = "B", .quantity = base::Quantity(-500), .price = base::Price(5'010'000)}};
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  ASSERT_TRUE(output->what_if);
  EXPECT_EQ(output->what_if->equity, units(5200 + 50));
  EXPECT_EQ(output->what_if->initial, units(2500 + 400));
  EXPECT_EQ(output->what_if->status, MarginStatus::healthy);
}

TEST(Margin, WhatIfOpensWhatIsNotHeld) {
  MarginInput input = perpetuals();
  input.portfolio.positions.clear();
  input.what_if = {{.instrument = "E", .quantity = base::Quantity(1000)},
                   {.instrument = "E", .quantity = base::Quantity(-1000)}};
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->what_if->initial, units(0));
  EXPECT_EQ(output->what_if->equity, units(6000));
}

TEST(Margin, CollateralCannotBeSoldBelowZero) {
  MarginInput input = perpetuals();
  input.what_if = {{.instrument = "BTC", .quantity = base::Quantity(-1)}};
  const Result<MarginOutput> output = margin(input);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().rule, "collateral cannot be below zero");
}

TEST(Margin, BelowMaintenance) {
  MarginInput input = perpetuals();
  input.portfolio.cash = units(3499);
  EXPECT_EQ(margin(input)->figures.status, MarginStatus::below_maintenance);
  input.portfolio.cash = units(3500);
  EXPECT_EQ(margin(input)->figures.status, MarginStatus::below_initial);
}

TEST(Margin, ManyPositionsAreMarginedButNotExplained) {
  MarginInput input = perpetuals();
  input.portfolio.positions.clear();
  for (int i = 0; i < 201; ++i) {
    const std::string code = "X" + std::to_string(i);
    input.market.instruments.push_back(
        {.code = code, .kind = InstrumentKind::perpetual, .underlying = "ETH"});
    input.portfolio.positions.push_back({.instrument = code, .quantity = base::Quantity(1000)});
  }
  EXPECT_FALSE(margin(input));
  input.explain = false;
  const Result<MarginOutput> output = margin(input);
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->figures.initial, units(201 * 200));
}

TEST(Decimal, WhatDoesNotFitIsVoidFromThereOn) {
  const Decimal large = Decimal::of_units(base::kI128Max / 2);
  EXPECT_TRUE((large + large + large).is_void());
  EXPECT_TRUE((large * large).is_void());
  EXPECT_TRUE((Decimal::void_value() + Decimal::one()).is_void());
  EXPECT_TRUE((-Decimal::void_value()).is_void());
  EXPECT_TRUE(larger(Decimal::void_value(), Decimal::one()).is_void());
  EXPECT_TRUE(smaller(Decimal::void_value(), Decimal::one()).is_void());
  EXPECT_TRUE((Decimal::one() / Decimal()).is_void());
}

TEST(Decimal, CutsTowardZero) {
  const Decimal third = Decimal::one() / Decimal::of_units(3 * kDecimalOne);
  EXPECT_TRUE(third.units() == 333'333'333'333'333'333);
  EXPECT_TRUE((-third * third).units() == -111'111'111'111'111'110);
}

TEST(FixedBlack, Limits) {
  const Decimal forward = Decimal::of_units(2000 * kDecimalOne);
  const Decimal strike = Decimal::of_units(1500 * kDecimalOne);
  const OptionPrices expired = fixed_black(
      {.seconds = 0, .volatility = Decimal::one(), .forward = forward, .strike = strike});
  EXPECT_TRUE(expired.call.units() == 500 * kDecimalOne);
  EXPECT_TRUE(expired.put.is_zero());
  const OptionPrices wild = fixed_black({.seconds = 365 * 86'400,
                                         .volatility = Decimal::of_units(24 * kDecimalOne),
                                         .forward = forward,
                                         .strike = strike});
  EXPECT_TRUE(wild.call == forward);
  EXPECT_TRUE(wild.put == strike);
}

TEST(LinearTiers, FractionIsCutToPartsInAMillion) {
  const LinearTier tier{.name = "t",
                        .initial_margin_ppm = 50'000,
                        .maintenance_fraction_ppm = 600'000,
                        .open_interest_lower_cap = base::Amount(0),
                        .open_interest_upper_cap = base::Amount(950'000'000)};
  EXPECT_EQ(adjusted_initial_margin_ppm(tier, 0), 50'000U);
  EXPECT_EQ(adjusted_initial_margin_ppm(tier, 999), 50'000U);
  EXPECT_EQ(adjusted_initial_margin_ppm(tier, 1000), 50'001U);
  EXPECT_EQ(adjusted_initial_margin_ppm(tier, 949'999'999), 999'999U);
  EXPECT_EQ(adjusted_initial_margin_ppm(tier, 950'000'000), 1'000'000U);
}

}  // namespace
}  // namespace cofferdam::rulebook
