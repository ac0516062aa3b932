// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/constitute.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::decision {

using S = ConstituteStatus;

namespace {

constexpr std::uint16_t kConstitute = 240;  // its own terms may have bounds as well

template <class List, class Key>
[[nodiscard]] bool has_twice(const List& list, Key&& key_of) {
  std::set<std::decay_t<decltype(key_of(list.front()))>> seen;
  return std::ranges::any_of(list,
                             [&](const auto& one) { return !seen.insert(key_of(one)).second; });
}

[[nodiscard]] S check_lists(const Constitute& command) {
  if (command.guardians.size() > kGuardiansMax || command.governed.size() > kGovernedMax ||
      command.bounds.size() > kBoundsMax)
    return S::lists_too_long;
  if (has_twice(command.guardians, [](PrincipalId id) { return id; }) ||
      has_twice(command.governed, [](const GovernedOperation& one) { return one.operation; }) ||
      has_twice(command.bounds,
                [](const ParameterBound& one) { return std::pair(one.operation, one.field); }))
    return S::listed_twice;
  for (const ParameterBound& bound : command.bounds) {
    if (bound.operation != kConstitute && find_governed(command, bound.operation) == nullptr)
      return S::bound_of_nothing_governed;
    if (bound.field.empty() || bound.field.size() > kFieldPathMax) return S::field_malformed;
    if (bound.scale > kWeightScaleMax) return S::scale_out_of_range;
    if (bound.least && bound.most && *bound.most < *bound.least) return S::bound_is_empty;
  }
  return S::ok;
}

// All that an owner holds; nullopt: more than an amount can be.
[[nodiscard]] std::optional<Amount> stake_of(const Constitution& constitution,
                                             const ledger::State& ledger, OwnerId owner) {
  base::u128 sum = 0;
  bool fits = true;
  ledger.accounts.each([&](const ledger::Account& account) {
    if (account.owner == owner &&
        __builtin_add_overflow(sum, stake_in(constitution, account).units(), &sum))
      fits = false;
  });
  if (!fits) return std::nullopt;
  return Amount(sum);
}

[[nodiscard]] bool is_active(const principal::State& principals, PrincipalId id) {
  const principal::Principal* row = principals.principals.find(id);
  return row != nullptr && row->active;
}

}  // namespace

S check_shape(const Constitute& command) {
  if (command.scale > kWeightScaleMax) return S::scale_out_of_range;
  if (fault_of(command.rules)) return S::rules_unusable;
  const bool by_asset = command.weights == WeightSource::asset;
  if (by_asset == command.asset.is_none() || by_asset == command.stake_pool.is_none())
    return S::asset_and_pool_go_together;
  if (command.voting_delay <= Duration()) return S::voting_delay_must_be_positive;
  if (command.voting_period <= Duration()) return S::voting_period_must_be_positive;
  if (command.late_quorum_extension < Duration() ||
      command.late_quorum_extension > command.voting_period)
    return S::extension_out_of_range;
  if (command.timelock_delay < Duration()) return S::timelock_must_not_be_negative;
  if (command.grace_period <= Duration()) return S::grace_must_be_positive;
  return check_lists(command);
}

S check_state(const Constitute& command, const GovernanceState& state,
              const principal::State& principals, const ledger::State& ledger) {
  if (!is_active(principals, command.executive)) return S::executive_unknown;
  for (const PrincipalId guardian : command.guardians)
    if (!is_active(principals, guardian)) return S::guardian_unknown;
  if (!command.registrar.is_none() && !is_active(principals, command.registrar))
    return S::registrar_unknown;
  if (!command.asset.is_none()) {
    const ledger::Asset* asset = ledger.assets.find(command.asset);
    if (asset == nullptr) return S::asset_unknown;
    if (asset->scale != command.scale) return S::scale_out_of_range;
  }
  const Constitution* now = constitution_in_force(state);
  if (now != nullptr && state.voters.size() != 0 &&
      (now->weights != command.weights || now->asset != command.asset ||
       now->stake_pool != command.stake_pool || now->scale != command.scale))
    return S::source_of_weights_stays;
  return S::ok;
}

S apply(const Constitute& command, GovernanceState& state, Context& context) {
  Constitution row = command;
  row.version = static_cast<std::uint32_t>(state.constitutions.size() + 1);
  row.adopted = context.now;
  context.created = row.version;
  state.constitutions.insert(context.changes, std::move(row));
  return S::ok;
}

