// SPDX-License-Identifier: Apache-2.0
//
// Queries of governance: the constitution in force, who votes with what, proposals with their
// count, what they would change and whether they could be carried out now.
#include "cofferdam/books/decision/governance_steps.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/engine/governed.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

// A bounded field of a command: as it was set last, and as a proposal would set it.
struct ParameterChange {
  std::uint16_t operation = 0;
  std::string field;
  std::uint8_t scale = 0;
  std::optional<base::SignedAmount> before;
  std::optional<base::SignedAmount> after;
  std::optional<base::SignedAmount> least;
  std::optional<base::SignedAmount> most;
  bool within_bounds = true;
  decision::Tightening tighter = decision::Tightening::none;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the operation");
    visit("field", self.field, "name of the field");
    visit("scale", self.scale, "fraction digits of the values");
    visit("before", self.before, "as it was set last; null: not since it is bounded");
    visit("after", self.after, "as proposed; null: left out");
    visit("least", self.least, "the least that is allowed");
    visit("most", self.most, "the most that is allowed");
    visit("within_bounds", self.within_bounds, "whether it may be so");
    visit("tighter", self.tighter, "which way tightens it");
  }
};

template <>
struct FieldForms<ParameterChange> {
  static constexpr std::string_view kOperationField = "operation";
};

struct SettingRow {
  std::uint16_t operation = 0;
  std::string subject;
  std::vector<ParameterChange> values;
  std::uint32_t proposal = 0;
  std::uint64_t sequence = 0;
  base::Time time;
  base::PrincipalId by;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the operation");
    visit("subject", self.subject, "hash of its content without the bounded fields");
    visit("values", self.values, "of its bounded fields: before is what holds now");
    visit("proposal", self.proposal, "that changed it last; 0: it was changed directly");
    visit("sequence", self.sequence, "the record that did");
    visit("time", self.time, "when");
    visit("by", self.by, "in whose name");
  }
};

template <>
struct FieldForms<SettingRow> {
  static constexpr std::string_view kOperationField = "operation";
};

struct GovernanceParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"proposal"};
  std::uint32_t proposal = 0;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    PageParameters::fields(self.page, visit);
  }
};

struct GovernanceFilter {
  std::optional<decision::GovernorState> state;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "only in this state");
    PageParameters::fields(self.page, visit);
  }
};

namespace {

namespace dc = decision;

std::uint8_t scale_of(const View& view, std::uint32_t version) {
  const dc::Constitution* constitution = view.state.governance.constitutions.find(version);
  return constitution == nullptr ? std::uint8_t{0} : constitution->scale;
}

std::uint8_t scale_now(const View& view) {
  return scale_of(view, static_cast<std::uint32_t>(view.state.governance.constitutions.size()));
}

struct GovernanceListRow {
  std::uint32_t proposal = 0;
  dc::GovernorState state = dc::GovernorState::pending;
  base::PrincipalId proposer;
  std::string reason;
  base::Time snapshot;
  base::Time deadline;
  std::optional<base::Time> eta;
  std::uint8_t scale = 0;
  base::Amount for_votes;
  base::Amount against_votes;
  base::Amount abstain_votes;
  base::Amount quorum;
  bool quorum_reached = false;
  bool vote_succeeded = false;
  std::uint32_t votes = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "number of the proposal");
    visit("state", self.state, "at the time of the last record");
    visit("proposer", self.proposer, "who made it");
    visit("reason", self.reason, "why");
    visit("snapshot", self.snapshot, "when weights count; voting opens behind it");
    visit("deadline", self.deadline, "the last instant of voting");
    visit("eta", self.eta, "queued: from when it may be executed");
    visit("scale", self.scale, "fraction digits of weights");
    visit("for_votes", self.for_votes, "weight for");
    visit("against_votes", self.against_votes, "weight against");
    visit("abstain_votes", self.abstain_votes, "weight that abstained");
    visit("quorum", self.quorum, "what must be reached; 0 before the first vote");
    visit("quorum_reached", self.quorum_reached, "whether it is");
    visit("vote_succeeded", self.vote_succeeded, "whether the majority is");
    visit("votes", self.votes, "how many voted");
  }
};

