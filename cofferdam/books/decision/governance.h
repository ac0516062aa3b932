// SPDX-License-Identifier: Apache-2.0
//
// Governance: parameters that nobody changes alone any more, but those who bear the risk, by vote.
//
// Its words. A *constitution* says who votes and how, which operations are *governed*, within which
// *bounds* their parameters move, who the *guardians* are, and when the *bootstrap* ends, in which
// admins still act directly. A *voter* is a principal with a *weight*: registered, or the balance
// of a beneficial owner in a voting asset. A *proposal* carries commands as they would be
// journalled. Its *snapshot* is the instant at which weights count, a voting delay after it was
// made; its *deadline* ends the vote; its *eta* ends the timelock. The *executive* is the principal
// in whose name the commands of a proposal are carried out.
//
// Its laws. Weight counts as it stood at the snapshot: what comes later counts nothing. A principal
// votes once, and all principals of one person share one cap. States follow from what has happened
// and the time, by the rules of OpenZeppelin's Governor (governor_state.h); no command sets one. A
// proposal is voted under the constitution in force when it was made, and carried out within the
// bounds in force when it is carried out. After the bootstrap a governed parameter changes by an
// executed proposal, or, where the constitution lets guardians tighten, by a change that tightens
// every bounded parameter and nothing else.
//
// What it must not know: what the operations do and which fields they have. It keeps their numbers,
// their bytes and the values of bounded fields as the engine reads them.
//
// Beside the approvals of decision.h: there named roles check one command; here weight decides over
// several, after a delay. The form of a proposed command is the same.
#pragma once

#include "cofferdam/books/decision/decision.h"
#include "cofferdam/books/decision/governor_state.h"
#include "cofferdam/books/decision/tally.h"

namespace cofferdam::decision {

using base::Amount;
using base::AssetId;
using base::OwnerId;
using base::Sequence;
using base::SignedAmount;

inline constexpr std::size_t kGuardiansMax = 16;
inline constexpr std::size_t kGovernedMax = 256;
inline constexpr std::size_t kBoundsMax = 1024;
inline constexpr std::size_t kFieldPathMax = 64;
inline constexpr std::size_t kProposedCommandsMax = 16;
inline constexpr std::size_t kProposedBytesMax = std::size_t{1} << 18;  // of all its commands
inline constexpr std::size_t kGovernanceOpenMax = 256;
inline constexpr std::size_t kGovernanceVotersMax = 100'000;
inline constexpr std::uint8_t kWeightScaleMax = 38;

// Where weights come from.
enum class WeightSource : std::uint8_t { registered, asset };

// Which way a parameter is tightened.
enum class Tightening : std::uint8_t { none, lower, higher };

struct GovernedOperation {
  std::uint16_t operation = 0;
  bool tighten_at_once = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("tighten_at_once", self.tighten_at_once,
          "whether a guardian may give it directly where it tightens every bounded field that has "
          "a direction and changes no other");
  }
};

struct ParameterBound {
  std::uint16_t operation = 0;
  std::string field;
  std::uint8_t scale = 0;
  std::optional<SignedAmount> least;
  std::optional<SignedAmount> most;
  Tightening tighter = Tightening::none;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("field", self.field,
          "name of a number in its content; parts of a structure are joined by a dot");
    visit("scale", self.scale,
          "fraction digits of least and most: 9 for durations in seconds, 18 for rates");
    visit("least", self.least, "the least value that a proposal may carry");
    visit("most", self.most, "the greatest");
    visit("tighter", self.tighter, "which way tightens: lower, higher; none: it has no direction");
  }
};

struct Constitution {
  using Key = std::uint32_t;
  std::uint32_t version = 0;
  WeightSource weights = WeightSource::registered;
  AssetId asset;
  PoolId stake_pool;
  std::uint8_t scale = 0;
  BallotRules rules;
  Amount proposal_threshold;
  Duration voting_delay = base::kDay;
  Duration voting_period = base::kDay * 7;
  Duration late_quorum_extension = base::kDay;
  Duration timelock_delay = base::kDay * 2;
  Duration grace_period = base::kDay * 14;
  Time bootstrap_ends;
  PrincipalId executive;
  PrincipalId registrar;
  std::vector<PrincipalId> guardians;
  std::vector<GovernedOperation> governed;
  std::vector<ParameterBound> bounds;
  Time adopted;

  [[nodiscard]] Key key() const { return version; }

