// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/key_proof.h"

#include "cofferdam/books/access/prove_key.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/secp256k1.h"

#include <gtest/gtest.h>

namespace cofferdam::access {
namespace {

constexpr std::string_view kBooks = "00112233445566778899aabbccddeeff";
constexpr std::string_view kOtherBooks = "00112233445566778899aabbccddeefe";

crypto::SigningKey key_of(std::uint8_t first) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = first;
  return crypto::SigningKey::from_seed(crypto::Seed(bytes));
}

class KeyProofTest : public testing::Test {
 protected:
  KeyProofTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    ann = add("ann", principal::kAdmin | principal::kOperator);
    bob = add("bob", principal::kOperator);
    context.sequence = 10;
    context.principal = root;
    changes.commit();
  }

  PrincipalId add(const std::string& code, int roles) {
    apply(principal::CreatePrincipal{.code = code, .roles = static_cast<std::uint16_t>(roles)},
          principals, context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  // The text spelled out, and not by possession_text().
  static std::string proof(const crypto::SigningKey& key, std::string_view principal,
                           std::string_view books = kBooks, std::string_view purpose = "signing") {
    return crypto::to_hex(key.sign("cofferdam key possession 1\nbooks " + std::string(books) +
                                   "\nprincipal " + std::string(principal) + "\npurpose " +
                                   std::string(purpose) + "\nkey " +
                                   crypto::to_hex(key.public_key())));
  }

  template <class Command>
  auto give(const Command& command) {
    auto status = check_shape(command);
    if (status == decltype(status)::ok)
      status = check_state(command, {keys, proofs, principals, kBooks}, std::as_const(context));
    if (status != decltype(status)::ok) return status;
    if constexpr (std::is_same_v<Command, SetKeyProofPolicy>)
      apply(command, proofs, context);
    else
      apply(command, keys, proofs, context);
    EXPECT_EQ(check_proofs_stay(proofs), std::nullopt);
    EXPECT_EQ(check_keys_are_proven(proofs, keys), std::nullopt);
    changes.commit();
    ++context.sequence;
    return status;
  }

  SigningKeyStatus enrol(const crypto::SigningKey& key, PrincipalId who, const std::string& name,
                         const std::string& by, const std::string& replaces = "") {
    return give(EnrolSigningKey{.principal = who,
                                .name = name,
                                .public_key = crypto::to_hex(key.public_key()),
                                .replaces = replaces,
                                .proof = by});
  }

  State keys;
  KeyProofState proofs;
  principal::State principals;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .postings = postings};
  PrincipalId root{1};
  PrincipalId ann, bob;
};

TEST_F(KeyProofTest, AKeyComesInOnlyByItsOwnSignatureForThisPrincipalInTheseBooks) {
  using enum SigningKeyStatus;
  const crypto::SigningKey key = key_of(1);
  EXPECT_EQ(enrol(key, bob, "phone", ""), proof_malformed);
  EXPECT_EQ(enrol(key, bob, "phone", std::string(130, '0')), proof_malformed);
  EXPECT_EQ(enrol(key, bob, "phone", proof(key, "ann")), proof_does_not_verify);
  EXPECT_EQ(enrol(key, bob, "phone", proof(key, "bob", kOtherBooks)), proof_does_not_verify);
  EXPECT_EQ(enrol(key, bob, "phone", proof(key, "bob", kBooks, "custody")), proof_does_not_verify);
  EXPECT_EQ(enrol(key, bob, "phone", proof(key_of(2), "bob")), proof_does_not_verify);
  // Who saw a public key somewhere does not make it their own.
  EXPECT_EQ(enrol(key, ann, "phone", proof(key, "bob")), proof_does_not_verify);
  EXPECT_EQ(keys.keys.size(), 0U);
  EXPECT_EQ(enrol(key, bob, "phone", proof(key, "bob")), ok);
  EXPECT_EQ(enrol(key, bob, "laptop", proof(key, "bob")), key_exists);
  const KeyProof* row = proofs.proofs.find({KeyPurpose::signing, crypto::to_hex(key.public_key())});
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->principal, bob);
  EXPECT_EQ(row->from, find_key(keys, row->public_key)->from);
}

TEST_F(KeyProofTest, AKeyIsReplacedByOneThatIsProven) {
  using enum SigningKeyStatus;
  const std::string first = crypto::to_hex(key_of(1).public_key());
  ASSERT_EQ(enrol(key_of(1), bob, "phone", proof(key_of(1), "bob")), ok);
  EXPECT_EQ(enrol(key_of(2), bob, "next", proof(key_of(2), "ann"), first), proof_does_not_verify);
  EXPECT_TRUE(find_key(keys, first)->in_force());
  // The key of another is not replaced under one's own name.
  EXPECT_EQ(enrol(key_of(2), ann, "next", proof(key_of(2), "ann"), first), key_not_found);
  EXPECT_EQ(enrol(key_of(2), bob, "next", proof(key_of(2), "bob"), first), ok);
  EXPECT_FALSE(find_key(keys, first)->in_force());
  EXPECT_EQ(enrol(key_of(3), bob, "third", proof(key_of(3), "bob"), first), already_revoked);
}

