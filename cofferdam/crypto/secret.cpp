// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/secret.h"

#include <sodium.h>

namespace cofferdam::crypto {

void wipe(std::span<std::uint8_t> bytes) {
  sodium_memzero(bytes.data(), bytes.size());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cofferdam::crypto
