// SPDX-License-Identifier: Apache-2.0
//
// In which state a proposal is: a pure function of what has happened to it and of the clock, with
// the rules of OpenZeppelin's Governor in their order (Governor.state; the expiry of a queued
// proposal is GovernorTimelockCompound's). Nobody sets a state, so no command can set a wrong one.
#pragma once

#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cofferdam::decision {

// IGovernor.ProposalState, in its order.
enum class GovernorState : std::uint8_t {
  pending,
  active,
  canceled,
  defeated,
  succeeded,
  queued,
  expired,
  executed,
};

// What has happened to a proposal. Instants as plain numbers: blocks, seconds or nanoseconds.
struct GovernorCourse {
  std::int64_t snapshot = 0;
  std::int64_t deadline = 0;
  std::optional<std::int64_t> eta;    // once it is queued
  std::optional<std::int64_t> grace;  // none: what is queued never expires
  bool canceled = false;
  bool executed = false;
};

// `carried`: whether quorum and majority are reached.
[[nodiscard]] constexpr GovernorState governor_state(const GovernorCourse& course,
                                                     std::int64_t clock, bool carried) {
  if (course.executed) return GovernorState::executed;
  if (course.canceled) return GovernorState::canceled;
  if (course.snapshot >= clock) return GovernorState::pending;
  if (course.deadline >= clock) return GovernorState::active;
  if (!carried) return GovernorState::defeated;
  if (!course.eta) return GovernorState::succeeded;
  std::int64_t expiry = 0;
  if (course.grace && !__builtin_add_overflow(*course.eta, *course.grace, &expiry) &&
      clock >= expiry)
    return GovernorState::expired;
  return GovernorState::queued;
}

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::GovernorState> {
  static constexpr std::array<std::string_view, 8> kNames{
      "pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed"};
};
