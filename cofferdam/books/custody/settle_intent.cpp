// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/settle_intent.h"

#include "cofferdam/books/custody/authority.h"
#include "cofferdam/books/custody/transit.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/reason.h"

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

[[nodiscard]] WalletId paying_wallet(const Intent& intent) {
  return intent.release ? intent.release->wallet : intent.move->from;
}

// The signatures say nothing of a fee, so that it may come out of no client's account but the one
// that they debit, and out of no wallet beyond the caps that they agreed to.
[[nodiscard]] S check_fee(const NetworkFee& fee, const Intent& intent, const State& state,
                          const ledger::State& ledger) {
  const Wallet& wallet = *state.wallets.find(paying_wallet(intent));
  const ledger::Account* account = ledger.accounts.find(fee.debit_account);
  const bool fits = account != nullptr && account->pool == wallet.pool &&
                    account->asset == fee.asset && is_payable(*account) &&
                    holding_of(wallet, fee.asset) != nullptr;
  if (!fits) return S::fee_account_malformed;
  const bool own = intent.release && intent.release->debit_account == fee.debit_account;
  const bool venue = account->owner_class == ledger::OwnerClass::house ||
                     account->owner_class == ledger::OwnerClass::pool;
  if (!own && !venue) return S::fee_account_malformed;
  const Vault& vault = *state.vaults.find(intent.vault);
  if (cap_of(vault.policy, fee.asset) == nullptr) return S::asset_without_cap;
  // What this intent ordered out is still in the wallet, and is no longer free.
  return fee.amount > free_in_wallet(wallet, fee.asset, ledger) ? S::exceeds_wallet : S::ok;
}

}  // namespace

S check_shape(const SettleIntent& command) {
  if (command.fee && command.fee->amount.is_zero()) return S::amount_must_not_be_zero;
  if (command.fee && command.fee->amount.units() > static_cast<base::u128>(base::kI128Max))
    return S::amount_too_large;
  return command.transaction.empty() || command.transaction.size() > kReferenceMax
             ? S::reference_malformed
             : S::ok;
}

S check_state(const SettleIntent& command, const State& state, const ledger::State& ledger,
              const pool::State& pools) {
  const Intent* intent = state.intents.find(command.intent);
  if (intent == nullptr) return S::intent_not_found;
  if (intent->state != IntentState::executed) return S::not_executed;
  const Wallet& wallet = *state.wallets.find(paying_wallet(*intent));
  // A pool that is winding up still sees its payments arrive.
  const pool::PoolState pool = pools.pools.find(wallet.pool)->state;
  if (pool != pool::PoolState::active && pool != pool::PoolState::winding_up)
    return S::pool_not_open;
  return command.fee ? check_fee(*command.fee, *intent, state, ledger) : S::ok;
}

S apply(const SettleIntent& command, State& state, ledger::State& ledger, Context& context) {
  const Intent intent = *state.intents.find(command.intent);
  if (const S status = confirm(intent, {state, ledger, context}); status != S::ok) return status;
  if (command.fee) {
    const Wallet& wallet = *state.wallets.find(paying_wallet(intent));
    const AccountId custody = holding_of(wallet, command.fee->asset)->custody_account;
    if (command.fee->amount >
        cap_left(*state.vaults.find(intent.vault), command.fee->asset, state, context.now))
      return S::exceeds_cap;
    spend_cap(intent.vault, command.fee->asset, command.fee->amount, state, context);
    const S status = status_of_leg(ledger::post_signed_leg(
        ledger, context, ledger.accounts.find_slot(command.fee->debit_account),
        ledger.accounts.find_slot(custody), command.fee->amount, pool::kFee, intent.id.value()));
    if (status != S::ok) return status;
  }
  close_intent(state, context, intent.id, IntentState::settled, command.transaction);
  return S::ok;
}

}  // namespace cofferdam::custody
