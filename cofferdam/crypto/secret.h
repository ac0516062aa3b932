// SPDX-License-Identifier: Apache-2.0
//
// Secret: bytes that are wiped when they are no longer needed. It cannot be copied, compared with
// ==, printed or put into a log by accident; who needs the bytes asks for them by a name that is
// easy to search for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cofferdam::crypto {

// Overwrites memory in a way that the compiler may not remove.
void wipe(std::span<std::uint8_t> bytes);

// Compares without telling by its duration where the first difference stands. Unequal sizes differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

template <std::size_t N>
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::span<const std::uint8_t, N> bytes) {
    for (std::size_t i = 0; i < N; ++i) bytes_[i] = bytes[i];
  }

  ~Secret() { wipe(bytes_); }

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

  Secret& operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    wipe(other.bytes_);
    return *this;
  }

  [[nodiscard]] std::span<const std::uint8_t, N> reveal() const { return bytes_; }

  [[nodiscard]] std::span<std::uint8_t, N> writable() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace cofferdam::crypto
