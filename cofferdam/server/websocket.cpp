// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/websocket.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace cofferdam::server {
namespace {

constexpr std::uint8_t kContinuation = 0x0;
constexpr std::uint8_t kText = 0x1;
constexpr std::uint8_t kBinary = 0x2;
constexpr std::uint8_t kClose = 0x8;
constexpr std::uint8_t kPing = 0x9;
constexpr std::uint8_t kPong = 0xA;
constexpr std::size_t kControlBytesMax = 125;
// Empty fragments cost a sender nothing, so their number is bounded as well as their bytes.
constexpr std::size_t kFragmentsMax = 4096;
// What was taken stays in the buffer until it is so much.
constexpr std::size_t kTakenBytesMax = std::size_t{64} << 10;

bool is_control(std::uint8_t opcode) {
  return (opcode & 0x8U) != 0;
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::unexpected<FrameFault> fault(std::string_view why,
                                  CloseCode code = CloseCode::protocol_error) {
  return std::unexpected(FrameFault{code, why});
}

// Codes that may stand in a frame (RFC 6455, 7.4).
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

std::string frame(std::uint8_t opcode, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 10);
  out += static_cast<char>(0x80U | opcode);
  const std::uint64_t size = payload.size();
  const auto put = [&](unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i) out += static_cast<char>((size >> (8 * (i - 1))) & 0xFFU);
  };
  if (size < 126) {
    out += static_cast<char>(size);
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(126);
    put(2);
  } else {
    out += static_cast<char>(127);
    put(8);
  }
  out += payload;
  return out;
}

// The bytes of a character beyond its first one, and the range of the second; none: no such first.
struct Sequence {
  unsigned more = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
};

std::optional<Sequence> sequence_of(std::uint8_t first) {
  if (first >= 0xC2 && first <= 0xDF) return Sequence{.more = 1};
  if (first == 0xE0) return Sequence{.more = 2, .low = 0xA0};
  if (first == 0xED) return Sequence{.more = 2, .high = 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return Sequence{.more = 2};
  if (first == 0xF0) return Sequence{.more = 3, .low = 0x90};
  if (first >= 0xF1 && first <= 0xF3) return Sequence{.more = 3};
  if (first == 0xF4) return Sequence{.more = 3, .high = 0x8F};
  return std::nullopt;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t first = byte_at(bytes, i);
    if (first < 0x80) continue;
    const std::optional<Sequence> sequence = sequence_of(first);
    if (!sequence || bytes.size() - i <= sequence->more) return false;
    for (unsigned more = 1; more <= sequence->more; ++more) {
      const std::uint8_t next = byte_at(bytes, i + more);
      const std::uint8_t low = more == 1 ? sequence->low : 0x80;
      const std::uint8_t high = more == 1 ? sequence->high : 0xBF;
      if (next < low || next > high) return false;
    }
    i += sequence->more;
  }
  return true;
}

std::expected<std::optional<FrameReader::Head>, FrameFault> FrameReader::head() const {
  const std::string_view bytes = std::string_view(input_).substr(at_);
  if (bytes.size() < 2) return std::nullopt;
  Head head{.opcode = static_cast<std::uint8_t>(byte_at(bytes, 0) & 0x0FU),
            .is_last = (byte_at(bytes, 0) & 0x80U) != 0};
  if ((byte_at(bytes, 0) & 0x70U) != 0)
    return fault("no extension was agreed on, so the reserved bits are 0");
  if ((byte_at(bytes, 1) & 0x80U) == 0) return fault("a client masks its frames");
  const unsigned size = byte_at(bytes, 1) & 0x7FU;
  const std::size_t more = size < 126 ? 0 : size == 126 ? 2 : 8;
  head.head_bytes = 2 + more + 4;
  if (is_control(head.opcode) && (!head.is_last || size > kControlBytesMax))
    return fault("a control frame is whole and has at most 125 bytes");
  if (bytes.size() < head.head_bytes) return std::nullopt;
  head.bytes = more == 0 ? size : 0;
  for (std::size_t i = 0; i < more; ++i) head.bytes = head.bytes << 8 | byte_at(bytes, 2 + i);
  const bool is_shortest = more == 0 || (more == 2 ? head.bytes >= 126 : head.bytes > 0xFFFF);
  if (!is_shortest || head.bytes >> 63 != 0)
    return fault("a length is written in as few bytes as it needs");
  return head;
}

