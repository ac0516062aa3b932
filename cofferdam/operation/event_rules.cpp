// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/event_rules.h"

#include <array>
#include <utility>

namespace cofferdam::operation {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto kRules = std::to_array<Pair>({
    {"linked_event_chain_open", "the last event of a batch does not open a chain"},
    {"linked_event_failed", "another event of its chain was refused, so none of them happened"},
    {"reserved_flag", "flags that only the system sets, or that mean nothing, are not given"},
    {"id_must_not_be_zero", "an id is from 1 to 2^128 - 2"},
    {"id_must_not_be_max", "an id is from 1 to 2^128 - 2"},
    {"exists_with_different_flags", "the id is used already, with other flags"},
    {"exists_with_different_pending_id", "the id is used already, with another pending_id"},
    {"exists_with_different_timeout", "the id is used already, with another timeout"},
    {"exists_with_different_debit_account", "the id is used already, with another debit account"},
    {"exists_with_different_credit_account", "the id is used already, with another credit account"},
    {"exists_with_different_amount", "the id is used already, with another amount"},
    {"exists_with_different_user_data_128", "the id is used already, with another user_data_128"},
    {"exists_with_different_user_data_64", "the id is used already, with another user_data_64"},
    {"exists_with_different_user_data_32", "the id is used already, with another user_data_32"},
    {"exists_with_different_pool", "the id is used already, with another pool"},
    {"exists_with_different_asset", "the id is used already, with another asset"},
    {"exists_with_different_code", "the id is used already, with another code"},
    {"exists_with_different_class", "the id is used already, with another class"},
    {"exists_with_different_owner_class", "the id is used already, with another owner class"},
    {"exists_with_different_owner", "the id is used already, with another owner"},
    {"exists_with_different_value_date", "the id is used already, with another value date"},
    {"exists", "this very event happened before; nothing was done again"},
    {"id_already_failed", "an attempt under this id was refused; a retry needs a new id"},
    {"flags_are_mutually_exclusive", "these flags do not go together"},
    {"debit_account_must_not_be_zero", "a debit account is named"},
    {"debit_account_must_not_be_max", "the greatest id is reserved"},
    {"credit_account_must_not_be_zero", "a credit account is named"},
    {"credit_account_must_not_be_max", "the greatest id is reserved"},
    {"accounts_must_be_different", "a transfer has two accounts"},
    {"pending_id_must_be_zero", "only posting or voiding names a hold"},
    {"pending_id_must_not_be_zero", "posting or voiding names a hold"},
    {"pending_id_must_not_be_max", "the greatest id is reserved"},
    {"pending_id_must_be_different", "a transfer does not resolve itself"},
    {"timeout_reserved_for_pending_transfer", "only a pending transfer has a timeout"},
    {"closing_transfer_must_be_pending", "a transfer that closes an account is pending"},
    {"pool_must_not_be_zero", "a pool is named"},
    {"asset_must_not_be_zero", "an asset is named"},
    {"code_must_not_be_zero", "a code is from 1 to 65535"},
    {"debit_account_not_found", "the debit account must exist"},
    {"credit_account_not_found", "the credit account must exist"},
    {"accounts_must_have_the_same_pool",
     "a transfer stays inside one pool; between pools there are conduits"},
    {"accounts_must_have_the_same_asset", "a transfer has one asset"},
    {"transfer_must_have_the_same_pool_as_accounts", "the pool is that of the accounts"},
    {"transfer_must_have_the_same_asset_as_accounts", "the asset is that of the accounts"},
    {"pending_transfer_not_found", "the hold must exist"},
    {"pending_transfer_not_pending", "only a pending transfer is posted or voided"},
    {"pending_transfer_has_different_debit_account", "the hold has another debit account"},
    {"pending_transfer_has_different_credit_account", "the hold has another credit account"},
    {"pending_transfer_has_different_pool", "the hold is in another pool"},
    {"pending_transfer_has_different_asset", "the hold is in another asset"},
    {"pending_transfer_has_different_code", "the hold has another code"},
    {"exceeds_pending_transfer_amount", "no more is posted than is held"},
    {"pending_transfer_has_different_amount", "a hold is voided whole"},
    {"pending_transfer_already_posted", "a hold is resolved once"},
    {"pending_transfer_already_voided", "a hold is resolved once"},
    {"pending_transfer_expired", "the hold has expired"},
    {"pool_not_active", "the pool accepts transfers only while it is active"},
    {"reserved_account_class",
     "accounts of the system's own classes are moved by its commands, and what a wallet of a vault "
     "holds leaves it by an executed intent only"},
    {"edge_not_open", "the pool's policy opens no way between these owners for this code"},
    {"debit_account_already_closed", "the debit account is closed"},
    {"credit_account_already_closed", "the credit account is closed"},
    {"debit_account_frozen", "the debit account is frozen"},
    {"credit_account_frozen", "the credit account is frozen"},
    {"overflows_debits_pending", "counters stay within 128 bits"},
    {"overflows_credits_pending", "counters stay within 128 bits"},
    {"overflows_debits_posted", "counters stay within 128 bits"},
    {"overflows_credits_posted", "counters stay within 128 bits"},
    {"overflows_debits", "counters stay within 128 bits"},
    {"overflows_credits", "counters stay within 128 bits"},
    {"overflows_pool_total", "totals of a pool stay within 128 bits"},
    {"overflows_timeout", "the time of expiry must be representable"},
    {"exceeds_credits", "the debit account's debits must not exceed its credits"},
    {"exceeds_debits", "the credit account's credits must not exceed its debits"},
    {"exceeds_floor", "the debit account stays at or above its floor"},
    {"exceeds_ceiling", "the credit account stays at or below its ceiling"},
    {"pool_not_found", "the pool must exist"},
    {"asset_not_found", "the asset must exist"},
    {"pool_not_accepting", "the pool accepts new accounts only while it is draft or active"},
    {"owner_must_not_be_zero", "an account of this owner class has an owner"},
    {"owner_must_be_zero", "the pool's own accounts have no owner"},
    {"limit_without_flag", "a floor or ceiling goes with its flag"},
    {"limits_exclude_zero", "a new account stands at zero, which its floor and ceiling must allow"},
});

}  // namespace

std::string_view event_rule(std::string_view status) {
  for (const auto& [name, rule] : kRules)
    if (name == status) return rule;
  return {};
}

}  // namespace cofferdam::operation
