// SPDX-License-Identifier: Apache-2.0
//
// ECDSA over secp256k1 (SEC 2, RFC 6979 nonces), by libsecp256k1, with the recovery of the signer
// that Ethereum relies on.
//
// A signature has two forms, (r, s) and (r, n - s). Only the lower half of s is accepted and made
// here (EIP-2), so that nobody can turn a signature into another one for the same message.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/crypto/ethereum_address.h"
#include "cofferdam/crypto/secret.h"
#include "cofferdam/crypto/sha256.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cofferdam::crypto {

struct EcdsaSignature {
  Word r{};
  Word s{};
  std::uint8_t parity = 0;  // of the y coordinate of R: 0 or 1
  friend auto operator<=>(const EcdsaSignature&, const EcdsaSignature&) = default;
};

// The 65 bytes r, s, v with v = 27 or 28, as wallets write them.
[[nodiscard]] std::string to_bytes(const EcdsaSignature& signature);

enum class EcdsaStatus : std::uint8_t {
  ok,
  wrong_size,         // not 65 bytes
  v_not_accepted,     // v is neither 27 nor 28
  zero_or_too_large,  // r or s is zero or not below the order of the group
  high_s,             // the other form of a signature
  not_recoverable,    // no point belongs to r
};

// What stands in 65 bytes; the signature is set when ok.
[[nodiscard]] EcdsaStatus parse_signature_bytes(std::string_view bytes, EcdsaSignature& signature);
// The verdict on r and s alone.
[[nodiscard]] EcdsaStatus check_canonical(const EcdsaSignature& signature);

// The address whose key made this signature; the signer is set when ok. Every well-formed signature
// recovers to some address: the caller compares it with the one expected.
[[nodiscard]] EcdsaStatus recover(const Hash& digest, const EcdsaSignature& signature,
                                  Address& signer);
[[nodiscard]] bool verify(const Address& signer, const Hash& digest,
                          const EcdsaSignature& signature);

// What can sign. Cannot be copied or printed; wiped when it goes.
class EcdsaKey {
 public:
  // nullopt unless the bytes are a number from 1 to the order of the group less one.
  [[nodiscard]] static std::optional<EcdsaKey> from_bytes(const Secret<32>& bytes);

  [[nodiscard]] const Address& address() const { return address_; }

  [[nodiscard]] EcdsaSignature sign(const Hash& digest) const;

 private:
  EcdsaKey() = default;
  Secret<32> bytes_;
  Address address_;
};

// The digest of personal_sign (EIP-191, version 0x45).
[[nodiscard]] Hash personal_message_hash(std::string_view message);

}  // namespace cofferdam::crypto

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::EcdsaStatus> {
  static constexpr std::array<std::string_view, 6> kNames{
      "ok", "wrong_size", "v_not_accepted", "zero_or_too_large", "high_s", "not_recoverable"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "",
      "a signature has 65 bytes",
      "the last byte is 27 or 28",
      "r and s are from 1 to the order of the group less one",
      "s lies in the lower half: the other form of a signature is refused",
      "no key can have made this signature"};
};
