// SPDX-License-Identifier: Apache-2.0
//
// The calculator `vote`: one ballot from the proposal to its end, as OpenZeppelin's Governor would
// have counted it, with the cap, the exclusions and the figures of tally.h. Time is a whole number,
// the clock of ERC-6372: block numbers or seconds.
//
//   snapshot = proposed_at + voting_delay; pending while clock <= snapshot
//   deadline = snapshot + voting_period; active while clock <= deadline
//   then defeated unless quorum and majority were reached, else succeeded
//   queued at t: eta = t + timelock_delay, executable from eta on, expired from eta + grace_period
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/books/decision/governor_state.h"
#include "cofferdam/books/decision/tally.h"

#include <string>

namespace cofferdam::decision {

inline constexpr std::size_t kBallotVotersMax = 100'000;

struct BallotVoter {
  std::string voter;
  std::string owner;
  base::Amount weight;
  bool conflict = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "the account that votes");
    visit("owner", self.owner, "its beneficial owner; empty: the voter itself");
    visit("weight", self.weight, "its votes at the snapshot");
    visit("conflict", self.conflict, "a conflict of interest: no account of this owner is counted");
  }
};

struct BallotVote {
  std::string voter;
  Support support = Support::in_favour;
  std::optional<std::uint32_t> clock;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "who votes");
    visit("support", self.support, "against, for or abstain");
    visit(
        "clock", self.clock,
        "when, not before the vote above it; left out: with that vote, the first at snapshot + 1");
  }
};

struct AmountVote {
  std::string voter;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "who names it");
    visit("amount", self.amount, "what should be paid, cut to what is claimed");
  }
};

struct PayoutQuestion {
  std::uint8_t scale = 0;
  base::Amount claimed;
  bool against_is_zero = false;
  std::vector<AmountVote> amounts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of these amounts, 0 to 38");
    visit("claimed", self.claimed,
          "what is asked; a vote for that names no amount means all of it");
    visit("against_is_zero", self.against_is_zero,
          "whether a vote against counts as one for paying nothing; else it has no say");
    visit("amounts", self.amounts, "the amounts that voters for named, each voter once");
  }
};

struct VoteInput {
  std::uint8_t scale = 0;
  std::optional<base::Amount> total_supply;
  std::vector<BallotVoter> voters;
  std::vector<BallotVote> votes;
  BallotRules rules;
  std::uint32_t proposed_at = 0;
  std::uint32_t voting_delay = 0;
  std::uint32_t voting_period = 1;
  std::uint32_t late_quorum_extension = 0;
  std::optional<std::uint32_t> timelock_delay;
  std::optional<std::uint32_t> grace_period;
  std::optional<std::uint32_t> queued_at;
  std::optional<std::uint32_t> executed_at;
  std::optional<std::uint32_t> canceled_at;
  std::optional<std::uint32_t> clock;
  std::optional<PayoutQuestion> payout;

  static constexpr std::string_view kDoc =
      "Counts a ballot as OpenZeppelin's Governor does, with caps on owners, excluded conflicts, a "
      "median payout and the cost to corrupt.";
  static constexpr std::string_view kSource =
      "OpenZeppelin Contracts 5, contracts/governance: Governor.state, GovernorCountingSimple, "
      "GovernorVotesQuorumFraction, GovernorPreventLateQuorum, GovernorTimelockCompound (expiry), "
      "GovernorTimelockControl";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every weight, 0 to 38");
    visit("total_supply", self.total_supply,
          "all weight at the snapshot, at least that of the voters; left out: theirs");
    visit("voters", self.voters, "weights at the snapshot, at most 100,000 accounts");
    visit("votes", self.votes, "in the order of their clock, at most 100,000");
    visit("rules", self.rules, "quorum, majority and cap");
    visit("proposed_at", self.proposed_at, "clock of the proposal");
    visit("voting_delay", self.voting_delay, "from the proposal to the snapshot");
    visit("voting_period", self.voting_period, "from the snapshot to the deadline");
    visit("late_quorum_extension", self.late_quorum_extension,
          "least time to vote once the quorum is reached; 0: no extension");
    visit("timelock_delay", self.timelock_delay,
          "from queueing to execution; left out: there is no timelock");
    visit("grace_period", self.grace_period,
          "from eta until a queued proposal expires; left out: it never does");
    visit("queued_at", self.queued_at, "when somebody queued it");
    visit("executed_at", self.executed_at, "when somebody executed it");
    visit("canceled_at", self.canceled_at, "when the guardian canceled it");
    visit("clock", self.clock, "now; left out: after everything that is given");
    visit("payout", self.payout, "what a vote for would pay, when voters name amounts");
  }
};