std::optional<FrameFault> FrameReader::enter(const Head& head) {
  switch (head.opcode) {
    case kClose:
    case kPing:
    case kPong:
      return std::nullopt;
    case kBinary:
      return FrameFault{CloseCode::not_text, "messages are text"};
    case kText:
      if (has_message_) return FrameFault{CloseCode::protocol_error, "a message is not finished"};
      message_.clear();
      has_message_ = true;
      fragments_ = 0;
      break;
    case kContinuation:
      if (!has_message_) return FrameFault{CloseCode::protocol_error, "there is nothing to go on"};
      break;
    default:
      return FrameFault{CloseCode::protocol_error, "this opcode is not known"};
  }
  if (head.bytes > message_bytes_max_ - message_.size() || ++fragments_ > kFragmentsMax)
    return FrameFault{CloseCode::too_large, "the message is too large"};
  return std::nullopt;
}

void FrameReader::take_payload() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size() - at_));
  std::string& out = is_control(head_.opcode) ? control_ : message_;
  const std::size_t start = out.size();
  out.append(input_, at_, size);
  std::uint32_t mask = mask_;
  for (std::size_t i = start; i < out.size(); ++i) {
    out[i] = static_cast<char>(static_cast<std::uint8_t>(out[i]) ^ (mask & 0xFFU));
    mask = mask >> 8 | mask << 24;
  }
  mask_ = mask;
  at_ += size;
  left_ -= size;
}

std::expected<std::optional<FrameMessage>, FrameFault> FrameReader::leave() {
  is_inside_ = false;
  if (head_.opcode == kPing) return FrameMessage{FrameKind::ping, std::move(control_)};
  if (head_.opcode == kPong) return FrameMessage{FrameKind::pong, std::move(control_)};
  if (head_.opcode == kClose) {
    if (control_.size() == 1) return fault("a closing code has two bytes");
    if (control_.size() >= 2 &&
        !is_close_code(unsigned{byte_at(control_, 0)} << 8 | byte_at(control_, 1)))
      return fault("this closing code may not be sent");
    if (control_.size() > 2 && !is_utf8(std::string_view(control_).substr(2)))
      return fault("the reason is not UTF-8", CloseCode::bad_utf8);
    return FrameMessage{FrameKind::close, std::move(control_)};
  }
  if (!head_.is_last) return std::nullopt;
  has_message_ = false;
  if (!is_utf8(message_)) return fault("the message is not UTF-8", CloseCode::bad_utf8);
  return FrameMessage{FrameKind::text, std::move(message_)};
}

std::expected<std::optional<FrameMessage>, FrameFault> FrameReader::next() {
  while (true) {
    if (!is_inside_) {
      const auto found = head();
      if (!found) return std::unexpected(found.error());
      if (!*found) break;
      if (const auto wrong = enter(**found)) return std::unexpected(*wrong);
      head_ = **found;
      const std::size_t mask_at = at_ + head_.head_bytes - 4;
      mask_ = 0;
      for (std::size_t i = 0; i < 4; ++i)
        mask_ |= std::uint32_t{byte_at(input_, mask_at + i)} << (8 * i);
      at_ += head_.head_bytes;
      left_ = head_.bytes;
      control_.clear();
      is_inside_ = true;
    }
    take_payload();
    if (left_ > 0) break;
    auto message = leave();
    if (!message || *message) return message;
  }
  if (at_ == input_.size() || at_ > kTakenBytesMax) {
    input_.erase(0, at_);
    at_ = 0;
  }
  return std::nullopt;
}

std::string text_frame(std::string_view text) {
  return frame(kText, text);
}

std::string ping_frame() {
  return frame(kPing, {});
}

std::string pong_frame(std::string_view payload) {
  return frame(kPong, payload);
}

std::string close_frame(CloseCode code, std::string_view why) {
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFFU)};
  payload += why.substr(0, kControlBytesMax - 2);
  return frame(kClose, payload);
}

std::optional<std::string> websocket_accept(std::string_view key) {
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  // 16 bytes are 22 digits, and two signs that fill up.
  if (key.size() != 24 || !key.ends_with("==") ||
      !std::all_of(key.begin(), key.end() - 2, is_digit))
    return std::nullopt;
  // The number that RFC 6455 gives for this.
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1)
    return std::nullopt;
  std::array<unsigned char, 64> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), hash.data(), static_cast<int>(size));
  return std::string(encoded.begin(), encoded.begin() + length);
}

}  // namespace cofferdam::server
