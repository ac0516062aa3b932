// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/settle.h"

#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::market {
namespace {

struct Settling : ::testing::Test {
  TestBooks books;
  AssetId usd = books.asset("USD", 2);
  AssetId btc = books.asset("BTC", 8);
  PoolId a = books.pool(1);
  PoolId b = books.pool(2);
  PoolId c = books.pool(3);
  // Open values in 0.0001, cash in 0.01: k = 100.
  ContractId perp = books.contract(
      {.code = "BTC-PERP", .settlement_asset = usd, .price_scale = 2, .quantity_scale = 2});
  // BitMEX's XBTUSD: one contract is one dollar, prices in halves, values in satoshi.
  ContractId xbt = books.contract({.code = "XBTUSD",
                                   .kind = ContractKind::inverse,
                                   .settlement_asset = btc,
                                   .price_scale = 1,
                                   .rounding = ValueRounding::unit_half_up,
                                   .value_scale = 8});
  u128 next_id = 1;

  TradeStatus trade(ContractId contract, PoolId buyer_pool, std::uint64_t buyer, PoolId seller_pool,
                    std::uint64_t seller, std::int64_t quantity, std::int64_t price) {
    return books.trade(Trade{.id = next_id++,
                             .contract = contract,
                             .price = Price(price),
                             .quantity = Quantity(quantity),
                             .buyer_pool = buyer_pool,
                             .buyer = OwnerId(buyer),
                             .seller_pool = seller_pool,
                             .seller = OwnerId(seller)});
  }
};

TEST_F(Settling, LinearProfitAndLoss) {
  books.participant(a, 1, usd, 100'000);
  books.participant(b, 2, usd, 100'000);
  ASSERT_EQ(trade(perp, a, 1, b, 2, 150, 2'000'000), TradeStatus::ok);  // 1.50 at 20000.00
  ASSERT_EQ(books.mark(perp, 2'010'000), MarkStatus::ok);               // 20100.00
  Settlement result;
  ASSERT_EQ(books.settle({.contract = perp}, result), SettleStatus::ok);
  // 1.5 x 100 = 150.00 from pool b to pool a.
  EXPECT_EQ(books.cash(a, 1, usd), 115'000);
  EXPECT_EQ(books.cash(b, 2, usd), 85'000);
  EXPECT_EQ(books.open_value(perp, a, 1), -150 * i128{2'010'000});
  EXPECT_EQ(books.open_value(perp, b, 2), 150 * i128{2'010'000});
  ASSERT_EQ(result.payments.size(), 1U);
  EXPECT_EQ(result.payments[0].from, b);
  EXPECT_EQ(result.payments[0].cash, 15'000U);
  const ClearingConduit* conduit = books.market.conduits.find({b, a, usd});
  ASSERT_NE(conduit, nullptr);
  EXPECT_EQ(net_credit(books.ledger.accounts.at(conduit->sent)), 15'000);
  EXPECT_EQ(net_credit(books.ledger.accounts.at(conduit->received)), -15'000);
  // Settled again at the same mark, nothing moves.
  ASSERT_EQ(books.settle(perp), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, usd), 115'000);
  // The position is closed at the mark: flat, and off the list after the next settlement.
  ASSERT_EQ(trade(perp, b, 2, a, 1, 150, 2'010'000), TradeStatus::ok);
  EXPECT_EQ(books.market.turnovers.find(perp)->holders, 2U);
  ASSERT_EQ(books.settle(perp), SettleStatus::ok);
  EXPECT_EQ(books.market.turnovers.find(perp)->holders, 0U);
  EXPECT_EQ(books.market.turnovers.find(perp)->first_holding, base::kNoSlot);
  ASSERT_EQ(trade(perp, a, 1, b, 2, 1, 2'010'000), TradeStatus::ok);
  EXPECT_EQ(books.market.turnovers.find(perp)->holders, 2U);
}

TEST_F(Settling, InverseProfitAndLoss) {
  books.participant(a, 1, btc, 100'000'000);
  books.participant(b, 2, btc, 100'000'000);
  // Long 10000 contracts at 10000, marked at 12500: 10000 x (1/10000 - 1/12500) = 0.2 BTC.
  ASSERT_EQ(trade(xbt, a, 1, b, 2, 10'000, 100'000), TradeStatus::ok);
  EXPECT_EQ(books.open_value(xbt, a, 1), 100'000'000);  // +N/entry for the long: one coin
  ASSERT_EQ(books.mark(xbt, 125'000), MarkStatus::ok);
  const auto before = equity(books.market, books.ledger, {a, OwnerId(1), btc});
  ASSERT_TRUE(before);
  EXPECT_EQ(before->positions.at(0).entry_price.value(), 100'000);
  EXPECT_EQ(before->equity.units(), 120'000'000);
  ASSERT_EQ(books.settle(xbt), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, btc), 120'000'000);
  EXPECT_EQ(books.cash(b, 2, btc), 80'000'000);
  EXPECT_EQ(books.open_value(xbt, a, 1), 80'000'000);
  EXPECT_EQ(equity(books.market, books.ledger, {a, OwnerId(1), btc})->equity.units(), 120'000'000);
}

TEST_F(Settling, FinerValuesRoundAgainstBothAndLeaveDust) {
  books.participant(a, 1, usd, 1000);
  books.participant(a, 2, usd, 1000);
  ASSERT_EQ(trade(perp, a, 1, a, 2, 1, 1000), TradeStatus::ok);
  ASSERT_EQ(books.mark(perp, 1150), MarkStatus::ok);  // 150 value units: 1.5 cents
  Settlement result;
  ASSERT_EQ(books.settle({.contract = perp}, result), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, usd), 1001);
  EXPECT_EQ(books.cash(a, 2, usd), 998);
  EXPECT_EQ(books.desk(a, usd, &Desk::dust), 1);
  EXPECT_EQ(result.pools.at(0).dust, 1U);
  EXPECT_EQ(books.open_value(perp, a, 1), -1150);
}

TEST_F(Settling, ShortLoserPaysWhatIsThereAndOwnWinnersWaitFirst) {
  // Pool a: 1 is long 5, loses; 2 is short 2, wins. Pool b: 3 is short 3, wins.
  books.participant(a, 1, usd, 40'000);
  books.participant(a, 2, usd, 0);
  books.participant(b, 3, usd, 0);
  ASSERT_EQ(trade(perp, a, 1, a, 2, 200, 100'000), TradeStatus::ok);
  ASSERT_EQ(trade(perp, a, 1, b, 3, 300, 100'000), TradeStatus::ok);
  ASSERT_EQ(books.mark(perp, 90'000), MarkStatus::ok);  // 5 x 100.00 lost: 500.00, 400.00 there
  Settlement result;
  ASSERT_EQ(books.settle({.contract = perp}, result), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, usd), 0);
  EXPECT_EQ(books.cash(b, 3, usd), 30'000);  // the other pool in full
  EXPECT_EQ(books.cash(a, 2, usd), 10'000);  // what is left for the pool's own winner
  // 100.00 stays unpaid on one side and not received on the other.
  EXPECT_EQ(books.open_value(perp, a, 1), -500 * i128{90'000} - 1'000'000);
  EXPECT_EQ(books.open_value(perp, a, 2), 200 * i128{90'000} + 1'000'000);
  ASSERT_EQ(result.pools.size(), 2U);
  EXPECT_EQ(result.pools[0].unpaid, 1'000'000U);
  EXPECT_EQ(result.pools[0].winners_short, 1'000'000U);
  EXPECT_EQ(result.pools[0].debt, 0U);
  EXPECT_EQ(result.pools[1].shortfall, 0U);
  // When money comes in, the next settlement pays the rest.
  ledger::Context given = books.context();
  const auto slot = [&](AccountId id) { return books.ledger.accounts.find_slot(id); };
  ASSERT_EQ(ledger::post_leg(books.ledger, given,
                             slot(AccountId(base::make_u128(0xFFFF'0000'0000'0001, usd.value()))),
                             slot(TestBooks::collateral_id(a, 1, usd)), Amount(15'000), 1),
            ledger::TransferStatus::ok);
  books.commit();
  ASSERT_EQ(books.settle(perp), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, usd), 5'000);
  EXPECT_EQ(books.cash(a, 2, usd), 20'000);
}

TEST_F(Settling, ShortfallReachesOtherPoolsProRata) {
  books.participant(a, 1, usd, 10'000);
  books.participant(b, 2, usd, 0);
  books.participant(c, 3, usd, 0);
  ASSERT_EQ(trade(perp, a, 1, b, 2, 100, 100'000), TradeStatus::ok);
  ASSERT_EQ(trade(perp, a, 1, c, 3, 300, 100'000), TradeStatus::ok);
  ASSERT_EQ(books.mark(perp, 90'000), MarkStatus::ok);  // 400.00 owed, 100.00 there
  Settlement result;
  ASSERT_EQ(books.settle({.contract = perp}, result), SettleStatus::ok);
  EXPECT_EQ(books.cash(b, 2, usd), 2'500);
  EXPECT_EQ(books.cash(c, 3, usd), 7'500);
  EXPECT_EQ(result.pools[0].debt, 3'000'000U);
  EXPECT_EQ(result.pools[1].shortfall, 750'000U);
  EXPECT_EQ(result.pools[2].shortfall, 2'250'000U);
  EXPECT_EQ(result.payments.size(), 2U);
}

TEST_F(Settling, FrozenCollateral) {
  books.participant(a, 1, usd, 100'000);
  books.participant(a, 2, usd, 100'000);
  ASSERT_EQ(trade(perp, a, 1, a, 2, 100, 100'000), TradeStatus::ok);
  const auto freeze = [&](std::uint64_t owner, bool frozen) {
    auto& account =
        books.ledger.accounts.edit(books.changes, TestBooks::collateral_id(a, owner, usd));
    account.flags = static_cast<std::uint16_t>(ledger::kDebitsMustNotExceedCredits |
                                               (frozen ? ledger::kFrozen : 0));
    books.changes.commit();
  };
  ASSERT_EQ(books.mark(perp, 110'000), MarkStatus::ok);
  freeze(1, true);
  EXPECT_EQ(books.settle(perp), SettleStatus::collateral_cannot_be_credited);
  EXPECT_EQ(books.cash(a, 2, usd), 100'000);  // taken back whole
  freeze(1, false);
  freeze(2, true);
  Settlement result;
  ASSERT_EQ(books.settle({.contract = perp}, result), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 2, usd), 100'000);
  EXPECT_EQ(result.pools.at(0).unpaid, 1'000'000U);
}

TEST_F(Settling, OnePoolAloneOnlyWhenSelfContained) {
  for (const std::uint64_t owner : {1U, 2U}) books.participant(a, owner, usd, 100'000);
  books.participant(b, 3, usd, 100'000);
  ASSERT_EQ(trade(perp, a, 1, a, 2, 100, 100'000), TradeStatus::ok);
  ASSERT_EQ(books.mark(perp, 110'000), MarkStatus::ok);
  Settlement result;
  EXPECT_EQ(books.settle({.contract = perp, .pool = a}, result), SettleStatus::ok);
  EXPECT_EQ(books.cash(a, 1, usd), 110'000);
  EXPECT_EQ(books.settle({.contract = perp, .pool = b}, result), SettleStatus::pool_not_found);
  ASSERT_EQ(trade(perp, a, 1, b, 3, 100, 100'000), TradeStatus::ok);
  EXPECT_EQ(books.settle({.contract = perp, .pool = a}, result),
            SettleStatus::pool_not_self_contained);
}

TEST_F(Settling, EquityAddsTheContractsOfAnAsset) {
  const ContractId eth = books.contract(
      {.code = "ETH-PERP", .settlement_asset = usd, .price_scale = 2, .quantity_scale = 2});
  books.participant(a, 1, usd, 100'000);
  books.participant(a, 2, usd, 100'000);
  ASSERT_EQ(trade(perp, a, 1, a, 2, 100, 100'000), TradeStatus::ok);
  ASSERT_EQ(trade(eth, a, 2, a, 1, 300, 20'000), TradeStatus::ok);
  ASSERT_EQ(books.mark(perp, 100'150), MarkStatus::ok);  // 1 x 1.50
  EXPECT_FALSE(equity(books.market, books.ledger, {a, OwnerId(1), usd})->complete);
  ASSERT_EQ(books.mark(eth, 19'999), MarkStatus::ok);  // short 3 x 0.01
  const auto one = equity(books.market, books.ledger, {a, OwnerId(1), usd});
  ASSERT_TRUE(one && one->complete);
  ASSERT_EQ(one->positions.size(), 2U);
  EXPECT_EQ(one->unsettled.units(), 153);
  EXPECT_EQ(one->equity.units(), 100'153);
  const auto two = equity(books.market, books.ledger, {a, OwnerId(2), usd});
  EXPECT_EQ(two->equity.units(), 99'847);
  EXPECT_FALSE(equity(books.market, books.ledger, {a, OwnerId(3), usd}).has_value());
}

TEST_F(Settling, MarksAndStates) {
  books.participant(a, 1, usd, 100'000);
  const ContractId aging =
      books.contract({.code = "AGING", .settlement_asset = usd, .mark_age_max = base::kMinute});
  Settlement result;
  EXPECT_EQ(books.settle({.contract = ContractId(9)}, result), SettleStatus::contract_not_found);
  EXPECT_EQ(books.settle(aging), SettleStatus::mark_not_found);
  EXPECT_EQ(books.mark(aging, 0), MarkStatus::price_must_be_positive);
  EXPECT_EQ(books.mark(aging, 10, Time(books.now.value() + 1)), MarkStatus::time_in_the_future);
  EXPECT_EQ(books.mark(ContractId(9), 10), MarkStatus::contract_not_found);
  EXPECT_EQ(books.mark(aging, 10, Time(500)), MarkStatus::ok);
  EXPECT_EQ(books.mark(aging, 11, Time(499)), MarkStatus::older_than_last_mark);
  EXPECT_EQ(books.mark(aging, 11, Time(500)), MarkStatus::ok);  // a correction
  EXPECT_EQ(books.market.marks.find(aging)->price.value(), 11);
  EXPECT_EQ(books.settle(aging), SettleStatus::ok);  // nobody holds anything: nothing moves
  books.now = books.now + base::kMinute;
  EXPECT_EQ(books.settle(aging), SettleStatus::mark_too_old);
  EXPECT_EQ(books.mark(aging, 12), MarkStatus::ok);
  EXPECT_EQ(books.settle(aging), SettleStatus::ok);
  // Above 2 x 10^8 dollars a dollar is worth less than half a satoshi.
  EXPECT_EQ(books.mark(xbt, 2'000'000'000), MarkStatus::ok);
  EXPECT_EQ(books.mark(xbt, 2'000'000'001), MarkStatus::value_out_of_range);
}

}  // namespace
}  // namespace cofferdam::market
