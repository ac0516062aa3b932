// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_machine.h"

#include <algorithm>

namespace cofferdam::insurance {
namespace {

using E = ClaimEvent;
using R = ClaimRoute;
using S = ClaimStage;
using T = ClaimTransition;
using V = Verdict;

constexpr Timing kInTime = Timing::in_time;
constexpr Timing kLate = Timing::late;
constexpr Timing kAny = Timing::any;

// clang-format off
constexpr std::array kTable{
    // notice
    T{.from = S::notified, .event = E::submit_evidence, .timing = kInTime, .to = S::evidenced},
    T{.from = S::notified, .event = E::trigger, .timing = kInTime, .route = R::parametric,
      .to = S::approved, .becomes = V::accepted},
    T{.from = S::notified, .event = E::withdraw, .timing = kAny, .to = S::withdrawn},
    T{.from = S::notified, .event = E::lapse, .timing = kLate, .to = S::expired},

    // evidence. An assessor who stays away does not starve the claimant: what was claimed stands
    // in for the assessment, to be voted on or to be challenged.
    T{.from = S::evidenced, .event = E::submit_evidence, .timing = kInTime, .to = S::evidenced},
    T{.from = S::evidenced, .event = E::trigger, .timing = kInTime, .route = R::parametric,
      .to = S::approved, .becomes = V::accepted},
    T{.from = S::evidenced, .event = E::assess, .timing = kInTime, .route = R::vote,
      .to = S::assessed},
    T{.from = S::evidenced, .event = E::assess, .timing = kInTime, .route = R::dispute,
      .result = V::accepted, .to = S::decided, .becomes = V::accepted},
    T{.from = S::evidenced, .event = E::assess, .timing = kInTime, .route = R::dispute,
      .result = V::refused, .to = S::decided, .becomes = V::refused},
    T{.from = S::evidenced, .event = E::withdraw, .timing = kAny, .to = S::withdrawn},
    T{.from = S::evidenced, .event = E::lapse, .timing = kLate, .route = R::vote,
      .to = S::assessed},
    T{.from = S::evidenced, .event = E::lapse, .timing = kLate, .route = R::dispute,
      .to = S::decided, .becomes = V::accepted},
    T{.from = S::evidenced, .event = E::lapse, .timing = kLate, .route = R::parametric,
      .to = S::expired},

    // assessment: a ballot can be opened by anybody who may, at any time
    T{.from = S::assessed, .event = E::open_vote, .timing = kAny, .to = S::voting,
      .opens_round = 1},
    T{.from = S::assessed, .event = E::withdraw, .timing = kAny, .to = S::withdrawn},

    // vote. Without a quorum the first ballot refuses, and may be appealed; the second leaves what
    // was decided before it.
    T{.from = S::voting, .event = E::cast, .timing = kInTime, .to = S::voting},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 1,
      .result = V::accepted, .to = S::decided, .becomes = V::accepted},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 1,
      .result = V::refused, .to = S::decided, .becomes = V::refused},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 1, .result = V::open,
      .to = S::decided, .becomes = V::refused},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 2,
      .result = V::accepted, .to = S::approved, .becomes = V::accepted},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 2,
      .result = V::refused, .to = S::declined, .becomes = V::refused},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 2,
      .verdict = V::accepted, .result = V::open, .to = S::approved},
    T{.from = S::voting, .event = E::close_vote, .timing = kLate, .round = 2,
      .verdict = V::refused, .result = V::open, .to = S::declined},

    // challenge or appeal, with a bond, once
    T{.from = S::decided, .event = E::challenge, .timing = kInTime, .verdict = V::accepted,
      .to = S::disputed},
    T{.from = S::decided, .event = E::appeal, .timing = kInTime, .verdict = V::refused,
      .to = S::disputed},
    T{.from = S::decided, .event = E::lapse, .timing = kLate, .verdict = V::accepted,
      .to = S::approved},
    T{.from = S::decided, .event = E::lapse, .timing = kLate, .verdict = V::refused,
      .to = S::declined},
    T{.from = S::disputed, .event = E::open_vote, .timing = kInTime, .to = S::voting,
      .opens_round = kLastRound},
    T{.from = S::disputed, .event = E::lapse, .timing = kLate, .verdict = V::accepted,
      .to = S::approved},
    T{.from = S::disputed, .event = E::lapse, .timing = kLate, .verdict = V::refused,
      .to = S::declined},

    // cooldown and payment: the deadline is the last instant of the cooldown
    T{.from = S::approved, .event = E::pay_part, .timing = kLate, .to = S::approved},
    T{.from = S::approved, .event = E::pay_rest, .timing = kLate, .to = S::paid},
    T{.from = S::approved, .event = E::lapse, .timing = kLate, .to = S::closed},

    // clawback: what was recovered for an incident as a whole is not a step of its claims
    T{.from = S::paid, .event = E::claw_back, .timing = kAny, .to = S::paid},
    T{.from = S::paid, .event = E::lapse, .timing = kLate, .to = S::closed},
    T{.from = S::closed, .event = E::claw_back, .timing = kAny, .to = S::closed},
};
// clang-format on

template <class Value>
bool matches(const std::optional<Value>& wanted, const Value& found) {
  return !wanted || *wanted == found;
}

bool matches(const T& row, const ClaimCourse& course, const ClaimStep& step) {
  return row.from == course.stage && row.event == step.event && matches(row.route, course.route) &&
         matches(row.round, course.round) && matches(row.verdict, course.verdict) &&
         matches(row.result, step.result);
}

bool is_timely(const T& row, bool is_late) {
  return row.timing == kAny || (row.timing == kLate) == is_late;
}

}  // namespace

std::span<const ClaimTransition> claim_transitions() {
  return kTable;
}

std::optional<ClaimCourse> next_state(const ClaimCourse& course, const ClaimStep& step,
                                      bool is_late) {
  for (const T& row : kTable) {
    if (!matches(row, course, step) || !is_timely(row, is_late)) continue;
    ClaimCourse next = course;
    next.stage = row.to;
    next.verdict = row.becomes.value_or(course.verdict);
    if (row.opens_round != 0) next.round = row.opens_round;
    return next;
  }
  return std::nullopt;
}

StepRefusal refusal_of(const ClaimCourse& course, const ClaimStep& step, bool is_late) {
  if (next_state(course, step, is_late)) return StepRefusal::none;
  const bool at_another_time =
      std::ranges::any_of(kTable, [&](const T& row) { return matches(row, course, step); });
  if (!at_another_time) return StepRefusal::wrong_stage;
  return is_late ? StepRefusal::too_late : StepRefusal::too_early;
}

}  // namespace cofferdam::insurance
