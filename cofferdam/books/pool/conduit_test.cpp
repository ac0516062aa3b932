// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::pool {
namespace {

using C = ledger::AccountClass;
using S = ConduitTransferStatus;
using test::Books;

struct TwoPools : Books {
  AssetId usd = add_asset("USD", 2);
  AssetId eur = add_asset("EUR", 2);
  PoolId a = add_pool({.code = "a", .regime = Regime::omnibus});
  PoolId b = add_pool({.code = "b", .regime = Regime::omnibus});
  AccountId custody_a = add_account({a, usd, C::custody, OwnerClass::pool});
  AccountId custody_b = add_account({b, usd, C::custody, OwnerClass::pool});
  AccountId client_a = add_account(
      {a, usd, C::collateral, OwnerClass::client, 7, ledger::kDebitsMustNotExceedCredits});
  AccountId client_b = add_account({b, usd, C::collateral, OwnerClass::client, 7});
  ConduitId conduit;

  explicit TwoPools(DeclareConduit declared = {}) {
    EXPECT_EQ(transfer(custody_a, client_a, 1000, kDeposit), ledger::TransferStatus::ok);
    declared.code = "a-b";
    declared.from = a;
    declared.to = b;
    declared.asset = usd;
    declared.purpose = "porting";
    EXPECT_EQ(check_shape(declared), ConduitStatus::ok);
    EXPECT_EQ(check_state(declared, pools, ledger, context), ConduitStatus::ok);
    apply(declared, pools, ledger, context);
    conduit = ConduitId(static_cast<std::uint32_t>(context.created));
    EXPECT_EQ(violation(), std::nullopt);
    changes.commit();
    postings.clear();
  }

  [[nodiscard]] ConduitTransfer command(base::u128 amount) const {
    return {.conduit = conduit,
            .debit_account = client_a,
            .credit_account = client_b,
            .amount = Amount(amount),
            .code = kPorting};
  }

  [[nodiscard]] SettleConduit settlement(base::u128 amount) const {
    return {.conduit = conduit,
            .custody_from = custody_a,
            .custody_to = custody_b,
            .amount = Amount(amount)};
  }

  S run(const ConduitTransfer& c) {
    S status = check_shape(c);
    if (status == S::ok) status = check_state(c, pools, ledger, context);
    if (status == S::ok) status = apply(c, pools, ledger, context);
    return finish(status);
  }

  S run(const SettleConduit& c) {
    S status = check_shape(c);
    if (status == S::ok) status = check_state(c, pools, ledger);
    if (status == S::ok) status = apply(c, pools, ledger, context);
    return finish(status);
  }

  // As the engine does: a refused command leaves no trace.
  S finish(S status) {
    if (status != S::ok) {
      changes.rollback();
      return status;
    }
    EXPECT_EQ(violation(), std::nullopt);
    changes.commit();
    return status;
  }

