// SPDX-License-Identifier: Apache-2.0
//
// The hysteresis of an alert by itself: how its state moves when a value is measured at a time. No
// tables, so that a test can feed it any series.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <array>
#include <optional>

namespace cofferdam::alert {

// What an evaluation brought about: at most a raise that time alone has completed, a clear, and a
// raise at once.
struct Moves {
  struct Step {
    AlertMove what = AlertMove::raised;
    std::optional<base::i128> value;  // a raise that time has completed: the worst until then
  };

  std::array<Step, 3> list{};
  std::size_t count = 0;

  void add(AlertMove what, std::optional<base::i128> value) { list[count++] = {what, value}; }
};

// What the time that has passed has completed, the value having been what it was.
Moves pass_time(const AlertRule& rule, AlertStatus& status, Time now);

// `value` is absent where the measure has none; times do not fall from call to call.
Moves move(const AlertRule& rule, AlertStatus& status, std::optional<base::i128> value, Time now);

}  // namespace cofferdam::alert
