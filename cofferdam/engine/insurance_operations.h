// SPDX-License-Identifier: Apache-2.0
//
// The operations of insurance pools.
#pragma once

#include "cofferdam/books/insurance/charge_members.h"
#include "cofferdam/books/insurance/cover_commands.h"
#include "cofferdam/books/insurance/member_commands.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/publish_tariff.h"
#include "cofferdam/books/insurance/tranche_commands.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

// What the commands of insurance pools look at and write.
struct InsuranceRooms {
  static auto rooms(auto& state) { return std::tie(state.insurance, state.ledger); }
};

template <>
struct Operation<insurance::OpenInsurance> : OperationBase<200, Needs::admin_role> {
  static constexpr std::string_view kName = "insurance.open";
  static constexpr std::string_view kSummary =
      "Open an insurance pool over a pool, with an account for each fund.";
  using Status = insurance::InsuranceStatus;

  static auto rooms(auto& state) { return std::tie(state.insurance, state.ledger); }

  static auto reads(auto& state) { return std::tie(state.insurance, state.ledger, state.pool); }
};

template <>
struct Operation<insurance::SetInsuranceRules> : OperationBase<201, Needs::admin_role>,
                                                 InsuranceRooms {
  static constexpr std::string_view kName = "insurance.set-rules";
  static constexpr std::string_view kSummary = "Change what an insurance pool allows itself.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::DeclareHolding> : OperationBase<202, Needs::admin_role>,
                                              InsuranceRooms {
  static constexpr std::string_view kName = "insurance.declare-holding";
  static constexpr std::string_view kSummary =
      "Say with whom the assets of a custody account of an insurance pool lie.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::RecordCapital> : OperationBase<203, Needs::operator_role>,
                                             InsuranceRooms {
  static constexpr std::string_view kName = "insurance.record-capital";
  static constexpr std::string_view kSummary =
      "Record the capital that a model requires for the covers in force.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::AdvanceInsurance> : OperationBase<204, Needs::operator_role>,
                                                InsuranceRooms {
  static constexpr std::string_view kName = "insurance.advance";
  static constexpr std::string_view kSummary =
      "Earn the premium of the time that has passed, end covers, set apart exits that are due.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::SetReserve> : OperationBase<205, Needs::operator_role>, InsuranceRooms {
  static constexpr std::string_view kName = "insurance.set-reserve";
  static constexpr std::string_view kSummary =
      "Set what is held for unreported incidents or for the parametric layer.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::PayExpense> : OperationBase<206, Needs::operator_role>, InsuranceRooms {
  static constexpr std::string_view kName = "insurance.pay-expense";
  static constexpr std::string_view kSummary = "Pay for running an insurance pool.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::AddSurplus> : OperationBase<207, Needs::operator_role>, InsuranceRooms {
  static constexpr std::string_view kName = "insurance.add-surplus";
  static constexpr std::string_view kSummary =
      "Give money to an insurance pool for nothing in return.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::ShareSurplus> : OperationBase<208, Needs::admin_role>, InsuranceRooms {
  static constexpr std::string_view kName = "insurance.share-surplus";
  static constexpr std::string_view kSummary = "Give earned premium to the tranches.";
  using Status = insurance::InsuranceStatus;
};

template <>
struct Operation<insurance::AdmitMember> : OperationBase<209, Needs::operator_role> {
  static constexpr std::string_view kName = "member.admit";
  static constexpr std::string_view kSummary = "Admit an owner to an insurance pool.";
  using Status = insurance::MemberStatus;

  static auto rooms(auto& state) { return std::tie(state.insurance); }

  static auto reads(auto& state) { return std::tie(state.insurance, state.ledger); }
};

template <>
struct Operation<insurance::RetireMember> : OperationBase<210, Needs::operator_role> {
  static constexpr std::string_view kName = "member.retire";
  static constexpr std::string_view kSummary = "End a membership; covers in force stay.";
  using Status = insurance::MemberStatus;

  static auto rooms(auto& state) { return std::tie(state.insurance); }

  static auto reads(auto& state) { return std::tie(state.insurance, state.ledger); }
};

template <>
struct Operation<insurance::PublishTariff> : OperationBase<211, Needs::admin_role>, InsuranceRooms {
  static constexpr std::string_view kName = "tariff.publish";
  static constexpr std::string_view kSummary =
      "Publish what each member pays in a period, before the period begins.";
  using Status = insurance::TariffStatus;
};

template <>
struct Operation<insurance::ChargeMembers> : OperationBase<212, Needs::operator_role>,
                                             InsuranceRooms {
  static constexpr std::string_view kName = "member.charge";
  static constexpr std::string_view kSummary = "Charge members for a period by its tariff.";
  using Status = insurance::ChargeStatus;
};

template <>
struct Operation<insurance::SubscribeTranche> : OperationBase<213, Needs::operator_role>,
                                                InsuranceRooms {
  static constexpr std::string_view kName = "tranche.subscribe";
  static constexpr std::string_view kSummary = "Put money into a tranche, for shares.";
  using Status = insurance::TrancheStatus;
};

template <>
struct Operation<insurance::RequestExit> : OperationBase<214, Needs::operator_role>,
                                           InsuranceRooms {
  static constexpr std::string_view kName = "tranche.request-exit";
  static constexpr std::string_view kSummary = "Ask to leave a tranche; the notice begins.";
  using Status = insurance::TrancheStatus;
};

template <>
struct Operation<insurance::PayExit> : OperationBase<215, Needs::operator_role>, InsuranceRooms {
  static constexpr std::string_view kName = "tranche.pay-exit";
  static constexpr std::string_view kSummary =
      "Pay an exit whose notice and tail have run and that answers for no open incident.";
  using Status = insurance::TrancheStatus;
};

template <>
struct Operation<insurance::SetPrices> : OperationBase<216, Needs::admin_role>, InsuranceRooms {
  static constexpr std::string_view kName = "cover.set-prices";
  static constexpr std::string_view kSummary =
      "Set how covers against a peril are priced and how much is sold.";
  using Status = insurance::CoverStatus;
};

template <>
struct Operation<insurance::BindCover> : OperationBase<217, Needs::operator_role>, InsuranceRooms {
  static constexpr std::string_view kName = "cover.bind";
  static constexpr std::string_view kSummary =
      "Bind a cover: its terms are frozen and its premium is taken.";
  using Status = insurance::CoverStatus;
};

template <>
struct Operation<insurance::CancelCover> : OperationBase<218, Needs::operator_role>,
                                           InsuranceRooms {
  static constexpr std::string_view kName = "cover.cancel";
  static constexpr std::string_view kSummary =
      "Cancel a cover that has paid nothing; the premium of the days to come goes back.";
  using Status = insurance::CoverStatus;
};

}  // namespace cofferdam::engine
