// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_image.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/books/pool/attach_pool.h"
#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/declare_release_rule.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/set_beneficiaries.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::pool {
namespace {

using C = ledger::AccountClass;
using S = AttachPoolStatus;
using test::Books;

// Books with a pool of every kind of belonging, and another pool at the other end of its conduit.
struct Source : Books {
  AssetId eur = add_asset("EUR", 2);
  AssetId usd = add_asset("USD", 6);
  PoolId other = add_pool({.code = "other", .regime = Regime::omnibus});
  PoolId pool = add_pool(
      {.code = "client-1", .regime = Regime::omnibus, .buffer_caps = {{usd, Amount(500)}}});
  AccountId custody = add_account({pool, usd, C::custody, OwnerClass::pool});
  AccountId client = add_account({pool, usd, C::collateral, OwnerClass::client, 7});
  AccountId far = add_account({other, usd, C::collateral, OwnerClass::client, 7});

  Source() {
    apply(fact::DeclareSource{.code = "feed", .staleness = base::kDay}, facts, context);
    EXPECT_EQ(transfer(custody, client, 1000, kDeposit), ledger::TransferStatus::ok);
    apply(DeclareConduit{.code = "c", .from = pool, .to = other, .asset = usd}, pools, ledger,
          context);
    EXPECT_EQ(apply(ConduitTransfer{.conduit = ConduitId(1),
                                    .debit_account = client,
                                    .credit_account = far,
                                    .amount = Amount(100),
                                    .code = 1},
                    pools, ledger, context),
              ConduitTransferStatus::ok);
    apply(SetBeneficiaries{.account = client, .owners = {{OwnerId(8), 1}, {OwnerId(9), 2}}}, pools,
          context);
    apply(DeclareReleaseRule{.code = "r",
                             .conduit = ConduitId(1),
                             .debit_account = client,
                             .credit_account = far,
                             .reason = kRelease,
                             .condition = {{.kind = ConditionKind::coverage_compares,
                                            .source = base::SourceId(1)}}},
          pools, context);
    add_hold(60);
    changes.commit();
    enter(pools, ledger, context, pool, PoolState::frozen);
    changes.commit();
  }

