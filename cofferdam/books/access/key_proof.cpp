// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/key_proof.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/secp256k1.h"

namespace cofferdam::access {

namespace {

constexpr std::size_t kEd25519Digits = 128;
constexpr std::size_t kEcdsaDigits = 130;

[[nodiscard]] bool proves_by_ed25519(const Possession& possession, std::string_view proof) {
  const auto key = crypto::parse_public_key(possession.public_key);
  const auto signature = crypto::parse_signature(proof);
  return key && signature && crypto::verify(*key, possession_text(possession), *signature);
}

[[nodiscard]] bool proves_by_ecdsa(const Possession& possession, std::string_view proof) {
  const auto address = crypto::parse_address(possession.public_key);
  std::array<std::uint8_t, kEcdsaDigits / 2> bytes{};
  if (!address || !crypto::bytes_from_hex(proof, bytes)) return false;
  crypto::EcdsaSignature signature;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return crypto::parse_signature_bytes(text, signature) == crypto::EcdsaStatus::ok &&
         crypto::verify(*address, crypto::personal_message_hash(possession_text(possession)),
                        signature);
}

}  // namespace

bool proof_required(const KeyProofState& state, KeyPurpose purpose) {
  const KeyProofPolicy* policy = state.policies.find(purpose);
  return policy != nullptr && policy->required;
}

std::string possession_text(const Possession& possession) {
  std::string text = "cofferdam key possession 1\nbooks ";
  text += possession.books;
  text += "\nprincipal ";
  text += possession.principal;
  text += "\npurpose ";
  text += base::name_of(possession.purpose);
  text += "\nkey ";
  text += possession.public_key;
  return text;
}

bool is_proof(std::string_view text) {
  return ledger::is_hex(text, kEd25519Digits) || ledger::is_hex(text, kEcdsaDigits);
}

bool proves(const Possession& possession, std::string_view proof) {
  return proof.size() == kEd25519Digits ? proves_by_ed25519(possession, proof)
                                        : proves_by_ecdsa(possession, proof);
}

void keep_proof(const Possession& possession, PrincipalId principal, std::string_view proof,
                KeyProofState& state, Context& context) {
  state.proofs.insert(context.changes, KeyProof{.purpose = possession.purpose,
                                                .public_key = std::string(possession.public_key),
                                                .principal = principal,
                                                .from = context.sequence,
                                                .proven = context.now,
                                                .proof = std::string(proof)});
}

std::optional<std::string> check_proofs_stay(const KeyProofState& state) {
  std::optional<std::string> violation;
  state.proofs.each_touched([&](const KeyProof* before, const KeyProof* after) {
    if (violation || before == nullptr) return;
    if (after == nullptr || base::encode(*before) != base::encode(*after))
      violation = "the proof of key " + before->public_key + " was changed or removed";
  });
  return violation;
}

std::optional<std::string> check_keys_are_proven(const KeyProofState& state, const State& keys) {
  if (!proof_required(state, KeyPurpose::signing)) return std::nullopt;
  std::optional<std::string> violation;
  const auto look = [&](const SigningKey& key) {
    if (!violation && key.in_force() &&
        state.proofs.find({KeyPurpose::signing, key.public_key}) == nullptr)
      violation = "signing key " + key.public_key + " is in force without proof of possession";
  };
  if (state.policies.untouched()) {
    keys.keys.each_touched([&](const SigningKey* /*before*/, const SigningKey* after) {
      if (after != nullptr) look(*after);
    });
  } else {
    keys.keys.each(look);
  }
  return violation;
}

}  // namespace cofferdam::access
