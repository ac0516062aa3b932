// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/sha256.h"

#include "cofferdam/base/check.h"

#include <openssl/evp.h>

namespace cofferdam::crypto {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  COFFERDAM_CHECK(
      context_->evp != nullptr && EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1,
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

Hash sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string to_hex(const Hash& hash) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(hash.size() * 2);
  for (const std::uint8_t byte : hash) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  Hash out{};
  if (text.size() != out.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return std::nullopt;
    }
    out[i / 2] = static_cast<std::uint8_t>(out[i / 2] * 16 + digit);
  }
  return out;
}

}  // namespace cofferdam::crypto
