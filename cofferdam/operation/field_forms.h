// SPDX-License-Identifier: Apache-2.0
//
// What a description of fields cannot say: the names of flags, which integers are days, and which
// fields a client must give. Every other field may be left out and keeps its default; a field is
// required where its default would be a silent choice that cannot be taken back.
//
// This header comes before the first type_of() of these structs; registry.h includes it.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/operation/type.h"

#include <array>
#include <string_view>

namespace cofferdam::operation {

inline constexpr std::array<std::string_view, 9> kAccountFlagNames{"linked",
                                                                   "debits_must_not_exceed_credits",
                                                                   "credits_must_not_exceed_debits",
                                                                   "history",
                                                                   "",
                                                                   "closed",
                                                                   "frozen",
                                                                   "has_floor",
                                                                   "has_ceiling"};

inline constexpr std::array<std::string_view, 12> kTransferFlagNames{
    "linked",        "pending",         "post_pending",
    "void_pending",  "balancing_debit", "balancing_credit",
    "closing_debit", "closing_credit",  "",
    "reversal",      "expiry",          "system"};

struct AccountFlagForms {
  static constexpr std::string_view kFlagsField = "flags";
  static constexpr auto kFlags = kAccountFlagNames;
};

template <>
struct FieldForms<ledger::Account> : AccountFlagForms {};

template <>
struct FieldForms<ledger::AccountEvent> : AccountFlagForms {
  static constexpr std::array<std::string_view, 5> kRequired{"id", "pool", "asset", "class",
                                                             "code"};
};

struct TransferForms {
  static constexpr std::string_view kFlagsField = "flags";
  static constexpr auto kFlags = kTransferFlagNames;
  static constexpr std::string_view kDayField = "value_date";
};

template <>
struct FieldForms<ledger::Transfer> : TransferForms {
  static constexpr std::array<std::string_view, 2> kRequired{"id", "amount"};
};

template <>
struct FieldForms<ledger::Guard> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "asset", "class", "comparison",
                                                             "amount"};
};

template <>
struct FieldForms<ledger::CreateAsset> {
  static constexpr std::array<std::string_view, 2> kRequired{"code", "scale"};
};

template <>
struct FieldForms<ledger::CreateAccounts> {
  static constexpr std::array<std::string_view, 1> kRequired{"accounts"};
};

template <>
struct FieldForms<ledger::CreateTransfers> {
  static constexpr std::array<std::string_view, 1> kRequired{"transfers"};
};

template <>
struct FieldForms<ledger::ChangeAccount> {
  static constexpr std::array<std::string_view, 2> kRequired{"account", "change"};
};

template <>
struct FieldForms<venue::Genesis> {
  static constexpr std::array<std::string_view, 2> kRequired{"venue", "root"};
};

template <>
struct FieldForms<engine::RevertBatch> {
  static constexpr std::array<std::string_view, 1> kRequired{"command"};
};

inline constexpr std::array<std::string_view, 5> kRoleNames{"root", "admin", "operator", "approver",
                                                            "auditor"};

struct RoleForms {
  static constexpr std::string_view kFlagsField = "roles";
  static constexpr auto kFlags = kRoleNames;
};

template <>
struct FieldForms<principal::Principal> : RoleForms {};

template <>
struct FieldForms<principal::CreatePrincipal> : RoleForms {
  static constexpr std::array<std::string_view, 2> kRequired{"code", "roles"};
};

template <>
struct FieldForms<principal::ChangePrincipal> : RoleForms {
  static constexpr std::array<std::string_view, 1> kRequired{"principal"};
};

template <>
struct FieldForms<decision::SetApprovalPolicy> : RoleForms {
  static constexpr std::string_view kOperationField = "operation";
  static constexpr std::array<std::string_view, 2> kRequired{"operation", "approvals"};
};

template <>
struct FieldForms<access::RegisterSigningKey> {
  static constexpr std::array<std::string_view, 3> kRequired{"principal", "name", "public_key"};
};

