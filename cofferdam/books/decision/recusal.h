// SPDX-License-Identifier: Apache-2.0
//
// Who stays out of a vote of governance because it is about him.
//
// A proposal *names* whoever its commands pay, charge or concern: owners, the owners of accounts,
// principals, the claimants of a claim or an incident. Whom it names votes on it at most against:
// his word cannot carry what he gains from, and nobody silences an opponent by writing his name
// into a proposal. Who has *declared* a conflict, as one who would bear the loss that is decided,
// does not vote on it at all. Both hold for the person, whichever of its principals votes.
//
// An owner is the person of the same number, and whoever votes with its balance. A constitution
// names nobody in this sense: guardians may vote on who is a guardian.
//
// Whom a proposal names is read when it is made. What its commands concern may change before they
// are carried out: an account gets an owner, a claim a claimant, a principal a person. Books that
// have adopted the *review* read it again, before each command as it is carried out. Who is named
// by then counts as if named from the start: what he cast for the proposal, or as an abstention, is
// taken off the count, and the proposal is carried out only if the rest carries it by itself. A
// vote against it stands, whoever cast it. The quorum stays as it was.
//
// The exclusion of those who are named is adopted once and never lifted, and so is the review;
// declarations need no
// adoption. Where the quorum is a part of the eligible weight, that of who had declared a conflict
// before the first vote is not in it.
#pragma once

#include "cofferdam/books/decision/governance_steps.h"

namespace cofferdam::decision {

inline constexpr std::size_t kPartiesMax = 1'024;  // whom one proposal may name

enum class ConflictCause : std::uint8_t { named, declared };

struct ConflictRule {
  using Key = std::uint32_t;
  std::uint32_t version = 1;
  Time adopted;
  PrincipalId by;
  std::string reason;

  [[nodiscard]] Key key() const { return version; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("version", self.version, "1: the exclusion; 2: the review");
    visit("adopted", self.adopted, "for proposals made since");
    visit("by", self.by, "who adopted it");
    visit("reason", self.reason, "why");
  }
};

struct ProposalConflict {
  struct Key {
    std::uint32_t proposal = 0;
    Beneficiary owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t proposal = 0;
  Beneficiary owner;
  ConflictCause cause = ConflictCause::named;
  std::string reason;
  Time time;

  [[nodiscard]] Key key() const { return {proposal, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "on which");
    visit("owner", self.owner, "the person, or the principal where none is known");
    visit("cause", self.cause, "named in it, or declared");
    visit("reason", self.reason, "of a declaration, in words");
    visit("time", self.time, "when");
  }
};

struct RecusalState {
  base::OrderedTable<ConflictRule> rules;
  base::OrderedTable<ProposalConflict> conflicts;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.rules);
    f(self.conflicts);
  }
};

struct ExcludeConflicts {
  std::string reason;

  static constexpr std::string_view kDoc =
      "From now on whom a governance proposal names votes on it at most against; never lifted.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct ReviewConflicts {
  std::string reason;

  static constexpr std::string_view kDoc =
      "From now on whom a governance proposal names is read again when it is carried out: what "
      "they "
      "cast for it does not count; never lifted.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct DeclareVoteConflict {
  std::uint32_t proposal = 0;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Declares a conflict of interest: the person does not vote on the proposal.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("reason", self.reason, "in words, 1 to 1024 bytes");
  }
};

enum class RecusalStatus : std::uint16_t {
  ok,
  reason_malformed,
  no_constitution,
  excluded_already,
  proposal_not_found,
  unexpected_state,
  not_a_voter,
  voted_before,
  declared_before,
  not_excluded,
  reviewed_already,
};

[[nodiscard]] RecusalStatus check_shape(const ExcludeConflicts& command);
[[nodiscard]] RecusalStatus check_state(const ExcludeConflicts& command, const RecusalState& state,
                                        const GovernanceState& governance);
RecusalStatus apply(const ExcludeConflicts& command, RecusalState& state, Context& context);

[[nodiscard]] RecusalStatus check_shape(const ReviewConflicts& command);
[[nodiscard]] RecusalStatus check_state(const ReviewConflicts& command, const RecusalState& state);
RecusalStatus apply(const ReviewConflicts& command, RecusalState& state, Context& context);

[[nodiscard]] RecusalStatus check_shape(const DeclareVoteConflict& command);
[[nodiscard]] RecusalStatus check_state(const DeclareVoteConflict& command,
                                        const RecusalState& state,
                                        const GovernanceState& governance,
                                        const principal::State& principals, const Context& context);
RecusalStatus apply(const DeclareVoteConflict& command, RecusalState& state,
                    const principal::State& principals, Context& context);

// Whether those whom a proposal names stay out of it.
[[nodiscard]] bool names_are_kept(const RecusalState& state);

// Keeps whom a new proposal names; false: too many.
[[nodiscard]] bool keep_named(RecusalState& state, Context& context, std::uint32_t proposal,
                              const std::vector<Beneficiary>& named);

// Whether those whom a proposal of that time names are read again when it is carried out.
[[nodiscard]] bool names_are_reviewed(const RecusalState& state, Time created);

// Whether a proposal carries without what was cast, other than against it, by those who are named
// in it by now or have declared a conflict.
[[nodiscard]] bool carries_without_conflicts(const RecusalState& state,
                                             const GovernanceState& governance,
                                             const principal::State& principals,
                                             const GovernanceProposal& proposal);

// What keeps a principal out of a vote, the stronger cause where there are several.
[[nodiscard]] std::optional<ConflictCause> conflict_of(const RecusalState& state,
                                                       const GovernanceState& governance,
                                                       const principal::State& principals,
                                                       std::uint32_t proposal,
                                                       PrincipalId principal);

// The vote with its conflicts.
[[nodiscard]] GovernanceStatus check_state(const CastVote& command, const GovernanceState& state,
                                           const principal::State& principals,
                                           const RecusalState& recusals, const Context& context);
GovernanceStatus apply(const CastVote& command, GovernanceState& state,
                       const principal::State& principals, const RecusalState& recusals,
                       Context& context);

// The law: a conflict stays, and never grows weaker; nobody votes on what he has declared a
// conflict in, nor for what names him.
[[nodiscard]] std::optional<std::string> check_conflicts_are_kept(
    const RecusalState& state, const GovernanceState& governance,
    const principal::State& principals);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::ConflictCause> {
  static constexpr std::array<std::string_view, 2> kNames{"named", "declared"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::RecusalStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "reason_malformed",
                                                           "no_constitution",
                                                           "excluded_already",
                                                           "proposal_not_found",
                                                           "unexpected_state",
                                                           "not_a_voter",
                                                           "voted_before",
                                                           "declared_before",
                                                           "not_excluded",
                                                           "reviewed_already"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a reason has at most 1024 bytes, and a declaration has one",
      "there is no governance before a constitution",
      "the exclusion is adopted once and stays",
      "the proposal must exist",
      "a conflict is declared while a proposal is pending or active",
      "only who votes has a conflict to declare",
      "a conflict is declared before the person votes",
      "the person has declared this conflict",
      "who is named is kept out first (governance.exclude-conflicts)",
      "the review is adopted once and stays"};
};
