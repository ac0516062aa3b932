// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/carry_governance.h"

#include "cofferdam/engine/access.h"
#include "cofferdam/engine/governed.h"
#include "cofferdam/engine/parties.h"

#include <algorithm>
#include <set>

namespace cofferdam::engine {

namespace {

using S = decision::GovernanceStatus;
using Readings = std::vector<decision::ParameterReading>;

// What of the commands the constitution in force bounds. A number that is missing is read as no
// values at all, which are within no bounds.
[[nodiscard]] Readings readings_of(const std::vector<decision::ProposedCommand>& commands,
                                   const decision::Constitution& constitution) {
  Readings readings;
  for (const decision::ProposedCommand& one : commands) {
    const auto command = proposed_command(one);
    auto reading = command ? read_parameters(*command, constitution) : std::nullopt;
    readings.push_back(reading ? std::move(*reading)
                               : decision::ParameterReading{
                                     .operation = one.operation, .subject = {}, .values = {}});
  }
  return readings;
}

// What is governed is decided by the vote; of anything else the seal is asked as of everybody.
[[nodiscard]] DoorStatus check_executive(const Command& command, std::uint16_t operation,
                                         const decision::Constitution& constitution,
                                         const State& state) {
  const DoorStatus access = check_access(command, constitution.executive, state);
  if (access != DoorStatus::ok) return access;
  const bool decided = operation == Operation<decision::Constitute>::kNumber ||
                       decision::find_governed(constitution, operation) != nullptr;
  return !decided && signature_required(command, constitution.executive, state)
             ? DoorStatus::signature_missing
             : DoorStatus::ok;
}

// Nothing, or why the command is refused: for whoever asks what stands in a proposal's way.
[[nodiscard]] std::string carry_one(const decision::ProposedCommand& proposed,
                                    const decision::Constitution& constitution, Room& room) {
  const auto command = proposed_command(proposed);
  if (!command) return "it cannot be read any more";
  Outcome outcome;
  outcome.door = check_executive(*command, proposed.operation, constitution, room.state);
  if (outcome.door == DoorStatus::ok) {
    room.context.principal = constitution.executive;
    outcome.status = carry_out(*command, room);
    outcome.door = room.judgement.outcome.door;
    outcome.law = room.judgement.outcome.law;
  }
  if (outcome.ok()) return {};
  const Refusal refusal = refusal_of(*command, outcome);
  return refusal.status + ": " + refusal.rule;
}

using Parties = std::set<decision::Beneficiary>;

// Whom a command names, as the books are now.
void add_parties(const decision::ProposedCommand& one, const State& state, Parties& named) {
  if (const auto proposed = proposed_command(one))
    for (const decision::Beneficiary& party : parties_of(*proposed, state)) named.insert(party);
}

[[nodiscard]] S keep_parties(std::uint32_t proposal, const Parties& named, Room& room) {
  return keep_named(room.state.recusals, room.context, proposal, {named.begin(), named.end()})
             ? S::ok
             : S::too_many_named;
}

// Whether what was voted still carries by the votes of those whom it does not name by now.
[[nodiscard]] S review(const decision::GovernanceProposal& proposal, const Parties& named,
                       Room& room) {
  const S kept = keep_parties(proposal.id, named, room);
  if (kept != S::ok) return kept;
  const bool carries = decision::carries_without_conflicts(
      room.state.recusals, room.state.governance, room.state.principal, proposal);
  return carries ? S::ok : S::carried_by_conflict;
}

}  // namespace

decision::ConstituteStatus check_governed(const decision::Constitute& command) {
  using C = decision::ConstituteStatus;
  for (const decision::GovernedOperation& one : command.governed)
    if (!is_governable(one.operation)) return C::operation_not_governable;
  for (const decision::ParameterBound& bound : command.bounds)
    if (!has_number(bound.operation, bound.field)) return C::field_unknown;
  return C::ok;
}

S check_proposed(const decision::ProposeChange& command) {
  for (const decision::ProposedCommand& one : command.commands) {
    if (!is_governable(one.operation)) return S::operation_not_governable;
    const auto proposed = proposed_command(one);
    if (!proposed || check_shape(*proposed) != 0) return S::content_malformed;
  }
  return S::ok;
}

S propose_change(const decision::ProposeChange& command, Room& room) {
  const auto* constitution = decision::constitution_in_force(room.state.governance);
  const Readings readings =
      constitution == nullptr ? Readings() : readings_of(command.commands, *constitution);
  const S status =
      check_state(command, room.state.governance, readings, std::as_const(room.context));
  if (status != S::ok) return status;
  const S applied = apply(command, room.state.governance, room.context);
  if (applied != S::ok || !decision::names_are_kept(room.state.recusals)) return applied;
  Parties named;
  for (const decision::ProposedCommand& one : command.commands) add_parties(one, room.state, named);
  return keep_parties(static_cast<std::uint32_t>(room.context.created), named, room);
}

S execute_change(const decision::ExecuteChange& command, Room& room) {
  const decision::GovernanceState& state = room.state.governance;
  const decision::GovernanceProposal* found = state.proposals.find(command.proposal);
  if (found == nullptr) return S::proposal_not_found;
  const decision::GovernanceProposal proposal = *found;
  // A copy: one of the commands may put another constitution in force.
  const decision::Constitution constitution = *decision::constitution_in_force(state);
  const S status = check_state(command, state, readings_of(proposal.commands, constitution),
                               std::as_const(room.context));
  const bool rehearsed =
      room.is_rehearsal && (status == S::unexpected_state || status == S::not_ready);
  if (status != S::ok && !rehearsed) return status;
  const base::PrincipalId caller = room.context.principal;
  bool settles = false;
  bool judges = true;
  // Before the commands, one of which may adopt the review.
  const bool reviewed =
      !rehearsed && decision::names_are_reviewed(room.state.recusals, proposal.created);
  Parties named;
  room.governed_by = proposal.id;
  for (std::size_t i = 0; i < proposal.commands.size(); ++i) {
    // What an earlier command of the proposal has made is there by now.
    if (reviewed) add_parties(proposal.commands[i], room.state, named);
    const std::string refused = carry_one(proposal.commands[i], constitution, room);
    if (!refused.empty()) {
      room.judgement.outcome = Outcome{};
      room.judgement.outcome.law = "command " + std::to_string(i + 1) + ": " + refused;
      return S::command_refused;
    }
    settles = settles || room.settles_positions;
    judges = judges && room.judges_cover;
  }
  room.governed_by = 0;
  room.context.principal = caller;
  room.settles_positions = settles;
  room.judges_cover = judges && !proposal.commands.empty();
  room.context.created = 0;
  if (reviewed)
    if (const S carried = review(proposal, named, room); carried != S::ok) return carried;
  return rehearsed ? S::ok : apply(command, room.state.governance, room.context);
}

void follow_settings(const Command& command, Room& room) {
  const auto* constitution = decision::constitution_in_force(room.state.governance);
  // A rehearsal decides nothing.
  if (constitution == nullptr || room.is_rehearsal) return;
  const std::uint16_t operation =
      std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
  if (decision::bounds_of(*constitution, operation).empty() &&
      decision::find_governed(*constitution, operation) == nullptr)
    return;
  const auto reading = read_parameters(command, *constitution);
  if (!reading) return;
  decision::record_setting(room.state.governance, room.context, *reading, room.governed_by);
}

}  // namespace cofferdam::engine
