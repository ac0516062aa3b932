// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/entitlement.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/distribute_run_off.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/set_beneficiaries.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace cofferdam::pool {
namespace {

using C = ledger::AccountClass;
using base::i128;
using base::u128;
using test::Books;

struct OnePool : Books {
  AssetId usd = add_asset("USD", 2);
  PoolId pool =
      add_pool({.code = "p", .regime = Regime::omnibus, .buffer_caps = {{usd, Amount(1'000'000)}}});
  AccountId custody = add_account({pool, usd, C::custody, OwnerClass::pool});

  AccountId add_client(std::uint64_t owner, u128 balance) {
    const AccountId id = add_account({pool, usd, C::collateral, OwnerClass::client, owner});
    if (balance == 0) return id;
    EXPECT_EQ(transfer(custody, id, balance, kDeposit), ledger::TransferStatus::ok);
    return id;
  }

  AccountId add_buffer(u128 balance) {
    const AccountId id = add_account({pool, usd, C::buffer, OwnerClass::house, 1});
    EXPECT_EQ(transfer(custody, id, balance, kBufferTopUp), ledger::TransferStatus::ok);
    return id;
  }

  void wind_up() { enter(pools, ledger, context, pool, PoolState::winding_up); }

  void hold(u128 more_held, u128 less_held) {
    ledger::Account& row = ledger.accounts.edit(changes, custody);
    row.debits_posted += Amount(more_held);
    row.credits_posted += Amount(less_held);
  }
};

TEST(Entitlement, ANomineesAccountIsSplitExactly) {
  OnePool t;
  const AccountId nominee = t.add_client(7, 100);
  t.add_client(1, 5);
  const SetBeneficiaries command{.account = nominee,
                                 .owners = {{OwnerId(1), 1}, {OwnerId(2), 1}, {OwnerId(3), 1}}};
  EXPECT_EQ(check_shape(command), SetBeneficiariesStatus::ok);
  EXPECT_EQ(check_state(command, t.pools, t.ledger), SetBeneficiariesStatus::ok);
  apply(command, t.pools, t.context);
  const auto rows = entitlements(t.pools, t.ledger, t.pool);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].amount, SignedAmount(34 + 5));  // largest remainder, lowest index first
  EXPECT_EQ((*rows)[1].amount, SignedAmount(33));
  EXPECT_EQ((*rows)[2].amount, SignedAmount(33));
  apply(SetBeneficiaries{.account = nominee}, t.pools, t.context);
  EXPECT_EQ(entitlements(t.pools, t.ledger, t.pool)->back().owner, OwnerId(7));
}

TEST(Entitlement, SetBeneficiariesRefusesInOrderOfPrecedence) {
  using S = SetBeneficiariesStatus;
  OnePool t;
  const AccountId client = t.add_client(7, 0);
  const auto judge = [&](const SetBeneficiaries& c) {
    const S shape = check_shape(c);
    return shape != S::ok ? shape : check_state(c, t.pools, t.ledger);
  };
  SetBeneficiaries c;
  c.owners.resize(kBeneficiariesMax + 1);
  EXPECT_EQ(judge(c), S::too_many_owners);
  c.owners = {{OwnerId(), 0}};
  EXPECT_EQ(judge(c), S::owner_must_not_be_zero);
  c.owners = {{OwnerId(1), base::kU128Max}, {OwnerId(1), 0}};
  EXPECT_EQ(judge(c), S::owner_repeated);
  c.owners[1].owner = OwnerId(2);
  EXPECT_EQ(judge(c), S::weight_must_not_be_zero);
  c.owners[1].weight = 1;
  EXPECT_EQ(judge(c), S::weights_overflow);
  c.owners[0].weight = 1;
  EXPECT_EQ(judge(c), S::account_not_found);
  c.account = t.custody;
  EXPECT_EQ(judge(c), S::not_a_claim);
  c.account = client;
  EXPECT_EQ(judge(c), S::ok);
  enter(t.pools, t.ledger, t.context, t.pool, PoolState::closed);
  EXPECT_EQ(judge(c), S::pool_is_over);
}

