// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/hmac.h"

#include <sodium.h>

namespace cofferdam::crypto {

Hash hmac_sha256(std::span<const std::uint8_t> key, std::string_view message) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                message.size());
  Hash out{};
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

}  // namespace cofferdam::crypto
