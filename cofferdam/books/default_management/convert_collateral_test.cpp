// SPDX-License-Identifier: Apache-2.0
//
// The sale of a failing account's other collateral: by hand, and over random prices and haircuts.
#include "cofferdam/books/default_management/convert_collateral.h"

#include "cofferdam/books/default_management/resolution_test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

using S = ConvertCollateralStatus;

// Owner 2 is short 10 at 100.00 with 100.00 and some coin; owner 1 is long; owner 3 buys.
struct Converting : ResolutionVenue {
  ConversionState conversions;
  AssetId coin = asset("BTC", 8);
  base::SourceId feed = source("feed", 2, base::kHour);

  explicit Converting(std::uint64_t coins, std::int64_t price_of_coin = 40'000'00,
                      std::uint32_t haircut_ppm = 200'000) {
    participant(here, 1, usd, 500'00);
    participant(here, 2, usd, 100'00);
    participant(here, 3, usd, 10'000'00);
    participant(here, 2, coin, coins);
    participant(here, 3, coin, 0);
    price(feed, "btc", price_of_coin);
    with_margin();
    COFFERDAM_CHECK(
        set(margin::SetCollateral{.pool = here,
                                  .asset = coin,
                                  .haircut_ppm = haircut_ppm,
                                  .source = feed,
                                  .fact_key = "btc"}) == margin::SetCollateralStatus::ok,
        "a schedule");
    mark_at(perp, 100'00);
    COFFERDAM_CHECK(buy(1, 2, 10, 100'00) == market::TradeStatus::ok, "a trade");
  }

  S convert(std::uint64_t amount = 0, std::optional<Amount> proceeds = {},
            std::uint64_t buyer = 3) {
    const ConvertCollateral command{.pool = here,
                                    .owner = OwnerId(2),
                                    .asset = usd,
                                    .sold = {coin, Amount(amount)},
                                    .buyer = OwnerId(buyer),
                                    .proceeds = proceeds};
    if (const S shape = check_shape(command); shape != S::ok) return shape;
    ledger::Context given = context();
    const S status = apply(command, conversions, books_of(), given);
    const auto broken = check_collateral_sales(conversions);
    COFFERDAM_CHECK(!broken, broken.value_or(""));
    if (status == S::ok)
      commit();
    else
      changes.rollback();
    return status;
  }

  [[nodiscard]] u128 held(std::uint64_t owner, AssetId of) const {
    return static_cast<u128>(money(collateral_id(here, owner, of)));
  }
};

// 200.00 are owed and 100.00 are there: 100.00 are missing. A coin is worth 40 000.00, less a fifth
// 32 000.00: 0.00312469 of it make 99.99008, which is paid rounded up.
TEST(Conversion, SellsWhatIsMissingAtTheHaircutPrice) {
  Converting v(400'000);
  v.mark_at(v.perp, 120'00);
  EXPECT_EQ(v.convert(), S::no_case);
  ASSERT_EQ(v.begin(), LiquidationStatus::ok);
  EXPECT_EQ(v.convert(0, {}, 2), S::buyer_is_the_account);
  EXPECT_EQ(v.convert(0, {}, 1), S::buyer_not_found);
  EXPECT_EQ(v.convert(312'470), S::more_than_is_missing);
  EXPECT_EQ(v.convert(400'001), S::more_than_there_is);
  EXPECT_EQ(v.convert(100'000, Amount(31'99)), S::below_haircut_price);
  ASSERT_EQ(v.convert(100'000, Amount(35'00)), S::ok);  // somebody pays more
  EXPECT_EQ(v.held(2, v.usd), u128{135'00});
  EXPECT_EQ(v.held(3, v.coin), u128{100'000});
  // 65.00 are missing, 64.99 are not enough: 0.00203094 of it make 64.99008, rounded up.
  ASSERT_EQ(v.convert(), S::ok);
  EXPECT_EQ(v.held(2, v.usd), u128{200'00});
  EXPECT_EQ(v.held(2, v.coin), u128{400'000 - 100'000 - 203'094});
  EXPECT_EQ(v.convert(), S::nothing_missing);
  EXPECT_EQ(v.conversions.sales.size(), 2U);
}

TEST(Conversion, RoundsWhatIsPaidUp) {
  Converting v(3, 33'333'33, 100'000);  // three of the smallest units, at 0.00029999997 each
  v.mark_at(v.perp, 120'00);
  ASSERT_EQ(v.begin(), LiquidationStatus::ok);
  ASSERT_EQ(v.convert(), S::ok);
  EXPECT_EQ(v.held(2, v.usd), u128{100'01});
  EXPECT_EQ(v.held(2, v.coin), u128{0});
  EXPECT_EQ(v.convert(), S::nothing_to_sell);
}

TEST(Conversion, ADefaultWaitsForIt) {
  Converting v(100'000);
  v.mark_at(v.perp, 120'00);
  ASSERT_EQ(v.begin(), LiquidationStatus::ok);
  const Failing failing{v.here, OwnerId(2), v.usd};
  EXPECT_TRUE(asset_to_convert(v.conversions, v.seen(), failing).is_none());
  ledger::Context given = v.context();
  const SetConversion rule{.pool = v.here, .within = base::kHour};
  ASSERT_EQ(check_state(rule, v.conversions, v.ledger), SetConversionStatus::ok);
  apply(rule, v.conversions, given);
  v.commit();
  EXPECT_EQ(asset_to_convert(v.conversions, v.seen(), failing), v.coin);
  v.mark_at(v.perp, 110'00);  // nothing is missing: nothing is to be sold
  EXPECT_TRUE(asset_to_convert(v.conversions, v.seen(), failing).is_none());
  v.mark_at(v.perp, 120'00);
  v.now = v.now + base::kHour;  // nobody has bought it: the default waits no longer
  EXPECT_TRUE(asset_to_convert(v.conversions, v.seen(), failing).is_none());
  v.now = v.now - base::kHour;
  ASSERT_EQ(v.convert(), S::ok);
  EXPECT_TRUE(asset_to_convert(v.conversions, v.seen(), failing).is_none());
}

// What is sold is the least that covers what is missing, or everything; what is paid is the haircut
// value rounded up; both assets are there as before.
TEST(Conversion, IsExactOverRandomPrices) {
  EXPECT_TRUE(rc::check([] {
    const auto coins = *rc::gen::inRange<std::uint64_t>(1, 2'000'000);
    const auto price = *rc::gen::inRange<std::int64_t>(1, 100'000'00);
    const auto haircut = *rc::gen::inRange<std::uint32_t>(0, 999'999);
    Converting v(coins, price, haircut);
    v.mark_at(v.perp, 110'01 + *rc::gen::inRange<std::int64_t>(0, 40'00));
    if (v.begin() != LiquidationStatus::ok) return;
    const auto worth = equity_at_marks(v.seen(), v.here, OwnerId(2), v.usd);
    if (!worth->is_negative()) return;
    const u128 missing = worth->magnitude().units();
    const u128 dollars = v.held(2, v.usd) + v.held(3, v.usd);
    const u128 bought_before = v.held(3, v.usd);
    RC_ASSERT(v.convert() == S::ok);
    const u128 sold = v.held(3, v.coin);
    const u128 paid = bought_before - v.held(3, v.usd);
    // Cents for `n` of the smallest units: n x price x (1 - haircut) / 10^8, rounded up.
    const auto value = [&](u128 n) {
      const u128 above = n * static_cast<u128>(price) * (1'000'000 - haircut);
      const u128 below = u128{100'000'000} * 1'000'000;
      return (above + below - 1) / below;
    };
    RC_ASSERT(paid == value(sold));
    RC_ASSERT(sold + v.held(2, v.coin) == u128{coins});
    RC_ASSERT(v.held(2, v.usd) + v.held(3, v.usd) == dollars);
    RC_ASSERT(sold == u128{coins} || (paid >= missing && value(sold - 1) < missing));
    RC_ASSERT(sold <= u128{coins});
  }));
}

}  // namespace
}  // namespace cofferdam::default_management