TEST_F(KeyProofTest, ProofsAreRequiredOnceEveryKeyInForceHasOne) {
  using enum KeyProofStatus;
  const std::string old_key = crypto::to_hex(key_of(1).public_key());
  apply(RegisterSigningKey{bob, "old", old_key}, keys, context);
  changes.commit();
  EXPECT_EQ(give(SetKeyProofPolicy{}), keys_without_proof);
  EXPECT_EQ(give(ProveSigningKey{old_key, proof(key_of(1), "ann")}), proof_does_not_verify);
  EXPECT_EQ(give(ProveSigningKey{crypto::to_hex(key_of(9).public_key()), proof(key_of(9), "bob")}),
            key_not_found);
  EXPECT_EQ(give(ProveSigningKey{old_key, "x"}), proof_malformed);
  EXPECT_EQ(give(ProveSigningKey{old_key, proof(key_of(1), "bob")}), ok);
  EXPECT_EQ(give(ProveSigningKey{old_key, proof(key_of(1), "bob")}), already_proven);
  EXPECT_FALSE(proof_required(proofs, KeyPurpose::signing));
  EXPECT_EQ(give(SetKeyProofPolicy{}), ok);
  EXPECT_TRUE(proof_required(proofs, KeyPurpose::signing));
  EXPECT_FALSE(proof_required(proofs, KeyPurpose::custody));
  context.principal = bob;
  EXPECT_EQ(give(SetKeyProofPolicy{.required = false}), not_permitted);
  context.principal = ann;
  EXPECT_EQ(give(SetKeyProofPolicy{.required = false}), ok);
  EXPECT_FALSE(proof_required(proofs, KeyPurpose::signing));
}

TEST_F(KeyProofTest, OnlyTheHolderOrAnAdminBringsTheProof) {
  const std::string key = crypto::to_hex(key_of(1).public_key());
  apply(RegisterSigningKey{ann, "old", key}, keys, context);
  changes.commit();
  context.principal = bob;
  EXPECT_EQ(give(ProveSigningKey{key, proof(key_of(1), "ann")}), KeyProofStatus::not_permitted);
  context.principal = ann;
  EXPECT_EQ(give(ProveSigningKey{key, proof(key_of(1), "ann")}), KeyProofStatus::ok);
}

TEST_F(KeyProofTest, TheLawSeesAKeyWithoutProofAndAProofThatChanged) {
  ASSERT_EQ(enrol(key_of(1), bob, "phone", proof(key_of(1), "bob")), SigningKeyStatus::ok);
  ASSERT_EQ(give(SetKeyProofPolicy{}), KeyProofStatus::ok);
  apply(RegisterSigningKey{ann, "old", crypto::to_hex(key_of(2).public_key())}, keys, context);
  EXPECT_NE(check_keys_are_proven(proofs, keys), std::nullopt);
  changes.rollback();
  EXPECT_EQ(check_keys_are_proven(proofs, keys), std::nullopt);
  const std::string key = crypto::to_hex(key_of(1).public_key());
  proofs.proofs.edit(context.changes, {KeyPurpose::signing, key}).principal = ann;
  EXPECT_NE(check_proofs_stay(proofs), std::nullopt);
}

TEST_F(KeyProofTest, AWalletProvesByPersonalSign) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[31] = 7;
  const auto wallet = crypto::EcdsaKey::from_bytes(crypto::Secret<32>(bytes));
  ASSERT_TRUE(wallet.has_value());
  const std::string address = crypto::to_text(wallet->address());
  const Possession possession{
      .books = kBooks, .principal = "bob", .purpose = KeyPurpose::custody, .public_key = address};
  const std::string text = "cofferdam key possession 1\nbooks " + std::string(kBooks) +
                           "\nprincipal bob\npurpose custody\nkey " + address;
  const auto hex = [](std::string_view raw) {
    std::string digits;
    for (const char c : raw) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      digits += kDigits[static_cast<unsigned char>(c) >> 4U];
      digits += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return digits;
  };
  const std::string good = hex(crypto::to_bytes(wallet->sign(crypto::personal_message_hash(text))));
  EXPECT_TRUE(is_proof(good));
  EXPECT_TRUE(proves(possession, good));
  Possession other = possession;
  other.principal = "ann";
  EXPECT_FALSE(proves(other, good));
  std::string flipped = good;
  flipped[0] = flipped[0] == '0' ? '1' : '0';
  EXPECT_FALSE(proves(possession, flipped));
  EXPECT_FALSE(proves(possession, ""));
}

}  // namespace
}  // namespace cofferdam::access
