// SPDX-License-Identifier: Apache-2.0
//
// The life of a governance proposal: it is made, voted on, queued, executed, or canceled.
//
// execute_governance only marks a proposal as executed; the engine carries its commands out in the
// same record before, and takes everything back when one of them is refused.
#pragma once

#include "cofferdam/books/decision/governance.h"

namespace cofferdam::decision {

struct ProposeChange {
  std::vector<ProposedCommand> commands;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Proposes commands to be voted on and, when the timelock has run, carried out.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("commands", self.commands, "1 to 16, carried out in this order, all or none");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct CastVote {
  std::uint32_t proposal = 0;
  Support support = Support::against;
  std::string reason;

  static constexpr std::string_view kDoc = "Votes on a proposal, with the weight of its snapshot.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("support", self.support, "against, for or abstain");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct QueueChange {
  std::uint32_t proposal = 0;

  static constexpr std::string_view kDoc = "Starts the timelock of a proposal that has succeeded.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
  }
};

struct ExecuteChange {
  std::uint32_t proposal = 0;

  static constexpr std::string_view kDoc =
      "Carries out a queued proposal whose timelock has run, all of it or nothing.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
  }
};

struct CancelChange {
  std::uint32_t proposal = 0;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Cancels a proposal: a guardian until it is carried out, its proposer while it is pending.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class GovernanceStatus : std::uint16_t {
  ok,
  no_commands,
  too_many_commands,
  content_too_long,
  reason_too_long,
  content_malformed,
  operation_not_governable,
  no_constitution,
  proposal_not_found,
  unexpected_state,
  not_ready,
  not_permitted,
  below_threshold,
  too_many_open,
  ends_beyond_time,
  out_of_bounds,
  already_voted,
  no_weight,
  command_refused,
  named_in_proposal,
  conflict_declared,
  too_many_named,
  carried_by_conflict,
};

[[nodiscard]] GovernanceStatus check_shape(const ProposeChange& command);
[[nodiscard]] GovernanceStatus check_shape(const CastVote& command);
[[nodiscard]] GovernanceStatus check_shape(const QueueChange& command);
[[nodiscard]] GovernanceStatus check_shape(const ExecuteChange& command);
[[nodiscard]] GovernanceStatus check_shape(const CancelChange& command);

// `readings`: of the commands that have bounded fields.
[[nodiscard]] GovernanceStatus check_state(const ProposeChange& command,
                                           const GovernanceState& state,
                                           const std::vector<ParameterReading>& readings,
                                           const Context& context);
[[nodiscard]] GovernanceStatus check_state(const CastVote& command, const GovernanceState& state,
                                           const principal::State& principals,
                                           const Context& context);
[[nodiscard]] GovernanceStatus check_state(const QueueChange& command, const GovernanceState& state,
                                           const Context& context);
[[nodiscard]] GovernanceStatus check_state(const ExecuteChange& command,
                                           const GovernanceState& state,
                                           const std::vector<ParameterReading>& readings,
                                           const Context& context);
[[nodiscard]] GovernanceStatus check_state(const CancelChange& command,
                                           const GovernanceState& state, const Context& context);

GovernanceStatus apply(const ProposeChange& command, GovernanceState& state, Context& context);
// `excluded`: weight at the snapshot that is not eligible; asked of the first vote.
GovernanceStatus apply(const CastVote& command, GovernanceState& state,
                       const principal::State& principals, Context& context, Amount excluded = {});
GovernanceStatus apply(const QueueChange& command, GovernanceState& state, Context& context);
GovernanceStatus apply(const ExecuteChange& command, GovernanceState& state, Context& context);
GovernanceStatus apply(const CancelChange& command, GovernanceState& state, Context& context);

// Takes proposals that can come to nothing any more off the open ones, and their contents with
// them; at most kExpiriesPerTickMax.
void close_governance(GovernanceState& state, Context& context);

// The weight that may still be cast on a proposal, and what it would cost to turn it.
[[nodiscard]] CostToCorrupt cost_to_corrupt(const GovernanceState& state,
                                            const GovernanceProposal& proposal);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::GovernanceStatus> {
  static constexpr std::array<std::string_view, 23> kNames{"ok",
                                                           "no_commands",
                                                           "too_many_commands",
                                                           "content_too_long",
                                                           "reason_too_long",
                                                           "content_malformed",
                                                           "operation_not_governable",
                                                           "no_constitution",
                                                           "proposal_not_found",
                                                           "unexpected_state",
                                                           "not_ready",
                                                           "not_permitted",
                                                           "below_threshold",
                                                           "too_many_open",
                                                           "ends_beyond_time",
                                                           "out_of_bounds",
                                                           "already_voted",
                                                           "no_weight",
                                                           "command_refused",
                                                           "named_in_proposal",
                                                           "conflict_declared",
                                                           "too_many_named",
                                                           "carried_by_conflict"};
  static constexpr std::array<std::string_view, 23> kDocs{
      "",
      "a proposal carries at least one command",
      "a proposal carries at most 16 commands",
      "the commands of a proposal have at most 256 KiB",
      "a reason has at most 1024 bytes",
      "the content is the encoding of one command of that operation and version",
      "proposals, votes and batches of events are not carried by a proposal",
      "there is no governance before a constitution",
      "the proposal must exist",
      "votes are taken while a proposal is active, it is queued when it has succeeded and executed "
      "when it is queued; what is canceled, expired or executed stays so",
      "a queued proposal waits for its timelock",
      "guardians cancel, and proposers while their proposal is pending",
      "the proposer's weight just before reaches the threshold",
      "at most 256 proposals are open at a time",
      "a proposal ends before the end of time",
      "a bounded parameter stays within the bounds of the constitution in force",
      "a principal votes once",
      "only weight at the snapshot votes",
      "each command of a proposal must be accepted when it is carried out",
      "whom a proposal pays, charges or concerns votes on it at most against",
      "who has declared a conflict of interest does not vote",
      "where those who are named stay out of a vote a proposal names at most 1,024 of them",
      "a proposal carries without the votes of those whom it names when it is carried out"};
};