GovernanceListRow list_row(const View& view, const dc::GovernanceProposal& proposal) {
  const dc::GovernanceState& state = view.state.governance;
  const dc::BallotRules& rules = state.constitutions.find(proposal.constitution)->rules;
  return {.proposal = proposal.id,
          .state = dc::state_of(state, proposal, view.time),
          .proposer = proposal.proposer,
          .reason = proposal.reason,
          .snapshot = proposal.snapshot,
          .deadline = proposal.deadline,
          .eta = proposal.eta,
          .scale = scale_of(view, proposal.constitution),
          .for_votes = proposal.totals.in_favour,
          .against_votes = proposal.totals.against,
          .abstain_votes = proposal.totals.abstain,
          .quorum = proposal.quorum,
          .quorum_reached =
              proposal.votes != 0 && dc::quorum_reached(rules, proposal.quorum, proposal.totals),
          .vote_succeeded = dc::majority_reached(rules, proposal.totals),
          .votes = proposal.votes};
}

Result<Listing> governance_list(const View& view, const GovernanceFilter& filter) {
  return page_of_table<GovernanceListRow>(
      view, view.state.governance.proposals, filter.page,
      [&](const dc::GovernanceProposal& proposal) {
        return !filter.state ||
               *filter.state == dc::state_of(view.state.governance, proposal, view.time);
      },
      [&](const dc::GovernanceProposal& proposal) { return list_row(view, proposal); });
}

struct GovernanceShowRow {
  GovernanceListRow row;
  std::uint32_t constitution = 0;
  base::Time created;
  bool extended = false;
  base::Amount supply;
  std::uint32_t participation_ppm = 0;
  dc::CostToCorrupt cost_to_corrupt;
  std::optional<base::Time> expires;
  base::Time closed;
  base::PrincipalId closed_by;
  std::string closing_reason;
  std::string commands;
  std::vector<ParameterChange> changes;
  std::string rehearsal;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    GovernanceListRow::fields(self.row, visit);
    visit("constitution", self.constitution, "version under which it is voted");
    visit("created", self.created, "when it was made");
    visit("extended", self.extended, "whether the quorum was reached late");
    visit("supply", self.supply, "all weight at the snapshot; 0 before the first vote");
    visit("participation_ppm", self.participation_ppm, "weight counted over supply, in millionths");
    visit("cost_to_corrupt", self.cost_to_corrupt, "the least weight that would turn the result");
    visit("expires", self.expires, "queued: it can no more be executed from then on");
    visit("closed", self.closed, "when it was canceled or executed");
    visit("closed_by", self.closed_by, "by whom");
    visit("closing_reason", self.closing_reason, "what who canceled it said");
    visit("commands", self.commands, "as JSON, while it may still be carried out");
    visit("changes", self.changes, "bounded fields before and after");
    visit("rehearsal", self.rehearsal,
          "a dry run of all its commands now: ok, or which is refused and why; empty when it is "
          "closed or another moment is asked");
  }
};

