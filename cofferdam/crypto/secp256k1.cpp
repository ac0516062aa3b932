// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/secp256k1.h"

#include "cofferdam/base/check.h"
#include "cofferdam/crypto/keccak.h"
#include "cofferdam/crypto/random.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <string>

namespace cofferdam::crypto {

namespace {

using S = EcdsaStatus;

// Half of the order of the group, rounded down (SEC 2 version 2.0, 2.4.1).
constexpr Word kHalfOrder{0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                          0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4,
                          0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0};

// For signing: blinded once with fresh randomness against side channels. Verification needs none.
[[nodiscard]] const secp256k1_context* signing_context() {
  static const secp256k1_context* const context = [] {
    secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    Secret<32> seed;
    fill_random(seed.writable());
    COFFERDAM_CHECK(secp256k1_context_randomize(made, seed.reveal().data()) == 1,
                    "blinding takes any seed");
    return made;
  }();
  return context;
}

[[nodiscard]] Address address_of(const secp256k1_pubkey& key) {
  std::array<std::uint8_t, 65> bytes{};
  std::size_t size = bytes.size();
  COFFERDAM_CHECK(secp256k1_ec_pubkey_serialize(secp256k1_context_static, bytes.data(), &size, &key,
                                                SECP256K1_EC_UNCOMPRESSED) == 1,
                  "a public key has an uncompressed form");
  const Hash hash = keccak256({reinterpret_cast<const char*>(bytes.data()) + 1, 64});
  Address address;
  std::copy(hash.begin() + 12, hash.end(), address.bytes.begin());
  return address;
}

[[nodiscard]] bool parse(const EcdsaSignature& signature,
                         secp256k1_ecdsa_recoverable_signature& parsed) {
  std::array<std::uint8_t, 64> compact{};
  std::copy(signature.r.begin(), signature.r.end(), compact.begin());
  std::copy(signature.s.begin(), signature.s.end(), compact.begin() + 32);
  return secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed,
                                                             compact.data(), signature.parity) == 1;
}

}  // namespace

std::string to_bytes(const EcdsaSignature& signature) {
  std::string bytes(bytes_view(signature.r));
  bytes += bytes_view(signature.s);
  bytes.push_back(static_cast<char>(27 + signature.parity));
  return bytes;
}

S check_canonical(const EcdsaSignature& signature) {
  secp256k1_ecdsa_recoverable_signature parsed;
  if (is_zero(signature.r) || is_zero(signature.s) || signature.parity > 1 ||
      !parse(signature, parsed))
    return S::zero_or_too_large;
  return signature.s > kHalfOrder ? S::high_s : S::ok;
}

S parse_signature_bytes(std::string_view bytes, EcdsaSignature& signature) {
  if (bytes.size() != 65) return S::wrong_size;
  const auto v = static_cast<std::uint8_t>(bytes[64]);
  if (v != 27 && v != 28) return S::v_not_accepted;
  EcdsaSignature read{.parity = static_cast<std::uint8_t>(v - 27)};
  std::copy_n(bytes.begin(), 32, read.r.begin());
  std::copy_n(bytes.begin() + 32, 32, read.s.begin());
  const S status = check_canonical(read);
  if (status == S::ok) signature = read;
  return status;
}

S recover(const Hash& digest, const EcdsaSignature& signature, Address& signer) {
  if (const S status = check_canonical(signature); status != S::ok) return status;
  secp256k1_ecdsa_recoverable_signature parsed;
  if (!parse(signature, parsed)) return S::zero_or_too_large;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, digest.data()) != 1)
    return S::not_recoverable;
  signer = address_of(key);
  return S::ok;
}

bool verify(const Address& signer, const Hash& digest, const EcdsaSignature& signature) {
  Address recovered;
  return recover(digest, signature, recovered) == S::ok && recovered == signer;
}

std::optional<EcdsaKey> EcdsaKey::from_bytes(const Secret<32>& bytes) {
  secp256k1_pubkey key;
  if (secp256k1_ec_pubkey_create(signing_context(), &key, bytes.reveal().data()) != 1)
    return std::nullopt;
  EcdsaKey made;
  made.bytes_ = Secret<32>(bytes.reveal());
  made.address_ = address_of(key);
  return made;
}

EcdsaSignature EcdsaKey::sign(const Hash& digest) const {
  secp256k1_ecdsa_recoverable_signature made;
  COFFERDAM_CHECK(secp256k1_ecdsa_sign_recoverable(signing_context(), &made, digest.data(),
                                                   bytes_.reveal().data(), nullptr, nullptr) == 1,
                  "a valid key signs every digest");
  std::array<std::uint8_t, 64> compact{};
  int parity = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static, compact.data(),
                                                          &parity, &made);
  // The library signs with low s. An x coordinate beyond the order (parity 2 or 3) occurs with a
  // chance of 2^-127; Ethereum has no way to write it.
  COFFERDAM_CHECK(parity <= 1, "R lies below the order of the group");
  EcdsaSignature signature{.parity = static_cast<std::uint8_t>(parity)};
  std::copy_n(compact.begin(), 32, signature.r.begin());
  std::copy_n(compact.begin() + 32, 32, signature.s.begin());
  return signature;
}

Hash personal_message_hash(std::string_view message) {
  return keccak256(
      "\x19"
      "Ethereum Signed Message:\n" +
      std::to_string(message.size()) + std::string(message));
}

}  // namespace cofferdam::crypto
