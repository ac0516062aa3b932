// SPDX-License-Identifier: Apache-2.0
//
// Keccak-256 as Ethereum uses it: the sponge of the Keccak submission, whose padding (0x01) differs
// from that of SHA3-256 (0x06, FIPS 202), so that the two have nothing but the permutation in
// common. Written out here: OpenSSL has the function only from release 3.2 on.
#pragma once

#include "cofferdam/crypto/sha256.h"

#include <span>
#include <string_view>

namespace cofferdam::crypto {

[[nodiscard]] Hash keccak256(std::string_view bytes);

}  // namespace cofferdam::crypto
