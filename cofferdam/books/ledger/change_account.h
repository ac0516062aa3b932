// SPDX-License-Identifier: Apache-2.0
//
// Changes what an account may do: freeze, unfreeze, close, new limits.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

namespace cofferdam::ledger {

enum class AccountChange : std::uint8_t { freeze, unfreeze, close, set_limits };

struct ChangeAccount {
  AccountId account;
  AccountChange change = AccountChange::freeze;
  std::optional<SignedAmount> floor;    // set_limits: absent removes the floor
  std::optional<SignedAmount> ceiling;  // set_limits: absent removes the ceiling
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the account");
    visit("change", self.change, "freeze, unfreeze, close or set_limits");
    visit("floor", self.floor, "set_limits: least net credit balance; absent for none");
    visit("ceiling", self.ceiling, "set_limits: greatest net credit balance; absent for none");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ChangeAccountStatus : std::uint16_t {
  ok,
  reason_too_long,
  limits_with_other_change,
  floor_above_ceiling,
  account_not_found,
  reserved_account_class,
  already_closed,
  already_frozen,
  not_frozen,
  balance_not_zero,
  limit_already_exceeded,
};

[[nodiscard]] ChangeAccountStatus check_shape(const ChangeAccount& command);
[[nodiscard]] ChangeAccountStatus check_state(const ChangeAccount& command, const State& state);
ChangeAccountStatus apply(const ChangeAccount& command, State& state, Context& context);

}  // namespace cofferdam::ledger

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::AccountChange> {
  static constexpr std::array<std::string_view, 4> kNames{"freeze", "unfreeze", "close",
                                                          "set_limits"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::ChangeAccountStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "reason_too_long",
                                                           "limits_with_other_change",
                                                           "floor_above_ceiling",
                                                           "account_not_found",
                                                           "reserved_account_class",
                                                           "already_closed",
                                                           "already_frozen",
                                                           "not_frozen",
                                                           "balance_not_zero",
                                                           "limit_already_exceeded"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a reason has at most 1024 bytes",
      "floor and ceiling go with set_limits only",
      "the floor is at or below the ceiling",
      "the account must exist",
      "accounts of the system's own classes are changed by their own commands",
      "a closed account stays closed",
      "the account is frozen already",
      "only a frozen account is unfrozen",
      "an account is closed at a net balance of zero and without holds",
      "the present balance must satisfy the new limits"};
};
