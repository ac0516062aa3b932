// SPDX-License-Identifier: Apache-2.0
//
// The engine asks here at the end of every command that was not refused, before the laws: which
// rules look at what it has touched, and what becomes of their alerts. Without rules this is one
// comparison. With rules that look at pools, a command costs a search in a small map for each total
// and each run of holds that it touched; on a pool whose holds are watched, two insertions for each
// hold; on a pool whose segregation is watched, one more pass over the accounts it touched.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <optional>
#include <vector>

namespace cofferdam::alert {

// A tick looks at every rule in force: time is what it brings.
enum class Occasion : std::uint8_t { command, tick };

void evaluate(State& state, const Books& books, Context& context, Occasion occasion);

// What the command did to alerts, by alert, each in order: for its outcome.
[[nodiscard]] std::vector<AlertChange> changes_of(const State& state);

// For the commands of this room: an event of a rule, with what was measured.
void add_event(State& state, Context& context, AlertEvent event);

// Before the levels of a rule in force change: completes what time has completed under the old
// ones, and lets no time that ran under them count under the new.
void settle(State& state, Context& context, const AlertRule& rule, const AlertRule& next);
// Before a retired rule comes back: what was measured then is no part of its present.
void forget(State& state, Context& context, AlertId id);
[[nodiscard]] std::optional<SignedAmount> value_now(const State& state, const Books& books,
                                                    const Context& context, AlertId id);

// Begins and ends to keep in step what a rule's measure needs.
void begin_watch(State& state, const Books& books, Context& context, const AlertRule& rule);
void end_watch(State& state, Context& context, const AlertRule& rule);

}  // namespace cofferdam::alert
