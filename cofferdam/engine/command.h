// SPDX-License-Identifier: Apache-2.0
//
// Every command that the books know, each under its number and name. To add one: write its verb
// file in its room, add it to the variant (at the end), and give it an Operation here or in
// custody_operations.h.
#pragma once

#include "cofferdam/books/decision/approve.h"
#include "cofferdam/books/decision/propose.h"
#include "cofferdam/books/decision/set_approval_policy.h"
#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/ledger/change_account.h"
#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/create_transfers.h"
#include "cofferdam/books/market/change_contract.h"
#include "cofferdam/books/market/create_contract.h"
#include "cofferdam/books/market/open_participant.h"
#include "cofferdam/books/market/record_marks.h"
#include "cofferdam/books/market/record_trades.h"
#include "cofferdam/books/market/settle.h"
#include "cofferdam/books/pool/attach_agreement.h"
#include "cofferdam/books/pool/attach_pool.h"
#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/books/pool/create_pool.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/declare_release_rule.h"
#include "cofferdam/books/pool/distribute_run_off.h"
#include "cofferdam/books/pool/execute_release.h"
#include "cofferdam/books/pool/pool_life.h"
#include "cofferdam/books/pool/set_beneficiaries.h"
#include "cofferdam/books/principal/change_principal.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/engine/access_operations.h"
#include "cofferdam/engine/alert_operations.h"
#include "cofferdam/engine/claim_operations.h"
#include "cofferdam/engine/custody_operations.h"
#include "cofferdam/engine/default_operations.h"
#include "cofferdam/engine/genesis.h"
#include "cofferdam/engine/governance_operations.h"
#include "cofferdam/engine/insurance_operations.h"
#include "cofferdam/engine/maintenance.h"
#include "cofferdam/engine/margin_operations.h"
#include "cofferdam/engine/market_operations.h"
#include "cofferdam/engine/operation_base.h"
#include "cofferdam/engine/publication_operations.h"

#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace cofferdam::engine {