enum class CastStatus : std::uint8_t {
  counted,
  unexpected_state,
  already_cast,
  conflict,
  no_weight,
  owner_capped,
  later,
};

struct CastOutcome {
  std::string voter;
  CastStatus status = CastStatus::counted;
  base::Amount counted;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "who voted");
    visit("status", self.status,
          "counted; owner_capped: only what the cap leaves; unexpected_state: not active then; "
          "already_cast; conflict; no_weight at the snapshot; later: than clock");
    visit("counted", self.counted, "the weight that it counts");
  }
};

enum class StepStatus : std::uint8_t { absent, done, unexpected_state, not_ready, later };

struct PayoutAnswer {
  std::uint8_t scale = 0;
  std::optional<base::Amount> amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of the amount");
    visit("amount", self.amount,
          "the lower weighted median of the amounts; null where nobody named one");
  }
};

struct VoteOutput {
  GovernorState state = GovernorState::pending;
  std::uint8_t state_number = 0;
  std::uint32_t snapshot = 0;
  std::uint32_t deadline = 0;
  bool extended = false;
  base::Amount supply;
  base::Amount quorum;
  base::Amount quorum_votes;
  base::Amount for_votes;
  base::Amount against_votes;
  base::Amount abstain_votes;
  bool quorum_reached = false;
  bool vote_succeeded = false;
  std::optional<std::uint32_t> eta;
  StepStatus queue = StepStatus::absent;
  StepStatus execute = StepStatus::absent;
  StepStatus cancel = StepStatus::absent;
  std::vector<CastOutcome> votes;
  std::uint32_t participation_ppm = 0;
  std::uint32_t owners = 0;
  CostToCorrupt cost_to_corrupt;
  std::optional<std::uint64_t> corrupt_owners;
  std::optional<PayoutAnswer> payout;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "of the proposal at the clock, as Governor.state gives it");
    visit("state_number", self.state_number, "its number in IGovernor.ProposalState");
    visit("snapshot", self.snapshot, "when weights are taken; voting opens behind it");
    visit("deadline", self.deadline, "the last instant of voting");
    visit("extended", self.extended, "whether a late quorum has moved the deadline");
    visit("supply", self.supply, "all weight at the snapshot");
    visit("quorum", self.quorum, "what must be reached, rounded down");
    visit("quorum_votes", self.quorum_votes, "what counts for it");
    visit("for_votes", self.for_votes, "weight for");
    visit("against_votes", self.against_votes, "weight against");
    visit("abstain_votes", self.abstain_votes, "weight that abstained");
    visit("quorum_reached", self.quorum_reached, "quorum_votes >= quorum");
    visit("vote_succeeded", self.vote_succeeded, "whether the majority is reached");
    visit("eta", self.eta, "queued: from when it may be executed");
    visit("queue", self.queue,
          "absent, done, unexpected_state, not_ready (before eta), later (than clock)");
    visit("execute", self.execute, "the same of execution");
    visit("cancel", self.cancel, "the same of the cancellation");
    visit("votes", self.votes, "what became of each vote");
    visit("participation_ppm", self.participation_ppm,
          "weight counted over supply, in millionths, rounded down");
    visit("owners", self.owners, "owners of whom weight is counted");
    visit("cost_to_corrupt", self.cost_to_corrupt,
          "the least stake that would have turned the result of quorum and majority");
    visit("corrupt_owners", self.corrupt_owners,
          "owners that it takes to cast the uncast weight under the cap; null: none do");
    visit("payout", self.payout, "the amount, when payout was asked");
  }
};

[[nodiscard]] base::Result<VoteOutput> vote(const VoteInput& input);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::CastStatus> {
  static constexpr std::array<std::string_view, 7> kNames{
      "counted",   "unexpected_state", "already_cast", "conflict",
      "no_weight", "owner_capped",     "later"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::StepStatus> {
  static constexpr std::array<std::string_view, 5> kNames{"absent", "done", "unexpected_state",
                                                          "not_ready", "later"};
};
