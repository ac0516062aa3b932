// SPDX-License-Identifier: Apache-2.0
//
// The list of those whom a vault may pay. Somebody new waits as long as a change of policy does, so
// that a new payee and a payment cannot slip through together; taking somebody off acts at once.
#pragma once

#include "cofferdam/books/custody/custody.h"

namespace cofferdam::custody {

struct AllowBeneficiary {
  std::string code;
  VaultId vault;
  Destination place;
  OwnerId owner;

  static constexpr std::string_view kDoc =
      "Puts a beneficiary on a vault's list; he may be paid after the delay for changes.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("vault", self.vault, "the vault that may pay");
    visit("place", self.place, "the one place that he is paid at");
    visit("owner", self.owner, "paid only from accounts of this owner; 0: of any");
  }
};

struct RemoveBeneficiary {
  BeneficiaryId beneficiary;
  std::string reason;

  static constexpr std::string_view kDoc = "Takes a beneficiary off the list, at once.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("beneficiary", self.beneficiary, "the beneficiary");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class BeneficiaryStatus : std::uint16_t {
  ok,
  code_malformed,
  place_malformed,
  reason_too_long,
  exists,
  vault_not_found,
  place_on_another_chain,
  beneficiary_not_found,
  already_removed,
};

[[nodiscard]] BeneficiaryStatus check_shape(const AllowBeneficiary& command);
[[nodiscard]] BeneficiaryStatus check_state(const AllowBeneficiary& command, const State& state);
BeneficiaryStatus apply(const AllowBeneficiary& command, State& state, Context& context);

[[nodiscard]] BeneficiaryStatus check_shape(const RemoveBeneficiary& command);
[[nodiscard]] BeneficiaryStatus check_state(const RemoveBeneficiary& command, const State& state);
BeneficiaryStatus apply(const RemoveBeneficiary& command, State& state, Context& context);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::BeneficiaryStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "code_malformed",
                                                          "place_malformed",
                                                          "reason_too_long",
                                                          "exists",
                                                          "vault_not_found",
                                                          "place_on_another_chain",
                                                          "beneficiary_not_found",
                                                          "already_removed"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a place is an address with its checksum on a numbered chain, or an IBAN",
      "a reason has at most 1024 bytes",
      "a beneficiary with this code exists",
      "the vault must exist",
      "an address is on the chain of the vault",
      "the beneficiary must exist",
      "the beneficiary is removed already"};
};
