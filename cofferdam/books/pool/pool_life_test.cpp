// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_life.h"

#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cofferdam::pool {
namespace {

using test::Books;

TEST(CreatePool, RefusesInOrderOfPrecedence) {
  using S = CreatePoolStatus;
  Books books;
  const AssetId usd = books.add_asset("USD", 2);
  const auto judge = [&](const CreatePool& c) {
    const S shape = check_shape(c);
    return shape != S::ok ? shape : check_state(c, books.pools, books.ledger);
  };
  CreatePool c{.code = "7", .regime = Regime::individual};
  EXPECT_EQ(judge(c), S::code_malformed);
  c.code = "p";
  EXPECT_EQ(judge(c), S::purpose_missing);
  c.exposure = std::string(1025, 'x');
  EXPECT_EQ(judge(c), S::purpose_too_long);
  c.exposure = "delta";
  EXPECT_EQ(judge(c), S::owner_missing);
  c.owner = OwnerId(5);
  c.regime = Regime::house;
  EXPECT_EQ(judge(c), S::owner_not_for_this_regime);
  c.owner = OwnerId();
  c.buffer_caps.assign(65, BufferCap{usd, Amount(1)});
  EXPECT_EQ(judge(c), S::buffer_caps_not_for_this_regime);
  c.regime = Regime::omnibus;
  EXPECT_EQ(judge(c), S::too_many_buffer_caps);
  c.buffer_caps.resize(2);
  EXPECT_EQ(judge(c), S::buffer_cap_repeated);
  c.buffer_caps = {{AssetId(9), Amount(1)}};
  c.edges.emplace(257);
  EXPECT_EQ(judge(c), S::too_many_edges);
  c.edges->resize(2);
  EXPECT_EQ(judge(c), S::edge_repeated);
  c.edges->resize(1);
  c.run_off_order = {OwnerClass::client, OwnerClass::client};
  EXPECT_EQ(judge(c), S::run_off_order_malformed);
  c.run_off_order = {OwnerClass::pool};
  EXPECT_EQ(judge(c), S::run_off_order_malformed);
  c.run_off_order = {OwnerClass::house};
  EXPECT_EQ(judge(c), S::buffer_asset_not_found);
  books.add_pool({.code = "p"});
  EXPECT_EQ(judge(c), S::exists);
  c.code = "q";
  c.buffer_caps[0].asset = usd;
  EXPECT_EQ(judge(c), S::ok);
}

TEST(PoolLife, EveryPairOfStatesAgainstTheDeclaredWays) {
  using enum PoolState;
  const std::vector<std::pair<PoolState, PoolState>> ways{
      {draft, active},  {draft, closed},      {active, frozen},   {active, winding_up},
      {frozen, active}, {frozen, winding_up}, {frozen, detached}, {winding_up, closed}};
  for (int from = 0; from < 6; ++from)
    for (int to = 0; to < 6; ++to) {
      const std::pair way{static_cast<PoolState>(from), static_cast<PoolState>(to)};
      EXPECT_EQ(may_become(way.first, way.second),
                std::find(ways.begin(), ways.end(), way) != ways.end())
          << from << " to " << to;
    }
}

// R26: no agreement, no activity.
TEST(PoolLife, AnAgreementInForceIsNeeded) {
  using S = PoolLifeStatus;
  Books books;
  apply(CreatePool{.code = "p", .activity = "options"}, books.pools, books.ledger, books.context);
  const ActivatePool activate{{PoolId(1), ""}};
  const auto judge = [&] {
    return check_state(activate, books.pools, books.ledger, books.context);
  };
  EXPECT_EQ(judge(), S::agreement_missing);
  AttachAgreement deed{.pool = PoolId(1), .effective = base::Date(10), .expires = base::Date(20)};
  apply(deed, books.pools, books.context);
  books.context.now = Time() + base::kDay * 10 - base::Duration(1);
  EXPECT_EQ(judge(), S::agreement_not_in_force);
  books.context.now = Time() + base::kDay * 10;
  EXPECT_EQ(judge(), S::ok);
  books.context.now = Time() + base::kDay * 20;
  EXPECT_EQ(judge(), S::agreement_not_in_force);
  EXPECT_FALSE(books.ledger.compartments.find(PoolId(1))->accepts_transfers);
  apply(activate, books.pools, books.ledger, books.context);
  EXPECT_TRUE(books.ledger.compartments.find(PoolId(1))->accepts_transfers);
  EXPECT_EQ(books.violation(), std::nullopt);
}

TEST(PoolLife, StepsRefuseInOrderOfPrecedence) {
  using S = PoolLifeStatus;
  Books books;
  const AssetId usd = books.add_asset("USD", 2);
  const PoolId pool = books.add_pool({.code = "p", .regime = Regime::omnibus});
  const auto judge = [&](const auto& step) {
    const S shape = check_shape(step);
    return shape != S::ok ? shape : check_state(step, books.pools, books.ledger, books.context);
  };
  EXPECT_EQ(judge(FreezePool{{PoolId(9), std::string(1025, 'x')}}), S::reason_too_long);
  EXPECT_EQ(judge(FreezePool{{PoolId(9), ""}}), S::pool_not_found);
  EXPECT_EQ(judge(ActivatePool{{pool, ""}}), S::not_possible_in_this_state);
  EXPECT_EQ(judge(UnfreezePool{{pool, ""}}), S::not_possible_in_this_state);
  EXPECT_EQ(judge(DetachPool{{pool, ""}}), S::not_possible_in_this_state);
  EXPECT_EQ(judge(ClosePool{{pool, ""}}), S::not_possible_in_this_state);
  const AccountId custody =
      books.add_account({pool, usd, ledger::AccountClass::custody, OwnerClass::pool});
  const AccountId client = books.add_account({.pool = pool, .asset = usd, .owner = 7});
  EXPECT_EQ(books.transfer(custody, client, 100, kDeposit), ledger::TransferStatus::ok);
  EXPECT_EQ(judge(FreezePool{{pool, ""}}), S::ok);
  apply(FreezePool{{pool, ""}}, books.pools, books.ledger, books.context);
  EXPECT_EQ(judge(ActivatePool{{pool, ""}}), S::not_possible_in_this_state);
  EXPECT_EQ(judge(UnfreezePool{{pool, ""}}), S::ok);
  EXPECT_EQ(books.transfer(custody, client, 100, kDeposit),
            ledger::TransferStatus::pool_not_active);
  apply(WindUpPool{{pool, ""}}, books.pools, books.ledger, books.context);
  EXPECT_EQ(judge(ClosePool{{pool, ""}}), S::balance_not_zero);
  books.ledger.accounts.edit(books.changes, client).debits_posted = Amount(100);
  books.ledger.accounts.edit(books.changes, custody).credits_posted = Amount(100);
  EXPECT_EQ(judge(ClosePool{{pool, ""}}), S::ok);
  books.ledger.accounts.edit(books.changes, client).debits_pending = Amount(1);
  EXPECT_EQ(judge(ClosePool{{pool, ""}}), S::hold_open);
}

TEST(PoolLife, TheInvariantsSeeIllegalChanges) {
  Books books;
  const PoolId pool = books.add_pool({.code = "p"});
  const AssetId usd = books.add_asset("USD", 2);
  const auto forge = [&](auto change) {
    change();
    const bool seen = books.violation().has_value();
    books.changes.rollback();
    return seen;
  };
  const auto row = [&]() -> Pool& { return books.pools.pools.edit(books.changes, pool); };
  EXPECT_FALSE(forge([&] { row().allows_deficit = true; }));
  EXPECT_TRUE(forge([&] { row().state = PoolState::closed; }));
  EXPECT_TRUE(forge([&] { row().activity.clear(); }));
  EXPECT_TRUE(forge([&] {
    row();
    books.ledger.compartments.edit(books.changes, pool).accepts_transfers = false;
  }));
  EXPECT_TRUE(forge([&] { books.add_account({.pool = PoolId(9), .asset = usd}); }));
  enter(books.pools, books.ledger, books.context, pool, PoolState::frozen);
  books.changes.commit();
  EXPECT_TRUE(forge([&] {
    const AccountId a = books.add_account({.pool = pool, .asset = usd});
    const Slot total = books.ledger.accounts.find(a)->total;
    books.ledger.totals.edit(books.changes, total).debits_posted = Amount(1);
  }));
}

TEST(Agreement, RefusesInOrderOfPrecedence) {
  using S = AttachAgreementStatus;
  Books books;
  const PoolId pool = books.add_pool({.code = "p"});
  const auto judge = [&](const AttachAgreement& c) {
    const S shape = check_shape(c);
    return shape != S::ok ? shape : check_state(c, books.pools);
  };
  AttachAgreement c{.pool = PoolId(9), .expires = base::Date(0), .clauses = {{"", "", {}}}};
  EXPECT_EQ(judge(c), S::title_malformed);
  c.title = "Deed";
  EXPECT_EQ(judge(c), S::document_malformed);
  c.document = std::string(64, 'A');
  EXPECT_EQ(judge(c), S::document_malformed);
  c.document = std::string(64, 'a');
  EXPECT_EQ(judge(c), S::parties_malformed);
  c.parties = {"x"};
  EXPECT_EQ(judge(c), S::law_malformed);
  c.law = "English";
  EXPECT_EQ(judge(c), S::expires_before_effective);
  c.expires.reset();
  EXPECT_EQ(judge(c), S::clause_malformed);
  c.clauses = {{"1", "", {}}, {"1", "", {}}};
  EXPECT_EQ(judge(c), S::clause_repeated);
  c.clauses.assign(513, {"", "", {}});
  EXPECT_EQ(judge(c), S::too_many_clauses);
  c.clauses.clear();
  EXPECT_EQ(judge(c), S::pool_not_found);
  c.pool = pool;
  EXPECT_EQ(judge(c), S::ok);
  for (std::size_t i = 1; i < kAgreementsMax; ++i) books.attach(pool);
  EXPECT_EQ(judge(c), S::too_many_agreements);
  enter(books.pools, books.ledger, books.context, pool, PoolState::closed);
  EXPECT_EQ(judge(c), S::pool_is_over);
}

// R27: what nobody has mapped is listed, what is mapped to nothing that is set up is seen.
TEST(Agreement, TheReportListsUnmappedClauses) {
  Books books;
  const PoolId pool = books.add_pool({.code = "p", .regime = Regime::omnibus});
  books.attach(pool, {{"1", "segregation", Control::no_commingling},
                      {"2", "signatures", Control::manual},
                      {"3", "notice of claims", Control::unmapped},
                      {"4", "release at maturity", Control::release_rule},
                      {"5", "one client", Control::single_owner}});
  const auto open = unmapped_clauses(books.pools, books.ledger, pool);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].reference, "3");
  EXPECT_EQ(open[0].agreement, 2U);
  std::vector<bool> in_force;
  for (const auto& line : report_clauses(books.pools, books.ledger, pool))
    in_force.push_back(line.in_force);
  EXPECT_EQ(in_force, (std::vector<bool>{true, false, false, false, false}));
}

