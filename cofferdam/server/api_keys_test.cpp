// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/api_keys.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

namespace cofferdam::server {
namespace {

using base::Time;

constexpr std::string_view kHere = "127.0.0.1";

class Keys : public ::testing::Test {
 protected:
  Keys() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  ~Keys() override { std::filesystem::remove_all(folder_); }

  static std::string make(ApiKeys& keys, const std::string& principal,
                          std::optional<Time> expires = std::nullopt) {
    return keys.create({.principal = principal, .expires = expires}, Time(1)).value().whole;
  }

  [[nodiscard]] std::string read() const {
    std::ifstream file(folder_ + "/keys/api-keys.ndjson");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void write(const std::string& text) const {
    std::ofstream(folder_ + "/keys/api-keys.ndjson") << text;
  }

  [[nodiscard]] bool loads() const { return ApiKeys(folder_).load().has_value(); }

  const std::string folder_ = ::testing::TempDir() + "api_keys_" + std::to_string(::getpid());
};

TEST_F(Keys, StandForTheirPrincipalUntilRevoked) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  const std::string alice = make(keys, "alice");
  const std::string bob = make(keys, "bob", Time(100));
  ApiKeys again(folder_);
  ASSERT_TRUE(again.load().has_value());
  EXPECT_EQ(again.holder_of(alice, Time(5), kHere)->principal, "alice");
  EXPECT_EQ(again.holder_of(bob, Time(99), kHere)->principal, "bob");
  EXPECT_FALSE(again.holder_of(bob, Time(100), kHere).has_value());
  ASSERT_TRUE(again.revoke(again.list().front().id, Time(7)).has_value());
  EXPECT_FALSE(again.holder_of(alice, Time(8), kHere).has_value());
  EXPECT_TRUE(again.is_good(again.list().back().id, Time(8)));
}

TEST_F(Keys, OneWrongDigitIsNoKey) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  EXPECT_FALSE(keys.holder_of("cfd_0123456789abcdef_" + std::string(64, '0'), Time(1), kHere));
  const std::string good = make(keys, "alice");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '0' ? '1' : '0';
    EXPECT_FALSE(keys.holder_of(bad, Time(1), kHere).has_value()) << i;
  }
}

TEST_F(Keys, FromAnotherFolderAreNoKeysHere) {
  ApiKeys keys(folder_);
  ASSERT_TRUE(keys.load().has_value());
  const std::string good = make(keys, "alice");
  const std::string other_folder = folder_ + "_other";
  std::filesystem::create_directories(other_folder);
  ApiKeys other(other_folder);
  ASSERT_TRUE(other.load().has_value());
  static_cast<void>(make(other, "bob"));
  std::filesystem::copy(folder_ + "/keys/api-keys.ndjson", other_folder + "/keys/api-keys.ndjson",
                        std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(other.load().has_value());
  EXPECT_FALSE(other.holder_of(good, Time(1), kHere).has_value());
  std::filesystem::remove_all(other_folder);
}

TEST_F(Keys, WhatCannotBeReadWholeIsAnError) {
  EXPECT_TRUE(loads());  // nothing there
  ApiKeys keys(folder_);
  static_cast<void>(make(keys, "alice"));
  static_cast<void>(make(keys, "bob"));
  const std::string good = read();
  EXPECT_TRUE(loads());
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    write(good.substr(0, cut));
    // Whole lines are a file that was written so; nothing else is.
    EXPECT_EQ(loads(), good[cut - 1] == '\n') << cut;
  }
  for (const char* bad : {"\n", "{}x\n", "{\"format\":3}\n", "{\"format\":2}\n{\"no\":1}\n",
                          "{\"format\":2}\n{\"format\":2}\n", "[]\n"}) {
    write(bad);
    EXPECT_FALSE(loads()) << bad;
  }
  write(good);
  std::filesystem::remove(folder_ + "/keys/api-keys.secret");
  EXPECT_FALSE(loads());
  std::filesystem::remove(folder_ + "/keys/api-keys.ndjson");
  EXPECT_TRUE(loads());
  std::filesystem::create_directory(folder_ + "/keys/api-keys.ndjson");
  EXPECT_FALSE(loads());  // a folder cannot be read
}

