// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/parameters.h"

#include <gmock/gmock.h>

namespace cofferdam::server {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(QueryString, IsDecoded) {
  const auto pairs = parse_query_string("a=1&b=x%20y+z&c=%C3%A9&&d");
  ASSERT_TRUE(pairs.has_value());
  EXPECT_THAT(*pairs, ElementsAre(Pair("a", "1"), Pair("b", "x y z"), Pair("c", "\xC3\xA9"),
                                  Pair("d", "")));
  EXPECT_TRUE(parse_query_string("")->empty());
}

TEST(QueryString, BrokenEscapesAndRepeatedNamesAreRefused) {
  for (const char* text : {"a=%", "a=%4", "a=%4g", "%zz=1", "a=1&a=1", "a=1&%61=2"})
    EXPECT_FALSE(parse_query_string(text).has_value()) << text;
}

TEST(QueryString, HasAMaximumOfParameters) {
  std::string text;
  for (std::size_t i = 0; i < kParametersMax; ++i) text += "n" + std::to_string(i) + "=1&";
  EXPECT_TRUE(parse_query_string(text).has_value());
  EXPECT_FALSE(parse_query_string(text + "one=more").has_value());
}

TEST(IdempotencyKey, IsANumberOrAUuid) {
  const auto id = base::CommandId(base::make_u128(0x8e03978e40d543ddULL, 0xbc936894a57f9324ULL));
  for (const char* text :
       {"8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8E03978E-40D5-43DD-BC93-6894A57F9324\"",
        "0x8e03978e40d543ddbc936894a57f9324"})
    EXPECT_EQ(parse_idempotency_key(text).value(), id) << text;
  EXPECT_EQ(parse_idempotency_key("17").value(), base::CommandId(17));
  for (const char* text :
       {"", "0", "\"\"", "-1", "1.5", "x", "8e03978e-40d5-43dd-bc93-6894a57f932",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "340282366920938463463374607431768211456"})
    EXPECT_FALSE(parse_idempotency_key(text).has_value()) << text;
}

// A signature comes whole or not at all.
TEST(Controls, ASignatureHasThreeParts) {
  const Route route{.kind = RouteKind::command};
  const std::string key(64, 'a');
  const std::string signature(128, 'b');
  const Pairs whole{{"signature", signature},
                    {"signature_key", key},
                    {"signature_until", "2026-01-01T00:00:00Z"}};
  Pairs pairs = whole;
  const auto controls = take_controls(route, pairs);
  ASSERT_TRUE(controls.has_value());
  EXPECT_TRUE(pairs.empty());
  EXPECT_EQ(controls->signature->key[0], 0xaa);
  EXPECT_EQ(controls->signature->signature[63], 0xbb);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Pairs less = whole;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(take_controls(route, less).has_value()) << i;
    Pairs bad = whole;
    bad[i].second.pop_back();
    EXPECT_FALSE(take_controls(route, bad).has_value()) << i;
  }
}

}  // namespace
}  // namespace cofferdam::server