std::vector<ParameterChange> changes_of(const View& view, const engine::Command& command) {
  std::vector<ParameterChange> changes;
  const dc::GovernanceState& state = view.state.governance;
  const dc::Constitution& constitution = *dc::constitution_in_force(state);
  const std::uint16_t operation =
      std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, command);
  const auto reading = engine::read_parameters(command, constitution);
  const dc::ParameterSetting* before =
      reading ? state.settings.find({operation, reading->subject}) : nullptr;
  const auto bounds = dc::bounds_of(constitution, operation);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    ParameterChange change{.operation = operation,
                           .field = bounds[i]->field,
                           .scale = bounds[i]->scale,
                           .least = bounds[i]->least,
                           .most = bounds[i]->most,
                           .within_bounds = reading.has_value(),
                           .tighter = bounds[i]->tighter};
    if (before != nullptr && i < before->values.size()) change.before = before->values[i];
    if (reading) {
      change.after = reading->values[i];
      change.within_bounds = dc::within(*bounds[i], reading->values[i]);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

// Only of the books as they are: the engine rehearses nothing in the past.
std::string rehearse(const View& view, const dc::GovernanceProposal& proposal) {
  if (proposal.commands.empty() || view.sequence != view.engine.sequence()) return {};
  const engine::Command command(dc::ExecuteChange{proposal.id});
  const auto reply =
      view.engine.dry_run({.id = base::CommandId(crypto::random_id()),
                           .principal = dc::constitution_in_force(view.state.governance)->executive,
                           .time = std::nullopt,
                           .command = command,
                           .rehearse = true});
  if (!reply) return reply.error().text();
  if (reply->ok()) return "ok";
  const engine::Refusal refusal = engine::refusal_of(command, reply->outcome);
  return refusal.status + ": " + refusal.rule;
}

Result<Listing> governance_show(const View& view, const GovernanceParameter& parameter) {
  const dc::GovernanceState& state = view.state.governance;
  const dc::GovernanceProposal* proposal = state.proposals.find(parameter.proposal);
  if (proposal == nullptr) return not_found("governance proposal", parameter.proposal);
  GovernanceShowRow row{.row = list_row(view, *proposal),
                        .constitution = proposal->constitution,
                        .created = proposal->created,
                        .extended = proposal->extended,
                        .supply = proposal->supply,
                        .closed = proposal->closed,
                        .closed_by = proposal->closed_by,
                        .closing_reason = proposal->closing_reason};
  if (proposal->votes != 0) {
    row.participation_ppm = dc::parts_per_million(proposal->totals.cast(), proposal->supply);
    row.cost_to_corrupt = dc::cost_to_corrupt(state, *proposal);
  }
  if (proposal->eta)
    row.expires = base::try_add(*proposal->eta,
                                state.constitutions.find(proposal->constitution)->grace_period);
  if (!proposal->commands.empty())
    row.commands = write_json(command_json(
        engine::Command(dc::ProposeChange{proposal->commands, proposal->reason}), view.codec));
  for (const dc::ProposedCommand& one : proposal->commands)
    if (const auto command = engine::proposed_command(one))
      for (ParameterChange& change : changes_of(view, *command))
        row.changes.push_back(std::move(change));
  row.rehearsal = rehearse(view, *proposal);
  return single(row, view.codec);
}

struct VoteListRow {
  std::uint8_t scale = 0;
  dc::VoteCast vote;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.vote.voter, "who");
    visit("support", self.vote.support, "against, for or abstain");
    visit("scale", self.scale, "fraction digits of weights");
    visit("weight", self.vote.weight, "at the snapshot");
    visit("counted", self.vote.counted, "of it, under the cap of the person behind the voter");
    visit("reason", self.vote.reason, "in words");
    visit("time", self.vote.time, "when");
  }
};

Result<Listing> governance_votes(const View& view, const GovernanceParameter& parameter) {
  const dc::GovernanceState& state = view.state.governance;
  const dc::GovernanceProposal* proposal = state.proposals.find(parameter.proposal);
  if (proposal == nullptr) return not_found("governance proposal", parameter.proposal);
  const std::uint8_t scale = scale_of(view, proposal->constitution);
  return page_of_table<VoteListRow>(
      view, state.votes, parameter.page,
      [&](const dc::VoteCast& vote) { return vote.proposal == parameter.proposal; },
      [&](const dc::VoteCast& vote) { return VoteListRow{scale, vote}; });
}

