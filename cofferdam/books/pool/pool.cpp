// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool.h"

#include <algorithm>

namespace cofferdam::pool {

const Pool* find_pool(const State& state, std::string_view code) {
  return state.pools.find(ledger::find_named(state.pool_names, code));
}

const Conduit* find_conduit(const State& state, std::string_view code) {
  return state.conduits.find(ledger::find_named(state.conduit_names, code));
}

const ReleaseRule* find_rule(const State& state, std::string_view code) {
  return state.rules.find(ledger::find_named(state.rule_names, code));
}

bool may_become(PoolState from, PoolState to) {
  using enum PoolState;
  switch (from) {
    case draft:
      return to == active || to == closed;
    case active:
      return to == frozen || to == winding_up;
    case frozen:
      return to == active || to == winding_up || to == detached;
    case winding_up:
      return to == closed;
    case closed:
    case detached:
      return false;
  }
  return false;
}

void enter(State& state, ledger::State& ledger, Context& context, PoolId pool, PoolState to) {
  Pool& row = state.pools.edit(context.changes, pool);
  row.state = to;
  row.state_since = context.now;
  ledger::Compartment& compartment = ledger.compartments.edit(context.changes, pool);
  compartment.accepts_transfers = to == PoolState::active;
  compartment.accepts_accounts =
      to == PoolState::draft || to == PoolState::active || to == PoolState::winding_up;
}

std::vector<OwnerClass> default_run_off_order() {
  using enum OwnerClass;
  return {client, member, provider, insurance, house};
}

Amount buffer_cap(const Pool& pool, AssetId asset) {
  const auto found =
      std::find_if(pool.buffer_caps.begin(), pool.buffer_caps.end(),
                   [&](const BufferCap& declared) { return declared.asset == asset; });
  return found == pool.buffer_caps.end() ? Amount() : found->cap;
}

}  // namespace cofferdam::pool