SetWeightStatus check_shape(const SetWeight& command) {
  return command.weight > kSupplyMax ? SetWeightStatus::weight_too_large : SetWeightStatus::ok;
}

SetWeightStatus check_state(const SetWeight& command, const GovernanceState& state,
                            const principal::State& principals, const ledger::State& /*ledger*/,
                            const Context& context) {
  using W = SetWeightStatus;
  const Constitution* constitution = constitution_in_force(state);
  if (constitution == nullptr) return W::no_constitution;
  if (command.scale != constitution->scale) return W::scale_differs;
  if (principals.principals.find(command.voter) == nullptr) return W::voter_unknown;
  const bool may = context.principal == constitution->registrar ||
                   context.principal == constitution->executive ||
                   (!bootstrap_over(*constitution, context.now) &&
                    principal::may(principals, context.principal, principal::kAdmin));
  const Voter* row = state.voters.find(command.voter);
  if (constitution->weights == WeightSource::asset) {
    if (!command.weight.is_zero() || command.owner.is_none()) return W::weight_is_the_balance;
    const StakeOwner* stake = state.stake_owners.find(command.owner);
    if (stake != nullptr || (row != nullptr && row->owner != command.owner))
      return W::owner_votes_already;
  } else if (!command.owner.is_none()) {
    return W::owner_not_asked;
  }
  if (row == nullptr && state.voters.size() >= kGovernanceVotersMax) return W::too_many_voters;
  return may ? W::ok : W::not_permitted;
}

SetWeightStatus apply(const SetWeight& command, GovernanceState& state, const ledger::State& ledger,
                      Context& context) {
  const Constitution& constitution = *constitution_in_force(state);
  if (state.voters.find(command.voter) == nullptr)
    state.voters.insert(context.changes,
                        {.voter = command.voter, .owner = command.owner, .weight = {}});
  Amount weight = command.weight;
  if (constitution.weights == WeightSource::asset) {
    state.stake_owners.insert(context.changes, {.owner = command.owner, .voter = command.voter});
    const auto stake = stake_of(constitution, ledger, command.owner);
    if (!stake) return SetWeightStatus::weight_too_large;
    weight = *stake;
  }
  return set_weight(state, context, command.voter, weight) ? SetWeightStatus::ok
                                                           : SetWeightStatus::weight_too_large;
}

Amount stake_in(const Constitution& constitution, const ledger::Account& account) {
  if (account.asset != constitution.asset || account.pool != constitution.stake_pool ||
      account.owner.is_none())
    return {};
  return base::try_sub(account.credits_posted, account.debits_posted).value_or(Amount());
}

bool follow_stake(GovernanceState& state, const ledger::State& ledger, Context& context) {
  const Constitution* constitution = constitution_in_force(state);
  if (constitution == nullptr || constitution->weights != WeightSource::asset) return true;

  struct Moved {
    base::u128 before = 0;
    base::u128 after = 0;
  };

  std::map<PrincipalId, Moved> moved;  // in the order of voters, whatever the order of accounts
  bool fits = true;
  const auto add = [&](const ledger::Account* account, base::u128 Moved::* side) {
    if (account == nullptr || account->owner.is_none()) return;
    const Amount stake = stake_in(*constitution, *account);
    const StakeOwner* owner = stake.is_zero() ? nullptr : state.stake_owners.find(account->owner);
    if (owner == nullptr) return;
    base::u128& sum = moved[owner->voter].*side;
    if (__builtin_add_overflow(sum, stake.units(), &sum)) fits = false;
  };
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    add(before, &Moved::before);
    add(after, &Moved::after);
  });
  if (!fits) return false;
  std::set<PrincipalId> registered;
  state.voters.each_inserted([&](const Voter& voter) { registered.insert(voter.voter); });
  for (const auto& [voter, change] : moved) {
    const Voter row = *state.voters.find(voter);
    // Of a voter that this very command has registered nothing was counted before.
    if (registered.contains(voter)) {
      const auto all = stake_of(*constitution, ledger, row.owner);
      if (!all || !set_weight(state, context, voter, *all)) return false;
      continue;
    }
    const Amount rest = base::try_sub(row.weight, Amount(change.before)).value_or(Amount());
    const auto weight = base::try_add(rest, Amount(change.after));
    if (!weight || !set_weight(state, context, voter, *weight)) return false;
  }
  return true;
}

}  // namespace cofferdam::decision