  // The part that the command `governance.constitute` carries, in its order.
  template <class Self, class Visitor>
  static void terms(Self& self, Visitor&& visit) {
    visit("weights", self.weights, "registered: as set; asset: balances of a voting asset");
    visit("asset", self.asset, "the voting asset");
    visit("stake_pool", self.stake_pool, "the pool in which it is held");
    visit("scale", self.scale, "fraction digits of weights; of the voting asset its own");
    visit("rules", self.rules, "quorum, majority, cap of an owner");
    visit("proposal_threshold", self.proposal_threshold, "the weight that it takes to propose");
    visit("voting_delay", self.voting_delay, "from a proposal to its snapshot");
    visit("voting_period", self.voting_period, "from the snapshot to the deadline");
    visit("late_quorum_extension", self.late_quorum_extension,
          "least time to vote once the quorum is reached, at most the voting period; 0: none");
    visit("timelock_delay", self.timelock_delay, "from queueing to execution");
    visit("grace_period", self.grace_period, "from eta until a queued proposal expires");
    visit("bootstrap_ends", self.bootstrap_ends,
          "until then admins act directly; null: it has ended already");
    visit("executive", self.executive, "in whose name proposals are carried out");
    visit("registrar", self.registrar,
          "who sets weights after the bootstrap; null: only proposals do");
    visit("guardians", self.guardians, "who may cancel proposals, and tighten where it says so");
    visit("governed", self.governed, "operations that only a proposal does after the bootstrap");
    visit("bounds", self.bounds, "values that parameters of governed operations may take");
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("version", self.version, "1, 2, ...");
    terms(self, visit);
    visit("adopted", self.adopted, "since when it is in force");
  }
};

struct Voter {
  using Key = PrincipalId;
  PrincipalId voter;
  OwnerId owner;
  Amount weight;

  [[nodiscard]] Key key() const { return voter; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "the principal that votes");
    visit("owner", self.owner, "whose balance in the voting asset is its weight");
    visit("weight", self.weight, "now");
  }
};

struct StakeOwner {
  using Key = OwnerId;
  OwnerId owner;
  PrincipalId voter;

  [[nodiscard]] Key key() const { return owner; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "of a balance in the voting asset");
    visit("voter", self.voter, "who votes with it");
  }
};

// A weight from an instant on; of no voter: the sum of all. Kept as long as a proposal may ask.
struct WeightPoint {
  struct Key {
    PrincipalId voter;
    Time from;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PrincipalId voter;
  Time from;
  Amount weight;

  [[nodiscard]] Key key() const { return {voter, from}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "whose; none: the sum of all");
    visit("from", self.from, "since when");
    visit("weight", self.weight, "how much");
  }
};

struct ProposedCommand {
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string content;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("version", self.version, "version of its content");
    visit("content", self.content, "its content as it would be journalled");
  }
};

struct GovernanceProposal {
  using Key = std::uint32_t;
  std::uint32_t id = 0;
  std::uint32_t constitution = 0;
  PrincipalId proposer;
  std::vector<ProposedCommand> commands;
  std::string reason;
  Time created;
  Time snapshot;
  Time deadline;
  bool extended = false;
  Amount supply;
  Amount quorum;
  Totals totals;
  std::uint32_t votes = 0;
  std::optional<Time> eta;
  bool canceled = false;
  bool executed = false;
  Time closed;
  PrincipalId closed_by;
  std::string closing_reason;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "1, 2, ...");
    visit("constitution", self.constitution, "version under which it is voted");
    visit("proposer", self.proposer, "who made it");
    visit("commands", self.commands, "while it may still be carried out");
    visit("reason", self.reason, "why");
    visit("created", self.created, "when");
    visit("snapshot", self.snapshot, "when weights count; voting opens behind it");
    visit("deadline", self.deadline, "the last instant of voting");
    visit("extended", self.extended, "whether the quorum was reached late");
    visit("supply", self.supply, "all weight at the snapshot; set by the first vote");
    visit("quorum", self.quorum, "what must be reached; set by the first vote");
    visit("totals", self.totals, "weight counted");
    visit("votes", self.votes, "how many voted");
    visit("eta", self.eta, "queued: from when it may be executed");
    visit("canceled", self.canceled, "whether it was");
    visit("executed", self.executed, "whether it was");
    visit("closed", self.closed, "when it was canceled or executed");
    visit("closed_by", self.closed_by, "by whom");
    visit("closing_reason", self.closing_reason, "what who canceled it said");
  }
};

// One person, or a principal of whom no person is known: what a cap is for.
struct Beneficiary {
  base::u128 person = 0;
  PrincipalId principal;
  friend auto operator<=>(const Beneficiary&, const Beneficiary&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("person", self.person, "number of the person; 0: none is known");
    visit("principal", self.principal, "the principal, where no person is known");
  }
};

struct VoteCast {
  struct Key {
    std::uint32_t proposal = 0;
    PrincipalId voter;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t proposal = 0;
  PrincipalId voter;
  Beneficiary owner;
  Support support = Support::against;
  Amount weight;
  Amount counted;
  std::string reason;
  Time time;

