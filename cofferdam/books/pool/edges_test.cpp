// SPDX-License-Identifier: Apache-2.0
//
// R4: every pair of owner classes, same owner or another, every code, every regime, through the
// real command; judged by laws written here and not by the table that opens the edges.
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace cofferdam::pool {
namespace {

using test::Books;
using enum OwnerClass;

constexpr OwnerClass kPoolOwn = OwnerClass::pool;

struct Way {
  Regime regime;
  OwnerClass from;
  OwnerClass to;
  std::uint16_t code;
  friend auto operator<=>(const Way&, const Way&) = default;
};

// The ways that transfers took, by trying all of them.
[[nodiscard]] std::set<Way> open_ways(bool same_owner, std::size_t& tried) {
  std::set<Way> open;
  for (std::size_t r = 0; r < kRegimes; ++r) {
    Books books;
    const AssetId usd = books.add_asset("USD", 2);
    const auto regime = static_cast<Regime>(r);
    const PoolId pool =
        books.add_pool({.code = "p",
                        .regime = regime,
                        .owner = is_single_owner_regime(regime) ? OwnerId(1) : OwnerId()});
    std::array<std::array<AccountId, 2>, ledger::kOwnerClasses> accounts;
    for (std::size_t c = 0; c < ledger::kOwnerClasses; ++c)
      for (std::size_t side = 0; side < 2; ++side)
        accounts[c][side] =
            books.add_account({pool, usd, ledger::AccountClass::general, static_cast<OwnerClass>(c),
                               c == 0       ? 0
                               : same_owner ? 1
                                            : 1 + side});
    for (std::size_t from = 0; from < ledger::kOwnerClasses; ++from)
      for (std::size_t to = 0; to < ledger::kOwnerClasses; ++to)
        for (std::uint16_t code = 1; code <= kReasons.size() + 1; ++code) {
          ++tried;
          const auto status = books.transfer(accounts[from][0], accounts[to][1], 1, code);
          EXPECT_TRUE(status == ledger::TransferStatus::ok ||
                      status == ledger::TransferStatus::edge_not_open);
          if (status == ledger::TransferStatus::ok)
            open.insert({regime, static_cast<OwnerClass>(from), static_cast<OwnerClass>(to), code});
        }
  }
  return open;
}

TEST(Edges, TheWholeMatrixObeysTheLaws) {
  std::size_t tried = 0;
  const std::set<Way> ways = open_ways(false, tried);
  EXPECT_EQ(tried, kRegimes * 7 * 7 * 18);
  for (const Way& way : ways) {
    const auto text = std::string(base::name_of(way.regime)) + ": " +
                      std::string(base::name_of(way.from)) + " to " +
                      std::string(base::name_of(way.to)) + " code " + std::to_string(way.code);
    if (way.from == kPoolOwn && way.to == kPoolOwn) continue;  // the pool's own accounts
    const auto law = [&](bool where, bool then) { EXPECT_TRUE(!where || then) << text; };
    law(true, way.code <= kReasons.size());  // a code of the operator's own opens nothing
    law(true, way.from != way.to);           // never between two owners of a class
    law(true, way.from != outside && way.to != outside);
    law(way.to == house && way.from != kPoolOwn, way.code == kFee);
    law(way.from == client && way.to != kPoolOwn && way.to != house,
        way.to == insurance && (way.code == kPremium || way.code == kContribution));
    law(way.from == insurance, way.code == kClaim || way.code == kDistribution ||
                                   way.code == kWaterfall || way.code == kRedemption ||
                                   way.code == kFee);
    law(way.regime == Regime::house, way.from == kPoolOwn || way.from == house);
    law(way.regime == Regime::house, way.to != client);
    law(is_client_regime(way.regime) && way.from == kPoolOwn && way.to == house,
        way.code == kBufferTopUp);
  }
  // What a pool is for is open.
  for (const Regime regime : {Regime::individual, Regime::omnibus, Regime::order}) {
    EXPECT_TRUE(ways.contains({regime, kPoolOwn, client, kDeposit}));
    EXPECT_TRUE(ways.contains({regime, client, kPoolOwn, kWithdrawal}));
    EXPECT_TRUE(ways.contains({regime, client, house, kFee}));
  }
  EXPECT_TRUE(ways.contains({Regime::insurance, member, insurance, kContribution}));
  EXPECT_TRUE(ways.contains({Regime::insurance, insurance, member, kClaim}));
  EXPECT_TRUE(ways.contains({Regime::liquidity, kPoolOwn, provider, kRedemption}));
  EXPECT_TRUE(ways.contains({Regime::house, house, kPoolOwn, kWithdrawal}));
}

TEST(Edges, AccountsOfOneOwnerNeedNoEdge) {
  std::size_t tried = 0;
  const std::set<Way> same = open_ways(true, tried);
  const std::set<Way> different = open_ways(false, tried);
  for (std::size_t r = 0; r < kRegimes; ++r)
    for (std::size_t c = 0; c < ledger::kOwnerClasses; ++c)
      for (std::uint16_t code = 1; code <= 18; ++code)
        EXPECT_TRUE(same.contains({static_cast<Regime>(r), static_cast<OwnerClass>(c),
                                   static_cast<OwnerClass>(c), code}));
  // One owner number in two classes is not one owner: nothing else opens.
  for (const Way& way : same) EXPECT_TRUE(way.from == way.to || different.contains(way));
}

TEST(Edges, NoEdgeIsNamedTwice) {
  for (std::size_t r = 0; r < kRegimes; ++r) {
    const auto edges = default_edges(static_cast<Regime>(r));
    const std::set<ledger::Edge> once(edges.begin(), edges.end());
    EXPECT_EQ(once.size(), edges.size());
    EXPECT_LE(edges.size(), kEdgesMax);
  }
}

}  // namespace
}  // namespace cofferdam::pool
