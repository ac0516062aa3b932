// SPDX-License-Identifier: Apache-2.0
//
// Proposes a command that others are to approve.
#pragma once

#include "cofferdam/books/decision/decision.h"

namespace cofferdam::decision {

struct Propose {
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string content;
  std::string reason;

  static constexpr std::string_view kDoc = "Proposes a command that others are to approve.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the proposed operation");
    visit("version", self.version, "version of its content");
    visit("content", self.content, "its content as it would be journalled, at most 1 MiB");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ProposeStatus : std::uint16_t {
  ok,
  operation_must_not_be_zero,
  content_too_long,
  reason_too_long,
  content_malformed,
  operation_not_proposable,
  not_permitted,
  too_many_open,
  expires_beyond_time,
};

[[nodiscard]] ProposeStatus check_shape(const Propose& command);
[[nodiscard]] ProposeStatus check_state(const Propose& command, const State& state,
                                        const principal::State& principals,
                                        const access::State& grants, const Subject& subject,
                                        const Context& context);
ProposeStatus apply(const Propose& command, State& state, const Subject& subject, Context& context);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::ProposeStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "operation_must_not_be_zero",
                                                          "content_too_long",
                                                          "reason_too_long",
                                                          "content_malformed",
                                                          "operation_not_proposable",
                                                          "not_permitted",
                                                          "too_many_open",
                                                          "expires_beyond_time"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a proposal is of one operation",
      "the proposed content has at most 1 MiB",
      "a reason has at most 1024 bytes",
      "the content is the encoding of one command of that operation and version",
      "genesis, proposals and their answers are not proposed",
      "only an active operator, admin or root proposes",
      "at most 1024 proposals are open at a time",
      "the policy's life ends before the end of time"};
};
