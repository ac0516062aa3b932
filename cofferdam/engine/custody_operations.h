// SPDX-License-Identifier: Apache-2.0
//
// The operations of custody and reconciliation; command.h has the others and the whole list.
#pragma once

#include "cofferdam/books/custody/approve_intent.h"
#include "cofferdam/books/custody/beneficiaries.h"
#include "cofferdam/books/custody/execute_intent.h"
#include "cofferdam/books/custody/open_vault.h"
#include "cofferdam/books/custody/open_wallet.h"
#include "cofferdam/books/custody/propose_intent.h"
#include "cofferdam/books/custody/settle_intent.h"
#include "cofferdam/books/custody/signers.h"
#include "cofferdam/books/custody/stop_intent.h"
#include "cofferdam/books/reconciliation/begin_reconciliation.h"
#include "cofferdam/books/reconciliation/record_statement.h"
#include "cofferdam/books/reconciliation/release_guard.h"
#include "cofferdam/books/reconciliation/work_break.h"
#include "cofferdam/engine/operation_base.h"

namespace cofferdam::engine {

template <>
struct Operation<custody::RegisterSigner> : OperationBase<100, Needs::admin_role> {
  static constexpr std::string_view kName = "signer.register";
  static constexpr std::string_view kSummary = "Register a key that policies of vaults can name.";
  using Status = custody::SignerStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) { return std::tie(state.custody, state.principal); }
};

template <>
struct Operation<custody::RevokeSigner> : OperationBase<101, Needs::nothing> {
  static constexpr std::string_view kName = "signer.revoke";
  static constexpr std::string_view kSummary = "Revoke a key at once and for good.";
  using Status = custody::SignerStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) { return std::tie(state.custody, state.principal); }
};

template <>
struct Operation<custody::OpenVault> : OperationBase<102, Needs::admin_role> {
  static constexpr std::string_view kName = "vault.open";
  static constexpr std::string_view kSummary =
      "Open a vault: m-of-n signers over wallets of one pool.";
  using Status = custody::OpenVaultStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) {
    return std::tie(state.custody, state.pool, state.ledger, state.principal);
  }
};

template <>
struct Operation<custody::OpenWallet> : OperationBase<103, Needs::admin_role> {
  static constexpr std::string_view kName = "wallet.open";
  static constexpr std::string_view kSummary = "Declare a wallet of one pool.";
  using Status = custody::OpenWalletStatus;

  static auto rooms(auto& state) { return std::tie(state.custody, state.ledger); }

  static auto reads(auto& state) { return std::tie(state.custody, state.pool, state.ledger); }
};

template <>
struct Operation<custody::AllowBeneficiary> : OperationBase<104, Needs::admin_role> {
  static constexpr std::string_view kName = "beneficiary.allow";
  static constexpr std::string_view kSummary = "Put a beneficiary on a vault's list.";
  using Status = custody::BeneficiaryStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }
};

template <>
struct Operation<custody::RemoveBeneficiary> : OperationBase<105, Needs::operator_role> {
  static constexpr std::string_view kName = "beneficiary.remove";
  static constexpr std::string_view kSummary = "Take a beneficiary off a vault's list.";
  using Status = custody::BeneficiaryStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }
};

template <>
struct Operation<custody::ProposeIntent> : OperationBase<106, Needs::operator_role> {
  static constexpr std::string_view kName = "intent.propose";
  static constexpr std::string_view kSummary = "Put an intent before the signers of a vault.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) {
    return std::tie(state.custody, state.pool, state.ledger, state.principal);
  }
};

template <>
struct Operation<custody::ApproveIntent> : OperationBase<107, Needs::nothing> {
  static constexpr std::string_view kName = "intent.approve";
  static constexpr std::string_view kSummary = "Bring signatures for an intent.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) {
    return std::tie(state.custody, state.pool, state.ledger, state.principal, state.access);
  }
};

