// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/destination.h"

#include "cofferdam/crypto/ethereum_address.h"

namespace cofferdam::custody {

namespace {

[[nodiscard]] bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

bool is_iban(std::string_view text) {
  if (text.size() < 15 || text.size() > 34) return false;
  if (!is_capital(text[0]) || !is_capital(text[1]) || !is_digit(text[2]) || !is_digit(text[3]))
    return false;
  // ISO 7064 MOD 97-10: the first four characters go to the end, letters count 10 to 35, and the
  // number leaves 1.
  unsigned rest = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[(i + 4) % text.size()];
    if (is_digit(c)) {
      rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
    } else if (is_capital(c)) {
      rest = (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
    } else {
      return false;
    }
  }
  // Check digits are 02 to 98 by their making; 00, 01 and 99 would pass the sum as well.
  const std::string_view digits = text.substr(2, 2);
  return rest == 1 && digits != "00" && digits != "01" && digits != "99";
}

bool is_destination(const Destination& place) {
  switch (place.form) {
    case DestinationForm::chain_address: {
      const auto address = crypto::parse_address(place.address);
      return place.chain_id != 0 && address && !address->is_zero() &&
             crypto::to_text(*address) == place.address;
    }
    case DestinationForm::bank_account:
      return place.chain_id == 0 && is_iban(place.address);
  }
  return false;
}

std::string text_of(const Destination& place) {
  std::string text(base::name_of(place.form));
  if (place.form == DestinationForm::chain_address) text += " " + std::to_string(place.chain_id);
  return text + " " + place.address;
}

}  // namespace cofferdam::custody