template <>
struct FieldForms<access::RotateSigningKey> {
  static constexpr std::array<std::string_view, 3> kRequired{"public_key", "next_key", "name"};
};

template <>
struct FieldForms<access::RevokeSigningKey> {
  static constexpr std::array<std::string_view, 1> kRequired{"public_key"};
};

template <>
struct FieldForms<access::SetSignaturePolicy> {
  static constexpr std::string_view kOperationField = "operation";
};

template <>
struct FieldForms<access::SignaturePolicy> {
  static constexpr std::string_view kOperationField = "operation";
};

template <>
struct FieldForms<access::SetGrant> : RoleForms {
  static constexpr std::array<std::string_view, 3> kRequired{"principal", "pool", "roles"};
};

template <>
struct FieldForms<access::Grant> : RoleForms {};

template <>
struct FieldForms<decision::ApprovalPolicy> : RoleForms {
  static constexpr std::string_view kOperationField = "operation";
};

struct RequiresProposal {
  static constexpr std::array<std::string_view, 1> kRequired{"proposal"};
};

template <>
struct FieldForms<decision::Approve> : RequiresProposal {};

template <>
struct FieldForms<decision::Reject> : RequiresProposal {};

template <>
struct FieldForms<decision::Withdraw> : RequiresProposal {};

template <>
struct FieldForms<pool::CreatePool> {
  static constexpr std::array<std::string_view, 2> kRequired{"code", "regime"};
};

template <>
struct FieldForms<pool::AttachAgreement> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "title", "document", "parties",
                                                             "effective"};
};

struct RequiresPool {
  static constexpr std::array<std::string_view, 1> kRequired{"pool"};
};

template <>
struct FieldForms<pool::ActivatePool> : RequiresPool {};

template <>
struct FieldForms<pool::FreezePool> : RequiresPool {};

template <>
struct FieldForms<pool::UnfreezePool> : RequiresPool {};

template <>
struct FieldForms<pool::WindUpPool> : RequiresPool {};

template <>
struct FieldForms<pool::ClosePool> : RequiresPool {};

template <>
struct FieldForms<pool::DetachPool> : RequiresPool {};

template <>
struct FieldForms<pool::DeclareConduit> {
  static constexpr std::array<std::string_view, 5> kRequired{"code", "from", "to", "asset",
                                                             "purpose"};
};

template <>
struct FieldForms<pool::RetireConduit> {
  static constexpr std::array<std::string_view, 1> kRequired{"conduit"};
};

template <>
struct FieldForms<pool::SettleConduit> {
  static constexpr std::string_view kDayField = "value_date";
  static constexpr std::array<std::string_view, 4> kRequired{"conduit", "custody_from",
                                                             "custody_to", "amount"};
};

template <>
struct FieldForms<pool::ConduitTransfer> {
  static constexpr std::string_view kDayField = "value_date";
  static constexpr std::array<std::string_view, 5> kRequired{"conduit", "debit_account",
                                                             "credit_account", "amount", "code"};
};

template <>
struct FieldForms<market::CreateContract> {
  static constexpr std::array<std::string_view, 5> kRequired{"code", "kind", "settlement_asset",
                                                             "price_scale", "quantity_scale"};
};

template <>
struct FieldForms<market::ChangeContract> {
  static constexpr std::array<std::string_view, 2> kRequired{"contract", "status"};
};

template <>
struct FieldForms<market::Settle> {
  static constexpr std::array<std::string_view, 1> kRequired{"contract"};
};

template <>
struct FieldForms<market::OpenParticipant> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "owner", "collateral"};
};

template <>
struct FieldForms<market::Trade> {
  static constexpr std::array<std::string_view, 8> kRequired{
      "id", "contract", "price", "quantity", "buyer_pool", "buyer", "seller_pool", "seller"};
};

template <>
struct FieldForms<market::RecordTrades> {
  static constexpr std::array<std::string_view, 1> kRequired{"trades"};
};