using CommandVariant = std::variant<
    venue::Genesis, Tick, RevertBatch, ledger::CreateAsset, ledger::CreateAccounts,
    ledger::CreateTransfers, ledger::ChangeAccount, RotateCheckpointKey, principal::CreatePrincipal,
    principal::ChangePrincipal, decision::SetApprovalPolicy, decision::Propose, decision::Approve,
    decision::Reject, decision::Withdraw, pool::CreatePool, pool::AttachAgreement,
    pool::ActivatePool, pool::FreezePool, pool::UnfreezePool, pool::WindUpPool, pool::ClosePool,
    pool::DetachPool, pool::DeclareConduit, pool::RetireConduit, pool::ConduitTransfer,
    pool::SettleConduit, market::CreateContract, market::ChangeContract, market::OpenParticipant,
    market::RecordTrades, market::RecordMarks, market::Settle, fact::DeclareSource,
    fact::RecordFact, pool::AttachPool, pool::SetBeneficiaries, pool::DistributeRunOff,
    pool::DeclareReleaseRule, pool::RetireReleaseRule, pool::ExecuteRelease,
    custody::RegisterSigner, custody::RevokeSigner, custody::OpenVault, custody::OpenWallet,
    custody::AllowBeneficiary, custody::RemoveBeneficiary, custody::ProposeIntent,
    custody::ApproveIntent, custody::VetoIntent, custody::CancelIntent, custody::ExecuteIntent,
    custody::SettleIntent, access::RegisterSigningKey, access::RotateSigningKey,
    access::RevokeSigningKey, access::SetSignaturePolicy, access::SetGrant, alert::SetAlert,
    alert::AcknowledgeAlert, alert::RetireAlert, reconciliation::RecordStatement,
    reconciliation::BeginReconciliation, reconciliation::SetGuard, reconciliation::AssignBreak,
    reconciliation::ExplainBreak, reconciliation::ResolveBreak, market::SetIndex, market::SetTerms,
    market::ClearTrades, market::ApplyFunding, market::ExpireContract, market::DelistContract,
    market::BustTrade, market::AmendTrade, margin::SetRulebook, margin::SetPool,
    margin::SetCollateral, margin::SetTiers, margin::PublishGrid, margin::ReserveOrder,
    margin::ReleaseOrder, margin::EvaluatePool, default_management::DefineWaterfall,
    default_management::OpenFund, default_management::IssueShares,
    default_management::RequestShares, default_management::RedeemShares,
    default_management::CancelShares, default_management::BeginLiquidation,
    default_management::EndLiquidation, default_management::DeclareDefault,
    default_management::AllocateLoss, default_management::Deleverage, default_management::CutClaims,
    default_management::SetLiquidationTerms, default_management::FillLiquidation,
    default_management::OpenAuction, default_management::BidAuction,
    default_management::CloseAuction, default_management::RecoverLoss,
    default_management::CallAssessment, default_management::PayAssessment, decision::Constitute,
    decision::SetWeight, decision::ProposeChange, decision::CastVote, decision::QueueChange,
    decision::ExecuteChange, decision::CancelChange, insurance::OpenInsurance,
    insurance::SetInsuranceRules, insurance::DeclareHolding, insurance::RecordCapital,
    insurance::AdvanceInsurance, insurance::SetReserve, insurance::PayExpense,
    insurance::AddSurplus, insurance::ShareSurplus, insurance::AdmitMember, insurance::RetireMember,
    insurance::PublishTariff, insurance::ChargeMembers, insurance::SubscribeTranche,
    insurance::RequestExit, insurance::PayExit, insurance::SetPrices, insurance::BindCover,
    insurance::CancelCover, insurance::SetClaimRules, insurance::DeclareIncident,
    insurance::CloseIncident, insurance::NotifyClaim, insurance::SubmitEvidence,
    insurance::AssessClaim, insurance::TriggerClaim, insurance::WithdrawClaim,
    insurance::OpenClaimVote, insurance::CommitClaimVote, insurance::RevealClaimVote,
    insurance::CloseClaimVote, insurance::DeclareConflict, insurance::PunishVoter,
    insurance::ChallengeClaim, insurance::AppealClaim, insurance::AdvanceClaim, insurance::PayClaim,
    insurance::RecordRecovery, insurance::ClawBackClaim, decision::ExcludeConflicts,
    decision::DeclareVoteConflict, insurance::SetIndexTrigger, insurance::RecordPublication,
    access::EnrolSigningKey, access::ProveSigningKey, access::SetKeyProofPolicy,
    custody::EnrolSigner, margin::SetProcyclicality, margin::PublishStressGrid, market::SetLimits,
    margin::SetMaturity, default_management::ConvertCollateral, default_management::SetConversion,
    decision::ReviewConflicts>;

namespace detail {
template <class C, class Variant>
inline constexpr bool kIsAlternative = false;
template <class C, class... Cs>
inline constexpr bool kIsAlternative<C, std::variant<Cs...>> = (std::is_same_v<C, Cs> || ...);
}  // namespace detail

// One command: a class of its own, so that what it takes to copy, move and destroy a hundred kinds
// of them is compiled once (command.cpp), and not in every file that hands one on. std::visit,
// std::get_if and std::holds_alternative take it as the variant that it is.
class Command : public CommandVariant {
 public:
  Command();
  Command(const Command& other);
  Command(Command&& other) noexcept;
  Command& operator=(const Command& other);
  Command& operator=(Command&& other) noexcept;
  ~Command();

  template <class C>
    requires detail::kIsAlternative<std::remove_cvref_t<C>, CommandVariant>
  // NOLINTNEXTLINE(google-explicit-constructor): a command is where a kind of command is
  Command(C&& kind)
      : CommandVariant(std::in_place_type<std::remove_cvref_t<C>>, std::forward<C>(kind)) {}
};

template <>
struct Operation<venue::Genesis> : OperationBase<1, Needs::nothing> {
  static constexpr std::string_view kName = "books.found";
  static constexpr std::string_view kSummary = "Begin the books of a venue.";
  using Status = venue::GenesisStatus;
};

