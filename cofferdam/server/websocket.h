// SPDX-License-Identifier: Apache-2.0
//
// WebSocket (RFC 6455) as plain bytes: the opening handshake, frames in and frames out. Knows no
// socket. A client's frames are masked, messages are text, bounded and UTF-8; extensions, and with
// them compression, are not offered.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::server {

// Codes that a connection is closed with; those from 4000 on are our own.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  not_text = 1003,
  bad_utf8 = 1007,
  policy = 1008,
  too_large = 1009,
  internal = 1011,
  unauthenticated = 4001,
  key_ended = 4002,
  heartbeat_unanswered = 4003,
};

enum class FrameKind : std::uint8_t { text, ping, pong, close };

struct FrameMessage {
  FrameKind kind = FrameKind::text;
  std::string payload;
};

// What the connection is closed for.
struct FrameFault {
  CloseCode code = CloseCode::protocol_error;
  std::string_view why;
};

// Puts messages together out of bytes as they come in. After a fault nothing more is to be asked.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // For frames that begin from now on; never less than before.
  void allow(std::size_t message_bytes_max) { message_bytes_max_ = message_bytes_max; }

  void add(std::string_view bytes) { input_ += bytes; }

  // nullopt: more bytes are needed.
  [[nodiscard]] std::expected<std::optional<FrameMessage>, FrameFault> next();

 private:
  struct Head {
    std::uint8_t opcode = 0;
    bool is_last = false;
    std::uint64_t bytes = 0;
    std::size_t head_bytes = 0;
  };

  [[nodiscard]] std::expected<std::optional<Head>, FrameFault> head() const;
  [[nodiscard]] std::optional<FrameFault> enter(const Head& head);
  void take_payload();
  [[nodiscard]] std::expected<std::optional<FrameMessage>, FrameFault> leave();

  std::size_t message_bytes_max_;
  std::string input_;
  std::size_t at_ = 0;  // what of the input was taken
  bool is_inside_ = false;
  Head head_;
  std::uint64_t left_ = 0;  // of the frame's payload
  std::uint32_t mask_ = 0;  // its next byte is the lowest
  std::string control_;
  std::string message_;
  bool has_message_ = false;  // a message was begun and waits for its last fragment
  std::size_t fragments_ = 0;
};

[[nodiscard]] std::string text_frame(std::string_view text);
[[nodiscard]] std::string ping_frame();
[[nodiscard]] std::string pong_frame(std::string_view payload);
[[nodiscard]] std::string close_frame(CloseCode code, std::string_view why);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key; nullopt where that is not 16 bytes in base64.
[[nodiscard]] std::optional<std::string> websocket_accept(std::string_view key);

[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace cofferdam::server
