// SPDX-License-Identifier: Apache-2.0
//
// Ways around the signatures: every one is refused, and where a command would let it pass a law
// does not.
#include "cofferdam/books/custody/test_vault.h"
#include "cofferdam/books/pool/account_ids.h"
#include "cofferdam/books/pool/attach_pool.h"
#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/distribute_run_off.h"
#include "cofferdam/books/pool/reason.h"

#include <gmock/gmock.h>

namespace cofferdam::custody {
namespace {

using test::S;
using test::Vaults;
using testing::HasSubstr;
using T = ledger::TransferStatus;

TEST(VaultGuard, no_transfer_takes_from_a_vaults_wallet) {
  Vaults v;
  for (const std::uint16_t code : {pool::kWithdrawal, pool::kFee, pool::kSettlement})
    EXPECT_EQ(v.books.transfer(v.client, v.custody_a, 900, code), T::reserved_account_class)
        << code;
  // Between two custody accounts there is no edge to stand in the way.
  EXPECT_EQ(v.books.transfer(v.custody_b, v.custody_a, 900, 1), T::reserved_account_class);
  const AccountId unguarded = v.add_custody(v.pool);
  EXPECT_EQ(v.books.transfer(unguarded, v.custody_a, 900, 1), T::reserved_account_class);
  // What arrives is booked as before.
  EXPECT_EQ(v.books.transfer(v.custody_a, v.client, 900, pool::kDeposit), T::ok);
  EXPECT_EQ(v.broken(), std::nullopt);
  EXPECT_EQ(v.held(v.custody_a), -100'900);
}

TEST(VaultGuard, nothing_is_held_for_leaving) {
  Vaults v;
  const ledger::Transfer event{.id = base::TransferId(77),
                               .debit_account = v.client,
                               .credit_account = v.custody_a,
                               .amount = Amount(900),
                               .pool = v.pool,
                               .asset = v.usd,
                               .code = pool::kWithdrawal,
                               .flags = ledger::kPending};
  pool::test::NoHistory history;
  ledger::TransferScratch scratch;
  std::vector<ledger::TransferResult> results;
  ledger::apply(std::span(&event, 1), v.books.ledger, v.context(), history, scratch, results);
  EXPECT_EQ(results[0].status, T::reserved_account_class);
  // A hold that is older than the wallet can be voided, and not posted.
  const AccountId fresh = v.add_custody(v.pool);
  ledger::Transfer earlier = event;
  earlier.id = base::TransferId(78);
  earlier.credit_account = fresh;
  ledger::apply(std::span(&earlier, 1), v.books.ledger, v.context(), history, scratch, results);
  ASSERT_EQ(results[0].status, T::ok);
  v.add_wallet("third", 3, fresh);
  v.books.changes.commit();
  ledger::Transfer last;
  last.id = base::TransferId(79);
  last.pending_id = earlier.id;
  last.amount = Amount::max();
  last.flags = ledger::kPostPending;
  ledger::apply(std::span(&last, 1), v.books.ledger, v.context(), history, scratch, results);
  EXPECT_EQ(results[0].status, T::reserved_account_class);
  last.id = base::TransferId(80);
  last.amount = Amount();
  last.flags = ledger::kVoidPending;
  ledger::apply(std::span(&last, 1), v.books.ledger, v.context(), history, scratch, results);
  EXPECT_EQ(results[0].status, T::ok);
  EXPECT_EQ(v.broken(), std::nullopt);
}

TEST(VaultGuard, nobody_takes_the_id_of_a_transit_account_to_come) {
  Vaults v;
  for (const TransitAccount kind : {TransitAccount::outgoing, TransitAccount::incoming}) {
    ledger::AccountEvent event;
    event.id = transit_account(kind, WalletId(3), v.usd);
    event.pool = v.pool;
    event.asset = v.usd;
    event.code = 1;
    std::vector<ledger::AccountStatus> results;
    ledger::apply(std::span(&event, 1), v.books.ledger, v.context(), results);
    EXPECT_EQ(results[0], ledger::AccountStatus::reserved_account_class);
    event.id = AccountId(4'711);
    ledger::apply(std::span(&event, 1), v.books.ledger, v.context(), results);
    EXPECT_NE(results[0], ledger::AccountStatus::reserved_account_class);
  }
}

TEST(VaultGuard, no_conduit_settles_out_of_a_vaults_wallet) {
  Vaults v;
  const AccountId there = v.books.add_account({.pool = v.other_pool,
                                               .asset = v.usd,
                                               .account_class = ledger::AccountClass::custody,
                                               .owner_class = ledger::OwnerClass::pool});
  apply(
      pool::DeclareConduit{
          .code = "out", .from = v.pool, .to = v.other_pool, .asset = v.usd, .purpose = "fees"},
      v.books.pools, v.books.ledger, v.context());
  const base::ConduitId conduit(static_cast<std::uint32_t>(v.context().created));
  v.books.pools.conduits.edit(v.books.changes, conduit).transferred = Amount(500);
  const pool::SettleConduit command{
      .conduit = conduit, .custody_from = v.custody_a, .custody_to = there, .amount = Amount(500)};
  EXPECT_EQ(check_state(command, v.books.pools, v.books.ledger),
            pool::ConduitTransferStatus::reserved_account_class);
  // Nor does a transfer through a conduit end in one.
  EXPECT_EQ(ledger::post_leg(v.books.ledger, v.context(), v.slot(v.client), v.slot(v.custody_a),
                             Amount(1), 1),
            T::reserved_account_class);
}

TEST(VaultGuard, no_run_off_pays_out_of_a_vaults_wallet) {
  Vaults v;
  pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::winding_up);
  EXPECT_EQ(pool::run_off_legs({.pool = v.pool, .custody = v.custody_a, .amount = Amount(100)},
                               v.books.pools, v.books.ledger)
                .status,
            pool::DistributeRunOffStatus::not_a_custody_account);
}

TEST(VaultGuard, a_pool_that_winds_up_pays_only_what_is_signed_since) {
  Vaults v;
  const IntentId early = v.proposed(v.release(10));
  EXPECT_EQ(v.sign(early, {0, 1}), S::ok);
  v.wait(base::kHour);
  pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::winding_up);
  v.books.changes.commit();
  EXPECT_EQ(v.execute(early), S::pool_not_open);
  const IntentId late = v.proposed(v.release(10));
  EXPECT_EQ(v.sign(late, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(late), S::ok);
  EXPECT_EQ(v.settle({.intent = late, .transaction = "x"}), S::ok);
}

TEST(VaultGuard, a_run_off_leaves_what_was_ordered_out) {
  Vaults v;
  const AccountId watched = v.add_custody(v.pool);
  EXPECT_EQ(v.books.transfer(watched, v.client, 50'000, pool::kDeposit), T::ok);
  v.books.changes.commit();
  const IntentId id = v.proposed(v.release(20'000));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::winding_up);
  v.books.changes.commit();
  v.books.pools.pools.edit(v.books.changes, v.pool).run_off_order = {ledger::OwnerClass::client};
  const auto paid = [&](base::u128 amount) {
    return pool::run_off_legs({.pool = v.pool, .custody = watched, .amount = Amount(amount)},
                              v.books.pools, v.books.ledger)
        .status;
  };
  EXPECT_EQ(paid(30'000), pool::DistributeRunOffStatus::ok);
  EXPECT_EQ(paid(30'001), pool::DistributeRunOffStatus::exceeds_held);
}

TEST(VaultGuard, a_pool_travels_without_its_wallets) {
  Vaults v;
  const IntentId id = v.proposed(v.release(1'000));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  const auto detach = [&] {
    pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::frozen);
    const auto status =
        check_state(pool::DetachPool{{v.pool, ""}}, v.books.pools, v.books.ledger, v.context());
    v.books.changes.rollback();
    return status;
  };
  EXPECT_EQ(detach(), pool::PoolLifeStatus::balance_not_zero);
  EXPECT_EQ(v.settle({.intent = id, .transaction = "x"}), S::ok);
  EXPECT_EQ(detach(), pool::PoolLifeStatus::ok);
  pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::frozen);
  pool::AttachPool command{
      .image = pool::image_of(v.books.pools, v.books.ledger, v.books.facts, v.pool)};
  for (const pool::ImageAccount& account : command.image.accounts) {
    EXPECT_FALSE(pool::is_wallet_transit(account.id));
    EXPECT_EQ(account.flags & ledger::kLeavesByIntent, 0);
  }
  command.hash = crypto::to_hex(pool::pool_hash(command.image));
  EXPECT_EQ(check_shape(command), pool::AttachPoolStatus::ok);
  command.image.accounts.back().id = v.holding(v.wallet_a).outgoing;
  command.hash = crypto::to_hex(pool::pool_hash(command.image));
  EXPECT_EQ(check_shape(command), pool::AttachPoolStatus::image_malformed);
}

TEST(VaultGuard, the_law_of_leaving) {
  Vaults v;
  const auto broken_by = [&](auto change) {
    change();
    const auto violation = check_leaves_by_intent(v.custody, v.books.ledger);
    v.books.changes.rollback();
    return violation.value_or("");
  };
  const auto post = [&](AccountId debit, AccountId credit, base::u128 amount) {
    EXPECT_EQ(ledger::post_signed_leg(v.books.ledger, v.context(), v.slot(debit), v.slot(credit),
                                      Amount(amount), 1, 0),
              T::ok);
  };
  EXPECT_EQ(broken_by([&] { post(v.custody_a, v.client, 5); }), "");
  EXPECT_THAT(broken_by([&] { post(v.client, v.custody_a, 5); }), HasSubstr("without"));
  EXPECT_THAT(broken_by([&] {
                v.books.ledger.totals
                    .edit(v.books.changes, v.books.ledger.accounts.find(v.custody_a)->total)
                    .credits_pending = Amount(5);
                v.books.ledger.accounts.edit(v.books.changes, v.slot(v.custody_a)).credits_pending =
                    Amount(5);
              }),
              HasSubstr("without"));
  // An executed intent orders its own amount out of its own wallet, no other and no more.
  const IntentId id = v.proposed(v.release(1'000));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  const auto settled = [&](AccountId credit, base::u128 amount) {
    return broken_by([&] {
      v.custody.intents.edit(v.books.changes, id).state = IntentState::settled;
      post(v.client, credit, amount);
    });
  };
  EXPECT_EQ(settled(v.custody_a, 1'000), "");
  EXPECT_THAT(settled(v.custody_a, 1'001), HasSubstr("without"));
  EXPECT_THAT(settled(v.custody_b, 1'000), HasSubstr("without"));
  EXPECT_THAT(broken_by([&] { post(v.client, v.custody_a, 1'000); }), HasSubstr("without"));
  EXPECT_THAT(broken_by([&] {
                post(v.custody_a, v.client, 5);
                v.books.ledger.accounts.edit(v.books.changes, v.slot(v.custody_a)).flags = 0;
              }),
              HasSubstr("not guarded"));
}

TEST(VaultGuard, a_fee_is_no_way_to_a_clients_money) {
  Vaults v;
  const AccountId other = v.books.add_account({.pool = v.pool, .asset = v.usd, .owner = 8});
  EXPECT_EQ(v.books.transfer(v.custody_a, other, 60'000, pool::kDeposit), T::ok);
  v.books.changes.commit();
  const IntentId id = v.proposed(v.release(1'000));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  const auto settle = [&](AccountId account, base::u128 amount) {
    return v.settle(
        {.intent = id,
         .transaction = "x",
         .fee = NetworkFee{.asset = v.usd, .amount = Amount(amount), .debit_account = account}});
  };
  EXPECT_EQ(settle(other, 1), S::fee_account_malformed);
  // The debited client's own account pays no more than the caps leave.
  EXPECT_EQ(settle(v.client, 49'001), S::exceeds_cap);
  EXPECT_EQ(settle(v.client, 49'000), S::ok);
  EXPECT_EQ(cap_left(*v.custody.vaults.find(v.vault), v.usd, v.custody, v.context().now), Amount());
}

ProposeIntent move_of(Vaults& v, WalletId to) {
  ProposeIntent command = v.release();
  command.release.reset();
  command.move = Move{.from = v.wallet_a, .to = to, .asset = v.usd, .amount = Amount(100)};
  return command;
}

WalletId another_wallet(Vaults& v, VaultId vault, const std::string& token) {
  const OpenWallet command{
      .code = "third",
      .pool = v.pool,
      .vault = vault,
      .place = Vaults::address(3),
      .assets = {{.asset = v.usd, .custody_account = v.add_custody(v.pool), .token = token}}};
  EXPECT_EQ(check_shape(command), OpenWalletStatus::ok);
  EXPECT_EQ(check_state(command, v.custody, v.books.pools, v.books.ledger), OpenWalletStatus::ok);
  apply(command, v.custody, v.books.ledger, v.context());
  v.books.changes.commit();
  return WalletId(static_cast<std::uint32_t>(v.context().created));
}

TEST(VaultGuard, a_move_stays_under_the_vault) {
  Vaults v;
  // Watched only: whoever holds its keys pays without signatures.
  EXPECT_EQ(v.propose(move_of(v, another_wallet(v, VaultId(), ""))), S::wallet_of_another_vault);
}

TEST(VaultGuard, a_move_keeps_the_token) {
  Vaults v;
  EXPECT_EQ(v.propose(move_of(v, another_wallet(v, v.vault, Vaults::address(9).address))),
            S::wallet_lacks_asset);
}

TEST(VaultGuard, a_new_wallet_waits_as_a_new_beneficiary_does) {
  Vaults v;
  const IntentId id = v.proposed(move_of(v, another_wallet(v, v.vault, "")));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour * 47);
  EXPECT_EQ(v.execute(id), S::beneficiary_too_new);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
}

TEST(VaultGuard, the_delay_begins_anew_after_a_revocation) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.revoke(v.signers[0]);
  v.wait(base::kHour * 2);
  EXPECT_EQ(v.execute(id), S::approvals_revoked);
  EXPECT_EQ(v.sign(id, {2}), S::ok);
  EXPECT_EQ(v.execute(id), S::too_soon);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
}

TEST(VaultGuard, one_approval_more_does_not_begin_the_delay_anew) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  const Time ready = v.intent(id).ready;
  v.wait(base::kMinute);
  EXPECT_EQ(v.sign(id, {2}), S::ok);
  EXPECT_EQ(v.intent(id).ready, ready);
}

TEST(VaultGuard, who_is_not_active_does_not_sign) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  const PrincipalId ann = v.custody.signers.find(v.signers[0])->principal;
  v.principals.principals.edit(v.books.changes, ann).active = false;
  v.books.changes.commit();
  EXPECT_EQ(v.execute(id), S::approvals_revoked);
  const IntentId next = v.proposed(v.release());
  EXPECT_EQ(v.sign(next, {0}), S::signer_revoked);
  EXPECT_EQ(state_fault(v.policy(), v.view()), PolicyFault::signer_revoked);
  // The law counts as the command does.
  Intent& row = v.custody.intents.edit(v.books.changes, id);
  row.state = IntentState::executed;
  row.executed = v.context().now;
  EXPECT_THAT(check_executed_was_signed(v.view()).value_or(""), HasSubstr("too few"));
  v.books.changes.rollback();
}

TEST(VaultGuard, an_inactive_signer_replaced_later_begins_the_delay_anew) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  const PrincipalId ann = v.custody.signers.find(v.signers[0])->principal;
  v.principals.principals.edit(v.books.changes, ann).active = false;
  v.books.changes.commit();
  v.wait(base::kHour * 2);
  EXPECT_EQ(v.sign(id, {2}), S::ok);
  EXPECT_EQ(v.execute(id), S::too_soon);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
}

TEST(VaultGuard, two_signers_who_became_one_person_count_once) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  for (const std::size_t who : {0U, 1U})
    v.principals.principals.edit(v.books.changes, v.custody.signers.find(v.signers[who])->principal)
        .person = 5;
  v.books.changes.commit();
  EXPECT_EQ(v.execute(id), S::approvals_revoked);
  Intent& row = v.custody.intents.edit(v.books.changes, id);
  row.state = IntentState::executed;
  row.executed = v.context().now;
  EXPECT_THAT(check_executed_was_signed(v.view()).value_or(""), HasSubstr("too few"));
  v.books.changes.rollback();
}

TEST(VaultGuard, an_auditor_writes_nothing) {
  Vaults v;
  apply(principal::CreatePrincipal{.code = "audit", .roles = principal::kAuditor}, v.principals,
        v.context());
  const PrincipalId audit(static_cast<std::uint32_t>(v.context().created));
  v.books.changes.commit();
  const IntentId id = v.proposed(v.release());
  v.context().principal = audit;
  EXPECT_EQ(v.sign(id, {0}), S::not_permitted);
  v.wait(base::kDay * 6);  // its deadline is over: anybody else may clear it away
  EXPECT_EQ(v.cancel(id, audit), S::not_permitted);
  EXPECT_EQ(v.cancel(id, v.vetoer), S::ok);
}

TEST(VaultGuard, a_cancelled_payment_reopens_the_account_that_it_came_from) {
  Vaults v;
  const AccountId leaving = v.books.add_account({.pool = v.pool, .asset = v.usd, .owner = 8});
  EXPECT_EQ(v.books.transfer(v.custody_a, leaving, 500, pool::kDeposit), T::ok);
  v.books.changes.commit();
  ProposeIntent all = v.release(500);
  all.release->debit_account = leaving;
  const IntentId id = v.proposed(all);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  v.books.ledger.accounts.edit(v.books.changes, v.slot(leaving)).flags |= ledger::kClosed;
  v.books.changes.commit();
  ProposeIntent command = v.release();
  command.release.reset();
  command.cancels = id;
  const IntentId back = v.proposed(command);
  EXPECT_EQ(v.sign(back, {0, 1}), S::ok);
  EXPECT_EQ(v.execute(back), S::ok);
  EXPECT_EQ(v.held(leaving), 500);
}

TEST(VaultGuard, many_proposals_do_not_lock_a_vault) {
  Vaults v;
  v.custody.vaults.edit(v.books.changes, v.vault).open_intents = kOpenIntentsMax;
  v.books.changes.commit();
  EXPECT_EQ(v.propose(v.release()), S::too_many_open);
  ProposeIntent change = v.release();
  change.release.reset();
  change.policy = v.policy();
  EXPECT_EQ(v.propose(change), S::ok);
}

TEST(VaultGuard, an_admin_clears_away_what_is_not_approved) {
  Vaults v;
  apply(principal::CreatePrincipal{.code = "admin", .roles = principal::kAdmin}, v.principals,
        v.context());
  const PrincipalId admin(static_cast<std::uint32_t>(v.context().created));
  v.books.changes.commit();
  v.context().principal = v.vetoer;  // an operator proposes
  const IntentId first = v.proposed(v.release());
  const IntentId second = v.proposed(v.release());
  EXPECT_EQ(v.sign(second, {0, 1}), S::ok);
  EXPECT_EQ(v.cancel(first, admin), S::ok);
  EXPECT_EQ(v.cancel(second, admin), S::not_permitted);
}

}  // namespace
}  // namespace cofferdam::custody
