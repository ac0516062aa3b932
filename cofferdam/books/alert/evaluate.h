// SPDX-License-Identifier: Apache-2.0
//
// The engine asks here at the end of every command that was not refused, before the laws: which
// rules look at what it has touched, and what becomes of their alerts. Where no rule looks at a
// pool, a command on it costs a look at whether there are rules and, if there are any, one in a
// small map for each total that it touched.
#pragma once

#include "cofferdam/books/alert/alert.h"

#include <vector>

namespace cofferdam::alert {

// A tick looks at every rule in force: time is what it brings.
enum class Occasion : std::uint8_t { command, tick };

void evaluate(State& state, const Books& books, Context& context, Occasion occasion);

// What the command did to alerts, by alert, each in order: for its outcome.
[[nodiscard]] std::vector<AlertChange> changes_of(const State& state);

// For the commands of this room: an event of a rule, with what was measured.
void add_event(State& state, Context& context, AlertEvent event);

// Begins and ends to keep in step what a rule's measure needs.
void begin_watch(State& state, const Books& books, Context& context, const AlertRule& rule);
void end_watch(State& state, Context& context, const AlertRule& rule);

}  // namespace cofferdam::alert