// R34: per asset they sum to what the pool's own accounts hold, whatever the shares.
TEST(Entitlement, TheySumToThePoolExactly) {
  EXPECT_TRUE(rc::check("sum of entitlements = net debit of the pool's own accounts", [] {
    OnePool t;
    const auto balances =
        *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
    i128 expected = 0;
    for (const std::uint32_t balance : balances) {
      const AccountId account = t.add_client(1 + balance % 5, balance);
      expected += balance;
      SetBeneficiaries split{.account = account};
      const auto weights = *rc::gen::container<std::vector<std::uint64_t>>(
          rc::gen::inRange<std::uint64_t>(1, ~0ULL));
      for (std::size_t i = 0; i < weights.size(); ++i)
        split.owners.push_back({OwnerId(100 + i), u128{weights[i]} << 56U});
      RC_ASSERT(check_shape(split) == SetBeneficiariesStatus::ok);
      apply(split, t.pools, t.context);
    }
    i128 sum = 0;
    const auto rows = entitlements(t.pools, t.ledger, t.pool);
    RC_ASSERT(rows.has_value());
    for (const Entitlement& row : *rows) {
      RC_ASSERT(!row.amount.is_negative());
      sum += row.amount.units();
    }
    RC_ASSERT(sum == expected);
    RC_ASSERT(sum == -t.net(t.custody));
    // The one walk over all pools says the same of this one.
    const auto all = entitlements_of_all(t.pools, t.ledger);
    RC_ASSERT(all.has_value());
    RC_ASSERT(all->size() == t.pools.pools.size());
    for (const PoolEntitlements& each : *all)
      if (each.pool == t.pool)
        RC_ASSERT(std::ranges::equal(each.rows, *rows, [](const auto& a, const auto& b) {
          return base::encode(a) == base::encode(b);
        }));
  }));
}

TEST(RunOff, RefusesInOrderOfPrecedence) {
  using S = DistributeRunOffStatus;
  OnePool t;
  const AccountId client = t.add_client(7, 100);
  const PoolId other = t.add_pool({.code = "q", .regime = Regime::omnibus});
  const AccountId foreign = t.add_account({other, t.usd, C::custody, OwnerClass::pool});
  const AccountId position = t.add_account({t.pool, t.usd, C::position, OwnerClass::client, 7});
  DistributeRunOff c;
  const auto judge = [&] {
    const S shape = check_shape(c);
    return shape != S::ok ? shape : check_state(c, t.pools, t.ledger);
  };
  EXPECT_EQ(judge(), S::amount_must_not_be_zero);
  c.amount = Amount(150);
  EXPECT_EQ(judge(), S::pool_not_found);
  c.pool = t.pool;
  EXPECT_EQ(judge(), S::not_winding_up);
  t.wind_up();
  EXPECT_EQ(judge(), S::custody_account_not_found);
  c.custody = foreign;
  EXPECT_EQ(judge(), S::custody_account_in_another_pool);
  c.custody = client;
  EXPECT_EQ(judge(), S::not_a_custody_account);
  c.custody = t.custody;
  t.ledger.accounts.edit(t.changes, position).credits_posted = Amount(1);
  t.ledger.accounts.edit(t.changes, client).debits_pending = Amount(1);
  EXPECT_EQ(judge(), S::hold_open);
  t.ledger.accounts.edit(t.changes, client).debits_pending = Amount();
  EXPECT_EQ(judge(), S::position_open);
  t.ledger.accounts.edit(t.changes, position).credits_posted = Amount();
  EXPECT_EQ(judge(), S::exceeds_held);
  t.hold(50, 0);
  EXPECT_EQ(judge(), S::exceeds_claims);
  c.amount = Amount(100);
  EXPECT_EQ(judge(), S::ok);
  t.ledger.accounts.edit(t.changes, client).flags |= ledger::kFrozen;
  EXPECT_EQ(apply(c, t.pools, t.ledger, t.context), S::account_closed_or_frozen);
}

TEST(RunOff, PaysTheHouseAfterTheClients) {
  OnePool t;
  const AccountId rich = t.add_client(1, 600);
  const AccountId poor = t.add_client(2, 300);
  const AccountId buffer = t.add_buffer(100);
  t.hold(0, 55);  // something was lost: 945 are left
  t.wind_up();
  t.postings.clear();
  EXPECT_EQ(apply(DistributeRunOff{.pool = t.pool, .custody = t.custody, .amount = Amount(450)},
                  t.pools, t.ledger, t.context),
            DistributeRunOffStatus::ok);
  EXPECT_EQ(t.net(rich), 300);
  EXPECT_EQ(t.net(poor), 150);
  EXPECT_EQ(t.net(buffer), 100);
  EXPECT_EQ(t.postings.size(), 2U);
  EXPECT_EQ(t.postings[0].code, kDistribution);
  EXPECT_EQ(apply(DistributeRunOff{.pool = t.pool, .custody = t.custody, .amount = Amount(495)},
                  t.pools, t.ledger, t.context),
            DistributeRunOffStatus::ok);
  EXPECT_EQ(t.net(rich), 0);
  EXPECT_EQ(t.net(poor), 0);
  EXPECT_EQ(t.net(buffer), 55);  // the house bears the loss
  EXPECT_EQ(t.net(t.custody), 0);
}

