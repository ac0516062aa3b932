// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/change_account.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"

namespace cofferdam::ledger {

using S = ChangeAccountStatus;

namespace {

[[nodiscard]] S check_close(const Account& account) {
  if (account.is(kClosed)) return S::already_closed;
  if (account.debits_posted != account.credits_posted || !account.debits_pending.is_zero() ||
      !account.credits_pending.is_zero())
    return S::balance_not_zero;
  return S::ok;
}

[[nodiscard]] S check_limits(const ChangeAccount& command, const Account& account) {
  if (account.is(kClosed)) return S::already_closed;
  const auto low =
      base::try_difference(account.credits_posted, account.debits_posted + account.debits_pending);
  const auto high =
      base::try_difference(account.credits_posted + account.credits_pending, account.debits_posted);
  if (command.floor && (!low || *low < *command.floor)) return S::limit_already_exceeded;
  if (command.ceiling && (!high || *high > *command.ceiling)) return S::limit_already_exceeded;
  return S::ok;
}

}  // namespace

S check_shape(const ChangeAccount& command) {
  if (command.reason.size() > kDescriptionMax) return S::reason_too_long;
  const bool limits = command.floor || command.ceiling;
  if (limits && command.change != AccountChange::set_limits) return S::limits_with_other_change;
  if (command.floor && command.ceiling && *command.floor > *command.ceiling)
    return S::floor_above_ceiling;
  return S::ok;
}

S check_state(const ChangeAccount& command, const State& state) {
  const Account* account = state.accounts.find(command.account);
  if (account == nullptr) return S::account_not_found;
  if (is_reserved_class(account->account_class)) return S::reserved_account_class;
  switch (command.change) {
    case AccountChange::freeze:
      if (account->is(kClosed)) return S::already_closed;
      return account->is(kFrozen) ? S::already_frozen : S::ok;
    case AccountChange::unfreeze:
      return account->is(kFrozen) ? S::ok : S::not_frozen;
    case AccountChange::close:
      return check_close(*account);
    case AccountChange::set_limits:
      return check_limits(command, *account);
  }
  return S::ok;
}

S apply(const ChangeAccount& command, State& state, Context& context) {
  Account& account = state.accounts.edit(context.changes, command.account);
  const auto set = [&](std::uint16_t flag, bool on) {
    account.flags = static_cast<std::uint16_t>(on ? account.flags | flag : account.flags & ~flag);
  };
  switch (command.change) {
    case AccountChange::freeze:
      set(kFrozen, true);
      break;
    case AccountChange::unfreeze:
      set(kFrozen, false);
      break;
    case AccountChange::close:
      set(kClosed, true);
      break;
    case AccountChange::set_limits:
      set(kHasFloor, command.floor.has_value());
      set(kHasCeiling, command.ceiling.has_value());
      account.floor = command.floor.value_or(SignedAmount());
      account.ceiling = command.ceiling.value_or(SignedAmount());
      break;
  }
  return S::ok;
}

}  // namespace cofferdam::ledger
