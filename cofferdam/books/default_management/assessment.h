// SPDX-License-Identifier: Apache-2.0
//
// Fills a layer up again after a loss: members are called for parts of what is missing, each up to
// the cap of a period, and the operator for own capital; a call has a day by which it is due. What
// is called and not yet paid counts as on its way, so no more is ever called than is missing. An
// assessment is no layer before deleveraging: it reimburses a layer afterwards.
#pragma once

#include "cofferdam/books/default_management/resolution.h"

#include <vector>

namespace cofferdam::default_management {

struct AssessmentCall {
  OwnerId owner;
  Amount amount;
  bool own_capital = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "who is called");
    visit("amount", self.amount, "for how much");
    visit("own_capital", self.own_capital, "the operator's own money: no cap of a member applies");
  }
};

struct CallAssessment {
  PoolId pool;
  AssetId asset;
  std::string layer;
  Time due;
  std::vector<AssessmentCall> calls;

  static constexpr std::string_view kDoc =
      "Calls owners for what a layer of the waterfall is short of its level.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "whose waterfall names the layer");
    visit("asset", self.asset, "what losses are counted in");
    visit("layer", self.layer, "code of the layer");
    visit("due", self.due, "by when they pay");
    visit("calls", self.calls, "1 to 1024, each owner once");
  }
};

struct PayAssessment {
  std::uint32_t assessment = 0;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc = "Pays an assessment, whole or in part, into its layer.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("assessment", self.assessment, "number of the assessment");
    visit("account", self.account, "of the owner that was called, in the layer's pool");
    visit("amount", self.amount, "at most what is open");
  }
};

enum class AssessmentStatus : std::uint16_t {
  ok,
  no_calls,
  called_twice,
  amount_zero,
  layer_not_found,
  layer_has_no_level,
  due_in_the_past,
  due_too_late,
  more_than_is_missing,
  no_cap,
  above_the_cap,
  assessment_not_found,
  more_than_is_open,
  account_not_found,
  account_of_another_owner,
  account_not_allowed,
  account_refuses,
};

enum class AssessmentStanding : std::uint8_t { due, paid, overdue };

[[nodiscard]] AssessmentStanding standing_of(const Assessment& assessment, Time now);

// What the layer is short of its level, less what is called and not yet paid.
[[nodiscard]] Amount missing_in(const State& state, const ResolutionState& resolution,
                                const ledger::State& ledger, PoolId pool, AssetId asset,
                                const LayerTerms& layer);

[[nodiscard]] AssessmentStatus check_shape(const CallAssessment& command);
[[nodiscard]] AssessmentStatus check_shape(const PayAssessment& command);
[[nodiscard]] AssessmentStatus check_state(const CallAssessment& command,
                                           const ResolutionState& resolution, const State& state,
                                           const ledger::State& ledger, const Context& context);
[[nodiscard]] AssessmentStatus check_state(const PayAssessment& command,
                                           const ResolutionState& resolution, const State& state,
                                           const ledger::State& ledger, const Context& context);
AssessmentStatus apply(const CallAssessment& command, ResolutionState& resolution,
                       const State& state, ledger::State& ledger, Context& context);
AssessmentStatus apply(const PayAssessment& command, ResolutionState& resolution,
                       const State& state, ledger::State& ledger, Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AssessmentStanding> {
  static constexpr std::array<std::string_view, 3> kNames{"due", "paid", "overdue"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AssessmentStatus> {
  static constexpr std::array<std::string_view, 17> kNames{"ok",
                                                           "no_calls",
                                                           "called_twice",
                                                           "amount_zero",
                                                           "layer_not_found",
                                                           "layer_has_no_level",
                                                           "due_in_the_past",
                                                           "due_too_late",
                                                           "more_than_is_missing",
                                                           "no_cap",
                                                           "above_the_cap",
                                                           "assessment_not_found",
                                                           "more_than_is_open",
                                                           "account_not_found",
                                                           "account_of_another_owner",
                                                           "account_not_allowed",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 17> kDocs{
      "",
      "1 to 1024 owners are called",
      "an owner is called once in a command",
      "a call or a payment is of something",
      "the waterfall in force must name the layer",
      "the layer must have a level to which it is filled up",
      "a call is due after it is made",
      "a call is due within the time in which the layer is filled up",
      "no more is called than the layer is short of, less what is on its way",
      "the terms of liquidation must say the most that a member is called for in a period",
      "a member is called for no more than the cap of a period",
      "the assessment must exist",
      "no more is paid than is open",
      "the account must exist",
      "an assessment is paid by the owner that was called",
      "the account is of the layer's pool and asset, and not the system's or the layer's own",
      "an account does not allow the payment"};
};