TEST_F(Keys, OfTheFirstFormatAreReadAndWrittenInTheSecond) {
  ApiKeys keys(folder_);
  const std::string whole = make(keys, "alice");
  const ApiKey key = keys.list().front();
  write("{\"id\":\"" + key.id +
        "\",\"principal\":\"alice\",\"label\":\"old\",\"created\":\"2026-01-01T00:00:00Z\","
        "\"expires\":null,\"revoked\":null,\"hash\":\"" +
        key.hash + "\"}\n");
  ApiKeys again(folder_);
  ASSERT_TRUE(again.load().has_value());
  EXPECT_EQ(again.holder_of(whole, Time(5), kHere)->principal, "alice");
  static_cast<void>(make(again, "bob"));
  EXPECT_TRUE(read().starts_with("{\"format\":2}\n"));
  ApiKeys third(folder_);
  ASSERT_TRUE(third.load().has_value());
  EXPECT_EQ(third.list().front().label, "old");
}

TEST_F(Keys, AreGoodForLessThanTheirPrincipal) {
  ApiKeys keys(folder_);
  const KeyScope scope{.addresses = {"10.0.0.0/8"},
                       .read_only = true,
                       .operations = {"account.list", "transfer.create"}};
  const auto made = keys.create({.principal = "alice", .scope = scope}, Time(1)).value();
  EXPECT_TRUE(keys.holder_of(made.whole, Time(2), "10.9.8.7")->from_here);
  EXPECT_FALSE(keys.holder_of(made.whole, Time(2), "11.0.0.0")->from_here);
  EXPECT_FALSE(keys.holder_of(made.whole, Time(2), "")->from_here);
  EXPECT_TRUE(keys.permits(made.key.id, "account.list", false));
  EXPECT_FALSE(keys.permits(made.key.id, "pool.list", false));
  EXPECT_FALSE(keys.permits(made.key.id, "transfer.create", true));
  EXPECT_FALSE(keys.permits("0000000000000000", "account.list", false));
  for (const char* bad : {"10.0.0.1/8", "x", "10.0.0.0/40"})
    EXPECT_FALSE(keys.create({.principal = "alice", .scope = {.addresses = {bad}}}, Time(1)))
        << bad;
}

TEST_F(Keys, AreRotatedWithAnOverlapAndMadeOnceForOneRequest) {
  ApiKeys keys(folder_);
  const auto first = keys.create({.principal = "alice", .request = "7"}, Time(1)).value();
  const auto again = keys.create({.principal = "alice", .request = "7"}, Time(2)).value();
  EXPECT_EQ(again.key.id, first.key.id);
  EXPECT_EQ(again.whole, "");
  EXPECT_FALSE(keys.create({.principal = "bob", .request = "7"}, Time(2)));
  const auto next = keys.rotate(first.key.id, "8", Time(10), Time(20)).value();
  EXPECT_EQ(keys.rotate(first.key.id, "8", Time(11), Time(40)).value().key.id, next.key.id);
  EXPECT_EQ(keys.list().size(), 2U);
  EXPECT_EQ(keys.list().front().replaced_by, next.key.id);
  EXPECT_TRUE(keys.holder_of(first.whole, Time(19), kHere));
  EXPECT_FALSE(keys.holder_of(first.whole, Time(20), kHere));
  EXPECT_TRUE(keys.holder_of(next.whole, Time(20), kHere));
  EXPECT_FALSE(keys.rotate(first.key.id, "9", Time(30), Time(40)));  // no longer in force
  EXPECT_FALSE(keys.rotate("0000000000000000", "", Time(30), Time(40)));
}

TEST_F(Keys, RememberWhenTheyWereUsed) {
  ApiKeys keys(folder_);
  const auto made = keys.create({.principal = "alice"}, Time(1)).value();
  EXPECT_FALSE(keys.last_used(made.key.id));
  ASSERT_TRUE(keys.save_uses().has_value());
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/keys/api-keys.used"));
  const Time then(5'000'000'000);
  EXPECT_TRUE(keys.holder_of(made.whole, then, kHere));
  EXPECT_TRUE(keys.holder_of(made.whole, then + base::Duration(1), kHere));
  EXPECT_EQ(keys.last_used(made.key.id), then);
  ASSERT_TRUE(keys.save_uses().has_value());
  ApiKeys again(folder_);
  ASSERT_TRUE(again.load().has_value());
  EXPECT_EQ(again.last_used(made.key.id), then);
}

}  // namespace
}  // namespace cofferdam::server
