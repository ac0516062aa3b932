// SPDX-License-Identifier: Apache-2.0
//
// Addresses of the network as sets: 10.0.0.0/8, 2001:db8::/32, or one address.
#pragma once

#include "cofferdam/base/error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::server {

// IPv4 addresses stand as ::ffff:a.b.c.d, so that the two ways to write one are the same.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Address&, const Address&) = default;
};

struct AddressRange {
  Address first;
  unsigned bits = 0;  // that must agree, of 128
};

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

// Refused: bits beyond the prefix that are set, since whoever wrote them meant something else.
[[nodiscard]] base::Result<AddressRange> parse_address_range(std::string_view text,
                                                             std::string_view field);

[[nodiscard]] bool contains(const AddressRange& range, const Address& address);

// What counts as one sender where requests are limited: an IPv4 address, or the /64 that one
// customer of IPv6 has at the least.
[[nodiscard]] std::string sender_of(std::string_view peer);

}  // namespace cofferdam::server
