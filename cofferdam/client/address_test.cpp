// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/client/http_client.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <sys/stat.h>

namespace cofferdam::client {
namespace {

TEST(Server, AddressesThatAreGood) {
  for (const auto& [text, host, is_tls] :
       {std::tuple{"http://127.0.0.1:8420", "127.0.0.1", false},
        std::tuple{"https://books.example", "books.example", true},
        std::tuple{"http://[::1]:1/", "[::1]", false}}) {
    const auto address = parse_server(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->is_tls, is_tls);
  }
}

TEST(Server, AddressesThatAreNot) {
  for (const char* text : {"", "127.0.0.1:8420", "ftp://x", "http://", "http://a/b", "http://u@h",
                           "http://h:port", "http://h:123456", "http://h?x", "http://h:80\r\nX: y"})
    EXPECT_FALSE(parse_server(text)) << text;
}

TEST(Server, AKeyGoesOverTlsOrStaysHere) {
  EXPECT_TRUE(HttpClient::open({.server = "http://127.0.0.1:1", .key = "k"}));
  EXPECT_TRUE(HttpClient::open({.server = "http://localhost:1", .key = "k"}));
  EXPECT_TRUE(HttpClient::open({.server = "https://books.example", .key = "k"}));
  EXPECT_TRUE(HttpClient::open({.server = "http://books.example", .key = ""}));
  EXPECT_FALSE(HttpClient::open({.server = "http://books.example", .key = "k"}));
  EXPECT_FALSE(HttpClient::open({.server = "http://127.evil.example", .key = "k"}));
}

TEST(Server, NobodyThere) {
  const auto client = HttpClient::open({.server = "http://127.0.0.1:1"});
  ASSERT_TRUE(client);
  const auto answer = (*client)->send({.target = "/health"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_NE(answer.error().rule.find("could not be reached"), std::string::npos);
}

TEST(KeyFile, IsReadWhenItIsOneAndClosedToOthers) {
  const std::string path = testing::TempDir() + "key_file";
  const auto write = [&](const char* text, mode_t mode) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fputs(text, file);
    std::fclose(file);
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  };
  write("cfd_0123_4567\nsecond line\n", 0600);
  EXPECT_EQ(read_key_file(path).value(), "cfd_0123_4567");
  write("cfd_0123_4567", 0640);
  EXPECT_TRUE(read_key_file(path));
  write("cfd_0123_4567", 0644);
  EXPECT_FALSE(read_key_file(path));
  for (const char* text : {"", "\n", "two words\n", "a\tb"}) {
    write(text, 0600);
    const auto key = read_key_file(path);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().text().find("two words"), std::string::npos);
  }
  std::remove(path.c_str());
  EXPECT_FALSE(read_key_file(path));
}

TEST(Target, IsEncoded) {
  EXPECT_EQ(percent_encoded("2026-01-01T00:00:00Z a&b=ü"),
            "2026-01-01T00%3A00%3A00Z%20a%26b%3D%C3%BC");
}

}  // namespace
}  // namespace cofferdam::client
