// SPDX-License-Identifier: Apache-2.0
//
// Custody: where a pool's assets lie, and whose signatures move them.
//
// Its words. A *wallet* is a place that holds assets of one pool: an address on a chain or an
// account at a bank. A *watch-only* wallet is counted and never paid from. A *vault* is the
// authority over wallets of one pool: a *policy* of m-of-n *signers* with a delay, a veto and caps
// that refill. A *beneficiary* is somebody whom the vault may pay, in the one form in which he is
// paid. An *intent* is what signers agree to: one of a closed list (release to a beneficiary, move
// between wallets of the pool, change of policy, cancellation); bytes that nobody can read are no
// intent. A *bundle* is an intent as a document that travels to the signers and back.
//
//   proposed --approvals--> approved --delay--> executed --confirmation--> settled
//       \________ vetoed, cancelled, or past its deadline ________/
//
// An approval is a signature over an EIP-712 struct that names all that it binds: chain and vault
// in the domain; pool, vault, nonce, policy version, deadline, and every field of the intent with
// the beneficiary's form in the message. Both kinds of key sign the same digest.
//
// Its laws. A wallet belongs to one pool for life, and an address to one wallet. Nothing leaves a
// wallet without m signatures that verify, of m different signers who stand in the policy under
// which they signed and are not revoked. A nonce is used once. A policy changes through an intent
// of its own only, with its own, not lower, threshold and delay; what was approved under an older
// policy is stale. What was ordered out of a wallet and has not left it has a name: the balance of
// its transit accounts.
//
// What it must not know: chains, banks and how a payment gets there; secret keys; the clock.
#pragma once

#include "cofferdam/books/access/access.h"
#include "cofferdam/books/custody/destination.h"
#include "cofferdam/books/custody/intent.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/pool/pool.h"
#include "cofferdam/books/principal/principal.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::custody {

enum class SignerKind : std::uint8_t { secp256k1, ed25519 };

struct Signer {
  using Key = SignerId;
  SignerId id;
  std::string code;
  SignerKind kind = SignerKind::secp256k1;
  std::string public_key;
  PrincipalId principal;
  bool revoked = false;
  Time registered;
  Time revoked_at;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the signer");
    visit("code", self.code, "short unique name");
    visit("kind", self.kind, "kind of key");
    visit("public_key", self.public_key, "secp256k1: the address; ed25519: the key in hex");
    visit("principal", self.principal, "who holds the key");
    visit("revoked", self.revoked, "its signatures count no more");
    visit("registered", self.registered, "when");
    visit("revoked_at", self.revoked_at, "when; 0: never");
  }
};

struct Vault {
  using Key = VaultId;
  VaultId id;
  std::string code;
  PoolId pool;
  std::uint64_t chain_id = 0;
  std::string address;
  VaultPolicy policy;
  std::uint32_t policy_version = 0;
  std::uint64_t next_nonce = 1;
  std::uint32_t open_intents = 0;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the vault");
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "the pool whose wallets it moves");
    visit("chain_id", self.chain_id, "chain id of the signing domain");
    visit("address", self.address, "verifying contract of the signing domain");
    visit("policy", self.policy, "who must sign, and when what was signed may happen");
    visit("policy_version", self.policy_version, "counted from 1");
    visit("next_nonce", self.next_nonce, "of the next intent");
    visit("open_intents", self.open_intents, "intents that are proposed or approved");
    visit("created", self.created, "when it was opened");
  }
};

struct WalletAsset {
  AssetId asset;
  AccountId custody_account;
  std::string token;
  AccountId outgoing;
  AccountId incoming;
  Amount outgoing_amount;
  Amount incoming_amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what is held");
    visit("custody_account", self.custody_account, "the custody account that counts it");
    visit("token", self.token, "the token's contract on the chain; empty: the chain's own coin");
    visit("outgoing", self.outgoing, "account of what was ordered to leave and has not left");
    visit("incoming", self.incoming, "account of what is on its way in from another wallet");
    visit("outgoing_amount", self.outgoing_amount, "what was ordered to leave and has not left");
    visit("incoming_amount", self.incoming_amount, "what is on its way in from another wallet");
  }
};

