// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: two pools, a vault of three signers (two of secp256k1,
// one of Ed25519) over two wallets, a client with money, a beneficiary; and commands run as the
// engine runs them, with every law asked at the end.
#pragma once

#include "cofferdam/books/custody/approve_intent.h"
#include "cofferdam/books/custody/beneficiaries.h"
#include "cofferdam/books/custody/execute_intent.h"
#include "cofferdam/books/custody/invariants.h"
#include "cofferdam/books/custody/open_vault.h"
#include "cofferdam/books/custody/open_wallet.h"
#include "cofferdam/books/custody/propose_intent.h"
#include "cofferdam/books/custody/settle_intent.h"
#include "cofferdam/books/custody/signers.h"
#include "cofferdam/books/custody/stop_intent.h"
#include "cofferdam/books/custody/typed_intent.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/test_books.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/keccak.h"
#include "cofferdam/crypto/secp256k1.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cofferdam::custody::test {

using S = IntentStatus;

inline std::string hex(std::string_view bytes) {
  return crypto::bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

inline crypto::EcdsaKey ecdsa_key(std::string_view phrase) {
  return crypto::EcdsaKey::from_bytes(crypto::Secret<32>(crypto::keccak256(phrase))).value();
}

inline crypto::SigningKey ed25519_key(std::string_view phrase) {
  return crypto::SigningKey::from_seed(crypto::Seed(crypto::keccak256(phrase)));
}

inline const std::string kPayee = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

class Vaults {
 public:
  pool::test::Books books;
  State custody;
  principal::State principals;
  access::State grants;
  AssetId usd;
  PoolId pool;
  PoolId other_pool;
  AccountId client;
  AccountId custody_a;
  AccountId custody_b;
  PrincipalId root{1};
  PrincipalId vetoer;
  std::vector<SignerId> signers;
  VaultId vault;
  WalletId wallet_a;
  WalletId wallet_b;
  BeneficiaryId payee;

  Vaults() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context());
    usd = books.add_asset("USD", 2);
    pool = books.add_pool({.code = "clients", .regime = pool::Regime::omnibus});
    other_pool = books.add_pool({.code = "house", .regime = pool::Regime::house});
    client = books.add_account(
        {.pool = pool, .asset = usd, .owner = 7, .flags = ledger::kDebitsMustNotExceedCredits});
    custody_a = add_custody(pool);
    custody_b = add_custody(pool);
    EXPECT_EQ(ledger::post_leg(books.ledger, context(), slot(custody_a), slot(client),
                               Amount(100'000), 1),
              ledger::TransferStatus::ok);
    for (const std::string name : {"ann", "bob", "cem"}) add_signer(name);
    vetoer = add_principal("risk");
    vault = open("main", pool, policy());
    wallet_a = add_wallet("hot", 1, custody_a);
    wallet_b = add_wallet("cold", 2, custody_b);
    payee = add_beneficiary("acme", OwnerId());
    books.changes.commit();
    wait(base::kDay * 3);
  }

  [[nodiscard]] Context& context() { return books.context; }

  [[nodiscard]] View view() const { return {custody, books.pools, books.ledger, principals}; }

  [[nodiscard]] Slot slot(AccountId id) const { return books.ledger.accounts.find_slot(id); }

  void wait(Duration time) { books.context.now = books.context.now + time; }

  [[nodiscard]] Time in(Duration time) {
    // Deadlines are whole seconds.
    const Time then = context().now + time;
    return Time(then.value() / 1'000'000'000 * 1'000'000'000);
  }

  AccountId add_custody(PoolId where) {
    return books.add_account({.pool = where,
                              .asset = usd,
                              .account_class = ledger::AccountClass::custody,
                              .owner_class = ledger::OwnerClass::pool});
  }

  PrincipalId add_principal(const std::string& code) {
    context().principal = root;
    apply(principal::CreatePrincipal{.code = code, .roles = principal::kOperator}, principals,
          context());
    return PrincipalId(static_cast<std::uint32_t>(context().created));
  }

  // Cem signs with Ed25519.
  SignerId add_signer(const std::string& name) {
    const bool edwards = name == "cem";
    const RegisterSigner command{.code = name,
                                 .kind = edwards ? SignerKind::ed25519 : SignerKind::secp256k1,
                                 .public_key = edwards
                                                   ? crypto::to_hex(ed25519_key(name).public_key())
                                                   : crypto::to_text(ecdsa_key(name).address()),
                                 .principal = add_principal(name)};
    EXPECT_EQ(check_shape(command), SignerStatus::ok);
    EXPECT_EQ(check_state(command, custody, principals), SignerStatus::ok);
    apply(command, custody, context());
    signers.push_back(SignerId(static_cast<std::uint32_t>(context().created)));
    return signers.back();
  }

  [[nodiscard]] VaultPolicy policy() const {
    return {.signers = {signers[0], signers[1], signers[2]},
            .threshold = 2,
            .delay = base::kHour,
            .change_threshold = 3,
            .change_delay = base::kDay * 2,
            .life = base::kDay * 7,
            .vetoers = {vetoer},
            .caps = {{usd, {Amount(50'000), Amount(10'000), base::kDay}}}};
  }

  VaultId open(const std::string& code, PoolId where, const VaultPolicy& by) {
    const OpenVault command{
        .code = code, .pool = where, .chain_id = 1, .salt = std::string(64, '1'), .policy = by};
    EXPECT_EQ(check_shape(command), OpenVaultStatus::ok);
    EXPECT_EQ(check_state(command, custody, books.pools, books.ledger, principals),
              OpenVaultStatus::ok);
    apply(command, custody, context());
    return VaultId(static_cast<std::uint32_t>(context().created));
  }

  [[nodiscard]] static Destination address(unsigned number, std::uint64_t chain = 1) {
    crypto::Address at;
    at.bytes[19] = static_cast<std::uint8_t>(number);
    return {
        .form = DestinationForm::chain_address, .chain_id = chain, .address = crypto::to_text(at)};
  }

  WalletId add_wallet(const std::string& code, unsigned number, AccountId account) {
    const OpenWallet command{.code = code,
                             .pool = pool,
                             .vault = vault,
                             .place = address(number),
                             .assets = {{.asset = usd, .custody_account = account}}};
    EXPECT_EQ(check_shape(command), OpenWalletStatus::ok);
    EXPECT_EQ(check_state(command, custody, books.pools, books.ledger), OpenWalletStatus::ok);
    apply(command, custody, books.ledger, context());
    return WalletId(static_cast<std::uint32_t>(context().created));
  }

  BeneficiaryId add_beneficiary(const std::string& code, OwnerId owner,
                                const Destination& place = {.chain_id = 1, .address = kPayee}) {
    const AllowBeneficiary command{.code = code, .vault = vault, .place = place, .owner = owner};
    EXPECT_EQ(check_shape(command), BeneficiaryStatus::ok);
    EXPECT_EQ(check_state(command, custody), BeneficiaryStatus::ok);
    apply(command, custody, context());
    return BeneficiaryId(static_cast<std::uint32_t>(context().created));
  }

  // As the engine does: all phases, the laws, and nothing left of a refusal.
  S run(const auto& command, auto state_check, auto application) {
    S status = check_shape(command);
    if (status == S::ok) status = state_check();
    if (status == S::ok) status = application();
    if (status != S::ok) {
      books.changes.rollback();
      return status;
    }
    const auto violation = broken();
    EXPECT_FALSE(violation) << violation.value_or("");
    books.changes.commit();
    return status;
  }

  [[nodiscard]] std::optional<std::string> broken() const {
    for (const auto& found : {check_executed_was_signed(view()), check_intents_go_forward(custody),
                              check_policy_changes_by_intent(custody),
                              check_wallets_keep_their_pool(custody, books.ledger),
                              check_transit_is_named(custody, books.ledger),
                              check_leaves_by_intent(custody, books.ledger), books.violation()})
      if (found) return found;
    return std::nullopt;
  }

  S propose(const ProposeIntent& c) {
    return run(
        c,
        [&] { return check_state(c, custody, books.pools, books.ledger, principals, context()); },
        [&] { return apply(c, custody, books.pools, books.ledger, principals, context()); });
  }

  S approve(const ApproveIntent& c) {
    return run(
        c,
        [&] {
          return check_state(c, custody, books.pools, books.ledger, principals, grants, context());
        },
        [&] { return apply(c, custody, context()); });
  }

  S execute(IntentId intent) {
    const ExecuteIntent c{intent};
    return run(
        c,
        [&] { return check_state(c, custody, books.ledger, books.pools, principals, context()); },
        [&] { return apply(c, custody, books.ledger, context()); });
  }

  S settle(const SettleIntent& c) {
    return run(
        c, [&] { return check_state(c, custody, books.ledger, books.pools); },
        [&] { return apply(c, custody, books.ledger, context()); });
  }

  S veto(IntentId intent, PrincipalId by) {
    context().principal = by;
    const VetoIntent c{intent, "looks wrong"};
    const S status = run(
        c, [&] { return check_state(c, custody, principals, context()); },
        [&] { return apply(c, custody, context()); });
    context().principal = root;
    return status;
  }

  S cancel(IntentId intent, PrincipalId by) {
    context().principal = by;
    const CancelIntent c{intent, "second thoughts"};
    const S status = run(
        c, [&] { return check_state(c, custody, principals, grants, context()); },
        [&] { return apply(c, custody, context()); });
    context().principal = root;
    return status;
  }

  S revoke(SignerId signer) {
    const RevokeSigner c{signer, "lost"};
    EXPECT_EQ(check_state(c, custody, principals, context()), SignerStatus::ok);
    apply(c, custody, context());
    books.changes.commit();
    return S::ok;
  }

  [[nodiscard]] ProposeIntent release(base::u128 amount = 1'250) {
    return {.vault = vault,
            .nonce = custody.vaults.find(vault)->next_nonce,
            .deadline = in(base::kDay * 5),
            .release = Release{.wallet = wallet_a,
                               .beneficiary = payee,
                               .asset = usd,
                               .amount = Amount(amount),
                               .debit_account = client}};
  }

  IntentId proposed(const ProposeIntent& command) {
    EXPECT_EQ(propose(command), S::ok);
    return IntentId(static_cast<std::uint32_t>(custody.intents.size()));
  }

  [[nodiscard]] const Intent& intent(IntentId id) const { return *custody.intents.find(id); }

  [[nodiscard]] std::string signature_of(std::size_t signer, const crypto::Hash& digest) const {
    const std::string& name = custody.signers.find(signers[signer])->code;
    if (custody.signers.find(signers[signer])->kind == SignerKind::ed25519)
      return crypto::to_hex(ed25519_key(name).sign(crypto::bytes_of(digest)));
    return hex(crypto::to_bytes(ecdsa_key(name).sign(digest)));
  }

  [[nodiscard]] SignedApproval approval(std::size_t signer, IntentId id) const {
    return {signers[signer], signature_of(signer, hashes_of(intent(id), view()).digest)};
  }

  // Signed by these signers, in this order.
  S sign(IntentId id, const std::vector<std::size_t>& who) {
    ApproveIntent command{.intent = id};
    for (const std::size_t signer : who) command.approvals.push_back(approval(signer, id));
    return approve(command);
  }

  [[nodiscard]] base::i128 held(AccountId id) const { return books.net(id); }

  [[nodiscard]] const WalletAsset& holding(WalletId wallet) const {
    return custody.wallets.find(wallet)->assets[0];
  }
};

}  // namespace cofferdam::custody::test
