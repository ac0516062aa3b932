// SPDX-License-Identifier: Apache-2.0
//
// What the books compute from a grid, against the rulebook itself, on random portfolios.
#include "cofferdam/models/margin/grid.h"

#include "cofferdam/models/margin/test_rulebooks.h"

#include <gtest/gtest.h>

#include <random>

namespace cofferdam::rulebook {
namespace {

constexpr base::Time kNow{1'767'600'000'000'000'000};
constexpr i128 kMilli = kDecimalOne / 1000;

base::Price price(double value) {
  return base::Price(static_cast<i128>(value * 100) * (kDecimalOne / 100));
}

base::Rate rate(double value) {
  return base::Rate(static_cast<i128>(value * 1e4) * (kDecimalOne / 10'000));
}

Instrument option(InstrumentKind kind, int days, double strike, double volatility) {
  return {.code = std::string(kind == InstrumentKind::call ? "C" : "P") + std::to_string(days) +
                  "-" + std::to_string(static_cast<int>(strike)),
          .kind = kind,
          .underlying = "ETH",
          .expiry = base::Time(kNow.value() + base::kDay.value() * days),
          .strike = price(strike),
          .volatility = rate(volatility)};
}

// One perpetual of the given kind, and options of three expiries.
Market some_market(InstrumentKind perpetual) {
  Market market{.time = kNow};
  Underlying eth{.code = "ETH", .spot = price(2000)};
  for (const int days : {2, 20, 120}) {
    eth.expiries.push_back({.expiry = base::Time(kNow.value() + base::kDay.value() * days),
                            .forward = price(2000 + days * 0.5),
                            .rate = rate(0.04)});
    for (const double strike : {1500.0, 1900.0, 2100.0, 3000.0})
      for (const auto kind : {InstrumentKind::call, InstrumentKind::put})
        market.instruments.push_back(option(kind, days, strike, 0.5 + strike / 10'000));
  }
  market.underlyings.push_back(eth);
  market.instruments.push_back({.code = "PERP",
                                .kind = perpetual,
                                .underlying = "ETH",
                                .mark = price(2001.5),
                                .tier = "Large-Cap"});
  return market;
}

// Thousandths of a contract, -5 to 5 of some of the instruments.
Portfolio some_portfolio(const Market& market, std::mt19937_64& dice) {
  Portfolio portfolio;
  std::uniform_int_distribution<int> size(-5000, 5000);
  std::uniform_int_distribution<int> often(0, 2);
  for (const Instrument& instrument : market.instruments) {
    if (often(dice) != 0) continue;
    portfolio.positions.push_back(
        {.instrument = instrument.code, .quantity = base::Quantity(size(dice) * kMilli)});
  }
  return portfolio;
}

GridInput grid_input(const Rulebook& rules, const Market& market, std::uint8_t value_scale) {
  GridInput input{.parameters = rules, .value_scale = value_scale, .market = market};
  for (const Instrument& one : market.instruments)
    input.smallest_quantities.push_back(
        {.instrument = one.code, .quantity = base::Quantity(kMilli)});
  return input;
}

struct Requirement {
  i128 initial = 0;
  i128 maintenance = 0;
};

// As the books do it: whole numbers, parts rounded up.
Requirement by_grid(const GridOutput& grids, const Portfolio& portfolio) {
  std::vector<i128> sums(grids.names.size());
  Requirement add_ons;
  for (const Position& position : portfolio.positions)
    for (const GridContract& grid : grids.grids) {
      if (grid.contract != position.instrument) continue;
      const i128 quantity = position.quantity.value() / kMilli;
      const i128 size = quantity < 0 ? -quantity : quantity;
      for (std::size_t s = 0; s < sums.size(); ++s) sums[s] += quantity * grid.entries[s];
      add_ons.initial += size * (quantity < 0 ? grid.initial_short : grid.initial_long);
      add_ons.maintenance += size * (quantity < 0 ? grid.maintenance_short : grid.maintenance_long);
    }
  i128 loss = 0;
  for (const i128 sum : sums) loss = std::max(loss, -sum);
  const auto part = [&](std::uint32_t ppm) {
    return base::mul_div<base::Rounding::up>(loss, i128{ppm}, i128{1'000'000});
  };
  return {.initial = part(grids.initial_ppm) + add_ons.initial,
          .maintenance = part(grids.maintenance_ppm) + add_ons.maintenance};
}

Requirement by_rulebook(const Rulebook& rules, const Market& market, const Portfolio& portfolio,
                        unsigned value_scale) {
  const Result<Book> book = resolve(market, portfolio, {});
  EXPECT_TRUE(book) << book.error().text();
  const Result<Evaluation> evaluation = evaluate(rules, *book);
  EXPECT_TRUE(evaluation) << evaluation.error().text();
  return {.initial = to_scaled<base::Rounding::ceil>(evaluation->initial, value_scale),
          .maintenance = to_scaled<base::Rounding::ceil>(evaluation->maintenance, value_scale)};
}

TEST(Grid, EqualsTheDeribitLikeRulebookWithoutContingencies) {
  Rulebook rules = rulebook_named("deribit-like-pm");
  rules.deribit_portfolio->option_contingency = base::Rate();
  rules.deribit_portfolio->future_contingency = base::Rate();
  const Market market = some_market(InstrumentKind::inverse_perpetual);
  // 8 digits of a change, 3 of the smallest quantity: nothing is cut.
  const Result<GridOutput> grids = margin_grid(grid_input(rules, market, 11));
  ASSERT_TRUE(grids) << grids.error().text();
  std::mt19937_64 dice(1);
  for (int n = 0; n < 200; ++n) {
    const Portfolio portfolio = some_portfolio(market, dice);
    const Requirement grid = by_grid(*grids, portfolio);
    const Requirement rule = by_rulebook(rules, market, portfolio, 11);
    EXPECT_TRUE(grid.maintenance == rule.maintenance) << n;
    EXPECT_TRUE(grid.initial == rule.initial) << n;
  }
}

TEST(Grid, EqualsSpanWithoutCharges) {
  Rulebook rules = rulebook_named("span-16");
  for (SpanMarket& market : rules.span->markets) {
    market.calendar_charge = base::Rate();
    market.short_option_minimum = base::Rate();
  }
  const Market market = some_market(InstrumentKind::perpetual);
  const Result<GridOutput> grids = margin_grid(grid_input(rules, market, 5));
  ASSERT_TRUE(grids) << grids.error().text();
  EXPECT_EQ(grids->names.size(), 16U);
  std::mt19937_64 dice(2);
  for (int n = 0; n < 200; ++n) {
    const Portfolio portfolio = some_portfolio(market, dice);
    const Requirement grid = by_grid(*grids, portfolio);
    const Requirement rule = by_rulebook(rules, market, portfolio, 5);
    EXPECT_TRUE(grid.maintenance == rule.maintenance) << n;
    EXPECT_TRUE(grid.initial == rule.initial) << n;
  }
}

class Bounds : public ::testing::TestWithParam<const char*> {};

// Not below the rulebook, and not without measure above it.
TEST_P(Bounds, GridCoversTheRulebook) {
  const Rulebook rules = rulebook_named(GetParam());
  const bool coin = rules.deribit_portfolio.has_value();
  Market market = some_market(coin ? InstrumentKind::inverse_perpetual : InstrumentKind::perpetual);
  const bool perpetuals_only = rules.linear_tiers || rules.fractions;
  if (perpetuals_only)
    std::erase_if(market.instruments, [](const Instrument& i) { return is_option(i.kind); });
  const Result<GridOutput> grids = margin_grid(grid_input(rules, market, 6));
  ASSERT_TRUE(grids) << grids.error().text();
  std::mt19937_64 dice(3);
  for (int n = 0; n < 100; ++n) {
    const Portfolio portfolio = some_portfolio(market, dice);
    const Requirement grid = by_grid(*grids, portfolio);
    const Requirement rule = by_rulebook(rules, market, portfolio, 6);
    EXPECT_TRUE(grid.maintenance >= rule.maintenance) << n;
    EXPECT_TRUE(grid.initial >= rule.initial) << n;
    if (perpetuals_only) {
      EXPECT_TRUE(grid.initial <= rule.initial + 5000) << n;  // one a unit at most
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rulebooks, Bounds,
                         ::testing::Values("deribit-like-pm", "span-16", "derive-pmrm",
                                           "derive-pmrm-2", "derive-srm", "dydx-v4", "imf-mmf"));

// A single long or short of a contract: the bound is tight but for discounts, basis and skew.
TEST(Grid, OnePerpetualIsExact) {
  for (const char* name : {"derive-pmrm", "derive-pmrm-2"}) {
    const Rulebook rules = rulebook_named(name);
    const Market market = some_market(InstrumentKind::perpetual);
    const Result<GridOutput> grids = margin_grid(grid_input(rules, market, 9));
    ASSERT_TRUE(grids) << grids.error().text();
    for (const int quantity : {1000, -1000}) {
      const Portfolio portfolio{
          .positions = {{.instrument = "PERP", .quantity = base::Quantity(quantity * kMilli)}}};
      const Requirement grid = by_grid(*grids, portfolio);
      const Requirement rule = by_rulebook(rules, market, portfolio, 9);
      EXPECT_TRUE(grid.initial == rule.initial) << name;
      EXPECT_TRUE(grid.maintenance == rule.maintenance) << name;
    }
  }
}

TEST(Grid, RefusesWhatIsNoSum) {
  const Market market = some_market(InstrumentKind::perpetual);
  for (const char* name : {"deribit-standard", "opyn-naked"}) {
    const Result<GridOutput> grids = margin_grid(grid_input(rulebook_named(name), market, 6));
    ASSERT_FALSE(grids) << name;
    EXPECT_EQ(grids.error().field, "rulebook");
  }
  Rulebook rules = rulebook_named("imf-mmf");
  rules.fractions->contracts[0].brackets.push_back(
      {.notional_from = base::Amount(1000), .initial = rate(0.2), .maintenance = rate(0.1)});
  EXPECT_FALSE(margin_grid(grid_input(rules, market, 6)));
}

TEST(Grid, RefusesEntriesBeyondTheBooks) {
  const Market market = some_market(InstrumentKind::perpetual);
  const Result<GridOutput> grids =
      margin_grid(grid_input(rulebook_named("derive-pmrm"), market, 18));
  ASSERT_FALSE(grids);
  EXPECT_EQ(grids.error().field, "value_scale");
}

TEST(Grid, RefusesTwoUnderlyingsInOneGridOfScenarios) {
  Market market = some_market(InstrumentKind::perpetual);
  market.underlyings.push_back({.code = "BTC", .spot = price(65'000)});
  market.instruments.push_back(
      {.code = "BTC-PERP", .kind = InstrumentKind::perpetual, .underlying = "BTC"});
  const Result<GridOutput> grids = margin_grid(grid_input(rulebook_named("span-16"), market, 6));
  ASSERT_FALSE(grids);
  EXPECT_EQ(grids.error().value, "BTC-PERP");
}

}  // namespace
}  // namespace cofferdam::rulebook
