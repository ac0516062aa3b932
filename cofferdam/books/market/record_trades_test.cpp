// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/record_trades.h"

#include "cofferdam/books/market/accounts.h"
#include "cofferdam/books/market/change_contract.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::market {
namespace {

using S = TradeStatus;

struct LinearMarket : ::testing::Test {
  TestBooks books;
  AssetId usdc = books.asset("USDC", 6);
  PoolId east = books.pool(1);
  PoolId west = books.pool(2);
  // Quantities in 0.001, prices in 0.1: open value in 0.000001, wider than neither.
  ContractId perp = books.contract(
      {.code = "BTC-PERP", .settlement_asset = usdc, .price_scale = 1, .quantity_scale = 3});
  u128 next_id = 1;

  LinearMarket() {
    books.participant(east, 1, usdc, 1'000'000);
    books.participant(east, 2, usdc, 1'000'000);
    books.participant(west, 3, usdc, 1'000'000);
  }

  Trade trade(PoolId buyer_pool, std::uint64_t buyer, PoolId seller_pool, std::uint64_t seller,
              std::int64_t quantity, std::int64_t price) {
    return Trade{.id = next_id++,
                 .contract = perp,
                 .price = Price(price),
                 .quantity = Quantity(quantity),
                 .buyer_pool = buyer_pool,
                 .buyer = OwnerId(buyer),
                 .seller_pool = seller_pool,
                 .seller = OwnerId(seller)};
  }
};

TEST_F(LinearMarket, TradeMovesPositionAndOpenValueAndNoCash) {
  // 2 at 30000.0: 60000 USDC of open value in millionths.
  ASSERT_EQ(books.trade(trade(east, 1, west, 3, 2000, 300'000)), S::ok);
  EXPECT_EQ(books.position(perp, east, 1), 2000);
  EXPECT_EQ(books.position(perp, west, 3), -2000);
  EXPECT_EQ(books.open_value(perp, east, 1), -60'000'000'000);
  EXPECT_EQ(books.open_value(perp, west, 3), 60'000'000'000);
  EXPECT_EQ(books.cash(east, 1, usdc), 1'000'000);
  const Clearing& clearing = *books.market.clearings.find({east, perp});
  EXPECT_EQ(net_credit(books.ledger.accounts.at(clearing.position)), -2000);
  EXPECT_EQ(net_credit(books.ledger.accounts.at(clearing.open_value)), 60'000'000'000);
  const Turnover& turnover = *books.market.turnovers.find(perp);
  EXPECT_EQ(turnover.long_open.value(), 2000);
  EXPECT_EQ(turnover.holders, 2U);
  const auto view = equity(books.market, books.ledger, {east, OwnerId(1), usdc});
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->complete);
  EXPECT_EQ(view->positions.at(0).entry_price.value(), 300'000);
}

TEST_F(LinearMarket, EntryPriceIsTheAverage) {
  ASSERT_EQ(books.trade(trade(east, 1, west, 3, 1000, 300'000)), S::ok);
  ASSERT_EQ(books.trade(trade(east, 1, west, 3, 3000, 320'000)), S::ok);
  ASSERT_EQ(books.mark(perp, 330'000), MarkStatus::ok);
  const auto view = equity(books.market, books.ledger, {east, OwnerId(1), usdc});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->positions.at(0).entry_price.value(), 315'000);
  // 4 x (33000 - 31500) = 6000 USDC; the deposit is one.
  EXPECT_EQ(view->unsettled.units(), 6'000'000'000);
  EXPECT_EQ(view->equity.units(), 6'001'000'000);
}

TEST_F(LinearMarket, RefusalsInOrderOfPrecedence) {
  const Trade good = trade(east, 1, west, 3, 10, 300'000);
  ASSERT_EQ(books.trade(good), S::ok);
  const auto changed = [&](auto&& change, bool fresh = true) {
    Trade t = good;
    if (fresh) t.id = next_id++;
    change(t);
    return books.trade(t);
  };
  const auto again = [&](auto&& change) { return changed(change, false); };
  EXPECT_EQ(again([](Trade& t) { t.id = 0; }), S::id_must_not_be_zero);
  EXPECT_EQ(again([](Trade& t) { t.id = base::kU128Max; }), S::id_must_not_be_max);
  EXPECT_EQ(again([](Trade& t) { t.contract = ContractId(9); }), S::exists_with_different_contract);
  EXPECT_EQ(again([](Trade& t) { t.price = Price(1); }), S::exists_with_different_price);
  EXPECT_EQ(again([](Trade& t) { t.quantity = Quantity(1); }), S::exists_with_different_quantity);
  EXPECT_EQ(again([&](Trade& t) { t.buyer_pool = west; }), S::exists_with_different_buyer);
  EXPECT_EQ(again([](Trade& t) { t.buyer = OwnerId(2); }), S::exists_with_different_buyer);
  EXPECT_EQ(again([](Trade& t) { t.seller = OwnerId(2); }), S::exists_with_different_seller);
  EXPECT_EQ(again([](Trade& t) { t.seller_fee = SignedAmount(1); }), S::exists_with_different_fee);
  EXPECT_EQ(again([](Trade& t) { t.time = Time(1); }), S::exists_with_different_time);
  EXPECT_EQ(again([](Trade&) {}), S::exists);
  EXPECT_EQ(changed([](Trade& t) { t.quantity = Quantity(0); }), S::quantity_must_be_positive);
  EXPECT_EQ(changed([](Trade& t) { t.quantity = Quantity(-1); }), S::quantity_must_be_positive);
  EXPECT_EQ(changed([](Trade& t) { t.price = Price(0); }), S::price_must_be_positive);
  EXPECT_EQ(changed([](Trade& t) { t.buyer_fee = SignedAmount(base::kI128Min); }),
            S::fee_out_of_range);
  EXPECT_EQ(changed([&](Trade& t) {
              t.seller = t.buyer;
              t.seller_pool = t.buyer_pool;
            }),
            S::buyer_and_seller_are_the_same);
  EXPECT_EQ(changed([&](Trade& t) { t.time = Time(books.now.value() + 1); }),
            S::time_in_the_future);
  EXPECT_EQ(changed([](Trade& t) { t.contract = ContractId(9); }), S::contract_not_found);
  EXPECT_EQ(changed([](Trade& t) { t.buyer = OwnerId(9); }), S::buyer_not_found);
  EXPECT_EQ(changed([](Trade& t) { t.seller = OwnerId(1); }), S::seller_not_found);
  EXPECT_EQ(changed([](Trade& t) { t.quantity = Quantity(base::kI128Max); }),
            S::value_out_of_range);
  EXPECT_EQ(changed([](Trade& t) { t.price = Price(base::kI128Max); }), S::value_out_of_range);
  EXPECT_EQ(changed([](Trade& t) { t.buyer_fee = SignedAmount(2'000'000); }),
            S::buyer_fee_not_covered);
  EXPECT_EQ(changed([](Trade& t) { t.seller_fee = SignedAmount(-1); }), S::seller_fee_not_covered);
  EXPECT_EQ(books.position(perp, east, 1), 10);  // none of the refused left a trace
  EXPECT_EQ(books.position(perp, west, 3), -10);
  books.ledger.compartments.edit(books.changes, west).accepts_transfers = false;
  EXPECT_EQ(changed([](Trade&) {}), S::seller_pool_not_active);
  books.ledger.compartments.edit(books.changes, east).accepts_transfers = false;
  EXPECT_EQ(changed([](Trade&) {}), S::buyer_pool_not_active);
}

TEST_F(LinearMarket, OverflowEdges) {
  const i128 half = static_cast<i128>(kValueMax / 2);
  const auto at_one = [&](std::uint64_t buyer, i128 quantity) {
    Trade t = trade(east, buyer, west, 3, 1, 1);
    t.quantity = Quantity(quantity);
    return books.trade(t);
  };
  // The value factor is 100 (open value in millionths), so the value binds before the position.
  EXPECT_EQ(at_one(1, half / 50), S::ok);  // just below 2^120
  EXPECT_EQ(at_one(1, half / 50), S::overflows_open_value);
  EXPECT_EQ(at_one(2, half / 50), S::overflows_open_value);  // the seller's
  EXPECT_EQ(at_one(2, half), S::value_out_of_range);
  EXPECT_EQ(books.mark(perp, 1), MarkStatus::ok);
  EXPECT_EQ(books.mark(perp, 2), MarkStatus::overflows_open_interest);
  EXPECT_EQ(books.settle(perp), SettleStatus::ok);
}

TEST_F(LinearMarket, BatchKnowsItsOwnIds) {
  std::vector<Trade> batch{trade(east, 1, west, 3, 1, 300'000),
                           trade(east, 2, west, 3, 1, 300'000)};
  batch.push_back(batch[0]);
  batch.push_back(batch[1]);
  batch[3].quantity = Quantity(7);
  const auto& results = books.trade(batch);
  EXPECT_EQ(results, (std::vector{S::ok, S::ok, S::exists, S::exists_with_different_quantity}));
  // A refused trade does not use its id up.
  Trade refused = trade(east, 1, west, 9, 1, 300'000);
  EXPECT_EQ(books.trade(refused), S::seller_not_found);
  refused.seller = OwnerId(3);
  EXPECT_EQ(books.trade(refused), S::ok);
}

TEST_F(LinearMarket, FeesMoveCollateralAndRebatesAreFunded) {
  Trade t = trade(east, 1, east, 2, 10, 300'000);
  t.buyer_fee = SignedAmount(-40);
  t.seller_fee = SignedAmount(100);  // pays the maker's rebate in the same trade
  ASSERT_EQ(books.trade(t), S::ok);
  EXPECT_EQ(books.cash(east, 1, usdc), 1'000'040);
  EXPECT_EQ(books.cash(east, 2, usdc), 999'900);
  EXPECT_EQ(books.desk(east, usdc, &Desk::fee), 60);
  Trade crossing = trade(east, 1, west, 3, 10, 300'000);
  crossing.buyer_fee = SignedAmount(100);
  crossing.seller_fee = SignedAmount(-40);  // another pool's fees do not pay it
  EXPECT_EQ(books.trade(crossing), S::seller_fee_not_covered);
  EXPECT_EQ(books.desk(east, usdc, &Desk::fee), 60);
  EXPECT_EQ(books.market.holdings.find({perp, west, OwnerId(3)}), nullptr);  // taken back
}

TEST_F(LinearMarket, ReduceOnlyAndClose) {
  ASSERT_EQ(books.trade(trade(east, 1, west, 3, 10, 300'000)), S::ok);
  const auto change = [&](ContractStatus status) {
    const ChangeContract command{.contract = perp, .status = status};
    const ChangeContractStatus verdict = check_state(command, books.market);
    if (verdict != ChangeContractStatus::ok) return verdict;
    ledger::Context given = books.context();
    const ChangeContractStatus applied = apply(command, books.market, given);
    books.commit();
    return applied;
  };
  EXPECT_EQ(change(ContractStatus::active), ChangeContractStatus::no_change);
  EXPECT_EQ(change(ContractStatus::closed), ChangeContractStatus::positions_open);
  EXPECT_EQ(change(ContractStatus::reduce_only), ChangeContractStatus::ok);
  EXPECT_EQ(books.trade(trade(east, 1, west, 3, 1, 300'000)), S::buyer_would_not_reduce);
  EXPECT_EQ(books.trade(trade(west, 3, east, 2, 1, 300'000)), S::seller_would_not_reduce);
  EXPECT_EQ(books.trade(trade(west, 3, east, 1, 11, 300'000)), S::buyer_would_not_reduce);
  EXPECT_EQ(books.trade(trade(west, 3, east, 1, 10, 310'000)), S::ok);
  EXPECT_EQ(change(ContractStatus::closed), ChangeContractStatus::ok);
  EXPECT_EQ(books.trade(trade(west, 3, east, 1, 10, 310'000)), S::contract_closed);
  EXPECT_EQ(change(ContractStatus::active), ChangeContractStatus::already_closed);
  EXPECT_EQ(check_state({.contract = ContractId(7)}, books.market),
            ChangeContractStatus::contract_not_found);
}

TEST_F(LinearMarket, TakenIdOfAnAccountRefusesTheTrade) {
  ledger::Context given = books.context();
  ledger::open_account(
      books.ledger, given,
      {.id = account_id(AccountKind::open_value, 2), .pool = west, .asset = usdc, .code = 1});
  books.changes.commit();
  const std::size_t accounts = books.ledger.accounts.size();
  EXPECT_EQ(books.trade(trade(east, 1, west, 3, 10, 300'000)), S::account_id_taken);
  EXPECT_EQ(books.ledger.accounts.size(), accounts);
}

TEST(Trade, ShapeIsBounded) {
  RecordTrades command;
  EXPECT_EQ(check_shape(command), RecordTradesStatus::no_events);
  command.trades.resize(ledger::kBatchEventsMax);
  EXPECT_EQ(check_shape(command), RecordTradesStatus::ok);
  command.trades.resize(ledger::kBatchEventsMax + 1);
  EXPECT_EQ(check_shape(command), RecordTradesStatus::too_many_events);
}

TEST(Trade, EncodingRoundTrips) {
  const Trade t{.id = 5,
                .contract = ContractId(1),
                .price = Price(2),
                .quantity = Quantity(3),
                .buyer_pool = PoolId(4),
                .buyer = OwnerId(5),
                .seller_pool = PoolId(6),
                .seller = OwnerId(7),
                .buyer_fee = SignedAmount(-8),
                .seller_fee = SignedAmount(9),
                .time = Time(10)};
  EXPECT_EQ(base::decode<Trade>(base::encode(t)), t);
}

}  // namespace
}  // namespace cofferdam::market
