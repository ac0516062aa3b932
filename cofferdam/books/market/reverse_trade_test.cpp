// SPDX-License-Identifier: Apache-2.0
//
// Trades taken back: everything stands as if they had never been, but for what came between.
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::market {
namespace {

using S = ReverseTradeStatus;

struct Traded {
  TestBooks books;
  AssetId usd = books.asset("USD", 2);
  ContractId contract =
      books.contract({.code = "P", .settlement_asset = usd, .price_scale = 1, .quantity_scale = 3});
  PoolId a = books.pool(1);
  PoolId b = books.pool(2);

  Traded() {
    books.participant(a, 1, usd, 1'000'000);
    books.participant(b, 2, usd, 1'000'000);
    EXPECT_EQ(books.trade(trade(1, 500'000, 1'000)), TradeStatus::ok);
  }

  [[nodiscard]] Trade trade(u128 id, std::int64_t price, std::int64_t quantity) const {
    return {.id = id,
            .contract = contract,
            .price = Price(price),
            .quantity = Quantity(quantity),
            .buyer_pool = a,
            .buyer = OwnerId(1),
            .seller_pool = b,
            .seller = OwnerId(2),
            .buyer_fee = SignedAmount(250),
            .seller_fee = SignedAmount(100)};
  }

  [[nodiscard]] AmendTrade amendment(u128 of, u128 id, std::int64_t price) const {
    const Trade as = trade(id, price, 1'000);
    return {.contract = contract,
            .trade = of,
            .id = id,
            .price = as.price,
            .quantity = as.quantity,
            .buyer_pool = a,
            .buyer = as.buyer,
            .seller_pool = b,
            .seller = as.seller,
            .buyer_fee = as.buyer_fee,
            .seller_fee = as.seller_fee,
            .reason = "wrong price"};
  }
};

TEST(BustTrade, RestoresPositionsValuesAndFees) {
  Traded traded;
  TestBooks& books = traded.books;
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 999'750);
  ASSERT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "error"}), S::ok);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 1'000'000);
  EXPECT_EQ(books.cash(traded.b, 2, traded.usd), 1'000'000);
  EXPECT_EQ(books.position(traded.contract, traded.a, 1), 0);
  EXPECT_EQ(books.open_value(traded.contract, traded.b, 2), 0);
  EXPECT_TRUE(books.market.turnovers.find(traded.contract)->long_open.is_zero());
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "error"}),
            S::already_reversed);
  // The id stays used.
  EXPECT_EQ(books.trade(traded.trade(1, 500'000, 1'000)), TradeStatus::exists);
}

// What was won in between is owed, and the next settlement collects it.
TEST(BustTrade, AfterASettlementWhatWasWonIsOwed) {
  Traded traded;
  TestBooks& books = traded.books;
  books.mark(traded.contract, 510'000);
  ASSERT_EQ(books.settle(traded.contract), SettleStatus::ok);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 999'750 + 100'000);
  ASSERT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "error"}), S::ok);
  EXPECT_EQ(books.open_value(traded.contract, traded.a, 1), -10'000'000);
  ASSERT_EQ(books.settle(traded.contract), SettleStatus::ok);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 1'000'000);
  EXPECT_EQ(books.cash(traded.b, 2, traded.usd), 1'000'000);
}

TEST(BustTrade, RefusesInItsOrder) {
  Traded traded;
  TestBooks& books = traded.books;
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 1}), S::reason_missing);
  EXPECT_EQ(
      books.bust({.contract = traded.contract, .trade = 1, .reason = std::string(1'025, 'x')}),
      S::reason_too_long);
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 9, .reason = "x"}),
            S::trade_not_found);
  EXPECT_EQ(books.bust({.contract = ContractId(9), .trade = 1, .reason = "x"}),
            S::trade_in_another_contract);
  books.ledger.compartments.edit(books.changes, traded.a).accepts_transfers = false;
  books.changes.commit();
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "x"}),
            S::pool_not_active);
  books.ledger.compartments.edit(books.changes, traded.a).accepts_transfers = true;
  books.changes.commit();
  DelistContract delist{.contract = traded.contract, .price = Price(500'000), .reason = "end"};
  ASSERT_EQ(books.delist(delist), DelistContractStatus::ok);
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "x"}),
            S::contract_closed);
}

// The pool's fees were spent: nothing is half done.
TEST(BustTrade, FeesThatAreGoneAreRefusedWhole) {
  Traded traded;
  TestBooks& books = traded.books;
  ledger::Context given = books.context();
  const Slot fees = books.market.desks.find({traded.b, traded.usd})->fee;
  const Slot outside = books.ledger.accounts.find_slot(
      AccountId(base::make_u128(0xFFFF'0000'0000'0000 | traded.b.value(), traded.usd.value())));
  ASSERT_EQ(ledger::post_leg(books.ledger, given, fees, outside, Amount(1), 1),
            ledger::TransferStatus::ok);
  books.commit();
  EXPECT_EQ(books.bust({.contract = traded.contract, .trade = 1, .reason = "x"}),
            S::fee_not_covered);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 999'750);
  EXPECT_EQ(books.position(traded.contract, traded.a, 1), 1'000);
  EXPECT_EQ(books.terms.reversals.size(), 0U);
}

TEST(AmendTrade, BooksTheTradeAsItShouldHaveBeen) {
  Traded traded;
  TestBooks& books = traded.books;
  EXPECT_EQ(books.amend(traded.amendment(1, 1, 490'000)), S::replacement_id_used);
  EXPECT_EQ(books.amend(traded.amendment(1, 0, 490'000)), S::replacement_refused);
  EXPECT_EQ(books.open_value(traded.contract, traded.a, 1), -500'000'000);
  ASSERT_EQ(books.amend(traded.amendment(1, 2, 490'000)), S::ok);
  EXPECT_EQ(books.position(traded.contract, traded.a, 1), 1'000);
  EXPECT_EQ(books.open_value(traded.contract, traded.a, 1), -490'000'000);
  EXPECT_EQ(books.open_value(traded.contract, traded.b, 2), 490'000'000);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 999'750);
  EXPECT_EQ(books.amend(traded.amendment(1, 3, 480'000)), S::already_reversed);
  // What was amended can be amended, and taken back.
  ASSERT_EQ(books.amend(traded.amendment(2, 3, 480'000)), S::ok);
  ASSERT_EQ(books.bust({.contract = traded.contract, .trade = 3, .reason = "x"}), S::ok);
  EXPECT_EQ(books.open_value(traded.contract, traded.a, 1), 0);
  EXPECT_EQ(books.cash(traded.a, 1, traded.usd), 1'000'000);
  EXPECT_EQ(books.terms.reversals.find(base::Reference(1))->replacement, base::Reference(2));
}

}  // namespace
}  // namespace cofferdam::market
