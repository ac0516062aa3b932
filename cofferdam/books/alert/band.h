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
  std::array<AlertMove, 3> list{};
  std::size_t count = 0;

  void add(AlertMove move) { list[count++] = move; }
};

// `value` is absent where the measure has none; times do not fall from call to call.
Moves move(const AlertRule& rule, AlertStatus& status, std::optional<base::i128> value, Time now);

}  // namespace cofferdam::alert