  [[nodiscard]] const Conduit& row() const { return *pools.conduits.find(conduit); }
};

TEST(Conduit, BooksFourSidesAndCustodyFollows) {
  TwoPools t;
  ConduitTransfer c = t.command(300);
  c.reference = 42;
  c.value_date = 20'000;
  EXPECT_EQ(t.run(c), S::ok);
  EXPECT_EQ(t.net(t.client_a), 700);
  EXPECT_EQ(t.net(t.client_b), 300);
  EXPECT_EQ(t.net(t.row().half_from), 300);  // a owes b
  EXPECT_EQ(t.net(t.row().half_to), -300);   // b claims from a
  EXPECT_EQ(in_transit(t.row()), Amount(300));
  ASSERT_EQ(t.postings.size(), 2U);
  EXPECT_EQ(t.postings[0].pool, t.a);
  EXPECT_EQ(t.postings[1].pool, t.b);
  EXPECT_EQ(t.postings[1].value_date, 20'000);
  EXPECT_EQ(t.postings[1].user_data_128, 42U);
  EXPECT_EQ(t.run(t.settlement(301)), S::exceeds_in_transit);
  EXPECT_EQ(t.run(t.settlement(300)), S::ok);
  EXPECT_EQ(t.net(t.row().half_from), 0);
  EXPECT_EQ(t.net(t.row().half_to), 0);
  EXPECT_EQ(t.net(t.custody_a), -700);
  EXPECT_EQ(t.net(t.custody_b), -300);
}

TEST(Conduit, DeclareRefusesInOrderOfPrecedence) {
  using D = ConduitStatus;
  TwoPools t;
  const auto judge = [&](const DeclareConduit& c) {
    const D shape = check_shape(c);
    return shape != D::ok ? shape : check_state(c, t.pools, t.ledger, t.context);
  };
  DeclareConduit c{.code = "1", .approvals = 17};
  c.limit = {Amount(1), Amount(2), base::kDay};
  EXPECT_EQ(judge(c), D::code_malformed);
  c.code = "a-b";
  EXPECT_EQ(judge(c), D::purpose_malformed);
  c.purpose = "x";
  EXPECT_EQ(judge(c), D::pools_must_be_different);
  c.from = t.a;
  c.to = PoolId(9);
  EXPECT_EQ(judge(c), D::too_many_approvals);
  c.approvals = 2;
  EXPECT_EQ(judge(c), D::limit_malformed);
  c.limit = {Amount(2), Amount(2), base::Duration()};
  EXPECT_EQ(judge(c), D::limit_malformed);
  c.limit.period = base::kDay;
  EXPECT_EQ(judge(c), D::exists);
  c.code = "other";
  EXPECT_EQ(judge(c), D::pool_not_found);
  c.to = t.b;
  c.asset = AssetId(9);
  c.expires = Time(1);
  enter(t.pools, t.ledger, t.context, t.b, PoolState::closed);
  EXPECT_EQ(judge(c), D::pool_is_over);
  t.changes.rollback();
  EXPECT_EQ(judge(c), D::asset_not_found);
  c.asset = t.usd;
  EXPECT_EQ(judge(c), D::expired);
  c.expires = Time();
  EXPECT_EQ(judge(c), D::ok);
  t.ledger.accounts.insert(t.changes,
                           ledger::Account{.id = AccountId(t.row().half_to.value() + 1)});
  EXPECT_EQ(judge(c), D::half_id_taken);
  t.changes.rollback();
  EXPECT_EQ(check_state(RetireConduit{.conduit = ConduitId(9)}, t.pools), D::conduit_not_found);
  apply(RetireConduit{.conduit = t.conduit}, t.pools, t.context);
  EXPECT_EQ(check_state(RetireConduit{.conduit = t.conduit}, t.pools), D::already_retired);
}

TEST(Conduit, TransferRefusesInOrderOfPrecedence) {
  DeclareConduit declared{.transfer_max = Amount(500),
                          .limit = {Amount(600), Amount(60), base::kDay},
                          .debit_class = OwnerClass::client,
                          .same_owner = true};
  declared.expires = Time(5'000'000'000);
  TwoPools t(declared);
  const AccountId other_b = t.add_account({t.b, t.usd, C::collateral, OwnerClass::client, 8});
  const AccountId member_a = t.add_account({t.a, t.usd, C::collateral, OwnerClass::member, 7});
  const AccountId euro_b = t.add_account({t.b, t.eur, C::collateral, OwnerClass::client, 7});
  t.changes.commit();
  ConduitTransfer c{.conduit = ConduitId(9)};
  EXPECT_EQ(t.run(c), S::amount_must_not_be_zero);
  c.amount = Amount::max();
  EXPECT_EQ(t.run(c), S::amount_too_large);
  c.amount = Amount(501);
  EXPECT_EQ(t.run(c), S::code_must_not_be_zero);
  c.code = kPorting;
  EXPECT_EQ(t.run(c), S::accounts_must_be_different);
  c.debit_account = AccountId(1);
  EXPECT_EQ(t.run(c), S::conduit_not_found);
  c.conduit = t.conduit;
  t.context.now = Time(5'000'000'000);
  EXPECT_EQ(t.run(c), S::conduit_expired);
  t.context.now = Time(1'000'000'000);
  EXPECT_EQ(t.run(c), S::debit_account_not_found);
  c.debit_account = t.client_b;
  EXPECT_EQ(t.run(c), S::credit_account_not_found);
  c.credit_account = t.client_a;
  EXPECT_EQ(t.run(c), S::debit_account_not_in_from_pool);
  c.debit_account = t.custody_a;
  EXPECT_EQ(t.run(c), S::credit_account_not_in_to_pool);
  c.credit_account = euro_b;
  EXPECT_EQ(t.run(c), S::account_has_different_asset);
  c.credit_account = t.row().half_to;
  EXPECT_EQ(t.run(c), S::reserved_account_class);
  c.credit_account = other_b;
  c.debit_account = member_a;
  EXPECT_EQ(t.run(c), S::owner_class_not_allowed);
  c.debit_account = t.client_a;
  EXPECT_EQ(t.run(c), S::owners_must_be_the_same);
  c.credit_account = t.client_b;
  for (const auto& [pool, status] :
       {std::pair{t.a, S::from_pool_not_open}, std::pair{t.b, S::to_pool_not_open}}) {
    enter(t.pools, t.ledger, t.context, pool, PoolState::frozen);
    EXPECT_EQ(t.run(c), status);
  }
  EXPECT_EQ(t.run(c), S::exceeds_transfer_max);
  c.amount = Amount(500);
  EXPECT_EQ(t.run(c), S::ok);
  EXPECT_EQ(t.run(c), S::exceeds_limit);
  c.amount = Amount(100);
  t.ledger.accounts.edit(t.changes, t.client_b).flags |= ledger::kFrozen;
  EXPECT_EQ(t.run(c), S::account_closed_or_frozen);
  t.ledger.accounts.edit(t.changes, t.client_a).debits_posted = Amount(901);
  EXPECT_EQ(t.run(c), S::exceeds_balance);
  apply(RetireConduit{.conduit = t.conduit}, t.pools, t.context);
  EXPECT_EQ(t.run(c), S::conduit_retired);
}

TEST(Conduit, TheLimitRefillsWithTime) {
  TwoPools t(DeclareConduit{.limit = {Amount(100), Amount(10), base::kSecond}});
  EXPECT_EQ(t.run(t.command(100)), S::ok);
  EXPECT_EQ(available(t.row(), t.context.now), Amount());
  t.context.now = t.context.now + base::Duration(base::kSecond.value() - 1);
  EXPECT_EQ(t.run(t.command(1)), S::exceeds_limit);  // a period counts when it is over
  t.context.now = t.context.now + base::Duration(1);
  EXPECT_EQ(available(t.row(), t.context.now), Amount(10));
  EXPECT_EQ(t.run(t.command(11)), S::exceeds_limit);
  EXPECT_EQ(t.run(t.command(4)), S::ok);
  EXPECT_EQ(available(t.row(), t.context.now), Amount(6));
  t.context.now = t.context.now + base::kDay;
  EXPECT_EQ(available(t.row(), t.context.now), Amount(100));
}

TEST(Conduit, ApprovalsAreNeededAboveTheThreshold) {
  TwoPools t(DeclareConduit{.approvals = 2, .approvals_above = Amount(100)});
  EXPECT_EQ(approvals_needed(t.command(100), t.pools), 0);
  EXPECT_EQ(approvals_needed(t.command(101), t.pools), 2);
}

TEST(Conduit, AWindingUpPoolPaysThroughDistributionConduitsOnly) {
  for (const bool distribution : {false, true}) {
    TwoPools t(DeclareConduit{.distribution = distribution});
    enter(t.pools, t.ledger, t.context, t.a, PoolState::winding_up);
    t.changes.commit();
    EXPECT_EQ(t.run(t.command(1)), distribution ? S::ok : S::from_pool_not_open);
  }
}

TEST(Conduit, AnObservationConduitCountsBreaches) {
  TwoPools t(DeclareConduit{.observation = true});
  ConduitTransfer c = t.command(5);
  c.reference = 99;
  EXPECT_EQ(t.run(c), S::ok);
  EXPECT_EQ(t.run(t.command(6)), S::ok);
  EXPECT_EQ(t.row().breaches, 2U);
  ASSERT_EQ(t.pools.breaches.size(), 2U);
  const Breach& first = t.pools.breaches.rows().begin()->second;
  EXPECT_EQ(first.amount, Amount(5));
  EXPECT_EQ(first.reference, 99U);
  EXPECT_EQ(first.from, t.a);
  EXPECT_EQ(first.to, t.b);
  EXPECT_EQ(t.pools.breaches.rows().rbegin()->first, 2U);
}

TEST(Conduit, TheInvariantSeesHalvesThatDoNotMirror) {
  TwoPools t;
  EXPECT_EQ(t.run(t.command(5)), S::ok);
  for (const AccountId half : {t.row().half_from, t.row().half_to}) {
    ledger::Account& account = t.ledger.accounts.edit(t.changes, t.ledger.accounts.find_slot(half));
    account.credits_posted += Amount(1);
    t.ledger.totals.edit(t.changes, account.total).credits_posted += Amount(1);
    EXPECT_NE(check_conduits_mirror(t.pools, t.ledger), std::nullopt);
    t.changes.rollback();
  }
  t.pools.conduits.edit(t.changes, t.conduit).transferred += Amount(1);
  EXPECT_NE(check_conduits_mirror(t.pools, t.ledger), std::nullopt);
  t.changes.rollback();
}

// R3 and the first law: any sequence keeps the halves mirrored and each pool at zero by itself,
// judged by an independent count of what passed.
TEST(Conduit, AnySequenceKeepsEachPoolBalanced) {
  EXPECT_TRUE(rc::check("halves mirror, pools balance", [] {
    TwoPools t(DeclareConduit{.limit = {Amount(400), Amount(50), base::kSecond}});
    base::i128 passed = 0;
    base::i128 settled = 0;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
        rc::gen::pair(rc::gen::inRange(0, 3), rc::gen::inRange<std::uint32_t>(0, 500)));
    for (const auto& [kind, amount] : steps) {
      if (kind == 0 && t.run(t.command(amount)) == S::ok) passed += amount;
      if (kind == 1 && t.run(t.settlement(amount)) == S::ok) settled += amount;
      if (kind == 2) t.context.now = t.context.now + base::kSecond * amount;
      const bool mirrored = t.net(t.row().half_from) == passed - settled &&
                            t.net(t.row().half_to) == settled - passed;
      RC_ASSERT(mirrored);
      const bool balanced =
          t.net(t.custody_a) + t.net(t.client_a) + t.net(t.row().half_from) == 0 &&
          t.net(t.custody_b) + t.net(t.client_b) + t.net(t.row().half_to) == 0;
      RC_ASSERT(balanced);
      RC_ASSERT(passed <= 1000 && settled <= passed);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::pool
