// SPDX-License-Identifier: Apache-2.0
//
// How the structs of governance look in JSON.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/operation/type.h"

namespace cofferdam::operation {

template <>
struct FieldForms<decision::Constitute> {
  static constexpr std::array<std::string_view, 1> kRequired{"executive"};
};

template <>
struct FieldForms<decision::GovernedOperation> {
  static constexpr std::string_view kOperationField = "operation";
  static constexpr std::array<std::string_view, 1> kRequired{"operation"};
};

template <>
struct FieldForms<decision::ParameterBound> {
  static constexpr std::string_view kOperationField = "operation";
  static constexpr std::array<std::string_view, 2> kRequired{"operation", "field"};
};

template <>
struct FieldForms<decision::SetWeight> {
  static constexpr std::array<std::string_view, 1> kRequired{"voter"};
};

template <>
struct FieldForms<decision::CastVote> {
  static constexpr std::array<std::string_view, 2> kRequired{"proposal", "support"};
};

struct RequiresGovernanceProposal {
  static constexpr std::array<std::string_view, 1> kRequired{"proposal"};
};

template <>
struct FieldForms<decision::QueueChange> : RequiresGovernanceProposal {};

template <>
struct FieldForms<decision::ExecuteChange> : RequiresGovernanceProposal {};

template <>
struct FieldForms<decision::CancelChange> : RequiresGovernanceProposal {};

template <>
struct FieldForms<decision::DeclareVoteConflict> {
  static constexpr std::array<std::string_view, 2> kRequired{"proposal", "reason"};
};

}  // namespace cofferdam::operation
