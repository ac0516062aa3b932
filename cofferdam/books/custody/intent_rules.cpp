// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/intent_rules.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/custody/authority.h"
#include "cofferdam/books/custody/vault_policy.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

[[nodiscard]] S check_beneficiary(const Beneficiary* payee, const Wallet& wallet,
                                  const View& view) {
  if (payee == nullptr) return S::beneficiary_not_found;
  if (payee->vault != wallet.vault) return S::beneficiary_of_another_vault;
  if (payee->removed) return S::beneficiary_removed;
  if (payee->place.form != wallet.place.form) return S::beneficiary_of_another_form;
  if (payee->place.chain_id != wallet.place.chain_id) return S::beneficiary_on_another_chain;
  // Paying a wallet of the books would take from one pool and show up in another.
  return view.custody.places.find(text_of(payee->place)) != nullptr ? S::beneficiary_is_own_wallet
                                                                    : S::ok;
}

[[nodiscard]] S check_debit_account(const Release& release, const Vault& vault,
                                    const Beneficiary& payee, const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(release.debit_account);
  if (account == nullptr) return S::debit_account_not_found;
  if (account->pool != vault.pool) return S::debit_account_of_another_pool;
  if (account->asset != release.asset) return S::debit_account_has_different_asset;
  if (!is_payable(*account)) return S::debit_account_not_payable;
  const bool other = payee.owner != OwnerId() && account->owner != payee.owner;
  return other ? S::debit_account_of_another_owner : S::ok;
}

[[nodiscard]] S check_wallet(const Wallet* wallet, const Vault& vault, AssetId asset) {
  if (wallet == nullptr) return S::wallet_not_found;
  if (wallet->pool != vault.pool) return S::wallet_of_another_pool;
  return holding_of(*wallet, asset) == nullptr ? S::wallet_lacks_asset : S::ok;
}

[[nodiscard]] S check_release(const Release& release, const Vault& vault, const View& view) {
  const Wallet* wallet = view.custody.wallets.find(release.wallet);
  if (const S status = check_wallet(wallet, vault, release.asset); status != S::ok) return status;
  if (wallet->vault != vault.id) return S::wallet_of_another_vault;
  if (cap_of(vault.policy, release.asset) == nullptr) return S::asset_without_cap;
  const Beneficiary* payee = view.custody.beneficiaries.find(release.beneficiary);
  if (const S status = check_beneficiary(payee, *wallet, view); status != S::ok) return status;
  return check_debit_account(release, vault, *payee, view.ledger);
}

// A move needs no beneficiary and spends no cap, so that it stays under the same signatures.
[[nodiscard]] S check_move(const Move& move, const Vault& vault, const View& view) {
  const Wallet* from = view.custody.wallets.find(move.from);
  const Wallet* to = view.custody.wallets.find(move.to);
  if (const S status = check_wallet(from, vault, move.asset); status != S::ok) return status;
  if (from->vault != vault.id) return S::wallet_of_another_vault;
  if (const S status = check_wallet(to, vault, move.asset); status != S::ok) return status;
  if (to->vault != vault.id) return S::wallet_of_another_vault;
  if (from->place.form != to->place.form) return S::wallet_of_another_form;
  if (from->place.chain_id != to->place.chain_id) return S::wallet_on_another_chain;
  return holding_of(*from, move.asset)->token != holding_of(*to, move.asset)->token
             ? S::wallet_lacks_asset
             : S::ok;
}

[[nodiscard]] S check_cancelled(const Intent& intent, const View& view) {
  const Intent* target = view.custody.intents.find(intent.cancels);
  if (target == nullptr) return S::intent_not_found;
  const bool unsettled = target->state == IntentState::executed;
  const bool cancellable =
      target->vault == intent.vault && target->id != intent.id && (target->is_open() || unsettled);
  return cancellable ? S::ok : S::not_cancellable;
}

}  // namespace

bool is_payable(const ledger::Account& account) {
  return !ledger::is_reserved_class(account.account_class) &&
         account.account_class != ledger::AccountClass::custody &&
         account.account_class != ledger::AccountClass::external;
}

S check_content(const Intent& intent, const View& view) {
  const Vault& vault = *view.custody.vaults.find(intent.vault);
  switch (intent.kind) {
    case IntentKind::release:
      return check_release(*intent.release, vault, view);
    case IntentKind::move:
      return check_move(*intent.move, vault, view);
    case IntentKind::change_policy:
      return status_of<S>(state_fault(*intent.policy, view));
    case IntentKind::cancel:
      return check_cancelled(intent, view);
  }
  COFFERDAM_CHECK(false, "the list of intents is closed");
}