template <>
struct Operation<custody::VetoIntent> : OperationBase<108, Needs::nothing> {
  static constexpr std::string_view kName = "intent.veto";
  static constexpr std::string_view kSummary = "Stop an intent before it is executed.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) { return std::tie(state.custody, state.principal); }
};

template <>
struct Operation<custody::CancelIntent> : OperationBase<109, Needs::nothing> {
  static constexpr std::string_view kName = "intent.cancel";
  static constexpr std::string_view kSummary = "Take one's own intent back.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) { return std::tie(state.custody); }

  static auto reads(auto& state) { return std::tie(state.custody, state.principal, state.access); }
};

template <>
struct Operation<custody::ExecuteIntent> : OperationBase<110, Needs::operator_role> {
  static constexpr std::string_view kName = "intent.execute";
  static constexpr std::string_view kSummary = "Carry out an approved intent after its delay.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) { return std::tie(state.custody, state.ledger); }

  static auto reads(auto& state) {
    return std::tie(state.custody, state.ledger, state.pool, state.principal);
  }
};

template <>
struct Operation<custody::SettleIntent> : OperationBase<111, Needs::operator_role> {
  static constexpr std::string_view kName = "intent.settle";
  static constexpr std::string_view kSummary =
      "Confirm that what an intent ordered has left the wallet.";
  using Status = custody::IntentStatus;

  static auto rooms(auto& state) { return std::tie(state.custody, state.ledger); }

  static auto reads(auto& state) { return std::tie(state.custody, state.ledger, state.pool); }
};

template <>
struct Operation<reconciliation::RecordStatement> : OperationBase<130, Needs::operator_role> {
  static constexpr std::string_view kName = "statement.record";
  static constexpr std::string_view kSummary =
      "Record what a bank, a custodian or a chain says of a wallet or an account.";
  using Status = reconciliation::RecordStatementStatus;

  static auto reads(auto& state) {
    return std::tie(state.reconciliation, state.custody, state.ledger, state.fact);
  }
};

template <>
struct Operation<reconciliation::BeginReconciliation> : OperationBase<131, Needs::operator_role> {
  static constexpr std::string_view kName = "reconciliation.begin";
  static constexpr std::string_view kSummary =
      "Begin to compare a wallet or an account with statements.";
  using Status = reconciliation::BeginReconciliationStatus;

  static auto reads(auto& state) {
    return std::tie(state.reconciliation, state.custody, state.ledger);
  }
};

template <>
struct Operation<reconciliation::SetGuard> : OperationBase<132, Needs::admin_role> {
  static constexpr std::string_view kName = "reconciliation.set-policy";
  static constexpr std::string_view kSummary =
      "Say when open breaks of a pool freeze its releases.";
  using Status = reconciliation::SetGuardStatus;

  static auto rooms(auto& state) { return std::tie(state.reconciliation); }

  static auto reads(auto& state) {
    return std::tie(state.reconciliation, state.pool, state.ledger);
  }
};

template <>
struct Operation<reconciliation::AssignBreak> : OperationBase<133, Needs::operator_role> {
  static constexpr std::string_view kName = "break.assign";
  static constexpr std::string_view kSummary = "Give breaks to somebody to work on.";
  using Status = reconciliation::WorkBreakStatus;

  static auto reads(auto& state) { return std::tie(state.reconciliation, state.principal); }
};

template <>
struct Operation<reconciliation::ExplainBreak> : OperationBase<134, Needs::operator_role> {
  static constexpr std::string_view kName = "break.explain";
  static constexpr std::string_view kSummary = "Say what is behind breaks.";
  using Status = reconciliation::WorkBreakStatus;

  static auto reads(auto& state) { return std::tie(state.reconciliation); }
};

template <>
struct Operation<reconciliation::ResolveBreak> : OperationBase<135, Needs::operator_role> {
  static constexpr std::string_view kName = "break.resolve";
  static constexpr std::string_view kSummary = "Close breaks with a reason.";
  using Status = reconciliation::WorkBreakStatus;

  static auto reads(auto& state) { return std::tie(state.reconciliation); }
};

}  // namespace cofferdam::engine
