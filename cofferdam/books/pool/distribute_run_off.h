// SPDX-License-Identifier: Apache-2.0
//
// Pays a winding-up pool out.
//
// An amount of one custody account goes to the owners: class by class in the order that the pool
// has fixed, and inside a class pro rata to entitlement, by largest remainder. A class is paid in
// full before the next one sees anything; what is paid sums to the amount exactly, so no dust is
// left over. A payment is booked as it happens in the world: the owner's claim is debited and the
// custody account credited, with the reason code `distribution`; the custodian pays out what the
// postings say. Owners whose classes the order does not name are not paid.
#pragma once

#include "cofferdam/books/pool/entitlement.h"

namespace cofferdam::pool {

// Most accounts that one command pays; a larger pool is paid out custody account by custody
// account.
inline constexpr std::size_t kRunOffPaymentsMax = 65'536;

struct DistributeRunOff {
  PoolId pool;
  AccountId custody;
  Amount amount;
  base::u128 reference = 0;

  static constexpr std::string_view kDoc = "Pays out of a winding-up pool, by class and priority.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("custody", self.custody, "the custody account that pays");
    visit("amount", self.amount, "how much is distributed, in the asset of the custody account");
    visit("reference", self.reference, "free; can be searched");
  }
};

enum class DistributeRunOffStatus : std::uint16_t {
  ok,
  amount_must_not_be_zero,
  pool_not_found,
  not_winding_up,
  custody_account_not_found,
  custody_account_in_another_pool,
  not_a_custody_account,
  hold_open,
  position_open,
  balance_too_large,
  exceeds_held,
  exceeds_claims,
  too_many_payments,
  account_closed_or_frozen,
  exceeds_balance,
};

struct RunOffLeg {
  AccountId account;
  OwnerClass owner_class = OwnerClass::client;
  OwnerId owner;
  Amount amount;

  friend bool operator==(const RunOffLeg&, const RunOffLeg&) = default;
};

struct RunOffLegs {
  DistributeRunOffStatus status = DistributeRunOffStatus::ok;
  std::vector<RunOffLeg> payments;  // in the order of class, owner, account
};

// What the command would pay, without paying it.
[[nodiscard]] RunOffLegs run_off_legs(const DistributeRunOff& command, const State& state,
                                      const ledger::State& ledger);

[[nodiscard]] DistributeRunOffStatus check_shape(const DistributeRunOff& command);
[[nodiscard]] DistributeRunOffStatus check_state(const DistributeRunOff& command,
                                                 const State& state, const ledger::State& ledger);
DistributeRunOffStatus apply(const DistributeRunOff& command, const State& state,
                             ledger::State& ledger, Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::DistributeRunOffStatus> {
  static constexpr std::array<std::string_view, 15> kNames{"ok",
                                                           "amount_must_not_be_zero",
                                                           "pool_not_found",
                                                           "not_winding_up",
                                                           "custody_account_not_found",
                                                           "custody_account_in_another_pool",
                                                           "not_a_custody_account",
                                                           "hold_open",
                                                           "position_open",
                                                           "balance_too_large",
                                                           "exceeds_held",
                                                           "exceeds_claims",
                                                           "too_many_payments",
                                                           "account_closed_or_frozen",
                                                           "exceeds_balance"};
  static constexpr std::array<std::string_view, 15> kDocs{
      "",
      "a distribution pays something",
      "the pool must exist",
      "only a winding-up pool is paid out",
      "the custody account must exist",
      "the custody account lies in the pool",
      "the account that pays is of class custody",
      "no hold is open on an account that is paid",
      "positions are settled before a pool is paid out",
      "a balance that is distributed fits 127 bits",
      "no more is paid than the custody account holds",
      "no more is paid than the owners are entitled to",
      "at most 65536 accounts are paid at a time",
      "an account that is to be paid is closed or frozen",
      "an account's own limit does not allow the payment"};
};
