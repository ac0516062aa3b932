// SPDX-License-Identifier: Apache-2.0
//
// When a policy is one: asked when a vault is opened and when a change of its policy is proposed.
#pragma once

#include "cofferdam/books/custody/custody.h"

namespace cofferdam::custody {

enum class PolicyFault : std::uint8_t {
  none,
  signers_malformed,
  threshold_out_of_range,
  delays_malformed,
  vetoers_malformed,
  caps_malformed,
  signer_not_found,
  signer_revoked,
  signers_of_one_person,
  vetoer_not_found,
  asset_not_found,
};

// By itself.
[[nodiscard]] PolicyFault shape_fault(const VaultPolicy& policy);
// Against the books.
[[nodiscard]] PolicyFault state_fault(const VaultPolicy& policy, const View& view);

// The status of the same name in a command's own enumeration.
template <class S>
[[nodiscard]] S status_of(PolicyFault fault) {
  switch (fault) {
    case PolicyFault::none:
      return S::ok;
    case PolicyFault::signers_malformed:
      return S::signers_malformed;
    case PolicyFault::threshold_out_of_range:
      return S::threshold_out_of_range;
    case PolicyFault::delays_malformed:
      return S::delays_malformed;
    case PolicyFault::vetoers_malformed:
      return S::vetoers_malformed;
    case PolicyFault::caps_malformed:
      return S::caps_malformed;
    case PolicyFault::signer_not_found:
      return S::signer_not_found;
    case PolicyFault::signer_revoked:
      return S::signer_revoked;
    case PolicyFault::signers_of_one_person:
      return S::signers_of_one_person;
    case PolicyFault::vetoer_not_found:
      return S::vetoer_not_found;
    case PolicyFault::asset_not_found:
      return S::asset_not_found;
  }
  return S::signers_malformed;
}

// Puts a policy in force: its version goes up, every cap has a window. What a cap has left stays,
// cut to its new maximum; an asset that had no cap begins with the whole of it.
void enforce(const VaultPolicy& policy, VaultId vault, State& state, Context& context);

}  // namespace cofferdam::custody
