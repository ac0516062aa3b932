// SPDX-License-Identifier: Apache-2.0
//
// Funding: the calculator against published vectors and recorded markets, and the command.
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/market/accounts.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace cofferdam::market {
namespace {

using base::kHour;

[[nodiscard]] Rate ppm(i128 parts) {
  return Rate(parts * (base::kRateOne / 1'000'000));
}

// The cases of dYdX v4, x/perpetuals/funding/funding_test.go.
TEST(Funding, DydxIndexDeltaTruncatesTowardZero) {
  struct Case {
    int atomic_resolution;
    int exponent;
    std::int64_t rate;
    std::uint32_t seconds;
    i128 delta;
  };

  for (const Case& each :
       {Case{-12, 0, 1'001'999, 28'800, 1'001}, Case{-12, 0, -1'001'999, 28'800, -1'001},
        Case{-4, 2, -1'001'999, 14'400, -5'009'995'000'000},
        Case{0, -6, -1'001'999, 3'600, -125'249'875}}) {
    const auto output =
        funding({.method = FundingMethod::dydx,
                 .scale = 6,
                 .funding_rate_ppm = each.rate,
                 .seconds = each.seconds,
                 .price = 1'000,
                 .price_exponent = static_cast<std::int8_t>(each.exponent),
                 .atomic_resolution = static_cast<std::int8_t>(each.atomic_resolution)});
    ASSERT_TRUE(output.has_value()) << output.error().text();
    EXPECT_EQ(output->index_delta, each.delta);
  }
}

TEST(Funding, DydxSettlementRoundsDown) {
  // delta 1001: a long of 1,500 quantums pays 1.5015 quote quantums, rounded down to -2; the short
  // receives 1.5015, rounded down to 1.
  const auto output = funding({.method = FundingMethod::dydx,
                               .scale = 6,
                               .funding_rate_ppm = 1'001'999,
                               .seconds = 28'800,
                               .price = 1'000,
                               .atomic_resolution = -12,
                               .positions = {Quantity(1'500), Quantity(-1'500)}});
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->payments[0].units(), -2);
  EXPECT_EQ(output->payments[1].units(), 1);
  EXPECT_EQ(output->dust.units(), 1);
}

TEST(Funding, PremiumIsPulledToTheInterest) {
  // I = (0.06 % - 0.03 %) / 3 = 0.01 %.
  const auto rate = [](std::int64_t premium_ppm) {
    const auto output = funding({.method = FundingMethod::premium,
                                 .premium = ppm(premium_ppm),
                                 .interest_quote = ppm(600),
                                 .interest_base = ppm(300),
                                 .mark_price = Price(1)});
    return output ? output->funding_rate : Rate::min();
  };
  EXPECT_EQ(rate(0), ppm(100));
  EXPECT_EQ(rate(600), ppm(100));   // P - 0.05 % is still I
  EXPECT_EQ(rate(-400), ppm(100));  // P + 0.05 % is still I
  EXPECT_EQ(rate(700), ppm(200));   // beyond, P less 0.05 %
  EXPECT_EQ(rate(-500), ppm(0));
  EXPECT_EQ(rate(-7'000), ppm(-6'500));
}

TEST(Funding, RefusesWhatMakesNoSense) {
  const auto field = [](const FundingInput& input) {
    const auto output = funding(input);
    return output ? std::string("ok") : output.error().field;
  };
  EXPECT_EQ(field({}), "mark_price");
  EXPECT_EQ(field({.mark_price = Price(-1)}), "mark_price");
  EXPECT_EQ(field({.price_scale = 2, .mark_price = Price(1)}), "scale");
  EXPECT_EQ(field({.price_scale = 19, .mark_price = Price(1)}), "price_scale");
  EXPECT_EQ(field({.funding_rate_max = Rate(-1), .mark_price = Price(1)}), "funding_rate_max");
  EXPECT_EQ(field({.mark_price = Price(1), .quantity_scale = 0, .multiplier = 0}), "multiplier");
  EXPECT_EQ(field({.method = FundingMethod::premium, .fundings_per_day = 0}), "fundings_per_day");
  EXPECT_EQ(field({.method = FundingMethod::dydx, .quantity_scale = 1}), "quantity_scale");
  EXPECT_EQ(field({.method = FundingMethod::dydx, .price_exponent = 41}), "price_exponent");
  EXPECT_EQ(field({.funding_rate = Rate::max(), .mark_price = Price(3)}), "funding_rate");
  EXPECT_EQ(field({.funding_rate = Rate(base::kRateOne),
                   .mark_price = Price(3),
                   .positions = {Quantity::max()}}),
            "positions[0]");
}

// What does not fit is named as it was written.
TEST(Funding, NamesTheValueThatIsTooLarge) {
  const auto value = [](const FundingInput& input) { return funding(input).error().value; };
  EXPECT_EQ(value({.funding_rate = Rate(base::kRateOne / 2),
                   .mark_price = Price(3),
                   .quantity_scale = 2,
                   .scale = 2,
                   .positions = {Quantity(100), Quantity::max()}}),
            "1701411834604692317316873037158841057.27");
  EXPECT_EQ(value({.funding_rate = Rate::max(), .mark_price = Price(3)}),
            "170141183460469231731.687303715884105727");
  EXPECT_EQ(value({.funding_rate_max = -ppm(500), .mark_price = Price(1)}), "-0.0005");
  EXPECT_EQ(value({.price_scale = 1, .mark_price = Price(-15), .scale = 1}), "-1.5");
}

// Every recorded trade near a funding, as a position at its price, under the rate of that funding:
// its value is what BitMEX recorded, and the long pays value x rate rounded up to the satoshi.
TEST(Funding, BitmexPositionsPayWhatTheRecordedValuesSay) {
  const char* data = std::getenv("COFFERDAM_DATA");
  if (data == nullptr) GTEST_SKIP() << "COFFERDAM_DATA is not set";
  std::map<std::string, Rate> rates;  // by day and hour
  std::ifstream fundings(std::string(data) + "/funding/bitmex_xbtusd_funding_2016-05_2020-11.csv");
  std::string line;
  std::getline(fundings, line);
  int usual = 0;
  while (std::getline(fundings, line)) {
    std::stringstream row(line);
    std::string time, symbol, hours, text;
    std::getline(row, time, ',');
    std::getline(row, symbol, ',');
    std::getline(row, hours, ',');
    std::getline(row, text);
    // "-2e-06" stands for -0.000002.
    const std::size_t e = text.find("e-");
    const unsigned shift =
        e == std::string::npos ? 0 : static_cast<unsigned>(std::stoul(text.substr(e + 2)));
    const auto rate = base::parse_decimal(text.substr(0, e), base::kRateScale - shift);
    ASSERT_TRUE(rate.has_value()) << line;
    rates[time.substr(0, 13)] = Rate(*rate);
    if (Rate(*rate) == ppm(100)) ++usual;
  }
  ASSERT_GT(rates.size(), 4'000U);
  // The interest of 0.01 % is what the clamp leaves most often.
  EXPECT_GT(usual, 1'000);
  std::ifstream trades(std::string(data) +
                       "/bitmex_xbtusd/xbtusd_trades_near_funding_2018-06_2020-11.csv");
  std::getline(trades, line);
  int checked = 0;
  while (std::getline(trades, line)) {
    std::stringstream row(line);
    std::string time, side, size, price, tick, value;
    for (std::string* each : {&time, &side, &size, &price, &tick, &value})
      std::getline(row, *each, ',');
    const auto rate = rates.find(time.substr(0, 13));
    if (rate == rates.end()) continue;
    const i128 contracts = std::stoll(size);
    const auto tenths = base::parse_decimal(price, 1);
    ASSERT_TRUE(tenths.has_value()) << line;
    const auto output = funding({.funding_rate = rate->second,
                                 .kind = ContractKind::inverse,
                                 .price_scale = 1,
                                 .mark_price = Price(*tenths),
                                 .scale = 8,
                                 .positions = {Quantity(contracts), Quantity(-contracts)}});
    ASSERT_TRUE(output.has_value()) << output.error().text();
    // 128 bits hold the product of a recorded value and a rate.
    const i128 parts = rate->second.value();
    const i128 product = i128{std::stoll(value)} * (parts < 0 ? -parts : parts);
    const i128 up = (product + base::kRateOne - 1) / base::kRateOne;
    const i128 down = product / base::kRateOne;
    EXPECT_EQ(output->payments[0].units(), parts > 0 ? -up : down) << line;
    EXPECT_EQ(output->payments[1].units(), parts > 0 ? down : -up) << line;
    ++checked;
  }
  EXPECT_GT(checked, 2'500);
}

struct Funded {
  TestBooks books;
  AssetId usd = books.asset("USD", 2);
  ContractId contract =
      books.contract({.code = "P", .settlement_asset = usd, .price_scale = 1, .quantity_scale = 3});
  PoolId a = books.pool(1);
  PoolId b = books.pool(2);

  Funded() {
    books.now = Time(base::kDay.value() * 100);
    books.participant(a, 1, usd, 100'000'000);
    books.participant(b, 2, usd, 100'000'000);
    books.participant(b, 3, usd, 100'000'000);
    EXPECT_EQ(books.set(SetTerms{.contract = contract,
                                 .funding_interval = kHour * 8,
                                 .funding_rate_max = ppm(7'500),
                                 .mark_age_max = kHour}),
              SetTermsStatus::ok);
    trade(1, 1, 2, 1'000);
    trade(2, 1, 3, 333);
  }

  void trade(u128 id, std::uint64_t buyer, std::uint64_t seller, std::int64_t quantity) {
    EXPECT_EQ(books.trade(Trade{.id = id,
                                .contract = contract,
                                .price = Price(500'000),
                                .quantity = Quantity(quantity),
                                .buyer_pool = buyer == 1 ? a : b,
                                .buyer = OwnerId(buyer),
                                .seller_pool = seller == 1 ? a : b,
                                .seller = OwnerId(seller)}),
              TradeStatus::ok);
  }
};

TEST(ApplyFunding, MovesOpenValueAndNoCash) {
  Funded funded;
  TestBooks& books = funded.books;
  ASSERT_EQ(books.mark(funded.contract, 500'000), MarkStatus::ok);
  ASSERT_EQ(books.fund({.contract = funded.contract, .rate = ppm(100)}), ApplyFundingStatus::ok);
  // 0.01 % of 66,650.0000 is 6.6650, in value units of 10^-4.
  EXPECT_EQ(books.open_value(funded.contract, funded.a, 1), -666'500'000 - 66'650);
  EXPECT_EQ(books.open_value(funded.contract, funded.b, 2), 500'000'000 + 50'000);
  EXPECT_EQ(books.open_value(funded.contract, funded.b, 3), 166'500'000 + 16'650);
  EXPECT_EQ(books.cash(funded.a, 1, funded.usd), 100'000'000);
  const Funding& row = *books.terms.fundings.find(funded.contract);
  EXPECT_EQ(row.cumulative, i128{500'000} * ppm(100).value());
  EXPECT_EQ(row.dust, 0U);
  ASSERT_EQ(books.settle(funded.contract), SettleStatus::ok);
  EXPECT_EQ(books.cash(funded.a, 1, funded.usd), 100'000'000 - 667);  // 6.665 up
  EXPECT_EQ(books.cash(funded.b, 2, funded.usd), 100'000'000 + 500);
  EXPECT_EQ(books.cash(funded.b, 3, funded.usd), 100'000'000 + 166);  // 1.665 down
}

TEST(ApplyFunding, RoundingIsTheDustHoldingsAndIsSettledWithAll) {
  Funded funded;
  TestBooks& books = funded.books;
  ASSERT_EQ(books.mark(funded.contract, 500'001), MarkStatus::ok);
  // 1.333 x 50,000.1 x 0.0123456 %: nothing comes out even.
  ASSERT_EQ(books.fund({.contract = funded.contract, .rate = Rate(123'456'000'000'000)}),
            ApplyFundingStatus::ok);
  const Funding& row = *books.terms.fundings.find(funded.contract);
  // Worked out in exact fractions: 82,283.4 up; 61,728.1 and 20,555.4 down.
  EXPECT_EQ(row.paid, 82'284U);
  EXPECT_EQ(row.dust, 1U);
  i128 held = 0;
  for (const PoolId pool : {funded.a, funded.b})
    held += books.open_value(funded.contract, pool, kDustOwner);
  EXPECT_EQ(held, static_cast<i128>(row.dust));
  ASSERT_EQ(books.settle(funded.contract), SettleStatus::ok);
  for (const PoolId pool : {funded.a, funded.b})
    EXPECT_EQ(books.open_value(funded.contract, pool, kDustOwner), 0);
}

TEST(ApplyFunding, RefusesInItsOrder) {
  Funded funded;
  TestBooks& books = funded.books;
  using S = ApplyFundingStatus;
  const SourceId source = books.source("rates", 6, kHour);
  EXPECT_EQ(books.fund({.contract = funded.contract, .rate = ppm(1), .source = source}),
            S::rate_given_twice);
  EXPECT_EQ(books.fund({.contract = funded.contract, .fact_key = "k"}), S::fact_key_without_source);
  EXPECT_EQ(books.fund({.contract = ContractId(9)}), S::contract_not_found);
  const ContractId bare = books.contract({.code = "B", .settlement_asset = funded.usd});
  EXPECT_EQ(books.fund({.contract = bare}), S::contract_not_funded);
  EXPECT_EQ(books.fund({.contract = funded.contract, .time = books.now + kHour}),
            S::time_in_the_future);
  EXPECT_EQ(books.fund({.contract = funded.contract, .source = source, .fact_key = "k"}),
            S::rate_fact_not_fresh);
  EXPECT_EQ(books.fund({.contract = funded.contract, .rate = ppm(1)}), S::mark_not_fresh);
  ASSERT_EQ(books.mark(funded.contract, 500'000), MarkStatus::ok);
  books.now = books.now + kHour + Duration(1);
  EXPECT_EQ(books.fund({.contract = funded.contract, .rate = ppm(1)}), S::mark_not_fresh);
  ASSERT_EQ(books.mark(funded.contract, 500'000), MarkStatus::ok);
  // From a fact, and beyond the clamp.
  ASSERT_EQ(books.observe(source, "k", -10'000), fact::RecordFactStatus::ok);
  EXPECT_EQ(books.fund({.contract = funded.contract, .source = source, .fact_key = "k"}), S::ok);
  EXPECT_EQ(books.terms.fundings.find(funded.contract)->last_rate, ppm(-7'500));
  EXPECT_EQ(books.open_value(funded.contract, funded.a, 1),
            -666'500'000 + 666'500'000LL * 75 / 10'000);
  EXPECT_EQ(books.fund({.contract = funded.contract, .rate = ppm(1)}), S::too_early);
  books.now = books.now + kHour * 8;
  ASSERT_EQ(books.mark(funded.contract, 500'000), MarkStatus::ok);
  EXPECT_EQ(books.fund({.contract = funded.contract, .rate = ppm(1)}), S::ok);
}

}  // namespace
}  // namespace cofferdam::market