Result<Listing> governance_conflicts(const View& view, const GovernanceParameter& parameter) {
  if (view.state.governance.proposals.find(parameter.proposal) == nullptr)
    return not_found("governance proposal", parameter.proposal);
  return page_of_table<dc::ProposalConflict>(
      view, view.state.recusals.conflicts, parameter.page,
      [&](const dc::ProposalConflict& row) { return row.proposal == parameter.proposal; },
      [](const dc::ProposalConflict& row) { return row; });
}

struct VoterListRow {
  std::uint8_t scale = 0;
  dc::Voter voter;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter.voter, "the principal that votes");
    visit("owner", self.voter.owner, "whose balance it is, with a voting asset");
    visit("scale", self.scale, "fraction digits of the weight");
    visit("weight", self.voter.weight, "now");
  }
};

Result<Listing> governance_voters(const View& view, const PageParameters& page) {
  const std::uint8_t scale = scale_now(view);
  return page_of_table<VoterListRow>(
      view, view.state.governance.voters, page, [](const dc::Voter&) { return true; },
      [&](const dc::Voter& voter) { return VoterListRow{scale, voter}; });
}

Result<Listing> governance_constitution(const View& view, const PageParameters& page) {
  return page_of_table<dc::Constitution>(
      view, view.state.governance.constitutions, page, [](const dc::Constitution&) { return true; },
      [](const dc::Constitution& constitution) { return constitution; });
}

SettingRow setting_row(const View& view, const dc::ParameterSetting& setting) {
  SettingRow row{.operation = setting.operation,
                 .subject = setting.subject,
                 .values = {},
                 .proposal = setting.proposal,
                 .sequence = setting.sequence,
                 .time = setting.time,
                 .by = setting.by};
  const auto bounds =
      dc::bounds_of(*dc::constitution_in_force(view.state.governance), setting.operation);
  // Values that were read under other bounds are not shown under these.
  if (bounds.size() != setting.values.size()) return row;
  for (std::size_t i = 0; i < bounds.size(); ++i)
    row.values.push_back({.operation = setting.operation,
                          .field = bounds[i]->field,
                          .scale = bounds[i]->scale,
                          .before = setting.values[i],
                          .after = std::nullopt,
                          .least = bounds[i]->least,
                          .most = bounds[i]->most,
                          .within_bounds = dc::within(*bounds[i], setting.values[i]),
                          .tighter = bounds[i]->tighter});
  return row;
}

Result<Listing> governance_parameters(const View& view, const PageParameters& page) {
  return page_of_table<SettingRow>(
      view, view.state.governance.settings, page, [](const dc::ParameterSetting&) { return true; },
      [&](const dc::ParameterSetting& setting) { return setting_row(view, setting); });
}

}  // namespace

void register_governance_queries(Registry& registry) {
  add_query<PageParameters, dc::Constitution>(registry, "governance.constitution",
                                              "Constitutions; the last one is in force.",
                                              &governance_constitution);
  add_query<PageParameters, VoterListRow>(registry, "governance.voters",
                                          "Who votes, with which weight.", &governance_voters);
  add_query<GovernanceFilter, GovernanceListRow>(registry, "governance.list",
                                                 "Governance proposals with their state and count.",
                                                 &governance_list);
  add_query<GovernanceParameter, GovernanceShowRow>(
      registry, "governance.show",
      "One proposal: its count, what it would change, whether it could be carried out now.",
      &governance_show);
  add_query<GovernanceParameter, VoteListRow>(registry, "governance.votes",
                                              "The votes on a proposal, with their reasons.",
                                              &governance_votes);
  add_query<GovernanceParameter, dc::ProposalConflict>(
      registry, "governance.conflicts",
      "Whom a proposal names, and who has declared a conflict of interest in it.",
      &governance_conflicts);
  add_query<PageParameters, SettingRow>(
      registry, "governance.parameters",
      "Governed parameters as they were last set, and the proposal that set them.",
      &governance_parameters);
}

}  // namespace cofferdam::operation
