// SPDX-License-Identifier: Apache-2.0
//
// Bytes as lower-case hexadecimal text, two digits a byte, and back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cofferdam::crypto {

[[nodiscard]] std::string bytes_to_hex(std::span<const std::uint8_t> bytes);

// Fills `bytes`; false unless the text is exactly two hexadecimal digits for each byte.
[[nodiscard]] bool bytes_from_hex(std::string_view text, std::span<std::uint8_t> bytes);

}  // namespace cofferdam::crypto
