// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 signatures (RFC 8032), by libsodium. Verification is strict: a scalar that is not
// reduced, a public key of small order and a point that is not canonical are refused, so that a
// signature has one form and a key that signs everything is no key.
//
// A secret key is the 32-byte seed of RFC 8032. It lives in a file of 64 hexadecimal digits that
// only its owner may read (mode 0600); a file that others may read is refused, not repaired.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/crypto/secret.h"

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cofferdam::crypto {

struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  std::array<std::uint8_t, 64> bytes{};
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

// A short name for a key: the first eight bytes of the SHA-256 of the public key, as hexadecimal.
// It is for people and look-ups; what is trusted is the whole public key.
using KeyId = std::array<std::uint8_t, 8>;

using Seed = Secret<32>;

// What can sign. Cannot be copied or printed; wiped when it goes.
class SigningKey {
 public:
  [[nodiscard]] static SigningKey from_seed(const Seed& seed);
  [[nodiscard]] static SigningKey generate();

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

  [[nodiscard]] Signature sign(std::string_view message) const;

 private:
  SigningKey() = default;
  Secret<64> expanded_;  // seed and public key, as libsodium keeps them
  PublicKey public_key_;
};

[[nodiscard]] bool verify(const PublicKey& key, std::string_view message,
                          const Signature& signature);

// Whether any signature of this key could verify: it is a canonical point of the curve's main
// group, and not one of small order.
[[nodiscard]] bool can_verify(const PublicKey& key);

[[nodiscard]] KeyId key_id(const PublicKey& key);
[[nodiscard]] std::string to_hex(const PublicKey& key);
[[nodiscard]] std::string to_hex(const Signature& signature);
[[nodiscard]] std::string to_hex(const KeyId& id);
[[nodiscard]] base::Result<PublicKey> parse_public_key(std::string_view text,
                                                       std::string_view field = "public key");
[[nodiscard]] base::Result<Signature> parse_signature(std::string_view text,
                                                      std::string_view field = "signature");

// A seed from its file; refused when the file is not a regular one of mode 0600.
[[nodiscard]] base::Result<Seed> load_seed(const std::filesystem::path& path);
// Writes a new file of mode 0600, durable when this returns; an existing file is never overwritten.
[[nodiscard]] base::Result<void> store_seed(const std::filesystem::path& path, const Seed& seed);
[[nodiscard]] Seed generate_seed();

}  // namespace cofferdam::crypto
