// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/byte_budget.h"

#include <gtest/gtest.h>

namespace cofferdam::server {
namespace {

TEST(ByteBudget, NobodyTakesTheRoomOfEverybody) {
  ByteBudget budget(100, 60);
  EXPECT_TRUE(budget.take("ann", 60));
  EXPECT_FALSE(budget.take("ann", 1));
  EXPECT_TRUE(budget.take("bob", 40));
  EXPECT_FALSE(budget.take("cem", 1));
  EXPECT_FALSE(budget.take("bob", ~std::uint64_t{0}));
  budget.give_back("ann", 30);
  EXPECT_TRUE(budget.take("cem", 30));
  EXPECT_EQ(budget.taken(), 100U);
  budget.give_back("ann", 30);
  budget.give_back("bob", 40);
  budget.give_back("cem", 30);
  EXPECT_EQ(budget.taken(), 0U);
  EXPECT_TRUE(budget.take("bob", 60));
}

TEST(ByteBudget, WhatIsThereAlreadyIsAddedAndThenItIsFull) {
  ByteBudget budget(100, 60);
  EXPECT_FALSE(budget.is_full("ann"));
  budget.add("ann", 70);
  EXPECT_TRUE(budget.is_full("ann"));
  EXPECT_FALSE(budget.is_full("bob"));
  EXPECT_FALSE(budget.take("ann", 1));
  budget.add("bob", 40);
  EXPECT_TRUE(budget.is_full("cem"));
  EXPECT_FALSE(budget.take("cem", 1));
  budget.give_back("ann", 70);
  budget.give_back("bob", 40);
  EXPECT_FALSE(budget.is_full("ann"));
  EXPECT_EQ(budget.taken(), 0U);
}

}  // namespace
}  // namespace cofferdam::server
