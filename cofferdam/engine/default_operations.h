// SPDX-License-Identifier: Apache-2.0
//
// The operations of default management.
#pragma once

#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/assessment.h"
#include "cofferdam/books/default_management/auction_commands.h"
#include "cofferdam/books/default_management/convert_collateral.h"
#include "cofferdam/books/default_management/define_waterfall.h"
#include "cofferdam/books/default_management/deleverage.h"
#include "cofferdam/books/default_management/fill_liquidation.h"
#include "cofferdam/books/default_management/fund_commands.h"
#include "cofferdam/books/default_management/liquidation.h"
#include "cofferdam/books/default_management/recover_loss.h"
#include "cofferdam/books/default_management/set_liquidation_terms.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

template <>
struct Operation<default_management::DefineWaterfall> : OperationBase<180, Needs::admin_role> {
  static constexpr std::string_view kName = "waterfall.define";
  static constexpr std::string_view kSummary =
      "Define the layers that bear a pool's losses in an asset.";
  using Status = default_management::DefineWaterfallStatus;

  static auto rooms(auto& state) { return std::tie(state.default_management); }

  static auto reads(auto& state) {
    return std::tie(state.default_management, state.ledger, state.pool);
  }
};

// What the commands of funds look at and write.
struct FundRooms {
  static auto rooms(auto& state) { return std::tie(state.default_management, state.ledger); }
};

template <>
struct Operation<default_management::OpenFund> : OperationBase<181, Needs::admin_role>, FundRooms {
  static constexpr std::string_view kName = "fund.open";
  static constexpr std::string_view kSummary =
      "Open a fund over an account whose balance is its money.";
  using Status = default_management::OpenFundStatus;
};

template <>
struct Operation<default_management::IssueShares> : OperationBase<182, Needs::operator_role>,
                                                    FundRooms {
  static constexpr std::string_view kName = "fund.issue";
  static constexpr std::string_view kSummary = "Stake money into a fund, for shares.";
  using Status = default_management::FundCommandStatus;
};

template <>
struct Operation<default_management::RequestShares> : OperationBase<183, Needs::operator_role>,
                                                      FundRooms {
  static constexpr std::string_view kName = "fund.request";
  static constexpr std::string_view kSummary = "Ask shares of a fund back; the notice begins.";
  using Status = default_management::FundCommandStatus;
};

template <>
struct Operation<default_management::RedeemShares> : OperationBase<184, Needs::operator_role>,
                                                     FundRooms {
  static constexpr std::string_view kName = "fund.redeem";
  static constexpr std::string_view kSummary = "Pay shares whose notice has run.";
  using Status = default_management::FundCommandStatus;
};

template <>
struct Operation<default_management::CancelShares> : OperationBase<185, Needs::operator_role>,
                                                     FundRooms {
  static constexpr std::string_view kName = "fund.cancel";
  static constexpr std::string_view kSummary =
      "Take a request back; what was gained since is forfeited.";
  using Status = default_management::FundCommandStatus;
};

// What the commands of accounts under liquidation look at.
struct CaseRooms {
  static auto rooms(auto& state) {
    return std::tie(state.default_management, state.market, state.terms, state.ledger, state.margin,
                    state.fact);
  }
};

template <>
struct Operation<default_management::BeginLiquidation> : OperationBase<186, Needs::operator_role>,
                                                         CaseRooms {
  static constexpr std::string_view kName = "liquidation.begin";
  static constexpr std::string_view kSummary = "Begin the liquidation of an account that may be.";
  using Status = default_management::LiquidationStatus;
};

template <>
struct Operation<default_management::EndLiquidation> : OperationBase<187, Needs::operator_role>,
                                                       CaseRooms {
  static constexpr std::string_view kName = "liquidation.end";
  static constexpr std::string_view kSummary =
      "End the liquidation of an account that is healthy again.";
  using Status = default_management::LiquidationStatus;
};

template <>
struct Operation<default_management::DeclareDefault> : OperationBase<188, Needs::operator_role>,
                                                       CaseRooms {
  static constexpr std::string_view kName = "default.declare";
  static constexpr std::string_view kSummary =
      "Declare the default of an account that has less than nothing; its loss is born.";
  using Status = default_management::LiquidationStatus;
};

template <>
struct Operation<default_management::AllocateLoss> : OperationBase<189, Needs::operator_role> {
  static constexpr std::string_view kName = "loss.allocate";
  static constexpr std::string_view kSummary =
      "Charge the layers of the pool's waterfall for a loss.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::AllocateLossStatus;

  static auto rooms(auto& state) {
    return std::tie(state.default_management, state.market, state.ledger, state.pool);
  }
};