template <>
struct FieldForms<market::ClearedTrade> {
  static constexpr std::array<std::string_view, 9> kRequired{"id",          "contract",   "price",
                                                             "quantity",    "buyer_pool", "buyer",
                                                             "seller_pool", "seller",     "taker"};
};

template <>
struct FieldForms<market::ClearTrades> {
  static constexpr std::array<std::string_view, 1> kRequired{"trades"};
};

template <>
struct FieldForms<market::PriceSource> {
  static constexpr std::array<std::string_view, 2> kRequired{"source", "fact_key"};
};

template <>
struct FieldForms<market::SetIndex> {
  static constexpr std::array<std::string_view, 3> kRequired{"code", "scale", "sources"};
};

template <>
struct FieldForms<market::SetTerms> {
  static constexpr std::array<std::string_view, 2> kRequired{"contract", "instrument"};
};

struct RequiresContract {
  static constexpr std::array<std::string_view, 1> kRequired{"contract"};
};

template <>
struct FieldForms<market::ApplyFunding> : RequiresContract {};

template <>
struct FieldForms<market::ExpireContract> : RequiresContract {};

template <>
struct FieldForms<market::DelistContract> {
  static constexpr std::array<std::string_view, 3> kRequired{"contract", "price", "reason"};
};

template <>
struct FieldForms<market::BustTrade> {
  static constexpr std::array<std::string_view, 3> kRequired{"contract", "trade", "reason"};
};

template <>
struct FieldForms<market::AmendTrade> {
  static constexpr std::array<std::string_view, 10> kRequired{
      "contract",   "trade", "id",          "price",  "quantity",
      "buyer_pool", "buyer", "seller_pool", "seller", "reason"};
};

template <>
struct FieldForms<market::MarkEvent> {
  static constexpr std::array<std::string_view, 2> kRequired{"contract", "price"};
};

template <>
struct FieldForms<market::RecordMarks> {
  static constexpr std::array<std::string_view, 1> kRequired{"marks"};
};

template <>
struct FieldForms<fact::DeclareSource> {
  static constexpr std::array<std::string_view, 3> kRequired{"code", "staleness", "scale"};
};

template <>
struct FieldForms<fact::RecordFact> {
  static constexpr std::array<std::string_view, 5> kRequired{"source", "fact_key", "value", "scale",
                                                             "observed"};
};

template <>
struct FieldForms<pool::SetBeneficiaries> {
  static constexpr std::array<std::string_view, 1> kRequired{"account"};
};

template <>
struct FieldForms<pool::DistributeRunOff> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "custody", "amount"};
};

template <>
struct FieldForms<pool::DeclareReleaseRule> {
  static constexpr std::array<std::string_view, 6> kRequired{
      "code", "conduit", "debit_account", "credit_account", "reason", "condition"};
};

struct RequiresRule {
  static constexpr std::array<std::string_view, 1> kRequired{"rule"};
};

template <>
struct FieldForms<pool::RetireReleaseRule> : RequiresRule {};

template <>
struct FieldForms<pool::ExecuteRelease> : RequiresRule {};

template <>
struct FieldForms<custody::RegisterSigner> {
  static constexpr std::array<std::string_view, 4> kRequired{"code", "kind", "public_key",
                                                             "principal"};
};

template <>
struct FieldForms<custody::RevokeSigner> {
  static constexpr std::array<std::string_view, 1> kRequired{"signer"};
};

template <>
struct FieldForms<custody::OpenVault> {
  static constexpr std::array<std::string_view, 5> kRequired{"code", "pool", "chain_id", "salt",
                                                             "policy"};
};

template <>
struct FieldForms<custody::VaultPolicy> {
  static constexpr std::array<std::string_view, 7> kRequired{
      "signers", "threshold", "delay", "change_threshold", "change_delay", "life", "vetoers"};
};

template <>
struct FieldForms<custody::Destination> {
  static constexpr std::array<std::string_view, 2> kRequired{"form", "address"};
};

