// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/governance_steps.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::decision {

using S = GovernanceStatus;
using G = GovernorState;

namespace {

[[nodiscard]] S check_reason(const std::string& reason) {
  return reason.size() > kCommentMax ? S::reason_too_long : S::ok;
}

// What a constitution bounds must be bounded whenever it is carried out, not only when proposed.
[[nodiscard]] bool all_within(const Constitution& constitution,
                              const std::vector<ParameterReading>& readings) {
  return std::ranges::all_of(readings, [&](const ParameterReading& reading) {
    return within_bounds(constitution, reading);
  });
}

[[nodiscard]] std::optional<Time> end_of(const Constitution& constitution, Time now) {
  // Snapshot, deadline, a late quorum, the timelock and the grace may follow one another.
  std::optional<Time> end = now;
  for (const Duration part :
       {constitution.voting_delay, constitution.voting_period, constitution.voting_period,
        constitution.timelock_delay, constitution.grace_period})
    if (end) end = base::try_add(*end, part);
  return end;
}

void close_open(GovernanceState& state, Context& context, GovernanceProposal& row) {
  row.closed = context.now;
  row.closed_by = context.principal;
  row.commands.clear();
  if (state.open.find(row.id) != nullptr) state.open.erase(context.changes, row.id);
}

}  // namespace

S check_shape(const ProposeChange& command) {
  if (command.commands.empty()) return S::no_commands;
  if (command.commands.size() > kProposedCommandsMax) return S::too_many_commands;
  std::size_t bytes = 0;
  for (const ProposedCommand& one : command.commands) bytes += one.content.size();
  if (bytes > kProposedBytesMax) return S::content_too_long;
  return check_reason(command.reason);
}

S check_shape(const CastVote& command) {
  return check_reason(command.reason);
}

S check_shape(const QueueChange& /*command*/) {
  return S::ok;
}

S check_shape(const ExecuteChange& /*command*/) {
  return S::ok;
}

S check_shape(const CancelChange& command) {
  return check_reason(command.reason);
}

S check_state(const ProposeChange& /*command*/, const GovernanceState& state,
              const std::vector<ParameterReading>& readings, const Context& context) {
  const Constitution* constitution = constitution_in_force(state);
  if (constitution == nullptr) return S::no_constitution;
  // The weight of the instant before: what came with this very instant may be gone with it.
  const Amount weight = context.now == Time::min()
                            ? Amount()
                            : weight_at(state, context.principal, Time(context.now.value() - 1));
  if (weight < constitution->proposal_threshold) return S::below_threshold;
  // Those that have ended make room (close_governance).
  const auto live = std::ranges::count_if(state.open.rows(), [&](const auto& open) {
    const G now = state_of(state, *state.proposals.find(open.first), context.now);
    return now != G::defeated && now != G::expired;
  });
  if (static_cast<std::size_t>(live) >= kGovernanceOpenMax) return S::too_many_open;
  if (!end_of(*constitution, context.now)) return S::ends_beyond_time;
  return all_within(*constitution, readings) ? S::ok : S::out_of_bounds;
}

S check_state(const CastVote& command, const GovernanceState& state,
              const principal::State& /*principals*/, const Context& context) {
  const GovernanceProposal* proposal = state.proposals.find(command.proposal);
  if (proposal == nullptr) return S::proposal_not_found;
  if (state_of(state, *proposal, context.now) != G::active) return S::unexpected_state;
  if (state.votes.find({command.proposal, context.principal}) != nullptr) return S::already_voted;
  const Amount weight = weight_at(state, context.principal, proposal->snapshot);
  return weight.is_zero() ? S::no_weight : S::ok;
}

S check_state(const QueueChange& command, const GovernanceState& state, const Context& context) {
  const GovernanceProposal* proposal = state.proposals.find(command.proposal);
  if (proposal == nullptr) return S::proposal_not_found;
  return state_of(state, *proposal, context.now) == G::succeeded ? S::ok : S::unexpected_state;
}

S check_state(const ExecuteChange& command, const GovernanceState& state,
              const std::vector<ParameterReading>& readings, const Context& context) {
  const GovernanceProposal* proposal = state.proposals.find(command.proposal);
  if (proposal == nullptr) return S::proposal_not_found;
  if (state_of(state, *proposal, context.now) != G::queued) return S::unexpected_state;
  if (context.now < *proposal->eta) return S::not_ready;
  return all_within(*constitution_in_force(state), readings) ? S::ok : S::out_of_bounds;
}

S check_state(const CancelChange& command, const GovernanceState& state, const Context& context) {
  const GovernanceProposal* proposal = state.proposals.find(command.proposal);
  if (proposal == nullptr) return S::proposal_not_found;
  const G now = state_of(state, *proposal, context.now);
  if (now == G::canceled || now == G::expired || now == G::executed) return S::unexpected_state;
  const bool own = proposal->proposer == context.principal && now == G::pending;
  return own || is_guardian(*constitution_in_force(state), context.principal) ? S::ok
                                                                              : S::not_permitted;
}