// R35: what is paid is what is available; nobody above entitlement; nobody behind is paid before
// everybody ahead is whole; inside a class nobody is off their share by a unit or more.
TEST(RunOff, AnyBooksArePaidByTheLaw) {
  EXPECT_TRUE(rc::check("sum, caps, priority, proportion", [] {
    OnePool t;
    const auto clients = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(
        rc::gen::inRange<std::uint32_t>(1, 1'000'000)));
    const auto house = *rc::gen::inRange<std::uint32_t>(1, 100'000);
    std::map<std::uint64_t, u128> owed;
    u128 total = 0;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      t.add_client(1 + i % 7, clients[i]);
      owed[1 + i % 7] += clients[i];
      total += clients[i];
    }
    t.add_buffer(house);
    const u128 amount =
        1 + static_cast<u128>(*rc::gen::arbitrary<std::uint64_t>()) % (total + house);
    t.wind_up();
    const RunOffLegs plan = run_off_legs(
        {.pool = t.pool, .custody = t.custody, .amount = Amount(amount)}, t.pools, t.ledger);
    RC_ASSERT(plan.status == DistributeRunOffStatus::ok);
    std::map<std::uint64_t, u128> paid;
    u128 to_house = 0;
    u128 to_clients = 0;
    for (const RunOffLeg& p : plan.payments) {
      if (p.owner_class == OwnerClass::house) {
        to_house += p.amount.units();
      } else {
        paid[base::low64(p.owner.value())] += p.amount.units();
        to_clients += p.amount.units();
      }
    }
    RC_ASSERT(to_house + to_clients == amount);
    RC_ASSERT(to_house == 0 || to_clients == total);
    RC_ASSERT(to_house <= house);
    for (const auto& [owner, claim] : owed) {
      RC_ASSERT(paid[owner] <= claim);
      const i128 error =
          static_cast<i128>(paid[owner] * total) - static_cast<i128>(claim * to_clients);
      RC_ASSERT(base::magnitude(error) < total);
    }
  }));
}

// R6: the drill names what is missing, and a claim on the house is worth nothing.
TEST(HouseDefault, ClientPoolsAreWholeToTheLastUnit) {
  OnePool t;
  t.add_client(1, 600);
  t.add_client(2, 300);
  t.add_buffer(100);
  auto drill = drill_house_default(t.pools, t.ledger);
  ASSERT_TRUE(drill);
  ASSERT_EQ(drill->pools.size(), 1U);
  EXPECT_TRUE(drill->all_whole);
  const DrillLine& line = drill->pools[0].assets[0];
  EXPECT_EQ(line.held, SignedAmount(1000));
  EXPECT_EQ(line.owed_to_owners, SignedAmount(900));
  EXPECT_EQ(line.house_money, SignedAmount(100));
  EXPECT_EQ(line.surplus, SignedAmount(100));
  EXPECT_EQ(drill->pools[0].entitlements.size(), 3U);
  t.hold(0, 100);
  EXPECT_TRUE(drill_house_default(t.pools, t.ledger)->all_whole);
  t.hold(0, 1);
  drill = drill_house_default(t.pools, t.ledger);
  EXPECT_FALSE(drill->all_whole);
  EXPECT_EQ(drill->pools[0].assets[0].surplus, SignedAmount(-1));
}

TEST(HouseDefault, AClaimOnTheHouseIsWorthNothing) {
  for (const Regime regime : {Regime::house, Regime::omnibus}) {
    OnePool t;
    t.add_client(1, 600);
    const PoolId far = t.add_pool({.code = "far", .regime = regime});
    const OwnerClass owner = regime == Regime::house ? OwnerClass::house : OwnerClass::client;
    const AccountId vault = t.add_account({far, t.usd, C::custody, OwnerClass::pool});
    const AccountId source = t.add_account({far, t.usd, C::collateral, owner, 1});
    EXPECT_EQ(t.transfer(vault, source, 50, kDeposit), ledger::TransferStatus::ok);
    const AccountId target = t.add_client(1, 0);
    apply(DeclareConduit{.code = "c", .from = far, .to = t.pool, .asset = t.usd}, t.pools, t.ledger,
          t.context);
    const ConduitTransfer move{.conduit = ConduitId(1),
                               .debit_account = source,
                               .credit_account = target,
                               .amount = Amount(50),
                               .code = kPorting};
    EXPECT_EQ(apply(move, t.pools, t.ledger, t.context), ConduitTransferStatus::ok);
    const auto drill = drill_house_default(t.pools, t.ledger);
    ASSERT_TRUE(drill);
    EXPECT_EQ(drill->all_whole, regime != Regime::house);
    EXPECT_EQ(drill->pools[0].assets[0].receivable, SignedAmount(50));
    EXPECT_EQ(drill->pools[0].assets[0].surplus, SignedAmount(regime == Regime::house ? -50 : 0));
  }
}

}  // namespace
}  // namespace cofferdam::pool
