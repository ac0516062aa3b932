// SPDX-License-Identifier: Apache-2.0
//
// What field_forms.h says, for margin and default management as well. Include this one.
#pragma once

#include "cofferdam/operation/field_forms.h"

#include <array>
#include <string_view>

namespace cofferdam::operation {

template <>
struct FieldForms<margin::SetRulebook> {
  static constexpr std::array<std::string_view, 6> kRequired{"code",      "version", "asset",
                                                             "scenarios", "life",    "late_max"};
};

template <>
struct FieldForms<margin::SetPool> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "mode"};
};

template <>
struct FieldForms<margin::SetCollateral> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "haircut_ppm"};
};

template <>
struct FieldForms<margin::SetTiers> {
  static constexpr std::array<std::string_view, 3> kRequired{"contract", "initial_ppm",
                                                             "maintenance_ppm"};
};

template <>
struct FieldForms<margin::PublishGrid> {
  static constexpr std::array<std::string_view, 3> kRequired{"rulebook", "version", "grids"};
};

template <>
struct FieldForms<margin::ContractGrid> {
  static constexpr std::array<std::string_view, 2> kRequired{"contract", "entries"};
};

template <>
struct FieldForms<margin::ReserveOrder> {
  static constexpr std::array<std::string_view, 6> kRequired{"pool",  "owner", "contract",
                                                             "order", "side",  "quantity"};
};

template <>
struct FieldForms<margin::ReleaseOrder> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "owner", "contract", "order"};
};

template <>
struct FieldForms<margin::EvaluatePool> : RequiresPool {};

template <>
struct FieldForms<default_management::DefineWaterfall> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "layers"};
};

template <>
struct FieldForms<default_management::LayerTerms> {
  static constexpr std::array<std::string_view, 3> kRequired{"code", "kind", "order"};
};

template <>
struct FieldForms<default_management::OpenFund> {
  static constexpr std::array<std::string_view, 2> kRequired{"code", "account"};
};

template <>
struct FieldForms<default_management::IssueShares> {
  static constexpr std::array<std::string_view, 4> kRequired{"fund", "owner", "account", "amount"};
};

struct RequiresFundAndOwner {
  static constexpr std::array<std::string_view, 2> kRequired{"fund", "owner"};
};

template <>
struct FieldForms<default_management::RequestShares> : RequiresFundAndOwner {};

template <>
struct FieldForms<default_management::CancelShares> : RequiresFundAndOwner {};

template <>
struct FieldForms<default_management::RedeemShares> {
  static constexpr std::array<std::string_view, 3> kRequired{"fund", "owner", "account"};
};

struct RequiresAccountInAsset {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "owner", "asset"};
};

template <>
struct FieldForms<default_management::BeginLiquidation> : RequiresAccountInAsset {};

template <>
struct FieldForms<default_management::EndLiquidation> : RequiresAccountInAsset {};

template <>
struct FieldForms<default_management::DeclareDefault> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "owner", "asset", "cause"};
};

struct RequiresLoss {
  static constexpr std::array<std::string_view, 1> kRequired{"loss"};
};

template <>
struct FieldForms<default_management::AllocateLoss> : RequiresLoss {};

template <>
struct FieldForms<default_management::CutClaims> : RequiresLoss {};

template <>
struct FieldForms<default_management::Deleverage> {
  static constexpr std::array<std::string_view, 2> kRequired{"loss", "contract"};
};

template <>
struct FieldForms<default_management::SetLiquidationTerms> {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "asset"};
};

template <>
struct FieldForms<default_management::FillLiquidation> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "owner", "asset", "contract"};
};

template <>
struct FieldForms<default_management::OpenAuction> : RequiresAccountInAsset {};

template <>
struct FieldForms<default_management::CloseAuction> : RequiresAccountInAsset {};

template <>
struct FieldForms<default_management::BidAuction> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "owner", "asset", "bidder"};
};

template <>
struct FieldForms<default_management::RecoverLoss> {
  static constexpr std::array<std::string_view, 3> kRequired{"loss", "account", "amount"};
};

template <>
struct FieldForms<default_management::CallAssessment> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "asset", "layer", "due",
                                                             "calls"};
};

template <>
struct FieldForms<default_management::AssessmentCall> {
  static constexpr std::array<std::string_view, 2> kRequired{"owner", "amount"};
};

template <>
struct FieldForms<default_management::PayAssessment> {
  static constexpr std::array<std::string_view, 3> kRequired{"assessment", "account", "amount"};
};

template <>
struct FieldForms<margin::SetProcyclicality> {
  static constexpr std::array<std::string_view, 1> kRequired{"rulebook"};
};

template <>
struct FieldForms<margin::PublishStressGrid> {
  static constexpr std::array<std::string_view, 3> kRequired{"rulebook", "origin", "grids"};
};

template <>
struct FieldForms<margin::StressEntries> {
  static constexpr std::array<std::string_view, 2> kRequired{"contract", "entries"};
};

template <>
struct FieldForms<margin::SetMaturity> {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "period"};
};

template <>
struct FieldForms<market::SetLimits> {
  static constexpr std::array<std::string_view, 1> kRequired{"contract"};
};

template <>
struct FieldForms<default_management::SetConversion> : RequiresPool {};

template <>
struct FieldForms<default_management::ConvertCollateral> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "owner", "asset", "sold",
                                                             "buyer"};
};

template <>
struct FieldForms<default_management::CollateralPart> {
  static constexpr std::array<std::string_view, 1> kRequired{"asset"};
};

}  // namespace cofferdam::operation