template <>
struct FieldForms<custody::OpenWallet> {
  static constexpr std::array<std::string_view, 4> kRequired{"code", "pool", "place", "assets"};
};

template <>
struct FieldForms<custody::NewWalletAsset> {
  static constexpr std::array<std::string_view, 2> kRequired{"asset", "custody_account"};
};

template <>
struct FieldForms<custody::AllowBeneficiary> {
  static constexpr std::array<std::string_view, 3> kRequired{"code", "vault", "place"};
};

template <>
struct FieldForms<custody::RemoveBeneficiary> {
  static constexpr std::array<std::string_view, 1> kRequired{"beneficiary"};
};

template <>
struct FieldForms<custody::Release> {
  static constexpr std::array<std::string_view, 5> kRequired{"wallet", "beneficiary", "asset",
                                                             "amount", "debit_account"};
};

template <>
struct FieldForms<custody::Move> {
  static constexpr std::array<std::string_view, 4> kRequired{"from", "to", "asset", "amount"};
};

template <>
struct FieldForms<custody::ProposeIntent> {
  static constexpr std::array<std::string_view, 3> kRequired{"vault", "nonce", "deadline"};
};

struct RequiresIntent {
  static constexpr std::array<std::string_view, 1> kRequired{"intent"};
};

template <>
struct FieldForms<custody::ApproveIntent> {
  static constexpr std::array<std::string_view, 2> kRequired{"intent", "approvals"};
};

template <>
struct FieldForms<custody::SignedApproval> {
  static constexpr std::array<std::string_view, 2> kRequired{"signer", "signature"};
};

template <>
struct FieldForms<custody::VetoIntent> : RequiresIntent {};

template <>
struct FieldForms<custody::CancelIntent> : RequiresIntent {};

template <>
struct FieldForms<custody::ExecuteIntent> : RequiresIntent {};

template <>
struct FieldForms<custody::SettleIntent> {
  static constexpr std::array<std::string_view, 2> kRequired{"intent", "transaction"};
};

template <>
struct FieldForms<reconciliation::RecordStatement> {
  static constexpr std::array<std::string_view, 3> kRequired{"statement", "as_of", "balances"};
};

template <>
struct FieldForms<reconciliation::StatedBalance> {
  static constexpr std::array<std::string_view, 2> kRequired{"asset", "closing"};
};

template <>
struct FieldForms<reconciliation::StatementEntry> {
  static constexpr std::array<std::string_view, 2> kRequired{"asset", "amount"};
};

template <>
struct FieldForms<reconciliation::SetGuard> : RequiresPool {};

template <>
struct FieldForms<reconciliation::Tolerance> {
  static constexpr std::array<std::string_view, 2> kRequired{"asset", "amount"};
};

template <>
struct FieldForms<reconciliation::AssignBreak> {
  static constexpr std::array<std::string_view, 2> kRequired{"breaks", "owner"};
};

struct RequiresBreaksAndReason {
  static constexpr std::array<std::string_view, 2> kRequired{"breaks", "reason"};
};

template <>
struct FieldForms<reconciliation::ExplainBreak> : RequiresBreaksAndReason {};

template <>
struct FieldForms<reconciliation::ResolveBreak> : RequiresBreaksAndReason {};

template <>
struct FieldForms<custody::NetworkFee> {
  static constexpr std::array<std::string_view, 3> kRequired{"asset", "amount", "debit_account"};
};

template <>
struct FieldForms<alert::SetAlert> {
  static constexpr std::array<std::string_view, 5> kRequired{"code", "measure", "direction",
                                                             "raise", "clear"};
};

struct RequiresAlert {
  static constexpr std::array<std::string_view, 1> kRequired{"alert"};
};

template <>
struct FieldForms<alert::AcknowledgeAlert> : RequiresAlert {};

template <>
struct FieldForms<alert::RetireAlert> : RequiresAlert {};

}  // namespace cofferdam::operation
