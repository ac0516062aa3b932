// SPDX-License-Identifier: Apache-2.0
//
// The operations of governance.
#pragma once

#include "cofferdam/books/decision/constitute.h"
#include "cofferdam/books/decision/governance_steps.h"
#include "cofferdam/books/decision/recusal.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

template <>
struct Operation<decision::Constitute> : OperationBase<240, Needs::admin_role> {
  static constexpr std::string_view kName = "governance.constitute";
  static constexpr std::string_view kSummary =
      "Adopt a constitution: who votes, what is governed, within which bounds.";
  using Status = decision::ConstituteStatus;

  static auto rooms(auto& state) { return std::tie(state.governance); }

  static auto reads(auto& state) {
    return std::tie(state.governance, state.principal, state.ledger);
  }
};

template <>
struct Operation<decision::SetWeight> : OperationBase<241, Needs::nothing> {
  static constexpr std::string_view kName = "governance.set-weight";
  static constexpr std::string_view kSummary =
      "Set the weight of a voter, or name the owner whose balance it is.";
  using Status = decision::SetWeightStatus;

  static auto rooms(auto& state) { return std::tie(state.governance, state.ledger); }

  static auto reads(auto& state) {
    return std::tie(state.governance, state.principal, state.ledger);
  }
};

template <>
struct Operation<decision::ProposeChange> : OperationBase<242, Needs::nothing> {
  static constexpr std::string_view kName = "governance.propose";
  static constexpr std::string_view kSummary = "Propose commands to be voted on.";
  using Status = decision::GovernanceStatus;
};

template <>
struct Operation<decision::CastVote> : OperationBase<243, Needs::nothing> {
  static constexpr std::string_view kName = "governance.vote";
  static constexpr std::string_view kSummary = "Vote on a proposal, with a reason.";
  using Status = decision::GovernanceStatus;

  static auto rooms(auto& state) {
    return std::tie(state.governance, state.principal, state.recusals);
  }
};

template <>
struct Operation<decision::QueueChange> : OperationBase<244, Needs::nothing> {
  static constexpr std::string_view kName = "governance.queue";
  static constexpr std::string_view kSummary = "Start the timelock of what has been voted.";
  using Status = decision::GovernanceStatus;

  static auto rooms(auto& state) { return std::tie(state.governance); }
};

template <>
struct Operation<decision::ExecuteChange> : OperationBase<245, Needs::nothing> {
  static constexpr std::string_view kName = "governance.execute";
  static constexpr std::string_view kSummary =
      "Carry out a proposal whose timelock has run, all of it or nothing.";
  using Status = decision::GovernanceStatus;
};

template <>
struct Operation<decision::CancelChange> : OperationBase<246, Needs::nothing> {
  static constexpr std::string_view kName = "governance.cancel";
  static constexpr std::string_view kSummary = "Cancel a proposal, as its guardian or proposer.";
  using Status = decision::GovernanceStatus;

  static auto rooms(auto& state) { return std::tie(state.governance); }
};

template <>
struct Operation<decision::ExcludeConflicts> : OperationBase<260, Needs::admin_role> {
  static constexpr std::string_view kName = "governance.exclude-conflicts";
  static constexpr std::string_view kSummary =
      "Keep whom a proposal names from voting for it, from now on.";
  using Status = decision::RecusalStatus;

  static auto rooms(auto& state) { return std::tie(state.recusals); }

  static auto reads(auto& state) { return std::tie(state.recusals, state.governance); }
};

template <>
struct Operation<decision::ReviewConflicts> : OperationBase<264, Needs::admin_role> {
  static constexpr std::string_view kName = "governance.review-conflicts";
  static constexpr std::string_view kSummary =
      "Read whom a proposal names again when it is carried out, from now on.";
  using Status = decision::RecusalStatus;

  static auto rooms(auto& state) { return std::tie(state.recusals); }
};

template <>
struct Operation<decision::DeclareVoteConflict> : OperationBase<261, Needs::nothing> {
  static constexpr std::string_view kName = "governance.declare-conflict";
  static constexpr std::string_view kSummary =
      "Declare a conflict of interest in a proposal, and stay out of its vote.";
  using Status = decision::RecusalStatus;

  static auto rooms(auto& state) { return std::tie(state.recusals, state.principal); }

  static auto reads(auto& state) {
    return std::tie(state.recusals, state.governance, state.principal);
  }
};

}  // namespace cofferdam::engine