// R5: house money in a client pool is a buffer with a cap; R2: no pool below zero.
TEST(PoolPolicy, BreachesAreFound) {
  using B = PolicyBreach;
  using C = ledger::AccountClass;
  Books books;
  const AssetId usd = books.add_asset("USD", 2);
  const PoolId pool =
      books.add_pool({.code = "p", .regime = Regime::omnibus, .buffer_caps = {{usd, Amount(50)}}});
  const PoolId single =
      books.add_pool({.code = "s", .regime = Regime::individual, .owner = OwnerId(7)});
  const AccountId custody = books.add_account({pool, usd, C::custody, OwnerClass::pool});
  const AccountId client = books.add_account({pool, usd, C::collateral, OwnerClass::client, 7});
  const AccountId buffer = books.add_account({pool, usd, C::buffer, OwnerClass::house, 1});
  const AccountId deficit = books.add_account({pool, usd, C::deficit, OwnerClass::pool});
  books.changes.commit();
  const auto judge = [&](auto act) {
    act();
    const B breach = find_policy_breach(books.pools, books.ledger).breach;
    books.changes.rollback();
    return breach;
  };
  const auto pay = [&](AccountId from, AccountId to, base::u128 amount, std::uint16_t code) {
    return judge(
        [&] { ASSERT_EQ(books.transfer(from, to, amount, code), ledger::TransferStatus::ok); });
  };
  EXPECT_EQ(pay(custody, client, 100, kDeposit), B::none);
  EXPECT_EQ(pay(buffer, custody, 100, kBufferRelease), B::below_zero);
  EXPECT_EQ(pay(custody, buffer, 50, kBufferTopUp), B::none);
  EXPECT_EQ(pay(custody, buffer, 51, kBufferTopUp), B::buffer_above_cap);
  EXPECT_EQ(pay(deficit, custody, 1, kInternal), B::deficit_not_allowed);
  const auto open = [&](PoolId where, C account_class, OwnerClass owner, std::uint64_t id) {
    return judge([&] { books.add_account({where, usd, account_class, owner, id}); });
  };
  EXPECT_EQ(open(pool, C::collateral, OwnerClass::house, 1), B::undeclared_house_money);
  EXPECT_EQ(open(pool, C::fee, OwnerClass::house, 1), B::none);
  EXPECT_EQ(open(single, C::collateral, OwnerClass::client, 7), B::none);
  EXPECT_EQ(open(single, C::collateral, OwnerClass::client, 8), B::foreign_owner);
  books.pools.pools.edit(books.changes, pool).allows_deficit = true;
  books.changes.commit();
  EXPECT_EQ(pay(deficit, custody, 1, kInternal), B::none);
}

}  // namespace
}  // namespace cofferdam::pool
