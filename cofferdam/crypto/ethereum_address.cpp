// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/ethereum_address.h"

#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/keccak.h"

#include <algorithm>

namespace cofferdam::crypto {

std::string to_text(const Address& address) {
  std::string digits = bytes_to_hex(address.bytes);
  const Hash hash = keccak256(digits);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const unsigned nibble = (i % 2 == 0) ? hash[i / 2] >> 4 : hash[i / 2] & 15U;
    if (nibble >= 8 && digits[i] >= 'a') digits[i] = static_cast<char>(digits[i] - 'a' + 'A');
  }
  return "0x" + digits;
}

base::Result<Address> parse_address(std::string_view text, std::string_view field) {
  Address address;
  if (text.size() != 42 || !text.starts_with("0x") ||
      !bytes_from_hex(text.substr(2), address.bytes))
    return base::malformed(std::string(field), std::string(text),
                           "an address is 0x and 40 hexadecimal digits");
  const auto has = [&](char first, char last) {
    return std::any_of(text.begin() + 2, text.end(),
                       [&](char c) { return c >= first && c <= last; });
  };
  if (has('a', 'f') && has('A', 'F') && to_text(address) != text)
    return base::malformed(std::string(field), std::string(text),
                           "the checksum in the case of the letters (EIP-55) is wrong",
                           "a digit was mistyped, or write it in lower case to give no checksum");
  return address;
}

Word word_of(const Address& address) {
  Word word{};
  std::copy(address.bytes.begin(), address.bytes.end(), word.begin() + 12);
  return word;
}

std::optional<Address> to_address(const Word& word) {
  if (std::any_of(word.begin(), word.begin() + 12, [](std::uint8_t byte) { return byte != 0; }))
    return std::nullopt;
  Address address;
  std::copy(word.begin() + 12, word.end(), address.bytes.begin());
  return address;
}

}  // namespace cofferdam::crypto
