// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4), by OpenSSL, which uses the processor's own instructions where it has them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::crypto {

using Hash = std::array<std::uint8_t, 32>;

// A running hash over parts. finish() ends it; restart() begins another with the same machinery,
// which for short messages costs less than a new one.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  [[nodiscard]] Hash finish();
  void restart();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] Hash sha256(std::string_view bytes);
[[nodiscard]] std::string to_hex(const Hash& hash);
// nullopt unless exactly 64 hexadecimal digits.
[[nodiscard]] std::optional<Hash> hash_from_hex(std::string_view text);

[[nodiscard]] inline std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace cofferdam::crypto
