// SPDX-License-Identifier: Apache-2.0
//
// The operations of the alerts.
#pragma once

#include "cofferdam/books/alert/answer_alert.h"
#include "cofferdam/books/alert/set_alert.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

template <>
struct Operation<alert::SetAlert> : OperationBase<150, Needs::admin_role> {
  static constexpr std::string_view kName = "alert.set";
  static constexpr std::string_view kSummary =
      "Set a rule that raises an alert when a number of the books goes bad.";
  using Status = alert::SetAlertStatus;

  static auto rooms(auto& state) {
    return std::tie(state.alert, state.ledger, state.fact, state.decision, state.pool,
                    state.custody);
  }
};

template <>
struct Operation<alert::AcknowledgeAlert> : OperationBase<151, Needs::operator_role> {
  static constexpr std::string_view kName = "alert.acknowledge";
  static constexpr std::string_view kSummary = "Say that a raised alert was seen.";
  using Status = alert::AnswerAlertStatus;

  static auto rooms(auto& state) {
    return std::tie(state.alert, state.ledger, state.fact, state.decision, state.pool,
                    state.custody);
  }
};

template <>
struct Operation<alert::RetireAlert> : OperationBase<152, Needs::admin_role> {
  static constexpr std::string_view kName = "alert.retire";
  static constexpr std::string_view kSummary = "Take a rule out of force.";
  using Status = alert::AnswerAlertStatus;

  static auto rooms(auto& state) {
    return std::tie(state.alert, state.ledger, state.fact, state.decision, state.pool,
                    state.custody);
  }
};

}  // namespace cofferdam::engine
