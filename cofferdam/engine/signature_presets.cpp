// SPDX-License-Identifier: Apache-2.0
//
// The lists of operations that signature policies name. Journals name them, so no list ever
// changes: what comes later stands in a list with another name, or is named one by one.
#include "cofferdam/engine/signature.h"

namespace cofferdam::engine {

namespace {

// What changes who may act, how a pool lives, where money may go, who has agreed, what was booked,
// and what would have given warning. Freezing is not among it: to stop must not wait for a key.
constexpr std::array<std::uint16_t, 40> kSensitive{
    Operation<RotateCheckpointKey>::kNumber,
    Operation<principal::CreatePrincipal>::kNumber,
    Operation<principal::ChangePrincipal>::kNumber,
    Operation<access::RegisterSigningKey>::kNumber,
    Operation<access::RotateSigningKey>::kNumber,
    Operation<access::SetSignaturePolicy>::kNumber,
    Operation<access::SetGrant>::kNumber,
    Operation<fact::DeclareSource>::kNumber,
    Operation<decision::SetApprovalPolicy>::kNumber,
    Operation<decision::Approve>::kNumber,
    Operation<pool::CreatePool>::kNumber,
    Operation<pool::AttachAgreement>::kNumber,
    Operation<pool::ActivatePool>::kNumber,
    Operation<pool::UnfreezePool>::kNumber,
    Operation<pool::WindUpPool>::kNumber,
    Operation<pool::ClosePool>::kNumber,
    Operation<pool::DetachPool>::kNumber,
    Operation<pool::AttachPool>::kNumber,
    Operation<pool::DeclareConduit>::kNumber,
    Operation<pool::DistributeRunOff>::kNumber,
    Operation<pool::DeclareReleaseRule>::kNumber,
    Operation<market::CreateContract>::kNumber,
    Operation<market::ChangeContract>::kNumber,
    Operation<custody::RegisterSigner>::kNumber,
    Operation<custody::OpenVault>::kNumber,
    Operation<custody::OpenWallet>::kNumber,
    Operation<custody::AllowBeneficiary>::kNumber,
    Operation<custody::ProposeIntent>::kNumber,
    Operation<RevertBatch>::kNumber,
    Operation<pool::SetBeneficiaries>::kNumber,
    Operation<reconciliation::SetGuard>::kNumber,
    Operation<reconciliation::ResolveBreak>::kNumber,
    Operation<alert::SetAlert>::kNumber,
    Operation<alert::RetireAlert>::kNumber,
    Operation<default_management::DefineWaterfall>::kNumber,
    Operation<default_management::OpenFund>::kNumber,
    Operation<default_management::DeclareDefault>::kNumber,
    Operation<default_management::AllocateLoss>::kNumber,
    Operation<default_management::Deleverage>::kNumber,
    Operation<default_management::CutClaims>::kNumber,
};

// All of `sensitive`, and behind it these.
template <class... Numbers>
[[nodiscard]] constexpr auto with_sensitive(Numbers... numbers) {
  std::array<std::uint16_t, kSensitive.size() + sizeof...(Numbers)> result{};
  std::size_t at = 0;
  for (const std::uint16_t number : kSensitive) result[at++] = number;
  for (const std::uint16_t number : {numbers...}) result[at++] = number;
  return result;
}

// What `sensitive` has, and whatever else moves money, decides about it, or changes by which rules
// it moves. Not among it: what only says something (marks, facts, statements, notices of claims,
// evidence), what a venue's machines book all day (trades, orders), what is carried out because its
// time has come, and what stops, takes back or opens what was fixed before.
constexpr std::array kMoneyAndVotes = with_sensitive(
    Operation<ledger::CreateAsset>::kNumber, Operation<ledger::CreateTransfers>::kNumber,
    Operation<ledger::ChangeAccount>::kNumber, Operation<pool::ConduitTransfer>::kNumber,
    Operation<pool::SettleConduit>::kNumber, Operation<pool::ExecuteRelease>::kNumber,
    Operation<market::Settle>::kNumber, Operation<custody::ExecuteIntent>::kNumber,
    Operation<custody::SettleIntent>::kNumber, Operation<reconciliation::ExplainBreak>::kNumber,
    Operation<market::SetIndex>::kNumber, Operation<market::SetTerms>::kNumber,
    Operation<market::ApplyFunding>::kNumber, Operation<market::ExpireContract>::kNumber,
    Operation<market::DelistContract>::kNumber, Operation<market::BustTrade>::kNumber,
    Operation<market::AmendTrade>::kNumber, Operation<margin::SetRulebook>::kNumber,
    Operation<margin::SetPool>::kNumber, Operation<margin::SetCollateral>::kNumber,
    Operation<margin::SetTiers>::kNumber, Operation<margin::PublishGrid>::kNumber,
    Operation<default_management::IssueShares>::kNumber,
    Operation<default_management::RequestShares>::kNumber,
    Operation<default_management::RedeemShares>::kNumber,
    Operation<default_management::BeginLiquidation>::kNumber,
    Operation<default_management::EndLiquidation>::kNumber,
    Operation<default_management::SetLiquidationTerms>::kNumber,
    Operation<default_management::FillLiquidation>::kNumber,
    Operation<default_management::OpenAuction>::kNumber,
    Operation<default_management::BidAuction>::kNumber,
    Operation<default_management::CloseAuction>::kNumber,
    Operation<default_management::RecoverLoss>::kNumber,
    Operation<default_management::CallAssessment>::kNumber,
    Operation<default_management::PayAssessment>::kNumber,
    Operation<insurance::OpenInsurance>::kNumber, Operation<insurance::SetInsuranceRules>::kNumber,
    Operation<insurance::DeclareHolding>::kNumber, Operation<insurance::RecordCapital>::kNumber,
    Operation<insurance::SetReserve>::kNumber, Operation<insurance::PayExpense>::kNumber,
    Operation<insurance::AddSurplus>::kNumber, Operation<insurance::ShareSurplus>::kNumber,
    Operation<insurance::AdmitMember>::kNumber, Operation<insurance::RetireMember>::kNumber,
    Operation<insurance::PublishTariff>::kNumber, Operation<insurance::ChargeMembers>::kNumber,
    Operation<insurance::SubscribeTranche>::kNumber, Operation<insurance::RequestExit>::kNumber,
    Operation<insurance::PayExit>::kNumber, Operation<insurance::SetPrices>::kNumber,
    Operation<insurance::BindCover>::kNumber, Operation<insurance::CancelCover>::kNumber,
    Operation<insurance::SetClaimRules>::kNumber, Operation<insurance::DeclareIncident>::kNumber,
    Operation<insurance::CloseIncident>::kNumber, Operation<insurance::AssessClaim>::kNumber,
    Operation<insurance::TriggerClaim>::kNumber, Operation<insurance::WithdrawClaim>::kNumber,
    Operation<insurance::OpenClaimVote>::kNumber, Operation<insurance::CommitClaimVote>::kNumber,
    Operation<insurance::CloseClaimVote>::kNumber, Operation<insurance::DeclareConflict>::kNumber,
    Operation<insurance::PunishVoter>::kNumber, Operation<insurance::ChallengeClaim>::kNumber,
    Operation<insurance::AppealClaim>::kNumber, Operation<insurance::PayClaim>::kNumber,
    Operation<insurance::RecordRecovery>::kNumber, Operation<insurance::ClawBackClaim>::kNumber,
    Operation<decision::Constitute>::kNumber, Operation<decision::SetWeight>::kNumber,
    Operation<decision::ProposeChange>::kNumber, Operation<decision::CastVote>::kNumber,
    Operation<decision::QueueChange>::kNumber, Operation<decision::ExecuteChange>::kNumber,
    Operation<margin::SetProcyclicality>::kNumber, Operation<margin::PublishStressGrid>::kNumber,
    Operation<market::SetLimits>::kNumber, Operation<margin::SetMaturity>::kNumber,
    Operation<default_management::ConvertCollateral>::kNumber,
    Operation<default_management::SetConversion>::kNumber,
    Operation<decision::ExcludeConflicts>::kNumber,
    Operation<decision::DeclareVoteConflict>::kNumber,
    Operation<insurance::SetIndexTrigger>::kNumber,
    Operation<insurance::RecordPublication>::kNumber, Operation<access::EnrolSigningKey>::kNumber,
    Operation<access::SetKeyProofPolicy>::kNumber, Operation<custody::EnrolSigner>::kNumber);

}  // namespace

std::span<const std::uint16_t> operations_of(access::SignaturePreset preset) {
  switch (preset) {
    case access::SignaturePreset::none:
      return {};
    case access::SignaturePreset::sensitive:
      return kSensitive;
    case access::SignaturePreset::money_and_votes:
      return kMoneyAndVotes;
  }
  return {};
}

}  // namespace cofferdam::engine