template <>
struct Operation<default_management::Deleverage> : OperationBase<190, Needs::operator_role> {
  static constexpr std::string_view kName = "loss.deleverage";
  static constexpr std::string_view kSummary =
      "Close a failed account's position against the other side, for its deficit and no more.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::DeleverageStatus;
};

template <>
struct Operation<default_management::CutClaims> : OperationBase<191, Needs::operator_role>,
                                                  CaseRooms {
  static constexpr std::string_view kName = "loss.cut-claims";
  static constexpr std::string_view kSummary =
      "Take what is left of a loss out of the claims of those who won, pro rata.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::DeleverageStatus;
};

template <>
struct Operation<default_management::SetLiquidationTerms> : OperationBase<192, Needs::admin_role> {
  static constexpr std::string_view kName = "liquidation.set-terms";
  static constexpr std::string_view kSummary =
      "Set how accounts of a pool are liquidated: auctions, limits, backstop, gate, assessments.";
  using Status = default_management::SetLiquidationTermsStatus;

  static auto rooms(auto& state) { return std::tie(state.resolution); }

  static auto reads(auto& state) { return std::tie(state.resolution, state.market, state.ledger); }
};

template <>
struct Operation<default_management::FillLiquidation> : OperationBase<193, Needs::operator_role> {
  static constexpr std::string_view kName = "liquidation.fill";
  static constexpr std::string_view kSummary =
      "Close a position of an account under liquidation, against a member or the backstop.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::FillLiquidationStatus;
};

template <>
struct Operation<default_management::OpenAuction> : OperationBase<194, Needs::operator_role> {
  static constexpr std::string_view kName = "auction.open";
  static constexpr std::string_view kSummary = "Open the auction of an account under liquidation.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::AuctionCommandStatus;
};

template <>
struct Operation<default_management::BidAuction> : OperationBase<195, Needs::operator_role> {
  static constexpr std::string_view kName = "auction.bid";
  static constexpr std::string_view kSummary =
      "Take a part of an account in auction, at the price of this moment.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::AuctionCommandStatus;
};

template <>
struct Operation<default_management::CloseAuction> : OperationBase<196, Needs::operator_role> {
  static constexpr std::string_view kName = "auction.close";
  static constexpr std::string_view kSummary = "Close an auction that has come to its end.";
  using Status = default_management::AuctionCommandStatus;
};

template <>
struct Operation<default_management::RecoverLoss> : OperationBase<197, Needs::operator_role> {
  static constexpr std::string_view kName = "loss.recover";
  static constexpr std::string_view kSummary =
      "Return money recovered after a default to those who bore its loss, last hit first.";
  using Status = default_management::RecoverLossStatus;

  static auto rooms(auto& state) {
    return std::tie(state.resolution, state.default_management, state.market, state.ledger,
                    state.pool);
  }
};

// What calls and payments of assessments look at and write.
struct AssessmentRooms {
  static auto rooms(auto& state) {
    return std::tie(state.resolution, state.default_management, state.ledger);
  }
};

template <>
struct Operation<default_management::CallAssessment> : OperationBase<198, Needs::admin_role>,
                                                       AssessmentRooms {
  static constexpr std::string_view kName = "assessment.call";
  static constexpr std::string_view kSummary =
      "Call owners for what a layer of the waterfall is short of its level.";
  using Status = default_management::AssessmentStatus;
};

template <>
struct Operation<default_management::PayAssessment> : OperationBase<199, Needs::operator_role>,
                                                      AssessmentRooms {
  static constexpr std::string_view kName = "assessment.pay";
  static constexpr std::string_view kSummary =
      "Pay an assessment, whole or in part, into its layer.";
  using Status = default_management::AssessmentStatus;
};

template <>
struct Operation<default_management::ConvertCollateral> : OperationBase<254, Needs::operator_role> {
  static constexpr std::string_view kName = "collateral.convert";
  static constexpr std::string_view kSummary =
      "Sell other collateral of a failing account for what it is missing.";
  static constexpr bool kSettlesPositions = true;
  using Status = default_management::ConvertCollateralStatus;
};

template <>
struct Operation<default_management::SetConversion> : OperationBase<255, Needs::admin_role> {
  static constexpr std::string_view kName = "collateral.set-conversion";
  static constexpr std::string_view kSummary =
      "Say whether a failing account's other collateral is sold before its default.";
  using Status = default_management::SetConversionStatus;

  static auto rooms(auto& state) { return std::tie(state.conversions); }

  static auto reads(auto& state) { return std::tie(state.conversions, state.ledger); }
};

}  // namespace cofferdam::engine
