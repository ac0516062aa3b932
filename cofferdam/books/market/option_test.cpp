// SPDX-License-Identifier: Apache-2.0
//
// Options and futures from listing to expiry, against payoffs worked out by hand.
#include "cofferdam/books/market/payoff.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::market {
namespace {

constexpr Duration kDay = base::kDay;

// Two pools with one trader each, an index of three sources, and time that begins on a day.
struct Listed {
  TestBooks books;
  PoolId a = books.pool(1);
  PoolId b = books.pool(2);
  AssetId usd = books.asset("USD", 2);
  AssetId btc = books.asset("BTC", 8);
  std::vector<SourceId> sources;

  Listed() {
    books.now = Time(kDay.value() * 100);
    for (const char* code : {"one", "two", "three"})
      sources.push_back(books.source(code, 2, base::kMinute));
    SetIndex index{.code = "BTC-USD", .scale = 2, .minimum_sources = 2, .deviation_bps_max = 100};
    for (const SourceId source : sources)
      index.sources.push_back({.source = source, .fact_key = "btc"});
    EXPECT_EQ(books.set(index), SetIndexStatus::ok);
    for (const PoolId pool : {a, b}) {
      books.participant(pool, pool.value(), usd, 100'000'000);    // 1,000,000.00
      books.participant(pool, pool.value(), btc, 1'000'000'000);  // 10 BTC
    }
  }

  void observe(std::initializer_list<std::int64_t> values) {
    std::size_t i = 0;
    for (const std::int64_t value : values)
      if (value != 0)
        EXPECT_EQ(books.observe(sources[i++], "btc", value), fact::RecordFactStatus::ok);
      else
        ++i;
  }

  [[nodiscard]] SetTerms expiring(ContractId contract, Instrument instrument) const {
    return {.contract = contract,
            .instrument = instrument,
            .index = "BTC-USD",
            .expiry = Time(kDay.value() * 101),
            .averaging = base::kMinute * 30,
            .observations_min = 3};
  }

  void pass_to_expiry(std::initializer_list<std::int64_t> each_ten_minutes) {
    Time at(kDay.value() * 101 - (base::kMinute * 20).value());
    for (const std::int64_t value : each_ten_minutes) {
      books.now = at;
      observe({value, value, value});
      at = at + base::kMinute * 10;
    }
    books.now = Time(kDay.value() * 101);
  }

  [[nodiscard]] i128 cash(PoolId pool, AssetId asset) const {
    return books.cash(pool, pool.value(), asset);
  }

  [[nodiscard]] Trade trade(u128 id, ContractId contract, std::int64_t price,
                            std::int64_t quantity) const {
    return {.id = id,
            .contract = contract,
            .price = Price(price),
            .quantity = Quantity(quantity),
            .buyer_pool = a,
            .buyer = OwnerId(1),
            .seller_pool = b,
            .seller = OwnerId(2)};
  }
};

// A call in coin: 0.0001 BTC ticks, lots of 0.1, settled in BTC with 8 digits.
TEST(Option, CoinCallFromTradeToExpiry) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId call = books.contract(
      {.code = "C50", .settlement_asset = listed.btc, .price_scale = 4, .quantity_scale = 1});
  SetTerms terms = listed.expiring(call, Instrument::option);
  terms.payoff = OptionPayoff::coin;
  terms.scale = 2;
  terms.strike = Level(5'000'000);  // 50,000.00
  ASSERT_EQ(books.set(terms), SetTermsStatus::ok);

