// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/random.h"

#include "cofferdam/base/check.h"

#include <array>
#include <sodium.h>

namespace cofferdam::crypto {

void fill_random(std::span<std::uint8_t> bytes) {
  COFFERDAM_CHECK(sodium_init() >= 0, "libsodium finds no source of randomness");
  randombytes_buf(bytes.data(), bytes.size());
}

base::u128 random_id() {
  base::u128 id = 0;
  while (id == 0 || id == base::kU128Max) {
    std::array<std::uint8_t, 16> bytes{};
    fill_random(bytes);
    for (const std::uint8_t byte : bytes) id = (id << 8) | byte;
  }
  return id;
}

}  // namespace cofferdam::crypto
