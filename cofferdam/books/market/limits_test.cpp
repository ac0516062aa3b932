// SPDX-License-Identifier: Apache-2.0
//
// Limits of contracts: by hand, and against a recount of all positions over random trades.
#include "cofferdam/books/market/limits.h"

#include "cofferdam/books/market/set_limits.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

namespace cofferdam::market {
namespace {

using S = TradeStatus;

struct Limited : TestBooks {
  LimitState limits;
  AssetId cash = asset("USD", 2);
  PoolId east = pool(1);
  PoolId west = pool(2);
  ContractId perp = contract({.code = "P", .settlement_asset = cash, .price_scale = 2});
  u128 next_id = 1;

  Limited() {
    for (const std::uint64_t owner : {1U, 2U}) participant(east, owner, cash, 1'000'000);
    for (const std::uint64_t owner : {3U, 4U}) participant(west, owner, cash, 1'000'000);
  }

  [[nodiscard]] PoolId pool_of(std::uint64_t owner) const { return owner < 3 ? east : west; }

  SetLimitsStatus limit(SetLimits command) {
    command.contract = perp;
    ledger::Context given = context();
    auto status = check_shape(command);
    if (status == SetLimitsStatus::ok)
      status = check_state(command, limits, market, ledger, std::as_const(given));
    if (status != SetLimitsStatus::ok) return status;
    status = apply(command, limits, given);
    commit();
    return status;
  }

  S deal(std::uint64_t buyer, std::uint64_t seller, std::int64_t quantity) {
    const Trade one{.id = next_id++,
                    .contract = perp,
                    .price = Price(100),
                    .quantity = Quantity(quantity),
                    .buyer_pool = pool_of(buyer),
                    .buyer = OwnerId(buyer),
                    .seller_pool = pool_of(seller),
                    .seller = OwnerId(seller)};
    ledger::Context given = context();
    std::vector<S> statuses;
    apply(std::span(&one, 1),
          TradeBooks{market, ledger, history, scratch, &terms, nullptr, &limits}, given, statuses);
    const auto broken = check_open_interest_is_limited(market, terms, limits);
    COFFERDAM_CHECK(!broken, broken.value_or(""));
    if (statuses.front() == S::ok) history.add(one);
    commit();
    return statuses.front();
  }
};

TEST(Limits, WhatOpensIsCappedAndWhatClosesIsNot) {
  Limited books;
  ASSERT_EQ(books.deal(1, 2, 30), S::ok);
  ASSERT_EQ(books.limit({.open_max = Quantity(20)}), SetLimitsStatus::ok);
  EXPECT_EQ(books.deal(3, 4, 1), S::open_interest_capped);
  EXPECT_EQ(books.deal(3, 2, 1), S::open_interest_capped);
  EXPECT_EQ(books.deal(3, 1, 10), S::ok);  // a long goes from one to another: as much is open
  EXPECT_EQ(books.deal(2, 1, 15), S::ok);
  EXPECT_EQ(books.deal(4, 2, 5), S::ok);
  EXPECT_EQ(books.market.turnovers.find(books.perp)->long_open, Quantity(20));
  EXPECT_EQ(books.deal(1, 2, 1), S::open_interest_capped);
}

TEST(Limits, AQuarantineKeepsANewListingInOnePool) {
  Limited books;
  const Time end = books.now + base::kDay;
  EXPECT_EQ(books.limit({.quarantine_pool = books.west}), SetLimitsStatus::quarantine_needs_an_end);
  EXPECT_EQ(books.limit({.quarantine_until = books.now}),
            SetLimitsStatus::quarantine_ends_in_the_past);
  ASSERT_EQ(books.deal(1, 3, 4), S::ok);
  ASSERT_EQ(books.limit({.open_max = Quantity(100),
                         .quarantine_until = end,
                         .quarantine_pool = books.west,
                         .quarantine_open_max = Quantity(10)}),
            SetLimitsStatus::ok);
  EXPECT_EQ(books.deal(1, 3, 1), S::contract_quarantined);
  EXPECT_EQ(books.deal(3, 1, 5), S::contract_quarantined);  // past zero is another position
  EXPECT_EQ(books.deal(4, 1, 3), S::ok);                    // out of it, always
  EXPECT_EQ(books.deal(3, 4, 20), S::open_interest_capped);
  EXPECT_EQ(books.deal(4, 3, 6), S::ok);
  books.now = end;
  EXPECT_EQ(books.deal(1, 3, 80), S::ok);
  EXPECT_EQ(books.deal(1, 3, 20), S::open_interest_capped);
}

TEST(Limits, LessIsAllowedAtOnceAndMoreAfterTheNotice) {
  Limited books;
  ASSERT_EQ(books.limit({.open_max = Quantity(10), .notice = base::kDay}), SetLimitsStatus::ok);
  ASSERT_EQ(books.limit({.open_max = Quantity(5), .notice = base::kDay}), SetLimitsStatus::ok);
  EXPECT_EQ(books.deal(1, 2, 6), S::open_interest_capped);
  ASSERT_EQ(books.limit({.notice = base::kDay}), SetLimitsStatus::ok);
  EXPECT_EQ(books.deal(1, 2, 6), S::open_interest_capped);
  books.now = books.now + base::kDay;
  EXPECT_EQ(books.deal(1, 2, 6), S::ok);
  EXPECT_EQ(books.limit({.notice = base::kHour}), SetLimitsStatus::notice_would_be_shorter);
}

TEST(Limits, HoldAgainstARecountOverRandomTrades) {
  EXPECT_TRUE(rc::check([] {
    Limited books;
    std::array<i128, 5> held{};
    const auto cap = *rc::gen::inRange<std::int64_t>(1, 60);
    const auto only_west = *rc::gen::arbitrary<bool>();
    RC_ASSERT(books.limit({.open_max = Quantity(cap),
                           .quarantine_until = only_west ? books.now + base::kDay : Time(),
                           .quarantine_pool = only_west ? books.west : PoolId()}) ==
              SetLimitsStatus::ok);
    const auto open = [&] {
      i128 longs = 0;
      for (const i128 position : held) longs += position > 0 ? position : 0;
      return longs;
    };
    const auto count = *rc::gen::inRange(1, 30);
    for (int i = 0; i < count; ++i) {
      const auto buyer = *rc::gen::inRange<std::uint64_t>(1, 5);
      const auto seller = *rc::gen::inRange<std::uint64_t>(1, 5);
      const auto quantity = *rc::gen::inRange<std::int64_t>(1, 30);
      if (buyer == seller) continue;
      const auto size = [](i128 v) { return v < 0 ? -v : v; };
      const auto turns_or_grows = [&](i128 before, i128 after) {
        return size(after) > size(before) || before * after < 0;
      };
      const bool outside = (buyer < 3 && turns_or_grows(held[buyer], held[buyer] + quantity)) ||
                           (seller < 3 && turns_or_grows(held[seller], held[seller] - quantity));
      const i128 before = open();
      held[buyer] += quantity;
      held[seller] -= quantity;
      const bool capped = open() > before && open() > cap;
      const S expected = only_west && outside ? S::contract_quarantined
                         : capped             ? S::open_interest_capped
                                              : S::ok;
      if (expected != S::ok) {
        held[buyer] -= quantity;
        held[seller] += quantity;
      }
      RC_ASSERT(books.deal(buyer, seller, quantity) == expected);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::market
