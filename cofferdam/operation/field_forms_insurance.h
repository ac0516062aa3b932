// SPDX-License-Identifier: Apache-2.0
//
// What field_forms_clearing.h says, for insurance as well. Include this one.
#pragma once

#include "cofferdam/operation/field_forms_clearing.h"

#include <array>
#include <string_view>

namespace cofferdam::operation {

struct RequiresPoolAndAsset {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "asset"};
};

struct RequiresPoolAndMember {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "member"};
};

struct RequiresPoolAccountAndAmount {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "account", "amount"};
};

template <>
struct FieldForms<insurance::OpenInsurance> : RequiresPoolAndAsset {};

template <>
struct FieldForms<insurance::SetInsuranceRules> {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "rules"};
};

template <>
struct FieldForms<insurance::DeclareHolding> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "account", "custodian"};
};

template <>
struct FieldForms<insurance::RecordCapital> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "asset", "required", "model"};
};

template <>
struct FieldForms<insurance::AdvanceInsurance> : RequiresPool {};

template <>
struct FieldForms<insurance::SetReserve> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "asset", "kind", "amount"};
};

template <>
struct FieldForms<insurance::PayExpense> : RequiresPoolAccountAndAmount {};

template <>
struct FieldForms<insurance::AddSurplus> : RequiresPoolAccountAndAmount {};

template <>
struct FieldForms<insurance::ShareSurplus> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "asset", "amount",
                                                             "junior_ppm"};
};

template <>
struct FieldForms<insurance::AdmitMember> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "member", "name", "account"};
};

template <>
struct FieldForms<insurance::RetireMember> : RequiresPoolAndMember {};

template <>
struct FieldForms<insurance::PublishTariff> {
  static constexpr std::array<std::string_view, 12> kRequired{
      "pool",    "asset",           "period",        "start",  "end",     "model",
      "capital", "cost_of_capital", "expense_ratio", "target", "members", "credibility_constant"};
};

template <>
struct FieldForms<insurance::TariffMember> {
  static constexpr std::array<std::string_view, 3> kRequired{"member", "expected_loss",
                                                             "tail_share"};
};

template <>
struct FieldForms<insurance::TariffTier> {
  static constexpr std::array<std::string_view, 2> kRequired{"from", "factor_ppm"};
};

template <>
struct FieldForms<insurance::ChargeMembers> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "asset", "period", "members"};
};

template <>
struct FieldForms<insurance::Billing> {
  static constexpr std::array<std::string_view, 3> kRequired{"member", "volume",
                                                             "average_collateral"};
};

template <>
struct FieldForms<insurance::SubscribeTranche> {
  static constexpr std::array<std::string_view, 5> kRequired{"pool", "tranche", "owner", "account",
                                                             "amount"};
};

template <>
struct FieldForms<insurance::RequestExit> {
  static constexpr std::array<std::string_view, 4> kRequired{"pool", "tranche", "owner", "account"};
};

template <>
struct FieldForms<insurance::PayExit> {
  static constexpr std::array<std::string_view, 2> kRequired{"pool", "exit"};
};

template <>
struct FieldForms<insurance::SetPrices> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "peril", "rule"};
};

template <>
struct FieldForms<insurance::BindCover> {
  static constexpr std::array<std::string_view, 9> kRequired{
      "code",  "pool",           "asset",        "terms", "account", "technical_premium",
      "model", "capital_before", "capital_after"};
};

template <>
struct FieldForms<insurance::PolicyTerms> {
  static constexpr std::array<std::string_view, 6> kRequired{"peril", "basis", "insured",
                                                             "start", "end",   "limit"};
};

template <>
struct FieldForms<insurance::StorageLimit> {
  static constexpr std::array<std::string_view, 2> kRequired{"storage", "limit"};
};

template <>
struct FieldForms<insurance::CancelCover> {
  static constexpr std::array<std::string_view, 1> kRequired{"code"};
};

}  // namespace cofferdam::operation