template <>
struct Operation<Tick> : OperationBase<2, Needs::operator_role> {
  static constexpr std::string_view kName = "time.tick";
  static constexpr std::string_view kSummary = "Let time pass: release the holds that are due.";
  using Status = TickStatus;
};

template <>
struct Operation<RevertBatch> : OperationBase<3, Needs::operator_role> {
  static constexpr std::string_view kName = "batch.revert";
  static constexpr std::string_view kSummary = "Take back a whole batch of transfers.";
  using Status = RevertStatus;
};

template <>
struct Operation<RotateCheckpointKey> : OperationBase<4, Needs::admin_role> {
  static constexpr std::string_view kName = "key.rotate";
  static constexpr std::string_view kSummary = "Hand the signing of checkpoints to another key.";
  using Status = RotateStatus;
};

template <>
struct Operation<ledger::CreateAsset> : OperationBase<10, Needs::admin_role> {
  static constexpr std::string_view kName = "asset.create";
  static constexpr std::string_view kSummary = "Declare something that can be counted.";
  using Status = ledger::CreateAssetStatus;

  static auto rooms(auto& state) { return std::tie(state.ledger); }
};

template <>
struct Operation<ledger::CreateAccounts> : OperationBase<11, Needs::operator_role> {
  static constexpr std::string_view kName = "account.create";
  static constexpr std::string_view kSummary = "Open accounts.";
  using Status = ledger::CreateAccountsStatus;
};

template <>
struct Operation<ledger::CreateTransfers> : OperationBase<12, Needs::operator_role> {
  static constexpr std::string_view kName = "transfer.create";
  static constexpr std::string_view kSummary = "Post, hold, post held or release transfers.";
  using Status = ledger::CreateTransfersStatus;
};

template <>
struct Operation<ledger::ChangeAccount> : OperationBase<13, Needs::operator_role> {
  static constexpr std::string_view kName = "account.change";
  static constexpr std::string_view kSummary = "Freeze, unfreeze, close or limit an account.";
  using Status = ledger::ChangeAccountStatus;

  static auto rooms(auto& state) { return std::tie(state.ledger); }
};

template <>
struct Operation<principal::CreatePrincipal> : OperationBase<20, Needs::admin_role> {
  static constexpr std::string_view kName = "principal.create";
  static constexpr std::string_view kSummary = "Make a principal: somebody who may give commands.";
  using Status = principal::CreatePrincipalStatus;

  static auto rooms(auto& state) { return std::tie(state.principal); }
};

template <>
struct Operation<principal::ChangePrincipal> : OperationBase<21, Needs::admin_role> {
  static constexpr std::string_view kName = "principal.change";
  static constexpr std::string_view kSummary =
      "Change the roles, the activity or the key of a principal.";
  using Status = principal::ChangePrincipalStatus;

  static auto rooms(auto& state) { return std::tie(state.principal); }
};

template <>
struct Operation<decision::SetApprovalPolicy> : OperationBase<40, Needs::admin_role> {
  static constexpr std::string_view kName = "policy.set";
  static constexpr std::string_view kSummary = "Say how many approvals an operation needs.";
  using Status = decision::SetApprovalPolicyStatus;

  static auto rooms(auto& state) { return std::tie(state.decision); }

  static auto reads(auto& state) { return std::tie(state.decision, state.principal); }
};

template <>
struct Operation<decision::Propose> : OperationBase<41, Needs::nothing> {
  static constexpr std::string_view kName = "proposal.create";
  static constexpr std::string_view kSummary = "Propose a command that others are to approve.";
  using Status = decision::ProposeStatus;
};

template <>
struct Operation<decision::Approve> : OperationBase<42, Needs::nothing> {
  static constexpr std::string_view kName = "proposal.approve";
  static constexpr std::string_view kSummary =
      "Approve a proposal; the last approval needed carries it out.";
  using Status = decision::AnswerStatus;
};

template <>
struct Operation<decision::Reject> : OperationBase<43, Needs::nothing> {
  static constexpr std::string_view kName = "proposal.reject";
  static constexpr std::string_view kSummary = "Reject a proposal.";
  using Status = decision::AnswerStatus;

