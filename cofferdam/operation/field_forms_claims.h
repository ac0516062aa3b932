// SPDX-License-Identifier: Apache-2.0
//
// What field_forms_insurance.h says, for claims as well. Include this one.
#pragma once

#include "cofferdam/operation/field_forms_insurance.h"

#include <array>
#include <string_view>

namespace cofferdam::operation {

struct RequiresClaim {
  static constexpr std::array<std::string_view, 1> kRequired{"claim"};
};

struct RequiresDispute {
  static constexpr std::array<std::string_view, 4> kRequired{"claim", "owner", "account", "reason"};
};

template <>
struct FieldForms<insurance::SetClaimRules> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "rules"};
};

template <>
struct FieldForms<insurance::ClaimRules> {
  static constexpr std::array<std::string_view, 9> kRequired{
      "ballot",        "evidence_within", "assess_within",  "vote_within", "commit_period",
      "reveal_period", "dispute_within",  "payment_within", "bond"};
};

template <>
struct FieldForms<insurance::DeclareIncident> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "code", "peril", "occurred",
                                                             "discovered"};
};

template <>
struct FieldForms<insurance::CloseIncident> {
  static constexpr std::array<std::string_view, 1> kRequired{"incident"};
};

template <>
struct FieldForms<insurance::NotifyClaim> {
  static constexpr std::array<std::string_view, 4> kRequired{"cover", "incident", "asset",
                                                             "finding"};
};

template <>
struct FieldForms<insurance::Finding> {
  static constexpr std::array<std::string_view, 1> kRequired{"loss"};
};

template <>
struct FieldForms<insurance::SubmitEvidence> {
  static constexpr std::array<std::string_view, 2> kRequired{"claim", "document"};
};

template <>
struct FieldForms<insurance::AssessClaim> {
  static constexpr std::array<std::string_view, 4> kRequired{"claim", "asset", "finding", "report"};
};

template <>
struct FieldForms<insurance::TriggerClaim> {
  static constexpr std::array<std::string_view, 2> kRequired{"claim", "trigger"};
};

template <>
struct FieldForms<insurance::WithdrawClaim> : RequiresClaim {};

template <>
struct FieldForms<insurance::OpenClaimVote> : RequiresClaim {};

template <>
struct FieldForms<insurance::CommitClaimVote> {
  static constexpr std::array<std::string_view, 3> kRequired{"claim", "voter", "commitment"};
};

template <>
struct FieldForms<insurance::RevealClaimVote> {
  static constexpr std::array<std::string_view, 6> kRequired{"claim",   "asset", "voter",
                                                             "support", "salt",  "reason"};
};

template <>
struct FieldForms<insurance::CloseClaimVote> : RequiresClaim {};

template <>
struct FieldForms<insurance::DeclareConflict> {
  static constexpr std::array<std::string_view, 3> kRequired{"incident", "owner", "reason"};
};

template <>
struct FieldForms<insurance::PunishVoter> {
  static constexpr std::array<std::string_view, 4> kRequired{"claim", "round", "voter", "document"};
};

template <>
struct FieldForms<insurance::ChallengeClaim> : RequiresDispute {};

template <>
struct FieldForms<insurance::AppealClaim> : RequiresDispute {};

template <>
struct FieldForms<insurance::AdvanceClaim> : RequiresClaim {};

template <>
struct FieldForms<insurance::PayClaim> : RequiresClaim {};

template <>
struct FieldForms<insurance::RecordRecovery> {
  static constexpr std::array<std::string_view, 3> kRequired{"incident", "account", "amount"};
};

template <>
struct FieldForms<insurance::ClawBackClaim> {
  static constexpr std::array<std::string_view, 4> kRequired{"claim", "account", "recovered",
                                                             "document"};
};

template <>
struct FieldForms<insurance::SetIndexTrigger> {
  static constexpr std::array<std::string_view, 8> kRequired{
      "pool", "code", "peril", "index", "scale", "value", "deviation_bps_max", "payout_ppm"};
};

template <>
struct FieldForms<insurance::RecordPublication> {
  static constexpr std::array<std::string_view, 7> kRequired{
      "code", "calculator", "model_version", "parameters", "books_sequence", "field", "value"};
};

}  // namespace cofferdam::operation
