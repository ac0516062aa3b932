// SPDX-License-Identifier: Apache-2.0
//
// A place that money can be sent to, in one of the forms that the books know.
#pragma once

#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::custody {

enum class DestinationForm : std::uint8_t { chain_address, bank_account };

struct Destination {
  DestinationForm form = DestinationForm::chain_address;
  std::uint64_t chain_id = 0;
  std::string address;

  friend bool operator==(const Destination&, const Destination&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("form", self.form, "an address on a chain, or an account at a bank");
    visit("chain_id", self.chain_id, "chain_address: number of the chain (EIP-155); else 0");
    visit("address", self.address,
          "chain_address: 0x and 40 digits with the checksum of EIP-55; bank_account: the IBAN");
  }
};

// One way to write each place: an address with its checksum and not the zero address, on a chain
// with a number; an IBAN (ISO 13616) in capitals without blanks, its check digits right.
[[nodiscard]] bool is_destination(const Destination& place);
[[nodiscard]] bool is_iban(std::string_view text);

// "chain_address 1 0x..." or "bank_account DE89...": equal texts are equal places.
[[nodiscard]] std::string text_of(const Destination& place);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::DestinationForm> {
  static constexpr std::array<std::string_view, 2> kNames{"chain_address", "bank_account"};
};