S apply(const ProposeChange& command, GovernanceState& state, Context& context) {
  close_governance(state, context);
  const Constitution& constitution = *constitution_in_force(state);
  GovernanceProposal row;
  row.id = static_cast<std::uint32_t>(state.proposals.size() + 1);
  row.constitution = constitution.version;
  row.proposer = context.principal;
  row.commands = command.commands;
  row.reason = command.reason;
  row.created = context.now;
  row.snapshot = context.now + constitution.voting_delay;
  row.deadline = row.snapshot + constitution.voting_period;
  state.open.insert(context.changes, {.id = row.id, .snapshot = row.snapshot});
  context.created = row.id;
  state.proposals.insert(context.changes, std::move(row));
  return S::ok;
}

S apply(const CastVote& command, GovernanceState& state, const principal::State& principals,
        Context& context, Amount excluded) {
  GovernanceProposal& row = state.proposals.edit(context.changes, command.proposal);
  const Constitution& constitution = *state.constitutions.find(row.constitution);
  if (row.votes == 0) {
    row.supply = supply_at(state, row.snapshot);
    row.quorum = quorum_of(constitution.rules, row.supply, row.supply - excluded);
  }
  VoteCast vote{.proposal = row.id,
                .voter = context.principal,
                .owner = beneficiary_of(principals, context.principal),
                .support = command.support,
                .weight = weight_at(state, context.principal, row.snapshot),
                .counted = {},
                .reason = command.reason,
                .time = context.now};
  const OwnerCount::Key key{row.id, vote.owner};
  if (state.counts.find(key) == nullptr)
    state.counts.insert(context.changes, {.proposal = row.id, .owner = vote.owner, .counted = {}});
  OwnerCount& count = state.counts.edit(context.changes, key);
  vote.counted =
      counted_weight(vote.weight, owner_cap(constitution.rules, row.supply), count.counted);
  count.counted += vote.counted;
  const bool reached_before =
      row.votes != 0 && quorum_reached(constitution.rules, row.quorum, row.totals);
  row.totals.add(vote.support, vote.counted);
  ++row.votes;
  if (!reached_before && constitution.late_quorum_extension > Duration() &&
      quorum_reached(constitution.rules, row.quorum, row.totals)) {
    const Time deadline(extended_deadline(row.deadline.value(), context.now.value(),
                                          constitution.late_quorum_extension.value()));
    row.extended = deadline > row.deadline;
    row.deadline = deadline;
  }
  state.votes.insert(context.changes, std::move(vote));
  return S::ok;
}

S apply(const QueueChange& command, GovernanceState& state, Context& context) {
  GovernanceProposal& row = state.proposals.edit(context.changes, command.proposal);
  const auto eta =
      base::try_add(context.now, state.constitutions.find(row.constitution)->timelock_delay);
  if (!eta) return S::ends_beyond_time;
  row.eta = *eta;
  return S::ok;
}

S apply(const ExecuteChange& command, GovernanceState& state, Context& context) {
  GovernanceProposal& row = state.proposals.edit(context.changes, command.proposal);
  row.executed = true;
  close_open(state, context, row);
  return S::ok;
}

S apply(const CancelChange& command, GovernanceState& state, Context& context) {
  GovernanceProposal& row = state.proposals.edit(context.changes, command.proposal);
  row.canceled = true;
  row.closing_reason = command.reason;
  close_open(state, context, row);
  return S::ok;
}

void close_governance(GovernanceState& state, Context& context) {
  std::vector<std::uint32_t> ended;
  for (const auto& [id, open] : state.open.rows()) {
    const G now = state_of(state, *state.proposals.find(id), context.now);
    if (now != G::defeated && now != G::expired) continue;
    ended.push_back(id);
    if (ended.size() == kExpiriesPerTickMax) break;
  }
  for (const std::uint32_t id : ended) {
    state.proposals.edit(context.changes, id).commands.clear();
    state.open.erase(context.changes, id);
  }
}

CostToCorrupt cost_to_corrupt(const GovernanceState& state, const GovernanceProposal& proposal) {
  const Constitution& constitution = *state.constitutions.find(proposal.constitution);
  if (proposal.votes == 0) return {};
  // By the caps of persons that have not voted more could not be cast; of those that have not
  // voted the persons are not known for sure, so all of their weight counts as castable.
  const Amount uncast = proposal.supply - proposal.totals.cast();
  return cost_to_corrupt(constitution.rules, proposal.quorum, proposal.totals, uncast);
}

}  // namespace cofferdam::decision
