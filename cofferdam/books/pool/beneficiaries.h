// SPDX-License-Identifier: Apache-2.0
//
// Beneficial owners of an account that one nominee holds for several. Owners are opaque numbers;
// who they are stands outside the books.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

#include <cstdint>
#include <vector>

namespace cofferdam::pool {

struct Beneficiary {
  base::OwnerId owner;
  base::u128 weight = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the beneficial owner");
    visit("weight", self.weight, "share of the balance, relative to the other weights");
  }
};

inline constexpr std::size_t kBeneficiariesMax = 10'000;  // of one account

struct Beneficiaries {
  using Key = base::AccountId;
  base::AccountId account;
  std::vector<Beneficiary> owners;

  [[nodiscard]] Key key() const { return account; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the nominee's account");
    visit("owners", self.owners, "for whom it is held");
  }
};

}  // namespace cofferdam::pool