  // 3.0 at 0.0250: 0.0750 BTC of premium.
  ASSERT_EQ(books.trade(listed.trade(1, call, 250, 30)), TradeStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 1'000'000'000 - 7'500'000);
  EXPECT_EQ(listed.cash(listed.b, listed.btc), 1'000'000'000 + 7'500'000);
  EXPECT_EQ(books.position(call, listed.a, 1), 30);
  EXPECT_EQ(books.open_value(call, listed.a, 1), 0);
  EXPECT_EQ(books.settle(call), SettleStatus::paid_at_trade);
  EXPECT_EQ(books.expire(call), ExpireContractStatus::not_yet_expired);

  // The average of 59,000, 60,000 and 61,000.00 is 60,000; three observations at each of three
  // times, since every source counts. 3 x 10,000 / 60,000 = 0.5 BTC.
  listed.pass_to_expiry({5'900'000, 6'000'000, 6'100'000});
  EXPECT_EQ(books.trade(listed.trade(2, call, 250, 30)), TradeStatus::contract_expired);
  ASSERT_EQ(books.expire(call), ExpireContractStatus::ok);
  const Closing& closing = *books.terms.closings.find(call);
  EXPECT_EQ(closing.index_value, Level(6'000'000));
  // 0.1 x 10,000 / 60,000 = 0.01666666 BTC a lot, rounded down.
  EXPECT_EQ(closing.unit_value, 1'666'666U);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 1'000'000'000 - 7'500'000 + 30 * 1'666'666);
  EXPECT_EQ(listed.cash(listed.b, listed.btc), 1'000'000'000 + 7'500'000 - 30 * 1'666'666);
  EXPECT_EQ(books.position(call, listed.a, 1), 0);
  EXPECT_EQ(books.open_value(call, listed.a, 1), 0);
  EXPECT_EQ(books.open_value(call, listed.b, 2), 0);
  EXPECT_EQ(books.market.contracts.find(call)->status, ContractStatus::closed);
  EXPECT_EQ(books.expire(call), ExpireContractStatus::contract_closed);
  EXPECT_EQ(books.trade(listed.trade(3, call, 250, 30)), TradeStatus::contract_closed);
}

TEST(Option, LinearPutOutOfTheMoneyPaysNothingAndInTheMoneyTheDifference) {
  for (const std::int64_t last : {6'000'000, 4'000'001}) {
    Listed listed;
    TestBooks& books = listed.books;
    const ContractId put = books.contract(
        {.code = "P50", .settlement_asset = listed.usd, .price_scale = 2, .quantity_scale = 3});
    SetTerms terms = listed.expiring(put, Instrument::option);
    terms.option_kind = OptionKind::put;
    terms.scale = 2;
    terms.strike = Level(5'000'000);
    ASSERT_EQ(books.set(terms), SetTermsStatus::ok);
    // 0.333 at 1,000.01 is 333.00333: the buyer pays 333.01, the seller receives 333.00.
    ASSERT_EQ(books.trade(listed.trade(1, put, 100'001, 333)), TradeStatus::ok);
    EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 - 33'301);
    EXPECT_EQ(listed.cash(listed.b, listed.usd), 100'000'000 + 33'300);
    EXPECT_EQ(books.desk(listed.a, listed.usd, &Desk::dust), 1);
    listed.pass_to_expiry({last, last, last});
    ASSERT_EQ(books.expire(put), ExpireContractStatus::ok);
    // 0.333 x 9,999.99 = 3,329.99667: received rounded down, paid rounded up.
    const std::int64_t received = last == 6'000'000 ? 0 : 332'999;
    const std::int64_t paid = last == 6'000'000 ? 0 : 333'000;
    EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 - 33'301 + received);
    EXPECT_EQ(listed.cash(listed.b, listed.usd), 100'000'000 + 33'300 - paid);
  }
}

TEST(Option, PremiumThatTheBuyerCannotPayIsRefusedWhole) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId call = books.contract(
      {.code = "C50", .settlement_asset = listed.btc, .price_scale = 4, .quantity_scale = 1});
  SetTerms terms = listed.expiring(call, Instrument::option);
  terms.payoff = OptionPayoff::coin;
  terms.scale = 2;
  terms.strike = Level(5'000'000);
  ASSERT_EQ(books.set(terms), SetTermsStatus::ok);
  EXPECT_EQ(books.trade(listed.trade(1, call, 250, 4'001)), TradeStatus::premium_not_covered);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 1'000'000'000);
  EXPECT_EQ(books.market.turnovers.find(call)->trades, 0U);
  EXPECT_EQ(books.trade(listed.trade(1, call, 250, 4'000)), TradeStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 0);
}

// What a short cannot pay stays, named, in open values; the contract is closed all the same, and a
// later settlement collects what has come in since.
TEST(Option, ShortThatCannotPayOwesTheRest) {
  Listed listed;
  TestBooks& books = listed.books;
  books.participant(listed.b, 3, listed.usd, 1'000);  // 10.00
  const ContractId call = books.contract({.code = "C50", .settlement_asset = listed.usd});
  SetTerms terms = listed.expiring(call, Instrument::option);
  terms.scale = 2;
  terms.strike = Level(5'000'000);
  ASSERT_EQ(books.set(terms), SetTermsStatus::ok);
  Trade trade = listed.trade(1, call, 1, 1);
  trade.seller = OwnerId(3);
  ASSERT_EQ(books.trade(trade), TradeStatus::ok);
  listed.pass_to_expiry({5'100'000, 5'100'000, 5'100'000});
  ASSERT_EQ(books.expire(call), ExpireContractStatus::ok);
  // 1,000.00 owed; 10.00 and the premium of 1.00 are there.
  EXPECT_EQ(books.cash(listed.b, 3, listed.usd), 0);
  EXPECT_EQ(books.open_value(call, listed.b, 3), -98'900);
  EXPECT_EQ(books.open_value(call, listed.a, 1), 98'900);
  EXPECT_EQ(books.position(call, listed.b, 3), 0);
  ledger::Context given = books.context();
  ASSERT_EQ(ledger::post_leg(
                books.ledger, given,
                books.ledger.accounts.find_slot(AccountId(
                    base::make_u128(0xFFFF'0000'0000'0000 | listed.b.value(), listed.usd.value()))),
                books.ledger.accounts.find_slot(TestBooks::collateral_id(listed.b, 3, listed.usd)),
                Amount(200'000), 1),
            ledger::TransferStatus::ok);
  books.commit();
  ASSERT_EQ(books.settle(call), SettleStatus::ok);
  EXPECT_EQ(books.open_value(call, listed.b, 3), 0);
  EXPECT_EQ(books.cash(listed.b, 3, listed.usd), 200'000 - 98'900);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 - 100 + 100'000);
}

TEST(Future, ExpiresAtTheAverageOfItsIndex) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId future = books.contract(
      {.code = "F", .settlement_asset = listed.usd, .price_scale = 1, .quantity_scale = 2});
  ASSERT_EQ(books.set(listed.expiring(future, Instrument::future)), SetTermsStatus::ok);
  ASSERT_EQ(books.trade(listed.trade(1, future, 500'000, 100)), TradeStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000);
  listed.pass_to_expiry({5'000'015, 5'100'000, 5'200'000});
  // 51,000.05 in the scale of the index is 51,000.0 at one digit, the tie going to the even one.
  ASSERT_EQ(books.expire(future), ExpireContractStatus::ok);
  EXPECT_EQ(books.terms.closings.find(future)->index_value, Level(5'100'005));
  EXPECT_EQ(books.terms.closings.find(future)->price, Price(510'000));
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 + 100'000);
  EXPECT_EQ(listed.cash(listed.b, listed.usd), 100'000'000 - 100'000);
  EXPECT_EQ(books.open_value(future, listed.a, 1), 0);
}

TEST(Future, NeedsEnoughObservationsElseItIsDelisted) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId future = books.contract({.code = "F", .settlement_asset = listed.usd});
  SetTerms terms = listed.expiring(future, Instrument::future);
  terms.observations_min = 4;
  terms.observation_interval = base::kMinute;  // three sources at one time are one observation
  ASSERT_EQ(books.set(terms), SetTermsStatus::ok);
  ASSERT_EQ(books.trade(listed.trade(1, future, 50'000, 1)), TradeStatus::ok);
  listed.pass_to_expiry({5'000'000, 5'000'000, 5'000'000});
  EXPECT_EQ(books.expire(future), ExpireContractStatus::too_few_observations);
  DelistContract delist{.contract = future, .price = Price(49'000)};
  EXPECT_EQ(books.delist(delist), DelistContractStatus::reason_missing);
  delist.reason = "the index was down";
  ASSERT_EQ(books.delist(delist), DelistContractStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 - 100'000);
  EXPECT_EQ(books.terms.closings.find(future)->kind, ClosingKind::delisting);
  EXPECT_EQ(books.delist(delist), DelistContractStatus::contract_closed);
}

TEST(Future, DelistingFarFromAFreshMarkMustBeMeant) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId perpetual = books.contract({.code = "P", .settlement_asset = listed.usd});
  ASSERT_EQ(books.trade(listed.trade(1, perpetual, 100, 1)), TradeStatus::ok);
  ASSERT_EQ(books.mark(perpetual, 100), MarkStatus::ok);
  DelistContract delist{.contract = perpetual, .price = Price(111), .reason = "the end"};
  EXPECT_EQ(books.delist(delist), DelistContractStatus::price_deviates);
  delist.price = Price();
  EXPECT_EQ(books.delist(delist), DelistContractStatus::price_must_be_positive);
  delist.price = Price(111);
  delist.accept_deviation = true;
  EXPECT_EQ(books.delist(delist), DelistContractStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 + 1'100);
}

TEST(Spot, DeliversAgainstPayment) {
  Listed listed;
  TestBooks& books = listed.books;
  const ContractId spot = books.contract(
      {.code = "SPOT", .settlement_asset = listed.usd, .price_scale = 2, .quantity_scale = 4});
  ASSERT_EQ(books.set(SetTerms{.contract = spot,
                               .instrument = Instrument::spot,
                               .base_asset = listed.btc,
                               .maker_ppm = -100,
                               .taker_ppm = 500}),
            SetTermsStatus::ok);
  ClearedTrade trade{.id = 1,
                     .contract = spot,
                     .price = Price(5'000'050),    // 50,000.50
                     .quantity = Quantity(1'000),  // 0.1000
                     .buyer_pool = listed.a,
                     .buyer = OwnerId(1),
                     .seller_pool = listed.a,
                     .seller = OwnerId(2),
                     .taker = TradeSide::buyer};
  EXPECT_EQ(books.clear(trade), TradeStatus::seller_not_found);
  trade.seller_pool = listed.b;
  // A rebate is paid out of the fees of the maker's own pool, where there are none yet.
  EXPECT_EQ(books.clear(trade), TradeStatus::seller_fee_not_covered);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000);
  trade.taker = TradeSide::seller;
  EXPECT_EQ(books.clear(trade), TradeStatus::buyer_fee_not_covered);
  ASSERT_EQ(books.set(SetTerms{.contract = spot,
                               .instrument = Instrument::spot,
                               .base_asset = listed.btc,
                               .maker_ppm = 100,
                               .taker_ppm = 500}),
            SetTermsStatus::ok);
  ASSERT_EQ(books.clear(trade), TradeStatus::ok);
  // 5,000.05; 100 ppm of it is 0.500005, rounded up 0.51; 500 ppm 2.500025, rounded up 2.51.
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000 - 500'005 - 51);
  EXPECT_EQ(listed.cash(listed.b, listed.usd), 100'000'000 + 500'005 - 251);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 1'000'000'000 + 10'000'000);
  EXPECT_EQ(listed.cash(listed.b, listed.btc), 1'000'000'000 - 10'000'000);
  EXPECT_EQ(books.position(spot, listed.a, 1), 0);
  // Fees change; the trade gets back what it paid.
  ASSERT_EQ(books.set(SetTerms{.contract = spot,
                               .instrument = Instrument::spot,
                               .base_asset = listed.btc,
                               .taker_ppm = 9'000}),
            SetTermsStatus::ok);
  ASSERT_EQ(books.bust({.contract = spot, .trade = 1, .reason = "error"}), ReverseTradeStatus::ok);
  EXPECT_EQ(listed.cash(listed.a, listed.usd), 100'000'000);
  EXPECT_EQ(listed.cash(listed.b, listed.usd), 100'000'000);
  EXPECT_EQ(listed.cash(listed.a, listed.btc), 1'000'000'000);
}

TEST(Payoff, BoundsAndRoundings) {
  const Contract contract{
      .price_scale = 4, .quantity_scale = 0, .value_scale = 8, .value_factor = 10'000};
  Terms terms{.instrument = Instrument::option,
              .payoff = OptionPayoff::coin,
              .scale = 0,
              .strike = Level(2)};
  // (3 - 2) / 3 coin.
  EXPECT_EQ(payoff_unit_value(contract, terms, Level(3)), 33'333'333U);
  terms.strike = Level(1);
  EXPECT_EQ(payoff_unit_value(contract, terms, Level(3)), 66'666'666U);
  terms.payoff_rounding = PayoffRounding::half_up;
  EXPECT_EQ(payoff_unit_value(contract, terms, Level(3)), 66'666'667U);
  EXPECT_EQ(payoff_price(contract, terms, Level(3)), Price(6'667));
  EXPECT_EQ(payoff_unit_value(contract, terms, Level(1)), 0U);
  EXPECT_EQ(payoff_unit_value(contract, terms, Level(0)), std::nullopt);
  const auto bounds = option_bounds(contract, terms, Level(4), 0);
  ASSERT_TRUE(bounds.has_value());
  EXPECT_EQ(bounds->low, 7'500);    // 1 - 1/4
  EXPECT_EQ(bounds->high, 10'000);  // one coin
  terms.option_kind = OptionKind::put;
  EXPECT_EQ(option_bounds(contract, terms, Level(4), 0)->high, 2'500);  // K / S
  EXPECT_EQ(option_bounds(contract, terms, Level(4), 0)->low, 0);
}

}  // namespace
}  // namespace cofferdam::market