  [[nodiscard]] Key key() const { return {proposal, voter}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "on which");
    visit("voter", self.voter, "who");
    visit("owner", self.owner, "the person behind the voter");
    visit("support", self.support, "against, for or abstain");
    visit("weight", self.weight, "at the snapshot");
    visit("counted", self.counted, "of it, under the owner's cap");
    visit("reason", self.reason, "in words");
    visit("time", self.time, "when");
  }
};

// What counts of one owner in one ballot.
struct OwnerCount {
  struct Key {
    std::uint32_t proposal = 0;
    Beneficiary owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t proposal = 0;
  Beneficiary owner;
  Amount counted;

  [[nodiscard]] Key key() const { return {proposal, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "on which");
    visit("owner", self.owner, "whose votes");
    visit("counted", self.counted, "together");
  }
};

// Proposals that may still come to something.
struct OpenGovernance {
  using Key = std::uint32_t;
  std::uint32_t id = 0;
  Time snapshot;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the proposal");
    visit("snapshot", self.snapshot, "weights of then are kept for it");
  }
};

// The bounded fields of a governed command as they were last set, by the rest of its content: what
// the next change is compared with.
struct ParameterSetting {
  struct Key {
    std::uint16_t operation = 0;
    std::string subject;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint16_t operation = 0;
  std::string subject;
  std::vector<SignedAmount> values;
  std::uint32_t proposal = 0;
  Sequence sequence = 0;
  Time time;
  PrincipalId by;

  [[nodiscard]] Key key() const { return {operation, subject}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("subject", self.subject, "hash of its content without the bounded fields");
    visit("values", self.values, "of its bounded fields, in the order of the bounds, unscaled");
    visit("proposal", self.proposal, "that changed them last; 0: it was changed directly");
    visit("sequence", self.sequence, "the record that did");
    visit("time", self.time, "when");
    visit("by", self.by, "in whose name");
  }
};

struct GovernanceState {
  base::OrderedTable<Constitution> constitutions;
  base::Table<Voter> voters;
  base::Table<StakeOwner> stake_owners;
  base::OrderedTable<WeightPoint> points;
  base::OrderedTable<GovernanceProposal> proposals;
  base::OrderedTable<OpenGovernance> open;
  base::OrderedTable<VoteCast> votes;
  base::OrderedTable<OwnerCount> counts;
  base::OrderedTable<ParameterSetting> settings;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.constitutions);
    f(self.voters);
    f(self.stake_owners);
    f(self.points);
    f(self.proposals);
    f(self.open);
    f(self.votes);
    f(self.counts);
    f(self.settings);
  }
};

// The newest one; null before the first.
[[nodiscard]] const Constitution* constitution_in_force(const GovernanceState& state);
[[nodiscard]] bool bootstrap_over(const Constitution& constitution, Time now);
[[nodiscard]] bool is_guardian(const Constitution& constitution, PrincipalId principal);
[[nodiscard]] const GovernedOperation* find_governed(const Constitution& constitution,
                                                     std::uint16_t operation);
// The bounds of an operation, in their order.
[[nodiscard]] std::vector<const ParameterBound*> bounds_of(const Constitution& constitution,
                                                           std::uint16_t operation);
[[nodiscard]] bool within(const ParameterBound& bound, SignedAmount value);

// The weight as it stood at an instant, with everything that happened at that instant.
[[nodiscard]] Amount weight_at(const GovernanceState& state, PrincipalId voter, Time at);
[[nodiscard]] Amount supply_at(const GovernanceState& state, Time at);
// A voter's weight from now on; false: the sum of all would go beyond kSupplyMax.
[[nodiscard]] bool set_weight(GovernanceState& state, Context& context, PrincipalId voter,
                              Amount weight);

[[nodiscard]] GovernorState state_of(const GovernanceState& state,
                                     const GovernanceProposal& proposal, Time now);
[[nodiscard]] Beneficiary beneficiary_of(const principal::State& principals, PrincipalId principal);

// The fields of a governed command that have bounds, as the engine has read them.
struct ParameterReading {
  std::uint16_t operation = 0;
  std::string subject;
  std::vector<SignedAmount> values;
};

[[nodiscard]] bool within_bounds(const Constitution& constitution, const ParameterReading& reading);
// Whether it is known what is changed, and it is tightened and nothing else.
[[nodiscard]] bool only_tightens(const GovernanceState& state, const Constitution& constitution,
                                 const ParameterReading& reading);
void record_setting(GovernanceState& state, Context& context, const ParameterReading& reading,
                    std::uint32_t proposal);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::WeightSource> {
  static constexpr std::array<std::string_view, 2> kNames{"registered", "asset"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::Tightening> {
  static constexpr std::array<std::string_view, 3> kNames{"none", "lower", "higher"};
};
