// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/begin_reconciliation.h"

namespace cofferdam::reconciliation {

using S = BeginReconciliationStatus;

namespace {

[[nodiscard]] S check_account(AccountId id, const State& state, const custody::State& custody,
                              const ledger::State& ledger) {
  const ledger::Account* account = ledger.accounts.find(id);
  if (account == nullptr) return S::account_not_found;
  if (custody.counted.find(id) != nullptr) return S::account_counts_a_wallet;
  if (!is_reconcilable(account->account_class)) return S::not_reconcilable;
  return state.holdings.find(id) != nullptr ? S::begun_already : S::ok;
}

}  // namespace

S check_shape(const BeginReconciliation& command) {
  return command.wallet.is_none() == command.account.is_none() ? S::exactly_one_subject : S::ok;
}

S check_state(const BeginReconciliation& command, const State& state, const custody::State& custody,
              const ledger::State& ledger) {
  if (command.wallet.is_none()) return check_account(command.account, state, custody, ledger);
  const custody::Wallet* wallet = custody.wallets.find(command.wallet);
  if (wallet == nullptr) return S::wallet_not_found;
  for (const custody::WalletAsset& held : wallet->assets)
    if (state.holdings.find(held.custody_account) == nullptr) return S::ok;
  return S::begun_already;
}

S apply(const BeginReconciliation& command, const Books& books) {
  if (command.wallet.is_none())
    return begin_holding(books, command.account, WalletId()) ? S::ok : S::balance_too_large;
  for (const custody::WalletAsset& held : books.custody.wallets.find(command.wallet)->assets)
    if (books.state.holdings.find(held.custody_account) == nullptr &&
        !begin_holding(books, held.custody_account, command.wallet))
      return S::balance_too_large;
  return S::ok;
}

}  // namespace cofferdam::reconciliation