  static auto rooms(auto& state) { return std::tie(state.decision); }

  static auto reads(auto& state) { return std::tie(state.decision, state.principal, state.access); }
};

template <>
struct Operation<decision::Withdraw> : OperationBase<44, Needs::nothing> {
  static constexpr std::string_view kName = "proposal.withdraw";
  static constexpr std::string_view kSummary = "Take one's own proposal back.";
  using Status = decision::AnswerStatus;

  static auto rooms(auto& state) { return std::tie(state.decision); }

  static auto reads(auto& state) { return std::tie(state.decision, state.principal, state.access); }
};

template <>
struct Operation<pool::CreatePool> : OperationBase<50, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.create";
  static constexpr std::string_view kSummary =
      "Draft a pool: a compartment with a purpose and a policy.";
  using Status = pool::CreatePoolStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::AttachAgreement> : OperationBase<51, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.attach-agreement";
  static constexpr std::string_view kSummary = "Attach the agreement that a pool stands on.";
  using Status = pool::AttachAgreementStatus;

  static auto rooms(auto& state) { return std::tie(state.pool); }
};

template <>
struct Operation<pool::ActivatePool> : OperationBase<52, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.activate";
  static constexpr std::string_view kSummary = "Open a draft pool; it needs an agreement in force.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::FreezePool> : OperationBase<53, Needs::operator_role> {
  static constexpr std::string_view kName = "pool.freeze";
  static constexpr std::string_view kSummary = "Stop every movement in and out of a pool.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::UnfreezePool> : OperationBase<54, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.unfreeze";
  static constexpr std::string_view kSummary = "Open a frozen pool again.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::WindUpPool> : OperationBase<55, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.wind-up";
  static constexpr std::string_view kSummary =
      "End a pool's business: from now on it only pays out.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::ClosePool> : OperationBase<56, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.close";
  static constexpr std::string_view kSummary = "Close a pool in which every account is at zero.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::DetachPool> : OperationBase<57, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.detach";
  static constexpr std::string_view kSummary = "Mark a frozen pool as living in other books now.";
  using Status = pool::PoolLifeStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::DeclareConduit> : OperationBase<60, Needs::admin_role> {
  static constexpr std::string_view kName = "conduit.declare";
  static constexpr std::string_view kSummary = "Declare a way for value between two pools.";
  using Status = pool::ConduitStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::RetireConduit> : OperationBase<61, Needs::admin_role> {
  static constexpr std::string_view kName = "conduit.retire";
  static constexpr std::string_view kSummary = "Close a conduit for good.";
  using Status = pool::ConduitStatus;

  static auto rooms(auto& state) { return std::tie(state.pool); }
};

template <>
struct Operation<pool::ConduitTransfer> : OperationBase<62, Needs::operator_role> {
  static constexpr std::string_view kName = "conduit.transfer";
  static constexpr std::string_view kSummary =
      "Move value from one pool to another through a conduit.";
  using Status = pool::ConduitTransferStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::SettleConduit> : OperationBase<63, Needs::operator_role> {
  static constexpr std::string_view kName = "conduit.settle";
  static constexpr std::string_view kSummary = "Receive what a conduit has in transit.";
  using Status = pool::ConduitTransferStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<market::CreateContract> : OperationBase<80, Needs::admin_role> {
  static constexpr std::string_view kName = "contract.create";
  static constexpr std::string_view kSummary = "List a contract.";
  using Status = market::CreateContractStatus;

  static auto rooms(auto& state) { return std::tie(state.market, state.ledger); }
};

template <>
struct Operation<market::ChangeContract> : OperationBase<81, Needs::admin_role> {
  static constexpr std::string_view kName = "contract.change";
  static constexpr std::string_view kSummary = "Change what a contract allows.";
  using Status = market::ChangeContractStatus;

  static auto rooms(auto& state) { return std::tie(state.market); }
};

template <>
struct Operation<market::OpenParticipant> : OperationBase<82, Needs::operator_role> {
  static constexpr std::string_view kName = "participant.open";
  static constexpr std::string_view kSummary =
      "Let an owner trade in a pool, with a collateral account.";
  using Status = market::OpenParticipantStatus;

  static auto rooms(auto& state) { return std::tie(state.market, state.ledger); }
};

template <>
struct Operation<market::RecordTrades> : OperationBase<83, Needs::operator_role> {
  static constexpr std::string_view kName = "trade.record";
  static constexpr std::string_view kSummary =
      "Book trades, each side against its pool's clearing.";
  static constexpr bool kJudgesCover = true;
  using Status = market::RecordTradesStatus;
};

template <>
struct Operation<market::RecordMarks> : OperationBase<84, Needs::operator_role> {
  static constexpr std::string_view kName = "mark.record";
  static constexpr std::string_view kSummary = "Record the marks that positions are valued at.";
  using Status = market::RecordMarksStatus;
};

template <>
struct Operation<market::Settle> : OperationBase<85, Needs::operator_role> {
  static constexpr std::string_view kName = "contract.settle";
  static constexpr std::string_view kSummary = "Turn open value into collateral at the mark.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::SettleStatus;
};

template <>
struct Operation<fact::DeclareSource> : OperationBase<30, Needs::admin_role> {
  static constexpr std::string_view kName = "source.declare";
  static constexpr std::string_view kSummary =
      "Declare who observes facts, and within which bounds.";
  using Status = fact::DeclareSourceStatus;

  static auto rooms(auto& state) { return std::tie(state.fact); }

  static auto reads(auto& state) { return std::tie(state.fact, state.principal); }
};

template <>
struct Operation<fact::RecordFact> : OperationBase<31, Needs::operator_role> {
  static constexpr std::string_view kName = "fact.record";
  static constexpr std::string_view kSummary = "Record what was observed outside the books.";
  using Status = fact::RecordFactStatus;

  static auto rooms(auto& state) { return std::tie(state.fact); }
};

template <>
struct Operation<pool::AttachPool> : OperationBase<58, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.attach";
  static constexpr std::string_view kSummary = "Take in a pool that was detached from other books.";
  using Status = pool::AttachPoolStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger, state.fact); }
};

