// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/band.h"

namespace cofferdam::alert {

namespace {

using base::i128;

void enter(AlertStatus& status, AlertState state, Time now) {
  status.state = state;
  status.since = now;
  status.healthy_since.reset();
  if (state == AlertState::quiet) {
    status.acknowledged_by = {};
    status.note.clear();
  }
}

[[nodiscard]] bool is_up(const AlertStatus& status) {
  return status.state == AlertState::raised || status.state == AlertState::acknowledged;
}

void note_worst(const AlertRule& rule, AlertStatus& status, i128 value) {
  const bool worse =
      !status.worst || (rule.direction == Direction::below ? value < status.worst->units()
                                                           : value > status.worst->units());
  if (worse) status.worst = SignedAmount(value);
}

// Given times may lie further apart than a duration can say.
[[nodiscard]] bool has_lasted(Time since, Time now, Duration wanted) {
  const std::optional<Duration> passed = base::try_sub(now, since);
  return !passed || *passed >= wanted;
}

void take(const AlertRule& rule, AlertStatus& status, std::optional<i128> value, Time now,
          Moves& moves) {
  const bool breached = value && is_breached(rule, *value);
  const bool healthy = !value || is_healthy(rule, *value);
  if (is_up(status)) {
    if (!healthy) {
      status.healthy_since.reset();
    } else if (rule.clear_after == Duration()) {
      enter(status, AlertState::quiet, now);
      moves.add(AlertMove::cleared, value);
    } else if (!status.healthy_since) {
      status.healthy_since = now;
    }
  } else if (!breached) {
    if (status.state == AlertState::pending) enter(status, AlertState::quiet, now);
  } else if (status.state == AlertState::quiet) {
    status.worst.reset();
    enter(status, rule.raise_after == Duration() ? AlertState::raised : AlertState::pending, now);
    if (is_up(status)) moves.add(AlertMove::raised, value);
  }
  if (value && status.state != AlertState::quiet) note_worst(rule, status, *value);
}

}  // namespace

Moves pass_time(const AlertRule& rule, AlertStatus& status, Time now) {
  Moves moves;
  if (status.state == AlertState::pending && has_lasted(status.since, now, rule.raise_after)) {
    enter(status, AlertState::raised, now);
    moves.add(AlertMove::raised,
              status.worst ? std::optional(status.worst->units()) : std::nullopt);
  } else if (is_up(status) && status.healthy_since &&
             has_lasted(*status.healthy_since, now, rule.clear_after)) {
    enter(status, AlertState::quiet, now);
    moves.add(AlertMove::cleared, std::nullopt);
  }
  return moves;
}

Moves move(const AlertRule& rule, AlertStatus& status, std::optional<i128> value, Time now) {
  Moves moves = pass_time(rule, status, now);
  // Cleared by time: what is measured now is what it was, unless this very command has changed it.
  if (moves.count == 1 && moves.list[0].what == AlertMove::cleared && value &&
      is_healthy(rule, *value))
    moves.list[0].value = value;
  take(rule, status, value, now, moves);
  return moves;
}

}  // namespace cofferdam::alert
