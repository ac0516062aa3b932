// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/set_signature_policy.h"

namespace cofferdam::access {

using S = SetSignaturePolicyStatus;

namespace {

// No preset has more. What is asked for `sensitive` stays: verdicts on old records depend on it.
[[nodiscard]] std::size_t operations_max(SignaturePreset preset) {
  switch (preset) {
    case SignaturePreset::none:
      return 1;
    case SignaturePreset::sensitive:
      return 64;
    case SignaturePreset::money_and_votes:
      return 128;
  }
  return 128;
}

}  // namespace

S check_shape(const SetSignaturePolicy& command) {
  if ((command.operation == 0) == (command.preset == SignaturePreset::none))
    return S::operation_or_preset;
  if (!command.above.is_zero() && command.asset.is_none()) return S::above_needs_asset;
  return S::ok;
}

S check_state(const SetSignaturePolicy& command, const State& state,
              const principal::State& principals, const Context& context) {
  if (!principal::may(principals, context.principal, principal::kAdmin)) return S::not_permitted;
  if (command.required && !root_can_sign(state, principals)) return S::nobody_could_sign;
  // At the bound, the policy of an operation can still be changed and taken out of force.
  const bool is_there =
      state.policies.find({command.operation, command.pool, command.asset}) != nullptr;
  const std::size_t added = is_there ? 0 : operations_max(command.preset);
  return state.policies.size() + added <= kPoliciesMax ? S::ok : S::too_many_policies;
}

S apply(const SetSignaturePolicy& command, std::span<const std::uint16_t> operations, State& state,
        Context& context) {
  for (const std::uint16_t operation : operations) {
    const SignaturePolicy row{.operation = operation,
                              .pool = command.pool,
                              .asset = command.asset,
                              .required = command.required,
                              .above = command.above};
    if (state.policies.find(row.key()) == nullptr) {
      state.policies.insert(context.changes, row);
    } else {
      state.policies.edit(context.changes, row.key()) = row;
    }
  }
  return S::ok;
}

}  // namespace cofferdam::access
