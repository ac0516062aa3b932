// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer's bytes read as choices: small numbers, wide numbers, runs of bytes. At the end all
// numbers are 0, so every input is a program and every prefix of one too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cofferdam::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return left_.empty(); }

  template <class Integer>
  [[nodiscard]] Integer number() {
    Integer value{};
    const std::string_view bytes = take(sizeof(Integer));
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  // Below `count`, which is not 0.
  [[nodiscard]] std::size_t choice(std::size_t count) { return number<std::uint8_t>() % count; }

  // Below `count`, which may be large, and not 0.
  [[nodiscard]] std::size_t place(std::size_t count) { return number<std::uint32_t>() % count; }

  // Numbers at the edges of what fits are what breaks programs.
  [[nodiscard]] std::uint64_t edge() {
    const auto shape = number<std::uint8_t>();
    const std::uint64_t one = 1;
    if (shape < 64) return number<std::uint64_t>();
    if (shape < 128) return number<std::uint16_t>();
    if (shape < 192) return one << (shape % 64U);
    return (one << (shape % 64U)) - 1;
  }

  [[nodiscard]] std::string_view take(std::size_t size) {
    const std::string_view part = left_.substr(0, size);
    left_.remove_prefix(part.size());
    return part;
  }

  [[nodiscard]] std::string_view rest() { return take(left_.size()); }

 private:
  std::string_view left_;
};

}  // namespace cofferdam::fuzz
