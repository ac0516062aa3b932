// SPDX-License-Identifier: Apache-2.0
//
// What a certificate's hash covers: lines `key value`, each ended by a line feed, of everything
// that went in and everything that came out, in one stated order. Anybody can write the same lines
// from the figures and compare the SHA-256.
#pragma once

#include "cofferdam/base/int128.h"

#include <concepts>
#include <string>
#include <string_view>

namespace cofferdam::default_management {

class Certificate {
 public:
  explicit Certificate(std::string_view kind) : text_(std::string(kind) + "\n") {}

  void add(std::string_view key, std::string_view value) {
    text_.append(key).append(" ").append(value).append("\n");
  }

  void add(std::string_view key, base::u128 value) { add(key, base::to_text(value)); }

  void add(std::string_view key, base::i128 value) { add(key, base::to_text(value)); }

  template <std::integral T>
    requires(sizeof(T) <= 8)
  void add(std::string_view key, T value) {
    add(key, base::to_text(static_cast<base::i128>(value)));
  }

  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] std::string hash() const;

 private:
  std::string text_;
};

// SHA-256 in hexadecimal digits.
[[nodiscard]] std::string hash_of_lines(std::string_view lines);

// What stands in such lines: 1 to 64 letters, digits and . _ : / -
[[nodiscard]] bool is_label(std::string_view text);

}  // namespace cofferdam::default_management
