// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/answer_alert.h"

#include "cofferdam/books/alert/evaluate.h"

namespace cofferdam::alert {

using S = AnswerAlertStatus;

namespace {

template <class Command>
[[nodiscard]] S check_rule(const Command& command, const State& state) {
  const AlertRule* rule = state.rules.find(command.alert);
  if (rule == nullptr) return S::alert_not_found;
  return rule->retired ? S::alert_retired : S::ok;
}

}  // namespace

S check_shape(const AcknowledgeAlert& command) {
  return command.note.size() > kNoteMax ? S::note_too_long : S::ok;
}

S check_state(const AcknowledgeAlert& command, const State& state, const ledger::State& /*ledger*/,
              const fact::State& /*facts*/, const decision::State& /*decisions*/,
              const pool::State& /*pools*/, const custody::State& /*custody*/) {
  if (const S status = check_rule(command, state); status != S::ok) return status;
  const AlertState now = state.statuses.find(command.alert)->state;
  if (now == AlertState::acknowledged) return S::alert_acknowledged_already;
  return now == AlertState::raised ? S::ok : S::alert_not_raised;
}

S apply(const AcknowledgeAlert& command, State& state, const ledger::State& ledger,
        const fact::State& facts, const decision::State& decisions, const pool::State& pools,
        const custody::State& custody, Context& context) {
  const Books books{ledger, facts, decisions, pools, custody};
  const auto value = value_now(state, books, context, command.alert);
  AlertStatus& status = state.statuses.edit(context.changes, command.alert);
  status.state = AlertState::acknowledged;
  status.since = context.now;
  status.acknowledged_by = context.principal;
  status.note = command.note;
  add_event(state, context,
            {.alert = command.alert,
             .what = AlertMove::acknowledged,
             .value = value,
             .who = context.principal,
             .note = command.note});
  return S::ok;
}

S check_shape(const RetireAlert& command) {
  return command.note.size() > kNoteMax ? S::note_too_long : S::ok;
}

S check_state(const RetireAlert& command, const State& state, const ledger::State& /*ledger*/,
              const fact::State& /*facts*/, const decision::State& /*decisions*/,
              const pool::State& /*pools*/, const custody::State& /*custody*/) {
  return check_rule(command, state);
}

S apply(const RetireAlert& command, State& state, const ledger::State& ledger,
        const fact::State& facts, const decision::State& decisions, const pool::State& pools,
        const custody::State& custody, Context& context) {
  const Books books{ledger, facts, decisions, pools, custody};
  const auto value = value_now(state, books, context, command.alert);
  AlertRule& rule = state.rules.edit(context.changes, command.alert);
  rule.retired = true;
  end_watch(state, context, rule);
  AlertStatus& status = state.statuses.edit(context.changes, command.alert);
  status.state = AlertState::quiet;
  status.since = context.now;
  status.healthy_since.reset();
  status.acknowledged_by = {};
  status.note.clear();
  add_event(state, context,
            {.alert = command.alert,
             .what = AlertMove::retired,
             .value = value,
             .who = context.principal,
             .note = command.note});
  return S::ok;
}

}  // namespace cofferdam::alert
