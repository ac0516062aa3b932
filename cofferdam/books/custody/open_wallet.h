// SPDX-License-Identifier: Apache-2.0
//
// Declares a wallet: a place that holds assets of one pool.
#pragma once

#include "cofferdam/books/custody/custody.h"

namespace cofferdam::custody {

struct NewWalletAsset {
  AssetId asset;
  AccountId custody_account;
  std::string token;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what is held");
    visit("custody_account", self.custody_account, "the custody account that counts it");
    visit("token", self.token, "the token's contract on the chain; empty: the chain's own coin");
  }
};

struct OpenWallet {
  std::string code;
  PoolId pool;
  VaultId vault;
  Destination place;
  std::vector<NewWalletAsset> assets;

  static constexpr std::string_view kDoc =
      "Declares a wallet of one pool, with the custody accounts that count what it holds.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("pool", self.pool, "the pool that it belongs to, for life");
    visit("vault", self.vault, "the vault that moves it; none: it is only watched");
    visit("place", self.place, "where it is");
    visit("assets", self.assets, "what it holds, 1 to 64, each asset once");
  }
};

enum class OpenWalletStatus : std::uint16_t {
  ok,
  code_malformed,
  place_malformed,
  assets_malformed,
  token_malformed,
  exists,
  pool_not_found,
  pool_is_over,
  vault_not_found,
  vault_of_another_pool,
  vault_on_another_chain,
  place_taken,
  asset_not_found,
  account_not_found,
  account_of_another_pool,
  account_has_different_asset,
  not_a_custody_account,
  account_counts_another_wallet,
  transit_id_taken,
};

[[nodiscard]] OpenWalletStatus check_shape(const OpenWallet& command);
[[nodiscard]] OpenWalletStatus check_state(const OpenWallet& command, const State& state,
                                           const pool::State& pools, const ledger::State& ledger);
OpenWalletStatus apply(const OpenWallet& command, State& state, ledger::State& ledger,
                       Context& context);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::OpenWalletStatus> {
  static constexpr std::array<std::string_view, 19> kNames{"ok",
                                                           "code_malformed",
                                                           "place_malformed",
                                                           "assets_malformed",
                                                           "token_malformed",
                                                           "exists",
                                                           "pool_not_found",
                                                           "pool_is_over",
                                                           "vault_not_found",
                                                           "vault_of_another_pool",
                                                           "vault_on_another_chain",
                                                           "place_taken",
                                                           "asset_not_found",
                                                           "account_not_found",
                                                           "account_of_another_pool",
                                                           "account_has_different_asset",
                                                           "not_a_custody_account",
                                                           "account_counts_another_wallet",
                                                           "transit_id_taken"};
  static constexpr std::array<std::string_view, 19> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a place is an address with its checksum on a numbered chain, or an IBAN",
      "a wallet holds 1 to 64 assets, in the order of their numbers, each once",
      "a token is a contract's address with its checksum, in a wallet on a chain only",
      "a wallet with this code exists",
      "the pool must exist",
      "a closed or detached pool takes no wallet",
      "the vault must exist",
      "a vault moves wallets of its own pool",
      "a vault moves wallets of its own chain, and bank accounts",
      "another wallet stands at this place: an address belongs to one pool",
      "the assets must exist",
      "the custody accounts must exist",
      "the custody accounts lie in the wallet's pool",
      "a custody account counts the asset that it is named for",
      "what a wallet holds is counted by accounts of class custody",
      "a custody account counts one wallet",
      "the ids of the system's own accounts are free"};
};
