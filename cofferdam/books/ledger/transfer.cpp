// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/transfer.h"

namespace cofferdam::ledger {

bool is_transient(TransferStatus status) {
  switch (status) {
    case TransferStatus::debit_account_not_found:
    case TransferStatus::credit_account_not_found:
    case TransferStatus::pending_transfer_not_found:
    case TransferStatus::pool_not_active:
    case TransferStatus::edge_not_open:
    case TransferStatus::debit_account_already_closed:
    case TransferStatus::credit_account_already_closed:
    case TransferStatus::debit_account_frozen:
    case TransferStatus::credit_account_frozen:
    case TransferStatus::exceeds_credits:
    case TransferStatus::exceeds_debits:
    case TransferStatus::exceeds_floor:
    case TransferStatus::exceeds_ceiling:
      return true;
    case TransferStatus::ok:
    case TransferStatus::linked_event_chain_open:
    case TransferStatus::linked_event_failed:
    case TransferStatus::reserved_flag:
    case TransferStatus::id_must_not_be_zero:
    case TransferStatus::id_must_not_be_max:
    case TransferStatus::exists_with_different_flags:
    case TransferStatus::exists_with_different_pending_id:
    case TransferStatus::exists_with_different_timeout:
    case TransferStatus::exists_with_different_debit_account:
    case TransferStatus::exists_with_different_credit_account:
    case TransferStatus::exists_with_different_amount:
    case TransferStatus::exists_with_different_user_data_128:
    case TransferStatus::exists_with_different_user_data_64:
    case TransferStatus::exists_with_different_user_data_32:
    case TransferStatus::exists_with_different_pool:
    case TransferStatus::exists_with_different_asset:
    case TransferStatus::exists_with_different_code:
    case TransferStatus::exists_with_different_value_date:
    case TransferStatus::exists:
    case TransferStatus::id_already_failed:
    case TransferStatus::flags_are_mutually_exclusive:
    case TransferStatus::debit_account_must_not_be_zero:
    case TransferStatus::debit_account_must_not_be_max:
    case TransferStatus::credit_account_must_not_be_zero:
    case TransferStatus::credit_account_must_not_be_max:
    case TransferStatus::accounts_must_be_different:
    case TransferStatus::pending_id_must_be_zero:
    case TransferStatus::pending_id_must_not_be_zero:
    case TransferStatus::pending_id_must_not_be_max:
    case TransferStatus::pending_id_must_be_different:
    case TransferStatus::timeout_reserved_for_pending_transfer:
    case TransferStatus::closing_transfer_must_be_pending:
    case TransferStatus::pool_must_not_be_zero:
    case TransferStatus::asset_must_not_be_zero:
    case TransferStatus::code_must_not_be_zero:
    case TransferStatus::accounts_must_have_the_same_pool:
    case TransferStatus::accounts_must_have_the_same_asset:
    case TransferStatus::transfer_must_have_the_same_pool_as_accounts:
    case TransferStatus::transfer_must_have_the_same_asset_as_accounts:
    case TransferStatus::pending_transfer_not_pending:
    case TransferStatus::pending_transfer_has_different_debit_account:
    case TransferStatus::pending_transfer_has_different_credit_account:
    case TransferStatus::pending_transfer_has_different_pool:
    case TransferStatus::pending_transfer_has_different_asset:
    case TransferStatus::pending_transfer_has_different_code:
    case TransferStatus::exceeds_pending_transfer_amount:
    case TransferStatus::pending_transfer_has_different_amount:
    case TransferStatus::pending_transfer_already_posted:
    case TransferStatus::pending_transfer_already_voided:
    case TransferStatus::pending_transfer_expired:
    case TransferStatus::reserved_account_class:
    case TransferStatus::overflows_debits_pending:
    case TransferStatus::overflows_credits_pending:
    case TransferStatus::overflows_debits_posted:
    case TransferStatus::overflows_credits_posted:
    case TransferStatus::overflows_debits:
    case TransferStatus::overflows_credits:
    case TransferStatus::overflows_pool_total:
    case TransferStatus::overflows_timeout:
      return false;
  }
  return false;
}

}  // namespace cofferdam::ledger
