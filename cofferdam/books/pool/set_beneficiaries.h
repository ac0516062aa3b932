// SPDX-License-Identifier: Apache-2.0
//
// Says for whom a nominee's account is held.
#pragma once

#include "cofferdam/books/pool/pool.h"

namespace cofferdam::pool {

struct SetBeneficiaries {
  AccountId account;
  std::vector<Beneficiary> owners;

  static constexpr std::string_view kDoc = "Says for which beneficial owners an account is held.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the nominee's account");
    visit("owners", self.owners, "for whom, with weights, at most 10000; none: for its owner");
  }
};

enum class SetBeneficiariesStatus : std::uint16_t {
  ok,
  too_many_owners,
  owner_must_not_be_zero,
  owner_repeated,
  weight_must_not_be_zero,
  weights_overflow,
  account_not_found,
  not_a_claim,
  pool_is_over,
};

[[nodiscard]] SetBeneficiariesStatus check_shape(const SetBeneficiaries& command);
[[nodiscard]] SetBeneficiariesStatus check_state(const SetBeneficiaries& command,
                                                 const State& state, const ledger::State& ledger);
SetBeneficiariesStatus apply(const SetBeneficiaries& command, State& state, Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::SetBeneficiariesStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "too_many_owners",
                                                          "owner_must_not_be_zero",
                                                          "owner_repeated",
                                                          "weight_must_not_be_zero",
                                                          "weights_overflow",
                                                          "account_not_found",
                                                          "not_a_claim",
                                                          "pool_is_over"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "an account is held for at most 10000 owners",
      "a beneficial owner has a number",
      "a beneficial owner is named once",
      "a weight is at least 1",
      "the weights sum to less than 2^128",
      "the account must exist",
      "only an account that is an owner's claim on its pool is held for others",
      "nothing changes in a closed or detached pool"};
};
