// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/create_pool.h"

#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::pool {

using S = CreatePoolStatus;

namespace {

template <class T, class Same>
[[nodiscard]] bool repeats(const std::vector<T>& list, Same same) {
  for (std::size_t i = 0; i < list.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same(list[i], list[j])) return true;
  return false;
}

[[nodiscard]] S check_policy(const CreatePool& command) {
  if (!command.buffer_caps.empty() && !is_client_regime(command.regime))
    return S::buffer_caps_not_for_this_regime;
  if (command.buffer_caps.size() > kBufferCapsMax) return S::too_many_buffer_caps;
  if (repeats(command.buffer_caps,
              [](const BufferCap& a, const BufferCap& b) { return a.asset == b.asset; }))
    return S::buffer_cap_repeated;
  if (command.edges && command.edges->size() > kEdgesMax) return S::too_many_edges;
  if (command.edges && repeats(*command.edges, std::equal_to<>{})) return S::edge_repeated;
  if (!command.run_off_order) return S::ok;
  const std::vector<OwnerClass>& order = *command.run_off_order;
  const bool foreign = std::any_of(order.begin(), order.end(), [](OwnerClass owner) {
    return owner == OwnerClass::pool || owner == OwnerClass::outside;
  });
  const bool malformed =
      foreign || order.size() > ledger::kOwnerClasses || repeats(order, std::equal_to<>{});
  return malformed ? S::run_off_order_malformed : S::ok;
}

}  // namespace

S check_shape(const CreatePool& command) {
  if (!ledger::is_code(command.code, kPoolCodeMax)) return S::code_malformed;
  if (command.activity.empty() && command.exposure.empty()) return S::purpose_missing;
  if (command.activity.size() > kPurposeMax || command.exposure.size() > kPurposeMax)
    return S::purpose_too_long;
  const bool single = is_single_owner_regime(command.regime);
  if (single && command.owner.is_none()) return S::owner_missing;
  if (!single && !command.owner.is_none()) return S::owner_not_for_this_regime;
  return check_policy(command);
}

S check_state(const CreatePool& command, const State& state, const ledger::State& ledger) {
  if (find_pool(state, command.code) != nullptr) return S::exists;
  for (const BufferCap& declared : command.buffer_caps)
    if (ledger.assets.find(declared.asset) == nullptr) return S::buffer_asset_not_found;
  return S::ok;
}

S apply(const CreatePool& command, State& state, ledger::State& ledger, Context& context) {
  const PoolId id(static_cast<std::uint32_t>(state.pools.size() + 1));
  state.pools.insert(context.changes,
                     Pool{.id = id,
                          .code = command.code,
                          .activity = command.activity,
                          .exposure = command.exposure,
                          .regime = command.regime,
                          .owner = command.owner,
                          .allows_deficit = command.allows_deficit,
                          .buffer_caps = command.buffer_caps,
                          .run_off_order = command.run_off_order.value_or(default_run_off_order()),
                          .created = context.now});
  state.pool_names.insert(context.changes, {command.code, id});
  ledger.compartments.insert(
      context.changes,
      ledger::Compartment{.pool = id,
                          .edges = command.edges.value_or(default_edges(command.regime))});
  enter(state, ledger, context, id, PoolState::draft);
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::pool
