// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/certificate.h"

#include "cofferdam/crypto/sha256.h"

namespace cofferdam::default_management {

std::string hash_of_lines(std::string_view lines) {
  return crypto::to_hex(crypto::sha256(lines));
}

std::string Certificate::hash() const {
  return hash_of_lines(text_);
}

bool is_label(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace cofferdam::default_management