struct Wallet {
  using Key = WalletId;
  WalletId id;
  std::string code;
  PoolId pool;
  VaultId vault;
  Destination place;
  std::vector<WalletAsset> assets;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the wallet");
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "the pool that it belongs to");
    visit("vault", self.vault, "the vault that moves it; none: it is only watched");
    visit("place", self.place, "where it is");
    visit("assets", self.assets, "what it holds");
    visit("created", self.created, "when it was declared");
  }
};

// Which wallet stands at a place, so that no second one does.
struct Place {
  using Key = std::string;
  std::string place;
  WalletId wallet;

  [[nodiscard]] const Key& key() const { return place; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("place", self.place, "form, chain and address");
    visit("wallet", self.wallet, "the wallet there");
  }
};

// Which wallet a custody account counts.
struct CountedBy {
  using Key = AccountId;
  AccountId account;
  WalletId wallet;

  [[nodiscard]] Key key() const { return account; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the custody account");
    visit("wallet", self.wallet, "the wallet that it counts");
  }
};

struct Beneficiary {
  using Key = BeneficiaryId;
  BeneficiaryId id;
  std::string code;
  VaultId vault;
  Destination place;
  OwnerId owner;
  Time usable_from;
  bool removed = false;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the beneficiary");
    visit("code", self.code, "short unique name");
    visit("vault", self.vault, "the vault that may pay");
    visit("place", self.place, "the one place that it is paid at");
    visit("owner", self.owner, "paid only from accounts of this owner; 0: of any");
    visit("usable_from", self.usable_from, "from when on it may be paid");
    visit("removed", self.removed, "it is paid no more");
    visit("created", self.created, "when it was allowed");
  }
};

// What is left of a cap of a vault.
struct CapWindow {
  struct Key {
    VaultId vault;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  VaultId vault;
  AssetId asset;
  pool::RefillingState window;

  [[nodiscard]] Key key() const { return {vault, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("vault", self.vault, "the vault");
    visit("asset", self.asset, "the asset");
    visit("window", self.window, "what is left");
  }
};

struct State {
  base::Table<Vault> vaults;
  ledger::NameIndex<VaultId> vault_names;
  base::Table<Wallet> wallets;
  ledger::NameIndex<WalletId> wallet_names;
  base::OrderedTable<Place> places;
  base::Table<CountedBy> counted;
  base::Table<Signer> signers;
  ledger::NameIndex<SignerId> signer_names;
  base::Table<Beneficiary> beneficiaries;
  ledger::NameIndex<BeneficiaryId> beneficiary_names;
  base::OrderedTable<CapWindow> windows;
  base::Table<Intent> intents;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.vaults);
    f(self.vault_names);
    f(self.wallets);
    f(self.wallet_names);
    f(self.places);
    f(self.counted);
    f(self.signers);
    f(self.signer_names);
    f(self.beneficiaries);
    f(self.beneficiary_names);
    f(self.windows);
    f(self.intents);
  }
};

inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kWalletAssetsMax = 64;
inline constexpr std::uint32_t kOpenIntentsMax = 256;  // of one vault

[[nodiscard]] const Vault* find_vault(const State& state, std::string_view code);
[[nodiscard]] const Wallet* find_wallet(const State& state, std::string_view code);
[[nodiscard]] const Signer* find_signer(const State& state, std::string_view code);
[[nodiscard]] const Beneficiary* find_beneficiary(const State& state, std::string_view code);

// What a wallet holds of an asset; nullptr when it is not declared to.
[[nodiscard]] const WalletAsset* holding_of(const Wallet& wallet, AssetId asset);

// Ids of the accounts that this room opens (see pool/account_ids.h for those below): the number is
// that of the wallet and of the asset.
enum class TransitAccount : std::uint64_t { outgoing = 0x0020, incoming = 0x0021 };

[[nodiscard]] constexpr AccountId transit_account(TransitAccount kind, WalletId wallet,
                                                  AssetId asset) {
  return AccountId(base::make_u128(0xC0FF'E2DA'0000'0000 | static_cast<std::uint64_t>(kind),
                                   (std::uint64_t{wallet.value()} << 32) | asset.value()));
}

// The states that the typed form of an intent is written from.
struct View {
  const State& custody;
  const pool::State& pools;
  const ledger::State& ledger;
  const principal::State& principals;
};

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::SignerKind> {
  static constexpr std::array<std::string_view, 2> kNames{"secp256k1", "ed25519"};
};
