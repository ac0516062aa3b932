// SPDX-License-Identifier: Apache-2.0
//
// What a rule measures now.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <optional>

namespace cofferdam::alert {

struct Measured {
  std::optional<base::i128> value;  // absent: the measure has none now
  base::IntentId intents_from;      // see AlertStatus
};

// Exact, from the books alone; `state` for what is kept in step for it.
[[nodiscard]] Measured measure(const AlertRule& rule, const AlertStatus& status, const State& state,
                               const Books& books, Time now);

}  // namespace cofferdam::alert
