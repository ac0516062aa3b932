// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/work_break.h"

#include <algorithm>

namespace cofferdam::reconciliation {

using S = WorkBreakStatus;

namespace {

[[nodiscard]] S check_list(const std::vector<BreakId>& breaks, const std::string& reason,
                           std::size_t reason_min) {
  const bool ascending = std::adjacent_find(breaks.begin(), breaks.end(), [](BreakId a, BreakId b) {
                           return a >= b;
                         }) == breaks.end();
  if (breaks.empty() || breaks.size() > kBreaksOfCommandMax || !ascending)
    return S::breaks_malformed;
  return reason.size() < reason_min || reason.size() > kBreakReasonMax ? S::reason_malformed
                                                                       : S::ok;
}

[[nodiscard]] S check_open(const std::vector<BreakId>& breaks, const State& state) {
  for (const BreakId id : breaks)
    if (state.breaks.find(id) == nullptr) return S::break_not_found;
  const PoolId pool = state.breaks.find(breaks.front())->pool;
  for (const BreakId id : breaks)
    if (state.breaks.find(id)->pool != pool) return S::breaks_of_different_pools;
  for (const BreakId id : breaks)
    if (state.breaks.find(id)->state == BreakState::resolved) return S::already_resolved;
  return S::ok;
}

void note(const Books& books, BreakId id, BreakState state, const std::string& text) {
  note_break(
      books, id,
      {.time = books.context.now, .by = books.context.principal, .state = state, .text = text});
}

// Where the difference stands in the equation before it is accepted.
[[nodiscard]] bool accept(const Break& found, const Books& books) {
  const auto move = [&](Term from, SignedAmount by) {
    return shift(books, found.account, from, by) &&
           shift(books, found.account, &Holding::accepted, found.amount);
  };
  switch (found.kind) {
    case BreakKind::missing_here:
    case BreakKind::duplicate:
      return move(&Holding::stated_open, -found.amount);
    case BreakKind::missing_there:
      // What the outside lacks counts the other way round among what is booked and not stated.
      return move(&Holding::booked_open, found.amount);
    case BreakKind::amount_differs:
      return move(&Holding::differing, -found.amount);
    case BreakKind::balance_differs:
    case BreakKind::balance_does_not_chain:
      return move(&Holding::unchained, -found.amount);
    case BreakKind::stale_statement:
      return true;
  }
  return true;
}

}  // namespace

S check_shape(const AssignBreak& command) {
  return check_list(command.breaks, command.reason, 0);
}

S check_shape(const ExplainBreak& command) {
  return check_list(command.breaks, command.reason, 1);
}

S check_shape(const ResolveBreak& command) {
  return check_list(command.breaks, command.reason, 1);
}

S check_state(const AssignBreak& command, const State& state, const principal::State& principals) {
  if (const S status = check_open(command.breaks, state); status != S::ok) return status;
  const principal::Principal* owner = principals.principals.find(command.owner);
  return owner == nullptr || !owner->active ? S::owner_not_found : S::ok;
}

S check_state(const ExplainBreak& command, const State& state) {
  return check_open(command.breaks, state);
}

S check_state(const ResolveBreak& command, const State& state) {
  return check_open(command.breaks, state);
}

S apply(const AssignBreak& command, const Books& books) {
  for (const BreakId id : command.breaks) {
    Break& row = books.state.breaks.edit(books.context.changes, id);
    row.owner = command.owner;
    // Who works on it may change after it was explained.
    note(books, id, std::max(row.state, BreakState::assigned), command.reason);
  }
  return S::ok;
}

S apply(const ExplainBreak& command, const Books& books) {
  for (const BreakId id : command.breaks) note(books, id, BreakState::explained, command.reason);
  return S::ok;
}

S apply(const ResolveBreak& command, const Books& books) {
  for (const BreakId id : command.breaks) {
    const Break found = *books.state.breaks.find(id);
    if (!accept(found, books)) return S::overflows;
    note(books, id, BreakState::resolved, command.reason);
  }
  return S::ok;
}

}  // namespace cofferdam::reconciliation