template <>
struct Operation<pool::SetBeneficiaries> : OperationBase<64, Needs::operator_role> {
  static constexpr std::string_view kName = "account.set-beneficiaries";
  static constexpr std::string_view kSummary =
      "Record for whom a nominee account is held, and in which shares.";
  using Status = pool::SetBeneficiariesStatus;

  static auto rooms(auto& state) { return std::tie(state.pool); }

  static auto reads(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::DistributeRunOff> : OperationBase<65, Needs::admin_role> {
  static constexpr std::string_view kName = "pool.distribute";
  static constexpr std::string_view kSummary = "Pay a winding-up pool out, by class and pro rata.";
  using Status = pool::DistributeRunOffStatus;

  static auto rooms(auto& state) { return std::tie(state.pool, state.ledger); }
};

template <>
struct Operation<pool::DeclareReleaseRule> : OperationBase<66, Needs::admin_role> {
  static constexpr std::string_view kName = "release.declare";
  static constexpr std::string_view kSummary =
      "Declare a rule by which money leaves when its condition is true.";
  using Status = pool::ReleaseRuleStatus;

  static auto rooms(auto& state) { return std::tie(state.pool); }

  static auto reads(auto& state) {
    return std::tie(state.pool, state.ledger, state.fact, state.decision);
  }
};

template <>
struct Operation<pool::RetireReleaseRule> : OperationBase<67, Needs::admin_role> {
  static constexpr std::string_view kName = "release.retire";
  static constexpr std::string_view kSummary = "Take a release rule out of force.";
  using Status = pool::ReleaseRuleStatus;

  static auto rooms(auto& state) { return std::tie(state.pool); }
};

template <>
struct Operation<pool::ExecuteRelease> : OperationBase<68, Needs::operator_role> {
  static constexpr std::string_view kName = "release.execute";
  static constexpr std::string_view kSummary =
      "Release money by a rule whose condition is true now.";
  using Status = pool::ExecuteReleaseStatus;
};

}  // namespace cofferdam::engine
