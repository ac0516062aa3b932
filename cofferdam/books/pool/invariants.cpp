// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/invariants.h"

#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/books/pool/account_ids.h"
#include "cofferdam/books/pool/conduit_transfer.h"

#include <set>

namespace cofferdam::pool {

namespace {

using Violation = std::optional<std::string>;

[[nodiscard]] Violation mirrors(const Conduit& conduit, const ledger::State& ledger) {
  if (!conduit.far_pool.empty()) return std::nullopt;  // the other half lies in other books
  const ledger::Account* from = ledger.accounts.find(conduit.half_from);
  const ledger::Account* to = ledger.accounts.find(conduit.half_to);
  if (from == nullptr || to == nullptr) return "conduit " + conduit.code + " lacks a half";
  const bool mirror =
      from->credits_posted == to->debits_posted && from->debits_posted == to->credits_posted &&
      from->credits_posted == conduit.transferred && from->debits_posted == conduit.settled;
  if (!mirror) return "the halves of conduit " + conduit.code + " do not mirror each other";
  if (from->pool != conduit.from || to->pool != conduit.to || from->asset != conduit.asset ||
      to->asset != conduit.asset)
    return "a half of conduit " + conduit.code + " lies elsewhere than declared";
  return std::nullopt;
}

[[nodiscard]] bool moved(const ledger::Total* before, const ledger::Total& after) {
  const ledger::Total none;
  const ledger::Total& from = before != nullptr ? *before : none;
  return from.debits_posted != after.debits_posted || from.credits_posted != after.credits_posted;
}

}  // namespace

Violation check_every_balance_has_a_pool(const State& state, const ledger::State& ledger) {
  Violation violation;
  ledger.totals.each_touched([&](const ledger::Total* /*before*/, const ledger::Total* after) {
    if (!violation && after != nullptr && state.pools.find(after->pool) == nullptr)
      violation = "a balance lies in pool " + std::to_string(after->pool.value()) +
                  ", which was never declared";
  });
  state.pools.each_touched([&](const Pool* /*before*/, const Pool* after) {
    if (violation || after == nullptr) return;
    if (after->activity.empty() && after->exposure.empty())
      violation = "pool " + after->code + " has no purpose";
    if (ledger.compartments.find(after->id) == nullptr)
      violation = "pool " + after->code + " has no compartment";
  });
  return violation;
}

Violation check_conduits_mirror(const State& state, const ledger::State& ledger) {
  Violation violation;
  const auto look = [&](const Conduit* conduit) {
    if (!violation && conduit != nullptr) violation = mirrors(*conduit, ledger);
  };
  state.conduits.each_touched(
      [&](const Conduit* /*before*/, const Conduit* after) { look(after); });
  if (!ledger::touched_class(ledger, ledger::AccountClass::conduit)) return violation;
  // A half that moved without its conduit is found by the number in its id.
  ledger.accounts.each_touched([&](const ledger::Account* /*before*/,
                                   const ledger::Account* after) {
    if (after == nullptr || !is_conduit_half(after->id)) return;
    const ConduitId number(static_cast<std::uint32_t>(base::low64(after->id.value())));
    const Conduit* conduit = state.conduits.find(number);
    if (conduit == nullptr || (conduit->half_from != after->id && conduit->half_to != after->id)) {
      if (!violation) violation = "an account of class conduit belongs to no conduit";
      return;
    }
    look(conduit);
  });
  return violation;
}

Violation check_pool_life(const State& state, const ledger::State& ledger) {
  Violation violation;
  state.pools.each_touched([&](const Pool* before, const Pool* after) {
    if (violation) return;
    if (after == nullptr) {
      violation = "pool " + before->code + " was removed";
      return;
    }
    if (before != nullptr && before->state != after->state &&
        !may_become(before->state, after->state))
      violation = "pool " + after->code + " went from " +
                  std::string(base::name_of(before->state)) + " to " +
                  std::string(base::name_of(after->state));
    const ledger::Compartment* compartment = ledger.compartments.find(after->id);
    if (compartment != nullptr &&
        compartment->accepts_transfers != (after->state == PoolState::active))
      violation = "the compartment of pool " + after->code + " disagrees with its state";
  });
  return violation;
}

Violation check_still_pools_stand_still(const State& state, const ledger::State& ledger) {
  // A pool that changed its state in this command was open before it.
  std::set<PoolId> changed;
  state.pools.each_touched([&](const Pool* /*before*/, const Pool* after) {
    if (after != nullptr) changed.insert(after->id);
  });
  Violation violation;
  ledger.totals.each_touched([&](const ledger::Total* before, const ledger::Total* after) {
    if (violation || after == nullptr || changed.contains(after->pool) || !moved(before, *after))
      return;
    const Pool* pool = state.pools.find(after->pool);
    if (pool == nullptr || pool->state == PoolState::active || pool->state == PoolState::winding_up)
      return;
    violation = "a balance changed in pool " + pool->code + ", which is " +
                std::string(base::name_of(pool->state));
  });
  return violation;
}

Violation check_releases_have_evidence(const State& state) {
  Violation violation;
  state.releases.each_touched([&](const Release* before, const Release* after) {
    if (violation || before != nullptr || after == nullptr) return;
    const ReleaseRule* rule = state.rules.find(after->rule);
    if (rule == nullptr || after->evidence.empty()) {
      violation = "a release has no rule or no evidence";
      return;
    }
    for (const Evidence& seen : after->evidence) {
      const bool of_fact = seen.node < rule->condition.size() &&
                           (rule->condition[seen.node].kind == ConditionKind::fact_compares ||
                            rule->condition[seen.node].kind == ConditionKind::coverage_compares);
      if (of_fact && seen.truth != Truth::unknown && seen.reading != fact::Reading::fresh)
        violation = "release by rule " + rule->code + " relied on a fact that was not fresh";
    }
  });
  return violation;
}

}  // namespace cofferdam::pool