Amount cap_left(const Vault& vault, AssetId asset, const State& state, Time now) {
  const AssetCap* cap = cap_of(vault.policy, asset);
  if (cap == nullptr) return Amount();
  const CapWindow* window = state.windows.find({vault.id, asset});
  COFFERDAM_CHECK(window != nullptr, "every cap in force has a window");
  return pool::accrue(cap->limit, window->window, now).balance;
}

Amount free_in_wallet(const Wallet& wallet, AssetId asset, const ledger::State& ledger) {
  const WalletAsset* held = holding_of(wallet, asset);
  if (held == nullptr) return Amount();
  const ledger::Account* account = ledger.accounts.find(held->custody_account);
  COFFERDAM_CHECK(account != nullptr, "a wallet's custody account exists");
  const auto all = base::try_sub(account->debits_posted, account->credits_posted);
  if (!all) return Amount();
  const auto pending = base::try_sub(*all, account->credits_pending);
  if (!pending) return Amount();
  return base::try_sub(*pending, held->outgoing_amount).value_or(Amount());
}

namespace {

// While a pool winds up nobody is paid by what was signed before: what is signed then follows the
// order in which its owners are paid, and the signers answer for it.
[[nodiscard]] bool may_pay(const pool::Pool& pool, const Intent& intent) {
  if (pool.state == pool::PoolState::active) return true;
  return pool.state == pool::PoolState::winding_up && intent.proposed >= pool.state_since;
}

}  // namespace

S check_means(const Intent& intent, const View& view, Time now) {
  const Vault& vault = *view.custody.vaults.find(intent.vault);
  const pool::Pool* pool = view.pools.pools.find(vault.pool);
  COFFERDAM_CHECK(pool != nullptr, "a vault's pool exists");
  if (intent.kind == IntentKind::change_policy) return S::ok;
  if (intent.kind == IntentKind::cancel) {
    // Only what was executed is booked back, and a pool that stands still books nothing.
    const bool booked = view.custody.intents.find(intent.cancels)->state == IntentState::executed;
    const bool open =
        pool->state == pool::PoolState::active || pool->state == pool::PoolState::winding_up;
    return booked && !open ? S::pool_not_open : S::ok;
  }
  if (!may_pay(*pool, intent)) return S::pool_not_open;
  if (intent.move) {
    // One operator declares a wallet: its place waits as a new beneficiary does.
    const Wallet& to = *view.custody.wallets.find(intent.move->to);
    const auto usable = base::try_add(to.created, vault.policy.change_delay);
    if (!usable || *usable > now) return S::beneficiary_too_new;
    const Wallet& from = *view.custody.wallets.find(intent.move->from);
    return intent.move->amount > free_in_wallet(from, intent.move->asset, view.ledger)
               ? S::exceeds_wallet
               : S::ok;
  }
  const Release& release = *intent.release;
  if (view.custody.beneficiaries.find(release.beneficiary)->usable_from > now)
    return S::beneficiary_too_new;
  if (release.amount > cap_left(vault, release.asset, view.custody, now)) return S::exceeds_cap;
  const Wallet& wallet = *view.custody.wallets.find(release.wallet);
  return release.amount > free_in_wallet(wallet, release.asset, view.ledger) ? S::exceeds_wallet
                                                                             : S::ok;
}

S status_of_leg(ledger::TransferStatus status) {
  using T = ledger::TransferStatus;
  if (status == T::ok) return S::ok;
  if (status == T::debit_account_already_closed || status == T::credit_account_already_closed ||
      status == T::debit_account_frozen || status == T::credit_account_frozen)
    return S::account_closed_or_frozen;
  if (status == T::exceeds_credits || status == T::exceeds_debits || status == T::exceeds_floor ||
      status == T::exceeds_ceiling)
    return S::exceeds_balance;
  return S::overflows;
}

std::size_t standing_approvals(const Intent& intent, const State& state) {
  const auto count = std::count_if(intent.approvals.begin(), intent.approvals.end(),
                                   [&](const Approval& approval) {
                                     const Signer* signer = state.signers.find(approval.signer);
                                     return signer != nullptr && !signer->revoked;
                                   });
  return static_cast<std::size_t>(count);
}

void close_intent(State& state, Context& context, IntentId id, IntentState to,
                  const std::string& note) {
  Intent& intent = state.intents.edit(context.changes, id);
  if (intent.is_open()) state.vaults.edit(context.changes, intent.vault).open_intents -= 1;
  intent.state = to;
  intent.closed = context.now;
  intent.closed_by = context.principal;
  intent.note = note;
}

}  // namespace cofferdam::custody
