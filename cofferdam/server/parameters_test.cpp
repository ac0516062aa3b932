// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/parameters.h"

#include "cofferdam/server/api_keys.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <unistd.h>

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

class Keys : public ::testing::Test {
 protected:
  Keys() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  ~Keys() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = ::testing::TempDir() + "api_keys_" + std::to_string(::getpid());
};

TEST_F(Keys, StandForTheirPrincipalUntilRevoked) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  const std::string alice = keys.create("alice", "", base::Time(1), std::nullopt).value();
  const std::string bob = keys.create("bob", "", base::Time(1), base::Time(100)).value();
  ApiKeys again(folder_);
  ASSERT_TRUE(again.load().has_value());
  EXPECT_EQ(again.holder_of(alice, base::Time(5))->principal, "alice");
  EXPECT_EQ(again.holder_of(bob, base::Time(99))->principal, "bob");
  EXPECT_FALSE(again.holder_of(bob, base::Time(100)).has_value());
  ASSERT_TRUE(again.revoke(again.list().front().id, base::Time(7)).has_value());
  EXPECT_FALSE(again.holder_of(alice, base::Time(8)).has_value());
  EXPECT_TRUE(again.is_good(again.list().back().id, base::Time(8)));
}

TEST_F(Keys, OneWrongDigitIsNoKey) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  EXPECT_FALSE(keys.holder_of("cfd_0123456789abcdef_" + std::string(64, '0'), base::Time(1)));
  const std::string good = keys.create("alice", "", base::Time(1), std::nullopt).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '0' ? '1' : '0';
    EXPECT_FALSE(keys.holder_of(bad, base::Time(1)).has_value()) << i;
  }
}

TEST_F(Keys, FromAnotherFolderAreNoKeysHere) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  const std::string good = keys.create("alice", "", base::Time(1), std::nullopt).value();
  const std::string other_folder = folder_ + "_other";
  std::filesystem::create_directories(other_folder + "/keys");
  std::filesystem::copy(folder_ + "/keys/api-keys.ndjson", other_folder + "/keys/api-keys.ndjson");
  ApiKeys copied(other_folder);
  ASSERT_TRUE(copied.load().has_value());
  EXPECT_FALSE(copied.holder_of(good, base::Time(1)).has_value());
  ASSERT_TRUE(copied.create("bob", "", base::Time(1), std::nullopt).has_value());
  EXPECT_FALSE(copied.holder_of(good, base::Time(1)).has_value());
  std::filesystem::remove_all(other_folder);
}

}  // namespace
}  // namespace cofferdam::server
