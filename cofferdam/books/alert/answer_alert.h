// SPDX-License-Identifier: Apache-2.0
//
// What people do about alerts: somebody says that they have seen one; a rule is taken out of force.
#pragma once

#include "cofferdam/books/alert/alert.h"

namespace cofferdam::alert {

struct AcknowledgeAlert {
  AlertId alert;
  std::string note;

  static constexpr std::string_view kDoc =
      "Says that somebody has seen a raised alert; it stays raised until its value is healthy.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the alert");
    visit("note", self.note, "what is done about it, at most 1024 bytes");
  }
};

struct RetireAlert {
  AlertId alert;
  std::string note;

  static constexpr std::string_view kDoc =
      "Takes a rule out of force; setting it again brings it back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the alert");
    visit("note", self.note, "why, at most 1024 bytes");
  }
};

enum class AnswerAlertStatus : std::uint16_t {
  ok,
  note_too_long,
  alert_not_found,
  alert_retired,
  alert_not_raised,
  alert_acknowledged_already,
};

[[nodiscard]] AnswerAlertStatus check_shape(const AcknowledgeAlert& command);
[[nodiscard]] AnswerAlertStatus check_state(const AcknowledgeAlert& command, const State& state,
                                            const ledger::State& ledger, const fact::State& facts,
                                            const decision::State& decisions,
                                            const pool::State& pools,
                                            const custody::State& custody);
AnswerAlertStatus apply(const AcknowledgeAlert& command, State& state, const ledger::State& ledger,
                        const fact::State& facts, const decision::State& decisions,
                        const pool::State& pools, const custody::State& custody, Context& context);

[[nodiscard]] AnswerAlertStatus check_shape(const RetireAlert& command);
[[nodiscard]] AnswerAlertStatus check_state(const RetireAlert& command, const State& state,
                                            const ledger::State& ledger, const fact::State& facts,
                                            const decision::State& decisions,
                                            const pool::State& pools,
                                            const custody::State& custody);
AnswerAlertStatus apply(const RetireAlert& command, State& state, const ledger::State& ledger,
                        const fact::State& facts, const decision::State& decisions,
                        const pool::State& pools, const custody::State& custody, Context& context);

}  // namespace cofferdam::alert

template <>
struct cofferdam::base::EnumText<cofferdam::alert::AnswerAlertStatus> {
  static constexpr std::array<std::string_view, 6> kNames{"ok",
                                                          "note_too_long",
                                                          "alert_not_found",
                                                          "alert_retired",
                                                          "alert_not_raised",
                                                          "alert_acknowledged_already"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "",
      "a note has at most 1024 bytes",
      "the alert must exist",
      "the rule must be in force",
      "only an alert that is raised can be acknowledged",
      "an alert is acknowledged once each time that it is raised"};
};
