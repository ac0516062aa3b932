// SPDX-License-Identifier: Apache-2.0
//
// The operations of claims on insurance pools.
#pragma once

#include "cofferdam/books/insurance/claim_ballot.h"
#include "cofferdam/books/insurance/claim_filing.h"
#include "cofferdam/books/insurance/claim_settlement.h"
#include "cofferdam/books/insurance/incident_commands.h"
#include "cofferdam/books/insurance/index_trigger.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

// What the commands of claims look at and write.
struct ClaimRooms {
  static auto rooms(auto& state) { return std::tie(state.claims, state.insurance, state.ledger); }
};

template <>
struct Operation<insurance::SetClaimRules> : OperationBase<220, Needs::admin_role> {
  static constexpr std::string_view kName = "claim.set-rules";
  static constexpr std::string_view kSummary =
      "Set how claims on covers that are bound from now on are decided.";
  using Status = insurance::IncidentStatus;

  static auto rooms(auto& state) { return std::tie(state.claims, state.ledger); }

  static auto reads(auto& state) {
    return std::tie(state.claims, state.insurance, state.ledger, state.fact);
  }
};

template <>
struct Operation<insurance::DeclareIncident> : OperationBase<221, Needs::operator_role>,
                                               ClaimRooms {
  static constexpr std::string_view kName = "incident.declare";
  static constexpr std::string_view kSummary =
      "Declare what happened: what claims are about, and what exits answer for.";
  using Status = insurance::IncidentStatus;
};

template <>
struct Operation<insurance::CloseIncident> : OperationBase<222, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "incident.close";
  static constexpr std::string_view kSummary =
      "Close an incident whose claims are settled, and give back what is left of its reserve.";
  using Status = insurance::IncidentStatus;
};

template <>
struct Operation<insurance::NotifyClaim> : OperationBase<223, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.notify";
  static constexpr std::string_view kSummary = "Give notice of a claim on a cover.";
  using Status = insurance::ClaimFilingStatus;
};

template <>
struct Operation<insurance::SubmitEvidence> : OperationBase<224, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.evidence";
  static constexpr std::string_view kSummary = "Add evidence to a claim.";
  using Status = insurance::ClaimFilingStatus;
};

template <>
struct Operation<insurance::AssessClaim> : OperationBase<225, Needs::approver_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.assess";
  static constexpr std::string_view kSummary = "Assess the loss of a claim.";
  using Status = insurance::ClaimFilingStatus;
};

template <>
struct Operation<insurance::TriggerClaim> : OperationBase<226, Needs::operator_role> {
  static constexpr std::string_view kName = "claim.trigger";
  static constexpr std::string_view kSummary =
      "Decide a claim by a recorded fact that its rules name.";
  using Status = insurance::ClaimFilingStatus;

  static auto rooms(auto& state) {
    return std::tie(state.claims, state.insurance, state.ledger, state.fact, state.triggers,
                    state.terms);
  }
};

template <>
struct Operation<insurance::WithdrawClaim> : OperationBase<227, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.withdraw";
  static constexpr std::string_view kSummary =
      "Take a claim back, before a ballot is opened on it.";
  using Status = insurance::ClaimFilingStatus;
};

template <>
struct Operation<insurance::OpenClaimVote> : OperationBase<228, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.open-vote";
  static constexpr std::string_view kSummary =
      "Open a ballot on a claim: write down who may vote and what each weighs.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::CommitClaimVote> : OperationBase<229, Needs::operator_role>,
                                               ClaimRooms {
  static constexpr std::string_view kName = "claim.commit";
  static constexpr std::string_view kSummary = "Seal a vote on a claim.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::RevealClaimVote> : OperationBase<230, Needs::operator_role>,
                                               ClaimRooms {
  static constexpr std::string_view kName = "claim.reveal";
  static constexpr std::string_view kSummary = "Open a sealed vote on a claim, with its reason.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::CloseClaimVote> : OperationBase<231, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.close-vote";
  static constexpr std::string_view kSummary = "Count a ballot whose time is over.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::DeclareConflict> : OperationBase<232, Needs::operator_role>,
                                               ClaimRooms {
  static constexpr std::string_view kName = "claim.declare-conflict";
  static constexpr std::string_view kSummary = "Keep an owner out of the ballots on an incident.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::PunishVoter> : OperationBase<233, Needs::admin_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.punish-voter";
  static constexpr std::string_view kSummary =
      "Punish a fraudulent vote, once: strike it, burn stakes, bar the owner from voting.";
  using Status = insurance::ClaimBallotStatus;
};

template <>
struct Operation<insurance::ChallengeClaim> : OperationBase<234, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.challenge";
  static constexpr std::string_view kSummary = "Challenge a decision to pay, with a bond.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::AppealClaim> : OperationBase<235, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.appeal";
  static constexpr std::string_view kSummary = "Appeal a decision not to pay, with a bond.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::AdvanceClaim> : OperationBase<236, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.advance";
  static constexpr std::string_view kSummary = "Do what the passed deadline of a claim brings.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::PayClaim> : OperationBase<237, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.pay";
  static constexpr std::string_view kSummary =
      "Pay an approved claim out of the reserve of its incident.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::RecordRecovery> : OperationBase<238, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "recovery.record";
  static constexpr std::string_view kSummary =
      "Give recovered money to those who bore the loss, the last to bear first.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::ClawBackClaim> : OperationBase<239, Needs::operator_role>, ClaimRooms {
  static constexpr std::string_view kName = "claim.clawback";
  static constexpr std::string_view kSummary =
      "Take back what a claim was paid beyond what is still lost.";
  using Status = insurance::ClaimSettlementStatus;
};

template <>
struct Operation<insurance::SetIndexTrigger> : OperationBase<262, Needs::admin_role> {
  static constexpr std::string_view kName = "claim.set-index-trigger";
  static constexpr std::string_view kSummary =
      "Set a trigger of claims on an index of several sources.";
  using Status = insurance::IndexTriggerStatus;

  static auto rooms(auto& state) { return std::tie(state.triggers); }

  static auto reads(auto& state) { return std::tie(state.triggers, state.insurance, state.terms); }
};

}  // namespace cofferdam::engine
