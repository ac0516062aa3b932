// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/address_range.h"

#include <gtest/gtest.h>

namespace cofferdam::server {
namespace {

bool holds(std::string_view range, std::string_view address) {
  const auto parsed = parse_address_range(range, "addresses");
  EXPECT_TRUE(parsed) << range;
  const auto read = parse_address(address);
  EXPECT_TRUE(read) << address;
  return parsed && read && contains(*parsed, *read);
}

TEST(AddressRange, HoldsWhatItsPrefixSays) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("10.0.0.128/25", "10.0.0.128"));
  EXPECT_FALSE(holds("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(holds("::1", "0:0:0:0:0:0:0:1"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
}

TEST(AddressRange, AnAddressOfFourBytesIsTheSameInBothWaysToWriteIt) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(holds("::ffff:10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(holds("::/0", "10.1.2.3"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_EQ(sender_of("10.1.2.3"), sender_of("::ffff:10.1.2.3"));
}

TEST(AddressRange, WhatIsNoneIsRefused) {
  for (const std::string_view bad :
       {"", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "2001:db8::/129",
        "2001:db8::1/32", "example.org", "10.0.0.0/8 ", "10.0.0.0/8/8", "010.0.0.0/8"})
    EXPECT_FALSE(parse_address_range(bad, "addresses")) << bad;
  EXPECT_FALSE(parse_address_range(std::string(1000, '1'), "addresses"));
}

TEST(AddressRange, OneCustomerOfIpv6IsOneSender) {
  EXPECT_EQ(sender_of("2001:db8:1:2:3::1"), sender_of("2001:db8:1:2:ffff::"));
  EXPECT_NE(sender_of("2001:db8:1:2::1"), sender_of("2001:db8:1:3::1"));
  EXPECT_NE(sender_of("192.0.2.1"), sender_of("192.0.2.2"));
}

}  // namespace
}  // namespace cofferdam::server
