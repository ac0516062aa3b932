// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/invariants.h"

namespace cofferdam::alert {

std::optional<std::string> check_alerts_move_in_order(const State& state) {
  std::optional<std::string> violation;
  if (state.rules.untouched() && state.statuses.untouched()) return violation;
  state.rules.each_touched([&](const AlertRule* before, const AlertRule* after) {
    if (before == nullptr) return;
    if (after == nullptr || after->code != before->code || after->measure != before->measure ||
        after->pool != before->pool || after->asset != before->asset ||
        after->source != before->source || after->vault != before->vault)
      violation = "alert " + before->code + " must keep its name and what it looks at";
  });
  state.statuses.each_touched([&](const AlertStatus* before, const AlertStatus* after) {
    const auto number = [](const AlertStatus& row) { return std::to_string(row.alert.value()); };
    if (after == nullptr) {
      violation = "alert " + number(*before) + " must not be forgotten";
    } else if ((after->state == AlertState::acknowledged) != !after->acknowledged_by.is_none()) {
      violation = "alert " + number(*after) + " must be acknowledged by somebody";
    } else if (before != nullptr && after->state == AlertState::acknowledged &&
               before->state != AlertState::acknowledged && before->state != AlertState::raised) {
      violation = "alert " + number(*after) + " must be raised before it is acknowledged";
    }
  });
  return violation;
}

}  // namespace cofferdam::alert
