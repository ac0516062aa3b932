// SPDX-License-Identifier: Apache-2.0
//
// The operations of margin.
#pragma once

#include "cofferdam/books/margin/evaluate.h"
#include "cofferdam/books/margin/maturity.h"
#include "cofferdam/books/margin/publish_grid.h"
#include "cofferdam/books/margin/reserve_order.h"
#include "cofferdam/books/margin/set_collateral.h"
#include "cofferdam/books/margin/set_pool.h"
#include "cofferdam/books/margin/set_procyclicality.h"
#include "cofferdam/books/margin/set_rulebook.h"
#include "cofferdam/books/margin/set_tiers.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

template <>
struct Operation<margin::SetRulebook> : OperationBase<170, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-rulebook";
  static constexpr std::string_view kSummary =
      "Name a set of scenarios and the bounds that its grids keep.";
  using Status = margin::SetRulebookStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }

  static auto reads(auto& state) { return std::tie(state.margin, state.ledger); }
};

template <>
struct Operation<margin::SetPool> : OperationBase<171, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-pool";
  static constexpr std::string_view kSummary = "Put a pool under margin, in a mode.";
  using Status = margin::SetPoolStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }

  static auto reads(auto& state) { return std::tie(state.margin, state.market, state.ledger); }
};

template <>
struct Operation<margin::SetCollateral> : OperationBase<172, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-collateral";
  static constexpr std::string_view kSummary =
      "Say what an asset counts for as collateral in a pool.";
  using Status = margin::SetCollateralStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }

  static auto reads(auto& state) { return std::tie(state.margin, state.ledger, state.fact); }
};

template <>
struct Operation<margin::SetTiers> : OperationBase<173, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-tiers";
  static constexpr std::string_view kSummary = "Ask margin of a contract as parts of the notional.";
  using Status = margin::SetTiersStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }

  static auto reads(auto& state) { return std::tie(state.margin, state.market); }
};

template <>
struct Operation<margin::PublishGrid> : OperationBase<174, Needs::operator_role> {
  static constexpr std::string_view kName = "margin.publish-grid";
  static constexpr std::string_view kSummary =
      "Bring grids of value changes by scenario into force.";
  using Status = margin::PublishGridStatus;

  static auto rooms(auto& state) { return std::tie(state.margin, state.safeguards); }

  static auto reads(auto& state) { return std::tie(state.margin, state.safeguards, state.market); }
};

template <>
struct Operation<margin::ReserveOrder> : OperationBase<175, Needs::operator_role> {
  static constexpr std::string_view kName = "order.reserve";
  static constexpr std::string_view kSummary = "Keep margin for an open order.";
  using Status = margin::ReserveOrderStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }

  static auto reads(auto& state) {
    return std::tie(state.margin, state.market, state.terms, state.ledger, state.fact,
                    state.limits);
  }
};

template <>
struct Operation<margin::ReleaseOrder> : OperationBase<176, Needs::operator_role> {
  static constexpr std::string_view kName = "order.release";
  static constexpr std::string_view kSummary = "Let go of the margin of an order, or part of it.";
  using Status = margin::ReleaseOrderStatus;

  static auto rooms(auto& state) { return std::tie(state.margin); }
};

template <>
struct Operation<margin::EvaluatePool> : OperationBase<177, Needs::operator_role> {
  static constexpr std::string_view kName = "margin.evaluate";
  static constexpr std::string_view kSummary = "Look at all accounts of a pool again.";
  using Status = margin::EvaluatePoolStatus;
};

template <>
struct Operation<margin::SetProcyclicality> : OperationBase<250, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-procyclicality";
  static constexpr std::string_view kSummary =
      "Say how far a rulebook's grids may come down, how soon, and what they never go below.";
  using Status = margin::SetProcyclicalityStatus;

  static auto rooms(auto& state) { return std::tie(state.safeguards); }

  static auto reads(auto& state) { return std::tie(state.safeguards, state.margin); }
};

template <>
struct Operation<margin::PublishStressGrid> : OperationBase<251, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.publish-stress-grid";
  static constexpr std::string_view kSummary =
      "Publish the grids of a period of stress, or of a long look-back.";
  using Status = margin::PublishStressGridStatus;

  static auto rooms(auto& state) { return std::tie(state.safeguards); }

  static auto reads(auto& state) { return std::tie(state.safeguards, state.margin, state.market); }
};

template <>
struct Operation<margin::SetMaturity> : OperationBase<253, Needs::admin_role> {
  static constexpr std::string_view kName = "margin.set-maturity";
  static constexpr std::string_view kSummary =
      "Say how long settled profit stays in a pool before it may leave it.";
  using Status = margin::SetMaturityStatus;

  static auto rooms(auto& state) { return std::tie(state.safeguards); }

  static auto reads(auto& state) { return std::tie(state.safeguards, state.ledger); }
};

}  // namespace cofferdam::engine
