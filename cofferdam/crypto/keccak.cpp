// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/keccak.h"

#include <crypto++/keccak.h>

namespace cofferdam::crypto {

Hash keccak256(std::string_view bytes) {
  CryptoPP::Keccak_256 keccak;
  Hash hash;
  keccak.CalculateDigest(hash.data(), reinterpret_cast<const CryptoPP::byte*>(bytes.data()),
                         bytes.size());
  return hash;
}

}  // namespace cofferdam::crypto
