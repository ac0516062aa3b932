// SPDX-License-Identifier: Apache-2.0
//
// The answers to a proposal: approve, reject, withdraw.
//
// When an approval completes the quorum (approvals_now), the engine carries the proposed command
// out inside the same command, with the maker as its principal, and calls record_execution.
#pragma once

#include "cofferdam/books/decision/decision.h"

namespace cofferdam::decision {

struct Approve {
  ProposalId proposal;
  std::string comment;

  static constexpr std::string_view kDoc =
      "Approves a proposal; the approval that completes the quorum carries it out.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("comment", self.comment, "in words, at most 1024 bytes");
  }
};

struct Reject {
  ProposalId proposal;
  std::string comment;

  static constexpr std::string_view kDoc = "Rejects a proposal: one checker's no ends it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("comment", self.comment, "why, at most 1024 bytes");
  }
};

struct Withdraw {
  ProposalId proposal;
  std::string comment;

  static constexpr std::string_view kDoc = "Takes one's own proposal back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("comment", self.comment, "why, at most 1024 bytes");
  }
};

enum class AnswerStatus : std::uint16_t {
  ok,
  comment_too_long,
  proposal_not_found,
  not_open,
  expired,
  maker_may_not_check,
  not_permitted,
  already_approved,
  only_the_maker_withdraws,
};

[[nodiscard]] AnswerStatus check_shape(const Approve& command);
[[nodiscard]] AnswerStatus check_shape(const Reject& command);
[[nodiscard]] AnswerStatus check_shape(const Withdraw& command);
// `pools`: all that the proposal acts on.
[[nodiscard]] AnswerStatus check_state(const Approve& command, const State& state,
                                       const principal::State& principals,
                                       const access::State& grants, std::span<const PoolId> pools,
                                       const Context& context);
[[nodiscard]] AnswerStatus check_state(const Reject& command, const State& state,
                                       const principal::State& principals,
                                       const access::State& grants, const Context& context);
[[nodiscard]] AnswerStatus check_state(const Withdraw& command, const State& state,
                                       const principal::State& principals,
                                       const access::State& grants, const Context& context);
AnswerStatus apply(const Approve& command, State& state, Context& context);
AnswerStatus apply(const Reject& command, State& state, Context& context);
AnswerStatus apply(const Withdraw& command, State& state, Context& context);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::AnswerStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "comment_too_long",
                                                          "proposal_not_found",
                                                          "not_open",
                                                          "expired",
                                                          "maker_may_not_check",
                                                          "not_permitted",
                                                          "already_approved",
                                                          "only_the_maker_withdraws"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a comment has at most 1024 bytes",
      "the proposal must exist",
      "only an open proposal is answered",
      "an expired proposal is not answered",
      "who made a proposal does not check it, under no other name either",
      "a checker is active and holds a role that the policy names",
      "a person counts once",
      "only the maker takes a proposal back"};
};
