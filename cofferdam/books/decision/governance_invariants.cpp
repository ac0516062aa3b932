// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/governance_invariants.h"

#include "cofferdam/base/binary.h"

#include <map>

namespace cofferdam::decision {

namespace {

using base::u128;

[[nodiscard]] std::string named(const GovernanceProposal& proposal) {
  return "governance proposal " + std::to_string(proposal.id);
}

[[nodiscard]] bool same_votes(const GovernanceProposal& a, const GovernanceProposal& b) {
  return a.votes == b.votes && a.totals == b.totals && a.supply == b.supply && a.quorum == b.quorum;
}

[[nodiscard]] std::optional<std::string> forward(const GovernanceState& state,
                                                 const GovernanceProposal& before,
                                                 const GovernanceProposal& after) {
  if (before.canceled || before.executed) {
    if (base::encode(before) != base::encode(after))
      return named(after) + " changed after it was closed";
    return std::nullopt;
  }
  if (before.snapshot != after.snapshot || before.constitution != after.constitution ||
      before.proposer != after.proposer || before.created != after.created)
    return named(after) + " changed its terms";
  if (!after.commands.empty() && base::encode(before.commands) != base::encode(after.commands))
    return named(after) + " changed its commands";
  if (after.deadline < before.deadline || (before.extended && after.deadline != before.deadline))
    return named(after) + " moved its deadline";
  if (before.eta && before.eta != after.eta) return named(after) + " moved its eta";
  if ((before.eta || after.executed || after.canceled) && !same_votes(before, after))
    return named(after) + " was voted on after its vote";
  if (after.executed && after.canceled) return named(after) + " is canceled and executed";
  if (!after.executed) return std::nullopt;
  const Constitution& constitution = *state.constitutions.find(after.constitution);
  if (!before.eta || after.closed < *before.eta ||
      after.closed >= *before.eta + constitution.grace_period)
    return named(after) + " was executed outside its time";
  if (!carried(constitution.rules, after.quorum, after.totals))
    return named(after) + " was executed without quorum or majority";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_votes_add_up(const GovernanceState& state) {
  if (state.votes.untouched() && state.proposals.untouched()) return std::nullopt;
  std::optional<std::string> violation;
  std::map<std::uint32_t, Totals> cast;
  state.votes.each_touched([&](const VoteCast* before, const VoteCast* after) {
    if (before != nullptr || after == nullptr) {
      violation = "a vote was changed or taken back";
      return;
    }
    if (after->counted > after->weight) violation = "a vote counts more than it weighs";
    cast[after->proposal].add(after->support, after->counted);
  });
  state.proposals.each_touched(
      [&](const GovernanceProposal* before, const GovernanceProposal* after) {
        if (violation || after == nullptr) return;
        Totals expected = cast[after->id];
        if (before != nullptr) {
          expected.against += before->totals.against;
          expected.in_favour += before->totals.in_favour;
          expected.abstain += before->totals.abstain;
        }
        if (!(expected == after->totals)) violation = named(*after) + " counts what nobody cast";
        if (after->votes != 0 && after->totals.cast() > after->supply)
          violation = named(*after) + " counts more than there is";
      });
  state.counts.each_touched([&](const OwnerCount* /*before*/, const OwnerCount* after) {
    if (violation || after == nullptr) return;
    const GovernanceProposal& proposal = *state.proposals.find(after->proposal);
    const Constitution& constitution = *state.constitutions.find(proposal.constitution);
    if (after->counted > owner_cap(constitution.rules, proposal.supply))
      violation = named(proposal) + " counts an owner beyond the cap";
  });
  return violation;
}

std::optional<std::string> check_governance_goes_forward(const GovernanceState& state) {
  std::optional<std::string> violation;
  state.proposals.each_touched(
      [&](const GovernanceProposal* before, const GovernanceProposal* after) {
        if (violation || before == nullptr) return;
        violation = after == nullptr ? std::optional(named(*before) + " was removed")
                                     : forward(state, *before, *after);
      });
  return violation;
}

std::optional<std::string> check_weights_add_up(const GovernanceState& state) {
  if (state.voters.untouched() && state.points.untouched()) return std::nullopt;
  u128 before_sum = 0;
  u128 after_sum = 0;
  bool any = false;
  state.voters.each_touched([&](const Voter* before, const Voter* after) {
    if (before != nullptr) before_sum += before->weight.units();
    if (after != nullptr) after_sum += after->weight.units();
    any = true;
  });
  if (!any) return std::nullopt;
  // The sum before the command: its last point that the command did not write.
  u128 sum_before = 0;
  Time newest = Time::min();
  const auto look = [&](const WeightPoint* point) {
    if (point == nullptr || !point->voter.is_none() || point->from < newest) return;
    newest = point->from;
    sum_before = point->weight.units();
  };
  std::map<Time, const WeightPoint*> was;
  for (auto at = state.points.rows().lower_bound({PrincipalId(), Time::min()});
       at != state.points.rows().end() && at->first.voter.is_none(); ++at)
    was[at->first.from] = &at->second;
  state.points.each_touched([&](const WeightPoint* before, const WeightPoint* after) {
    const WeightPoint& point = before != nullptr ? *before : *after;
    if (point.voter.is_none()) was[point.from] = before;
  });
  for (const auto& [from, point] : was) look(point);
  if (supply_at(state, Time::max()).units() + before_sum != sum_before + after_sum)
    return "the sum of all weights is not the sum of the voters' weights";
  return std::nullopt;
}

std::optional<std::string> check_changes_were_decided(const GovernanceState& state) {
  std::optional<std::string> violation;
  state.settings.each_touched([&](const ParameterSetting* before, const ParameterSetting* after) {
    if (violation || after == nullptr) return;
    const std::string name = "a parameter of operation " + std::to_string(after->operation);
    if (after->proposal != 0) {
      const GovernanceProposal* proposal = state.proposals.find(after->proposal);
      if (proposal == nullptr || !proposal->executed) violation = name + " has no such proposal";
      return;
    }
    // The constitution that was in force before the command is the one that it had to keep.
    const Constitution* constitution = nullptr;
    state.constitutions.each([&](const Constitution& one) {
      if (one.adopted < after->time || constitution == nullptr) constitution = &one;
    });
    if (constitution == nullptr || !bootstrap_over(*constitution, after->time)) return;
    if (constitution->adopted == after->time) return;
    const GovernedOperation* governed = find_governed(*constitution, after->operation);
    if (governed == nullptr) return;
    if (!governed->tighten_at_once || before == nullptr || !is_guardian(*constitution, after->by))
      violation = name + " was changed without a decision";
  });
  return violation;
}

}  // namespace cofferdam::decision
