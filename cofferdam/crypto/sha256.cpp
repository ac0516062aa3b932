// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/sha256.h"

#include "cofferdam/base/check.h"
#include "cofferdam/crypto/hex.h"

#include <openssl/evp.h>

namespace cofferdam::crypto {

namespace {

// Looked up once: OpenSSL 3 otherwise searches its providers for every new hash.
const EVP_MD* algorithm() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kSha256;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  COFFERDAM_CHECK(
      context_->evp != nullptr && EVP_DigestInit_ex(context_->evp, algorithm(), nullptr) == 1,
      "OpenSSL offers no SHA-256");
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_->evp);
}

void Sha256::update(std::string_view bytes) {
  COFFERDAM_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1,
                  "SHA-256 update failed");
}

Hash Sha256::finish() {
  Hash out{};
  COFFERDAM_CHECK(EVP_DigestFinal_ex(context_->evp, out.data(), nullptr) == 1,
                  "SHA-256 finish failed");
  return out;
}

void Sha256::restart() {
  COFFERDAM_CHECK(EVP_DigestInit_ex(context_->evp, nullptr, nullptr) == 1,
                  "SHA-256 does not start again");
}

Hash sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string to_hex(const Hash& hash) {
  return bytes_to_hex(hash);
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  Hash out{};
  if (!bytes_from_hex(text, out)) return std::nullopt;
  return out;
}

}  // namespace cofferdam::crypto
