// SPDX-License-Identifier: Apache-2.0
//
// The sponge below keccak256(), with the byte that its padding begins with: 0x01 is Ethereum's,
// 0x06 that of SHA3-256 (FIPS 202), by which the permutation can be compared with others'.
#pragma once

#include "cofferdam/crypto/sha256.h"

#include <string_view>

namespace cofferdam::crypto {

[[nodiscard]] Hash keccak_sponge(std::string_view bytes, unsigned char padding);

}  // namespace cofferdam::crypto
