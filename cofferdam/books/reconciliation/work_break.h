// SPDX-License-Identifier: Apache-2.0
//
// Working on breaks by hand: giving them to somebody, saying what is behind them, closing them with
// a reason. What is closed while the difference stands is named accepted in the equation from then
// on. Approval policies may put each of the three under two pairs of eyes.
#pragma once

#include "cofferdam/books/reconciliation/matching.h"

namespace cofferdam::reconciliation {

inline constexpr std::size_t kBreaksOfCommandMax = 4096;

struct AssignBreak {
  std::vector<BreakId> breaks;
  PrincipalId owner;
  std::string reason;

  static constexpr std::string_view kDoc = "Gives breaks to somebody to work on.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("breaks", self.breaks, "numbers of the breaks, of one pool, ascending, 1 to 4096");
    visit("owner", self.owner, "who works on them");
    visit("reason", self.reason, "a note, at most 1024 bytes");
  }
};

struct ExplainBreak {
  std::vector<BreakId> breaks;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Says what is behind breaks; they stay open until they heal or are closed.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("breaks", self.breaks, "numbers of the breaks, of one pool, ascending, 1 to 4096");
    visit("reason", self.reason, "what is behind them, 1 to 1024 bytes");
  }
};

struct ResolveBreak {
  std::vector<BreakId> breaks;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Closes breaks with a reason; the difference is named accepted from then on.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("breaks", self.breaks, "numbers of the breaks, of one pool, ascending, 1 to 4096");
    visit("reason", self.reason, "why the difference is accepted, 1 to 1024 bytes");
  }
};

enum class WorkBreakStatus : std::uint16_t {
  ok,
  breaks_malformed,
  reason_malformed,
  break_not_found,
  breaks_of_different_pools,
  already_resolved,
  owner_not_found,
  overflows,
};

[[nodiscard]] WorkBreakStatus check_shape(const AssignBreak& command);
[[nodiscard]] WorkBreakStatus check_shape(const ExplainBreak& command);
[[nodiscard]] WorkBreakStatus check_shape(const ResolveBreak& command);
[[nodiscard]] WorkBreakStatus check_state(const AssignBreak& command, const State& state,
                                          const principal::State& principals);
[[nodiscard]] WorkBreakStatus check_state(const ExplainBreak& command, const State& state);
[[nodiscard]] WorkBreakStatus check_state(const ResolveBreak& command, const State& state);
WorkBreakStatus apply(const AssignBreak& command, const Books& books);
WorkBreakStatus apply(const ExplainBreak& command, const Books& books);
WorkBreakStatus apply(const ResolveBreak& command, const Books& books);

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::WorkBreakStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "breaks_malformed",
                                                          "reason_malformed",
                                                          "break_not_found",
                                                          "breaks_of_different_pools",
                                                          "already_resolved",
                                                          "owner_not_found",
                                                          "overflows"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "1 to 4096 breaks are named, in the order of their numbers, each once",
      "a reason has 1 to 1024 bytes; that of an assignment may be empty",
      "the breaks must exist",
      "the breaks of one command are of one pool",
      "a break that is closed stays closed",
      "who works on a break must exist and be active",
      "terms of the equation stay within 2^120 units"};
};
