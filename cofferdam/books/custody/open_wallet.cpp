// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/open_wallet.h"

#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/crypto/ethereum_address.h"

#include <algorithm>

namespace cofferdam::custody {

using S = OpenWalletStatus;

namespace {

[[nodiscard]] bool is_token(const OpenWallet& command, const std::string& token) {
  if (token.empty()) return true;
  const auto address = crypto::parse_address(token);
  return command.place.form == DestinationForm::chain_address && address && !address->is_zero() &&
         crypto::to_text(*address) == token;
}

[[nodiscard]] WalletId next_id(const State& state) {
  return WalletId(static_cast<std::uint32_t>(state.wallets.size() + 1));
}

[[nodiscard]] S check_asset(const NewWalletAsset& held, const OpenWallet& command,
                            const State& state, const ledger::State& ledger) {
  if (ledger.assets.find(held.asset) == nullptr) return S::asset_not_found;
  const ledger::Account* account = ledger.accounts.find(held.custody_account);
  if (account == nullptr) return S::account_not_found;
  if (account->pool != command.pool) return S::account_of_another_pool;
  if (account->asset != held.asset) return S::account_has_different_asset;
  if (account->account_class != ledger::AccountClass::custody) return S::not_a_custody_account;
  if (state.counted.find(held.custody_account) != nullptr) return S::account_counts_another_wallet;
  for (const TransitAccount kind : {TransitAccount::outgoing, TransitAccount::incoming})
    if (ledger.accounts.find(transit_account(kind, next_id(state), held.asset)) != nullptr)
      return S::transit_id_taken;
  return S::ok;
}

[[nodiscard]] AccountId open_transit(TransitAccount kind, WalletId wallet, PoolId pool,
                                     AssetId asset, ledger::State& ledger, Context& context) {
  const AccountId id = transit_account(kind, wallet, asset);
  ledger::open_account(ledger, context,
                       ledger::AccountEvent{.id = id,
                                            .pool = pool,
                                            .asset = asset,
                                            .account_class = ledger::AccountClass::in_transit,
                                            .owner_class = ledger::OwnerClass::pool,
                                            .code = 1,
                                            .flags = kind == TransitAccount::outgoing
                                                         ? ledger::kDebitsMustNotExceedCredits
                                                         : ledger::kCreditsMustNotExceedDebits});
  return id;
}

}  // namespace

S check_shape(const OpenWallet& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (!is_destination(command.place)) return S::place_malformed;
  const bool ascending = std::adjacent_find(command.assets.begin(), command.assets.end(),
                                            [](const auto& a, const auto& b) {
                                              return a.asset >= b.asset;
                                            }) == command.assets.end();
  if (command.assets.empty() || command.assets.size() > kWalletAssetsMax || !ascending)
    return S::assets_malformed;
  for (const NewWalletAsset& held : command.assets)
    if (!is_token(command, held.token)) return S::token_malformed;
  return S::ok;
}

S check_state(const OpenWallet& command, const State& state, const pool::State& pools,
              const ledger::State& ledger) {
  if (find_wallet(state, command.code) != nullptr) return S::exists;
  const pool::Pool* pool = pools.pools.find(command.pool);
  if (pool == nullptr) return S::pool_not_found;
  if (pool->state == pool::PoolState::closed || pool->state == pool::PoolState::detached)
    return S::pool_is_over;
  if (!command.vault.is_none()) {
    const Vault* vault = state.vaults.find(command.vault);
    if (vault == nullptr) return S::vault_not_found;
    if (vault->pool != command.pool) return S::vault_of_another_pool;
    if (command.place.form == DestinationForm::chain_address &&
        command.place.chain_id != vault->chain_id)
      return S::vault_on_another_chain;
  }
  if (state.places.find(text_of(command.place)) != nullptr) return S::place_taken;
  for (std::size_t i = 0; i < command.assets.size(); ++i) {
    const NewWalletAsset& held = command.assets[i];
    if (const S status = check_asset(held, command, state, ledger); status != S::ok) return status;
  }
  return S::ok;
}

S apply(const OpenWallet& command, State& state, ledger::State& ledger, Context& context) {
  const WalletId id = next_id(state);
  Wallet wallet{.id = id,
                .code = command.code,
                .pool = command.pool,
                .vault = command.vault,
                .place = command.place,
                .created = context.now};
  for (const NewWalletAsset& held : command.assets) {
    wallet.assets.push_back({.asset = held.asset,
                             .custody_account = held.custody_account,
                             .token = held.token,
                             .outgoing = open_transit(TransitAccount::outgoing, id, command.pool,
                                                      held.asset, ledger, context),
                             .incoming = open_transit(TransitAccount::incoming, id, command.pool,
                                                      held.asset, ledger, context)});
    state.counted.insert(context.changes, {held.custody_account, id});
    if (!command.vault.is_none())
      ledger.accounts.edit(context.changes, ledger.accounts.find_slot(held.custody_account))
          .flags |= ledger::kLeavesByIntent;
  }
  state.wallet_names.insert(context.changes, {command.code, id});
  state.places.insert(context.changes, {text_of(command.place), id});
  state.wallets.insert(context.changes, std::move(wallet));
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::custody
