// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/address_range.h"

#include "cofferdam/base/parse_integer.h"

#include <arpa/inet.h>

namespace cofferdam::server {
namespace {

constexpr std::size_t kAddressTextMax = 64;
constexpr unsigned kBitsBeforeFour = 96;

bool is_four(const Address& address) {
  for (std::size_t i = 0; i < 10; ++i)
    if (address.bytes[i] != 0) return false;
  return address.bytes[10] == 0xff && address.bytes[11] == 0xff;
}

Address cut(Address address, unsigned bits) {
  for (unsigned bit = bits; bit < 128; ++bit)
    address.bytes[bit / 8] =
        static_cast<std::uint8_t>(address.bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  return address;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > kAddressTextMax) return std::nullopt;
  const std::string whole(text.substr(0, text.find('%')));  // without the zone of a link
  Address address;
  if (inet_pton(AF_INET6, whole.c_str(), address.bytes.data()) == 1) return address;
  address = {};
  address.bytes[10] = address.bytes[11] = 0xff;
  if (inet_pton(AF_INET, whole.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

base::Result<AddressRange> parse_address_range(std::string_view text, std::string_view field) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address)
    return base::malformed(std::string(field), std::string(text),
                           "must be an address, or a network such as 10.0.0.0/8 or 2001:db8::/32");
  AddressRange range{*address, 128};
  if (slash == std::string_view::npos) return range;
  const bool four = text.find(':') == std::string_view::npos;
  const auto bits = base::parse_u64(text.substr(slash + 1), field);
  if (!bits || *bits > (four ? 32U : 128U))
    return base::malformed(std::string(field), std::string(text),
                           four ? "a prefix has 0 to 32 bits" : "a prefix has 0 to 128 bits");
  range.bits = static_cast<unsigned>(*bits) + (four ? kBitsBeforeFour : 0);
  if (cut(range.first, range.bits) != range.first)
    return base::malformed(std::string(field), std::string(text),
                           "a network has no bits behind its prefix");
  return range;
}

bool contains(const AddressRange& range, const Address& address) {
  // ::/0 is every address of IPv6 and none of IPv4.
  if (range.bits < kBitsBeforeFour && is_four(address)) return false;
  return cut(address, range.bits) == range.first;
}

std::string sender_of(std::string_view peer) {
  const auto address = parse_address(peer);
  if (!address) return std::string(peer);
  const Address sender = is_four(*address) ? *address : cut(*address, 64);
  return {reinterpret_cast<const char*>(sender.bytes.data()), sender.bytes.size()};
}

}  // namespace cofferdam::server
