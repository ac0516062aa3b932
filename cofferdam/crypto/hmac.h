// SPDX-License-Identifier: Apache-2.0
//
// HMAC-SHA256 (RFC 2104), by libsodium.
#pragma once

#include "cofferdam/crypto/sha256.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace cofferdam::crypto {

[[nodiscard]] Hash hmac_sha256(std::span<const std::uint8_t> key, std::string_view message);

}  // namespace cofferdam::crypto
