// SPDX-License-Identifier: Apache-2.0
//
// Settled profit stays until it is mature: by hand, and against a list of every payment.
#include "cofferdam/books/margin/maturity.h"

#include "cofferdam/books/margin/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>

namespace cofferdam::margin {
namespace {

struct Maturing : TestBooks {
  SafeguardState safeguards;
  AssetId cash = asset("USD", 2);
  PoolId here = pool(1);
  ContractId perp = contract({.code = "P",
                              .kind = market::ContractKind::linear,
                              .settlement_asset = cash,
                              .price_scale = 2});

  Maturing() {
    for (const std::uint64_t owner : {1U, 2U}) participant(here, owner, cash, 100'000);
    now = Time(0) + base::kDay * 100;
    mark_at(perp, 10'000);
    COFFERDAM_CHECK(deal({.contract = perp,
                          .pool = here,
                          .buyer = 1,
                          .seller = 2,
                          .quantity = 1,
                          .price = 10'000}) == market::TradeStatus::ok,
                    "a trade");
  }

  void set_period(Duration period) {
    const SetMaturity command{.pool = here, .period = period};
    COFFERDAM_CHECK(check_shape(command) == SetMaturityStatus::ok &&
                        check_state(command, safeguards, ledger) == SetMaturityStatus::ok,
                    "a period");
    ledger::Context given = context();
    apply(command, safeguards, given);
    commit();
  }

  // Settles at a mark: the long receives what it has risen.
  void settle_at(std::int64_t price) {
    mark_at(perp, price);
    ledger::Context given = context();
    const std::size_t first = given.postings.size();
    market::Settlement result;
    COFFERDAM_CHECK(market::apply(market::Settle{.contract = perp}, market, ledger, given,
                                  result) == market::SettleStatus::ok,
                    "a settlement");
    const std::vector<ledger::Transfer> legs(
        given.postings.begin() + static_cast<std::ptrdiff_t>(first), given.postings.end());
    follow_settlements(safeguards, market, ledger, legs, given);
    const auto broken = check_fresh_profit(safeguards, ledger);
    COFFERDAM_CHECK(!broken, broken.value_or(""));
    finish(Occasion::settling);
  }

  [[nodiscard]] Amount kept(std::uint64_t owner) const {
    return immature(safeguards, {here, OwnerId(owner), cash}, now);
  }

  // Out of the pool, and back again where it may not leave.
  bool takes_out(std::uint64_t owner, std::uint64_t amount) {
    return pays(owner, amount, 1, [this](std::span<const ledger::Transfer> /*legs*/) {
      return !find_immature_withdrawal(safeguards, market, ledger, now);
    });
  }

  // For an asset that may leave, or (`is_fee`) for what it owes.
  bool buys(std::uint64_t owner, std::uint64_t amount, bool is_fee = false) {
    const std::uint16_t code = is_fee ? market::kTradeFee : market::kTradeDelivery;
    return pays(owner, amount, code, [this, is_fee](std::span<const ledger::Transfer> legs) {
      return is_fee || !find_immature_purchase(safeguards, market, ledger, legs, now);
    });
  }

  template <class Rule>
  bool pays(std::uint64_t owner, std::uint64_t amount, std::uint16_t code, const Rule& may) {
    ledger::Context given = context();
    const std::size_t first = given.postings.size();
    const base::AccountId outside(
        base::make_u128(0xFFFF'0000'0000'0000 | here.value(), cash.value()));
    const auto status =
        ledger::post_leg(ledger, given, ledger.accounts.find_slot(collateral_id(here, owner, cash)),
                         ledger.accounts.find_slot(outside), Amount(amount), code);
    const bool allowed = status == ledger::TransferStatus::ok &&
                         may(std::span<const ledger::Transfer>(given.postings).subspan(first));
    if (allowed)
      finish();
    else
      changes.rollback();
    return allowed;
  }
};

TEST(Maturity, ProfitStaysForItsPeriodAndLossesTakeItFirst) {
  Maturing books;
  books.set_period(base::kDay * 8);  // in parts of a day
  books.settle_at(10'500);
  EXPECT_EQ(books.kept(1), Amount(500));
  EXPECT_EQ(books.kept(2), Amount(0));
  EXPECT_FALSE(books.takes_out(1, 100'001));  // 1005.00 are there
  EXPECT_TRUE(books.takes_out(1, 100'000));   // its own money is not held
  EXPECT_FALSE(books.takes_out(1, 1));
  books.now = books.now + base::kDay * 2;
  books.settle_at(10'800);
  EXPECT_EQ(books.kept(1), Amount(800));
  books.now = books.now + base::kDay;
  books.settle_at(10'400);  // 400 lost: the 300 of the second day, and 100 of the first
  EXPECT_EQ(books.kept(1), Amount(400));
  EXPECT_EQ(books.kept(2), Amount(400));
  books.now = books.now + base::kDay * 6;  // nine days after the first
  EXPECT_EQ(books.kept(1), Amount(0));
  EXPECT_TRUE(books.takes_out(1, 400));
}

TEST(Maturity, ProfitBuysNothingThatCouldLeaveInItsStead) {
  Maturing books;
  books.set_period(base::kDay * 8);
  books.settle_at(10'500);
  EXPECT_FALSE(books.buys(1, 100'001));
  EXPECT_TRUE(books.buys(1, 99'000));
  EXPECT_TRUE(books.buys(1, 1'200, true));  // a fee may eat into it
  EXPECT_EQ(books.kept(1), Amount(500));
  EXPECT_FALSE(books.buys(1, 1));
  books.now = books.now + base::kDay * 9;
  EXPECT_TRUE(books.buys(1, 300));
}

TEST(Maturity, APoolThatDoesNotAskKeepsNothing) {
  Maturing books;
  books.settle_at(10'500);
  EXPECT_EQ(books.safeguards.fresh.size(), 0U);
  EXPECT_TRUE(books.takes_out(1, 100'500));
  EXPECT_EQ(check_shape(SetMaturity{.pool = books.here, .period = base::kDay * 367}),
            SetMaturityStatus::period_out_of_range);
  EXPECT_EQ(check_state(SetMaturity{.pool = PoolId(9)}, books.safeguards, books.ledger),
            SetMaturityStatus::pool_not_found);
}

TEST(Maturity, IsWhatAListOfPaymentsSays) {
  EXPECT_TRUE(rc::check([] {
    Maturing books;
    const std::int64_t part = *rc::gen::inRange<std::int64_t>(1, 50);
    books.set_period(base::kHour * (8 * part));
    struct Payment {
      std::int64_t hour = 0;  // of its part's end
      i128 left = 0;
    };
    std::array<std::vector<Payment>, 2> lists;
    std::int64_t hour = 2'400;
    std::int64_t price = 10'000;
    const auto steps = *rc::gen::inRange(1, 25);
    for (int i = 0; i < steps; ++i) {
      hour += *rc::gen::inRange<std::int64_t>(0, 30);
      books.now = Time(0) + base::kHour * hour;
      const auto next = *rc::gen::inRange<std::int64_t>(9'000, 11'000);
      books.settle_at(next);
      const i128 moved = next - price;
      price = next;
      for (std::size_t side = 0; side < 2; ++side) {
        i128 gain = side == 0 ? moved : -moved;
        auto& list = lists[side];
        std::erase_if(list, [&](const Payment& p) { return p.hour + 8 * part <= hour; });
        if (gain > 0) list.push_back({(hour / part + 1) * part, gain});
        for (; gain < 0 && !list.empty();) {
          const i128 taken = std::min(-gain, list.back().left);
          list.back().left -= taken;
          gain += taken;
          if (list.back().left == 0) list.pop_back();
        }
        i128 sum = 0;
        for (const Payment& p : list) sum += p.left;
        RC_ASSERT(books.kept(side + 1) == Amount(static_cast<u128>(sum)));
      }
    }
  }));
}

}  // namespace
}  // namespace cofferdam::margin
