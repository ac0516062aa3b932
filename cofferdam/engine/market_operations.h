// SPDX-License-Identifier: Apache-2.0
//
// The commands over the terms of contracts. kSettlesPositions: the command moves variation, funding
// or a correction, or closes positions: it must not wait for anybody's margin.
#pragma once

#include "cofferdam/books/market/apply_funding.h"
#include "cofferdam/books/market/delist_contract.h"
#include "cofferdam/books/market/expire_contract.h"
#include "cofferdam/books/market/record_trades.h"
#include "cofferdam/books/market/reverse_trade.h"
#include "cofferdam/books/market/set_index.h"
#include "cofferdam/books/market/set_limits.h"
#include "cofferdam/books/market/set_terms.h"
#include "cofferdam/engine/operation_base.h"

namespace cofferdam::engine {

template <>
struct Operation<market::SetIndex> : OperationBase<160, Needs::admin_role> {
  static constexpr std::string_view kName = "index.set";
  static constexpr std::string_view kSummary =
      "Say who observes an index, how many it needs and how far they may lie apart.";
  using Status = market::SetIndexStatus;

  static auto rooms(auto& state) { return std::tie(state.terms); }

  static auto reads(auto& state) { return std::tie(state.terms, state.fact); }
};

template <>
struct Operation<market::SetTerms> : OperationBase<161, Needs::admin_role> {
  static constexpr std::string_view kName = "contract.set-terms";
  static constexpr std::string_view kSummary =
      "Say what a contract is: instrument, index, expiry, fees, funding, bounds of its marks.";
  using Status = market::SetTermsStatus;

  static auto rooms(auto& state) { return std::tie(state.terms); }

  static auto reads(auto& state) { return std::tie(state.terms, state.market, state.ledger); }
};

template <>
struct Operation<market::ClearTrades> : OperationBase<162, Needs::operator_role> {
  static constexpr std::string_view kName = "trade.clear";
  static constexpr std::string_view kSummary =
      "Book trades, with the fees that the contract's schedule asks of maker and taker.";
  static constexpr bool kJudgesCover = true;
  using Status = market::RecordTradesStatus;
};

template <>
struct Operation<market::ApplyFunding> : OperationBase<163, Needs::operator_role> {
  static constexpr std::string_view kName = "funding.apply";
  static constexpr std::string_view kSummary =
      "Move funding between the longs and the shorts of a perpetual.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::ApplyFundingStatus;
};

template <>
struct Operation<market::ExpireContract> : OperationBase<164, Needs::operator_role> {
  static constexpr std::string_view kName = "contract.expire";
  static constexpr std::string_view kSummary =
      "Settle and close a contract at the average of its index before its expiry.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::ExpireContractStatus;
};

template <>
struct Operation<market::DelistContract> : OperationBase<165, Needs::admin_role> {
  static constexpr std::string_view kName = "contract.delist";
  static constexpr std::string_view kSummary = "Settle and close a contract at a price given.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::DelistContractStatus;
};

template <>
struct Operation<market::BustTrade> : OperationBase<166, Needs::admin_role> {
  static constexpr std::string_view kName = "trade.bust";
  static constexpr std::string_view kSummary = "Take a trade back by opposite entries.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::ReverseTradeStatus;
};

template <>
struct Operation<market::AmendTrade> : OperationBase<167, Needs::admin_role> {
  static constexpr std::string_view kName = "trade.amend";
  static constexpr std::string_view kSummary =
      "Take a trade back and book it as it should have been.";
  static constexpr bool kSettlesPositions = true;
  using Status = market::ReverseTradeStatus;
};

template <>
struct Operation<market::SetLimits> : OperationBase<252, Needs::admin_role> {
  static constexpr std::string_view kName = "contract.set-limits";
  static constexpr std::string_view kSummary =
      "Bound the open interest of a contract, and keep a new listing in quarantine.";
  using Status = market::SetLimitsStatus;

  static auto rooms(auto& state) { return std::tie(state.limits); }

  static auto reads(auto& state) { return std::tie(state.limits, state.market, state.ledger); }
};

}  // namespace cofferdam::engine
