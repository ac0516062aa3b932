// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/governance.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <limits>

namespace cofferdam::decision {

namespace {

// The last point of a voter at or before an instant.
[[nodiscard]] const WeightPoint* point_at(const GovernanceState& state, PrincipalId voter,
                                          Time at) {
  const auto& rows = state.points.rows();
  auto behind = rows.upper_bound({voter, at});
  if (behind == rows.begin()) return nullptr;
  --behind;
  return behind->first.voter == voter ? &behind->second : nullptr;
}

// The earliest instant that an open proposal asks about.
[[nodiscard]] Time asked_since(const GovernanceState& state, Time now) {
  Time since = now;
  for (const auto& [id, open] : state.open.rows()) since = std::min(since, open.snapshot);
  return since;
}

void put_point(GovernanceState& state, Context& context, PrincipalId voter, Amount weight,
               Time since) {
  if (state.points.find({voter, context.now}) != nullptr) {
    state.points.edit(context.changes, {voter, context.now}).weight = weight;
  } else {
    state.points.insert(context.changes, {voter, context.now, weight});
  }
  // Of the points that nobody asks about any more the last one stays: it still holds.
  const auto& rows = state.points.rows();
  for (;;) {
    const auto first = rows.lower_bound({voter, Time::min()});
    const auto second = std::next(first);
    if (second == rows.end() || second->first.voter != voter || second->first.from > since) return;
    state.points.erase(context.changes, first->first);
  }
}

}  // namespace

const Constitution* constitution_in_force(const GovernanceState& state) {
  return state.constitutions.find(static_cast<std::uint32_t>(state.constitutions.size()));
}

bool bootstrap_over(const Constitution& constitution, Time now) {
  return constitution.bootstrap_ends <= now;
}

bool is_guardian(const Constitution& constitution, PrincipalId principal) {
  return std::ranges::find(constitution.guardians, principal) != constitution.guardians.end();
}

const GovernedOperation* find_governed(const Constitution& constitution, std::uint16_t operation) {
  const auto found =
      std::ranges::find(constitution.governed, operation, &GovernedOperation::operation);
  return found == constitution.governed.end() ? nullptr : &*found;
}

std::vector<const ParameterBound*> bounds_of(const Constitution& constitution,
                                             std::uint16_t operation) {
  std::vector<const ParameterBound*> bounds;
  for (const ParameterBound& bound : constitution.bounds)
    if (bound.operation == operation) bounds.push_back(&bound);
  return bounds;
}

bool within(const ParameterBound& bound, SignedAmount value) {
  return (!bound.least || value >= *bound.least) && (!bound.most || value <= *bound.most);
}

Amount weight_at(const GovernanceState& state, PrincipalId voter, Time at) {
  const WeightPoint* point = point_at(state, voter, at);
  return point == nullptr ? Amount() : point->weight;
}

Amount supply_at(const GovernanceState& state, Time at) {
  return weight_at(state, PrincipalId(), at);
}

bool set_weight(GovernanceState& state, Context& context, PrincipalId voter, Amount weight) {
  const Voter* row = state.voters.find(voter);
  COFFERDAM_CHECK(row != nullptr, "only a voter has a weight");
  if (row->weight == weight) return true;
  const Amount others = supply_at(state, Time::max()) - row->weight;
  const auto supply = base::try_add(others, weight);
  if (!supply || *supply > kSupplyMax) return false;
  state.voters.edit(context.changes, voter).weight = weight;
  const Time since = asked_since(state, context.now);
  put_point(state, context, voter, weight, since);
  put_point(state, context, PrincipalId(), *supply, since);
  return true;
}

GovernorState state_of(const GovernanceState& state, const GovernanceProposal& proposal, Time now) {
  const Constitution* constitution = state.constitutions.find(proposal.constitution);
  COFFERDAM_CHECK(constitution != nullptr, "a proposal is made under a constitution");
  GovernorCourse course{.snapshot = proposal.snapshot.value(),
                        .deadline = proposal.deadline.value(),
                        .eta = {},
                        .grace = constitution->grace_period.value(),
                        .canceled = proposal.canceled,
                        .executed = proposal.executed};
  if (proposal.eta) course.eta = proposal.eta->value();
  return governor_state(course, now.value(),
                        carried(constitution->rules, proposal.quorum, proposal.totals));
}

Beneficiary beneficiary_of(const principal::State& principals, PrincipalId principal) {
  const principal::Principal* row = principals.principals.find(principal);
  if (row == nullptr || row->person == 0) return {.person = 0, .principal = principal};
  return {.person = row->person, .principal = {}};
}

bool within_bounds(const Constitution& constitution, const ParameterReading& reading) {
  const auto bounds = bounds_of(constitution, reading.operation);
  if (bounds.size() != reading.values.size()) return false;
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (!within(*bounds[i], reading.values[i])) return false;
  return true;
}

bool only_tightens(const GovernanceState& state, const Constitution& constitution,
                   const ParameterReading& reading) {
  const ParameterSetting* before = state.settings.find({reading.operation, reading.subject});
  const auto bounds = bounds_of(constitution, reading.operation);
  if (before == nullptr || before->values.size() != bounds.size() ||
      reading.values.size() != bounds.size())
    return false;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const SignedAmount was = before->values[i];
    const SignedAmount now = reading.values[i];
    switch (bounds[i]->tighter) {
      case Tightening::none:
        if (now != was) return false;
        break;
      case Tightening::lower:
        if (now > was) return false;
        break;
      case Tightening::higher:
        if (now < was) return false;
        break;
    }
  }
  return true;
}

void record_setting(GovernanceState& state, Context& context, const ParameterReading& reading,
                    std::uint32_t proposal) {
  const ParameterSetting row{.operation = reading.operation,
                             .subject = reading.subject,
                             .values = reading.values,
                             .proposal = proposal,
                             .sequence = context.sequence,
                             .time = context.now,
                             .by = context.principal};
  if (state.settings.find(row.key()) == nullptr) {
    state.settings.insert(context.changes, row);
  } else {
    state.settings.edit(context.changes, row.key()) = row;
  }
}

}  // namespace cofferdam::decision
