// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/auction.h"

#include "cofferdam/books/default_management/exact.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

constexpr i128 kOne = base::kRateOne;

AuctionInput at(std::int64_t seconds, i128 mtm, i128 mm) {
  return {.elapsed = base::Duration(seconds * base::kNanosecondsPerSecond),
          .mark_to_market = SignedAmount(mtm * kOne),
          .maintenance_margin = SignedAmount(mm * kOne)};
}

// Worth 1,000 with a requirement of 1,200: BM = -200 + (-200 - 1,000) 15 % = -380.
TEST(Auction, Solvent) {
  const auto output = auction(at(0, 1'000, -200));
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->status, AuctionStatus::solvent);
  EXPECT_EQ(output->buffer_margin, SignedAmount(-380 * kOne));
  EXPECT_EQ(output->discount, Rate(kOne / 100 * 95));
  EXPECT_EQ(output->bid_price, SignedAmount(950 * kOne));
  // 380 / (380 + 950), cut.
  EXPECT_EQ(output->max_fraction, Rate(i128{285'714'285'714'285'714}));
  EXPECT_EQ(output->cash_from_bidder, Amount(u128{2'714'285'714'285'714'283} * 100));
  EXPECT_TRUE(output->ends);
  // Fee: 380/1,380 of 1,000, and 10 % of that.
  EXPECT_EQ(output->liquidator_fee, Amount(u128{27'536'231'884'057'971} * 1'000));
}

TEST(Auction, DiscountOverTime) {
  EXPECT_EQ(auction(at(450, 1'000, -200))->discount, Rate(kOne / 1'000 * 825));
  EXPECT_EQ(auction(at(900, 1'000, -200))->discount, Rate(kOne / 100 * 70));
  // 0.7 x 1 s is cut to 0 before it is divided, 0.7 x 2 s to 1.
  EXPECT_EQ(auction(at(901, 1'000, -200))->discount, Rate(kOne / 100 * 70));
  EXPECT_EQ(auction(at(902, 1'000, -200))->discount, Rate(kOne / 100 * 70 - kOne / 43'200));
  EXPECT_EQ(auction(at(900 + 21'600, 1'000, -200))->discount, Rate(kOne / 100 * 35));
  EXPECT_EQ(auction(at(44'100, 1'000, -200))->status, AuctionStatus::solvent_ended);
}

TEST(Auction, CashFromEarlierBidsIsNotSoldAgain) {
  AuctionInput input = at(0, 1'000, -200);
  input.reserved_cash = Amount(u128{100} * static_cast<u128>(kOne));
  const auto output = auction(input);
  EXPECT_EQ(output->bid_price, SignedAmount(855 * kOne));
  // 380 / (380 + 950 + 100 x 0.05)
  EXPECT_EQ(output->max_fraction, Rate(i128{284'644'194'756'554'307}));
  input.reserved_cash = Amount(u128{1'000} * static_cast<u128>(kOne));
  EXPECT_EQ(auction(input)->status, AuctionStatus::restart);
}

TEST(Auction, Insolvent) {
  AuctionInput input = at(1'800, -100, -500);
  input.insolvent = true;
  input.fund_cash = Amount(u128{120} * static_cast<u128>(kOne));
  input.bid_fraction = Rate(kOne / 2);
  const auto output = auction(input);
  EXPECT_EQ(output->bid_price, SignedAmount(-300 * kOne));
  EXPECT_EQ(output->cash_to_bidder, Amount(u128{150} * static_cast<u128>(kOne)));
  EXPECT_EQ(output->fund_pays, Amount(u128{120} * static_cast<u128>(kOne)));
  EXPECT_EQ(output->socialised, Amount(u128{30} * static_cast<u128>(kOne)));
  EXPECT_FALSE(output->ends);
  input.elapsed = base::Duration(7'200 * base::kNanosecondsPerSecond);
  EXPECT_EQ(auction(input)->bid_price, SignedAmount(-500 * kOne));
  EXPECT_EQ(auction(at(1, -100, -500))->status, AuctionStatus::restart);
}

// The largest part restores the buffer: what is left, with the cash, has BM at or next to zero.
TEST(Auction, TheLargestPartRestoresTheBuffer) {
  EXPECT_TRUE(rc::check([] {
    const auto mtm = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
    const auto requirement = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 44'000);
    const auto output = auction(at(seconds, mtm, i128{mtm} - mtm - requirement));
    RC_ASSERT(output.has_value());
    if (output->status != AuctionStatus::solvent) return;
    RC_ASSERT(output->max_fraction >= Rate() && output->max_fraction <= Rate(kOne));
    RC_ASSERT(output->bid_price >= SignedAmount());
    // (1 - f) BM + f d MtM is zero up to what cutting f and the cash leaves.
    const Integer left = integer(i128{kOne - output->max_fraction.value()});
    const Integer after = integer(output->buffer_margin.units()) * left / integer(kOne) +
                          integer(output->cash_from_bidder.units());
    RC_ASSERT(after <= 4'000'000'000LL);
    RC_ASSERT(after >= -4'000'000'000LL);
  }));
}

TEST(Auction, MalformedInput) {
  AuctionInput input = at(0, 1'000, -200);
  input.parameters.starting_discount = Rate(kOne + 1);
  EXPECT_FALSE(auction(input).has_value());
  EXPECT_FALSE(auction(at(-1, 1'000, -200)).has_value());
  EXPECT_FALSE(auction(at(0, 1'000, 1'001)).has_value());
  input = at(0, 1'000, -200);
  input.bid_fraction = Rate();
  EXPECT_FALSE(auction(input).has_value());
}

}  // namespace
}  // namespace cofferdam::default_management
