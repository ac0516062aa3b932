// SPDX-License-Identifier: Apache-2.0
//
// Addresses of Ethereum and the chains after its model: the last 20 bytes of the Keccak-256 of a
// public key. Written with the checksum of EIP-55 in the case of the letters.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/crypto/word.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::crypto {

struct Address {
  std::array<std::uint8_t, 20> bytes{};
  friend auto operator<=>(const Address&, const Address&) = default;

  [[nodiscard]] bool is_zero() const { return *this == Address{}; }
};

// With the checksum of EIP-55.
[[nodiscard]] std::string to_text(const Address& address);
// Letters in mixed case must carry the right checksum; all lower or all upper case carries none.
[[nodiscard]] base::Result<Address> parse_address(std::string_view text,
                                                  std::string_view field = "address");
// Left-padded with zeros to 32 bytes, as the Ethereum machine and EIP-712 do.
[[nodiscard]] Word word_of(const Address& address);
// nullopt unless the upper 12 bytes are zero.
[[nodiscard]] std::optional<Address> to_address(const Word& word);

}  // namespace cofferdam::crypto
