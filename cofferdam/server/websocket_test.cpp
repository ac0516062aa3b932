// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/websocket.h"

#include "cofferdam/server/rpc.h"

#include <gtest/gtest.h>

#include <vector>

namespace cofferdam::server {
namespace {

constexpr std::uint8_t kContinuation = 0;
constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

// What a client sends, written from RFC 6455 (5.2) and not from the code that is tested.
std::string client_frame(std::uint8_t opcode, std::string_view payload, bool is_last = true,
                         std::uint8_t reserved = 0, bool is_masked = true) {
  std::string out;
  out += static_cast<char>((is_last ? 128 : 0) + reserved * 16 + opcode);
  const std::size_t size = payload.size();
  const int mask_bit = is_masked ? 128 : 0;
  if (size < 126) {
    out += static_cast<char>(mask_bit + static_cast<int>(size));
  } else if (size < 65536) {
    out += static_cast<char>(mask_bit + 126);
    out += static_cast<char>(size / 256);
    out += static_cast<char>(size % 256);
  } else {
    out += static_cast<char>(mask_bit + 127);
    for (std::size_t place = 8; place > 0; --place)
      out += static_cast<char>(size >> (8 * (place - 1)) & 255U);
  }
  if (!is_masked) return out + std::string(payload);
  const std::string mask = "\x5a\x01\xff\x80";
  out += mask;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

// Everything that a reader makes of the bytes: "text:...", "ping:...", and last "fault:CODE".
using Read = std::vector<std::string>;

Read read_in_steps(std::string_view bytes, std::size_t step, std::size_t limit = 1 << 20) {
  FrameReader reader(limit);
  Read out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.add(bytes.substr(at, step));
    while (true) {
      const auto next = reader.next();
      if (!next) {
        out.push_back("fault:" + std::to_string(static_cast<int>(next.error().code)));
        return out;
      }
      if (!*next) break;
      static const char* const kNames[] = {"text:", "ping:", "pong:", "close:"};
      out.push_back(kNames[static_cast<int>((*next)->kind)] + (*next)->payload);
    }
  }
  return out;
}

// However the bytes come, the same is read.
Read read_all(std::string_view bytes, std::size_t limit = 1 << 20) {
  const Read whole = read_in_steps(bytes, bytes.size(), limit);
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}})
    EXPECT_EQ(read_in_steps(bytes, step, limit), whole) << "in steps of " << step;
  return whole;
}

TEST(FrameReader, MessagesAndControlFramesBetweenFragments) {
  const std::string bytes = client_frame(kText, "one") + client_frame(kText, "tw", false) +
                            client_frame(kPing, "p") + client_frame(kContinuation, "", false) +
                            client_frame(kPong, "") + client_frame(kContinuation, "o") +
                            client_frame(kText, "") + client_frame(kClose, "\x03\xe8");
  EXPECT_EQ(read_all(bytes),
            (Read{"text:one", "ping:p", "pong:", "text:two", "text:", "close:\x03\xe8"}));
}

TEST(FrameReader, LengthsOfEveryForm) {
  for (const std::size_t size : {0U, 125U, 126U, 127U, 65'535U, 65'536U, 200'000U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(read_all(client_frame(kText, payload) + client_frame(kText, "end")),
              (Read{"text:" + payload, "text:end"}))
        << size;
  }
  // A length in more bytes than it needs.
  EXPECT_EQ(read_all(std::string("\x81\xfe\x00\x05", 4) + "maskhello"), Read{"fault:1002"});
}

TEST(FrameReader, TheLimitHoldsForAWholeMessageAndCanGrow) {
  const std::string most(4096, 'x');
  EXPECT_EQ(read_all(client_frame(kText, most), 4096), Read{"text:" + most});
  EXPECT_EQ(read_all(client_frame(kText, most + "x"), 4096), Read{"fault:1009"});
  EXPECT_EQ(read_all(client_frame(kText, most, false) + client_frame(kContinuation, "x"), 4096),
            Read{"fault:1009"});
  FrameReader reader(4);
  reader.add(client_frame(kText, "open") + client_frame(kText, "longer"));
  const auto first = reader.next();
  ASSERT_TRUE(first && *first);
  reader.allow(6);
  const auto second = reader.next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->payload, "longer");
}

TEST(FrameReader, FragmentsAreBounded) {
  std::string bytes = client_frame(kText, "", false);
  for (int i = 0; i < 4095; ++i) bytes += client_frame(kContinuation, "", false);
  EXPECT_EQ(read_all(bytes), Read{});
  EXPECT_EQ(read_all(bytes + client_frame(kContinuation, "")), Read{"fault:1009"});
}

TEST(FrameReader, WhatIsNoFrame) {
  EXPECT_EQ(read_all(client_frame(kText, "x", true, 4)), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kText, "x", true, 0, false)), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(3, "x")), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kBinary, "x")), Read{"fault:1003"});
  EXPECT_EQ(read_all(client_frame(kContinuation, "x")), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kText, "x", false) + client_frame(kText, "y")),
            Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kPing, "x", false)), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kPing, std::string(126, 'x'))), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kClose, "x")), Read{"fault:1002"});
  EXPECT_EQ(read_all(client_frame(kClose, "\x03\xed")), Read{"fault:1002"});  // 1005
  EXPECT_EQ(read_all(client_frame(kClose, "\x03\xe8\xff")), Read{"fault:1007"});
}

TEST(FrameReader, Utf8OverFragments) {
  const std::string euro = "\xe2\x82\xac";
  EXPECT_EQ(read_all(client_frame(kText, euro.substr(0, 1), false) +
                     client_frame(kContinuation, euro.substr(1))),
            Read{"text:" + euro});
  EXPECT_EQ(read_all(client_frame(kText, euro.substr(0, 2))), Read{"fault:1007"});
  EXPECT_EQ(read_all(client_frame(kText, "\xed\xa0\x80")), Read{"fault:1007"});  // a surrogate
  EXPECT_EQ(read_all(client_frame(kText, "\xc0\xaf")), Read{"fault:1007"});
}

TEST(Handshake, TheExampleOfTheStandard) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ"), std::nullopt);
}

TEST(Rpc, ACallAndWhatIsNone) {
  const auto call = read_rpc(R"({"jsonrpc":"2.0","id":"a","method":"m","params":{"x":"1"}})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->id, "\"a\"");
  EXPECT_EQ(call->method, "m");
  EXPECT_EQ(call->params.text_of("x"), "1");
  const auto code = [](std::string_view text) {
    const auto read = read_rpc(text);
    return read ? 0 : read.error().code;
  };
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"m"})"), 0);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","method":"m"})"), -32600);
  EXPECT_EQ(code(R"([{"jsonrpc":"2.0","id":1,"method":"m"}])"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})"), -32602);
  EXPECT_EQ(code("{"), -32700);
}

// A message of a mebibyte must not become hundreds of them in memory.
TEST(Rpc, ValuesAreBounded) {
  const auto with_values = [](std::size_t count) {
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"x":[0)";
    for (std::size_t i = 1; i < count; ++i) text += ",0";
    return text + "]}}";
  };
  EXPECT_TRUE(read_rpc(with_values(kRpcValuesMax - 10)));
  EXPECT_FALSE(read_rpc(with_values(kRpcValuesMax + 10)));
}

}  // namespace
}  // namespace cofferdam::server
