// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_shares.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <utility>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::i128;
using base::Shares;
using base::u128;

constexpr u128 kToken = 1'000'000'000'000'000'000;

SharePool pool(u128 assets, i128 shares, std::uint8_t offset) {
  return {.assets = Amount(assets), .shares = Shares(shares), .offset = offset};
}

// By hand, 11 virtual and real shares of 8 assets: A + 1 = 8, S + 10^0 = 11.
TEST(PoolShares, RoundsAgainstTheMover) {
  const SharePool p = pool(7, 10, 0);
  EXPECT_EQ(convert_to_shares(p, Amount(3)), Shares(4));  // 33/8 = 4.125
  EXPECT_EQ(preview_deposit(p, Amount(3)), Shares(4));
  EXPECT_EQ(preview_withdraw(p, Amount(3)), Shares(5));
  EXPECT_EQ(convert_to_assets(p, Shares(3)), Amount(2));  // 24/11 = 2.18
  EXPECT_EQ(preview_redeem(p, Shares(3)), Amount(2));
  EXPECT_EQ(preview_mint(p, Shares(3)), Amount(3));
  EXPECT_EQ(preview_withdraw(p, Amount(8)), Shares(11));  // 88/8 exactly: no unit more
}

TEST(PoolShares, FirstDepositMintsTenToTheOffsetForEachUnit) {
  EXPECT_EQ(preview_deposit(pool(0, 0, 0), Amount(5)), Shares(5));
  EXPECT_EQ(preview_deposit(pool(0, 0, 6), Amount(5)), Shares(5'000'000));
}

// The attack of OpenZeppelin issue 5223: the attacker deposits one unit and donates 10,000 tokens;
// the victim deposits 5,000 tokens three times; the attacker redeems everything.
std::pair<Amount, Shares> donation_attack(std::uint8_t offset) {
  SharePool p = pool(0, 0, offset);
  const Shares attacker = *preview_deposit(p, Amount(1));
  p = pool(1 + 10'000 * kToken, attacker.value(), offset);
  Shares victim;
  for (int i = 0; i < 3; ++i) {
    const Shares minted = *preview_deposit(p, Amount(5'000 * kToken));
    victim += minted;
    p = pool(p.assets.units() + 5'000 * kToken, p.shares.value() + minted.value(), offset);
  }
  return {*preview_redeem(p, attacker), victim};
}

TEST(PoolShares, DonationAttackPaysAtOffsetZero) {
  const auto [attacker, victim] = donation_attack(0);
  EXPECT_EQ(victim, Shares(0));
  // 12,500.000000000000000001: 2,500 more than the 10,000 that were donated.
  EXPECT_EQ(base::to_text(attacker.units()), "12500000000000000000001");
}

TEST(PoolShares, DonationAttackLosesHalfAtOffsetSix) {
  const auto [attacker, victim] = donation_attack(6);
  EXPECT_EQ(victim, Shares(999'999 * 3));
  EXPECT_EQ(base::to_text(attacker.units() / (kToken / 1'000)), "5000003");  // 5,000.003
}

TEST(PoolShares, ADepositThatMintsNothingIsRefused) {
  SharePool p = pool(1 + 10'000 * kToken, 1, 0);
  const ShareStep step =
      carry_out({.kind = ShareOperationKind::deposit, .assets = Amount(5'000 * kToken)}, p);
  EXPECT_EQ(step.status, ShareStatus::zero_shares);
  EXPECT_EQ(p.assets, Amount(1 + 10'000 * kToken));
}

TEST(PoolShares, NoMoreLeavesThanThereIs) {
  SharePool p = pool(100, 100, 0);
  const auto status = [&](ShareOperationKind kind, u128 assets, i128 shares) {
    return carry_out({.kind = kind, .assets = Amount(assets), .shares = Shares(shares)}, p).status;
  };
  EXPECT_EQ(status(ShareOperationKind::withdraw, 101, 0), ShareStatus::exceeds_assets);
  EXPECT_EQ(status(ShareOperationKind::redeem, 0, 101), ShareStatus::exceeds_shares);
  EXPECT_EQ(status(ShareOperationKind::loss, 101, 0), ShareStatus::exceeds_assets);
  EXPECT_EQ(p.assets, Amount(100));
}

TEST(PoolShares, NumbersThatDoNotFitAreRefused) {
  SharePool p = pool(base::kU128Max, 1, 6);
  EXPECT_EQ(preview_deposit(p, Amount(1)), std::nullopt);
  EXPECT_EQ(carry_out({.kind = ShareOperationKind::deposit, .assets = Amount(1)}, p).status,
            ShareStatus::does_not_fit);
  EXPECT_EQ(preview_deposit(pool(0, 0, 38), Amount(2)), std::nullopt);  // 2 * 10^38 > 2^127
  EXPECT_EQ(preview_redeem(pool(1, 1, 0), Shares(-1)), std::nullopt);
  EXPECT_FALSE(pool_shares({.pool = pool(0, -1, 6)}).has_value());
  EXPECT_FALSE(pool_shares({.pool = pool(0, 0, 39)}).has_value());
}

// A share never loses value by what others put in or take out: (A + 1) / (S + 10^offset) compared
// by cross-multiplication.
RC_GTEST_PROP(PoolShares, NoMovementLowersTheValueOfAShare, ()) {
  const auto offset = *rc::gen::element<std::uint8_t>(0, 3, 6);
  SharePool p = pool(*rc::gen::inRange(0U, 1'000'000U), *rc::gen::inRange(0, 1'000'000), offset);
  const SharePool before = p;
  const auto kind = *rc::gen::element(ShareOperationKind::deposit, ShareOperationKind::mint,
                                      ShareOperationKind::withdraw, ShareOperationKind::redeem);
  (void)carry_out({.kind = kind,
                   .assets = Amount(*rc::gen::inRange(0U, 1'000'000U)),
                   .shares = Shares(*rc::gen::inRange(0, 1'000'000))},
                  p);
  const auto virtual_shares = [](const SharePool& q) {
    u128 power = 1;
    for (int i = 0; i < q.offset; ++i) power *= 10;
    return q.shares.magnitude() + power;
  };
  RC_ASSERT((p.assets.units() + 1) * virtual_shares(before) >=
            (before.assets.units() + 1) * virtual_shares(p));
}

RC_GTEST_PROP(PoolShares, DepositAndRedeemNeverProfits, ()) {
  SharePool p = pool(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(0, 1'000'000'000), 6);
  const Amount in(*rc::gen::arbitrary<std::uint64_t>());
  const ShareStep deposit = carry_out({.kind = ShareOperationKind::deposit, .assets = in}, p);
  RC_PRE(deposit.status == ShareStatus::ok);
  const ShareStep redeem =
      carry_out({.kind = ShareOperationKind::redeem, .shares = deposit.shares}, p);
  RC_ASSERT(redeem.status == ShareStatus::ok);
  RC_ASSERT(redeem.assets <= in);
}

}  // namespace
}  // namespace cofferdam::pool
