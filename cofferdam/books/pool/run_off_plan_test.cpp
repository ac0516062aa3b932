// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/run_off_plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cofferdam::pool {
namespace {

using base::Amount;

RankedClaim claim(std::uint32_t priority, base::u128 amount) {
  return {.priority = priority, .amount = Amount(amount)};
}

std::vector<Amount> amounts(std::vector<unsigned> units) {
  std::vector<Amount> list;
  for (const unsigned unit : units) list.emplace_back(unit);
  return list;
}

TEST(RunOff, AClassIsPaidInFullBeforeTheNextGetsAnything) {
  const std::vector claims{claim(2, 60), claim(1, 30), claim(2, 60), claim(3, 5)};
  const RankedPayments payments = pay_by_rank(Amount(100), claims);
  EXPECT_EQ(payments.paid, amounts({35, 30, 35, 0}));
  EXPECT_EQ(payments.residual, Amount(0));
}

TEST(RunOff, TiesInsideAClassGoToTheEarlierClaim) {
  const std::vector claims{claim(1, 10), claim(1, 10), claim(1, 10)};
  EXPECT_EQ(pay_by_rank(Amount(8), claims).paid, amounts({3, 3, 2}));
}

TEST(RunOff, WhatNoClaimTakesIsTheResidual) {
  const std::vector claims{claim(1, 10)};
  EXPECT_EQ(pay_by_rank(Amount(13), claims).residual, Amount(3));
  EXPECT_EQ(pay_by_rank(Amount(13), {}).residual, Amount(13));
}

TEST(RunOff, MalformedInput) {
  const RunOffAsset asset{.asset = "USD"};
  EXPECT_FALSE(run_off_plan({.assets = {asset, asset}}).has_value());
  const RunOffAsset wide{
      .asset = "USD",
      .claims = {{.owner = "a", .amount = Amount::max()}, {.owner = "b", .amount = Amount(1)}}};
  EXPECT_FALSE(run_off_plan({.assets = {wide}}).has_value());
}

RC_GTEST_PROP(RunOff, PaysTheLesserOfAvailableAndClaimed, ()) {
  const Amount available(*rc::gen::inRange(0U, 3'000U));
  std::vector<RankedClaim> claims;
  Amount claimed;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    claims.push_back(claim(*rc::gen::inRange(0U, 4U), *rc::gen::inRange(0U, 500U)));
    claimed += claims.back().amount;
  }
  const RankedPayments payments = pay_by_rank(available, claims);
  Amount paid;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    RC_ASSERT(payments.paid[i] <= claims[i].amount);
    paid += payments.paid[i];
    // Nobody waits while somebody of a later class is paid.
    for (std::size_t k = 0; k < claims.size(); ++k)
      if (claims[k].priority > claims[i].priority && !payments.paid[k].is_zero())
        RC_ASSERT(payments.paid[i] == claims[i].amount);
  }
  RC_ASSERT(paid == std::min(available, claimed));
  RC_ASSERT(paid + payments.residual == available);
}

}  // namespace
}  // namespace cofferdam::pool
