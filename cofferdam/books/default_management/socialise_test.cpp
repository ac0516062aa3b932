// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/socialise.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

Amount charge(const SocialiseOutput& output, std::string_view name) {
  for (const SocialiseCharge& entry : output.charges)
    if (entry.account == name) return entry.charge;
  return Amount();
}

TEST(Socialise, Haircut) {
  const SocialiseInput input{
      .loss = Amount(10),
      .accounts = {{"a", Amount(50), {}}, {"b", Amount(50), {}}, {"c", Amount(50), {}}}};
  const auto output = socialise(input);
  EXPECT_EQ(charge(*output, "a"), Amount(4));
  EXPECT_EQ(charge(*output, "b"), Amount(3));
  EXPECT_EQ(output->rate, "1/15");
  EXPECT_TRUE(output->dust.is_zero());
}

// The source's test: 100 lost over 7 long and 4 short; here in units of a millionth.
TEST(Socialise, FundingIndex) {
  const SocialiseInput input{.scale = 6,
                             .price_scale = 6,
                             .quantity_scale = 9,
                             .method = SocialiseMethod::funding_index,
                             .loss = Amount(100'000'000),
                             .accounts = {{"long", Amount(), Quantity(7'000'000'000)},
                                          {"short", Amount(), Quantity(-4'000'000'000)}}};
  const auto output = socialise(input);
  EXPECT_EQ(output->index_delta, Price(9'090'910));  // 100/11, up
  EXPECT_EQ(charge(*output, "long"), Amount(63'636'370));
  EXPECT_EQ(charge(*output, "short"), Amount(36'363'640));
  EXPECT_EQ(output->dust, Amount(10));
  EXPECT_EQ(output->rate, "100/11");
}

TEST(Socialise, DepositIndex) {
  SocialiseInput input{.method = SocialiseMethod::deposit_index,
                       .loss = Amount(10),
                       .index = 1'000,
                       .accounts = {{"a", Amount(70), {}}, {"b", Amount(30), {}}}};
  auto output = socialise(input);
  EXPECT_EQ(output->index_after, u128{900});
  EXPECT_EQ(charge(*output, "a"), Amount(7));
  EXPECT_EQ(charge(*output, "b"), Amount(3));
  input.loss = Amount(500);  // more than there is: one unit of the index stays
  output = socialise(input);
  EXPECT_EQ(output->index_after, u128{1});
  EXPECT_EQ(output->uncovered, Amount(400));
}

// 100 over 7 long at a tick of 5: 14.28.. a unit, so 15.
TEST(Socialise, SettlementPrice) {
  SocialiseInput input{.method = SocialiseMethod::settlement_price,
                       .loss = Amount(100),
                       .mark_price = Price(200),
                       .tick_size = Price(5),
                       .longs_pay = true,
                       .accounts = {{"l", Amount(), Quantity(4)},
                                    {"m", Amount(), Quantity(3)},
                                    {"s", Amount(), Quantity(-7)}}};
  auto output = socialise(input);
  EXPECT_EQ(output->settlement_price, Price(185));
  EXPECT_EQ(charge(*output, "l"), Amount(60));
  EXPECT_EQ(charge(*output, "m"), Amount(45));
  EXPECT_EQ(charge(*output, "s"), Amount());
  EXPECT_EQ(output->dust, Amount(5));
  input.accounts[0].claim = Amount(20);  // has no more to give
  output = socialise(input);
  EXPECT_EQ(output->settlement_price, Price(170));  // 80 / 3, up to the tick
  EXPECT_EQ(output->collected, Amount(110));
  input.longs_pay = false;
  EXPECT_EQ(socialise(input)->settlement_price, Price(215));
  input.loss = Amount(10'000);
  input.longs_pay = true;
  EXPECT_EQ(socialise(input)->settlement_price, Price(5));
}

TEST(Socialise, EveryMethodConserves) {
  EXPECT_TRUE(rc::check([] {
    SocialiseInput input{.method = static_cast<SocialiseMethod>(*rc::gen::inRange(0, 4)),
                         .loss = Amount(*rc::gen::inRange<std::uint64_t>(0, 10'000)),
                         .mark_price = Price(*rc::gen::inRange<std::int64_t>(1, 1'000)),
                         .tick_size = Price(*rc::gen::inRange<std::int64_t>(1, 10)),
                         .longs_pay = *rc::gen::arbitrary<bool>()};
    for (int i = 0; i < *rc::gen::inRange(1, 8); ++i)
      input.accounts.push_back({"a" + std::to_string(i),
                                Amount(*rc::gen::inRange<std::uint64_t>(0, 1'000)),
                                Quantity(*rc::gen::inRange<std::int64_t>(-50, 50))});
    const auto output = socialise(input);
    RC_ASSERT(output.has_value());
    Amount sum;
    for (const SocialiseCharge& entry : output->charges) sum += entry.charge;
    RC_ASSERT(sum == output->collected);
    RC_ASSERT(output->collected + output->uncovered == input.loss + output->dust);
    RC_ASSERT(output->uncovered.is_zero() || output->dust.is_zero());
    if (input.method == SocialiseMethod::haircut) RC_ASSERT(output->dust.is_zero());
  }));
}

}  // namespace
}  // namespace cofferdam::default_management