  void add_hold(base::u128 amount) {
    const Slot debit = ledger.accounts.find_slot(client);
    const Slot credit = ledger.accounts.find_slot(custody);
    ledger::Account& from = ledger.accounts.edit(changes, debit);
    ledger::Account& to = ledger.accounts.edit(changes, credit);
    from.debits_pending += Amount(amount);
    to.credits_pending += Amount(amount);
    ledger.totals.edit(changes, from.total).debits_pending += Amount(amount);
    ledger.totals.edit(changes, to.total).credits_pending += Amount(amount);
    ledger.holds.insert(changes, {.id = base::TransferId(77),
                                  .debit = debit,
                                  .credit = credit,
                                  .amount = Amount(amount),
                                  .address = 4711,
                                  .expires = Time(9'000'000'000)});
  }

  [[nodiscard]] AttachPool command() const {
    const PoolImage image = image_of(pools, ledger, facts, pool);
    return {image, crypto::to_hex(pool_hash(image))};
  }
};

// Other books, with other numbers for everything.
struct Target : Books {
  AssetId btc = add_asset("BTC", 8);
  AssetId usd = add_asset("USD", 6);
  PoolId own = add_pool({.code = "own"});
  PoolId second = add_pool({.code = "second"});

  Target() {
    apply(DeclareConduit{.code = "own-c", .from = own, .to = second, .asset = btc}, pools, ledger,
          context);
    apply(fact::DeclareSource{.code = "index", .staleness = base::kDay}, facts, context);
    apply(fact::DeclareSource{.code = "feed", .staleness = base::kSecond}, facts, context);
    context.sequence = 900;
    context.now = Time(5'000'000'000);
    changes.commit();
  }

  S judge(const AttachPool& command) const {
    const S shape = check_shape(command);
    return shape != S::ok ? shape : check_state(command, pools, ledger, facts);
  }
};

TEST(PoolImage, IsTheSameAfterAttachingElsewhere) {
  const Source source;
  Target target;
  const AttachPool command = source.command();
  const auto decoded = base::decode<AttachPool>(base::encode(command));
  ASSERT_TRUE(decoded);
  ASSERT_EQ(target.judge(*decoded), S::ok);
  EXPECT_EQ(apply(*decoded, target.pools, target.ledger, target.facts, target.context), S::ok);
  EXPECT_EQ(target.violation(), std::nullopt);
  EXPECT_EQ(ledger::check_accounts(target.ledger), std::nullopt);
  const PoolId here(static_cast<std::uint32_t>(target.context.created));
  EXPECT_EQ(here, PoolId(3));
  target.changes.commit();
  const PoolImage image = image_of(target.pools, target.ledger, target.facts, here);
  EXPECT_EQ(base::encode(image), base::encode(command.image));
  EXPECT_EQ(crypto::to_hex(pool_hash(image)), command.hash);
  EXPECT_EQ(target.pools.pools.find(here)->state, PoolState::frozen);
  EXPECT_EQ(target.net(source.client), 900);
  EXPECT_EQ(find_conduit(target.pools, "c")->far_pool, "other");
  EXPECT_EQ(target.ledger.expiries.size(), 1U);
  const ledger::Total* total = target.ledger.totals.find({here, target.usd, C::collateral});
  ASSERT_NE(total, nullptr);
  EXPECT_EQ(total->credits_posted, Amount(1000));
  EXPECT_EQ(total->debits_pending, Amount(60));
}

TEST(PoolImage, DetachingClosesTheSourceAndKeepsItsHash) {
  Source source;
  const AttachPool command = source.command();
  const DetachPool detach{{source.pool, "ported"}};
  EXPECT_EQ(check_state(detach, source.pools, source.ledger, source.context), PoolLifeStatus::ok);
  apply(detach, source.pools, source.ledger, source.context);
  EXPECT_EQ(source.violation(), std::nullopt);
  EXPECT_EQ(source.command().hash, command.hash);
  EXPECT_EQ(source.transfer(source.custody, source.client, 1, kDeposit),
            ledger::TransferStatus::pool_not_active);
  EXPECT_EQ(
      check_state(UnfreezePool{{source.pool, ""}}, source.pools, source.ledger, source.context),
      PoolLifeStatus::not_possible_in_this_state);
}

TEST(PoolImage, AnyChangeOfABalanceChangesTheHash) {
  Source source;
  const std::string before = source.command().hash;
  source.ledger.accounts.edit(source.changes, source.client).credits_posted += Amount(1);
  EXPECT_NE(source.command().hash, before);
  source.changes.rollback();
  source.ledger.accounts.edit(source.changes, source.far).credits_posted += Amount(1);
  EXPECT_EQ(source.command().hash, before);  // another pool's balance is no part of it
}

TEST(PoolImage, AttachRefusesInOrderOfPrecedence) {
  const Source source;
  Target target;
  const auto changed = [&](auto change) {
    AttachPool command = source.command();
    change(command.image);
    command.hash = crypto::to_hex(pool_hash(command.image));
    return target.judge(command);
  };
  AttachPool bad = source.command();
  bad.hash[0] = bad.hash[0] == '0' ? '1' : '0';
  EXPECT_EQ(target.judge(bad), S::hash_differs);
  EXPECT_EQ(changed([](PoolImage& i) { i.format = 2; }), S::format_unknown);
  EXPECT_EQ(changed([](PoolImage& i) { i.holds.resize(kImageHoldsMax + 1); }), S::too_large);
  EXPECT_EQ(changed([](PoolImage& i) { std::swap(i.accounts[0], i.accounts[1]); }),
            S::image_malformed);
  EXPECT_EQ(changed([](PoolImage& i) { i.accounts[0].asset = "EUR"; }), S::image_malformed);
  EXPECT_EQ(changed([](PoolImage& i) { i.pool.activity.clear(); }), S::image_malformed);
  EXPECT_EQ(changed([](PoolImage& i) { i.conduits[0].terms.retired = false; }), S::image_malformed);
  EXPECT_EQ(changed([](PoolImage& i) { i.rules[0].conduit = "d"; }), S::image_malformed);
  EXPECT_EQ(changed([](PoolImage& i) { i.accounts[0].counters.debits_posted += 1; }),
            S::does_not_balance);
  EXPECT_EQ(changed([](PoolImage& i) { i.holds[0].amount += 1; }), S::does_not_balance);
  EXPECT_EQ(changed([](PoolImage& i) { i.conduits[0].half.credits_posted += 1; }),
            S::does_not_balance);
  EXPECT_EQ(changed([](PoolImage& i) { i.pool.code = "own"; }), S::pool_exists);
  EXPECT_EQ(changed([](PoolImage& i) { i.assets[0].scale = 7; }), S::asset_has_other_scale);
  EXPECT_EQ(changed([](PoolImage& i) {
              i.conduits[0].terms.code = "own-c";
              i.rules[0].conduit = "own-c";
            }),
            S::conduit_exists);
  EXPECT_EQ(changed([](PoolImage& i) { i.rules[0].sources[0] = "unheard-of"; }),
            S::source_not_found);
  target.add_account({target.own, target.usd, C::general, OwnerClass::pool});
  EXPECT_EQ(changed([](PoolImage& i) { i.accounts[0].id = AccountId(1000); }), S::account_exists);
  target.changes.rollback();
  EXPECT_EQ(changed([](PoolImage&) {}), S::ok);
}

}  // namespace
}  // namespace cofferdam::pool
